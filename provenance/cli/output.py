"""Streams: data on stdout, remarks on stderr, colour and width, atomic files."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from provenance.edge.files import replace_file
from provenance.errors import UsageError


def use_color(choice: str) -> bool:
    """Decide on colour: the flag, then NO_COLOR / FORCE_COLOR, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty()


def width() -> int:
    """Return the columns to write: the terminal's, between 60 and 160; 100 elsewhere."""
    if not sys.stdout.isatty():
        return 100
    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))


def write(text: str) -> None:
    """Write data to stdout as UTF-8, whatever the locale.

    A reader that has gone away (``| head``) costs it the rest and changes nothing else:
    the exit status stays the verdict's, since a gate must not open because a pipe closed.
    """
    _write(text, sys.stdout)


def remark(text: str) -> None:
    """Write a line to stderr; a stderr that nobody reads is no error."""
    _write(text + "\n", sys.stderr)


def _write(text: str, stream: TextIO) -> None:
    try:
        stream.buffer.write(text.encode("utf-8", "replace"))
        stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def write_file(path: Path, text: str) -> None:
    """Write a report file atomically.

    Raises:
        UsageError: the folder does not exist or cannot be written.
    """
    try:
        replace_file(path, text.encode("utf-8", "replace"), mode=0o644)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="is the folder writable?") from error


def parse_outputs(values: tuple[str, ...], formats: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Read ``FORMAT=FILE`` options.

    Raises:
        UsageError: not of that form, or an unknown format.
    """
    found = []
    for value in values:
        name, equals, file = value.partition("=")
        if not equals or not file or name not in formats:
            raise UsageError(
                f"-o {value}", hint=f"FORMAT=FILE with a format of {', '.join(formats)}"
            )
        found.append((name, Path(file)))
    return found
