"""A graph laid out as the rows of a tree, each subtree once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from provenance.analysis.dependency import Dependencies
from provenance.model import ComponentId, Relation

MAX_DEPTH = 100
"""Levels laid out when no depth is asked for; the text of a tree grows with their square."""

Mark = Literal["", "repeated", "cycle", "cut"]


class Row(Struct, frozen=True, kw_only=True):
    """One line of the tree."""

    component: ComponentId
    relations: tuple[Relation, ...]
    """By which it hangs on the row above; empty at the top and where it is named itself."""
    last: tuple[bool, ...]
    """For each level from the first on, whether the row's branch there is the last one."""
    mark: Mark = ""
    """Why what it leads to is not below it, where it leads to anything."""


def rows(
    dependencies: Dependencies, starts: Sequence[ComponentId], *,
    depth: int | None = None, keep: Collection[ComponentId] | None = None, invert: bool = False,
) -> Iterator[Row]:  # fmt: skip
    """Yield the rows of the trees that begin at ``starts``.

    What a component leads to is laid out below it once, where it stands nearest to a
    start: so every row is an edge, and the number of rows is bounded by theirs.

    Args:
        depth: levels below the start.
        keep: only these components (None for all).
        invert: from a component to what brings it in.
    """
    digraph = dependencies.digraph
    most = MAX_DEPTH if depth is None else min(depth, MAX_DEPTH)
    branches = _branches(dependencies, keep, invert=invert)
    nearest = _levels(starts, branches)
    laid: set[ComponentId] = set()
    pending: list[tuple[ComponentId, tuple[ComponentId, ...], tuple[bool, ...]]]
    for start in starts:
        pending = [(start, (), ())]
        while pending:
            name, above, last = pending.pop()
            below = branches(name)
            mark: Mark = ""
            if name in above:
                mark = "cycle"
            elif below and nearest[name] >= most:
                mark = "cut"
            elif below and (name in laid or nearest[name] < len(above)):
                mark = "repeated"
            relations: list[Relation] = []
            if above:
                edge = (name, above[-1]) if invert else (above[-1], name)
                relations = digraph.edges[edge]["relations"]
            yield Row(component=name, relations=tuple(relations), last=last, mark=mark)
            if below and not mark:
                laid.add(name)
                path = (*above, name)
                pending += [(one, path, (*last, one == below[-1])) for one in reversed(below)]


def _branches(
    dependencies: Dependencies, keep: Collection[ComponentId] | None, *, invert: bool
) -> Callable[[ComponentId], list[ComponentId]]:
    """Return what gives the components below one in the tree, sorted."""
    digraph = dependencies.digraph
    step = digraph.predecessors if invert else digraph.successors
    return lambda name: sorted(one for one in step(name) if keep is None or one in keep)


def _levels(
    starts: Sequence[ComponentId], branches: Callable[[ComponentId], list[ComponentId]]
) -> dict[ComponentId, int]:
    """Return how far from the nearest start each component is."""
    levels = dict.fromkeys(starts, 0)
    order = list(starts)
    for name in order:  # grows while it is walked
        for one in branches(name):
            if one not in levels:
                levels[one] = levels[name] + 1
                order.append(one)
    return levels
