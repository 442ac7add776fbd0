"""``pixi.lock``: exact packages of conda and PyPI by environment, with edges and licenses."""

from __future__ import annotations

from urllib.parse import unquote

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.conda import add, key
from provenance.extract.locks.graph import Dependency, Locked, LockGraph, python_dependency
from provenance.extract.locks.yaml_records import Record, records, unquoted
from provenance.extract.manifests import conda_names
from provenance.extract.manifests.requirements import usage_of_name
from provenance.model import (
    Document,
    Evidence,
    Extraction,
    LicenseDeclaration,
    Usage,
    strongest_usage,
)
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pixi-lock"
_ENVIRONMENT = lazy(r"  (\S.*):\s*$")
_USE = lazy(r"\s*- (?:conda|pypi): (\S+)")
_ARCHIVE = lazy(r"(.+)-([^-]+)-[^-]+\.(?:conda|tar\.bz2)$")


def accepts(path: str) -> bool:
    """Accept ``pixi.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "pixi.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every locked package, what asks for it, and where it comes from."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    graph, channels = LockGraph(collector), conda_names.CondaChannels(collector, vocabulary)
    usages = _usages(text)
    found = False
    for record in records(text, "packages"):
        found = True
        manager, url = _source(record)
        name, version = _identity(record, url)
        if not name:
            graph.nameless(record.line, "pixi.lock")
            continue
        usage = usages.get(url, "used")
        locked = _locked(record, manager, name, version, usage)
        if manager == "pypi" and "://" not in url:
            if url.rstrip("/") in (".", ""):
                graph.own(locked.key)
                continue
            collector.gap(name, "local-requirement", record.line)
        add(locked, url, name, graph, channels, collector)
        _license(locked, record, collector)
    graph.write()
    if not found and document.data.strip():
        collector.gap(
            document.path, "malformed-file", detail="no list of packages", format="pixi.lock"
        )
    return collector.done()


def _usages(text: str) -> dict[str, Usage]:
    """Return the usage of every address by the environments that list it."""
    begin = text.find("\nenvironments:") + 1
    end = text.find("\npackages:", begin)
    found: dict[str, set[Usage]] = {}
    usage: Usage = "used"
    for line in text[begin:end].split("\n")[1:]:
        environment = _ENVIRONMENT.match(line)
        if environment:
            usage = usage_of_name(unquoted(environment.group(1)))
            continue
        use = _USE.match(line)
        if use:
            found.setdefault(use.group(1), set()).add(usage)
    return {url: strongest_usage(tuple(usages)) for url, usages in found.items()}


def _source(record: Record) -> tuple[str, str]:
    """Return the manager and the address, as version 6 and as version 5 write them."""
    scalars = record.scalars
    for manager in ("conda", "pypi"):
        if manager in scalars:
            return manager, scalars[manager]
    kind = scalars.get("kind") or scalars.get("manager") or "conda"
    return kind, scalars.get("url") or scalars.get("path", "")


def _identity(record: Record, url: str) -> tuple[str, str]:
    name, version = record.scalars.get("name", ""), record.scalars.get("version", "")
    if not name:
        archive = _ARCHIVE.match(unquote(url.partition("#")[0].rpartition("/")[2]))
        if archive:
            name, version = archive.groups()
    return name, version


def _locked(record: Record, manager: str, name: str, version: str, usage: Usage) -> Locked:
    written = f"{name} {version}".strip()
    if manager == "pypi":
        asked = [
            python_dependency(item, line) for line, item in record.items.get("requires_dist", [])
        ]
        return Locked(
            key=key(manager, name), component=ids.pypi(name, version or None), line=record.line,
            written=written, usage=usage, dependencies=[one for one in asked if one],
        )  # fmt: skip
    dependencies = [
        _match_spec(item, line)
        for line, item in record.items.get("depends") or record.items.get("dependencies", [])
    ]
    purl = next((item for _, item in record.items.get("purls", []) if "pkg:pypi/" in item), "")
    if purl:
        component = ids.pypi(purl.partition("pkg:pypi/")[2].partition("?")[0], version or None)
    else:
        # Without purls (older files) what depends on the interpreter is Python's.
        needs_python = any(one.key in ("conda:python", "conda:python_abi") for one in dependencies)
        python = needs_python and "purls" not in record.scalars
        component = conda_names.component(name, version or None, python=python)
    return Locked(
        key=key(manager, name), component=component, line=record.line, written=written,
        usage=usage, dependencies=dependencies,
    )  # fmt: skip


def _match_spec(written: str, line: int) -> Dependency:
    name, _, condition = written.partition(" ")
    return Dependency(
        key=key("conda", name), line=line, written=written, optional=True,
        specifier="" if condition.strip() == "*" else condition.strip(),
    )  # fmt: skip


def _license(locked: Locked, record: Record, collector: Collector) -> None:
    raw = record.scalars.get("license", "")
    if raw and len(raw) < 100:
        collector.licenses.append(
            LicenseDeclaration(
                component=locked.component, raw=raw, declared_by="tree", scheme="spdx",
                evidence=Evidence(source="tree", reference=f"{collector.path}:{record.line}"),
            )
        )  # fmt: skip
