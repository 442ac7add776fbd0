"""Records of catalogues in any language: ``{id: "llama3-70b-8192", provider: "groq"}``.

A bare name of open weights says nothing about who serves it. The record it stands in
often does, by a key, or by the name that people see.
"""

from __future__ import annotations

import re

from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_REACH = 500
"""A record is not longer than this to either side."""
_KEY = lazy(
    rb"(?:\b|[\"'])(?:[mM]odel_?)?(?:provider|vendor|owned_?[bB]y|platform|hosted_?[bB]y|service)"
    rb"(?:_?(?:id|Id|ID|name|Name))?[\"']?\s{0,4}(?::|=>?|:=)\s{0,4}[\"'`]([\w .-]{2,40})[\"'`]",
    re.IGNORECASE,
)
_SHOWN = lazy(
    rb"(?:\b|[\"'])(?:name|label|title|display_?name|text)[\"']?\s{0,4}(?::|=>?|:=)\s{0,4}"
    rb"[\"'`]([A-Za-z][\w.]{1,20})[ :]",
    re.IGNORECASE,
)
_SHOWN_KEY = lazy(
    rb"(?:\b|[\"'])(?:\w*name|label|title|text)[\"']?\s{0,4}(?::|=>?|:=)\s{0,4}\Z", re.IGNORECASE
)
_ID_KEY = lazy(
    rb"(?:\b|[\"'])\w{0,20}(?:id|value|slug|key|model)[\"']?\s{0,4}(?::|=>?|:=)\s{0,4}[\"'`]",
    re.IGNORECASE,
)


def provider_beside(data: bytes, start: int, end: int, vocabulary: Vocabulary
                    ) -> ComponentId | None:  # fmt: skip
    """Return the service that the record around a literal names, or None.

    The first word that people see counts only for services without families of their own:
    ``Mistral Large`` tells the maker, ``Groq Llama 3`` who serves it.
    """
    record = _record(data, start, end)
    if record is None or _shown_in(record, data, start):
        return None
    match = _KEY.search(record)
    if match:
        return service_called(match.group(1).decode("ascii", "replace"), vocabulary)
    match = _SHOWN.search(record)
    if match:
        service = service_called(match.group(1).decode("ascii", "replace"), vocabulary)
        return service if service not in vocabulary.family_owners else None
    return None


def is_shown(data: bytes, start: int, end: int) -> bool:
    """Tell whether a literal is the name that people see, beside the one that is asked for."""
    if not _SHOWN_KEY.search(data, max(0, start - 40), start):
        return False
    record = _record(data, start, end)
    return record is not None and _shown_in(record, data, start)


def _shown_in(record: bytes, data: bytes, start: int) -> bool:
    shown = _SHOWN_KEY.search(data, max(0, start - 40), start)
    return bool(shown and _ID_KEY.search(record))


def service_called(name: str, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the service of models that is called by a name or by its slug."""
    word = name.strip().lower()
    for spelling in (word, word.replace(" ", "_"), word.replace("-", "_")):
        if service := vocabulary.provider_prefix(spelling):
            return service
    return vocabulary.model_service(word.replace("_", "-").replace(" ", "-"))


def _record(data: bytes, start: int, end: int) -> bytes | None:
    """Return the innermost braces around a literal, None when they are far or hold others."""
    opening = _unmatched(data[max(0, start - _REACH) : start][::-1], b"}", b"{")
    closing = _unmatched(data[end : end + _REACH], b"{", b"}")
    if opening is None or closing is None:
        return None
    return data[start - opening : end + closing]


def _unmatched(text: bytes, opening: bytes, closing: bytes) -> int | None:
    depth = 0
    for at, sign in enumerate(text):
        if sign == opening[0]:
            depth += 1
        elif sign == closing[0]:
            if not depth:
                return at
            depth -= 1
    return None
