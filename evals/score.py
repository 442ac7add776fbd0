"""Labels against a report: what was found, what was missed, what was invented.

Every count is one key of a counter, `(table, row, field)`, so that results add up.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

Component = dict[str, Any]

KINDS = ("package", "model", "dataset", "service", "container", "platform")
IN_USE = frozenset({"used", "optional"})
# Where a component is fetched from follows from the component: counted only where labelled.
DELIVERY = frozenset(
    f"service:{slug}"
    for slug in (
        "aliyun-acr aliyun-mirror anaconda aws-ecr-public conda-forge crates-io daocloud-mirror "
        "docker-hub gitcode gitee github gitlab google-artifact hf-mirror huawei-mirror huawei-swr "
        "huggingface-hub microsoft-mcr npm npmmirror nvidia-ngc ollama-library pypi "
        "pytorch-index quay tencent-mirror tuna-mirror ustc-mirror"
    ).split()
)
# The first round covers these formats and kinds. What was seen only elsewhere is listed.
FIRST_KINDS = KINDS[:4]
FIRST_FORMATS = re.compile(
    r"(\.py|\.ipynb|(^|/)pyproject\.toml|(^|/)requirements?[^/]*\.txt|(^|/)requirements/[^/]+\.(txt|in)"
    r"|(^|/)README[^/]*\.md|(^|/)(adapter_)?config\.json)$",
    re.IGNORECASE,
)
# What stands only in a lock file follows from a manifest and is not labelled.
LOCK_FILE = re.compile(
    r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|pipfile\.lock|pylock(\.[^/]+)?\.toml|conda-lock\.ya?ml"
    r"|pixi\.lock|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?"
    r"|go\.sum|cargo\.lock|packages\.lock\.json|gemfile\.lock|gradle\.lockfile)$",
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

    @property
    def in_use(self) -> bool:
        return self.usage[0] in IN_USE


@dataclass
class Result:
    """Counts and lists of one project, or of several added up."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    misses: list[Label] = field(default_factory=list)
    false: list[Component] = field(default_factory=list)
    wrong_usage: list[tuple[Label, Component]] = field(default_factory=list)
    wrong_kind: list[tuple[Label, Component]] = field(default_factory=list)
    decoys: list[tuple[Label, Component]] = field(default_factory=list)
    left_out: list[Component] = field(default_factory=list)

    def add(self, table: str, row: str, count: str, number: int = 1) -> None:
        self.counts[table, row, count] += number

    @property
    def used_decoys(self) -> int:
        return sum(component["usage"] in IN_USE for _, component in self.decoys)


def canonical(identifier: str) -> str:
    """An id without version, qualifiers and case; PyPI names normalised."""
    identifier = identifier.strip()
    if identifier.startswith("pkg:"):
        identifier = identifier.split("?")[0].split("#")[0]
        head, slash, tail = identifier.rpartition("/")
        identifier = unquote(head) + slash + tail.split("@")[0]
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


def broken_labels(labels: list[Label], tree: Path) -> list[str]:
    """Labels that cannot be meant as they stand: a place outside the file, an id twice."""
    found = []
    seen: set[tuple[str, bool]] = set()
    for label in labels:
        path = tree / label.path
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if label.line > len(text.split("\n")):
            found.append(f"{label.ids[0]}  {label.place}  no such line")
        keys = {(canonical(i), label.kind == "decoy") for i in label.ids}
        if keys & seen:
            found.append(f"{label.ids[0]}  {label.place}  labelled twice")
        seen |= keys
        if label.kind not in (*KINDS, "decoy", "ignore"):
            found.append(f"{label.ids[0]}  {label.place}  unknown kind {label.kind}")
    return found


def text_lines(tree: Path) -> int:
    """Lines of text in a tree, without lock files and the history."""
    total = 0
    for path in tree.rglob("*"):
        inside = path.relative_to(tree)
        if ".git" in inside.parts or LOCK_FILE.search(inside.as_posix()) or path.is_symlink():
            continue
        if path.is_file():
            content = path.read_bytes()
            total += 0 if b"\0" in content[:8192] else content.count(b"\n")
    return total


def counted(component: Component, first_round: bool) -> bool:
    """Does a component that no label names count as false?"""
    paths = [o["path"] for o in component.get("occurrences", [])]
    if first_round and component["kind"] not in FIRST_KINDS:
        return False
    if first_round and not any(FIRST_FORMATS.search(path) for path in paths):
        return False
    return not all(LOCK_FILE.search(path) for path in paths)


def extractors(component: Component) -> set[str]:
    return {o.get("extractor") or "none" for o in component.get("occurrences", [])}


def compare(labels: list[Label], report: dict[str, Any], *, first_round: bool = False) -> Result:
    """Score one report."""
    result = Result()
    hits = judge_components(result, labels, report, first_round=first_round)
    judge_labels(result, labels, hits, speakers(report))
    return result


def speakers(report: dict[str, Any]) -> dict[str, set[str]]:
    """Which extractors reported anything in which file."""
    spoken: dict[str, set[str]] = {}
    for component in report["components"]:
        for place in component.get("occurrences", []):
            spoken.setdefault(place["path"], set()).add(place.get("extractor") or "none")
    return spoken


def judge_components(
    result: Result, labels: list[Label], report: dict[str, Any], *, first_round: bool
) -> dict[Label, list[Component]]:
    """Precision: is what was reported labelled? Returns the components of each label."""
    by_id = {canonical(i): label for label in labels if label.kind != "decoy" for i in label.ids}
    decoys = {label.ids[0].lower(): label for label in labels if label.kind == "decoy"}
    result.add("decoys", "", "of", len(decoys))
    hits: dict[Label, list[Component]] = {}
    for component in report["components"]:
        identifier, kind = canonical(component["id"]), component["kind"]
        label = by_id.get(identifier)
        if kind not in KINDS or (label is None and identifier in DELIVERY):
            continue
        if label is None:
            decoy = decoys.get(identifier) or decoys.get(bare(identifier))
            if decoy is not None:
                result.decoys.append((decoy, component))
            if not component.get("direct", True):
                continue
            if not counted(component, first_round):
                result.left_out.append(component)
                continue
            result.false.append(component)
        elif label.kind == "ignore":
            continue
        else:
            hits.setdefault(label, []).append(component)
            if label.kind != kind:
                result.wrong_kind.append((label, component))
        count_component(result, component, label)
    return hits


def count_component(result: Result, component: Component, label: Label | None) -> None:
    verdict = "right" if label else "false"
    result.add("all", component["kind"], verdict)
    if component["usage"] in IN_USE:
        used = label is not None and bool(IN_USE.intersection(label.usage))
        result.add("in use", component["kind"], "right" if used else "false")
    accepted = label is not None and component["usage"] in label.usage
    result.add("usage", component["usage"], "right" if accepted else "false")
    for name in extractors(component):
        result.add("extractor", name, verdict)


def judge_labels(
    result: Result,
    labels: list[Label],
    hits: dict[Label, list[Component]],
    spoken: dict[str, set[str]],
) -> None:
    """Recall: was what is labelled reported?"""
    for label in labels:
        if label.kind not in KINDS:
            continue
        found = hits.get(label, [])
        rows = [("all", label.kind), ("usage", label.usage[0]), ("form", label.how or "none")]
        rows += [("extractor", name) for name in spoken.get(label.path, {"no extractor"})]
        for table, row in rows:
            result.add(table, row, "labels")
            result.add(table, row, "found", bool(found))
        if label.in_use:
            result.add("in use", label.kind, "labels")
            used = any(component["usage"] in IN_USE for component in found)
            accepted = any(component["usage"] in label.usage for component in found)
            result.add("in use", label.kind, "found", used)
            result.add("in use", label.kind, "found as accepted", used or accepted)
        if not found:
            result.misses.append(label)
            continue
        right = any(component["usage"] in label.usage for component in found)
        result.add("usage right", "", "of")
        result.add("usage right", "", "right", right)
        if not right:
            result.wrong_usage.append((label, found[0]))


def merge(results: list[Result]) -> Result:
    """Several results as one."""
    total = Result()
    for result in results:
        total.counts.update(result.counts)
        total.misses += result.misses
        total.false += result.false
        total.decoys += result.decoys
    return total
