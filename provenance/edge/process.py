"""Another program, run within limits: of time and of output, with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_BLOCK = 64 * 1024
_MAX_ERR = 64 * 1024
"""Bytes of stderr that are kept: its end is where programs say why they stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a program left behind; ``problem`` says which limit ended it, if one did."""

    code: int
    out: bytes
    err: str
    problem: str = ""


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float, limit: int
) -> Ran:
    """Run a program and return what it wrote; never raises.

    Args:
        cwd: a folder of our own, since Python imports from where it is started.
        timeout: seconds until it and its children are killed.
        limit: bytes of stdout after which they are killed too.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is ours, without a shell
            list(command), cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Ran(code=-1, out=b"", err="", problem=error.strerror or type(error).__name__)
    out, err, over = bytearray(), bytearray(), threading.Event()
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101

    def collect(stream: IO[bytes]) -> None:
        while block := stream.read(_BLOCK):
            out.extend(block[: limit - len(out) + 1])
            if len(out) > limit:
                over.set()
                _kill(process)
                return

    def remember(stream: IO[bytes]) -> None:
        while block := stream.read(_BLOCK):
            err.extend(block)
            del err[:-_MAX_ERR]

    readers = [
        threading.Thread(target=collect, args=(process.stdout,), daemon=True),
        threading.Thread(target=remember, args=(process.stderr,), daemon=True),
    ]
    for reader in readers:
        reader.start()
    problem = ""
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        problem = f"no answer within {timeout:.0f} s"
    _kill(process)  # also what it started and left running
    process.wait()
    for reader in readers:
        reader.join(5)  # a child that left our session may hold the other end for ever
    process.stdout.close()
    process.stderr.close()
    if over.is_set():
        problem = f"more than {limit} bytes of output"
    return Ran(
        code=process.returncode, out=bytes(out[:limit]), err=err.decode("utf-8", "replace"),
        problem=problem,
    )  # fmt: skip


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
