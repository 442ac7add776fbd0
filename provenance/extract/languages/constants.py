"""Constants by which SDKs name API models: ``openai.GPT4oMini``, ``ChatModel.GPT_4O``.

The constant's own words give the model's name where a provider's family has such a name;
any other constant of the kind is a gap. Constants whose words are not the model's name
stand in the data (``constant:golang:go-openai.openai.SmallEmbedding3``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from itertools import islice

from provenance.extract import names
from provenance.extract.api_names import who_serves
from provenance.extract.collect import Collector
from provenance.extract.languages.uses import Uses, uses_of
from provenance.extract.places import Places
from provenance.extract.records import service_called
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.registry.specs import Constant
from provenance.vocabulary import Vocabulary

_CONSTANT = lazy(
    rb"\b([A-Za-z_]\w{0,60})(?:\.|::)((?:ChatModel|EmbeddingModel|Model)?_?"
    rb"((?:GPT|Gpt|Claude|CLAUDE|Gemini|GEMINI|TEXT_EMBEDDING|TextEmbedding|WHISPER|Whisper|DALL_?E"
    rb"|O[134](?=_|Mini|Preview|\b))\w{0,60}))\b(?!\s?\()"
)
_OWNERS = lazy(r"openai|anthropic|genai|gemini|model|ai|completion|embedding", re.IGNORECASE)
_SHOUTED = lazy(rb"::([A-Z][A-Z0-9_]{2,60})\b(?!\s?\()")
_MODULE = lazy(rb"\b([a-z][a-z0-9_]{1,30})(?:::[a-z][a-z0-9_]{1,30})?\Z")
"""A constant of a module: ``cohere::COMMAND_R``, ``gemini::completion::GEMINI_2_0_FLASH``."""
_ASKED = lazy(rb"\b(?:\w*[mM]odel|agent|extractor)\s{0,4}[(:=]\s{0,8}&?\Z")
"""What stands before the name of a model."""
_DOTTED = lazy(r"(?<=\d)Dot(?=\d)")
_WORDS = lazy(r"(?<=[a-z])(?=[A-Z\d])|(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)|_")
_IMPORT = lazy(rb"(?:import|using|use|pub use)\b")
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
    claimed = claimed | _known(data, ecosystem, places, collector, vocabulary)
    claimed = claimed | _shouted(data, places, collector, vocabulary, claimed)
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
        uses = uses_of(data) if ecosystem == "cargo" else Uses({}, ())
        for match, constant in _of_owners(data, owners, uses):
            if match.start(1) in found or places.state(match.start()) is not None:
                continue
            if uses.declares(match.start()):
                continue
            found.add(match.start(1))
            where = collector.occurrence(
                places.line(match.start()), match.group().decode(), confidence="medium"
            )
            runtime, _, name = constant.component.removeprefix("model:").partition("/")
            if constant.service:
                names.served(constant.service, name, where, collector)
            elif vocabulary.runtime_channel(runtime):
                names.runtime_model(name, runtime, where, collector, vocabulary)
            else:
                names.known(constant.component, where, collector)
    return found


def _of_owners(
    data: bytes, owners: Mapping[str, Mapping[str, Constant]], uses: Uses
) -> Iterator[tuple[re.Match[bytes], Constant]]:
    """Yield where constants of some modules or types stand, in Rust also by imported names."""
    for owner, constants in owners.items():
        if b"%b::" % owner.encode() not in data and b"%b." % owner.encode() not in data:
            continue
        pattern = rb"\b%b(?:\.|::)\s?(?:[a-z_]\w*::)?([A-Za-z_]\w*)\b" % owner.encode()
        for match in islice(re.finditer(pattern, data), _MAX_CONSTANTS):
            constant = constants.get(match.group(1).decode())
            if constant is not None:
                yield match, constant
    for name, path in uses.paths.items():
        owner = next((part for part in reversed(path[:-1]) if part in owners), "")
        constant = owners[owner].get(path[-1]) if owner else None
        if constant is not None:
            pattern = rb"(?<![\w:.])(%b)\b(?!\s?::)" % name.encode()
            for match in islice(re.finditer(pattern, data), _MAX_CONSTANTS):
                yield match, constant


def _shouted(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary, claimed: Set[int]
) -> Set[int]:
    """Record the models that constants of a provider's module name; return where these stand.

    Whose the constant is is said by the module, so a name that its provider has is taken,
    and one that it has not is a gap where a model is asked for.
    """
    found: set[int] = set()
    if b"::" not in data:
        return found
    for match in islice(_SHOUTED.finditer(data), _MAX_CONSTANTS):
        module = _MODULE.search(data, max(0, match.start() - 64), match.start())
        if module is None or match.start(1) in claimed:
            continue
        if places.state(match.start()) is not None:
            continue
        if _IMPORT.match(places.text_line(match.start()).lstrip()):
            continue
        service = service_called(module.group(1).decode(), vocabulary)
        if service is None:
            continue
        line, written = places.line(match.start()), (module.group() + match.group()).decode()
        name = model_name(match.group(1).decode())
        if vocabulary.api_owner(name) == service:
            where = collector.occurrence(line, written, confidence="medium")
            collector.api_model(service, name, where)
        elif _ASKED.search(data, max(0, module.start() - 60), module.start()):
            collector.gap(written, "model-constant-unresolved", line)
        else:
            continue
        found.add(match.start(1))
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
