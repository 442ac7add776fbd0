"""Is time linear in bytes? One tree's files, copied until they weigh 1 MB … 500 MB.

    python bench/growth.py TREE [--most MB]

Prints seconds, seconds a MB and peak memory. Copies get other folder names, so that every
copy is read; identical components merge, as they do in a monorepo.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run import clock

SIZES = (1, 3, 10, 30, 100, 250, 500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--most", type=int, default=500)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    files = sorted(p for p in options.tree.rglob("*") if p.is_file() and not p.is_symlink())
    tool = str(Path(sys.executable).parent / "provenance")
    print("| MB | files | floor s | json s | × floor | s a MB | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "grown")
        written = copied = copy = 0
        at = 0
        for size in (s for s in SIZES if s <= options.most):
            while written < size * 1_000_000:
                source = files[at]
                target = root / f"part{copy}" / source.relative_to(options.tree)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                written += source.stat().st_size
                copied += 1
                at += 1
                if at == len(files):
                    at, copy = 0, copy + 1
            floor = min(
                clock([sys.executable, str(Path(__file__).with_name("floor.py")), str(root)])[0]
                for _ in range(2)
            )
            runs = [
                clock([tool, "scan", str(root), "-q", "--no-cache", "-f", "json"]) for _ in range(2)
            ]
            seconds, memory = min(r[0] for r in runs), max(r[1] for r in runs) / 1024
            print(
                f"| {written / 1e6:.0f} | {copied} | {floor:.2f} | {seconds:.2f} "
                f"| {seconds / floor:.1f} | {seconds / (written / 1e6):.4f} | {memory:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
