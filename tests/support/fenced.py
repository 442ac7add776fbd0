"""Hostile input in a process of its own, with a limit on time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PRELUDE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
"""


def fenced(code: str, *arguments: str, seconds: float = 6) -> str:
    """Run Python code with 1 GiB and some seconds; return what it printed.

    A run that takes longer, needs more or raises fails the calling test.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PRELUDE + code, *arguments],
            cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AssertionError(f"not done within {seconds} seconds") from None
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout.strip()
