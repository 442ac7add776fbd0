"""Coverage-guided fuzzing of every extractor, one after the other.

    python fuzz/run.py [--seconds N] [--out FOLDER] [EXTRACTOR…]

Needs atheris (``pip install -e '.[fuzz]'``). An extractor must never raise, must name only
components it gives and lines the file has, and must stay within its time and memory. What
broke is printed with the shortest input met, made shorter still, and stays in the folder.
The exit status is 1 when anything broke.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from provenance.extract import EXTRACTORS, extractor  # noqa: E402
from tests.support.sound import sound  # noqa: E402

SHRINK_SECONDS = 10
GRACE_SECONDS = 120
"""A process that libFuzzer does not end by itself is ended this much later."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extractors", nargs="*", metavar="EXTRACTOR")
    parser.add_argument("--seconds", type=int, default=30, help="for each extractor")
    parser.add_argument("--out", type=Path, help="keep corpora and findings here")
    options = parser.parse_args()
    unknown = set(options.extractors) - set(EXTRACTORS)
    if unknown:
        parser.error(f"no such extractor: {', '.join(sorted(unknown))}")
    out = options.out or Path(tempfile.mkdtemp(prefix="provenance-fuzz-"))
    broken = 0
    for name in options.extractors or EXTRACTORS:
        folder = (out / name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        trouble = fuzz(name, options.seconds, folder)
        broken += report(name, folder, trouble)
    print(f"{broken} broken; corpora and findings in {out}")
    return 1 if broken else 0


def fuzz(name: str, seconds: int, folder: Path) -> str:
    """Run one extractor under libFuzzer; return how the process died, if it did."""
    command = [sys.executable, str(ROOT / "fuzz" / "target.py"), name, str(seconds), str(folder)]
    with (folder / "log.txt").open("wb") as log:
        try:
            done = subprocess.run(
                command, stdout=log, stderr=log, timeout=seconds + GRACE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return "did not end"
    return f"ended with {done.returncode}, see {log.name}" if done.returncode else ""


def report(name: str, folder: Path, trouble: str) -> int:
    """Print what one run tried and what broke; return how much."""
    summary = folder / "summary.json"
    tried = json.loads(summary.read_text("utf-8")) if summary.exists() else {}
    slowest = f"slowest {tried.get('seconds', 0):.2f} s for {tried.get('bytes', 0)} bytes"
    print(f"{name}: {tried.get('inputs', 0)} inputs, {slowest} {trouble}", flush=True)
    found = [path for path in sorted(folder.glob("*.json")) if path != summary]
    for path in found:
        record = json.loads(path.read_text("utf-8"))
        source = path.with_suffix(".input")
        data = shrunk(source.read_bytes(), fails_alike(name, record["path"], record["kind"]))
        source.write_bytes(data)
        print(f"  {record['kind']} at {record['path']}: {source}\n    {data[:300]!r}")
    return len(found) + bool(trouble)


def fails_alike(name: str, path: str, kind: str) -> Callable[[bytes], bool]:
    """Return a test of whether some bytes still make the same kind of error."""

    def test(data: bytes) -> bool:
        try:
            sound(extractor(name), path, data)
        except Exception as error:  # noqa: BLE001 - its kind is compared
            return kind.startswith(type(error).__name__)
        return False

    return test


def shrunk(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Return a shorter input that still fails: pieces are left out, large ones first."""
    end = time.monotonic() + SHRINK_SECONDS
    if not fails(data):
        return data
    size = len(data) // 2
    while size and time.monotonic() < end:
        at = 0
        while at < len(data) and time.monotonic() < end:
            shorter = data[:at] + data[at + size :]
            if fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data


if __name__ == "__main__":
    sys.exit(main())
