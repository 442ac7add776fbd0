"""SPDX JSON: 2.2 and 2.3 documents, and the JSON-LD graphs of 3.0."""

from __future__ import annotations

import re
from typing import Any

from provenance.extract.bills.bom import Bom, Edge, Item
from provenance.extract.manifests.toml_text import string, strings, tables
from provenance.model import Kind, Relation, Usage

_NOTHING = frozenset({"", "NOASSERTION", "NONE"})
_PURPOSES: dict[str, Kind] = {
    "CONTAINER": "container", "container": "container", "model": "model", "data": "dataset",
}  # fmt: skip
_FORWARD: dict[str, tuple[Relation, Usage]] = {
    "DEPENDS_ON": ("depends-on", "used"), "HAS_PREREQUISITE": ("depends-on", "used"),
    "DYNAMIC_LINK": ("depends-on", "used"), "STATIC_LINK": ("depends-on", "used"),
    "CONTAINS": ("contains", "used"), "DESCENDANT_OF": ("derived-from", "used"),
}  # fmt: skip
_BACKWARD: dict[str, tuple[Relation, Usage]] = {
    "DEPENDENCY_OF": ("depends-on", "used"), "RUNTIME_DEPENDENCY_OF": ("depends-on", "used"),
    "PROVIDED_DEPENDENCY_OF": ("depends-on", "used"), "PREREQUISITE_FOR": ("depends-on", "used"),
    "OPTIONAL_DEPENDENCY_OF": ("depends-on", "optional"),
    "OPTIONAL_COMPONENT_OF": ("depends-on", "optional"),
    "DEV_DEPENDENCY_OF": ("depends-on", "development"),
    "BUILD_DEPENDENCY_OF": ("depends-on", "development"),
    "DEV_TOOL_OF": ("depends-on", "development"), "BUILD_TOOL_OF": ("depends-on", "development"),
    "TEST_DEPENDENCY_OF": ("depends-on", "test"), "TEST_TOOL_OF": ("depends-on", "test"),
    "CONTAINED_BY": ("contains", "used"), "ANCESTOR_OF": ("derived-from", "used"),
}  # fmt: skip
_GRAPH: dict[str, tuple[Relation, Usage]] = {
    "dependsOn": ("depends-on", "used"), "hasPrerequisite": ("depends-on", "used"),
    "hasDynamicLink": ("depends-on", "used"), "hasStaticLink": ("depends-on", "used"),
    "hasOptionalDependency": ("depends-on", "optional"),
    "hasProvidedDependency": ("depends-on", "used"), "usesTool": ("depends-on", "development"),
    "hasOptionalComponent": ("depends-on", "optional"), "contains": ("contains", "used"),
    "trainedOn": ("trained-on", "used"), "testedOn": ("evaluated-on", "used"),
    "finetunedOn": ("trained-on", "used"), "descendantOf": ("derived-from", "used"),
}  # fmt: skip
_SCOPES: dict[str, Usage] = {
    "development": "development", "build": "development", "design": "development", "test": "test",
}  # fmt: skip
_ELEMENTS: dict[str, Kind] = {
    "Package": "package", "AIPackage": "model", "DatasetPackage": "dataset",
}  # fmt: skip
_LICENSES = frozenset({"hasDeclaredLicense", "hasConcludedLicense"})


def read_document(data: dict[str, Any]) -> Bom:
    """Return the bill of an SPDX 2 document."""
    bom = Bom()
    names = {
        string(entry.get("licenseId")): string(entry.get("name"))
        for entry in tables(data, "hasExtractedLicensingInfos")
    }
    for entry in tables(data, "packages"):
        ref = string(entry.get("SPDXID")) or f"package {len(bom.items)}"
        declared = string(entry.get("licenseDeclared"))
        if declared in _NOTHING:
            declared = string(entry.get("licenseConcluded"))
        source = string(entry.get("downloadLocation"))
        bom.items[ref] = Item(
            _PURPOSES.get(string(entry.get("primaryPackagePurpose")), "package"),
            string(entry.get("name")), string(entry.get("versionInfo")), _purl(entry),
            licenses=[] if declared in _NOTHING else [names.get(declared) or declared],
            urls=[] if "://" not in source else [source],
        )  # fmt: skip
    described = list(strings(data.get("documentDescribes")))
    for entry in tables(data, "relationships"):
        source, target = (string(entry.get(k)) for k in ("spdxElementId", "relatedSpdxElement"))
        kind = string(entry.get("relationshipType"))
        if kind == "DESCRIBES":
            described.append(target)
        elif kind == "DESCRIBED_BY":
            described.append(source)
        elif kind in _FORWARD:
            bom.edges.append(Edge(source, target, *_FORWARD[kind]))
        elif kind in _BACKWARD:
            bom.edges.append(Edge(target, source, *_BACKWARD[kind]))
    _set_root(described, bom)
    return bom


def _purl(entry: dict[str, Any]) -> str:
    return next(
        (
            string(reference.get("referenceLocator"))
            for reference in tables(entry, "externalRefs")
            if string(reference.get("referenceType")).endswith("purl")
        ),
        "",
    )


def _set_root(described: list[str], bom: Bom) -> None:
    """Take the only described package for the project; several are what the project has."""
    found = {ref for ref in described if ref in bom.items}
    if len(found) == 1 and len(bom.items) > 1:
        ref = found.pop()
        if bom.items[ref].kind not in ("model", "dataset"):
            bom.root = ref
            bom.items[ref].licenses.clear()


def read_graph(data: dict[str, Any]) -> Bom:
    """Return the bill of an SPDX 3 graph."""
    bom = Bom()
    elements = tables(data, "@graph") or [data]
    licenses: dict[str, str] = {}
    described: list[str] = []
    for entry in elements:
        ref, kind = _ref(entry), _type(entry)
        if kind in _ELEMENTS:
            bom.items[ref] = _element(entry, _ELEMENTS[kind])
        elif kind == "LicenseExpression":
            licenses[ref] = string(_field(entry, "licenseExpression"))
        elif kind.endswith("License"):
            licenses[ref] = string(entry.get("name")) or ref.rpartition("/")[2]
        elif kind == "Sbom":
            described += strings(_field(entry, "rootElement"))
    for entry in elements:
        if _type(entry) not in ("Relationship", "LifecycleScopedRelationship"):
            continue
        relation, source = string(entry.get("relationshipType")), _target(entry.get("from"))
        found = entry.get("to")
        targets = [_target(one) for one in (found if isinstance(found, list) else [found])]
        for target in targets:
            if relation in _LICENSES and source in bom.items:
                _license(bom.items[source], licenses.get(target) or target)
            elif relation == "ancestorOf":
                bom.edges.append(Edge(target, source, "derived-from"))
            elif relation in _GRAPH:
                kept, usage = _GRAPH[relation]
                usage = _SCOPES.get(string(entry.get("scope")), usage)
                bom.edges.append(Edge(source, target, kept, usage))
    _set_root(described, bom)
    return bom


def _license(item: Item, written: str) -> None:
    """Keep a license once; an element that is not in the graph is named by its last part."""
    if "://" in written:
        written = written.rpartition("/")[2]
    if written.removesuffix("License").upper() not in _NOTHING and written not in item.licenses:
        item.licenses.append(written)


def _element(entry: dict[str, Any], kind: Kind) -> Item:
    purl = string(_field(entry, "packageUrl"))
    for identifier in tables(entry, "externalIdentifier"):
        if string(identifier.get("externalIdentifierType")) in ("packageUrl", "packageURL", "purl"):
            purl = purl or string(identifier.get("identifier"))
    urls = [string(_field(entry, key)) for key in ("downloadLocation", "homePage")]
    purpose = string(_field(entry, "primaryPurpose"))
    if kind == "package":
        kind = _PURPOSES.get(purpose, kind)
        del urls[1:]  # a home page delivers nothing
    return Item(
        kind, string(entry.get("name")), string(_field(entry, "packageVersion")), purl,
        urls=[url for url in urls if "://" in url],
    )  # fmt: skip


def _ref(entry: dict[str, Any]) -> str:
    return string(entry.get("spdxId")) or string(entry.get("@id"))


def _target(value: object) -> str:
    """Return what a relation points to, written as a reference or in place."""
    return _ref(value) if isinstance(value, dict) else string(value)


def _type(entry: dict[str, Any]) -> str:
    """Return the name of an element's class without its profile."""
    return re.split(r"[_/:]", string(entry.get("type")) or string(entry.get("@type")))[-1]


def _field(entry: dict[str, Any], name: str) -> object:
    """Return a property, with or without the prefix of its profile."""
    for prefix in ("", "software_", "simplelicensing_", "core_"):
        if prefix + name in entry:
            return entry[prefix + name]
    return None
