"""The rows of a tree: each subtree once, what is not shown again is marked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.analysis.dependency import Dependencies
from provenance.analysis.rows import MAX_DEPTH, rows
from tests.analysis.making import ROOT, dependencies, name, read_graphs, short

SIGNS = {"": "", "repeated": "*", "cycle": "@", "cut": "+"}


def laid(made: Dependencies, *starts: str, **options: object) -> list[str]:
    """Rows as ``..b*``: a dot a level, the name, the mark."""
    found = rows(made, [name(one) for one in starts or ("app",)], **options)  # type: ignore[arg-type]
    return ["." * len(r.last) + short(r.component) + SIGNS[r.mark] for r in found]


def test_a_subtree_is_shown_once() -> None:
    made = dependencies("app>a app>b a>c b>c c>d")
    assert laid(made) == ["app", ".a", "..c", "...d", ".b", "..c*"]


def test_what_brings_nothing_in_needs_no_mark() -> None:
    made = dependencies("app>a app>b a>c b>c")
    assert laid(made) == ["app", ".a", "..c", ".b", "..c"]


def test_a_cycle_is_marked() -> None:
    made = dependencies("app>a a>b b>a b>c")
    assert laid(made) == ["app", ".a", "..b", "...a@", "...c"]


def test_depth_cuts_and_says_so() -> None:
    made = dependencies("app>a a>b b>c")
    assert laid(made, depth=0) == ["app+"]
    assert laid(made, depth=1) == ["app", ".a+"]
    assert laid(made, depth=2) == ["app", ".a", "..b+"]
    assert laid(made, depth=3) == laid(made) == ["app", ".a", "..b", "...c"]


def test_what_it_brings_in_is_laid_out_nearest_to_the_project() -> None:
    made = dependencies("app>a a>b b>c c>d app>b")
    assert laid(made) == ["app", ".a", "..b*", ".b", "..c", "...d"]
    assert laid(made, depth=2) == ["app", ".a", "..b*", ".b", "..c+"]
    made = dependencies("app>a a>b b>c c>d d>e app>b app>x x>b")
    assert laid(made, depth=3) == [
        "app", ".a", "..b*", ".b", "..c", "...d+", ".x", "..b*",
    ]  # fmt: skip


def test_only_branches_that_are_kept() -> None:
    made = dependencies("app>a app>b a>x a>y b>y", "x")
    assert laid(made, keep=made.leading_to(made.marked)) == ["app", ".a", "..x"]


def test_inverted_from_a_component_to_the_project() -> None:
    made = dependencies("app>a app>b a>c b>c c>d")
    assert laid(made, "d", invert=True) == ["d", ".c", "..a", "...app", "..b", "...app"]
    assert laid(made, "c", "d", invert=True) == ["c", ".a", "..app", ".b", "..app", "d", ".c*"]


def test_relations_stand_on_the_row_they_lead_to() -> None:
    made = dependencies("app-calls>a a-served-by>b")
    assert [r.relations for r in rows(made, [ROOT])] == [(), ("calls",), ("served-by",)]
    assert [r.relations for r in rows(made, [name("b")], invert=True)] == [
        (), ("served-by",), ("calls",),
    ]  # fmt: skip


def test_the_guides_know_the_last_branch() -> None:
    made = dependencies("app>a app>b a>c")
    assert [r.last for r in rows(made, [ROOT])] == [(), (False,), (False, True), (True,)]


def test_a_chain_without_end_is_cut() -> None:
    chain = " ".join(f"n{number}>n{number + 1}" for number in range(3000))
    found = list(rows(dependencies(f"app>n0 {chain}"), [ROOT]))
    assert len(found) == MAX_DEPTH + 1
    assert [r.mark for r in found[-2:]] == ["", "cut"]


@given(read_graphs())
@settings(derandomize=True, max_examples=200)
def test_every_edge_is_shown_once(made: Dependencies) -> None:
    edges, open_at, opened = [], {}, []
    for row in rows(made, [ROOT]):
        level = len(row.last)
        open_at[level] = row.component
        if level:
            edges.append((open_at[level - 1], row.component))
            opened.append(open_at[level - 1])
    assert sorted(edges) == sorted(made.digraph.edges)


@given(read_graphs(), st.integers(0, 4))
@settings(derandomize=True, max_examples=200)
def test_a_row_without_mark_shows_all_it_brings_in(made: Dependencies, depth: int) -> None:
    found = list(rows(made, [ROOT], depth=depth))
    for number, row in enumerate(found):
        level = len(row.last)
        below = []
        for other in found[number + 1 :]:
            if len(other.last) <= level:
                break
            if len(other.last) == level + 1:
                below.append(other.component)
        wanted = sorted(made.digraph.successors(row.component))
        assert below == ([] if row.mark else wanted)
        assert level <= depth
        assert bool(row.mark) <= bool(wanted)
