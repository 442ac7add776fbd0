"""Names of models that are paths of many parts: ``fal-ai/kling-video/v2.1/pro/image-to-video``.

Services that call their models so are few, and each begins them with a word of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_PATH = lazy(rb"[\"'`]([a-z][\w-]{1,40}(?:/[\w.-]{1,80}){3,9})[\"'`]")
_MAX_NAMES = 500


def read_paths(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    claimed: Callable[[int, str], bool],
) -> None:  # fmt: skip
    """Record the models that literals of such a form name.

    Args:
        claimed: tells of a literal, by the offset of its quote and its text, whether a call
            has explained it.
    """
    if not any(word in data for word in vocabulary.path_words):
        return
    for match in islice(_PATH.finditer(data), _MAX_NAMES):
        text = match.group(1).decode("ascii", "replace")
        owner = vocabulary.owner_of_path(text)
        if owner and not claimed(match.start(), text):
            where = collector.occurrence(
                places.line(match.start()), text, usage=places.state(match.start()),
                confidence="medium",
            )  # fmt: skip
            collector.api_model(owner, text, where)
