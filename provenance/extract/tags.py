"""Names with a tag, as Ollama has them: ``llama3.2:3b``. No API and no hub writes a model so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from provenance.extract.asked import COMPARED, is_asked
from provenance.extract.collect import Collector
from provenance.extract.names import tool_model
from provenance.extract.places import Places
from provenance.extract.surroundings import begin_of
from provenance.patterns import lazy
from provenance.shapes import is_tag
from provenance.vocabulary import Vocabulary

_TAG = lazy(rb":[a-z0-9][\w.-]{1,60}[\"'`]")
_TAGGED = lazy(rb"[\"'`]([a-z][a-z0-9_.-]{1,60}):([a-z0-9][\w.-]{1,60})[\"'`]")
_STEM = b"abcdefghijklmnopqrstuvwxyz0123456789_.-"
_MAX_STEM = 61
_WORDS = frozenset("latest mini small medium large".split())
"""Tags that others have too: of containers, of editions."""
_MAX_NAMES = 500


def read_tags(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    claimed: Callable[[int, str], bool],
) -> frozenset[int]:  # fmt: skip
    """Record the models that literals name by a tag.

    Args:
        claimed: tells of a literal, by the offset of its quote and its text, whether a call
            has explained it.

    Returns:
        Where the literals begin, at their quotes, that need no second look.
    """
    found: set[int] = set()
    spoken = b"llama" in data
    for match in islice(_tagged(data), _MAX_NAMES):
        stem, tag = (part.decode("ascii", "replace") for part in match.groups())
        text, offset = f"{stem}:{tag}", match.start()
        if not (is_tag(tag) or (tag in _WORDS and spoken)) or claimed(offset, text):
            continue
        if not vocabulary.is_tagged(stem):
            continue
        found.add(offset)
        if is_asked(places, offset, match.end()):
            compared = COMPARED.search(data, max(0, offset - 80), offset)
            where = collector.occurrence(
                places.line(offset), text, usage=places.state(offset),
                confidence="low" if compared else "medium",
            )  # fmt: skip
            tool_model(text, "ollama", where, collector, vocabulary)
    return frozenset(found)


def _tagged(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the literals that hold a name and a tag; colons before a sign are the rarer mark."""
    for tag in _TAG.finditer(data):
        begin = begin_of(data, tag.start(), _STEM, _MAX_STEM + 1) - 1  # at the quote
        match = _TAGGED.match(data, begin) if begin >= 0 else None
        if match:
            yield match
