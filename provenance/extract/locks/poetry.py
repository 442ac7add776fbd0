"""``poetry.lock``: packages with their edges; what the project asks for is in pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.locks.graph import (
    Channels,
    Dependency,
    Locked,
    LockGraph,
    conditional,
    extras_in,
)
from provenance.extract.locks.poetry_groups import usages_of
from provenance.extract.manifests.requirement_tables import with_scheme
from provenance.extract.manifests.requirements import usage_of_extra, usage_of_group
from provenance.extract.manifests.toml_text import Records, load, string, strings, table, tables
from provenance.model import Document, Extraction, Occurrence, Usage, strongest_usage
from provenance.vocabulary import Vocabulary

NAME = "poetry-lock"


def accepts(path: str) -> bool:
    """Accept ``poetry.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "poetry.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector, without_artifacts=True)
    records = Records(text, "package")
    graph, channels = LockGraph(collector), Channels(collector, vocabulary)
    told = usages_of(document, tables(data, "package"))
    for number, item, name, version, line in graph.named(data, "package", records, "poetry.lock"):
        key = ids.pypi(name)
        locked = Locked(
            key=key, component=ids.pypi(name, version or None), line=line,
            written=f"{name} {version}".strip(), usage=told.get(key) or _usage(item),
            marker=_marker(item),
            dependencies=list(_dependencies(item, number, records)),
        )  # fmt: skip
        where = collector.occurrence(line, locked.written, usage=locked.usage)
        _channel(locked, table(item, "source"), where, channels, collector)
        graph.add(locked)
    graph.write()
    return collector.done()


def _usage(item: dict[str, Any]) -> Usage:
    """Return the usage that groups (2.x) or category (before 1.5) tell.

    What is optional in the main group belongs to the extras that its marker names.
    """
    groups = list(strings(item.get("groups"))) or [string(item.get("category")) or "main"]
    usages = [usage_of_group(group) for group in groups if group != "main"]
    if "main" in groups:
        markers = item.get("markers")
        marker = string(markers.get("main") if isinstance(markers, dict) else markers)
        extras = extras_in(marker) if item.get("optional") is True else []
        fallback: Usage = "optional" if item.get("optional") is True else "used"
        usages += [usage_of_extra(extra) for extra in extras] or [fallback]
    return strongest_usage(tuple(usages))


def _marker(item: dict[str, Any]) -> str:
    """Return the environments a record is for, in whichever of its groups."""
    markers = item.get("markers")
    if not isinstance(markers, dict):
        return string(markers)
    parts = [string(markers.get(group)) for group in strings(item.get("groups"))]
    return " or ".join(f"({part})" for part in parts) if all(parts) else ""


def _dependencies(item: dict[str, Any], number: int, records: Records) -> Iterator[Dependency]:
    for name, constraint in table(item, "dependencies").items():
        line = records.line(number, f"\n{name} = ") + 1
        for one in constraint if isinstance(constraint, list) else [constraint]:
            parts = one if isinstance(one, dict) else {"version": one}
            specifier, marker = string(parts.get("version")), string(parts.get("markers"))
            shown = f"{name} {specifier}".removesuffix(" *").strip()
            yield conditional(
                name, line, " ; ".join(part for part in (shown, marker) if part),
                specifier, marker, strings(parts.get("extras")),
            )  # fmt: skip


def _channel(
    locked: Locked, source: dict[str, Any], where: Occurrence, channels: Channels,
    collector: Collector,
) -> None:  # fmt: skip
    url = with_scheme(string(source.get("url")))
    if not url:
        locked.channel = channels.public(PYPI, where)
    elif source.get("type") in ("directory", "file") or "://" not in url:
        collector.gap(locked.written.partition(" ")[0], "local-requirement", where)
    else:
        locked.channel = channels.of(url, where)
