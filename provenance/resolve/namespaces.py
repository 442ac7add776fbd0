"""Namespaces that a .NET tree declares itself: what is imported from them is no package.

``using Acme.Talk;`` beside ``namespace Acme.Talk`` means the tree's own. So does a
namespace below one that the tree declares, unless a manifest asks for the package that is
known by its name: others add to the namespaces of packages that they use. A package that
only imports name comes with the one that a manifest asks for and that is named after it
(``Aspire.StackExchange.Redis``).
"""

from __future__ import annotations

from msgspec.structs import replace

from provenance.model import Component, ComponentId, Occurrence, strongest_usage
from provenance.resolve.inventory import Inventory

_NUGET = "pkg:nuget/"
_SOURCES, _MANIFEST = "languages", "nuget"


def leave_out(inventory: Inventory) -> None:
    """Take the tree's own namespaces, and what another package brings, out of the packages."""
    found = [item for item in inventory.components.values() if item.id.startswith(_NUGET)]
    asked = [item.name.lower() for item in found if _is_asked(item)]
    gone: set[ComponentId] = set()
    for item in found:
        if _is_brought(item, asked):
            gone.add(item.id)
            continue
        left = _foreign(item, inventory)
        if not left and item.occurrences:
            gone.add(item.id)
        elif len(left) < len(item.occurrences):
            usage = strongest_usage(tuple({place.usage for place in left}))
            inventory.components[item.id] = replace(item, usage=usage, occurrences=left)
    inventory.remove(gone)


def _is_asked(item: Component) -> bool:
    """Tell whether a manifest names a package."""
    return any(place.extractor == _MANIFEST for place in item.occurrences)


def _is_brought(item: Component, asked: list[str]) -> bool:
    """Tell whether only imports name a package, and one named after it is asked for."""
    end = f".{item.name.lower()}"
    return (
        "." in item.name
        and all(place.extractor == _SOURCES for place in item.occurrences)
        and any(name.endswith(end) for name in asked)
    )


def _foreign(item: Component, inventory: Inventory) -> tuple[Occurrence, ...]:
    """Return the places of a package that are no imports of what the tree itself is."""
    asked = _is_asked(item)
    return tuple(
        place
        for place in item.occurrences
        if place.extractor != _SOURCES or not _is_own(place.as_written, inventory, asked=asked)
    )


def _is_own(name: str, inventory: Inventory, *, asked: bool) -> bool:
    if name in inventory.namespaces:
        return True
    if asked:
        return False
    parts = name.split(".")
    above = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    known = next(
        (one for one in above if inventory.registry.identified(f"import:nuget:{one}")), None
    )
    return known in inventory.namespaces
