"""Arguments of a call in a language without a parser: by position, by name, by chained setters.

``new Client(uri, "m")``, ``Ask(model: "m")``, ``Request{Model: "m"}`` and
``Model.builder().modelName("m").build()`` are told apart by their brackets alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from provenance.patterns import lazy

_TOKEN = lazy(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+"""|"(?:\\.|[^"\\\n])*+"|`[^`]*+`|\'(?:\\[^\n]{1,8}?|[^\'\\\n])\''
    rb"|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/|[()\[\]{},;]",
    re.DOTALL,
)
_CHAINED = lazy(
    rb"(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/)*+[?!]?\.\s*([A-Za-z_]\w*)\s*"
    rb"(?:(?:::)?<[^()<>\n]{0,80}>)?\s*(\()?"
)
_NAMED = lazy(rb"\s*([A-Za-z_]\w*)\s*(?::(?!:)|=(?![=>]))\s*")
_BRACE = lazy(rb"\s*\{")
_REACH = 6_000
"""Bytes that the arguments of one call may span."""
_MAX_ARGUMENTS = 40
_MAX_CHAINED = 40
_CLOSES = {b"(": b")", b"{": b"}", b"[": b"]"}


class Span(NamedTuple):
    """Where an argument stands."""

    start: int
    end: int


class Arguments(NamedTuple):
    """What a call is given."""

    positions: list[Span]
    named: dict[str, Span]
    """By keyword, field, or the name of a setter chained to the call."""
    end: int

    def get(self, wanted: str) -> Span | None:
        """Return the argument at a position (``0``) or of a name."""
        if wanted.isdigit():
            number = int(wanted)
            return self.positions[number] if number < len(self.positions) else None
        return self.named.get(wanted)


def read_arguments(data: bytes, opening: int) -> Arguments | None:
    """Return what stands in the brackets that open at an offset, and in what is chained to them.

    None when the brackets do not close within reach.
    """
    found = _listed(data, opening)
    if found is None:
        return None
    positions, named, end = found
    if data[opening : opening + 1] == b"(" and (match := _BRACE.match(data, end)):
        more = _listed(data, match.end() - 1)  # new Options(…) { Model = "m" }
        if more is not None and more[1]:
            named, end = {**more[1], **named}, more[2]
    for _ in range(_MAX_CHAINED):
        match = _CHAINED.match(data, end)
        if match is None or match.group(2) is None:
            break
        inner = _listed(data, match.end() - 1)
        if inner is None:
            break
        if len(inner[0]) == 1:
            named.setdefault(match.group(1).decode(), inner[0][0])
        end = inner[2]
    return Arguments(positions, named, end)


def _listed(data: bytes, opening: int) -> tuple[list[Span], dict[str, Span], int] | None:
    """Return positional and named arguments within brackets, and where these end."""
    first = data[opening : opening + 1]
    stack = [first]
    positions: list[Span] = []
    named: dict[str, Span] = {}
    begin = opening + 1
    for match in _TOKEN.finditer(data, begin, opening + _REACH):
        sign = match.group()
        if sign in (b"(", b"{", b"["):
            stack.append(sign)
        elif sign in (b")", b"}", b"]"):
            if _CLOSES[stack[-1]] != sign:
                return None
            stack.pop()
        elif sign != b"," and not (sign == b";" and first == b"{" and len(stack) == 1):
            continue
        if (sign == b"," and len(stack) == 1) or not stack or (sign == b";" and len(stack) == 1):
            _add(data, begin, match.start(), positions, named)
            begin = match.end()
        if not stack:
            return positions, named, match.end()
        if len(positions) + len(named) > _MAX_ARGUMENTS:
            return None
    return None


def _add(data: bytes, begin: int, end: int, positions: list[Span], named: dict[str, Span]) -> None:
    if not data[begin:end].strip():
        return
    match = _NAMED.match(data, begin, end)
    if match and match.end() < end:
        named.setdefault(match.group(1).decode(), Span(match.end(), end))
    else:
        positions.append(Span(begin, end))
