"""Which links bring something in, and what the project asks for itself."""

from __future__ import annotations

from typing import get_args

import networkx
import pytest
from hypothesis import given, settings

from provenance.analysis.dependency import ALL, Dependencies, of_jurisdiction
from provenance.graph import Graph
from provenance.model import Attribution, Component, Link, Occurrence, Relation
from provenance.registry import Registry
from tests.analysis.making import ROOT, dependencies, name, read_graphs, short, shorts
from tests.support.small_data import org, seat, small_registry
from tests.support.small_graph import audit_of, base
from tests.support.small_graph import graph as attributed_graph


@pytest.mark.parametrize("relation", get_args(Relation))
def test_everything_but_delivery_brings_in(relation: Relation) -> None:
    found = dependencies(f"app>a a-{relation}>b", "b")
    assert shorts(found.marked) == ("" if relation == "delivered-by" else "b")
    assert ("b" in map(short, found.digraph)) is (relation != "delivered-by")


def test_all_relations_can_be_asked_for() -> None:
    found = dependencies("app>a a-delivered-by>b", "b", ALL)
    assert shorts(found.marked) == "b"
    assert found.digraph.edges[name("a"), name("b")]["relations"] == ["delivered-by"]


def test_parallel_links_are_one_edge_with_each_relation_once() -> None:
    made = dependencies("app>a app-calls>a a>a")
    assert list(made.digraph.edges) == [(ROOT, name("a"))]
    assert made.digraph.edges[ROOT, name("a")]["relations"] == ["calls", "depends-on"]


def test_what_nothing_leads_to_is_left_out() -> None:
    made = dependencies("app>a b>c", "c")
    assert sorted(map(short, made.digraph)) == ["a", "app"]
    assert made.marked == ()


def at(*lines: int) -> tuple[Occurrence, ...]:
    return tuple(
        Occurrence(path="app.py", line=line, as_written="x", extractor="test") for line in lines
    )


@pytest.mark.parametrize(
    ("places", "direct", "asked_for"),
    [
        (at(1), True, "a"),  # written only where the link from a stands
        (at(1, 7), True, "a b"),  # and once more, on line 7
        (at(1, 7), False, "a"),  # a record of a lock file, which the project does not ask for
        ((), True, "a"),
    ],
)
def test_what_is_written_on_its_own_is_asked_for_by_the_project(
    places: tuple[Occurrence, ...], direct: bool, asked_for: str
) -> None:
    a = Component(id=name("a"), kind="model", name="a", occurrences=at(1))
    b = Component(id=name("b"), kind="model", name="b", occurrences=places, direct=direct)
    links = [
        Link(source=ROOT, target=name("a"), relation="contains", occurrences=at(1)),
        Link(source=name("a"), target=name("b"), relation="derived-from", occurrences=at(1)),
    ]
    root = Component(id=ROOT, kind="project", name="app")
    made = Dependencies(Graph(ROOT, [root, a, b], links))
    assert shorts(made.direct) == asked_for


def test_reach_and_names() -> None:
    made = dependencies("app>a app>b a>c c>d d>c b>e", "c d e")
    reached = {short(one): shorts(made.names(bits)) for one, bits in made.reach.items()}
    assert reached == {"app": "c d e", "a": "c d", "c": "c d", "d": "c d", "b": "e", "e": "e"}


@given(read_graphs())
@settings(derandomize=True)
def test_reach_is_what_networkx_reaches(made: Dependencies) -> None:
    for one in made.digraph:
        below = networkx.descendants(made.digraph, one) | {one}
        assert set(made.names(made.reach[one])) == below & set(made.marked)
    above = set().union(*(networkx.ancestors(made.digraph, m) | {m} for m in made.marked))
    assert made.leading_to(made.marked) == above


def test_of_a_jurisdiction_is_what_is_from_there_or_made_from_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hub = "pkg:huggingface/"
    registry: Registry = small_registry(
        tmp_path_factory.mktemp("data"),
        organizations=[org("us", "US"), org("cn", "CN")],
        origin_registry=[seat("huggingface:us", "us"), seat("huggingface:cn", "cn")],
    )
    made = attributed_graph([base(f"{hub}cn/tuned", f"{hub}us/base")], extra=[f"{hub}cn/own"])
    audit, _ = audit_of(registry, made)
    assert isinstance(audit.attributions[made.root], Attribution)
    assert of_jurisdiction(audit, {"US"}) == {f"{hub}cn/tuned", f"{hub}us/base"}
    assert of_jurisdiction(audit, {"CN"}) == {f"{hub}cn/tuned", f"{hub}cn/own"}
    assert of_jurisdiction(audit, ()) == frozenset()
