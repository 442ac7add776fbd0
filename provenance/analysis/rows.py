"""A graph laid out as the rows of a tree, each subtree once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from provenance.analysis.dependency import Dependencies
from provenance.model import ComponentId, Relation

MAX_DEPTH = 100
"""Levels laid out when no depth is asked for; the text of a tree grows with their square."""

Mark = Literal["", "repeated", "cycle", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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

    Args:
        depth: levels below the start.
        keep: only these components (None for all).
        invert: from a component to what brings it in.
    """
    digraph = dependencies.digraph
    most = MAX_DEPTH if depth is None else min(depth, MAX_DEPTH)
    laid: dict[ComponentId, int] = {}
    """On which level each component's branches were laid out."""
    incomplete: set[ComponentId] = set()
    """Components whose branches were cut somewhere: a higher row shows more of them."""

    def branches(name: ComponentId) -> list[ComponentId]:
        found = digraph.predecessors(name) if invert else digraph.successors(name)
        return sorted(one for one in found if keep is None or one in keep)

    def relations(above: ComponentId, name: ComponentId) -> tuple[Relation, ...]:
        edge = digraph.edges[(name, above) if invert else (above, name)]
        return tuple(edge["relations"])

    pending: list[tuple[ComponentId, tuple[ComponentId, ...], tuple[bool, ...]]]
    for start in starts:
        pending = [(start, (), ())]
        while pending:
            name, above, last = pending.pop()
            below = branches(name)
            mark: Mark = ""
            if name in above:
                mark = "cycle"
            elif below and name in laid and (name not in incomplete or laid[name] <= len(above)):
                mark = "repeated"
            elif below and len(above) >= most:
                mark = "cut"
                incomplete.update(above, [name])
            hangs = relations(above[-1], name) if above else ()
            yield Row(component=name, relations=hangs, last=last, mark=mark)
            if below and not mark:
                laid[name] = len(above)
                path = (*above, name)
                pending += [(one, path, (*last, one == below[-1])) for one in reversed(below)]
