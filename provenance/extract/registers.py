"""Registers of models: tables whose entries say by which provider each is asked for.

``"Qwen/Qwen3-8B": {"provider": "siliconflow", "context": 32000}``: the name has the form of a
hub repository, but the provider serves it. What such a table has said of a name holds for the
rest of its source, where the name stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance import ids
from provenance.extract.asked import COSTS
from provenance.extract.collect import Collector
from provenance.extract.listed import is_no_name
from provenance.extract.places import Places
from provenance.extract.sections import is_vague, provider_called
from provenance.extract.surroundings import closing_of, opened_before
from provenance.patterns import lazy
from provenance.shapes import as_repository
from provenance.vocabulary import Vocabulary

_PROVIDER = lazy(  # a set at the start is searched for; what stands before is told afterwards
    rb"[pPvVhH](?i:(?<=p)rovider|(?<=v)endor|(?<=h)osted_?by)(?i:_?(?:id|name))?[\"']?"
    rb"[ \t]{0,4}[:=][ \t]{0,4}[\"']([\w.-]{2,40})[\"']"
)
_PREFIXED = lazy(rb"(?<![\w-])(?:\w{1,20}_)?\Z")
_KEY = lazy(rb"[\"'`]([\w.:/@+-]{2,100})[\"'`]\s{0,4}:\s{0,4}(?:[A-Za-z_]\w{0,40})?\Z")
"""The key of an entry, right before the bracket of its record."""
_RECORD = lazy(rb"\{\Z|\b\w{0,40}(?:Info|Spec|Config|Entry|Card|Meta\w{0,8}|Model)\(\Z")
"""How a record begins; any other call may ask for the model itself."""
_OWN_NAME = lazy(
    rb"(?<![\w-])[\"']?(raw_?model|api_?(?:model|name)|[a-z]{2,20}Model(?:Id)?|model(?:_?(?:name|id))?)"
    rb"(?:_?name)?[\"']?"
    rb"[ \t]{0,4}[:=][ \t]{0,4}[\"']([\w.:/@+-]{2,100})[\"']",
    re.IGNORECASE,
)
"""The name that is asked for, where the key is only what the project calls it."""
_ID = lazy(
    rb"(?<![\w-])[\"']?(?:id|slug|value|name)[\"']?[ \t]{0,4}:[ \t]{0,4}"
    rb"[\"']([\w.-]+/[\w.:/@+-]{2,100})[\"']"
)
"""The key of an entry that stands in its record, where it has the form of a path."""
_OF_A_MODEL = lazy(
    rb"context|max_?(?:tokens|output|input)|dimension|embedding|vision|rerank|\bchat\b|reasoning",
    re.IGNORECASE,
)
"""What is known of a model, in its record."""
_PROTOCOLS = frozenset({"openai", "azure-openai", "anthropic"})
"""Providers whose names also stand for servers of any models that speak as they do."""
_MARKS = (b"rovider", b"PROVIDER", b"vendor", b"osted")
_MAX_ENTRIES = 400
_MAX_PLACES = 40
"""Other places of one name that are looked for."""


def read_registers(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> frozenset[tuple[int, str]]:
    """Record the models of a source's registers.

    Returns:
        The line and the text of every literal that needs no second look.
    """
    if not any(mark in data for mark in _MARKS):
        return frozenset()
    found: set[tuple[int, str]] = set()
    for key, name, slug in _entries(data, vocabulary):
        for text in filter(None, dict.fromkeys((key, name))):
            for at in _places(data, text):
                line = places.line(at)
                if (line, text) in found:
                    continue
                found.add((line, text))
                where = collector.occurrence(
                    line, text, usage=places.state(at), confidence="medium"
                )
                collector.api_model(ids.service(slug), name, where)
    return frozenset(found)


def _entries(data: bytes, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Yield key, name and provider of what registers hold."""
    for number, match in enumerate(_PROVIDER.finditer(data)):
        if number >= _MAX_ENTRIES:
            return
        if not _PREFIXED.search(data, max(0, match.start() - 22), match.start()):
            continue
        opening = next(opened_before(data, match.start()), None)
        if opening is None or not _RECORD.search(data, max(0, opening - 60), opening + 1):
            continue
        written = _KEY.search(data, max(0, opening - 160), opening)
        key = written.group(1).decode("ascii", "replace") if written else ""
        record = data[opening : closing_of(data, opening, match.start())]
        own = _OWN_NAME.search(record)
        inside = None if key else _ID.search(record)
        if inside:
            key = inside.group(1).decode("ascii", "replace")
        if own:
            name = own.group(2).decode("ascii", "replace")
        elif key and (inside or _OF_A_MODEL.search(record)) and not COSTS.search(record):
            name = key if _is_name(key, vocabulary) else ""
        else:
            continue
        slug = _provider(match.group(1).decode(), name, vocabulary) if name else ""
        if not slug or is_no_name(name):
            continue
        prefix, colon, rest = name.partition(":")
        if colon and provider_called(prefix, vocabulary) == slug:
            key, name = name, rest  # as projects tell names of several providers apart
        yield key, name, slug


def _provider(written: str, name: str, vocabulary: Vocabulary) -> str:
    """Return the slug of the provider that an entry is asked for at, or ``""``."""
    slug = provider_called(written, vocabulary)
    if not slug or ":" in slug:
        return ""
    if vocabulary.api_owner(name) is not None:
        return slug
    vague = is_vague(written.lower()) and not vocabulary.routing.serves_others(ids.service(slug))
    return "" if vague or slug in _PROTOCOLS else slug


def _is_name(name: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a name can be a model's of a provider that serves others' as well."""
    return (
        vocabulary.looks_like_model(as_repository(name)) or vocabulary.api_owner(name) is not None
    )


def _places(data: bytes, text: str) -> Iterator[int]:
    """Yield where a source has a text as a whole literal, at its quote."""
    word = text.encode()
    at, number = data.find(word), 0
    while at > 0 and number < _MAX_PLACES:
        quote = data[at - 1 : at]
        if quote in (b'"', b"'", b"`") and data[at + len(word) : at + len(word) + 1] == quote:
            yield at - 1
            number += 1
        at = data.find(word, at + len(word))
