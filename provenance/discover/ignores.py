"""What ``.gitignore`` files leave out of a walk; pathspec decides."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.discover.reading import read_small
from provenance.patterns import lazy

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


_MODULE = lazy(r"[ \t]*/?[\w/-]+\.py[ \t]*")


class Ignore:
    """The patterns of one ``.gitignore``, applied below its folder.

    pathspec decides. Only the lines whose longest literal part occurs in a path can
    match it, so only those are compiled: of a usual file with a hundred lines, few.
    """

    __slots__ = ("_lines", "_prefix", "_specs", "modules")

    def __init__(self, folder: str, lines: list[str]) -> None:
        self._prefix = f"{folder}/" if folder else ""
        self.modules = frozenset(
            self._prefix + line.strip().strip("/") for line in lines if _MODULE.fullmatch(line)
        )
        """Sources that are kept out by their names: imports of them mean no package."""
        self._lines = tuple((_literal(line), line) for line in lines)
        self._specs: dict[tuple[str, ...], GitIgnoreSpec] = {}

    def check(self, path: str) -> bool | None:
        """Return True for ignored, False for re-included, None for no opinion."""
        path = path[len(self._prefix) :]
        lines = tuple(line for literal, line in self._lines if literal in path)
        if not lines:
            return None
        spec = self._specs.get(lines)
        if spec is None:
            spec = self._specs[lines] = _spec(lines)
        return spec.check_file(path).include


def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    """Compile patterns; a line that pathspec or re refuses hides nothing."""
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd character classes of the scanned file
        try:
            return GitIgnoreSpec.from_lines(lines)
        except (ValueError, re.error):
            good = [line for line in lines if _compiles(line)]
            return GitIgnoreSpec.from_lines(good)


def _compiles(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines((line,))
    except (ValueError, re.error):
        return False
    return True


def _literal(line: str) -> str:
    """Return the longest part of a pattern that must occur as written in what it matches."""
    pattern = line.strip().removeprefix("!").strip("/")
    if "\\" in pattern or "[" in pattern:
        return ""
    return max(re.split(r"\*+|\?|/", pattern), key=len, default="")


def read_ignore(path: Path, folder: str) -> Ignore | None:
    """Return the patterns of one ``.gitignore``, or None when it has none."""
    text = read_small(path)
    if text is None:
        return None
    text = text.removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return Ignore(folder, lines) if lines else None


def is_ignored(path: str, ignores: tuple[Ignore, ...]) -> bool:
    """Tell whether the innermost ``.gitignore`` with an opinion ignores the path."""
    for ignore in reversed(ignores):
        verdict = ignore.check(path)
        if verdict is not None:
            return verdict
    return False
