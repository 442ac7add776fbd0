"""Functions and methods of one source that hold a known call, and who calls them there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from provenance.extract.places import Places
from provenance.extract.python.slices import Span

_MAX_WRAPPERS = 3
"""Functions of one file from a name to the known call."""


def lines_of_wrappers(spans: Sequence[Span], data: bytes, lines: frozenset[int]) -> frozenset[int]:
    """Return the lines that call what in this file holds a known call, and so on upwards."""
    # A function of the module that takes nothing hands nothing on.
    outer = [s for s in spans if s.outer and (s.owner != s.name or s.takes)]
    found: frozenset[int] = frozenset()
    places = Places(data)
    done: set[bytes] = set()
    for _ in range(_MAX_WRAPPERS):
        wanted = sorted(lines | found)
        names: set[bytes] = set()
        for span in outer:
            first = bisect_left(wanted, span.first)
            if first < len(wanted) and wanted[first] <= span.last:
                names |= {span.owner.encode(), span.name.encode()}
        names -= done
        if not names:
            break
        done |= names
        for name in names:
            found |= {places.line(offset) for offset in _called(data, name)}
    return found


def _called(data: bytes, name: bytes) -> Iterator[int]:
    """Yield where a source writes a name right before a bracket."""
    # Looking for the few names one by one is much faster than for every call.
    call = name + b"("
    at = data.find(call)
    while at >= 0:
        if not (data[at - 1 : at].isalnum() or data[at - 1 : at] == b"_"):
            yield at
        at = data.find(call, at + 1)
