"""Bare names of open weights that the tree asks somebody else for than the hub of that name.

Of the names of hub repositories that literals hold, many are what a host of open weights is
asked for elsewhere in the tree (``"provider": "siliconflow"`` in a table of models, a client
of it). A name that nothing loads means the same there, unless a loader of the tree takes names
that are not known. Other names are constants that a module imports and loads from another
hub: the literal itself, read alone, cannot know.
"""

from __future__ import annotations

from msgspec.structs import replace

from provenance import ids
from provenance.model import Component, ComponentId, Gap, Occurrence, strongest_usage
from provenance.patterns import lazy
from provenance.resolve.inventory import Inventory

_SETTINGS = frozenset({"env-file", "sql"})
"""Extractors of files in which a model's name says nothing of who runs it."""
_HUB = "pkg:huggingface/"
_MODELSCOPE = "model:modelscope/"
_LOADER = lazy(
    r"from_pretrained|pipeline\(|snapshot_download|hf_hub_download|SentenceTransformer|CrossEncoder"
    r"|HuggingFace"
)


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with bare names given to who is asked for them."""
    given: set[Occurrence] = set()
    for weights, source in sorted(_asked(inventory).items()):
        component, model = inventory.components[weights], inventory.components[source]
        own = [place for place in component.occurrences if place not in model.occurrences]
        if not own or any(_loads(place) for place in own):
            continue
        if source.startswith(_MODELSCOPE) and not _are_loaded(own, model):
            continue
        known = {(place.path, place.line, place.as_written) for place in model.occurrences}
        more = [p for p in own if (p.path, p.line, p.as_written) not in known]
        inventory.components[model.id] = replace(
            model, occurrences=(*model.occurrences, *more),
            usage=strongest_usage((model.usage, *(place.usage for place in own))),
        )  # fmt: skip
        inventory.components[weights] = replace(component, direct=False)
        inventory.links.pop((weights, ids.HUB, "delivered-by", None), None)
        given.update(own)
    if given:
        _forget(ids.HUB, given, inventory)
    return inventory


def _asked(inventory: Inventory) -> dict[ComponentId, ComponentId]:
    """Return hub repositories that only one other model of the tree has the name of."""
    found: dict[ComponentId, set[ComponentId]] = {}
    if not any(_loads_unknown(gap) for gap in inventory.gaps):
        for link in inventory.links.values():
            if link.relation == "same-as" and link.target.startswith(_HUB):
                found.setdefault(link.target, set()).add(link.source)
    for known in inventory.components:
        if known.startswith(_MODELSCOPE):
            found.setdefault(_HUB + known.removeprefix(_MODELSCOPE), set()).add(known)
    return {
        weights: source
        for weights, (source, *others) in ((key, tuple(models)) for key, models in found.items())
        if not others and (component := inventory.components.get(weights)) and component.direct
        and (model := inventory.components.get(source)) and _is_asked(model, weights)
    }  # fmt: skip


def _loads_unknown(gap: Gap) -> bool:
    """Tell whether a gap is a loader's of the hub that is given a name at run time."""
    return gap.reason == "dynamic-name" and any(
        key == "expression" and _LOADER.search(value) for key, value in gap.params
    )


def _are_loaded(places: list[Occurrence], model: Component) -> bool:
    """Tell whether each place is one that a loader was seen to take the model's name from."""
    taken = {(p.path, p.line) for p in model.occurrences if p.confidence == "high"}
    return all((place.path, place.line) in taken for place in places)


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
