"""Open weights that a service serves: where only their name stands, that service is asked.

Of the names of hub repositories that literals hold, many are what a host of open weights is
asked for elsewhere in the tree (``"provider": "siliconflow"`` in a table of models, a client
of it), or what is loaded from another hub there. A name that nothing loads means the same.
"""

from __future__ import annotations

from msgspec.structs import replace

from provenance import ids
from provenance.model import Component, ComponentId, Occurrence, strongest_usage
from provenance.resolve.inventory import Inventory

_SETTINGS = frozenset({"env-file", "sql"})
"""Extractors of files in which a model's name says nothing of who runs it."""
_HUB = "pkg:huggingface/"
_MODELSCOPE = "model:modelscope/"


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with the bare names of served weights given to who serves them."""
    served: dict[ComponentId, set[ComponentId]] = {}
    for link in inventory.links.values():
        if link.relation == "same-as" and link.target.startswith(_HUB):
            served.setdefault(link.target, set()).add(link.source)
    for known in inventory.components:
        if known.startswith(_MODELSCOPE):
            served.setdefault(_HUB + known.removeprefix(_MODELSCOPE), set()).add(known)
    given: set[Occurrence] = set()
    for weights, models in sorted(served.items()):
        component = inventory.components.get(weights)
        if component is None or not component.direct or len(models) != 1:
            continue
        model = inventory.components.get(next(iter(models)))
        if model is None or not _is_asked(model, weights):
            continue
        own = [place for place in component.occurrences if place not in model.occurrences]
        if not own or any(_loads(place) for place in own):
            continue
        inventory.components[model.id] = replace(
            model, occurrences=(*model.occurrences, *own),
            usage=strongest_usage((model.usage, *(place.usage for place in own))),
        )  # fmt: skip
        inventory.components[weights] = replace(component, direct=False)
        inventory.links.pop((weights, ids.HUB, "delivered-by", None), None)
        given.update(own)
    if given:
        _forget(ids.HUB, given, inventory)
    return inventory


def _is_asked(model: Component, weights: ComponentId) -> bool:
    """Tell whether a service is asked for the weights by their name, and not only in tests."""
    return (
        model.direct and model.usage in ("used", "optional")
        and model.id.lower().endswith("/" + weights.removeprefix(_HUB).lower())
        and any(place.confidence != "low" for place in model.occurrences)
    )  # fmt: skip


def _loads(place: Occurrence) -> bool:
    """Tell whether a place is a loader's, or a setting that a runtime of one's own reads."""
    return place.confidence == "high" and place.extractor not in _SETTINGS


def _forget(service: ComponentId, places: set[Occurrence], inventory: Inventory) -> None:
    """Take from a service the places that turned out not to ask it."""
    component = inventory.components.get(service)
    if component is None:
        return
    left = tuple(place for place in component.occurrences if place not in places)
    if left:
        inventory.components[service] = replace(component, occurrences=left)
    elif component.occurrences:
        inventory.remove({service})
