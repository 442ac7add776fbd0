"""Which component brings which into the project, as a networkx graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from provenance.audit import Audit
from provenance.graph import Graph
from provenance.model import ComponentId, Jurisdiction, Link, Relation

if TYPE_CHECKING:
    import networkx

ALL: frozenset[Relation] = frozenset(get_args(Relation))
BRINGING: frozenset[Relation] = ALL - {"delivered-by"}
"""Relations by which a component is in the project because another one is.

Without the channels: one index delivers nearly everything, so it would tie together
what has nothing to do with each other, and a mirror replaces it with no package leaving.
"""


class Dependencies:
    """The components that the project's own requirements bring in.

    An edge leads from what asks to what is brought in and carries its ``relations``; none
    where the project itself names a component that other components bring in as well.
    """

    def __init__(
        self,
        graph: Graph,
        marked: Collection[ComponentId] = (),
        relations: frozenset[Relation] = BRINGING,
    ) -> None:
        """Build the graph.

        Args:
            marked: the components that count (the exposed ones, those of a jurisdiction).
            relations: those that bring something in.
        """
        self.root = graph.root
        self.digraph = _digraph(graph, relations)
        self.marked = tuple(sorted(name for name in set(marked) if name in self.digraph))

    @cached_property
    def direct(self) -> tuple[ComponentId, ...]:
        """What the project asks for itself, sorted."""
        return tuple(sorted(self.digraph.successors(self.root)))

    @cached_property
    def reach(self) -> dict[ComponentId, int]:
        """The marked components that each component leads to, itself included, as bits.

        Bit n stands for ``marked[n]``. A set of 5,000 names a component would be slow;
        within a cycle all components lead to the same.
        """
        import networkx

        bits = self.bits
        parts = networkx.condensation(self.digraph)
        found: dict[int, int] = {}
        for part in reversed(list(networkx.topological_sort(parts))):
            reached = 0
            for member in parts.nodes[part]["members"]:
                reached |= bits.get(member, 0)
            for following in parts.successors(part):
                reached |= found[following]
            found[part] = reached
        return {name: found[part] for name, part in parts.graph["mapping"].items()}

    @cached_property
    def bits(self) -> dict[ComponentId, int]:
        """The bit that stands for each marked component."""
        return {name: 1 << number for number, name in enumerate(self.marked)}

    def names(self, bits: int) -> tuple[ComponentId, ...]:
        """Return the marked components that a set of bits stands for, sorted."""
        digits = f"{bits:b}"[::-1]  # masks of thousands of bits are slow to try one by one
        return tuple(n for n, digit in zip(self.marked, digits, strict=False) if digit == "1")

    def leading_to(self, targets: Collection[ComponentId]) -> set[ComponentId]:
        """Return the targets and everything that leads to one of them."""
        found: set[ComponentId] = set()
        pending = [name for name in targets if name in self.digraph]
        while pending:
            current = pending.pop()
            if current not in found:
                found.add(current)
                pending += self.digraph.predecessors(current)
        return found


def of_jurisdiction(audit: Audit, codes: Collection[Jurisdiction]) -> frozenset[ComponentId]:
    """Return the components that are from one of the codes, or made from such a one."""
    return frozenset(
        name
        for name, attribution in audit.attributions.items()
        if name != audit.graph.root and not set(codes).isdisjoint(
            attribution.effective_jurisdictions
        )
    )  # fmt: skip


def _digraph(graph: Graph, relations: frozenset[Relation]) -> networkx.DiGraph[ComponentId]:
    """Return what the project leads to; parallel links are one edge."""
    import networkx

    found: networkx.DiGraph[ComponentId] = networkx.DiGraph()
    found.add_node(graph.root)
    link: Link
    for source, target, link in graph.networkx().edges(data="link"):
        if link.relation not in relations or source == target:
            continue
        if not found.has_edge(source, target):
            found.add_edge(source, target, relations=[])
        known = found.edges[source, target]["relations"]
        if link.relation not in known:  # several links, each with its own requirement
            known.append(link.relation)
    for component in _named_by_project(graph):
        if not found.has_edge(graph.root, component):
            found.add_edge(graph.root, component, relations=[])
    reached = networkx.descendants(found, graph.root) | {graph.root}
    found.remove_nodes_from([name for name in found if name not in reached])
    return found


def _named_by_project(graph: Graph) -> Iterator[ComponentId]:
    """Yield components written in the tree where no link explains it.

    The graph ties to the project only what nothing else leads to. A base model that is
    loaded in code as well stays when the model made from it leaves.
    """
    explained: dict[ComponentId, set[tuple[str, int]]] = {}
    for link in graph.links:
        places = explained.setdefault(link.target, set())
        places.update((place.path, place.line) for place in link.occurrences)
    for component in graph.components.values():
        known = explained.get(component.id, set())
        if component.direct and any((o.path, o.line) not in known for o in component.occurrences):
            yield component.id
