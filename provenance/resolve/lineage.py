"""Models and datasets: follow derivation to the roots, by registry and, online, by hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from provenance import ids
from provenance.model import ComponentId, Gap, Kind, Link, Relation
from provenance.ports import ModelHub
from provenance.registry.tables import evidence_of
from provenance.resolve.inventory import Inventory
from provenance.resolve.requirements import INSTALLED, RESOLVER

_ON_HUBS = (
    "pkg:huggingface/", "dataset:huggingface/", "model:modelscope/", "dataset:modelscope/",
)  # fmt: skip
MAX_COMPONENTS = 5_000
"""A lineage that adds more than this to what the tree itself names is cut, and a gap says so."""

_FILES_OF_MODELS = frozenset({"weights", "model-folder", "model-card", "mergekit"})

_KINDS: tuple[tuple[str, Kind], ...] = (
    ("pkg:huggingface/", "model"), ("model:", "model"), ("dataset:", "dataset"),
    ("service:", "service"), ("platform:", "platform"), ("pkg:docker/", "container"),
    ("pkg:", "package"),
)  # fmt: skip


def kind_of(component: ComponentId) -> Kind:
    """Return the kind that a canonical id implies."""
    return next((kind for prefix, kind in _KINDS if component.startswith(prefix)), "package")


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with every known ancestor and relation, cycles and all."""
    pending: Sequence[ComponentId] = tuple(inventory.components)
    done: set[ComponentId] = set()
    overridden: set[ComponentId] = set()
    most = len(inventory.components) + MAX_COMPONENTS
    while pending:
        done.update(pending)
        if len(inventory.components) > most:
            inventory.gap(Gap(subject=inventory.root, reason="lineage-too-large"))
            break
        overridden |= _from_registry(inventory, pending)
        if inventory.outside.hub is not None:
            _from_hub(inventory, inventory.outside.hub, pending, overridden)
        pending = tuple(c for c in inventory.components if c not in done)
    _report_circles(inventory)
    _settle(inventory)
    inventory.attach()
    return inventory


def _from_registry(inventory: Inventory, pending: Sequence[ComponentId]) -> set[ComponentId]:
    """Add recorded relations; return the models whose hub declaration is overridden."""
    overridden: set[ComponentId] = set()
    versions, told = _versions(inventory), _told(inventory)
    for component in pending:
        usage = inventory.components[component].usage
        for row in inventory.registry.lineage(component):
            if row.overrides_hub in ("yes", "true", "1"):
                overridden.add(component)
            inventory.derive(row.parent, kind_of(row.parent), usage)
            inventory.add_link(
                Link(
                    source=component, target=row.parent,
                    relation=cast("Relation", row.relation),
                    how=row.how if row.relation == "derived-from" else None,
                    basis="declared" if row.relation == "derived-from" else None,
                    evidence=(evidence_of(row),),
                )
            )  # fmt: skip
        for item in inventory.registry.links(component):
            if item.relation == "depends-on" and component in told:
                continue  # the data knows some release, the stack this one
            target = versions.get(item.target, item.target)
            inventory.derive(target, kind_of(target), usage)
            inventory.add_link(
                Link(
                    source=component, target=target,
                    relation=cast("Relation", item.relation), evidence=(evidence_of(item),),
                )
            )  # fmt: skip
    return overridden


def _versions(inventory: Inventory) -> dict[ComponentId, ComponentId]:
    """Return the packages of which the stack has one version, by their ids without it."""
    found: dict[ComponentId, list[ComponentId]] = {}
    for component in inventory.components.values():
        if component.kind == "package" and component.version:
            found.setdefault(ids.without_version(component.id), []).append(component.id)
    return {bare: these[0] for bare, these in found.items() if len(these) == 1}


def _told(inventory: Inventory) -> set[ComponentId]:
    """Return the packages whose own requirements an exact source has told."""
    found = {
        link.source
        for link in inventory.links.values()
        if link.relation == "depends-on" and link.basis in ("locked", "installed", "resolved")
    }
    return found | {
        component.id
        for component in inventory.components.values()
        if any(place.extractor in (INSTALLED, RESOLVER) for place in component.occurrences)
    }


def _from_hub(
    inventory: Inventory, hub: ModelHub, pending: Sequence[ComponentId],
    overridden: set[ComponentId],
) -> None:  # fmt: skip
    wanted = [c for c in pending if c.startswith(_ON_HUBS)]
    if not wanted:
        return
    answer = hub.describe(wanted)
    overridden |= {
        link.target
        for link in answer.links
        if link.relation == "same-as" and link.source in overridden
    }
    for link in answer.links:
        if link.relation == "derived-from" and link.source in overridden:
            continue
        if ids.same_repository(link.source, link.target):
            inventory.gap(Gap(subject=link.source, reason="base-is-itself"))
            continue
        inventory.derive(link.target, kind_of(link.target), inventory.components[link.source].usage)
        inventory.add_link(link)
    inventory.licenses += answer.licenses
    for gap in answer.gaps:
        inventory.gap(gap)


def _report_circles(inventory: Inventory) -> None:
    """Say which models are, by what is declared, made from themselves through others.

    Every walk along a lineage passes each model once, so a circle ends it; but one of its
    statements must be wrong, and its root is not known.
    """
    parents: dict[ComponentId, list[ComponentId]] = {}
    for link in inventory.links.values():
        if link.relation == "derived-from":
            parents.setdefault(link.source, []).append(link.target)
    ranks: dict[ComponentId, int] = {}
    for start in sorted(parents):
        if start not in ranks:
            for circle in _circles(start, parents, ranks):
                inventory.gap(
                    Gap(
                        subject=min(circle), reason="lineage-circle",
                        params=(("members", " → ".join([*circle, circle[0]])),),
                    )
                )  # fmt: skip


def _circles(
    start: ComponentId, parents: dict[ComponentId, list[ComponentId]],
    ranks: dict[ComponentId, int],
) -> Iterator[tuple[ComponentId, ...]]:  # fmt: skip
    """Yield the circles that a walk in depth closes; ``ranks`` keeps what was walked."""
    way: list[ComponentId] = []
    pending: list[tuple[ComponentId, bool]] = [(start, False)]
    while pending:
        current, done = pending.pop()
        if done:
            ranks[way.pop()] = -1
        elif current not in ranks:
            ranks[current] = len(way)
            way.append(current)
            pending.append((current, True))
            pending += [(parent, False) for parent in sorted(parents.get(current, ()))]
        elif ranks[current] >= 0:
            circle = way[ranks[current] :]
            first = circle.index(min(circle))
            yield (*circle[first:], *circle[:first])


def _settle(inventory: Inventory) -> None:
    """Take back that a model is not in the tree where its files are."""
    for gap in tuple(inventory.gaps):
        component = inventory.components.get(gap.subject)
        if (
            gap.reason == "local-model-not-in-tree"
            and component is not None
            and any(place.extractor in _FILES_OF_MODELS for place in component.occurrences)
        ):
            del inventory.gaps[gap]
