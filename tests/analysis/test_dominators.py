"""Weights and chokepoints: worked by hand, and equal to taking components out one by one."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings

from provenance.analysis.dependency import Dependencies
from provenance.analysis.dominators import chokepoints, on_every_path, weights
from tests.analysis.making import ROOT, dependencies, name, read_graphs, short, shorts

# app asks for a, b and c. x is brought in by a alone, y by a and b, z by x and c.
SHARED = "app>a app>b app>c a>x a>y b>y x>z c>z"


def weighed(made: Dependencies, of: str = "") -> dict[str, tuple[str, str, int]]:
    """Short name to (leaving, leading, components that leave), in the order given."""
    found = weights(made, [name(one) for one in of.split()] or None)
    return {short(w.component): (shorts(w.leaving), shorts(w.leading), w.components) for w in found}


def choked(made: Dependencies) -> dict[str, str]:
    return {short(c.component): shorts(c.behind) for c in chokepoints(made)}


def test_what_two_bring_in_leaves_with_neither() -> None:
    made = dependencies(SHARED, "x y z")
    assert list(weighed(made).items()) == [
        ("a", ("x", "x y z", 2)),
        ("b", ("", "y", 1)),
        ("c", ("", "z", 1)),
    ]


def test_what_takes_more_with_it_goes_before_what_leads_to_more() -> None:
    made = dependencies("app>a app>d app>x app>y a>x a>y a>z d>v d>w", "v w x y z")
    assert list(weighed(made, "a d").items()) == [
        ("d", ("v w", "v w", 3)),
        ("a", ("z", "x y z", 2)),
    ]


def test_an_exposed_component_leaves_with_itself() -> None:
    assert weighed(dependencies("app>a a>b", "a b"))["a"] == ("a b", "a b", 2)
    assert weighed(dependencies("app>a a>b", "a b"), "b") == {"b": ("b", "b", 1)}


def test_what_leads_to_nothing_marked_has_no_weight() -> None:
    assert weighed(dependencies("app>a app>b b>c", "a")) == {"a": ("a", "a", 1)}
    assert weighed(dependencies("app>a", "")) == {}


def test_a_cycle_leaves_with_the_one_that_leads_into_it() -> None:
    made = dependencies("app>a a>b b>c c>b c>a", "b c")
    assert weighed(made, "a b c") == {"a": ("b c", "b c", 3), "b": ("b c", "b c", 2),
                                      "c": ("c", "b c", 1)}  # fmt: skip


def test_a_cycle_entered_twice_stays() -> None:
    made = dependencies("app>a app>d a>b b>c c>b d>c", "b c")
    assert weighed(made) == {"a": ("", "b c", 1), "d": ("", "b c", 1)}


def test_a_base_model_that_is_used_itself_stays() -> None:
    assert weighed(dependencies("app>a a-derived-from>b app>b", "b")) == {
        "b": ("b", "b", 1),
        "a": ("", "b", 1),
    }


@pytest.mark.parametrize(
    ("edges", "marked", "expected"),
    [
        ("app>a a>b b>x b>y", "x y", {"a": "x y", "b": "x y"}),
        (SHARED, "x y z", {}),  # a, x, z, c and app are one ring, and so are a, y, b and app
        (SHARED, "x", {"a": "x"}),  # only what lies on a way to x is looked at
        ("app>a a>x a>y app>b b>y", "x y", {"a": "x"}),
        ("app>x", "x", {}),  # itself does not count
        ("app>x x>y", "x y", {"x": "y"}),
        # x takes y with it, but the graph holds together without x: y hangs on w too
        ("app>x x>y y>w app>w", "y w", {}),
        ("app>a", "", {}),
    ],
)
def test_chokepoints(edges: str, marked: str, expected: dict[str, str]) -> None:
    assert choked(dependencies(edges, marked)) == expected


def test_the_one_that_cuts_off_most_comes_first() -> None:
    made = dependencies("app>a a>b b>x a>y a>z", "x y z")
    assert list(choked(made).items()) == [("a", "x y z"), ("b", "x")]


@pytest.mark.parametrize(
    ("component", "expected"), [("d", "a c"), ("c", "a"), ("b", "a"), ("a", ""), ("e", "a c d")]
)
def test_on_every_path(component: str, expected: str) -> None:
    made = dependencies("app>a a>b a>c b>c c>d d>e e>d")
    assert shorts(on_every_path(made, name(component))) == expected


@given(read_graphs())
@settings(derandomize=True, max_examples=300)
def test_what_leaves_is_what_is_out_of_reach_without_it(made: Dependencies) -> None:
    found = {w.component: w for w in weights(made, list(made.digraph))}
    for taken in set(made.digraph) - {ROOT}:
        rest = made.digraph.subgraph(set(made.digraph) - {taken})
        gone = set(made.digraph) - networkx.descendants(rest, ROOT) - {ROOT}
        if made.reach[taken]:
            assert set(found[taken].leaving) == gone & set(made.marked)
            assert found[taken].components == len(gone)
        else:
            assert taken not in found
            assert not gone & set(made.marked)


@given(read_graphs())
@settings(derandomize=True, max_examples=300)
def test_chokepoints_are_what_cuts_marked_ones_off(made: Dependencies) -> None:
    between = made.digraph.subgraph(made.leading_to(made.marked)).to_undirected()
    expected = {}
    for taken in set(between) - {ROOT}:
        rest = between.subgraph(set(between) - {taken})
        cut = set(rest) - networkx.node_connected_component(rest, ROOT)
        if cut & set(made.marked):
            expected[taken] = tuple(sorted(cut & set(made.marked)))
    found = {c.component: c.behind for c in chokepoints(made)}
    assert found == expected
    assert set(found) <= set(networkx.articulation_points(between))
    leaving = {w.component: set(w.leaving) for w in weights(made, list(found))}
    assert all(set(behind) <= leaving[one] for one, behind in found.items())


@given(read_graphs())
@settings(derandomize=True)
def test_on_every_path_is_what_all_paths_share(made: Dependencies) -> None:
    for target in set(made.digraph) - {ROOT}:
        paths = list(networkx.all_simple_paths(made.digraph, ROOT, target))
        shared = set.intersection(*map(set, paths)) - {ROOT, target}
        assert on_every_path(made, target) == tuple(one for one in paths[0] if one in shared)
