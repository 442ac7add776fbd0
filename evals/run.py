"""Labelled evaluation of the auditor on eight pinned source archives from PyPI.

    python evals/run.py [--cache DIR] [--only NAME ...] [--markdown FILE] [--json FILE] [--quiet]

Nothing of the archives is executed: they are fetched, checked against the pinned SHA-256, unpacked
with path checks, and only read. See README.md in this folder for what the labels mean.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from archives import default_cache, fetch, unpack

HERE = Path(__file__).resolve().parent
KINDS = ("package", "model", "dataset", "service")
IN_USE = frozenset({"used", "optional"})
# Where a component is fetched from follows from the component: neither labelled nor counted.
DELIVERY = frozenset(
    f"service:{slug}"
    for slug in (
        "conda-forge",
        "docker-hub",
        "github",
        "gitlab",
        "huggingface-hub",
        "npm",
        "pypi",
        "pytorch-index",
    )
)
# The formats the labels cover. A component seen only in other files is listed, not counted.
COVERED = re.compile(
    r"(\.py|\.ipynb|(^|/)pyproject\.toml|(^|/)requirements?[^/]*\.txt|(^|/)requirements/[^/]+\.(txt|in)"
    r"|(^|/)README[^/]*\.md|(^|/)(adapter_)?config\.json)$",
    re.IGNORECASE,
)


class Label(NamedTuple):
    ids: tuple[str, ...]
    kind: str
    usage: tuple[str, ...]
    path: str
    line: int
    how: str
    note: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def canonical(identifier: str) -> str:
    """An id without version, qualifiers and case; PyPI names normalised."""
    identifier = identifier.strip()
    if identifier.startswith("pkg:"):
        identifier = identifier.split("?")[0].split("#")[0]
        head, slash, tail = identifier.rpartition("/")
        identifier = head + slash + tail.split("@")[0]
        if identifier.startswith("pkg:pypi/"):
            identifier = "pkg:pypi/" + re.sub(r"[-_.]+", "-", identifier[len("pkg:pypi/") :])
    return identifier.lower()


def bare(identifier: str) -> str:
    """The name as it would stand in the source: without scheme, hub or provider."""
    if identifier.startswith(("model:", "dataset:", "pkg:")):
        return identifier.partition(":")[2].partition("/")[2].lower()
    return identifier.lower()


def read_labels(path: Path) -> list[Label]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Label(
                tuple(row["id"].split("|")) if row["kind"] != "decoy" else (row["id"],),
                row["kind"],
                tuple(u for u in row["usage"].split("|") if u),
                row["path"],
                int(row["line"]),
                row["how"],
                row["note"],
            )
            for row in csv.DictReader(stream)
        ]


def scan(tree: Path) -> tuple[dict[str, Any], float]:
    command = [sys.executable, "-m", "provenance", "scan", str(tree), "-f", "json", "--exit-zero"]
    start = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=1800, check=False
    )
    if done.returncode:
        sys.exit(f"scan of {tree.name} failed ({done.returncode}):\n{done.stderr[-4000:]}")
    return json.loads(done.stdout), time.monotonic() - start


def places(component: dict[str, Any], most: int = 3) -> str:
    spots = [f"{o['path']}:{o.get('line') or '?'}" for o in component.get("occurrences", [])]
    return ", ".join(spots[:most]) + (f" (+{len(spots) - most})" if len(spots) > most else "")


def covered(component: dict[str, Any]) -> bool:
    return any(COVERED.search(o["path"]) for o in component.get("occurrences", []))


def compare(labels: list[Label], report: dict[str, Any]) -> dict[str, Any]:
    """Counts and lists for one project."""
    by_id: dict[str, Label] = {
        canonical(i): label for label in labels if label.kind != "decoy" for i in label.ids
    }
    decoys = {label.ids[0].lower(): label for label in labels if label.kind == "decoy"}
    counts = {kind: dict.fromkeys(FIELDS, 0) for kind in KINDS}
    out: dict[str, Any] = {
        "counts": counts,
        "misses": [],
        "false": [],
        "usage": [],
        "kinds": [],
        "decoys": [],
    }
    out |= {"outside": [], "usage_right": 0, "usage_of": 0}
    hits: dict[Label, list[dict[str, Any]]] = {}
    for component in report["components"]:
        identifier, kind = canonical(component["id"]), component["kind"]
        if kind not in KINDS or identifier in DELIVERY:
            continue
        label = by_id.get(identifier)
        if label is None:
            decoy = decoys.get(bare(identifier)) if kind != "service" else None
            if decoy is not None:
                out["decoys"].append((decoy, component))
            if not component.get("direct", True):
                continue
            if not covered(component):
                out["outside"].append(component)
                continue
            out["false"].append(component)
            counts[kind]["all_false"] += 1
            counts[kind]["use_false"] += component["usage"] in IN_USE
            continue
        if label.kind == "ignore":
            continue
        hits.setdefault(label, []).append(component)
        if label.kind != kind:
            out["kinds"].append((label, component))
        counts[kind]["all_right"] += 1
        if component["usage"] in IN_USE:
            right = bool(IN_USE.intersection(label.usage))
            counts[kind]["use_right" if right else "use_false"] += 1
    for label in labels:
        if label.kind not in KINDS:
            continue
        count, found = counts[label.kind], hits.get(label, [])
        in_use = label.usage[0] in IN_USE
        count["all_labels"] += 1
        count["use_labels"] += in_use
        if not found:
            out["misses"].append(label)
            continue
        count["all_found"] += 1
        count["use_found"] += in_use and any(c["usage"] in IN_USE for c in found)
        out["usage_of"] += 1
        if any(c["usage"] in label.usage for c in found):
            out["usage_right"] += 1
        else:
            out["usage"].append((label, found[0]))
    out["decoys_of"] = len(decoys)
    return out


FIELDS = (
    "use_labels",
    "use_found",
    "use_right",
    "use_false",
    "all_labels",
    "all_found",
    "all_right",
    "all_false",
)


def merge(results: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {"counts": {kind: dict.fromkeys(FIELDS, 0) for kind in KINDS}}
    for result in results:
        for kind in KINDS:
            for field in FIELDS:
                total["counts"][kind][field] += result["counts"][kind][field]
    for key in ("usage_right", "usage_of", "decoys_of"):
        total[key] = sum(result[key] for result in results)
    for key in ("decoys", "misses", "false"):
        total[key] = [item for result in results for item in result[key]]
    return total


def ratio(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def summary(result: dict[str, Any], view: str, kinds: tuple[str, ...] = KINDS) -> tuple[str, str]:
    """Precision and recall with their fractions, in one view ("use" or "all")."""
    add = {field: sum(result["counts"][kind][field] for kind in kinds) for field in FIELDS}
    right, false = add[f"{view}_right"], add[f"{view}_false"]
    found, labels = add[f"{view}_found"], add[f"{view}_labels"]
    precision = f"{ratio(right, right + false)} ({right}/{right + false})"
    return precision, f"{ratio(found, labels)} ({found}/{labels})"


def used_decoys(result: dict[str, Any]) -> int:
    return sum(component["usage"] in IN_USE for _, component in result["decoys"])


def table(rows: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Markdown: one line for each project or total, then one for each kind of the totals."""
    ratios = "in use: precision | in use: recall | all: precision | all: recall"
    lines = [
        f"| project | split | {ratios} | usage right | decoys as used |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, split, result in rows:
        cells = [name, split, *summary(result, "use"), *summary(result, "all")]
        right, of = result["usage_right"], result["usage_of"]
        cells.append(f"{ratio(right, of)} ({right}/{of})")
        cells.append(f"{used_decoys(result)}/{result['decoys_of']}")
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"| kind | split | {ratios} |", "|---|---|---|---|---|---|"]
    for name, split, result in rows:
        if name == "total":
            for kind in KINDS:
                views = (*summary(result, "use", (kind,)), *summary(result, "all", (kind,)))
                cells = [kind + "s", split, *views]
                lines.append("| " + " | ".join(cells) + " |")
    return lines


def details(name: str, result: dict[str, Any], tree: Path, labels: list[Label]) -> None:
    print(f"\n## {name}")

    def say(what: str, *words: str) -> None:
        print(f"  {what:12}", "  ".join(word for word in words if word))

    def seen(component: dict[str, Any]) -> tuple[str, str, str]:
        return component["id"], f"as {component['usage']}", places(component)

    for label in labels:
        path = tree / label.path
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if label.line > len(text.split("\n")):
            say("BAD LABEL", label.ids[0], label.place)
    for label in result["misses"]:
        usage = "/".join(label.usage)
        say("miss", label.ids[0], usage, label.place, f"form {label.how}", label.note)
    for component in sorted(result["false"], key=lambda c: (c["kind"], c["id"])):
        say("false", *seen(component))
    for label, component in result["usage"]:
        say("usage", *seen(component), f"label {'/'.join(label.usage)} at {label.place}")
    for label, component in result["kinds"]:
        say("kind", component["id"], f"is {component['kind']}", f"label {label.kind}")
    for label, component in result["decoys"]:
        say("decoy", *seen(component), f"label {label.place}", label.note)
    for component in sorted(result["outside"], key=lambda c: c["id"]):
        say("not counted", *seen(component))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option("--cache", type=Path, default=default_cache(), help="archives (default: %(default)s)")
    option("--only", nargs="+", metavar="NAME", help="only these projects")
    option("--markdown", metavar="FILE", help="also write the table to FILE; - prints it alone")
    option("--json", type=Path, metavar="FILE", help="write the counts as JSON")
    option("--quiet", action="store_true", help="no list of misses and false positives")
    option("--keep-reports", type=Path, metavar="DIR", help="write the auditor's reports here")
    options = parser.parse_args()
    quiet = options.quiet or options.markdown == "-"

    cache: Path = options.cache.expanduser()
    cache.mkdir(parents=True, exist_ok=True)
    with (HERE / "projects.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    projects = [row for row in rows if not options.only or row["name"] in options.only]
    results: list[tuple[str, str, dict[str, Any]]] = []
    for project in projects:
        name = project["name"]
        tree = unpack(fetch(project, cache), cache / "trees" / name)
        labels = read_labels(HERE / "labels" / f"{name}.csv")
        report, seconds = scan(tree)
        if options.keep_reports:
            options.keep_reports.mkdir(parents=True, exist_ok=True)
            kept = options.keep_reports / f"{name}.json"
            kept.write_text(json.dumps(report, indent=1), encoding="utf-8")
        result = compare(labels, report)
        result["seconds"] = round(seconds, 1)
        results.append((name, project["split"], result))
        if not quiet:
            details(f"{name} ({project['split']}, {seconds:.1f} s)", result, tree, labels)
    single = tuple(results)
    for split in ("tune", "held-out", "all"):
        chosen = [result for _, own, result in single if split in (own, "all")]
        if chosen:
            results.append(("total", split, merge(chosen)))
    lines = table(results)
    print("" if options.markdown == "-" else "\n", "\n".join(lines), sep="")
    if options.markdown and options.markdown != "-":
        Path(options.markdown).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if options.json:
        counted = [
            {
                "name": name,
                "split": split,
                "counts": result["counts"],
                "usage": [result["usage_right"], result["usage_of"]],
                "decoys_as_used": [used_decoys(result), result["decoys_of"]],
            }
            for name, split, result in results
        ]
        options.json.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
