"""Services: the base URL decides. A variable's name alone does not make a service."""

from __future__ import annotations

from provenance.model import Gap, Location
from provenance.resolve.inventory import Inventory


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory without services that only a redirected client hints at.

    ``OPENAI_API_KEY`` beside a client whose base URL points elsewhere is no evidence
    of OpenAI. Such a service leaves the inventory, and a gap says so.
    """
    redirected = {service for service, _ in inventory.redirects}
    for service, where in sorted(inventory.redirects):
        component = inventory.components.get(service)
        if component is None or service not in redirected:
            continue
        if any(place.confidence != "low" for place in component.occurrences):
            continue
        if any("dynamic" in gap.reason or gap.reason == "endpoint-at-runtime"
               for gap in inventory.gaps if gap.subject == service):  # fmt: skip
            continue  # the endpoint is chosen at run time: it may still be this service
        inventory.remove(service)
        inventory.gap(
            Gap(
                subject=service, reason="redirected-client",
                location=Location(path=where.path, line=where.line),
                params=(("endpoint", where.as_written),),
            )
        )  # fmt: skip
    return inventory
