"""``uv.lock``: the whole graph with its roots, its extras and its dependency groups."""

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
    extra_name,
)
from provenance.extract.manifests.requirements import usage_of_extra, usage_of_group
from provenance.extract.manifests.toml_text import Records, load, string, strings, table, tables
from provenance.model import Document, Extraction, Usage
from provenance.vocabulary import Vocabulary

NAME = "uv-lock"


def accepts(path: str) -> bool:
    """Accept ``uv.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "uv.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector, without_artifacts=True)
    records = Records(text, "package")
    graph, channels = LockGraph(collector), Channels(collector, vocabulary)
    members = {ids.pypi(name) for name in strings(table(data, "manifest").get("members"))}
    for number, item, name, version, line in graph.named(data, "package", records, "uv.lock"):
        source = table(item, "source")
        if _is_own(ids.pypi(name), source, members):
            graph.own(ids.pypi(name))
            for usage, dependency in _roots(item, number, records):
                graph.root(dependency, usage)
            continue
        locked = Locked(
            key=ids.pypi(name), component=ids.pypi(name, version or None), line=line,
            written=f"{name} {version}".strip(),
            dependencies=list(_dependencies(item, number, records)),
        )  # fmt: skip
        where = collector.occurrence(line, locked.written)
        url = next((string(source[k]) for k in ("registry", "git", "url") if k in source), "")
        if "://" in url:
            locked.channel = channels.of(url, where)
        elif url or source.keys() & {"path", "directory", "editable", "virtual"}:
            collector.gap(name, "local-requirement", where)
        else:
            locked.channel = channels.public(PYPI, where)
        graph.add(locked)
    graph.write()
    return collector.done()


def _is_own(key: str, source: dict[str, Any], members: set[str]) -> bool:
    """Tell whether a record is the project itself or a member of its workspace."""
    return key in members or "." in (source.get("virtual"), source.get("editable"))


def _roots(
    item: dict[str, Any], number: int, records: Records
) -> Iterator[tuple[Usage, Dependency]]:
    for entry in tables(item, "dependencies"):
        yield from (("used", one) for one in _dependency(entry, number, records))
    for extra, entries in table(item, "optional-dependencies").items():
        for entry in tables({"": entries}, ""):
            for one in _dependency(entry, number, records):
                yield usage_of_extra(extra), one
    for group, entries in table(item, "dev-dependencies").items():
        for entry in tables({"": entries}, ""):
            yield from ((usage_of_group(group), one) for one in _dependency(entry, number, records))


def _dependencies(item: dict[str, Any], number: int, records: Records) -> Iterator[Dependency]:
    for entry in tables(item, "dependencies"):
        yield from _dependency(entry, number, records)
    for extra, entries in table(item, "optional-dependencies").items():
        for entry in tables({"": entries}, ""):
            yield from _dependency(entry, number, records, needs=extra_name(extra))


def _dependency(
    entry: dict[str, Any], number: int, records: Records, needs: str = ""
) -> Iterator[Dependency]:
    name, marker = string(entry.get("name")), string(entry.get("marker"))
    if not name:
        return
    version = string(entry.get("version"))
    pinned = f'{{ name = "{name}", version = "{version}"' if version else f'{{ name = "{name}"'
    extra = f"extra == '{needs}'" if needs else ""
    yield Dependency(
        key=ids.pypi(name), line=records.line(number, pinned),
        written=" ; ".join(part for part in (f"{name} {version}".strip(), marker) if part),
        version=version or None, marker=" and ".join(p for p in (marker, extra) if p),
        extras=tuple(extra_name(extra) for extra in strings(entry.get("extra"))), needs=needs,
    )  # fmt: skip
