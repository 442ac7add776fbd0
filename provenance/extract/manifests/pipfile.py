"""``Pipfile`` and ``Pipfile.lock``: declared packages, and what they were locked to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.channels import PYPI, channel_of_url
from provenance.extract.collect import Collector
from provenance.extract.locks.graph import Channels, Locked, LockGraph
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.requirement_tables import read_constraint, with_scheme
from provenance.extract.manifests.requirements import usage_of_group
from provenance.extract.manifests.toml_text import Finder, load, string, table, tables
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.vocabulary import Vocabulary

NAME = "pipfile"
_SECTIONS = frozenset({"source", "requires", "scripts", "pipenv", "pipfile", "_meta"})
"""Tables of a Pipfile that hold no packages; any other name is a category of them."""
_USAGES: dict[str, Usage] = {
    "packages": "used", "default": "used",
    "dev-packages": "development", "develop": "development",
}  # fmt: skip


def accepts(path: str) -> bool:
    """Accept ``Pipfile`` and ``Pipfile.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() in ("pipfile", "pipfile.lock")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the declared or locked packages, each with the usage of its category."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if document.path.lower().endswith(".lock"):
        _lock(document.data, collector, vocabulary)
    else:
        _declared(document.data, collector, vocabulary)
    return collector.done()


def _declared(data: bytes, collector: Collector, vocabulary: Vocabulary) -> None:
    content, text = load(data, collector)
    indexes: dict[str, ComponentId | None] = {}
    for source in tables(content, "source"):
        url = string(source.get("url"))
        if url:
            where = collector.occurrence(textfile.line_of(text, url), url)
            channel = channel_of_url(url, where, collector, vocabulary)
            indexes.setdefault(string(source.get("name")), channel)
    # The first source is the index; the others serve only packages that name them.
    first = list(indexes.values())[:1] or [PYPI]
    channels = [channel for channel in first if channel]
    finder = Finder(text)
    for category, usage in _categories(content):
        for package, constraint in table(content, category).items():
            read_constraint(
                package, constraint, usage, finder.key(category, package), channels, collector,
                vocabulary, indexes=indexes,
            )  # fmt: skip


def _categories(content: dict[str, Any]) -> Iterator[tuple[str, Usage]]:
    for category in content:
        if category not in _SECTIONS:
            yield category, _USAGES.get(category) or usage_of_group(category)


def _lock(data: bytes, collector: Collector, vocabulary: Vocabulary) -> None:
    content, text = textfile.load_json(data, collector)
    if not isinstance(content, dict):
        return
    graph, channels = LockGraph(collector), Channels(collector, vocabulary)
    sources = {
        string(source.get("name")): string(source.get("url"))
        for source in tables(table(content, "_meta"), "sources")
    }
    usual = next(iter(sources.values()), "")
    places, found = LockLines(text), False
    for category, usage in _categories(content):
        places.seek(category)
        for name, fields in table(content, category).items():
            item = table(fields)
            version = string(item.get("version")).removeprefix("==").removeprefix("=")
            locked = Locked(
                key=ids.pypi(name), component=ids.pypi(name, version or None),
                line=places.seek(name), written=f"{name} {version}".strip(), usage=usage,
            )  # fmt: skip
            where = collector.occurrence(locked.line, locked.written, usage=usage)
            address = next((string(item[k]) for k in ("git", "file", "url") if k in item), "")
            if "path" in item or (address and "://" not in with_scheme(address)):
                collector.gap(name, "local-requirement", where)
            else:
                url = with_scheme(address) or sources.get(string(item.get("index")), usual)
                locked.channel = (
                    channels.of(url, where) if url else channels.public(PYPI, where)
                )  # fmt: skip
            graph.add(locked)
            found = True
    graph.write()
    if found:
        collector.gap(collector.path, "lock-without-edges")
