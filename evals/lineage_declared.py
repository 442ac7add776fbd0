"""Declared lineage against public hub tags: is the chain exact, and are origins complete?

    python -m evals.lineage_declared FOLDER

FOLDER holds CSV files of hub metadata (`osaimap_hf_*_models.csv` with `model_id` and `tags`,
`mteb_model_meta_reduced.csv` with `name` and `adapted_from`); nothing of them is kept here.
Each row with a base is served by a loopback hub and looked up through the real online path, one
model a run, as a scan of a project that names it. What must come out is worked out here from the
tags and the rows of `data/` alone, by other code than the auditor's.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from provenance.edge.model_hub import HuggingFaceHub  # noqa: E402
from provenance.model import Attribution  # noqa: E402
from provenance.pipeline import examine, judge  # noqa: E402
from provenance.ports import Outside  # noqa: E402
from provenance.registry import Registry  # noqa: E402
from provenance.resolve import Inventory, lineage, merge  # noqa: E402
from provenance.vocabulary import Vocabulary  # noqa: E402
from tests.support.hub_double import HubDouble, Repo  # noqa: E402

HF, DAY = "pkg:huggingface/", "2026-11-28T00:00:00Z"
HOWS = {"finetune": "finetune", "adapter": "adapter", "merge": "merge", "quantized": "quantization"}
REPOSITORY = re.compile(r"(?:[\w-]+/)?[\w.-]+")
Said = tuple[str, str, str]
"""A parent, how, and who says so."""


@dataclass
class Row:
    """One model with a base, as one public table has it."""

    model: str
    tags: tuple[str, ...] = ()
    card: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Score:
    """Counts of one table, and what differed."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    """Ancestors without a known origin, by the models that descend from them."""


def tables(folder: Path) -> dict[str, list[Row]]:
    """Read the rows with a base, each model once a table."""
    tagged: dict[str, Row] = {}
    for path in sorted(folder.glob("osaimap_hf_*_models.csv")):
        for record in read(path):
            tags = tuple(tag.strip() for tag in (record.get("tags") or "").split(","))
            if any(tag.startswith("base_model:") for tag in tags):
                tagged.setdefault(record["model_id"], Row(record["model_id"], tags))
    adapted: dict[str, list[str]] = {}
    for path in sorted(folder.glob("mteb_*.csv")):
        for record in read(path):
            if record.get("adapted_from"):
                adapted.setdefault(record["name"], []).append(record["adapted_from"])
    carded = [
        Row(name, card={"base_model": bases})
        for name, bases in adapted.items()
        if "/" in name and REPOSITORY.fullmatch(name)  # the others are products behind an API
    ]
    return {"hub tags": list(tagged.values()), "adapted_from": carded}


def read(path: Path) -> Iterable[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


# -- what must come out ------------------------------------------------------------------


def said(row: Row) -> set[Said]:
    """What a row says of its bases, itself left out."""
    found: set[Said] = set()
    for tag in row.tags:
        if tag.startswith("base_model:"):
            first, _, rest = tag.removeprefix("base_model:").partition(":")
            if rest:
                found.add((rest, HOWS.get(first, "unknown"), "hub-inferred"))
            else:
                found.add((first, "unknown", "declared"))
    for base in row.card.get("base_model", ()):  # type: ignore[attr-defined]
        name = str(base).removeprefix("https://huggingface.co/")
        if REPOSITORY.fullmatch(name):  # else a path: a gap, no base
            found.add((name, "unknown", "declared"))
    return {one for one in found if one[0].lower() != row.model.lower()}


@dataclass
class Knowledge:
    """The rows of ``data/`` on lineage and identity, by child in lower case."""

    derived: dict[str, list[tuple[str, str]]]
    same: dict[str, list[str]]
    overrides: set[str]

    @classmethod
    def read(cls) -> Knowledge:
        derived: dict[str, list[tuple[str, str]]] = {}
        same: dict[str, list[str]] = {}
        overrides: set[str] = set()
        for record in read(ROOT / "data" / "lineage.csv"):
            child = record["child"].lower()
            if record["relation"] == "derived-from":
                derived.setdefault(child, []).append((record["parent"], record["how"]))
            if record["overrides_hub"] == "true":
                overrides.add(child)
        for record in read(ROOT / "data" / "links.csv"):
            if record["relation"] == "same-as" and "*" not in record["source_component"]:
                same.setdefault(record["source_component"].lower(), []).append(record["target"])
        return cls(derived, same, overrides)

    def steps(self, child: str, rows: Mapping[str, Row]) -> dict[str, tuple[str, frozenset[str]]]:
        """The parents of a component in lower case, how, and on what this rests."""
        key = child.lower()
        spoken: dict[str, list[tuple[str, str]]] = {}
        for parent, how in self.derived.get(key, []):
            spoken.setdefault(parent.lower(), []).append(("declared", how))
        row = rows.get(key.removeprefix(HF))
        if row is not None and key not in self.overrides:
            for parent, how, basis in sorted(said(row), key=lambda one: one[2]):
                spoken.setdefault(f"{HF}{parent}".lower(), []).append((basis, how))
        found = {}
        for parent, words in spoken.items():
            known = [how for _, how in sorted(words, key=lambda w: w[0]) if how != "unknown"]
            how = known[0] if known else "unknown"
            found[parent] = (how, frozenset(basis for basis, _ in words))
        return found

    def chain(self, model: str, rows: Mapping[str, Row]) -> dict[tuple[str, str], object]:
        """Every step from a model to where the chains end."""
        found: dict[tuple[str, str], object] = {}
        pending, seen = [model.lower()], {model.lower()}
        while pending:
            child = pending.pop()
            nexts = dict(self.steps(child, rows))
            for other in self.same.get(child, []):
                nexts.setdefault(other.lower(), ("=", frozenset()))
            for parent, what in nexts.items():
                found[child, parent] = what
                if parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
        return found


# -- what comes out ----------------------------------------------------------------------


def looked_up(model: str, registry: Registry, endpoint: str, cache: Path) -> Attribution:
    """Run one model down the online path."""
    hub = HuggingFaceHub({"HF_ENDPOINT": endpoint}, today=DAY[:10], cache=cache)
    inventory = Inventory(
        root="project:evaluation", registry=registry, vocabulary=Vocabulary(registry),
        outside=Outside(hub=hub),
    )  # fmt: skip
    merge(inventory, ())
    inventory.derive(f"{HF}{model}", "model", "used")
    lineage.resolve(inventory)
    audit, _ = judge(inventory, DAY)
    return audit.attributions[f"{HF}{model}"]


def compare(
    row: Row, found: Attribution, knowledge: Knowledge, rows: Mapping[str, Row],
    own: Mapping[str, frozenset[str]], score: Score,
) -> None:  # fmt: skip
    """Count one model, and note what differs."""
    expected = knowledge.chain(f"{HF}{row.model}", rows)
    steps = {} if found.lineage is None else {
        (step.source.lower(), step.target.lower()): (step.how or "=", frozenset(step.bases))
        for step in found.lineage.steps
    }  # fmt: skip
    line = {name for pair in expected for name in pair} | {f"{HF}{row.model}".lower()}
    codes = frozenset[str]().union(*(own.get(name, frozenset()) for name in line))
    score.counts["models"] += 1
    score.counts["bases said"] += len(said(row))
    score.counts["itself as base"] += any(
        base.lower() == row.model.lower()
        for base in (t.rpartition(":")[2] for t in row.tags if t.startswith("base_model:"))
    )
    exact = steps.keys() == expected.keys()
    score.counts["chain exact"] += exact
    score.counts["kinds and bases exact"] += steps == expected
    score.counts["effective origins exact"] += codes == frozenset(found.effective_jurisdictions)
    score.counts["origins complete"] += not found.unknown
    itself = {f"{HF}{row.model}"}
    score.counts["all ancestors of known origin"] += not set(found.unknown) - itself
    score.unknown.update(set(found.unknown) - itself)
    score.counts["longest chain"] = max(score.counts["longest chain"], len(expected))
    if steps != expected:
        for pair in sorted(steps.keys() | expected.keys()):
            if steps.get(pair) != expected.get(pair):
                score.differences.append(
                    f"{row.model}: {pair[0]} -> {pair[1]}: expected {expected.get(pair)}, "
                    f"found {steps.get(pair)}"
                )
    if codes != frozenset(found.effective_jurisdictions):
        score.differences.append(
            f"{row.model}: expected {sorted(codes)}, found {list(found.effective_jurisdictions)}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="rows of each table; 0 for all")
    parser.add_argument("--show", type=int, default=30, help="differences to print of each table")
    arguments = parser.parse_args()
    registry, knowledge = Registry(), Knowledge.read()
    failed = 0
    for title, rows in tables(arguments.folder).items():
        rows = rows[: arguments.limit or None]
        began = time.monotonic()
        score = Score()
        by_name = {row.model.lower(): row for row in rows}
        wanted = {
            name for row in rows for pair in knowledge.chain(f"{HF}{row.model}", by_name)
            for name in pair
        } | {f"{HF}{row.model}".lower() for row in rows}  # fmt: skip
        own = {
            name: frozenset(one.jurisdictions)
            for name, one in examine(sorted(wanted), registry, DAY).items()
        }
        repos = [
            Repo(
                row.model, info={"tags": list(row.tags), "cardData": dict(row.card), "gated": False}
            )
            for row in rows
        ]
        with HubDouble(*repos) as double, tempfile.TemporaryDirectory() as cache:
            for row in rows:
                found = looked_up(row.model, registry, double.url, Path(cache))
                compare(row, found, knowledge, by_name, own, score)
        print(f"{title}: {len(rows)} models, {time.monotonic() - began:.0f} s")
        for name, count in score.counts.items():
            print(f"  {name}: {count}")
        frequent = ", ".join(f"{n} {c}" for n, c in score.unknown.most_common(arguments.show))
        print(f"  ancestors of unknown origin ({len(score.unknown)}): {frequent}")
        for text in score.differences[: arguments.show]:
            print(f"  differs: {text}")
        failed += len(score.differences)
    print(f"differences: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
