"""What released packages declare of themselves, from the index's metadata."""

from __future__ import annotations

from msgspec.structs import replace

from provenance.resolve.inventory import Inventory


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with the licenses and links that package metadata declares."""
    index = inventory.outside.index
    if index is None:
        return inventory
    wanted = [item.id for item in inventory.components.values() if item.kind == "package"]
    answer = index.describe(wanted)
    for link in answer.links:
        if link.source in inventory.components and link.target in inventory.components:
            inventory.add_link(link)
    inventory.licenses += answer.licenses
    for component, homes in answer.homes.items():
        known = inventory.components.get(component)
        if known is not None:
            homes = tuple(dict.fromkeys((*known.homes, *homes)))
            inventory.components[component] = replace(known, homes=homes)
    for gap in answer.gaps:
        inventory.gap(gap)
    return inventory
