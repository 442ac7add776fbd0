"""What rules look at, and how they word an identity that is stable across runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from msgspec import Struct

from provenance import ids
from provenance.graph import Graph
from provenance.model import (
    CONFIDENCES,
    Attribution,
    Component,
    ComponentId,
    Confidence,
    Evidence,
)
from provenance.registry import Registry


class Audit(Struct, frozen=True, kw_only=True):
    """An attributed graph with the registry it was attributed from."""

    graph: Graph
    attributions: Mapping[ComponentId, Attribution]
    registry: Registry

    def concerns(self, component: Component) -> bool:
        """Tell whether a component gets findings of its own.

        The project does not. A model known only as another's ancestor does not
        either: it speaks through the path of the one that is used.
        """
        return component.kind != "project" and (component.direct or component.kind != "model")


def finding_id(rule: str, component: ComponentId) -> str:
    """Return an id that survives version changes and reordering.

    A component that ends in ``#`` stands for exactly the version it names.
    """
    bare = component if component.endswith("#") else ids.without_version(component)
    text = f"{rule}\0{bare}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def presence(component: Component) -> Confidence:
    """Return how surely the component is there at all: its best place's confidence."""
    levels = [place.confidence for place in component.occurrences]
    return max(levels, key=CONFIDENCES.index, default="high")


def shown_by_weights(
    audit: Audit, ways: Iterable[tuple[ComponentId, ...]]
) -> tuple[tuple[tuple[str, str], ...], tuple[Evidence, ...]]:
    """Return what agrees with what on ways that weights alone lead, as params, and its evidence.

    Args:
        ways: each from the component itself to the ancestor.

    Returns:
        ``model`` and ``base`` (names, the bases as the database has them), and ``p``,
        ``statistic`` and ``database`` of the weakest agreement: the bound holds for each.
    """
    links = dict.fromkeys(link for way in ways for link in audit.graph.weighed(way))
    found = [(link, link.agreement) for link in links if link.agreement is not None]
    if not found:
        return (), ()
    weakest_link = max((agreement for _, agreement in found), key=lambda item: item.p)
    params = (
        ("model", ", ".join(dict.fromkeys(ids.short(link.source) for link, _ in found))),
        ("base", ", ".join(dict.fromkeys(agreement.base for _, agreement in found))),
        ("p", f"{weakest_link.p:.2g}"),
        ("statistic", weakest_link.statistic),
        ("database", weakest_link.database),
    )
    return params, tuple(dict.fromkeys(one for link, _ in found for one in link.evidence))
