"""The part of a source that is worth parsing: functions of no interest are emptied before.

Parsing is most of what a large tree costs, and of a large module a few functions hold the
calls that name something. Where functions begin and end is told from the indentation; where
that is not plain, or what is left does not parse, the whole source is parsed instead.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from provenance.extract.places import PythonPlaces
from provenance.patterns import lazy

_HEADER = rb"([ \t]*)(?:(class)|(?:async[ \t]+)?def)[ \t]+([A-Za-z_]\w*)(\s*\(\s*\))?"
_FIRST = lazy(_HEADER)
_BLOCK = lazy(rb"\n" + _HEADER)  # a sign at the start is searched for, ``^`` is tried everywhere
_MAX_HEADER = 60
"""Lines of a function's header."""
_LEAST = 4
"""Lines of a body that are worth emptying."""
_OPEN, _CLOSE = b"([{", b")]}"


class Span(NamedTuple):
    """A function of a source by its lines, the first and the last of them included."""

    owner: str
    """The class of the module that it is a method of, or the function itself."""
    name: str
    first: int
    body: int
    """The first line of its body; 0 where that cannot be told."""
    last: int
    outer: bool
    """It is a function of the module, or a method of a class of the module."""
    takes: bool
    """It has parameters."""


def functions(data: bytes, places: PythonPlaces) -> list[Span]:
    """Return the functions of a source in order, those within others as well."""
    breaks = [match.start() for match in re.finditer(rb"\n", data)]
    found: list[Span] = []
    owner, ends, depth = "", -1, -1  # the class of the module that is open
    first_line = _FIRST.match(data)
    for match in chain((first_line,) if first_line else (), _BLOCK.finditer(data)):
        if places.state(match.start(3)) is not None:
            continue
        width, name = len(match.group(1)), match.group(3).decode("ascii", "replace")
        begin = match.start(3)
        if begin > ends:
            owner, depth = "", -1
        if match.group(2):
            if width == 0:
                owner, ends, depth = name, _end(data, begin, width, places), -1
            continue
        if owner and depth < 0:
            depth = width
        method = bool(owner) and width == depth
        end = _end(data, begin, width, places)
        first, last = bisect_left(breaks, begin) + 1, bisect_left(breaks, end) + 1
        body = _body(data, breaks, first, last)
        outer = method or width == 0
        found.append(
            Span(owner if method else name, name, first, body, last, outer, not match.group(4))
        )
    return found


def emptied(
    data: bytes, spans: Sequence[Span], lines: Sequence[int], kept: Callable[[str], bool]
) -> bytes:
    """Return a source in which functions without any of these lines have no body.

    Args:
        lines: sorted.
        kept: tells of a function's name that its body stays anyway.
    """
    written = data.split(b"\n")
    done = 0
    for span in spans:
        if span.first <= done or not span.body or span.last - span.body < _LEAST:
            continue
        at = bisect_left(lines, span.first)
        if (at < len(lines) and lines[at] <= span.last) or kept(span.name):
            continue
        head = written[span.first - 1]
        indent = head[: len(head) - len(head.lstrip())]
        size = span.last - span.body + 1
        written[span.body - 1 : span.last] = [indent + b" pass", *[b""] * (size - 1)]
        done = span.last
    return b"\n".join(written) if done else data


def _end(data: bytes, begin: int, width: int, places: PythonPlaces) -> int:
    """Return where the last line of the block that begins at an offset ends."""
    for match in _dedent(width).finditer(data, begin):
        if places.state(match.start() + 1) != "documentation":
            return match.start()
    return len(data)


@lru_cache(maxsize=64)
def _dedent(width: int) -> re.Pattern[bytes]:
    """Return what begins a line that is indented no further and goes on with no bracket."""
    return re.compile(rb"\n(?=[ \t]{0,%d}[^\s#)\]}])" % width)


def _body(data: bytes, breaks: list[int], first: int, last: int) -> int:
    """Return the line where the body of a function begins, 0 where that is not plain."""
    depth = 0
    for line in range(first, min(last, first + _MAX_HEADER)):
        begin = breaks[line - 2] + 1 if line > 1 else 0
        text = data[begin : breaks[line - 1]].partition(b"#")[0].rstrip()
        depth += sum(text.count(sign) for sign in _OPEN) - sum(text.count(s) for s in _CLOSE)
        if depth == 0:
            return line + 1 if text.endswith(b":") else 0
    return 0
