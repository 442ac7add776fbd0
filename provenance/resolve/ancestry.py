"""Models in the tree whose weights are those of a base, declared or not."""

from __future__ import annotations

from provenance.model import Component
from provenance.resolve.inventory import Inventory

_WEIGHTS = "weights"
"""The extractor of files of weights."""
_READ = (".safetensors", ".gguf", ".safetensors.index.json")


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with what weights show of descent, where a database is configured."""
    ancestry = inventory.outside.ancestry
    if ancestry is None:
        return inventory
    found = {
        item.id: paths for item in inventory.components.values() if (paths := _weights_of(item))
    }
    answer = ancestry.matches(found)
    for link in answer.links:
        inventory.derive(link.target, "model", inventory.components[link.source].usage)
        inventory.add_link(link)
    for gap in answer.gaps:
        inventory.gap(gap)
    return inventory


def _weights_of(component: Component) -> tuple[str, ...]:
    """Return the files of a model that lies in the tree; none of those that a hub's cache holds."""
    if not component.id.startswith("model:local/"):
        return ()
    return tuple(
        dict.fromkeys(
            place.path
            for place in component.occurrences
            if place.extractor == _WEIGHTS and place.path.lower().endswith(_READ)
        )
    )
