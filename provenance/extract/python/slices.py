"""The part of a source that is worth parsing: functions of no interest are emptied before.

Parsing is most of what a large tree costs, and of a large module a few functions hold the
calls that name something. Where functions begin and end is told from the indentation; where
that is not plain, or what is left does not parse, the whole source is parsed instead.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from provenance.extract.places import PythonPlaces

_BLOCK = re.compile(rb"([ \t]*)(?:(class)|(?:async[ \t]+)?def)[ \t]+([A-Za-z_]\w*)")
_NOTHING = re.compile(rb"\s*\(\s*\)")
_CLOSING = (b")", b"]", b"}")
_MAX_HEADER = 60
"""Lines of a function's header."""
_LEAST = 4
"""Lines of a body that are worth emptying."""


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
    lines = data.split(b"\n")
    widths = _widths(lines, places)
    found: list[Span] = []
    owner, inside = "", -1  # the class of the module that is open, and how deep its body is
    for number, width in enumerate(widths):
        if width < 0:
            continue
        if width == 0:
            owner, inside = "", -1
        match = _BLOCK.match(lines[number])
        if match is None:
            continue
        name = match.group(3).decode("ascii", "replace")
        if match.group(2):
            if width == 0:
                owner, inside = name, 0
            continue
        if owner and inside == 0:
            inside = width
        method = bool(owner) and width == inside
        last = _end(widths, number)
        body = _body(lines, number, last)
        head = b"".join(lines[number : body or number + 1])[match.end() :]
        takes = not _NOTHING.match(head)
        first, begun = number + 1, body + 1 if body else 0
        outer = method or width == 0
        found.append(Span(owner if method else name, name, first, begun, last + 1, outer, takes))
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


def _widths(lines: list[bytes], places: PythonPlaces) -> list[int]:
    """Return how far each line is indented; -1 for lines that begin no statement."""
    widths = [
        -1
        if not (bare := line.lstrip(b" \t")) or bare[:1] in b"#\r" or bare[:1] in _CLOSING
        else len(line) - len(bare)
        if line[:1] != b"\t"
        else len(line[: len(line) - len(bare)].expandtabs())
        for line in lines
    ]
    for first, last in places.texts():
        widths[first:last] = [-1] * (last - first)
    return widths


def _end(widths: list[int], begin: int) -> int:
    """Return the last line of the block that begins at a line."""
    own = widths[begin]
    last = begin
    for number in range(begin + 1, len(widths)):
        if 0 <= widths[number] <= own:
            break
        if widths[number] >= 0:
            last = number
    else:
        return len(widths) - 1
    # What follows the last statement and begins none may still be a part of it.
    return max(last, number - 1)


def _body(lines: list[bytes], begin: int, last: int) -> int:
    """Return the line where the body of a function begins, 0 where that is not plain."""
    depth = 0
    for number in range(begin, min(last, begin + _MAX_HEADER)):
        line = lines[number].partition(b"#")[0].rstrip()
        depth += line.count(b"(") + line.count(b"[") + line.count(b"{")
        depth -= line.count(b")") + line.count(b"]") + line.count(b"}")
        if depth == 0:
            return number + 1 if line.endswith(b":") else 0
    return 0
