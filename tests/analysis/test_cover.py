"""The smallest cover: worked by hand, equal to trying everything, and honest when it gives up."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.analysis.cover import cover, smallest_cover
from tests.analysis.making import dependencies, shorts

# Every element in two sets or more and no set within another, so nothing is decided in advance.
# The largest set first needs three (abcd ef gh …); two of four do it.
TRAP = {
    "big": "cdef",
    "left": "abcd",
    "right": "efgh",
    "p": "ae",
    "q": "bf",
    "r": "cg",
    "s": "dh",
}


def bits(letters: str) -> int:
    return sum(1 << (ord(letter) - ord("a")) for letter in letters)


def sets(**letters: str) -> dict[str, int]:
    return {name: bits(text) for name, text in letters.items()}


@pytest.mark.parametrize(
    ("edges", "marked", "expected"),
    [
        ("app>a app>b a>x b>x", "x", "a"),
        ("app>a app>b a>x b>x b>y", "x y", "b"),
        ("app>a app>b app>c a>x a>y b>y b>z c>z c>w", "x y z w", "a c"),
        ("app>x app>a a>x", "x", "a"),  # equal: the first by name
        ("app>a a>b b>x", "", ""),
    ],
)
def test_by_hand(edges: str, marked: str, expected: str) -> None:
    found = smallest_cover(dependencies(edges, marked))
    assert (shorts(found.members), found.exact) == (expected, True)


def test_the_largest_set_may_be_a_trap() -> None:
    found = cover(sets(**TRAP))
    assert found.members == ("left", "right")
    assert found.exact


def test_nothing_to_cover() -> None:
    assert cover({}).members == ()
    assert cover({"a": 0}).members == ()
    assert cover({"a": 0}).exact


# The points of the plane of order two by its lines: any two lines meet, so three are needed.
FANO = sets(l1="abc", l2="ade", l3="afg", l4="bdf", l5="beg", l6="cdg", l7="cef")


def test_a_search_that_is_given_up_says_so_and_still_covers() -> None:
    full = cover(FANO)
    assert (len(full.members), full.exact) == (3, True)
    cut = cover(FANO, max_steps=1)
    assert not cut.exact
    union = 0
    for name in cut.members:
        union |= FANO[name]
    assert union == bits("abcdefg")


@given(st.lists(st.integers(0, 255), max_size=8))
@settings(derandomize=True, max_examples=400)
def test_no_smaller_set_exists(drawn: list[int]) -> None:
    named = {f"s{number}": value for number, value in enumerate(drawn)}
    universe = 0
    for value in drawn:
        universe |= value
    found = cover(named)
    assert found.exact
    assert union_of(named, found.members) == universe
    for fewer in itertools.combinations(named, len(found.members) - 1 if found.members else 0):
        assert not found.members or union_of(named, fewer) != universe


def union_of(named: dict[str, int], members: tuple[str, ...]) -> int:
    union = 0
    for one in members:
        union |= named[one]
    return union


@given(st.lists(st.integers(1, 4095), min_size=1, max_size=14), st.integers(1, 6))
@settings(derandomize=True)
def test_a_cover_covers_whatever_the_cap(drawn: list[int], cap: int) -> None:
    named = {f"s{number}": value for number, value in enumerate(drawn)}
    found = cover(named, max_steps=cap)
    assert union_of(named, found.members) == union_of(named, tuple(named))
    if found.exact:
        assert len(found.members) == len(cover(named).members)
