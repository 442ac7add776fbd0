"""Names of API models that stand in source code outside any call that is understood.

Catalogues, defaults, request bodies: a quoted name of a provider's own family
(``gpt-4o-mini``) names that model wherever it stands. Any other name needs a key
that says model, and the one service that the source sends requests to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from provenance import ids
from provenance.addresses import is_local_host
from provenance.extract.asked import (
    COMPARED,
    COSTS,
    NOT_ASKED,
    SETTINGS,
    SOUGHT,
    has_own_name,
    is_alias,
    is_entry,
    is_key_of,
    is_offered,
    is_pattern,
    is_told_apart,
    quoted_within,
)
from provenance.extract.collect import Collector
from provenance.extract.listed import read_lists
from provenance.extract.names import runtime_model
from provenance.extract.places import Places
from provenance.extract.provider_near import (
    is_label,
    provider_listed,
    provider_near,
    provider_of_constant,
)
from provenance.extract.records import is_shown, provider_beside
from provenance.extract.sections import provider_called
from provenance.extract.settings import names_model, names_tokenizer
from provenance.extract.told_apart import tables_of
from provenance.extract.written import is_placeholder, read_model, tool_of
from provenance.model import ComponentId, Confidence, Occurrence
from provenance.patterns import lazy
from provenance.shapes import is_tag
from provenance.vocabulary import Vocabulary

_QUOTED = lazy(rb"[\"'`](([A-Za-z]*+)[-_.:@\d][\w.:@*+-]{0,80})[\"'`]")
"""A quoted word with something else than letters in it, as names of models have."""
_CONSTANT = lazy(
    rb"MODEL(?:_NAME|_ID)?[ \t]*(?::[ \t]*\w+[ \t]*)?=[ \t]*([\"']([A-Za-z]{3,30})[\"'])[ \t]*$",
    re.MULTILINE,
)
"""A constant with a name of letters alone, as some services call their models."""
_PREFIX = lazy(rb"(?:\A|\n)[ \t]*(?:[A-Z]+_)*\Z")
_DIGIT = lazy(rb"\d")
_VERSION = lazy(rb"v?\d", re.IGNORECASE)
"""What a version or a date begins with, whoever's key it has."""
_OF_AN_API = lazy(rb"version[\"']?\s{0,4}[:=]\s{0,4}\Z", re.IGNORECASE)
"""Right before the version of an API."""
_KEY = lazy(
    rb"([A-Za-z_$][\w$.-]{0,60})[\"']?\]?[ \t]{0,8}(?::?[ \t]{0,4}[&\w]{1,20}[ \t]{0,4})?"
    rb"(?::=|=>|[:=(])\s{0,8}\Z"
)
"""A key, variable, parameter (with its type) or setter right before a literal."""
_GIVING = (b"=", b":", b">")
"""The last sign of what gives a value: ``=``, ``:``, ``:=``, ``=>``."""
_URL = lazy(rb"(?:https?|wss?)://([A-Za-z0-9._-]+)((?::\d+)?[\w./~%-]*)")
_CAPITALS = frozenset(
    f"service:{slug}" for slug in "minimax baichuan sensenova spark gigachat qianfan".split()
)
"""Makers in whose APIs names have capitals (``MiniMax-M2``)."""
_MAX_LITERALS = 20_000
_MAX_NAMES = 1_000
"""A source that names more is data."""


def endpoints(
    data: bytes, places: Places, vocabulary: Vocabulary
) -> tuple[frozenset[ComponentId], bool]:
    """Return the services whose addresses live text holds, and whether it holds a local one."""
    services: set[ComponentId] = set()
    local = False
    for match in _URL.finditer(data):
        host = match.group(1).decode().lower()
        if places.state(match.start()) == "commented":
            continue
        if is_local_host(host):
            local = True
            continue
        url = match.group().decode()
        if match.group(2):  # placeholders may stand between folders
            rest = data[match.end() : match.end() + 200].partition(b"\n")[0]
            url += rest.decode("ascii", "replace")
        service = vocabulary.service_of_url(url)
        if service and not vocabulary.is_storehouse(service) and not vocabulary.is_mere_link(
            service, host, match.group().decode()
        ):  # fmt: skip
            services.add(service)
    return frozenset(services), local


def read_names(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary, *,
    claimed: Callable[[int, str], bool] | None = None,
    service: ComponentId | None = None, local: bool = False,
    asked: Mapping[str, ComponentId] | None = None,
) -> None:  # fmt: skip
    """Record the API models that literals name.

    A key of a table says what is known of a model, not that it is asked for; a name given
    to a tokenizer picks a word list.

    Args:
        claimed: tells of a literal, by the offset of its quote and its text, whether a
            call has explained it.
        service: the only service that the source's clients ask, if there is one.
        local: the source's only client asks a local server.
        asked: the service that a call of the source asks for a name.
    """
    if b"MODEL" in data and not local:
        _constants(data, places, collector, vocabulary, claimed)
    listed_at = read_lists(data, places, collector, vocabulary)
    stems = vocabulary.family_stems
    owners: dict[str, ComponentId | None] = {}
    reached: tuple[frozenset[ComponentId], bool] | None = None
    recorded = 0
    for number, match in enumerate(_QUOTED.finditer(data)):
        if number >= _MAX_LITERALS:
            return
        name, stem = match.groups()
        known = stem.lower() in stems
        if not known and name.count(b"-") < 2 and not _DIGIT.search(name):
            continue
        offset = match.start()
        text = name.decode("ascii", "replace")
        if text not in owners:
            owners[text] = vocabulary.api_owner(text) if known else None
        owner, beside, near = owners[text], None, ""
        before = data[max(0, offset - 80) : offset]
        if text.endswith(("-", ".", ":", "/")):
            continue  # the beginning of names
        if offset in listed_at or (claimed and claimed(offset, text)):
            continue
        if SOUGHT.match(data, match.end()) or is_told_apart(data, offset):
            continue  # ``"o3" in model``, ``model.startswith("o3")``
        if _OF_AN_API.search(before):
            continue  # ``"anthropic_version": "bedrock-2023-05-31"``
        if is_alias(data, offset, match.end()) or is_offered(data, offset, match.end()):
            continue
        if is_key_of(data, offset, match.end()):
            continue  # ``MODELS["fast"]``: what it means stands in the table
        if is_entry(data, offset, match.end()):
            _entry(text, match, places, collector, vocabulary)
            continue
        routed = None if quoted_within(data, offset) else _routed(text, vocabulary)
        if owner is None and routed is None:
            alias = _legacy_name(text, vocabulary)
            if alias and not is_shown(data, offset, match.end()):
                where = collector.occurrence(
                    places.line(offset), text, usage=places.state(offset), confidence="medium"
                )
                collector.hub_model(alias, where)
            if alias:
                continue
            if text.endswith(".pt") and _names_model(before) and (
                tool := tool_of(text, vocabulary)
            ):  # fmt: skip
                where = collector.occurrence(
                    places.line(offset), text, usage=places.state(offset), confidence="medium"
                )
                runtime_model(text, tool, where, collector, vocabulary)
                continue
            if _DIGIT.search(name):
                listed = _listed(text, match, vocabulary)
                if listed and is_label(data, offset, match.end()):
                    continue
                near = listed
                if not near and name.count(b"-") > 1 and not _VERSION.match(name):
                    near = provider_near(data, offset, text, vocabulary)
            if not _DIGIT.search(name) or not (
                _names_model(before) or vocabulary.reads_like_model(text) or near
            ):
                continue
            beside = provider_beside(data, offset, match.end(), vocabulary)
            if beside is None and near and not near.startswith("local:"):
                beside = ids.service(near)
            if beside is None and reached is None:
                reached = endpoints(data, places, vocabulary)
                if service is not None:
                    reached = frozenset((service,)), reached[1]
        elif not _names_model(before):
            if text != text.lower():
                reached = reached or endpoints(data, places, vocabulary)
                if not _is_spelled(owner, reached[0], vocabulary):
                    continue  # a display name
            elif _is_vague(text, owner, data, offset, vocabulary):
                continue  # a mark such as a syllable
        if (
            NOT_ASKED.search(places.text_line(offset))
            or is_pattern(data, offset)
            or tables_of(data).tell_apart(offset, match.end())
        ):
            continue
        recorded += 1
        if recorded > _MAX_NAMES:
            return
        state = places.state(offset)
        sure: Confidence = "low" if COMPARED.search(before) else "medium"
        where = collector.occurrence(places.line(offset), text, usage=state, confidence=sure)
        if routed is not None:
            collector.api_model(routed, text.partition(":")[2], where)
        elif beside is not None:
            collector.api_model(beside, text, where, by_name=True)
        elif near.startswith("local:"):
            runtime_model(text, near.removeprefix("local:"), where, collector, vocabulary)
        elif local:
            if state is None and _names_model(before):
                collector.gap(text, "alias-of-local-model", where)
        elif asked and text in asked:
            collector.api_model(asked[text], text, where)
        elif owner is not None:
            listed = provider_listed(data, offset, text, vocabulary) or (
                provider_of_constant(data, offset, text, vocabulary)
            )
            host = ids.service(listed) if listed and ":" not in listed else service
            if host is None:
                reached = reached or endpoints(data, places, vocabulary)
                host = next(iter(reached[0]), None) if len(reached[0]) == 1 else None
                if host and not _has(host, owner, text, vocabulary):
                    host = None
            asked_of = who_serves(owner, host, vocabulary, text)
            collector.api_model(asked_of, text, where, by_name=True)
        elif reached is not None:
            _asked(text, where, reached[0], collector, vocabulary, local=reached[1])


def _constants(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    claimed: Callable[[int, str], bool] | None,
) -> None:  # fmt: skip
    """Record models called by a word, of the one service that the source's requests go to."""
    for match in _CONSTANT.finditer(data):
        name = match.group(2).decode("ascii")
        if not _PREFIX.search(data, max(0, match.start() - 60), match.start()):
            continue
        if (claimed and claimed(match.start(1), name)) or is_placeholder(name):
            continue
        services, own = endpoints(data, places, vocabulary)
        if own or len(services) != 1:
            return
        (service,) = services
        if service in vocabulary.family_owners or not vocabulary.offers(service):
            continue  # its models have names of their own
        where = collector.occurrence(
            places.line(match.start(1)), name, usage=places.state(match.start(1)),
            confidence="medium",
        )  # fmt: skip
        collector.api_model(service, name, where)


def _listed(text: str, match: re.Match[bytes], vocabulary: Vocabulary) -> str:
    """Return the provider whose key stands over the list that a name of open weights is in."""
    if not text[0].isalpha() or not vocabulary.looks_like_model(f"tag/{text.partition(':')[0]}"):
        return ""
    return provider_listed(match.string, match.start(), text, vocabulary)


def _routed(text: str, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the service of ``openai:gpt-4o``, where it is known to have a model of the name."""
    prefix, colon, name = text.partition(":")
    if is_tag(name) or name == "latest":
        return None  # ``mistral:7b`` is no model of Mistral's API
    service = vocabulary.provider_prefix(prefix, ":") if colon else None
    if service is None and "_" in prefix:  # as projects call it: ``aliyun_bailian:qwen-max``
        called = provider_called(prefix, vocabulary)
        if called and ":" not in called and vocabulary.looks_like_model(f"tag/{name}"):
            return ids.service(called)
    if service is None or not (
        vocabulary.api_owner(name) == service or vocabulary.is_api_family(service, name)
    ):
        return None
    return service


def _is_vague(
    text: str, owner: ComponentId | None, data: bytes, offset: int, vocabulary: Vocabulary
) -> bool:
    """Tell whether a name is so short (``o1``) that its source must speak of the provider.

    A longer name of the same family beside it does as well.
    """
    if len(text) > 3 or owner is None:
        return False
    if COMPARED.search(data, max(0, offset - 80), offset):
        return True  # a part of names
    words = re.escape(owner.partition(":")[2].encode())
    if re.search(rb"(?i)gpt-\d|%b" % words, data):
        return False
    beside = _QUOTED.findall(data, max(0, offset - 150), offset + 150)
    names = (name.decode("ascii", "replace") for name, _ in beside)
    return not any(len(name) > 3 and vocabulary.api_owner(name) == owner for name in names)


def _entry(
    text: str, match: re.Match[bytes], places: Places, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record a key of a table of the models that a provider's key stands above.

    What is known of each is more than a number there: settings that it is asked with.
    """
    if not (_DIGIT.search(match.group(1)) or text.count("-") > 1 or vocabulary.api_owner(text)):
        return  # ``max_tokens``: only its first word is that of a family
    data, offset = places.data, match.start()
    if not SETTINGS.match(data, match.end()) or tables_of(data).tell_apart(offset, match.end()):
        return
    near = provider_near(data, offset, text, vocabulary)
    if not near or near.startswith("local:") or COSTS.search(data, offset, match.end() + 300):
        return
    if has_own_name(data, match.end()):
        return  # the key is what the project calls it
    where = collector.occurrence(
        places.line(offset), text, usage=places.state(offset), confidence="medium"
    )
    collector.api_model(ids.service(near), text, where, by_name=True)


def _legacy_name(text: str, vocabulary: Vocabulary) -> str | None:
    """Return the hub model of a short name that is long enough to mean nothing else."""
    if text.count("-") < 2:
        return None
    return vocabulary.alias(text)


def who_serves(
    owner: ComponentId, service: ComponentId | None, vocabulary: Vocabulary, name: str = ""
) -> ComponentId:
    """Return whom a source asks for a family's model: its owner, or the only host it uses.

    A provider that has families of its own does not serve another's, unless it is a cloud
    that is known to have the name's.
    """
    if service is None or (
        service in vocabulary.family_owners and not _has(service, owner, name, vocabulary)
    ):
        return owner
    return service


def _is_spelled(
    owner: ComponentId | None, services: frozenset[ComponentId], vocabulary: Vocabulary
) -> bool:
    """Tell whether capitals are a name's own: of a maker who writes so, and is alone asked."""
    if owner not in _CAPITALS or len(services) != 1:
        return False
    (service,) = services
    return service == owner or vocabulary.routing.same_maker(owner, service)


def _has(service: ComponentId, owner: ComponentId, name: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a service with models of its own has another's of a name as well."""
    routing = vocabulary.routing
    if routing.same_maker(owner, service):
        return True
    return bool(name) and routing.also_serves(service, name)


def _asked(
    text: str, where: Occurrence, services: frozenset[ComponentId], collector: Collector,
    vocabulary: Vocabulary, *, local: bool,
) -> None:  # fmt: skip
    """Record a model of no known family by the one service the source sends requests to."""
    if len(services) == 1:
        (service,) = services
        read_model(text, where, collector, vocabulary, provider=service.partition(":")[2])
    elif local and not services and not ids.is_hub_repository(text):
        collector.gap(text, "alias-of-local-model", where)


def _names_model(before: bytes) -> bool:
    """Tell whether the key right before a literal says: this is a model."""
    end = len(before.rstrip())
    if before[end - 1 : end] not in _GIVING:
        return False  # what most literals end at; the pattern would look for a start everywhere
    match = _KEY.search(before, before.rfind(b"\n", 0, end) + 1)
    if match is None:
        return False
    key = match.group(1).decode("ascii", "replace").rpartition(".")[2]
    return names_model(key) and not names_tokenizer(key)
