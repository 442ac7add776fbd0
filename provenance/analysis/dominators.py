"""What leaves with a component, and where the graph falls apart.

A component dominates another when every way from the project to the other goes through
it: take it out, and the other is no longer brought in. Both questions are answered by
dominator trees, one of the graph as it is, one of the graph without directions, where the
components that dominate are exactly the articulation points.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec import Struct

from provenance.analysis.dependency import Dependencies
from provenance.model import ComponentId

if TYPE_CHECKING:
    import networkx


class Weight(Struct, frozen=True, kw_only=True):
    """What a component carries."""

    component: ComponentId
    leaving: tuple[ComponentId, ...]
    """Marked components that leave if it leaves, itself included."""
    leading: tuple[ComponentId, ...]
    """Marked components it leads to, those included that stay because others need them."""
    components: int
    """How many components leave with it altogether, itself included."""


class Chokepoint(Struct, frozen=True, kw_only=True):
    """A component without which the graph between project and marked ones falls apart."""

    component: ComponentId
    behind: tuple[ComponentId, ...]
    """Marked components that are cut off, itself not included."""


def weights(
    dependencies: Dependencies, of: Collection[ComponentId] | None = None
) -> tuple[Weight, ...]:
    """Return the weight of components, heaviest first; of the direct requirements if none named.

    Those that lead to no marked component are left out.
    """
    carried = _carried(dependencies.digraph, dependencies.root, dependencies.bits)
    found = [
        Weight(
            component=name, leaving=dependencies.names(carried[name][0]),
            leading=dependencies.names(dependencies.reach[name]), components=carried[name][1],
        )
        for name in (dependencies.direct if of is None else of)
        if name in carried and dependencies.reach[name]
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda w: (-len(w.leaving), -len(w.leading), w.component)))


def chokepoints(dependencies: Dependencies) -> tuple[Chokepoint, ...]:
    """Return the articulation points between the project and the marked components.

    Only what lies on a way from the project to a marked component is looked at. The one
    that cuts off most comes first.
    """
    import networkx

    if not dependencies.marked:
        return ()
    between = dependencies.digraph.subgraph(dependencies.leading_to(dependencies.marked))
    undirected: networkx.DiGraph[ComponentId] = networkx.DiGraph(between.edges)
    undirected.add_edges_from((target, source) for source, target in between.edges)
    bits = dependencies.bits
    found = []
    for name, (cut, _) in _carried(undirected, dependencies.root, bits).items():
        behind = cut & ~bits.get(name, 0)
        if behind and name != dependencies.root:
            found.append(Chokepoint(component=name, behind=dependencies.names(behind)))
    return tuple(sorted(found, key=lambda c: (-len(c.behind), c.component)))


def on_every_path(dependencies: Dependencies, component: ComponentId) -> tuple[ComponentId, ...]:
    """Return what every way from the project to a component goes through, in that order."""
    parents = _parents(dependencies.digraph, dependencies.root)
    found = []
    step = parents.get(component, dependencies.root)
    while step != dependencies.root:
        found.append(step)
        step = parents[step]
    return tuple(reversed(found))


def _carried(
    digraph: networkx.DiGraph[ComponentId], root: ComponentId, bits: dict[ComponentId, int]
) -> dict[ComponentId, tuple[int, int]]:
    """Return, for each component, bits and number of the components it dominates."""
    parents = _parents(digraph, root)
    dominated: dict[ComponentId, list[ComponentId]] = {root: []}
    for name, parent in parents.items():
        dominated.setdefault(parent, []).append(name)
    order = [root]
    for name in order:  # grows while it is walked: each component after what dominates it
        order += dominated.get(name, ())
    found: dict[ComponentId, tuple[int, int]] = {}
    for name in reversed(order):
        carried, count = bits.get(name, 0), 1
        for below in dominated.get(name, ()):
            carried |= found[below][0]
            count += found[below][1]
        found[name] = (carried, count)
    return found


def _parents(
    digraph: networkx.DiGraph[ComponentId], root: ComponentId
) -> dict[ComponentId, ComponentId]:
    """Return the nearest dominator of each component but the project."""
    import networkx

    # Of the start itself, networkx says None or the start, by version.
    found = networkx.immediate_dominators(digraph, root)
    return {name: parent for name, parent in found.items() if name != root}
