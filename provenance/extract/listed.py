"""Lists of models whose name says the provider: ``const groqModels = ["llama3-8b-8192", …]``.

What stands in such a list is asked of that provider, also where the name alone would not
read as a model's (``"general"``, ``"Pro/deepseek-ai/DeepSeek-R1"``).
"""

from __future__ import annotations

from provenance import ids
from provenance.extract.asked import is_pattern
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.sections import provider_called, words_of_models
from provenance.extract.told_apart import tables_of
from provenance.extract.written import is_placeholder
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.shapes import is_file_name
from provenance.vocabulary import Vocabulary

_ENTRY = lazy(
    rb"(?<=[\[({,\n\s])([\"'`])([A-Za-z0-9@][\w.@:+-]*(?:/[\w.@:+-]+)*)\1"
    rb"[ \t]*(?:\.to_?(?:[sS]tring|owned)\(\)[ \t]*)?(?=[,\])}\n]|//|#)"
)
"""A literal that is a whole entry; a pair's or a record's is not."""
MODEL_DIGEST = lazy(r":[0-9a-f]{40,}\Z")
"""The version of a model by its digest, as Replicate writes it."""
_NOT_NAMES = frozenset("all any auto custom default manual none other unknown".split())
_LONGEST = 100
_MAX_LISTS = 100


def read_lists(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> frozenset[int]:
    """Record the entries of lists that are named by a provider.

    Returns:
        Where the literals begin, at their quotes, that need no second look.
    """
    found: set[int] = set()
    tables = tables_of(data)
    for number, (name, opening, end) in enumerate(tables.named()):
        if number >= _MAX_LISTS:
            break
        called = "-".join(words_of_models(name))
        slug = provider_called(called, vocabulary) if called else ""
        if not slug or ":" in slug:
            continue  # nobody's, or a runtime of one's own
        entries = entries_of(data, opening, end)
        for offset, text in _of_provider(ids.service(slug), entries, vocabulary):
            if tables.name_of_list(offset) != name or is_pattern(data, offset):
                continue
            if tables.tell_apart(offset, offset + len(text) + 2):
                continue
            found.add(offset)
            where = collector.occurrence(
                places.line(offset), text, usage=places.state(offset), confidence="medium"
            )
            collector.api_model(ids.service(slug), MODEL_DIGEST.sub("", text), where)
    return frozenset(found)


def entries_of(data: bytes, opening: int, end: int) -> list[tuple[int, str]]:
    """Return the literals that are whole entries between two offsets, with where they begin."""
    return [
        (match.start(), match.group(2).decode("ascii", "replace"))
        for match in _ENTRY.finditer(data, opening, end)
        if len(match.group(2)) <= _LONGEST
    ]


def _of_provider(
    service: ComponentId, entries: list[tuple[int, str]], vocabulary: Vocabulary
) -> list[tuple[int, str]]:
    """Return the entries that are the provider's, though their names do not say so.

    One that serves others' weights is asked for paths. One with families of its own is
    asked for whatever stands in a list that is mostly of them.
    """
    if vocabulary.routing.serves_others(service):
        return [
            (offset, text)
            for offset, text in entries
            if (text.count("/") > 1 or ("/" in text and ":" in text)) and not is_file_name(text)
        ]
    own = [text for _, text in entries if vocabulary.api_owner(text) == service]
    if len(own) < 2 or len(own) * 2 < len(entries):
        return []
    return [
        (offset, text)
        for offset, text in entries
        if "/" not in text
        and not text.partition("-")[0].isupper()  # a name to be shown
        and not is_no_name(text)
        and _is_open(text, service, vocabulary)
    ]


def _is_open(text: str, service: ComponentId, vocabulary: Vocabulary) -> bool:
    """Tell whether a name needs the list to be told: nobody's family, or written unlike it."""
    owner = vocabulary.api_owner(text)
    return owner is None or (owner == service and text != text.lower())


def is_no_name(text: str) -> bool:
    """Tell that a text cannot be a name in an API: a word of a form, a file, a placeholder."""
    return text.lower() in _NOT_NAMES or is_placeholder(text) or is_file_name(text)
