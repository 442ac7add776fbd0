"""Every path, shortest first; what is cut is counted, or said not to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx
from hypothesis import given, settings

from provenance.analysis import paths
from provenance.analysis.dependency import Dependencies
from provenance.analysis.paths import paths_to
from tests.analysis.making import ROOT, dependencies, name, read_graphs, shorts

if TYPE_CHECKING:
    import pytest


def layers(count: int) -> str:
    """Two components a level, each of which brings in both of the next."""
    return "app>a1 app>b1 " + " ".join(
        f"a{n}>a{n + 1} a{n}>b{n + 1} b{n}>a{n + 1} b{n}>b{n + 1}" for n in range(1, count)
    )


def shown(made: Dependencies, target: str, limit: int = 100) -> list[str]:
    return [shorts(path) for path in paths_to(made, name(target), limit).shown]


def test_shortest_first_then_by_name() -> None:
    made = dependencies("app>a app>b a>c b>c c>d a>d")
    assert shown(made, "d") == ["app a d", "app a c d", "app b c d"]
    assert paths_to(made, name("d")).total == 3


def test_cycles_are_not_walked_twice() -> None:
    made = dependencies("app>a a>b b>a b>c c>b a>c")
    assert shown(made, "c") == ["app a c", "app a b c"]
    assert paths_to(made, name("c")).total == 2


def test_what_is_cut_is_counted() -> None:
    # A choice of two on each of 39 levels.
    found = paths_to(dependencies(layers(40)), name("a40"), 5)
    assert (len(found.shown), found.total) == (5, 2**39)


def test_a_number_with_hundreds_of_digits_is_none() -> None:
    for levels, total in ((40, 2**39), (41, None), (2_000, None)):
        made = dependencies(layers(levels), "")
        assert paths_to(made, name(f"a{levels}"), 5).total == total


def test_with_cycles_what_is_cut_is_not_counted() -> None:
    found = paths_to(dependencies(layers(40) + " a40>a39"), name("a40"), 5)
    assert (len(found.shown), found.total) == (5, None)


def test_a_search_for_paths_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of 18 leads to each: more dead ends than can be walked before the hundredth path.
    letters = "abcdefghijklmnopqr"
    edges = " ".join(f"{x}>{y}" for x in letters for y in letters if x != y)
    monkeypatch.setattr(paths, "MAX_EFFORT", 200)
    found = paths_to(dependencies(f"app>a {edges}"), name("r"))
    assert 0 < len(found.shown) < 100
    assert found.shown[0] == (ROOT, name("a"), name("r"))
    assert found.total is None


def test_no_path() -> None:
    found = paths_to(dependencies("app>a b>c"), name("c"))
    assert (found.shown, found.total) == ((), 0)


@given(read_graphs())
@settings(derandomize=True, max_examples=200)
def test_the_paths_are_those_of_networkx(made: Dependencies) -> None:
    for target in set(made.digraph) - {ROOT}:
        everything = sorted(map(tuple, networkx.all_simple_paths(made.digraph, ROOT, target)))
        found = paths_to(made, target, limit=10_000)
        assert sorted(found.shown) == everything
        assert found.total == len(everything)
        assert [len(path) for path in found.shown] == sorted(len(path) for path in everything)


@given(read_graphs(cycles=False))
@settings(derandomize=True, max_examples=200)
def test_without_cycles_the_count_is_right_whatever_the_limit(made: Dependencies) -> None:
    for target in set(made.digraph) - {ROOT}:
        everything = list(networkx.all_simple_paths(made.digraph, ROOT, target))
        found = paths_to(made, target, limit=1)
        assert found.total == len(everything)
        assert len(found.shown[0]) == min(map(len, everything))
