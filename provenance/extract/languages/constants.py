"""Constants by which SDKs name API models: ``openai.GPT4oMini``, ``ChatModel.GPT_4O``.

The constant's own words give the model's name where a provider's family has such a name;
any other constant of the kind is a gap.
"""

from __future__ import annotations

import re
from collections.abc import Set

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import ComponentId
from provenance.vocabulary import Vocabulary

_CONSTANT = re.compile(
    rb"\b([A-Za-z_]\w{0,60})(?:\.|::)((?:ChatModel|EmbeddingModel|Model)?_?"
    rb"((?:GPT|Gpt|Claude|CLAUDE|Gemini|GEMINI|TEXT_EMBEDDING|TextEmbedding|WHISPER|Whisper|DALL_?E"
    rb"|O[134](?=_|Mini|Preview|\b))\w{0,60}))\b(?!\s?\()"
)
_OWNERS = re.compile(r"openai|anthropic|genai|gemini|model|ai", re.IGNORECASE)
_DOTTED = re.compile(r"(?<=\d)Dot(?=\d)")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z\d])|(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)|_")
_IMPORT = re.compile(rb"(?:import|using|use|pub use)\b")
_MAX_CONSTANTS = 2_000


def read_constants(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary, *,
    service: ComponentId | None = None, claimed: Set[int] = frozenset(),
) -> None:  # fmt: skip
    """Record the models that constants of an SDK name.

    Args:
        claimed: where constants stand whose meaning a call has told.
        service: whom the source's clients ask, where that is known.
    """
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
        collector.api_model(service or family, name, where)


def model_name(constant: str) -> str:
    """Return the name of a model in the words of a constant (``GPT4oMini``: gpt-4o-mini)."""
    words = [word for word in _WORDS.split(_DOTTED.sub(".", constant)) if word]
    name = "-".join(words).lower()
    name = re.sub(r"^gpt-(\d)-o\b", r"gpt-\1o", name)
    name = re.sub(r"^gpt-(\d)-(\d)(?!\d)", r"gpt-\1.\2", name)
    name = re.sub(r"^gpt-(\d)(?=\d{4})", r"gpt-\1-", name)
    name = re.sub(r"^gemini-(\d)-(\d)(?!\d)", r"gemini-\1.\2", name)
    return re.sub(r"^o-(?=\d)", "o", name)
