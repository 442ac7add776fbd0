"""Results as Markdown tables and as lists of every difference."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from score import KINDS, Component, Label, Result, broken_labels

USAGES = ("used", "optional", "development", "test", "example", "documentation", "commented")


class Row(NamedTuple):
    """A line of the first table: a project, or a total over a split."""

    name: str
    split: str
    result: Result


def ratio(part: int, whole: int) -> str:
    share = f"{part / whole:.2f}" if whole else "–"
    return f"{share} ({part}/{whole})"


def views(result: Result, table: str, rows: tuple[str, ...]) -> tuple[str, str]:
    """Precision and recall of some rows of a table."""

    def add(count: str) -> int:
        return sum(result.counts[table, row, count] for row in rows)

    right, false = add("right"), add("false")
    return ratio(right, right + false), ratio(add("found"), add("labels"))


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def head(*cells: str) -> list[str]:
    return ["", line(list(cells)), "|" + "---|" * len(cells)]


RATIOS = (
    "in use: precision",
    "in use: recall",
    "or with an accepted usage",
    "all: precision",
    "all: recall",
)


def ratios(result: Result, kinds: tuple[str, ...]) -> list[str]:
    """The cells under RATIOS; the third counts what the label's other usages accept as well."""
    counts = result.counts
    accepted = sum(counts["in use", kind, "found as accepted"] for kind in kinds)
    labels = sum(counts["in use", kind, "labels"] for kind in kinds)
    every = views(result, "all", kinds)
    return [*views(result, "in use", kinds), ratio(accepted, labels), *every]


def decoy_cell(result: Result) -> str:
    used, lines = result.used_decoys, result.counts["lines", "", "of"]
    rate = f"{used * 10_000 / lines:.2f}" if lines else "–"
    return f"{used}/{result.counts['decoys', '', 'of']} ({rate})"


def project_table(rows: list[Row]) -> list[str]:
    lines = head("project", "split", *RATIOS, "usage right", "decoys as used (per 10,000 lines)")
    for name, split, result in rows:
        cells = [name, split, *ratios(result, KINDS)]
        right = result.counts["usage right", "", "right"]
        cells.append(ratio(right, result.counts["usage right", "", "of"]))
        lines.append(line([*cells, decoy_cell(result)]))
    return lines


def kind_table(totals: list[Row]) -> list[str]:
    lines = head("kind", "split", *RATIOS)
    for _, split, result in totals:
        for kind in KINDS:
            cells = ratios(result, (kind,))
            if any(result.counts["all", kind, count] for count in ("labels", "false")):
                lines.append(line([kind + "s", split, *cells]))
    return lines


def breakdown(totals: list[Row], table: str, wanted: tuple[str, ...] = ()) -> list[str]:
    """One table of rows against splits."""
    present = {row for total in totals for name, row, _ in total.result.counts if name == table}
    rows = wanted or tuple(sorted(present, key=lambda row: (row.zfill(2), row)))
    both = table != "form"
    columns = [
        f"{split}: {view}"
        for _, split, _ in totals
        for view in (("precision", "recall") if both else ("recall",))
    ]
    lines = head(table, *columns)
    for row in rows:
        cells = [row]
        for total in totals:
            precision, recall = views(total.result, table, (row,))
            cells += [precision, recall] if both else [recall]
        lines.append(line(cells))
    return lines


def tables(rows: list[Row]) -> list[str]:
    totals = [row for row in rows if row.name == "total"]
    lines = [*project_table(rows), *kind_table(totals), *breakdown(totals, "usage", USAGES)]
    return [*lines, *breakdown(totals, "extractor"), *breakdown(totals, "form")][1:]


def places(component: Component, most: int = 3) -> str:
    spots = [f"{o['path']}:{o.get('line') or '?'}" for o in component.get("occurrences", [])]
    return ", ".join(spots[:most]) + (f" (+{len(spots) - most})" if len(spots) > most else "")


def seen(component: Component) -> tuple[str, str, str]:
    return component["id"], f"as {component['usage']}", places(component)


def details(title: str, result: Result, labels: list[Label], tree: Path) -> list[str]:
    """Every difference between the labels and the report of a project."""
    lines = ["", f"## {title}"]

    def say(what: str, *words: str) -> None:
        lines.append(f"  {what:12} " + "  ".join(word for word in words if word))

    for broken in broken_labels(labels, tree):
        say("BAD LABEL", broken)
    for label in result.misses:
        usage = "/".join(label.usage)
        say("miss", label.ids[0], usage, label.place, f"form {label.how}", label.note)
    for component in sorted(result.false, key=lambda c: (c["kind"], c["id"])):
        say("false", *seen(component), "by " + extractor_names(component))
    for label, component in result.wrong_usage:
        say("usage", *seen(component), f"label {'/'.join(label.usage)} at {label.place}")
    for label, component in result.wrong_kind:
        say("kind", component["id"], f"is {component['kind']}", f"label {label.kind}")
    for label, component in result.decoys:
        say("decoy", *seen(component), f"label {label.place}", label.note)
    for component in sorted(result.left_out, key=lambda c: c["id"]):
        say("not counted", *seen(component))
    return lines


def extractor_names(component: Component) -> str:
    return ", ".join(sorted({o.get("extractor") or "none" for o in component["occurrences"]}))
