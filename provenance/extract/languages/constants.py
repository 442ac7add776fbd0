"""Constants by which SDKs name API models: ``openai.GPT4oMini``, ``ChatModel.GPT_4O``.

The constant's own words give the model's name where a provider's family has such a name;
any other constant of the kind is a gap. Constants whose words are not the model's name
stand in the data (``constant:golang:go-openai.openai.SmallEmbedding3``).
"""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import islice

from provenance.extract import names
from provenance.extract.api_names import who_serves
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.records import service_called
from provenance.model import ComponentId
from provenance.vocabulary import Vocabulary

_CONSTANT = re.compile(
    rb"\b([A-Za-z_]\w{0,60})(?:\.|::)((?:ChatModel|EmbeddingModel|Model)?_?"
    rb"((?:GPT|Gpt|Claude|CLAUDE|Gemini|GEMINI|TEXT_EMBEDDING|TextEmbedding|WHISPER|Whisper|DALL_?E"
    rb"|O[134](?=_|Mini|Preview|\b))\w{0,60}))\b(?!\s?\()"
)
_OWNERS = re.compile(r"openai|anthropic|genai|gemini|model|ai|completion|embedding", re.IGNORECASE)
_SHOUTED = re.compile(
    rb"\b([a-z][a-z0-9_]{1,30})(?:::[a-z][a-z0-9_]{1,30})?::([A-Z][A-Z0-9_]{2,60})\b(?!\s?\()"
)
"""A constant of a module: ``cohere::COMMAND_R``, ``gemini::completion::GEMINI_2_0_FLASH``."""
_ASKED = re.compile(rb"\b(?:\w*[mM]odel|agent|extractor)\s{0,4}[(:=]\s{0,8}&?\Z")
"""What stands before the name of a model."""
_DOTTED = re.compile(r"(?<=\d)Dot(?=\d)")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z\d])|(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)|_")
_IMPORT = re.compile(rb"(?:import|using|use|pub use)\b")
_MAX_CONSTANTS = 2_000


def read_constants(
    data: bytes, ecosystem: str, places: Places, collector: Collector, vocabulary: Vocabulary, *,
    service: ComponentId | None = None, claimed: Set[int] = frozenset(),
) -> None:  # fmt: skip
    """Record the models that constants of an SDK name.

    Args:
        claimed: where constants stand whose meaning a call has told.
        service: whom the source's clients ask, where that is known.
    """
    known = _known(data, ecosystem, places, collector, vocabulary)
    claimed = claimed | known | _shouted(data, places, collector, vocabulary)
    for number, match in enumerate(_CONSTANT.finditer(data)):
        if number >= _MAX_CONSTANTS:
            return
        owner = match.group(1).decode()
        state = places.state(match.start())
        if _IMPORT.match(places.text_line(match.start()).lstrip()):
            continue  # where it is used is what counts
        if state is not None or not _OWNERS.search(owner) or match.start(2) in claimed:
            continue
        line = places.line(match.start())
        written = match.group().decode()
        name = model_name(match.group(3).decode())
        family = vocabulary.api_owner(name)
        if family is None:
            collector.gap(written, "model-constant-unresolved", line)
            continue
        where = collector.occurrence(line, written, confidence="medium")
        collector.api_model(who_serves(family, service, vocabulary), name, where)


def _known(
    data: bytes, ecosystem: str, places: Places, collector: Collector, vocabulary: Vocabulary
) -> Set[int]:
    """Record the models of constants that the data has; return where these stand."""
    found: set[int] = set()
    for root, owners in vocabulary.constants.items():
        kind, _, module = root.partition(":")
        if kind != ecosystem or module.encode() not in data:
            continue
        for owner, constants in owners.items():
            pattern = rb"\b%b\s?(?:\.|::)\s?([A-Za-z_]\w*)\b" % owner.encode()
            for match in islice(re.finditer(pattern, data), _MAX_CONSTANTS):
                constant = constants.get(match.group(1).decode())
                if constant is None or places.state(match.start()) is not None:
                    continue
                found.add(match.start(1))
                where = collector.occurrence(
                    places.line(match.start()), match.group().decode(), confidence="medium"
                )
                if constant.service:
                    model = constant.component.partition("/")[2]
                    names.served(constant.service, model, where, collector)
                else:
                    names.known(constant.component, where, collector)
    return found


def _shouted(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> Set[int]:
    """Record the models that constants of a provider's module name; return where these stand.

    Whose the constant is is said by the module, so a name that its provider has is taken,
    and one that it has not is a gap where a model is asked for.
    """
    found: set[int] = set()
    if b"::" not in data:
        return found
    for match in islice(_SHOUTED.finditer(data), _MAX_CONSTANTS):
        if places.state(match.start()) is not None:
            continue
        if _IMPORT.match(places.text_line(match.start()).lstrip()):
            continue
        service = service_called(match.group(1).decode(), vocabulary)
        if service is None:
            continue
        line, written = places.line(match.start()), match.group().decode()
        name = model_name(match.group(2).decode())
        if vocabulary.api_owner(name) == service:
            where = collector.occurrence(line, written, confidence="medium")
            collector.api_model(service, name, where)
        elif _ASKED.search(data, max(0, match.start() - 60), match.start()):
            collector.gap(written, "model-constant-unresolved", line)
        else:
            continue
        found.add(match.start(2))
    return found


def model_name(constant: str) -> str:
    """Return the name of a model in the words of a constant (``GPT4oMini``: gpt-4o-mini)."""
    words = [word for word in _WORDS.split(_DOTTED.sub(".", constant)) if word]
    name = "-".join(words).lower()
    name = re.sub(r"^gpt-(\d)-o\b", r"gpt-\1o", name)
    name = re.sub(r"^gpt-(\d)-(\d)(?!\d)", r"gpt-\1.\2", name)
    name = re.sub(r"^gpt-(\d)(?=\d{4})", r"gpt-\1-", name)
    name = re.sub(r"^gemini-(\d)-(\d)(?!\d)", r"gemini-\1.\2", name)
    name = re.sub(r"^(claude)-3([57])(?=-)", r"\1-3-\2", name)
    name = re.sub(r"^(embed-.*)-v-(\d)$", r"\1-v\2.0", name)
    return re.sub(r"^o-(?=\d)", "o", name)
