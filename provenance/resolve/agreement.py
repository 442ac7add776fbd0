"""Manifest and lock file of one folder: does the lock hold what the manifest asks for?"""

from __future__ import annotations

from provenance.model import Gap, Link, Occurrence
from provenance.resolve.inventory import Inventory
from provenance.resolve.requirements import is_lock, name_of, read

_LOCKED_BY = {
    "pyproject": frozenset({"uv-lock", "poetry-lock", "pdm-lock"}),
    "pipfile": frozenset({"pipfile"}),
}
"""Locks that are made from a manifest and hold all that it asks for, by their readers."""

Locks = dict[str, dict[str, list[tuple[str, Occurrence]]]]
"""By folder and name: the locked versions and where they stand."""


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with a gap for each requirement that the lock beside it does not meet.

    Python only, and only in one folder: a manifest further down may have nothing to do with
    the lock above it.
    """
    locks = _locks(inventory)
    if not locks:
        return inventory
    for link in inventory.links.values():
        if link.source == inventory.root and link.target.startswith("pkg:pypi/"):
            for place in link.occurrences:
                beside = locks.get(_folder(place), {})
                if beside and not is_lock(place):
                    _compare(link, place, beside, inventory)
    return inventory


def _folder(place: Occurrence) -> str:
    return place.path.rpartition("/")[0]


def _locks(inventory: Inventory) -> Locks:
    found: Locks = {}
    for component in inventory.components.values():
        if component.version and component.id.startswith("pkg:pypi/"):
            for place in filter(is_lock, component.occurrences):
                names = found.setdefault(_folder(place), {})
                names.setdefault(name_of(component.id), []).append((component.version, place))
    return found


def _compare(
    link: Link, place: Occurrence, beside: dict[str, list[tuple[str, Occurrence]]],
    inventory: Inventory,
) -> None:  # fmt: skip
    name = name_of(link.target)
    asked = read(name, link.requirement or "")
    if asked is None or place.usage == "commented":
        return
    _, specifier, marker = asked
    if name in beside:
        if not any(_meets(version, specifier) for version, _ in beside[name]):
            where = beside[name][0][1]
            params = {
                "requirement": link.requirement or "", "lock": str(where.location),
                "locked": ", ".join(sorted({version for version, _ in beside[name]})),
            }  # fmt: skip
            inventory.gap(_gap(link, place, "lock-disagrees", params))
        return
    makers = _LOCKED_BY.get(place.extractor, frozenset())
    readers = {where.extractor for places in beside.values() for _, where in places}
    if makers & readers and place.usage == "used" and not marker:
        inventory.gap(_gap(link, place, "not-in-lock", {"asked_by": place.path}))


def _gap(link: Link, place: Occurrence, reason: str, params: dict[str, str]) -> Gap:
    return Gap(
        subject=link.target, reason=reason, location=place.location,
        params=tuple(sorted(params.items())),
    )  # fmt: skip


def _meets(version: str, specifier: str) -> bool:
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return True
