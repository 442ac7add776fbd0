"""CycloneDX JSON, 1.2 to 1.7: the keys that say what is there and what asks for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance.extract.bills.bom import Bom, Edge, Item
from provenance.extract.manifests.toml_text import string, strings, table, tables
from provenance.model import Kind, Usage

_KINDS: dict[str, Kind] = {
    "machine-learning-model": "model", "data": "dataset", "container": "container",
}  # fmt: skip
_SKIPPED = frozenset({"file", "cryptographic-asset", "device", "firmware"})
_SCOPES: dict[str, Usage] = {"optional": "optional", "excluded": "development"}
_MAX_ITEMS = 500_000


def read(data: dict[str, Any]) -> Bom:
    """Return the bill that a document holds."""
    bom = Bom()
    subject = table(data, "metadata", "component")
    if subject:
        ref = _add(subject, bom, "")
        if bom.items[ref].kind != "model":
            bom.root = ref
        _components(subject, ref, bom)
        if bom.root:
            del bom.items[ref].licenses[:]
    _components(data, "", bom)
    for service in _services(data):
        ref = string(service.get("bom-ref")) or f"service {len(bom.items)}"
        name = string(service.get("name"))
        bom.items[ref] = Item("service", name, urls=list(strings(service.get("endpoints"))))
    for entry in tables(data, "dependencies"):
        source = string(entry.get("ref"))
        bom.edges += [
            Edge(source, target, "depends-on") for target in strings(entry.get("dependsOn"))
        ]
    return bom


def _components(owner: dict[str, Any], parent: str, bom: Bom) -> None:
    """Add components and those inside them, however deep, without recursion."""
    pending = [(parent, entry) for entry in reversed(tables(owner, "components"))]
    while pending and len(bom.items) < _MAX_ITEMS:
        above, entry = pending.pop()
        ref = above if string(entry.get("type")) in _SKIPPED else _add(entry, bom, above)
        pending += [(ref, inner) for inner in reversed(list(tables(entry, "components")))]


def _add(entry: dict[str, Any], bom: Bom, parent: str) -> str:
    """Add one component with what its model card and pedigree name; returns its reference."""
    purl = string(entry.get("purl"))
    ref = string(entry.get("bom-ref")) or purl or f"component {len(bom.items)}"
    if ref == bom.root and bom.root:
        return ref
    if parent and parent != ref:
        bom.edges.append(Edge(parent, ref, "contains"))
    item = Item(
        _KINDS.get(string(entry.get("type")), "package"), _full_name(entry),
        string(entry.get("version")), purl, usage=_usage(entry), licenses=list(_licenses(entry)),
        urls=[
            string(reference.get("url"))
            for reference in tables(entry, "externalReferences")
            if string(reference.get("type")) == "distribution"
            or "huggingface.co/" in string(reference.get("url"))
        ],
    )  # fmt: skip
    bom.items.setdefault(ref, item)
    for part in tables(entry, "data"):
        if string(part.get("type")) == "dataset" and not item.urls:
            item.urls.append(string(table(part, "contents").get("url")))
    if item.kind == "model":
        _lineage(entry, ref, bom)
    return ref


def _lineage(entry: dict[str, Any], ref: str, bom: Bom) -> None:
    """Add what a model card says a model was trained on, and its pedigree derives it from."""
    parameters = table(entry, "modelCard", "modelParameters")
    for number, dataset in enumerate(tables(parameters, "datasets")):
        target = string(dataset.get("ref")) or _data(dataset, f"{ref} dataset {number}", bom)
        if target:
            bom.edges.append(Edge(ref, target, "trained-on"))
    for ancestor in tables(table(entry, "pedigree"), "ancestors"):
        name, purl = _full_name(ancestor), string(ancestor.get("purl"))
        target = string(ancestor.get("bom-ref")) or purl or f"{ref} ancestor {name}"
        urls = [string(one.get("url")) for one in tables(ancestor, "externalReferences")]
        bom.items.setdefault(target, Item("model", name, purl=purl, urls=urls))
        bom.edges.append(Edge(ref, target, "derived-from"))


def _full_name(entry: dict[str, Any]) -> str:
    group, name = string(entry.get("group")), string(entry.get("name"))
    return f"{group}/{name}" if group else name


def _data(dataset: dict[str, Any], ref: str, bom: Bom) -> str:
    """Add a dataset that a model card describes in place."""
    url = string(table(dataset, "contents").get("url"))
    name = string(dataset.get("name")) or url
    if not name:
        return ""
    bom.items[ref] = Item("dataset", name, urls=[url] if url else [])
    return ref


def _usage(entry: dict[str, Any]) -> Usage:
    for flag in tables(entry, "properties"):
        name = string(flag.get("name"))
        if name.endswith(":development") and flag.get("value") == "true":
            return "development"
    return _SCOPES.get(string(entry.get("scope")), "used")


def _licenses(entry: dict[str, Any]) -> Iterator[str]:
    for choice in tables(entry, "licenses"):
        found = table(choice, "license")
        written = (
            string(choice.get("expression")) or string(found.get("id")) or string(found.get("name"))
        )
        if written:
            yield written


def _services(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield services and those nested in them."""
    pending = tables(data, "services")[::-1]
    while pending:
        entry = pending.pop()
        yield entry
        pending += tables(entry, "services")[::-1]
