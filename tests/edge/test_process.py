"""Other programs, held to their limits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from provenance.edge.process import Finished, run


def ran(source: str, folder: Path, timeout: float = 20, limit: int = 1000) -> Finished:
    return run(
        [sys.executable, "-c", source], folder=folder, environ=os.environ, timeout=timeout,
        limit=limit,
    )  # fmt: skip


def test_a_program_is_held_to_its_limits(tmp_path: Path) -> None:
    done = ran("import sys; print('x'); print('y', file=sys.stderr); sys.exit(3)", tmp_path)
    assert done == Finished(3, "x\n", "y\n")
    late = ran("import time; time.sleep(60)", tmp_path, timeout=0.5)
    assert (late.code, late.problem) == (None, "no answer within 0 s")
    loud = ran("while True: print('x' * 10000)", tmp_path)
    assert (loud.code, loud.problem) == (None, "more than 1000 bytes of output")
    assert len(loud.out) == 1000
    noisy = ran("import sys; sys.stderr.write('x' * 2_000_000 + 'end')", tmp_path)
    assert len(noisy.err) == 1024 * 1024
    assert noisy.err.endswith("end")
    missing = run(["/nonexistent/x"], folder=tmp_path, environ={}, timeout=1)
    assert missing == Finished(None, "", "", "No such file or directory")


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    child = "import time; time.sleep(60)"
    source = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    done = ran(source, tmp_path)  # the child holds stdout open
    assert (done.code, done.problem) == (0, "")
