"""Functions and methods of one source that hold a known call, and who calls them there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from provenance.extract.places import Places
from provenance.extract.python.slices import Span

_CALL = re.compile(rb"\b(\w++)\(")
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
        found |= {
            places.line(match.start()) for match in _CALL.finditer(data) if match.group(1) in names
        }
    return found
