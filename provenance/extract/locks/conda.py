"""``conda-lock.yml``: exact packages of conda and pip for several platforms, with edges."""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.graph import Dependency, Locked, LockGraph
from provenance.extract.locks.yaml_records import Record, records, unquoted
from provenance.extract.manifests import conda_names
from provenance.extract.manifests.requirements import usage_of_group
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "conda-lock"
_FILE = lazy(r"(?:.*[-_.])?conda-lock(?:\..*)?\.ya?ml", re.IGNORECASE)
_PYTHON = frozenset({"python", "python_abi"})


def accepts(path: str) -> bool:
    """Accept ``conda-lock.yml`` and ``<name>.conda-lock.yml`` anywhere in the tree."""
    return bool(_FILE.fullmatch(path.rpartition("/")[2]))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    graph, channels = LockGraph(collector), conda_names.CondaChannels(collector, vocabulary)
    found = False
    for record in records(text, "package"):
        found = True
        locked = _locked(record)
        if locked is None:
            graph.nameless(record.line, "conda-lock")
            continue
        add(locked, record.scalars.get("url", ""), record.scalars.get("name", ""), graph, channels,
            collector)  # fmt: skip
    graph.write()
    if not found and document.data.strip():
        collector.gap(
            document.path, "malformed-file", detail="no list of packages", format="conda-lock"
        )
    return collector.done()


def _locked(record: Record) -> Locked | None:
    name, version = record.scalars.get("name", ""), record.scalars.get("version", "")
    if not name:
        return None
    manager = record.scalars.get("manager", "conda")
    asked = record.items.get("dependencies", [])
    dependencies = []
    for line, item in asked:
        other, _, condition = item.partition(":")
        condition = unquoted(condition.strip())
        dependencies.append(
            Dependency(
                key=key(manager, other), line=line, written=f"{other} {condition}".strip(),
                specifier="" if condition == "*" else condition, optional=True,
            )
        )  # fmt: skip
    category = record.scalars.get("category", "main")
    optional = record.scalars.get("optional") == "true"
    python = None if manager == "pip" else bool({d.key[6:] for d in dependencies} & _PYTHON)
    return Locked(
        key=key(manager, name), line=record.line, written=f"{name} {version}".strip(),
        component=(
            ids.pypi(name, version or None) if manager == "pip"
            else conda_names.component(name, version or None, python=python)
        ),
        dependencies=dependencies,
        usage=(usage_of_group(category) if category != "main" else
               "optional" if optional else "used"),
    )  # fmt: skip


def key(manager: str, name: str) -> str:
    """Return the name of a package among those of its manager."""
    return ids.pypi(name) if manager in ("pip", "pypi") else f"conda:{name.lower()}"


def add(
    locked: Locked, url: str, name: str, graph: LockGraph, channels: conda_names.CondaChannels,
    collector: Collector,
) -> None:  # fmt: skip
    """Add a locked package with its channel, and the platform it stands for."""
    where = collector.occurrence(locked.line, locked.written, usage=locked.usage)
    locked.channel = channels.of(url, where)
    platform = conda_names.platform_of(name) if locked.key.startswith("conda:") else None
    if platform:
        collector.platform(platform, where)
    graph.add(locked)
