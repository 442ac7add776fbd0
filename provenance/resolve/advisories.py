"""Known vulnerabilities of the package versions in the stack."""

from __future__ import annotations

from msgspec.structs import replace

from provenance.resolve.inventory import Inventory


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with published advisories on its components."""
    advisories = inventory.outside.advisories
    if advisories is None:
        return inventory
    answer = advisories.known([c.id for c in inventory.components.values() if c.kind == "package"])
    for component, found in answer.vulnerabilities.items():
        known = inventory.components.get(component)
        if known is not None:
            inventory.components[component] = replace(known, vulnerabilities=found)
    for gap in answer.gaps:
        inventory.gap(gap)
    return inventory
