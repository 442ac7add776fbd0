"""Names of hub repositories in Rust sources that fetch from the hub themselves.

In a source that speaks of ``hf_hub`` a literal ``org/name`` is what is fetched, whatever its
name looks like. Names are often put together of the arms of a match:
``let name = match self { Self::A => "a", … }; format!("timm/repvgg_{name}.rvgg_in1k")``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import islice
from typing import NamedTuple

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.patterns import lazy
from provenance.shapes import may_be_repository

_CRATE = b"hf_hub"
_LITERAL = lazy(rb"\"([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})\"")
_FORMAT = lazy(rb"\bformat!\(\s*\"([^\"\n]{3,200})\"\s*((?:,[^()\"\n]{1,100})?),?\s*\)")
_HOLE = lazy(rb"\{(\w*)\}")
_MATCH = lazy(
    rb"\blet\s+(?:mut\s+)?(?:(\w+)|\(([\w\s,]{3,100})\))(?:\s*:[^=;{]{1,60})?\s*=\s*match\b[^{;]{1,200}\{"
)
_ARM = lazy(rb"=>\s*\(?\s*((?:\"[^\"\n]{0,100}\"(?:\.\w+\(\))?\s*,?\s*){1,6})\)?")
_TEXT = lazy(rb"\"([^\"\n]{0,100})\"")
_NO_NAMES = frozenset("refs tmp target assets models src".split())
"""What paths and revisions begin with."""
_TO_DATA = lazy(rb"\.dataset\(\s*(?:\"|&?(\w+))")
_MAX_NAMES = 300
_MAX_BLOCK = 8_000


class _Arms(NamedTuple):
    """The texts that names stand for in each arm of a match, with where each arm has them."""

    names: tuple[bytes, ...]
    rows: tuple[tuple[tuple[bytes, ...], int], ...]


def read_hub_names(
    data: bytes, places: Places, collector: Collector, told: Set[int]
) -> frozenset[int]:
    """Record the repositories that a Rust source names; return where their literals begin.

    Args:
        told: where literals begin that a call has explained.
    """
    if _CRATE not in data:
        return frozenset()
    found: set[int] = set()
    sets = {match.group(1) for match in _TO_DATA.finditer(data) if match.group(1)}
    named = [
        (match.start(), match.group(1).decode("ascii"), match.group(1).decode("ascii"))
        for match in islice(_LITERAL.finditer(data), _MAX_NAMES)
    ]
    for offset, text, written in [*named, *islice(_composed(data), _MAX_NAMES)]:
        if offset in told or places.state(offset) is not None:
            continue
        if not may_be_repository(text) or text.partition("/")[0] in _NO_NAMES:
            continue
        found.add(offset)
        where = collector.occurrence(places.line(offset), written, confidence="medium")
        before = data[max(0, offset - 100) : offset].rpartition(b";")[2]
        bound = re.search(rb"\blet\s+(\w+)[^=]{0,40}=\s*\Z", before)
        if b".dataset(" in before or (bound and bound.group(1) in sets):
            collector.dataset("huggingface", text, where)
        else:
            collector.hub_model(text, where)
    return frozenset(found)


def _composed(data: bytes) -> Iterator[tuple[int, str, str]]:
    """Yield the names that are put together of an arm's texts: where, the name, how it is written.

    Only a template whose owner is written out is followed.
    """
    for match in _FORMAT.finditer(data):
        template = match.group(1)
        owner, slash, _ = template.partition(b"/")
        if not slash or b"{" in owner or template.count(b"/") != 1:
            continue
        given = [part.strip() for part in match.group(2).split(b",") if part.strip()]
        holes = [hole.group(1) or (given.pop(0) if given else b"") for hole in
                 _HOLE.finditer(template)]  # fmt: skip
        arms = _arms_before(data, match.start(), holes)
        if not holes or arms is None:
            continue
        written = template.decode("utf-8", "replace")
        for texts, offset in arms.rows:
            values = iter([texts[arms.names.index(hole)] for hole in holes])
            text = _HOLE.sub(lambda _, values=values: next(values), template)
            yield offset, text.decode("utf-8", "replace"), written


def _arms_before(data: bytes, offset: int, names: list[bytes]) -> _Arms | None:
    """Return the arms of the nearest match above that binds all of these names."""
    begin = max(0, offset - _MAX_BLOCK)
    for match in reversed(list(_MATCH.finditer(data, begin, offset))):
        bound = tuple(part.strip() for part in (match.group(1) or match.group(2)).split(b","))
        if not set(names) <= set(bound):
            continue
        rows: list[tuple[tuple[bytes, ...], int]] = []
        end = data.find(b"};", match.end(), offset)
        for arm in _ARM.finditer(data, match.end(), end if end > 0 else offset):
            texts = tuple(text.group(1) for text in _TEXT.finditer(arm.group(1)))
            if len(texts) == len(bound):
                rows.append((texts, arm.start(1)))
        return _Arms(bound, tuple(rows))
    return None
