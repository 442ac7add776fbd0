"""``pdm.lock``: packages with their edges; what the project asks for is in pyproject.toml."""

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
    python_dependency,
)
from provenance.extract.manifests.requirements import usage_of_extra
from provenance.extract.manifests.toml_text import Records, load, string, strings
from provenance.model import Document, Extraction, Usage, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pdm-lock"
_FILE_URL = lazy(r"""\burl = ["']([^"']+)["']""")


def accepts(path: str) -> bool:
    """Accept ``pdm.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "pdm.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector, without_artifacts=True)
    records = Records(text, "package")
    graph, channels = LockGraph(collector), Channels(collector, vocabulary)
    for number, item, name, version, line in graph.named(data, "package", records, "pdm.lock"):
        locked = Locked(
            key=ids.pypi(name), component=ids.pypi(name, version or None), line=line,
            written=f"{name} {version}".strip(), usage=_usage(item),
            marker=string(item.get("marker")),
            dependencies=list(_dependencies(name, item, number, records)),
        )  # fmt: skip
        where = collector.occurrence(line, locked.written, usage=locked.usage)
        url = string(item.get("git")) or string(item.get("url"))
        found = None if url else records.search(number, _FILE_URL)
        if url or found:
            locked.channel = channels.of(url or (found.group(1) if found else ""), where)
        elif "path" in item:
            collector.gap(name, "local-requirement", where)
        else:
            locked.channel = channels.public(PYPI, where)
        graph.add(locked)
    graph.write()
    return collector.done()


def _usage(item: dict[str, Any]) -> Usage:
    """Return the usage that groups tell; the file does not set extras and groups apart."""
    groups = tuple(strings(item.get("groups"))) or ("default",)
    return strongest_usage(
        tuple("used" if group == "default" else usage_of_extra(group) for group in groups)
    )


def _dependencies(
    name: str, item: dict[str, Any], number: int, records: Records
) -> Iterator[Dependency]:
    """Yield what a record asks for; a record of extras (``httpx[http2]``) repeats the package."""
    extras = [extra_name(extra) for extra in strings(item.get("extras"))]
    for written in strings(item.get("dependencies")):
        escaped = written.replace("\\", "\\\\").replace('"', '\\"')
        dependency = python_dependency(written, records.line(number, f'"{escaped}"'))
        if dependency and dependency.key != ids.pypi(name):
            if extras and not dependency.needs:
                dependency.needs = extras[0]
                extra = f"extra == '{extras[0]}'"
                dependency.marker = " and ".join(p for p in (dependency.marker, extra) if p)
            yield dependency
