"""Labelled evaluation of the auditor on pinned real projects.

    python evals/run.py [--cache DIR] [--checkouts DIR] [--only NAME ...] [--round 1|2|3]
                        [--markdown FILE] [--json FILE] [--quiet]

Nothing of a project is executed: archives are checked against the pinned SHA-256, repositories
against the pinned commit, and both are only read. See README.md in this folder for what the
labels mean.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from archives import default_cache, source_tree  # noqa: E402
from score import Result, compare, merge, read_labels, text_lines  # noqa: E402
from tables import Row, details, tables  # noqa: E402

SPLITS = ("tune", "held-out", "all")


def scan(tree: Path) -> tuple[dict[str, Any], float]:
    command = [sys.executable, "-m", "provenance", "scan", str(tree), "-f", "json", "--exit-zero"]
    start = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=1800, check=False
    )
    if done.returncode:
        sys.exit(f"scan of {tree.name} failed ({done.returncode}):\n{done.stderr[-4000:]}")
    return json.loads(done.stdout), time.monotonic() - start


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option("--cache", type=Path, default=default_cache(), help="sources (default: %(default)s)")
    option(
        "--checkouts", type=Path, metavar="DIR", help="repositories already checked out, by name"
    )
    option("--only", nargs="+", metavar="NAME", help="only these projects")
    option(
        "--round",
        choices=[str(number) for number in range(1, 18)],
        help="only this round of labels",
    )
    option("--split", choices=("tune", "held-out"), help="only the projects of this half")
    option("--markdown", metavar="FILE", help="also write the tables to FILE; - prints them alone")
    option("--json", type=Path, metavar="FILE", help="write the counts as JSON")
    option("--quiet", action="store_true", help="no list of misses and false positives")
    option("--keep-reports", type=Path, metavar="DIR", help="write the auditor's reports here")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[dict[str, str]]:
    with (HERE / "projects.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = [row for row in rows if not options.only or row["name"] in options.only]
    rows = [row for row in rows if options.split in (None, row["split"])]
    return [row for row in rows if options.round in (None, row["round"])]


def evaluate(project: dict[str, str], options: argparse.Namespace, cache: Path) -> Row:
    """Scan one project and compare; differences are printed on the way."""
    name, split = project["name"], project["split"]
    tree = source_tree(project, cache, options.checkouts)
    labels = read_labels(HERE / "labels" / f"{name}.csv")
    report, seconds = scan(tree)
    if options.keep_reports:
        options.keep_reports.mkdir(parents=True, exist_ok=True)
        kept = options.keep_reports / f"{name}.json"
        kept.write_text(json.dumps(report, indent=1), encoding="utf-8")
    result = compare(labels, report, first_round=project["round"] == "1")
    result.add("lines", "", "of", text_lines(tree))
    if not options.quiet and options.markdown != "-":
        print("\n".join(details(f"{name} ({split}, {seconds:.1f} s)", result, labels, tree)))
    return Row(name, split, result)


def as_json(rows: list[Row]) -> str:
    def nested(result: Result) -> dict[str, dict[str, dict[str, int]]]:
        out: dict[str, dict[str, dict[str, int]]] = {}
        for (table, row, count), number in sorted(result.counts.items()):
            out.setdefault(table, {}).setdefault(row, {})[count] = number
        return out

    counted = [
        {
            "name": name,
            "split": split,
            "counts": nested(result),
            "decoys_as_used": result.used_decoys,
        }
        for name, split, result in rows
    ]
    return json.dumps(counted, indent=1) + "\n"


def main() -> None:
    options = arguments()
    cache: Path = options.cache.expanduser()
    cache.mkdir(parents=True, exist_ok=True)
    rows = [evaluate(project, options, cache) for project in chosen(options)]
    for split in SPLITS:
        results = [
            row.result for row in rows if split in (row.split, "all") and row.name != "total"
        ]
        if results:
            rows.append(Row("total", split, merge(results)))
    text = "\n".join(tables(rows)) + "\n"
    print(text if options.markdown == "-" else "\n" + text, end="")
    if options.markdown and options.markdown != "-":
        Path(options.markdown).write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(as_json(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
