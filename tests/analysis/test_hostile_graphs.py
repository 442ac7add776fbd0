"""Graphs no project has: nothing recurses without end, and nothing grows without bound."""

from __future__ import annotations

import itertools

from provenance.analysis.dependency import Dependencies
from provenance.analysis.dominators import on_every_path
from provenance.analysis.paths import paths_to
from provenance.analysis.rows import rows
from provenance.analysis.summary import summarize
from tests.analysis.making import ROOT, dependencies, name


def summary_of(made: Dependencies, marked: str):
    return summarize(made, frozenset(map(name, marked.split())))


def test_a_chain_of_three_thousand() -> None:
    chain = " ".join(f"n{number}>n{number + 1}" for number in range(3000))
    made = dependencies(f"app>n0 {chain}", "n3000")
    found = summary_of(made, "n3000")
    assert [w.components for w in found.weights] == [3001]
    assert len(found.chokepoints) == 3000
    assert len(on_every_path(made, name("n3000"))) == 3000
    (path,) = paths_to(made, name("n3000")).shown
    assert len(path) == 3002


def test_all_lead_to_all() -> None:
    names = [f"n{number}" for number in range(70)]
    edges = " ".join(f"{a}>{b}" for a, b in itertools.permutations(names, 2))
    made = dependencies(f"app>n0 {edges}", " ".join(names))
    found = summary_of(made, " ".join(names))
    assert [(len(w.leaving), len(w.leading)) for w in found.weights] == [(70, 70)]
    assert [(c.component, len(c.behind)) for c in found.chokepoints] == [(name("n0"), 69)]
    assert len(list(rows(made, [ROOT]))) == 1 + 1 + 70 * 69
    ways = paths_to(made, name("n69"))
    assert (len(ways.shown), ways.total) == (100, None)


def test_thousands_of_direct_requirements() -> None:
    edges = " ".join(f"app>n{number} n{number}>m{number % 50}" for number in range(2000))
    marked = " ".join(f"m{number}" for number in range(50))
    found = summary_of(dependencies(edges, marked), marked)
    assert (found.direct, found.components) == (2000, 2050)
    assert (len(found.cover.members), found.cover.exact) == (50, True)
    assert not any(w.leaving for w in found.weights)


def test_what_only_delivers_is_named_apart() -> None:
    found = summary_of(dependencies("app>a a-delivered-by>index", "a index"), "a index")
    assert (found.marked, found.outside) == ((name("a"),), (name("index"),))
