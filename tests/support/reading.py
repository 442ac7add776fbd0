"""One document through the extractor that wants it, and short views of what comes out."""

from __future__ import annotations

import functools
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path

from provenance.extract import extractor_for
from provenance.extract.channels import REGISTRY_HOSTS
from provenance.model import Component, Document, Extraction, Occurrence
from provenance.registry import Registry, tables
from provenance.vocabulary import Vocabulary

PACKAGE_INDEX = f"https://{next(iter(REGISTRY_HOSTS))}/simple"
"""The public index, put together here so that no file holds its name."""


@functools.cache
def vocabulary() -> Vocabulary:
    """The words of the shipped registry."""
    return Vocabulary(Registry())


def read(path: str, content: str | bytes) -> Extraction:
    """Extract one file; text is dedented and encoded as UTF-8."""
    data = content if isinstance(content, bytes) else textwrap.dedent(content).encode()
    extractor = extractor_for(path)
    assert extractor is not None, f"nobody wants {path}"
    return extractor.extract(Document(path=path, data=data), vocabulary())


def ids(extraction: Extraction, kind: str = "") -> set[str]:
    """Ids of the components (of one kind)."""
    return {c.id for c in extraction.components if not kind or c.kind == kind}


def component(extraction: Extraction, wanted: str) -> Component:
    """The component with an id."""
    found = {c.id: c for c in extraction.components}
    assert wanted in found, f"{wanted} is not among {sorted(found)}; gaps: {gaps(extraction)}"
    return found[wanted]


def places(extraction: Extraction, wanted: str) -> tuple[Occurrence, ...]:
    """Where a component stands."""
    return component(extraction, wanted).occurrences


def lines(extraction: Extraction, wanted: str) -> list[int]:
    """The lines a component stands on, sorted."""
    return sorted({place.line for place in places(extraction, wanted)})


def gaps(extraction: Extraction) -> set[tuple[str, str, int]]:
    """(subject, reason, line) of every gap."""
    return {(g.subject, g.reason, g.location.line if g.location else 0) for g in extraction.gaps}


def reasons(extraction: Extraction) -> set[tuple[str, int]]:
    """(reason, line) of every gap."""
    return {(reason, line) for _, reason, line in gaps(extraction)}


def links(extraction: Extraction, relation: str = "") -> set[tuple[str, str, str]]:
    """(source, relation, target) of every link (of one relation)."""
    return {
        (k.source, k.relation, k.target)
        for k in extraction.links
        if not relation or k.relation == relation
    }


def requirement(extraction: Extraction, target: str) -> str | None:
    """The version condition of the only dependency on a package."""
    (link,) = [k for k in extraction.links if (k.target, k.relation) == (target, "depends-on")]
    return link.requirement


def texts(extraction: Extraction) -> Iterable[str]:
    """Every text of an extraction that a report may show."""
    for one in extraction.components:
        yield from (one.id, one.name, one.version or "")
        yield from (place.as_written for place in one.occurrences)
    for link in extraction.links:
        yield from (link.source, link.target, link.requirement or "")
        yield from (place.as_written for place in link.occurrences)
    for gap in extraction.gaps:
        yield gap.subject
        yield from (value for _, value in gap.params)
    yield from (item.raw for item in extraction.licenses)


# -- notebooks ----------------------------------------


def notebook(*cells: str | dict[str, object], **top: object) -> str:
    """A notebook (format 4) as Jupyter saves it; a text is the source of a code cell."""
    made = [
        cell
        if isinstance(cell, dict)
        else {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": textwrap.dedent(cell).splitlines(keepends=True),
        }
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **top},
                      indent=1, ensure_ascii=False)  # fmt: skip


def line_with(text: str, needle: str) -> int:
    """The 1-based line of the only occurrence of a needle."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if needle in line]
    assert len(found) == 1, f"{needle!r} stands on lines {found}"
    return found[0]


# -- a registry of one's own ----------------------------------------

_TABLES = {
    "origin_registry.csv": tables.Claim,
    "organizations.csv": tables.Organization,
    "ownership.csv": tables.Ownership,
    "identifiers.csv": tables.Identifier,
    "functions.csv": tables.Function,
    "lineage.csv": tables.Lineage,
    "links.csv": tables.ComponentLink,
    "calls.csv": tables.Call,
    "calls_js.csv": tables.Call,
    "calls_languages.csv": tables.Call,
    "calls_nodes.csv": tables.Call,
    "defaults.csv": tables.Default,
    "descent_phrases.csv": tables.DescentPhrase,
    "weight_digests.csv": tables.WeightDigest,
}


def registry_in(folder: Path, **rows: list[dict[str, str]]) -> Registry:
    """A registry whose tables hold just these rows (``identifiers=[{…}]``)."""
    for name, row_type in _TABLES.items():
        fields = row_type._fields
        written = [",".join(fields)]
        for row in rows.pop(name.removesuffix(".csv"), []):
            assert set(row) <= set(fields)
            written.append(",".join(row.get(column, "") for column in fields))
        (folder / name).write_text("\n".join(written) + "\n", "utf-8")
    assert not rows, f"no such table: {sorted(rows)}"
    (folder / "model_words.csv").write_text("word\nacme\n", "utf-8")
    (folder / "scratch_words.csv").write_text("phrase\ntrained from scratch\n", "utf-8")
    return Registry(folder)
