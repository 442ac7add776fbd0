"""Services: the base URL decides. A variable's name alone does not make a service."""

from __future__ import annotations

from provenance.model import ComponentId, Gap, strongest_usage
from provenance.resolve.inventory import Inventory

_INTERNATIONAL = "-intl"
"""What the slug of a provider's other platform ends with, beside the mainland's."""


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory without services that only a redirected client hints at.

    ``OPENAI_API_KEY`` beside a client whose base URL points elsewhere is no evidence
    of OpenAI. Such a service leaves the inventory, and a gap says so. So does one platform
    of a provider that shares its variables with the other, whose address is there.
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
    for service in sorted(inventory.components):
        asked = _other_platform(service, inventory) if service not in undecided | gone else None
        if asked is None or served.get(service):
            continue
        gone.add(service)
        inventory.gap(
            Gap(
                subject=service, reason="redirected-client",
                location=inventory.components[service].occurrences[0].location,
                params=(("endpoint", asked),),
            )
        )  # fmt: skip
    inventory.remove(gone)
    return inventory


def _other_platform(service: ComponentId, inventory: Inventory) -> str | None:
    """Return the address of a provider's other platform, where this one is only hinted at."""
    if not service.startswith("service:"):
        return None
    mainland = service.removesuffix(_INTERNATIONAL)
    other = mainland if mainland != service else service + _INTERNATIONAL
    here, there = inventory.components.get(service), inventory.components.get(other)
    if here is None or there is None or not here.occurrences:
        return None
    if any(place.confidence != "low" for place in here.occurrences):
        return None
    sure = [place for place in there.occurrences if place.confidence != "low"]
    for place in sure:
        if strongest_usage((place.usage, here.usage)) == place.usage:
            return place.as_written
    return None


def _is_alias(model: ComponentId, inventory: Inventory) -> bool:
    """Tell whether a model is known by its name alone: a local server may call its own so."""
    component = inventory.components.get(model)
    return component is not None and all(
        place.confidence != "high" for place in component.occurrences
    )
