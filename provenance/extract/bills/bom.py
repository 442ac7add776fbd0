"""Bills of material, whatever their format: what they list, and how it becomes components."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct, field

from provenance import ids
from provenance.addresses import host_of, is_local_host
from provenance.extract.bills import purls
from provenance.extract.channels import REGISTRY_HOSTS
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies, reach
from provenance.model import USAGES, ComponentId, Kind, Occurrence, Relation, Usage
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

_KEYED = lazy(r'"(?:purl|name|referenceLocator|software_packageUrl|identifier)"\s*:\s*'
                    r'"([^"\\]{1,500})"')  # fmt: skip
_REGISTRIES = {"service:pypi": "pypi", "service:npm": "npm"}
_HUB_URL = lazy(r"https?://(?:www\.)?huggingface\.co/(datasets/)?([\w.-]+/[\w.-]+)/?(?:[?#].*)?")


class Item(Struct):
    """One thing that a bill lists."""

    kind: Kind
    name: str
    version: str = ""
    purl: str = ""
    usage: Usage = "used"
    licenses: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    """Where it is fetched from or, of a service, where it is called."""


class Edge(NamedTuple):
    """A relation between two references of the bill."""

    source: str
    target: str
    relation: Relation
    usage: Usage = "used"


class Bom(Struct):
    """A bill: its items by reference, and the reference that stands for the project."""

    items: dict[str, Item] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    root: str = ""

    def starts(self) -> list[tuple[str, Usage]]:
        """Return what the project itself asks for; without a root, what nothing asks for."""
        found = [
            (edge.target, edge.usage)
            for edge in self.edges
            if edge.source == self.root and edge.relation == "depends-on"
        ]
        if found:
            return found
        asked = {edge.target for edge in self.edges if edge.relation == "depends-on"}
        return [(ref, "used") for ref in self.items if ref not in asked]


def write(bom: Bom, text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what a bill lists, with its relations, licenses and channels."""
    starts = bom.starts()
    asks: dict[str, list[tuple[str, Usage]]] = {}
    for edge in bom.edges:
        asks.setdefault(edge.source, []).append((edge.target, edge.usage))
    usages, direct = reach(starts, asks), {ref for ref, _ in starts}
    lines = _lines(text)
    packages = Dependencies("generic", collector, vocabulary)
    nodes: dict[str, ComponentId] = {}
    places: dict[str, Occurrence] = {}
    for ref, item in bom.items.items():
        written = item.purl or item.name
        usage = max(item.usage, usages.get(ref, "used"), key=USAGES.index)
        where = collector.occurrence(lines.get(written, 0), written, usage=usage)
        component = (
            ids.PROJECT if ref == bom.root else _component(item, where, ref in direct, packages)
        )
        if component is None:
            continue
        nodes[ref], places[ref] = component, where
        for raw in item.licenses:
            if component != ids.PROJECT:
                packages.declared_license(component, raw, where.line)
        if item.kind == "package" and component != ids.PROJECT:
            for url in item.urls:
                packages.delivered(component, url, where)
    for edge in bom.edges:
        source, target = nodes.get(edge.source), nodes.get(edge.target)
        if source and target and source != target and target != ids.PROJECT:
            _relate(source, target, edge, places[edge.target], bom.items, collector)


def _relate(
    source: ComponentId, target: ComponentId, edge: Edge, where: Occurrence,
    items: dict[str, Item], collector: Collector,
) -> None:  # fmt: skip
    """Record one relation; who depends on a service calls it."""
    if edge.relation == "contains" and source == ids.PROJECT:
        return  # a bill contains all it lists
    if edge.relation == "derived-from":
        collector.link(source, target, "derived-from", where, how="unknown", basis="declared")
        return
    service = edge.relation == "depends-on" and items[edge.target].kind == "service"
    collector.link(source, target, "calls" if service else edge.relation, where)


def _lines(text: str) -> dict[str, int]:
    """Return the line on which each name or purl first stands as a value."""
    lines, found = LockLines(text), {}
    for match in _KEYED.finditer(text):
        if match[1] not in found:
            found[match[1]] = lines.at(match.start(1))
    return found


def _component(
    item: Item, where: Occurrence, direct: bool, packages: Dependencies
) -> ComponentId | None:
    """Record an item under the id that this report gives such a thing."""
    collector, vocabulary = packages.collector, packages.vocabulary
    known = purls.read(item.purl)
    if item.kind == "service":
        return _service(item, where, collector, vocabulary)
    if item.kind == "dataset":
        return _dataset(item, where, collector, vocabulary)
    if known and known.kind == "model":
        return collector.hub_model(known.component, where)
    if item.kind == "model":
        return _model(item, known.component if known else "", where, collector, vocabulary)
    if not known:
        if item.purl:
            collector.gap(item.purl, "requirement-without-name", where)
        if not item.name:
            return None
        component = ids.package(_ecosystem(item), item.name, item.version or None)
        known = purls.Read(component, item.kind)
    component, kind = known
    name = ids.short(ids.without_version(component))
    version = ids.version_of(component) or item.version or None
    return collector.component(component, kind, name, where, version=version, direct=direct)


def _ecosystem(item: Item) -> str:
    """Return the ecosystem of a package without purl: the registry it is fetched from tells."""
    services = {REGISTRY_HOSTS.get(host_of(url) or "") for url in item.urls}
    return next((_REGISTRIES[one] for one in services if one in _REGISTRIES), "generic")


def _model(
    item: Item, component: ComponentId, where: Occurrence, collector: Collector,
    vocabulary: Vocabulary,
) -> ComponentId:  # fmt: skip
    """Record a model of the hub or of an API's own family; another under the bill's name."""
    if component:
        return collector.component(component, "model", item.name, where, version=item.version)
    for url in item.urls:
        found = _HUB_URL.fullmatch(url)
        if found and not found[1]:
            return collector.hub_model(found[2], where)
    alias = vocabulary.alias(item.name)
    if alias or may_be_repository(item.name):
        return collector.hub_model(alias or item.name, where)
    owner = vocabulary.api_owner(item.name)
    if owner:
        return collector.api_model(owner, item.name, where)
    return collector.component(ids.api_model("sbom", item.name), "model", item.name, where)


def _dataset(
    item: Item, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId:
    for url in item.urls:
        found = _HUB_URL.fullmatch(url)
        if found and found[1]:
            return collector.dataset("huggingface", found[2], where)
    alias = vocabulary.dataset_alias(item.name)
    if alias:
        _, hub, name = re.split(r"[:/]", alias, maxsplit=2)
        return collector.dataset(hub, name, where)
    hub = "huggingface" if may_be_repository(item.name) else "sbom"
    return collector.dataset(hub, item.name, where)


def _service(
    item: Item, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId | None:
    """Record a service by the host of its endpoint, else under its name."""
    hosts = [host for url in item.urls if (host := host_of(url))]
    public = [host for host in hosts if not is_local_host(host)]
    for host in public:
        component = vocabulary.service_of_host(host)
        if component:
            return collector.service(component, where)
    if hosts and not public:
        collector.gap(item.name, "private-channel", where)
        return None
    slug = public[0] if public else re.sub(r"[^a-z0-9]+", "-", item.name.lower()).strip("-")
    return collector.service(ids.service(slug), where) if slug else None
