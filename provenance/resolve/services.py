"""Services: the base URL decides. A variable's name alone does not make a service."""

from __future__ import annotations

from provenance.model import ComponentId, Gap
from provenance.resolve.inventory import Inventory


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory without services that only a redirected client hints at.

    ``OPENAI_API_KEY`` beside a client whose base URL points elsewhere is no evidence
    of OpenAI. Such a service leaves the inventory, and a gap says so.
    """
    served: dict[str, list[str]] = {}
    for link in inventory.links.values():
        if link.relation == "served-by":
            served.setdefault(link.target, []).append(link.source)
    gone: set[ComponentId] = set()
    # An endpoint chosen at run time may still be this service.
    undecided = {gap.subject for gap in inventory.gaps if gap.reason == "endpoint-at-runtime"}
    for service, where in sorted(inventory.redirects):
        component = inventory.components.get(service)
        if component is None or service in undecided or service in gone:
            continue
        if any(place.confidence != "low" for place in component.occurrences):
            continue
        gone.add(service)
        inventory.gap(
            Gap(
                subject=service, reason="redirected-client",
                location=where.location,
                params=(("endpoint", where.as_written),),
            )
        )  # fmt: skip
        for model in served.get(service, ()):
            if _is_alias(model, inventory):
                places = inventory.components[model].occurrences
                gone.add(model)
                inventory.gap(
                    Gap(
                        subject=inventory.components[model].name, reason="alias-of-local-model",
                        location=places[0].location if places else None,
                    )
                )  # fmt: skip
    inventory.remove(gone)
    return inventory


def _is_alias(model: ComponentId, inventory: Inventory) -> bool:
    """Tell whether a model is known by its name alone: a local server may call its own so."""
    component = inventory.components.get(model)
    return component is not None and all(
        place.confidence != "high" for place in component.occurrences
    )
