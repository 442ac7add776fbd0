"""A lock file of many packages: read, graphed, attributed and reported, in seconds.

    python bench/lock.py [--packages N] [--runs N]

The lock is made here, in uv's format with its hashes and wheels. Half of the names are
packages whose origin the registry knows, so that claims are inherited along the graph. Its
shape is that of the real locks of 220 to 360 packages that evals/graphs.py was run on: 38 to
50 of 100 packages ask for nothing, there are 1.8 to 2.7 edges a package, and one leads to 5 to
10 others. The best of N runs counts: other programs only make a run slower. Beside the wall
clock stands the processor time, which they change less.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = 0.5
FORMATS = ("json", "text", "cyclonedx")
WHEELS = 12


def known_names() -> list[str]:
    with (ROOT / "data" / "origin_registry.csv").open(encoding="utf-8", newline="") as stream:
        keys = [row["key"] for row in csv.DictReader(stream)]
    prefix = "pkg:pypi/"
    return sorted({key.removeprefix(prefix) for key in keys if key.startswith(prefix)
                   and not set("*?[") & set(key)})  # fmt: skip


def write_lock(folder: Path, count: int) -> Path:
    """Write ``uv.lock`` and ``pyproject.toml`` of a project with so many packages."""
    chance = random.Random(500)  # the same lock every time
    names = chance.sample(known_names(), min(count // 2, len(known_names())))
    names += [f"package-{number:05}" for number in range(count - len(names))]
    chance.shuffle(names)
    lines = ["version = 1", "revision = 3", 'requires-python = ">=3.11"', ""]
    for number, name in enumerate(names):
        lines += _record(name, f"1.{number}.0", sorted(_needed(number, names, chance)))
    direct = ", ".join(f'{{ name = "{name}" }}' for name in sorted(names[:40]))
    lines += [
        "[[package]]", 'name = "bench-app"', 'version = "0.1.0"', 'source = { virtual = "." }',
        f"dependencies = [{direct}]",
    ]  # fmt: skip
    (folder / "uv.lock").write_text("\n".join(lines) + "\n", "utf-8")
    wanted = ", ".join(f'"{name}"' for name in sorted(names[:40]))
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "bench-app"\nversion = "0.1.0"\ndependencies = [{wanted}]\n', "utf-8"
    )
    return folder


def _needed(number: int, names: list[str], chance: random.Random) -> set[str]:
    """Return what a package asks for: mostly leaves, and a few that ask for more."""
    inner = len(names) * 55 // 100
    if number >= inner:
        return set()
    wanted = {chance.choice(names[inner:]) for _ in range(chance.randint(1, 5))}
    if number + 1 < inner:
        wanted |= {names[chance.randrange(number + 1, inner)] for _ in range(chance.randint(0, 2))}
    return wanted


def _record(name: str, version: str, needed: list[str]) -> list[str]:
    url, digest = f"https://index.example.org/{name}-{version}", "sha256:" + "0" * 64
    end = f'hash = "{digest}", size = 100000, upload-time = "2026-01-01T00:00:00Z" }}'
    return [
        "[[package]]", f'name = "{name}"', f'version = "{version}"',
        'source = { registry = "https://index.example.org/simple" }',
        "dependencies = [", *(f'    {{ name = "{one}" }},' for one in needed), "]",
        f'sdist = {{ url = "{url}.tar.gz", {end}',
        "wheels = [",
        *(f'    {{ url = "{url}-cp3{tag}.whl", {end},' for tag in range(WHEELS)),
        "]", "",
    ]  # fmt: skip


def clock(command: list[str]) -> tuple[float, float]:
    """Run a command; return wall seconds and seconds of processor time."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=500)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as an installed tool runs
    with tempfile.TemporaryDirectory() as scratch:
        tree = write_lock(Path(scratch), arguments.packages)
        size = (tree / "uv.lock").stat().st_size / 1e6
        print(f"{arguments.packages} packages, {size:.1f} MB; aim {TARGET} s\n")
        print("| report | wall s | processor s |\n| --- | --- | --- |")
        for name in FORMATS:
            command = [sys.executable, "-m", "provenance", "scan", str(tree), "-q", "-f", name]
            found = [clock(command) for _ in range(arguments.runs + 1)]
            print(f"| {name} | {min(w for w, _ in found):.2f} | {min(p for _, p in found):.2f} |")


if __name__ == "__main__":
    main()
