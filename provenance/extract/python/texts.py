"""Texts that an expression can be, each with the place of its literal."""

from __future__ import annotations

from typing import NamedTuple

from provenance.model import Confidence, weakest

MAX_TEXTS = 64
"""Of one expression; what can be more is not told apart further."""


class Value(NamedTuple):
    """A possible string with the place its literal stands at; no path: the file read."""

    text: str
    line: int
    confidence: Confidence
    path: str = ""
    whole: str = ""
    """The literal, where the text is a part of it."""


def product(
    left: list[Value], right: list[Value], between: str = "", line: int | None = None
) -> list[Value]:
    """Return every text of one list followed by every text of another.

    Args:
        line: where they are put together; the place of the first where it is not given.
    """
    return [
        Value(
            a.text + between + b.text, line or a.line, weakest(a.confidence, b.confidence), a.path
        )
        for a in left
        for b in right
    ][:MAX_TEXTS]
