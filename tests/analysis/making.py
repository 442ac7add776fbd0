"""Small graphs written in a line (``app>a a>b``), and random ones, for tests of their reading."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from provenance.analysis.dependency import BRINGING, Dependencies
from provenance.graph import Graph
from provenance.model import Component, Link, Relation

ROOT = "project:app"


def name(short: str) -> str:
    return ROOT if short == "app" else f"pkg:pypi/{short}"


def short(component: str) -> str:
    return "app" if component == ROOT else component.removeprefix("pkg:pypi/")


def shorts(components: Iterable[str]) -> str:
    return " ".join(map(short, components))


def graph(edges: str) -> Graph:
    """A graph of ``source>target`` or ``source-relation>target``, its components known by links."""
    links = []
    for edge in edges.split():
        ends, _, target = edge.rpartition(">")
        source, _, relation = ends.partition("-")
        links.append(link(source, target, relation or "depends-on"))  # type: ignore[arg-type]
    names = {ROOT, *(k.source for k in links), *(k.target for k in links)}
    return Graph(ROOT, [component(one) for one in names], links)


def component(full: str) -> Component:
    kind = "project" if full == ROOT else "package"
    return Component(id=full, kind=kind, name=short(full), direct=False)


def link(source: str, target: str, relation: Relation = "depends-on") -> Link:
    return Link(source=name(source), target=name(target), relation=relation)


def dependencies(
    edges: str, marked: str = "", relations: frozenset[Relation] = BRINGING
) -> Dependencies:
    return Dependencies(graph(edges), [name(one) for one in marked.split()], relations)


@st.composite
def read_graphs(draw: st.DrawFn, *, cycles: bool = True) -> Dependencies:
    """Draw a graph of up to nine components, some marked."""
    nodes = ["app", *"abcdefgh"[: draw(st.integers(1, 8))]]
    numbers = st.integers(0, len(nodes) - 1)
    pairs = draw(st.lists(st.tuples(numbers, numbers), max_size=24))
    if not cycles:
        pairs = [(min(pair), max(pair)) for pair in pairs]
    # Nothing leads back to the project.
    edges = " ".join(f"{nodes[a]}>{nodes[b]}" for a, b in pairs if a != b and b)
    marked = draw(st.sets(st.sampled_from(nodes[1:])))
    return dependencies(edges or "app>a", " ".join(marked))
