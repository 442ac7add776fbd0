"""Services: the base URL decides. A variable's name alone does not make a service."""

from __future__ import annotations

from provenance.model import Gap
from provenance.resolve.inventory import Inventory


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory without services that only a redirected client hints at.

    ``OPENAI_API_KEY`` beside a client whose base URL points elsewhere is no evidence
    of OpenAI. Such a service leaves the inventory, and a gap says so.
    """
    # An endpoint chosen at run time may still be this service.
    undecided = {gap.subject for gap in inventory.gaps if gap.reason == "endpoint-at-runtime"}
    for service, where in sorted(inventory.redirects):
        component = inventory.components.get(service)
        if component is None or service in undecided:
            continue
        if any(place.confidence != "low" for place in component.occurrences):
            continue
        inventory.remove(service)
        inventory.gap(
            Gap(
                subject=service, reason="redirected-client",
                location=where.location,
                params=(("endpoint", where.as_written),),
            )
        )  # fmt: skip
    return inventory
