"""Running another program: no shell, a folder of its own, an end at a given time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_OUTPUT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left; ``code`` is None when it was stopped for taking too long."""

    code: int | None
    out: str
    err: str


def run(
    arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str], timeout: float
) -> Finished:
    """Run a program to its end, or stop it and all that it started.

    Raises:
        OSError: it cannot be started.
    """
    out, err = folder / ".stdout", folder / ".stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603  # a list of arguments, nothing of the tree
            arguments, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=stderr, start_new_session=os.name == "posix",
        )  # fmt: skip
        stopped = threading.Event()
        # A timer, since waiting with a timeout looks only every 50 ms whether it is over.
        timer = threading.Timer(timeout, _stop, (process, stopped))
        timer.start()
        try:
            code = process.wait()
        except BaseException:
            _stop(process, stopped)
            raise
        finally:
            timer.cancel()
            timer.join()
    return Finished(None if stopped.is_set() else code, _text(out), _text(err))


def _stop(process: subprocess.Popen[bytes], stopped: threading.Event) -> None:
    """End a program and what it started, unless it is over."""
    if process.returncode is None:
        stopped.set()
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(MAX_OUTPUT).decode("utf-8", "replace")
