"""The whole package stack: what an environment or a resolver adds to what files declare."""

from __future__ import annotations

from provenance.resolve.inventory import Inventory, merge


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with the packages that the sources beyond the tree know of.

    The sources are asked best first, each with what is known by then.
    """
    for source in inventory.outside.packages:
        declared = [item for item in inventory.components.values() if item.kind == "package"]
        links = [link for link in inventory.links.values() if link.relation == "depends-on"]
        merge(inventory, (source.packages(declared, links),))
    return inventory
