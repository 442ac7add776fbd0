"""Names that a text only mentions, where another part of it says which hub they are of.

``snapshot_download("acme/x")`` of ModelScope's library, and ``--model acme/x`` three lines
below: one repository, and no second one of the hub that such names mostly are of.
"""

from __future__ import annotations

from msgspec.structs import replace

from provenance import ids
from provenance.extract.collect import MODELSCOPE
from provenance.model import ComponentId, Extraction

_TWINS = (
    ("pkg:huggingface/", "model:modelscope/"),
    ("dataset:huggingface/", "dataset:modelscope/"),
)


def follow_hubs(mentions: Extraction, said: Extraction) -> Extraction:
    """Return mentions with their hubs: the one that is said, both where both are.

    Args:
        said: what the text says of a hub by an address, a loader or a command of its own.
    """
    known = {item.id.lower(): item.id for item in said.components}
    known |= {i.lower(): i for item in mentions.components if _other(i := item.id) is None}
    moved: dict[ComponentId, ComponentId] = {}
    added: dict[ComponentId, ComponentId] = {}
    for item in mentions.components:
        twin = known.get((_other(item.id) or "").lower())
        if twin is not None:
            (added if item.id.lower() in known else moved)[item.id] = twin
    if not moved and not added:
        return mentions
    components = [replace(c, id=moved.get(c.id, c.id)) for c in mentions.components]
    components += [replace(c, id=added[c.id]) for c in mentions.components if c.id in added]
    links = []
    for link in mentions.links:
        target = MODELSCOPE if link.source in moved and link.target == ids.HUB else link.target
        links.append(
            replace(
                link, source=moved.get(link.source, link.source), target=moved.get(target, target)
            )
        )
        if link.source in added and link.target == ids.HUB:
            links.append(replace(link, source=added[link.source], target=MODELSCOPE))
    return replace(mentions, components=tuple(components), links=tuple(links))


def _other(component: ComponentId) -> ComponentId | None:
    """Return what a repository of the common hub is called on the other one."""
    for one, other in _TWINS:
        if component.startswith(one):
            return other + component.removeprefix(one).partition("@")[0]
    return None
