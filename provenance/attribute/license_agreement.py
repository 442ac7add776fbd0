"""Whether several statements on one license agree: which repeat others, which contradict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from provenance.attribute.license_words import symbols


class Statement(NamedTuple):
    """One statement on a component's license, as read."""

    expression: str
    covers: tuple[str, ...]
    """Ids that a family's name may mean."""
    by: str
    """Who states it."""
    scheme: str


def telling(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that no other one of the same speaker says more exactly.

    ``BSD`` beside ``BSD-3-Clause`` adds nothing, nor does ``MIT`` beside ``MIT OR Apache-2.0``.
    """
    return [
        one
        for number, one in enumerate(statements)
        if not any(
            other.by == one.by and _repeats(one, other, later=at < number)
            for at, other in enumerate(statements)
            if at != number
        )
    ]


def conflict(statements: Sequence[Statement]) -> str:
    """Return what is wrong between statements: the reason of a gap, or ""."""
    open_pairs = [
        (one, other)
        for number, one in enumerate(statements)
        for other in statements[number + 1 :]
        if not (_within(one, other) or _within(other, one))
    ]
    if not open_pairs:
        return ""
    if all(one.scheme == other.scheme == "classifier" for one, other in open_pairs):
        return "license-relation-unclear"
    return "license-contradiction"


def _repeats(one: Statement, other: Statement, *, later: bool) -> bool:
    """Tell whether a statement is within another; of two that are equal the later one is."""
    if not _within(one, other):
        return False
    return later or not _within(other, one)


def _within(one: Statement, other: Statement) -> bool:
    """Tell whether a statement says nothing that another does not say more exactly."""
    named, meant = symbols(one.expression), symbols(other.expression)
    if named <= meant:
        return True
    return bool(one.covers) and any(_covered(symbol, one.covers) for symbol in meant)


def _covered(symbol: str, covers: tuple[str, ...]) -> bool:
    return any(
        symbol.startswith(cover[:-1]) if cover.endswith("*") else symbol == cover
        for cover in covers
    )
