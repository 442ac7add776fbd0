"""The graph: its own searches equal networkx's, and nothing in it can be changed."""

from __future__ import annotations

import itertools
from typing import get_args

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.graph import IDENTITY, LINEAGE, REQUIREMENT, Graph
from provenance.model import Component, Link, Relation

_RELATIONS: tuple[Relation, ...] = get_args(Relation)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw any graph of up to a dozen components: cycles, self-loops, parallels, islands."""
    names = [f"pkg:pypi/p{number}" for number in range(draw(st.integers(0, 11)))]
    nodes = ["project:x", *names]
    ends = st.sampled_from(nodes)
    links = draw(st.lists(st.tuples(ends, ends, st.sampled_from(_RELATIONS)), max_size=40))
    components = draw(st.permutations([component(name) for name in nodes]))
    return Graph("project:x", components, [link(*one) for one in links])


def component(name: str) -> Component:
    kind = "project" if name.startswith("project:") else "package"
    return Component(id=name, kind=kind, name=name)


def link(source: str, target: str, relation: Relation = "depends-on") -> Link:
    return Link(source=source, target=target, relation=relation)


@given(graphs())
def test_shortest_path_is_as_short_as_networkx_finds(graph: Graph) -> None:
    lengths = networkx.single_source_shortest_path_length(graph.networkx(), graph.root)
    edges = {(one.source, one.target) for one in graph.links}
    for name in graph.components:
        path = graph.shortest_path(name)
        assert path[0] == graph.root
        assert path[-1] == name
        if name in lengths:
            assert len(path) == lengths[name] + 1
            assert all(step in edges for step in itertools.pairwise(path))
        else:
            assert path == (graph.root, name)


@given(graphs(), st.sampled_from([LINEAGE, REQUIREMENT, IDENTITY, LINEAGE | IDENTITY]))
def test_reach_is_what_networkx_reaches(graph: Graph, relations: frozenset[Relation]) -> None:
    whole = graph.networkx()
    kept = [(s, t, k) for s, t, k, r in whole.edges(keys=True, data="relation") if r in relations]
    part = networkx.MultiDiGraph()
    part.add_nodes_from(whole)
    part.add_edges_from(kept)
    for name in graph.components:
        reached = dict(graph.reach(name, relations))
        assert set(reached) == networkx.descendants(part, name) - {name}
        lengths = networkx.single_source_shortest_path_length(part, name)
        for target, way in reached.items():
            assert way[-1] == target
            assert name not in way
            assert len(way) == lengths[target]


@given(graphs())
def test_networkx_holds_the_same_graph_and_refuses_changes(graph: Graph) -> None:
    frozen = graph.networkx()
    assert set(frozen) == set(graph.components)
    assert frozen.number_of_edges() == len(graph.links)
    for change in (
        lambda: frozen.add_node("pkg:pypi/new"),
        lambda: frozen.add_edge(graph.root, graph.root),
        lambda: frozen.remove_node(graph.root),
        lambda: frozen.clear(),
    ):
        with pytest.raises(networkx.NetworkXError):
            change()


@given(graphs())
def test_all_paths_are_simple_shortest_first_and_include_the_shortest(graph: Graph) -> None:
    for name in list(graph.components)[:4]:
        if name == graph.root:
            continue
        paths = graph.all_paths(name)
        assert [len(path) for path in paths] == sorted(len(path) for path in paths)
        assert len(set(paths)) == len(paths)
        assert all(len(set(path)) == len(path) for path in paths)
        if networkx.has_path(graph.networkx(), graph.root, name):
            assert len(paths[0]) == len(graph.shortest_path(name))
        else:
            assert paths == []


@given(graphs(), st.randoms())
def test_the_order_given_does_not_matter(graph: Graph, random: object) -> None:
    links = list(graph.links)
    random.shuffle(links)  # type: ignore[attr-defined]
    again = Graph(graph.root, reversed(list(graph.components.values())), links)
    assert list(again.components) == list(graph.components) == sorted(graph.components)
    assert [(k.source, k.target, k.relation) for k in again.links] == [
        (k.source, k.target, k.relation) for k in graph.links
    ]
    assert [again.shortest_path(name) for name in again.components] == [
        graph.shortest_path(name) for name in graph.components
    ]


@pytest.mark.parametrize(
    "one", [link("project:x", "pkg:pypi/absent"), link("pkg:pypi/absent", "project:x")]
)
def test_a_link_to_something_missing_is_refused(one: Link) -> None:
    with pytest.raises(ValueError, match="pkg:pypi/absent"):
        Graph("project:x", [component("project:x")], [one])


def test_outgoing_filters_by_relation() -> None:
    nodes = [component(n) for n in ("project:x", "pkg:pypi/a", "pkg:pypi/b")]
    graph = Graph(
        "project:x",
        nodes,
        [link("project:x", "pkg:pypi/b", "calls"), link("project:x", "pkg:pypi/a")],
    )
    assert [one.target for one in graph.outgoing("project:x")] == ["pkg:pypi/a", "pkg:pypi/b"]
    assert [one.target for one in graph.outgoing("project:x", frozenset({"calls"}))] == [
        "pkg:pypi/b"
    ]
    assert list(graph.outgoing("pkg:pypi/a")) == []
