"""What rules look at, and how they word an identity that is stable across runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from provenance import ids
from provenance.graph import Graph
from provenance.model import (
    CONFIDENCES,
    Attribution,
    Component,
    ComponentId,
    Confidence,
)
from provenance.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
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
