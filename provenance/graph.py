"""The frozen graph of components and typed links.

:class:`Graph` answers the two questions every scan asks (shortest path from the
project, and what is reached along some relations) by itself: importing networkx
takes longer than a whole hook run. :meth:`Graph.networkx` hands out the same graph,
frozen, for everything else (all paths, dominators, cycles); a property test holds
the two equal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from provenance.model import (
    CONFIDENCES,
    Component,
    ComponentId,
    Confidence,
    Link,
    Relation,
)

if TYPE_CHECKING:
    import networkx

LINEAGE: frozenset[Relation] = frozenset({"derived-from"})
REQUIREMENT: frozenset[Relation] = frozenset({"depends-on", "runs-on", "built-from"})
IDENTITY: frozenset[Relation] = frozenset({"same-as"})
WEIGHTS = "weights"
"""The basis of a derivation that weights alone show, and nobody states."""
MAX_PATH = 100
"""Steps of the longest path that is shown."""


class Graph:
    """Components by id and their links, immutable once made."""

    def __init__(
        self, root: ComponentId, components: Iterable[Component], links: Iterable[Link]
    ) -> None:
        self.root = root
        self.components: dict[ComponentId, Component] = {
            c.id: c for c in sorted(components, key=lambda c: c.id)
        }
        self.links: tuple[Link, ...] = tuple(
            sorted(
                links, key=lambda k: (k.source, k.target, k.relation, k.how or "", k.basis or "")
            )
        )
        self._along: dict[
            tuple[frozenset[Relation], bool], dict[ComponentId, tuple[ComponentId, ...]]
        ] = {}
        missing = {k.source for k in self.links} | {k.target for k in self.links}
        missing -= self.components.keys()
        if missing:
            raise ValueError(f"links name components that are not there: {sorted(missing)[:3]}")

    @cached_property
    def _outgoing(self) -> dict[ComponentId, list[Link]]:
        outgoing: dict[ComponentId, list[Link]] = {}
        for link in self.links:
            outgoing.setdefault(link.source, []).append(link)
        return outgoing

    def outgoing(
        self, component: ComponentId, relations: frozenset[Relation] | None = None
    ) -> Iterator[Link]:
        """Yield the links that leave a component, in the order of their targets."""
        for link in self._outgoing.get(component, ()):
            if relations is None or link.relation in relations:
                yield link

    @cached_property
    def _incoming(self) -> dict[ComponentId, list[Link]]:
        incoming: dict[ComponentId, list[Link]] = {}
        for link in self.links:
            incoming.setdefault(link.target, []).append(link)
        return incoming

    def incoming(
        self, component: ComponentId, relations: frozenset[Relation] | None = None
    ) -> Iterator[Link]:
        """Yield the links that lead to a component, in the order of their sources."""
        for link in self._incoming.get(component, ()):
            if relations is None or link.relation in relations:
                yield link

    def confidence(self, source: ComponentId, target: ComponentId) -> Confidence:
        """Return how sure the surest link between two neighbours is."""
        levels: list[Confidence] = ["low"]
        for link in self._outgoing.get(source, ()):
            if link.target == target:
                levels += [item.confidence for item in link.evidence]
                levels += [item.confidence for item in link.occurrences]
        return max(levels, key=CONFIDENCES.index)

    @cached_property
    def _parents(self) -> dict[ComponentId, ComponentId | None]:
        """Breadth-first tree from the root: each component's predecessor."""
        parents: dict[ComponentId, ComponentId | None] = {self.root: None}
        queue = deque([self.root])
        while queue:
            current = queue.popleft()
            for link in self._outgoing.get(current, ()):
                if link.target not in parents:
                    parents[link.target] = current
                    queue.append(link.target)
        return parents

    def shortest_path(self, component: ComponentId) -> tuple[ComponentId, ...]:
        """Return the shortest path from the project to a component, both included.

        A component that nothing leads to is shown as standing under the project. Of a path
        that only a hostile file has, the last steps are given.
        """
        if component not in self._parents:
            return (self.root, component)
        path: list[ComponentId] = []
        step: ComponentId | None = component
        while step is not None and len(path) < MAX_PATH:
            path.append(step)
            step = self._parents[step]
        if path[-1] != self.root:
            path.append(self.root)
        return tuple(reversed(path))

    def reach(
        self, component: ComponentId, relations: frozenset[Relation]
    ) -> Iterator[tuple[ComponentId, tuple[ComponentId, ...]]]:
        """Yield each other component reached along relations, with the shortest way there.

        The way starts after ``component`` and ends with the one reached. Cycles are
        walked once.
        """
        yield from self._walk(component, self._neighbours(relations))

    def ancestors(
        self, component: ComponentId
    ) -> Iterator[tuple[ComponentId, tuple[ComponentId, ...], bool]]:
        """Yield what a component is made from, or a copy of: each with a way and how it is known.

        The way is the shortest on which every step is stated by somebody; the flag is true, and
        the way any, where there is none such: weights alone lead there. These come last.
        """
        relations = LINEAGE | IDENTITY
        stated = set()
        for other, way in self._walk(component, self._neighbours(relations, stated=True)):
            stated.add(other)
            yield other, way, False
        if self._weighed:
            for other, way in self.reach(component, relations):
                if other not in stated:
                    yield other, way, True

    def weighed(self, way: Iterable[ComponentId]) -> Iterator[Link]:
        """Yield the links by weights on a way, of those steps that nobody states."""
        for source, target in pairwise(way):
            links = [k for k in self.outgoing(source, LINEAGE | IDENTITY) if k.target == target]
            if all(link.basis == WEIGHTS for link in links):
                yield from links

    @cached_property
    def _weighed(self) -> bool:
        return any(link.basis == WEIGHTS for link in self.links)

    def _walk(
        self, component: ComponentId, neighbours: Mapping[ComponentId, tuple[ComponentId, ...]]
    ) -> Iterator[tuple[ComponentId, tuple[ComponentId, ...]]]:
        if component not in neighbours:
            return
        seen = {component}
        queue: deque[tuple[ComponentId, tuple[ComponentId, ...]]] = deque([(component, ())])
        while queue:
            current, way = queue.popleft()
            for target in neighbours.get(current, ()):
                if target not in seen:
                    seen.add(target)
                    step = (*way, target)
                    yield target, step
                    queue.append((target, step))

    def _neighbours(
        self, relations: frozenset[Relation], *, stated: bool = False
    ) -> dict[ComponentId, tuple[ComponentId, ...]]:
        """Return what each component leads to along relations, each once, in order.

        Args:
            stated: without what weights alone show.
        """
        key = (relations, stated)
        if key not in self._along:
            found: dict[ComponentId, dict[ComponentId, None]] = {}
            for link in self.links:
                if link.relation in relations and not (stated and link.basis == WEIGHTS):
                    found.setdefault(link.source, {})[link.target] = None
            self._along[key] = {source: tuple(targets) for source, targets in found.items()}
        return self._along[key]

    def networkx(self) -> networkx.MultiDiGraph[ComponentId]:
        """Return the same graph as a frozen networkx multigraph."""
        import networkx

        graph: networkx.MultiDiGraph[ComponentId] = networkx.MultiDiGraph()
        for component in self.components.values():
            graph.add_node(component.id, component=component)
        for link in self.links:
            graph.add_edge(link.source, link.target, relation=link.relation, link=link)
        frozen: networkx.MultiDiGraph[ComponentId] = networkx.freeze(graph)
        return frozen

    def all_paths(
        self, component: ComponentId, *, limit: int = 100, cutoff: int = 12
    ) -> list[tuple[ComponentId, ...]]:
        """Return up to ``limit`` simple paths from the project, shortest first."""
        import itertools

        import networkx

        # A DiGraph, because parallel links are one step of a path.
        graph: networkx.DiGraph[ComponentId] = networkx.DiGraph(self.networkx())
        paths = networkx.all_simple_paths(graph, self.root, component, cutoff=cutoff)
        found = sorted({tuple(path) for path in itertools.islice(paths, limit * 10)})
        return sorted(found, key=len)[:limit]
