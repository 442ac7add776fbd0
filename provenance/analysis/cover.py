"""The smallest set of direct requirements that leads to everything marked.

Minimum set cover, which no method known solves quickly in general. Real projects are
nearly decided by two reductions; the rest is searched by branch and bound with a cap, and
beyond the cap the best cover found is given, said to be unproven.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from msgspec import Struct

from provenance.analysis.dependency import Dependencies
from provenance.model import ComponentId

MAX_STEPS = 20_000
"""Branches looked at before the search is given up."""


class Cover(Struct, frozen=True, kw_only=True):
    """Direct requirements that together lead to every marked component."""

    members: tuple[ComponentId, ...]
    exact: bool
    """No smaller set exists; False where the search was given up."""


def smallest_cover(dependencies: Dependencies) -> Cover:
    """Return the smallest set of direct requirements that leads to all that is marked."""
    sets = {name: dependencies.reach[name] for name in dependencies.direct}
    return cover(sets)


def cover(sets: Mapping[ComponentId, int], max_steps: int = MAX_STEPS) -> Cover:
    """Return the fewest sets (of bits) whose union is that of all."""
    chosen, rest = _reduce(dict(sorted(sets.items())), _union(sets))
    found, exact = _search(rest, max_steps)
    return Cover(members=tuple(sorted([*chosen, *found])), exact=exact)


def _reduce(
    sets: dict[ComponentId, int], universe: int
) -> tuple[list[ComponentId], dict[ComponentId, int]]:
    """Take what must be taken and drop what another set makes needless, until neither helps."""
    chosen: list[ComponentId] = []
    while True:
        sets = _undominated({name: b & universe for name, b in sets.items() if b & universe})
        needed = {owners[0] for owners in _owners(sets).values() if len(owners) == 1}
        if not needed:
            return chosen, sets
        chosen += needed
        for name in needed:
            universe &= ~sets[name]


def _undominated(sets: dict[ComponentId, int]) -> dict[ComponentId, int]:
    """Return the sets that lie in no other; of equal ones the first by name."""
    first: dict[int, ComponentId] = {}
    for name, bits in sets.items():
        first.setdefault(bits, name)
    distinct = {name: bits for bits, name in first.items()}
    owners = _owners(distinct)
    return {
        name: bits
        for name, bits in distinct.items()
        # A set that holds this one holds its rarest member: few need comparing.
        if not any(
            other != name and bits & ~distinct[other] == 0
            for other in min((owners[place] for place in _places(bits)), key=len)
        )
    }


def _owners(sets: Mapping[ComponentId, int]) -> dict[int, list[ComponentId]]:
    """Return the names of the sets that hold each place."""
    found: dict[int, list[ComponentId]] = {}
    for name, bits in sets.items():
        for place in _places(bits):
            found.setdefault(place, []).append(name)
    return found


def _places(bits: int) -> list[int]:
    """Return the places of the bits that are set, lowest first."""
    return [place for place, digit in enumerate(f"{bits:b}"[::-1]) if digit == "1"]


def _union(sets: Mapping[ComponentId, int]) -> int:
    return reduce(or_, sets.values(), 0)


def _search(sets: dict[ComponentId, int], max_steps: int) -> tuple[list[ComponentId], bool]:
    """Return the fewest sets that cover all, and whether that is proven."""
    owners = _owners(sets)
    universe = _union(sets)
    best = _greedy(sets, universe)
    pending: list[tuple[int, list[ComponentId]]] = [(universe, [])]
    for _ in range(max_steps):
        if not pending:
            return best, True
        open_bits, taken = pending.pop()
        if not open_bits:
            best = taken if len(taken) < len(best) else best
            continue
        if len(taken) + _at_least(open_bits, sets, owners) >= len(best):
            continue
        rarest = min(_places(open_bits), key=lambda place: len(owners[place]))
        by_gain = sorted(owners[rarest], key=lambda n: (sets[n] & open_bits).bit_count())
        pending += [(open_bits & ~sets[name], [*taken, name]) for name in by_gain]
    return best, not pending


def _greedy(sets: Mapping[ComponentId, int], universe: int) -> list[ComponentId]:
    """Return a cover made by always taking the set that adds most."""
    taken = []
    while universe:
        name = max(sets, key=lambda n: (sets[n] & universe).bit_count())
        taken.append(name)
        universe &= ~sets[name]
    return taken


def _at_least(
    open_bits: int, sets: Mapping[ComponentId, int], owners: Mapping[int, list[ComponentId]]
) -> int:
    """Return a number of sets that any cover needs: members no two of which share a set."""
    count = 0
    while open_bits:
        lowest = (open_bits & -open_bits).bit_length() - 1
        count += 1
        for name in owners[lowest]:
            open_bits &= ~sets[name]
    return count
