"""Every way from the project to a component, shortest first, bounded and counted."""

from __future__ import annotations

from collections.abc import Collection
from heapq import heappop, heappush

from msgspec import Struct

from provenance.analysis.dependency import Dependencies
from provenance.model import ComponentId

MAX_PATHS = 100
MAX_COUNT = 10**12
MAX_EFFORT = 1_000_000
"""Steps of paths looked at; cycles can hold more dead ends than there are ways through."""


class Paths(Struct, frozen=True, kw_only=True):
    """Simple paths from the project to a component, both included."""

    shown: tuple[tuple[ComponentId, ...], ...]
    total: int | None
    """How many there are; None where cycles forbid counting what was cut, or too many are."""


def paths_to(dependencies: Dependencies, component: ComponentId, limit: int = MAX_PATHS) -> Paths:
    """Return the shortest paths to a component, at most ``limit``, and how many there are."""
    import networkx

    digraph, root = dependencies.digraph, dependencies.root
    if component not in digraph:
        return Paths(shown=(), total=0)
    left = networkx.single_source_shortest_path_length(digraph.reverse(copy=False), component)
    found: list[tuple[ComponentId, ...]] = []
    # Least possible length first, then by name: paths come out shortest first.
    pending: list[tuple[int, tuple[ComponentId, ...]]] = [(left[root], (root,))]
    effort = 0
    while pending and len(found) < limit and (effort < MAX_EFFORT or not found):
        _, path = heappop(pending)
        if path[-1] == component:
            found.append(path)
            continue
        for name in digraph.successors(path[-1]):
            if name in left and name not in path:
                heappush(pending, (len(path) + left[name], (*path, name)))
                effort += len(path)
    total = len(found) if not pending else _count(dependencies, component, left.keys())
    return Paths(shown=tuple(found), total=total)


def _count(
    dependencies: Dependencies, component: ComponentId, between: Collection[ComponentId]
) -> int | None:
    """Return the number of paths, None where cycles are on the way or it is past all use."""
    import networkx

    part = dependencies.digraph.subgraph(between)
    if not networkx.is_directed_acyclic_graph(part):
        return None
    ways = {component: 1}
    for name in reversed(list(networkx.topological_sort(part))):
        if name != component:
            ways[name] = sum(ways[following] for following in part.successors(name))
    total = ways[dependencies.root]
    return total if total <= MAX_COUNT else None
