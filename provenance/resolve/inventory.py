"""The working set between extraction and the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from provenance import ids
from provenance.descent import Statement
from provenance.model import (
    BASES,
    Component,
    ComponentId,
    Extraction,
    Gap,
    Import,
    Kind,
    LicenseDeclaration,
    Link,
    Occurrence,
    Relation,
    Usage,
    strongest_usage,
)
from provenance.ports import OFFLINE, Outside
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary

_ROOT_RELATION: dict[Kind, Relation] = {
    "service": "calls", "platform": "runs-on", "container": "built-from",
}  # fmt: skip

_IMAGE = "pkg:docker/"


class Inventory(Struct):
    """Components and links keyed for merging, with what resolvers need to know."""

    root: ComponentId
    registry: Registry
    vocabulary: Vocabulary
    outside: Outside = OFFLINE
    modules: frozenset[str] = frozenset()
    components: dict[ComponentId, Component] = field(default_factory=dict)
    links: dict[tuple[str, str, Relation, str | None], Link] = field(default_factory=dict)
    gaps: dict[Gap, None] = field(default_factory=dict)
    licenses: list[LicenseDeclaration] = field(default_factory=list)
    statements: dict[Statement, None] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    redirects: list[tuple[ComponentId, Occurrence]] = field(default_factory=list)
    namespaces: set[str] = field(default_factory=set)

    def add(self, component: Component) -> None:
        """Add a component or fold it into the one with the same id."""
        known = self.components.get(component.id)
        if known is None:
            self.components[component.id] = component
            return
        self.components[component.id] = replace(
            known,
            version=known.version or component.version,
            direct=known.direct or component.direct,
            usage=strongest_usage((known.usage, component.usage)),
            functions=tuple(sorted({*known.functions, *component.functions})),
            occurrences=tuple(dict.fromkeys((*known.occurrences, *component.occurrences))),
            homes=tuple(dict.fromkeys((*known.homes, *component.homes))),
        )

    def add_link(self, link: Link) -> None:
        """Add a link or fold it into the one between the same ends.

        A derivation whose kind one source leaves open takes the kind another states, if
        both rest on the same basis; what a publisher declares and what a hub infers are
        two links. A requirement takes the most exact of what it rests on.
        """
        apart = link.basis if link.relation == "derived-from" else link.requirement
        key = (link.source, link.target, link.relation, apart)
        known = self.links.get(key)
        if known is None:
            self.links[key] = link
            return
        how = known.how if known.how not in (None, "unknown") else link.how
        self.links[key] = replace(
            known,
            how=how,
            basis=_basis(known, link),
            occurrences=tuple(dict.fromkeys((*known.occurrences, *link.occurrences))),
            evidence=tuple(dict.fromkeys((*known.evidence, *link.evidence))),
        )

    def derive(
        self, component: ComponentId, kind: Kind, usage: Usage, name: str | None = None
    ) -> None:
        """Add a component known only through another one (``direct`` is false)."""
        self.add(
            Component(
                id=component, kind=kind, name=name or ids.short(ids.without_version(component)),
                version=ids.version_of(component), direct=False, usage=usage,
            )
        )  # fmt: skip

    def gap(self, gap: Gap) -> None:
        """Add a gap once."""
        self.gaps.setdefault(gap)

    def rename(self, names: dict[ComponentId, ComponentId]) -> None:
        """Give components other ids, in links and licenses too."""
        if not names:
            return
        components, links = list(self.components.values()), list(self.links.values())
        self.components, self.links = {}, {}
        for component in components:
            target = names.get(component.id, component.id)
            version = component.version or ids.version_of(target)
            self.add(replace(component, id=target, version=version))
        for link in links:
            self.add_link(
                replace(
                    link,
                    source=names.get(link.source, link.source),
                    target=names.get(link.target, link.target),
                )
            )
        self.licenses = [
            replace(item, component=names.get(item.component, item.component))
            for item in self.licenses
        ]
        self.statements = {
            replace(item, component=names.get(item.component, item.component)): None
            for item in self.statements
        }

    def remove(self, gone: Collection[ComponentId]) -> None:
        """Take components and their links out (the caller leaves gaps in their place)."""
        if not gone:
            return
        for component in gone:
            self.components.pop(component, None)
        self.links = {
            key: link
            for key, link in self.links.items()
            if link.source not in gone and link.target not in gone
        }

    def absorb(self, own: Collection[ComponentId]) -> None:
        """Fold packages that the tree itself is into the project: its parts, no dependencies."""
        if not own:
            return
        links = list(self.links.values())
        self.remove(own)
        for link in links:
            source = self.root if link.source in own else link.source
            if link.target not in own and source != link.target:
                self.add_link(replace(link, source=source))

    def attach(self) -> None:
        """Link the project to every component that nothing it stands on leads to.

        Components without a way in come first; of a closed circle, those seen in the
        tree are linked, then whatever is still out of reach.
        """
        targets = {link.target for link in self.links.values()}
        order = sorted(
            self.components.values(), key=lambda c: (c.id in targets, not c.direct, c.id)
        )
        outgoing: dict[ComponentId, list[ComponentId]] = {}
        for link in self.links.values():
            outgoing.setdefault(link.source, []).append(link.target)
        reached: set[ComponentId] = set()
        _reach(self.root, outgoing, reached)
        for component in order:
            if component.id not in reached:
                _reach(component.id, outgoing, reached)
                self.add_link(
                    Link(
                        source=self.root, target=component.id,
                        relation=_ROOT_RELATION.get(component.kind, "depends-on"),
                        occurrences=component.occurrences[:1],
                    )
                )  # fmt: skip


def _basis(known: Link, link: Link) -> str | None:
    """Return what two statements of one link rest on together."""
    if link.relation == "depends-on":  # the most exact; a file at least declares
        return min((one.basis or "declared" for one in (known, link)), key=BASES.index)
    if link.relation == "delivered-by":  # what one place states is no mere possibility any more
        return known.basis and link.basis
    return known.basis


def _reach(
    start: ComponentId, outgoing: dict[ComponentId, list[ComponentId]], reached: set[ComponentId]
) -> None:
    """Add everything reachable from ``start`` to ``reached``."""
    pending = [start]
    while pending:
        current = pending.pop()
        if current not in reached:
            reached.add(current)
            pending += outgoing.get(current, ())


def merge(inventory: Inventory, extractions: Iterable[Extraction]) -> Inventory:
    """Fold extractions into an inventory, the placeholder replaced by the root."""
    inventory.components[inventory.root] = Component(
        id=inventory.root, kind="project", name=inventory.root.partition(":")[2]
    )

    def real(component: ComponentId) -> ComponentId:
        return inventory.root if component == ids.PROJECT else component

    grouped: dict[ComponentId, list[Component]] = {}
    own: set[ComponentId] = set()
    for extraction in extractions:
        for component in extraction.components:
            grouped.setdefault(component.id, []).append(component)
        for link in extraction.links:
            if ids.PROJECT in (link.source, link.target):
                link = replace(link, source=real(link.source), target=real(link.target))
            inventory.add_link(link)
        for gap in extraction.gaps:
            inventory.gap(gap)
        own.update(extraction.own)
        for item in extraction.licenses:
            inventory.licenses.append(replace(item, component=real(item.component)))
        inventory.statements.update(dict.fromkeys(extraction.statements))
        inventory.imports += extraction.imports
        inventory.redirects += extraction.redirects
        inventory.namespaces.update(extraction.namespaces)
    for found in grouped.values():
        # Folded in one go: a package imported in every file has thousands of places.
        first = found[0]
        if len(found) > 1:
            first = replace(
                first,
                usage=strongest_usage(tuple(component.usage for component in found)),
                direct=any(component.direct for component in found),
                functions=tuple(sorted({name for c in found for name in c.functions})),
                occurrences=tuple(
                    dict.fromkeys(place for component in found for place in component.occurrences)
                ),
            )
        inventory.add(first)
    names = {ids.short(component).lower() for component in own if not component.startswith(_IMAGE)}
    inventory.absorb({
        c for c, item in inventory.components.items()
        if (ids.without_version(c) in own and item.kind != "container")
        # How a project's own documentation says to install it from where its code lies.
        or (c.startswith("pkg:github/") and item.usage == "documentation"
            and ids.without_version(c).rpartition("/")[2].lower() in names)
    })  # fmt: skip
    inventory.remove(_not_from_elsewhere(inventory, own))
    return inventory


def _not_from_elsewhere(inventory: Inventory, own: Collection[ComponentId]) -> set[ComponentId]:
    """Return what the tree holds or builds itself, and hubs that only this was to come from.

    Datasets that are its folders, images that it builds, and names of images that
    documentation lists in the form of a hub's id.
    """
    images = {
        ids.without_version(c).removeprefix(_IMAGE).lower()
        for c in (*inventory.components, *own) if c.startswith(_IMAGE)
    }  # fmt: skip
    found = {
        c for c, item in inventory.components.items()
        if (item.kind == "dataset" and _is_folder(item, inventory.modules))
        or (item.kind == "container" and ids.without_version(c) in own and not _is_base(item))
        or (item.kind == "model" and _is_listed_image(item, images))
    }  # fmt: skip
    places = {place for c in found for place in inventory.components[c].occurrences}
    hubs = {link.target for link in inventory.links.values() if link.source in found}
    return found | {
        hub for hub in hubs
        if hub in inventory.components and places.issuperset(inventory.components[hub].occurrences)
    }  # fmt: skip


def _is_base(image: Component) -> bool:
    """Tell whether a Dockerfile begins with an image: then another may make it as well."""
    return any(place.extractor == "dockerfile" for place in image.occurrences)


def _is_listed_image(model: Component, images: Collection[str]) -> bool:
    """Tell whether what prose alone names in the form of a hub's id is an image's name."""
    return (
        model.id.startswith("pkg:huggingface/")
        and ids.short(model.id).lower() in images
        and all(
            place.extractor == "markdown"
            and place.as_written.lower() == ids.short(model.id).lower()
            for place in model.occurrences
        )
    )


def _is_folder(dataset: Component, folders: frozenset[str]) -> bool:
    """Tell whether what reads like a dataset's id everywhere is the path of a folder here."""
    hub, _, path = dataset.id.partition("/")
    return (
        hub != "dataset:local"
        and bool(dataset.occurrences)
        and all(
            place.confidence != "high"
            and (path in folders or f"{place.path.rpartition('/')[0]}/{path}" in folders)
            for place in dataset.occurrences
        )
    )
