"""Which of several calls that a name reaches can mean it.

A wrapper hands one name to several loaders and clients, and which of them runs is decided by
another argument. What the name can be tells most of them apart.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from provenance import ids
from provenance.extract.python.clients import Client
from provenance.extract.python.texts import Value
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.vocabulary import CallSpec, Vocabulary

_TAG = lazy(r"[a-z0-9][\w.-]*:(?:latest|[a-z-]*\d+(?:\.\d+)?[bm](?:-.*)?)")


class Told(NamedTuple):
    """A name that a call is given, with what the call makes of it."""

    value: Value
    spec: CallSpec
    client: Client | None
    call: ast.Call
    revision: str | None = None


def fitting(text: str, group: list[Told], vocabulary: Vocabulary) -> list[Told]:
    """Return the readings of one name that can be meant.

    A name that is no repository and has an API to go to is no folder; a repository that a
    hub loader takes, and a family's name, are no model of whatever API stands beside it.
    """
    datasets = [told for told in group if told.spec.yields == "dataset"]
    if datasets:
        return datasets
    hub = [t for t in group if t.spec.provider.startswith(("huggingface", "modelscope"))]
    others = [told for told in group if told not in hub]
    offered = [told for told in others if _offers(told, text, vocabulary)]
    if not hub or not others:
        several = len({_service(told) for told in others}) > 1
        return offered if several and offered else group
    if not ids.is_hub_repository(text) and not vocabulary.alias(text):
        hub = []
    if hub and ids.is_hub_repository(text):
        return hub
    return [*hub, *offered] if hub or offered else others


_OWN_PROTOCOLS = frozenset({"service:anthropic", "service:google-gemini"})
"""Services whose clients ask nobody else, unless an address says so."""


def is_foreign(name: str, service: ComponentId, vocabulary: Vocabulary) -> bool:
    """Tell whether a name is a runtime's tag (``qwen3:4b``) and the service a maker of others.

    Such a client talks to a server that speaks its protocol, or is not the one that runs.
    So it is with another maker's name at a service whose protocol nobody else speaks.
    """
    owner = vocabulary.api_owner(name)
    if service not in vocabulary.family_owners or owner == service:
        return False
    if _TAG.fullmatch(name):
        return True
    routing = vocabulary.routing
    return (
        service in _OWN_PROTOCOLS and owner in _OWN_PROTOCOLS | {"service:openai"}
        and not routing.same_maker(owner, service) and not routing.also_serves(service, name)
    )  # fmt: skip


def _service(told: Told) -> ComponentId | None:
    return told.client.service if told.client else ids.service(told.spec.provider)


def _offers(told: Told, text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether the service that a call asks is known to have a model of this name."""
    slug = told.spec.provider
    owner = vocabulary.api_owner(text)
    if slug == "prefix":
        return owner is not None or vocabulary.routed(text) is not None
    if slug.startswith("local:"):
        return True
    service = _service(told)
    return service is not None and (
        owner == service if owner else vocabulary.is_api_family(service, text)
    )
