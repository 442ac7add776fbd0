"""Which call made the client that a method is called on, in a language without a parser."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from provenance.model import ComponentId, Confidence
from provenance.patterns import lazy

_IDENTIFIER = lazy(rb"([A-Za-z_]\w*)\s*[?!]?\s*\Z")
_BEGINNING = lazy(rb"\s*[^;\n{}]{0,120}")
"""What may stand between a name that is given a value and the call that makes it."""
_MAX_GIVEN = 500


class Made(NamedTuple):
    """A call that makes a client, or asks for a model itself."""

    start: int
    end: int
    """Where the calls chained to it end."""
    provider: str
    service: ComponentId | None
    local: bool
    confident: Confidence

    @property
    def whom(self) -> str:
        """Whom it asks: a runtime, a server on this machine, a service, or nobody."""
        if self.provider.startswith("local:"):
            return self.provider
        return "local" if self.local else self.service or ""


def maker_of(data: bytes, offset: int, made: list[Made], *, free: bool) -> Made | None:
    """Return the call that made the client which a method is called on.

    It is the beginning of the same chain, or what the client's name was last given; else the
    only one of the source, so far as whom they ask is the same.

    Args:
        free: the call is of no client; another is given what it makes.
    """
    if not free:
        within = [one for one in made if one.start < offset < one.end]
        if within:
            return max(within, key=lambda one: one.start)
        receiver = _IDENTIFIER.search(data, max(0, offset - 200), offset)
        given = _last_given(data, receiver.group(1), offset) if receiver else offset
        for one in made:
            if given <= one.start < offset and _BEGINNING.fullmatch(data, given, one.start):
                return one
    asked = {one.whom: one for one in reversed(made) if one.whom}
    return next(iter(asked.values())) if len(asked) == 1 else None


def _last_given(data: bytes, name: bytes, offset: int) -> int:
    """Return where the value begins that a name was last given before a place, or the place."""
    given = _given(data, name)
    number = bisect_right(given, offset)
    return given[number - 1] if number else offset


@lru_cache(maxsize=64)
def _given(data: bytes, name: bytes) -> tuple[int, ...]:
    """Return where the values begin that a source gives a name, or the type of a parameter."""
    pattern = re.compile(
        rb"(?<![\w.])" + re.escape(name)
        + rb"\s*(?:(?::(?!:)[^=;,\n(){}]{0,80})?:?=(?![=>])|:(?![:=]))"
    )  # fmt: skip
    return tuple(match.end() for match in islice(pattern.finditer(data), _MAX_GIVEN))
