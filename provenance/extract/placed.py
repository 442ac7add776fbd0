"""Models in a provider's folder: ``adaptor/groq/constants.go`` with ``var ModelList``.

Gateways to many providers keep a folder, or a file, for each. A list there is called by
what it holds alone (``ModelList``, ``MODELS``), a default stands with the parameter
(``model: { default: "…" }``), and the folder says whom the names are asked of, also where a
name alone would be another's or nobody's.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.listed import MODEL_DIGEST, entries_of, is_no_name
from provenance.extract.names import runtime_model
from provenance.extract.places import Places
from provenance.extract.sections import is_list_of_models, is_vague, provider_called
from provenance.extract.told_apart import tables_of
from provenance.patterns import lazy
from provenance.shapes import as_repository
from provenance.vocabulary import Vocabulary

_MAX_FOLDERS = 4
_MAX_DEFAULTS = 50
_VERSION = lazy(r"[-_]?v?\d+$")
_ENDS = lazy(r"[-_](?:adapt[eo]r|api|chat|client|config|llm|models?|provider)$")
_LOCAL = "local:"
_MARKS = (b"odels", b"odelList", b"ODELS", b"odel_list", b"ODEL_L", b"default", b"{ model:")
_KEYED = lazy(
    rb"\b(?:[mM]odel(?:_?I[dD]|_?id)?|I[dD]|id)[\"']?\s{0,4}[:=]\s{0,4}[\"']([\w.:/@+-]{2,100})[\"']"
)
"""The name in an entry that is a record: ``{Model: "glm-4", Type: …}``."""
_DEFAULT = lazy(
    rb"\bmodel[\"']?\s{0,4}:\s{0,4}\{[^{}]{0,300}?\bdefault[\"']?\s{0,4}:\s{0,4}[\"']([\w.:/@-]{2,100})[\"']"
    rb"|\{\s{0,4}model\s{0,4}:\s{0,4}[\"']([\w.:/@-]{2,100})[\"']\s{0,4},?\s{0,4}\}"
)
"""The default of a parameter ``model``, and settings of nothing but a model."""


def read_placed(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> frozenset[tuple[int, str]]:
    """Record the models that a source lists for the provider whose folder it lies in.

    Returns:
        The line and the text of every literal that needs no second look.
    """
    if not any(mark in data for mark in _MARKS):
        return frozenset()
    provider, vague = _provider(collector.path, vocabulary)
    if not provider:
        return frozenset()
    tables = tables_of(data)
    lists = [table for table in tables.named() if is_list_of_models(table[0])]
    defaults = list(islice(_DEFAULT.finditer(data), _MAX_DEFAULTS))
    found: set[tuple[int, str]] = set()

    def record(offset: int, text: str) -> None:
        line = places.line(offset)
        where = collector.occurrence(line, text, usage=places.state(offset), confidence="medium")
        found.add((line, text))
        if provider.startswith(_LOCAL):
            runtime_model(text, provider.removeprefix(_LOCAL), where, collector, vocabulary)
        else:
            name = MODEL_DIGEST.sub("", text)
            # What a maker offers through its own API alone, no hub has.
            hub = vocabulary.routing.maker_model(name) is None
            collector.api_model(ids.service(provider), name, where, hub=hub)

    for match in defaults:
        text = (match.group(1) or match.group(2)).decode("ascii", "replace")
        if not is_no_name(text) and not vague and places.state(match.start()) is None:
            record(match.start(match.lastindex or 1), text)
    for name, opening, end in lists:
        entries = [
            (offset, text)
            for offset, text in entries_of(data, opening, end)
            if tables.name_of_list(offset) == name and not is_no_name(text)
        ] or [
            (match.start(1) - 1, match.group(1).decode("ascii", "replace"))
            for match in _KEYED.finditer(data, opening, end)
            if not is_no_name(match.group(1).decode("ascii", "replace"))
        ]
        if not _are_models([text for _, text in entries], provider if vague else "", vocabulary):
            continue
        for offset, text in entries:
            record(offset, text)
    return frozenset(found)


@lru_cache(maxsize=256)
def _provider(path: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return the slug of the provider that a path's folder, or else its file, is called by.

    With it whether that is also the name of much else.

    The outer folder counts: ``vertexai/claude`` is about what Vertex AI offers of Claude.
    """
    *folders, file = path.split("/")
    for part in (*folders[-_MAX_FOLDERS:], file.partition(".")[0]):
        found, vague = _called(part, vocabulary)
        if found:
            return found, vague
    return "", False


@lru_cache(maxsize=4096)
def _called(part: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return the provider that a part of a path is called by, and whether much else is."""
    stem = _ENDS.sub("", part.lower())
    for name in (stem, _VERSION.sub("", stem), stem.removesuffix("-ai")):
        if len(name) > 1 and (found := provider_called(name, vocabulary)):
            return found, is_vague(name)
    return "", False


def _are_models(texts: list[str], provider: str, vocabulary: Vocabulary) -> bool:
    """Tell whether the entries of a list read like models, most of them at least.

    Args:
        provider: of whose families some must be; where it is empty, any will do.
    """
    own = ids.service(provider)
    known = mine = 0
    for text in texts:
        owner = vocabulary.api_owner(text)
        mine += owner == own
        known += owner is not None or vocabulary.looks_like_model(as_repository(text))
    if provider and not mine and not vocabulary.routing.serves_others(own):
        return False
    return 0 < len(texts) <= 2 * known
