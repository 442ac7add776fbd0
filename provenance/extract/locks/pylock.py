"""``pylock.toml`` (PEP 751): what to install, with markers that tell extras and groups."""

from __future__ import annotations

import re
from typing import Any

from provenance import ids
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.locks.graph import (
    Channels,
    Dependency,
    Locked,
    LockGraph,
    python_dependency,
)
from provenance.extract.manifests.requirements import usage_of_extra, usage_of_group
from provenance.extract.manifests.toml_text import Records, load, string, strings, table, tables
from provenance.model import Document, Extraction, Occurrence, Usage, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pylock"
_FILE = lazy(r"pylock(?:\.[^.]+)?\.toml", re.IGNORECASE)
_URL = lazy(r"""\burl\s*=\s*["']([^"']+)["']""")
_MEMBER = lazy(r"""["']([\w.-]+)["']\s+in\s+(extras|dependency_groups)\b""")


def accepts(path: str) -> bool:
    """Accept ``pylock.toml`` and ``pylock.<name>.toml`` anywhere in the tree."""
    return bool(_FILE.fullmatch(path.rpartition("/")[2]))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it if told, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector, without_artifacts=True)
    records = Records(text, "packages")
    graph, channels = LockGraph(collector), Channels(collector, vocabulary)
    defaults = frozenset(strings(data.get("default-groups")))
    told = False
    for number, item, name, version, line in graph.named(data, "packages", records, "pylock.toml"):
        if table(item, "directory").get("path") == ".":
            graph.own(ids.pypi(name))
            continue
        marker = string(item.get("marker"))
        locked = Locked(
            key=ids.pypi(name), component=ids.pypi(name, version or None), line=line,
            written=f"{name} {version}".strip(), usage=_usage(marker, defaults), marker=marker,
            dependencies=_dependencies(item, number, records),
        )  # fmt: skip
        told = told or bool(locked.dependencies)
        where = collector.occurrence(line, locked.written, usage=locked.usage)
        _channel(locked, item, number, records, where, channels, collector)
        graph.add(locked)
    graph.write()
    if not told and tables(data, "packages"):
        collector.gap(collector.path, "lock-without-edges")
    return collector.done()


def _usage(marker: str, defaults: frozenset[str]) -> Usage:
    """Return the usage of a record by the extras and groups its marker asks about."""
    named = _MEMBER.findall(marker)
    if not named or _outside(marker):
        return "used"
    return strongest_usage(
        tuple(
            usage_of_extra(name) if of == "extras"
            else "used" if name in defaults else usage_of_group(name)
            for name, of in named
        )
    )  # fmt: skip


def _outside(marker: str) -> bool:
    """Tell whether a marker can hold without any extra or group: some part asks for none.

    Alternatives are read without their brackets: where they are nested, this errs
    towards ``used``.
    """
    alternatives = re.split(r"\bor\b", marker)
    return any(not _MEMBER.search(part) for part in alternatives)


def _dependencies(item: dict[str, Any], number: int, records: Records) -> list[Dependency]:
    """Return what a record asks for: by the standard's key, or by PDM's own."""
    found = []
    for entry in tables(item, "dependencies"):
        name, version = string(entry.get("name")), string(entry.get("version"))
        if name:
            found.append(
                Dependency(
                    key=ids.pypi(name), line=records.line(number, f'"{name}"'),
                    written=f"{name} {version}".strip(), version=version or None,
                    marker=string(entry.get("marker")),
                )
            )  # fmt: skip
    for written in strings(table(item, "tool", "pdm").get("dependencies")):
        escaped = written.replace("\\", "\\\\").replace('"', '\\"')
        dependency = python_dependency(written, records.line(number, f'"{escaped}"'))
        if dependency and dependency.key != ids.pypi(string(item.get("name"))):
            found.append(dependency)
    return found


def _channel(
    locked: Locked, item: dict[str, Any], number: int, records: Records, where: Occurrence,
    channels: Channels, collector: Collector,
) -> None:  # fmt: skip
    sources = (table(item, "vcs"), table(item, "archive"))
    url = next((string(source["url"]) for source in sources if "url" in source), "")
    url = url or string(item.get("index"))
    if not url and "directory" not in item:
        found = records.search(number, _URL)
        url = found.group(1) if found else ""
    if "://" in url and not url.startswith("file:"):
        locked.channel = channels.of(url, where)
    elif url or "directory" in item or "archive" in item:
        collector.gap(locked.written.partition(" ")[0], "local-requirement", where)
    else:
        locked.channel = channels.public(PYPI, where)
