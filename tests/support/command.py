"""Runs the command line in a process of its own, with an environment of our making."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EPOCH = "1772323200"  # 2026-03-01T00:00:00Z


@dataclass(frozen=True)
class Done:
    """What a finished command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Return a small, fixed environment: English, no colour, no settings of this machine.

    What the tests import is what the command is to run, also in a checkout beside the installed.
    """
    names = ("PATH", "HOME", "SYSTEMROOT", "PYTHONPATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": EPOCH, **more}


def provenance(
    *args: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 60,
) -> Done:
    """Run ``provenance`` and return what it left."""
    result = subprocess.run(
        [sys.executable, "-m", "provenance", *map(str, args)],
        cwd=cwd,
        env=environment(**(env or {})),
        input=stdin.encode(),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    done = Done(result.returncode, result.stdout.decode(), result.stderr.decode())
    assert "Traceback" not in done.err, done.err
    assert "this is a bug" not in done.err, done.err
    return done


def write(folder: Path, **files: str) -> Path:
    """Write files into a new folder ("src__app_py" is src/app.py)."""
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        path = folder / f"{stem.replace('__', '/')}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
