"""Another program, run within limits: no shell, a folder of its own, time and output bounded."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from msgspec import Struct

MAX_OUTPUT = 64 * 1024 * 1024
_BLOCK = 64 * 1024
_MAX_ERR = 1024 * 1024
"""Bytes of stderr that are kept: its end is where programs say why they stopped."""


class Finished(Struct, frozen=True):
    """What a program left behind.

    ``code`` is None when it did not come to its own end; ``problem`` says why.
    """

    code: int | None
    out: str
    err: str
    problem: str = ""


def run(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], timeout: float,
    limit: int = MAX_OUTPUT,
) -> Finished:  # fmt: skip
    """Run a program and return what it wrote; never raises.

    Args:
        folder: a folder of our own, since Python imports from where it is started.
        timeout: seconds until it and all that it started are killed.
        limit: bytes of stdout after which they are killed too.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is ours, without a shell
            list(command), cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            start_new_session=os.name == "posix",
        )  # fmt: skip
    except OSError as error:
        return Finished(None, "", "", error.strerror or type(error).__name__)
    out, err, problems = bytearray(), bytearray(), list[str]()

    def stop(problem: str) -> None:
        problems.append(problem)
        _kill(process)

    def collect(stream: IO[bytes]) -> None:
        while block := stream.read(_BLOCK):
            out.extend(block[: limit - len(out) + 1])
            if len(out) > limit:
                stop(f"more than {limit} bytes of output")
                return

    def remember(stream: IO[bytes]) -> None:
        while block := stream.read(_BLOCK):
            err.extend(block)
            del err[:-_MAX_ERR]

    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    readers = [
        threading.Thread(target=collect, args=(process.stdout,), daemon=True),
        threading.Thread(target=remember, args=(process.stderr,), daemon=True),
    ]
    # A timer, since waiting with a timeout looks only every 50 ms whether it is over.
    timer = threading.Timer(timeout, stop, (f"no answer within {timeout:.0f} s",))
    for thread in (*readers, timer):
        thread.start()
    try:
        code = process.wait()
    finally:
        timer.cancel()
        timer.join()
        _kill(process)  # also what it started and left running
    for reader in readers:
        reader.join(5)  # a child that left our session may hold the other end for ever
    process.stdout.close()
    process.stderr.close()
    return Finished(
        None if problems else code, _text(out[:limit]), _text(err), problems[0] if problems else ""
    )


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
