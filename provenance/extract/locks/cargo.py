"""``Cargo.lock``: every crate with its exact version, its edges and where it comes from."""

from __future__ import annotations

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.toml_text import Records, load, string, strings, tables
from provenance.model import ComponentId, Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "cargo-lock"


def accepts(path: str) -> bool:
    """Accept ``Cargo.lock`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "cargo.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the crates of the lock; those without a source are the project's own."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector)
    packages, records = Dependencies("cargo", collector, vocabulary), Records(text, "package")
    nodes: dict[str, ComponentId] = {}
    crates = tables(data, "package")
    owners: list[ComponentId] = []
    for number, crate in enumerate(crates):
        name, version = string(crate.get("name")), string(crate.get("version"))
        source = string(crate.get("source"))
        component = ids.PROJECT
        if not name:
            collector.gap(
                document.path, "malformed-file", records.line(number, "[["),
                detail="a package without name", format="Cargo.lock",
            )  # fmt: skip
        elif source:
            component = packages.package(name, version or None)
            where = collector.occurrence(records.line(number, "name"), f"{name} {version}".strip())
            packages.node(component, where)
            packages.delivered(component, source.partition("#")[0].partition("?")[0], where)
        owners.append(component)
        # As the lock abbreviates: the name alone while it is unique, then with the version.
        for key in (name, f"{name} {version}", f"{name} {version} ({source})"):
            nodes.setdefault(key, component)
    for number, (crate, owner) in enumerate(zip(crates, owners, strict=True)):
        for written in strings(crate.get("dependencies")):
            line = records.line(number, f'"{written}"')
            target = nodes.get(written) or nodes.get(" ".join(written.split(" ")[:2]))
            if target is None:
                asked_by = ids.short(owner) if owner != ids.PROJECT else collector.path
                collector.gap(written, "not-in-lock", line, asked_by=asked_by)
            elif target != ids.PROJECT:
                where = collector.occurrence(line, written)
                if owner == ids.PROJECT:
                    packages.node(target, where, direct=True)
                packages.edge(owner, target, where)
    return collector.done()
