"""Defaults of a class that is named after a provider, in languages without a parser.

``class Cohere … DEFAULTS = { chat_model: "command" }``: who is asked stands in the name of
the class. So do constants of it (``DEFAULT_MODEL = "llama3.2"`` in ``class OllamaClient``).
"""

from __future__ import annotations

import re
from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.names import PLACEHOLDER
from provenance.extract.places import Places
from provenance.extract.sections import provider_called
from provenance.extract.settings import names_model, names_tokenizer
from provenance.extract.written import read_model
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_CLASS = lazy(
    rb"^([ \t]*)(?:(?:public|internal|private|final|open|data|sealed|abstract|partial|static)[ ])*"
    rb"(?:class|struct|object)[ \t]+(?:[A-Z]\w*::)*([A-Z]\w{1,60})\b",
    re.MULTILINE,
)
_AFFIX = lazy(
    r"(?<=.)(?:LLM|Llm|Client|Provider|Service|Adapter|Api|API|Chat|Completion|Embeddings?|Embedder|"
    r"Model|Backend|Config)+$"
)
_WORDS = lazy(r"(?<=[a-z\d])(?=[A-Z])")
_TABLE = lazy(
    rb"^[ \t]*(?:[\w<>, .:?]{0,80}[ ])?\w*(?:DEFAULT|Default|default)\w*[^=\n{]{0,60}=\s?"
    rb"(?:[\w.<>, ]{0,60}\(?)?\{([^{}]{1,3000})\}",
    re.MULTILINE,
)
_CONSTANT = lazy(
    rb"^[ \t]*(?:[\w<>?:]{1,30}[ ]){0,6}?([A-Za-z_]*(?:MODEL|Model)\w*)[ ]?(?::[ ]?[\w&' ]{1,30})?"
    rb"=[ ]?\"([^\"\n]{2,120})\"",
    re.MULTILINE,
)
"""A constant or property whose name has a model in it, on a line of its own."""
_ENTRY = lazy(rb"\b([A-Za-z_]\w{0,60})[\"']?\s{0,4}(?::|=>|=|,)\s{0,8}\"([^\"\n]{2,120})\"")
_MAX = 200


def read_classes(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> dict[int, str]:
    """Record the defaults of classes named after a provider; return these literals by place."""
    found: dict[int, str] = {}
    if b"odel" not in data and b"MODEL" not in data:
        return found
    classes = list(islice(_CLASS.finditer(data), _MAX))
    for number, match in enumerate(classes):
        provider = _provider(match.group(2).decode(), vocabulary)
        if not provider or places.state(match.start(2)) is not None:
            continue
        # What is as deep as the class, or less, begins something else.
        after = (c.start() for c in classes[number + 1 :] if len(c.group(1)) <= len(match.group(1)))
        end = next(after, len(data))
        entries = [
            entry
            for table in _TABLE.finditer(data, match.end(), end)
            for entry in _ENTRY.finditer(data, table.start(1), table.end(1))
        ]
        for entry in (*entries, *_CONSTANT.finditer(data, match.end(), end)):
            key, text = entry.group(1).decode(), entry.group(2).decode("utf-8", "replace")
            at = entry.start(2) - 1
            if (
                at in found
                or not names_model(key)
                or names_tokenizer(key)
                or PLACEHOLDER.fullmatch(text)
            ):
                continue
            if places.state(at) is not None:
                continue
            owner = vocabulary.api_owner(text)
            service = f"service:{provider}"
            if owner in vocabulary.family_owners and owner != service and not (
                owner and vocabulary.routing.publishes(service, owner, text)
            ):  # fmt: skip
                continue  # another's, whatever the class is called
            where = collector.occurrence(places.line(at), text, confidence="medium")
            if read_model(text, where, collector, vocabulary, provider=provider):
                found[at] = text
    return found


def provider_around(data: bytes, offset: int, vocabulary: Vocabulary) -> str:
    """Return the provider, or the runtime, that the class around a place is named after."""
    inner = -1
    for match in reversed(list(islice(_CLASS.finditer(data, 0, offset), _MAX))):
        depth = len(match.group(1))
        if 0 <= inner <= depth:
            continue  # it has ended before the one below it begins
        inner = depth
        if found := _provider(match.group(2).decode(), vocabulary):
            return found
    return ""


def _provider(name: str, vocabulary: Vocabulary) -> str:
    """Return the provider, or the runtime, that a class is named after."""
    stem = _AFFIX.sub("", name)
    spellings = (stem, "-".join(_WORDS.split(stem)))
    return next((found for s in spellings if (found := provider_called(s, vocabulary))), "")
