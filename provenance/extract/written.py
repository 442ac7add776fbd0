"""What the written name of a model stands for, in settings of any format."""

from __future__ import annotations

import re

from msgspec.structs import replace

from provenance import ids
from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.routed import OPENROUTER, VARIANT
from provenance.model import Occurrence, weakest
from provenance.patterns import lazy
from provenance.shapes import PLACEHOLDER_OWNER, is_tag, may_be_repository
from provenance.vocabulary import Vocabulary

DYNAMIC = lazy(r"\$\{|\$\(|\{\{|<[^>]*>|%\(|\$[\w@*]|\*\*\*|os\.environ/")
_WORD = lazy(r"[A-Za-z0-9][\w.:/@+-]*")
_PLACEHOLDER = lazy(
    r"(?:.*[/:_-])?(?:(?:your|my|some|the|path[_-]?to)[-_](?:own[-_])?"
    r"(?:org|user|username|name|namespace|hf|hub|model|repo|dataset|deployment|fine|finetuned|"
    r"custom|embedding|llm|username)\b.*|.*[-_ ](?:name|id|model)[-_ ]here|x{3,}.*|"
    r"\.{3}|change[-_]?me.*|placeholder|(?:.*/)?(?:example|test|dummy|fake)[-_]model|model[-_]?(?:name|id))"
    rf"|(?:.*[/:])?(?:{PLACEHOLDER_OWNER})/.*",
    re.IGNORECASE,
)
"""What a template writes where a reader is to put a name."""
_SWITCHES = frozenset("true false null none yes no on off".split())
"""What a setting named after a kind of models is where it says whether there are any."""
_BEDROCK = lazy(
    r"(?:arn:aws[\w-]*:bedrock:[\w-]*:\d*:(?:foundation-model|inference-profile)/)?"
    r"((?:(?:us|eu|apac|us-gov|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|stability|"
    r"deepseek|openai|qwen|writer|luma|twelvelabs)\.[a-z0-9][\w.:-]+)"
)
"""A model id as Amazon Bedrock writes them."""
MODE = lazy(
    r"([a-z][\w-]{1,30}):(?:chat|completion|messages|responses|embeddings?|image|realtime|text):"
    r"(?=\w)"
)
"""How tools that compare models write whom they ask, and how: ``openai:chat:gpt-4o``."""
_KINDS = frozenset("lora qlora dora moe embedding embeddings rerank reranker reward chat "
                   "instruct vit clip bert".split())  # fmt: skip
"""Kinds of models and adapters, as settings name them; no models."""
_TOOLS = ("paddleocr", "ultralytics")
"""Tools whose names for their models are no other's: ``PP-OCRv5_mobile_rec``, ``yolov8n.pt``."""
_HUB_HOSTS = ("hf.co/", "huggingface.co/")


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands where a reader is to put a name."""
    return bool(_PLACEHOLDER.fullmatch(value))


def read_model(
    value: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    provider: str = "", runtime: str = "",
) -> bool:  # fmt: skip
    """Record the model a written name stands for; return whether it is one we can place.

    In order: a router's ``provider/model``, a hub repository, a legacy short name, a name
    of a family that one service offers, a tag of the runtime the surroundings name.
    """
    if is_placeholder(value):
        return False
    if DYNAMIC.search(value):
        collector.gap(value, "dynamic-name", where, expression=value)
        return False
    if not _WORD.fullmatch(value) or value.isdigit() or value.lower() in _SWITCHES:
        return False
    if not provider and (bedrock := _BEDROCK.fullmatch(value)):
        collector.api_model("service:aws-bedrock", bedrock.group(1), where)
        return True
    if value.startswith(_HUB_HOSTS) and (repository := on_hub(value.partition("/")[2])):
        collector.hub_model(repository, where)
        return True
    if provider in ("", "openrouter") and "/" in value and VARIANT.search(value):
        collector.api_model(OPENROUTER, value, where)
        return True
    if not provider and ":" in value and _of_prefix(value, where, collector, vocabulary):
        return True
    owner = vocabulary.owner_of_path(value) if "/" in value else None
    if owner and provider in ("", owner.removeprefix("service:")):
        collector.api_model(owner, value, where)
        return True
    routed = vocabulary.routed(value) if "/" in value and not provider else None
    if routed:
        collector.api_model(routed, value.partition("/")[2], where)
        return True
    local = "ollama" if provider == "ollama" else provider.partition("local:")[2]
    if local:
        if local == "ollama":
            value = value.removeprefix("ollama/").removeprefix("ollama_chat/")
        names.tool_model(value, local, where, collector, vocabulary)
        return True
    if names.run_here(value, where, collector, vocabulary):
        return True
    if (repository := on_hub(value)) and may_be_repository(repository):
        if provider == "modelscope" or (
            not provider and vocabulary.hub_of_namespace(repository) == "modelscope"
        ):
            collector.modelscope_model(repository, where)
        elif (
            provider
            and not provider.startswith("huggingface")
            and not (
                # A provider of models of its own serves no repository: a server that speaks
                # its protocol does.
                ids.service(provider) in vocabulary.family_owners
                and vocabulary.looks_like_model(repository)
            )
        ):
            hub = vocabulary.routing.maker_model(value) is None
            collector.api_model(ids.service(provider), value, where, hub=hub)
        else:
            collector.hub_model(repository, where)
        return True
    if "/" in value:
        return False
    if provider and not provider.startswith("huggingface"):
        collector.api_model(ids.service(provider), value, where)
        return True
    alias = vocabulary.alias(value)
    if alias:
        collector.hub_model(alias, where)
        return True
    if tool := tool_of(value, vocabulary):
        names.runtime_model(value, tool, where, collector, vocabulary)
        return True
    owner = vocabulary.api_owner(value)
    if owner:
        collector.api_model(owner, value, where, by_name=True)
        return True
    if not _reads_like_model(value, vocabulary):
        return False
    if runtime and value == value.lower():  # as its library writes names
        medium = replace(where, confidence=weakest(where.confidence, "medium"))
        names.tool_model(value, runtime, medium, collector, vocabulary)
        return True
    collector.gap(value, "provider-unresolved", where)
    return False


def _of_prefix(value: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary) -> bool:
    """Record a model that is written behind whom it is asked of: ``openai:gpt-4o``."""
    prefix, _, name = MODE.sub(r"\1:", value).partition(":")
    if prefix == "ollama":
        names.tool_model(name, "ollama", where, collector, vocabulary)
        return True
    if (is_tag(name) or name == "latest") and vocabulary.looks_like_model(f"tag/{prefix}"):
        # ``mistral:7b`` is no model of Mistral's API.
        medium = replace(where, confidence=weakest(where.confidence, "medium"))
        names.tool_model(value, "ollama", medium, collector, vocabulary)
        return True
    service = vocabulary.provider_prefix(prefix, ":") if "/" not in prefix else None
    if service is None or not (
        vocabulary.api_owner(name) == service
        or vocabulary.is_api_family(service, name)
        or vocabulary.routing.serves_others(service)
    ):
        return False
    collector.api_model(service, name, where)
    return True


def tool_of(name: str, vocabulary: Vocabulary) -> str:
    """Return the tool whose own a name is known to be wherever it stands, or ``""``."""
    return next((tool for tool in _TOOLS if vocabulary.alias(name, tool)), "")


def on_hub(value: str) -> str | None:
    """Return the repository of ``namespace/name[:quantization][@revision]``, or None."""
    repository = re.split(r"[:@]", value, maxsplit=1)[0]
    return repository if ids.is_hub_repository(repository) else None


def _reads_like_model(name: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a bare name, as runtimes have them (``llama3:8b``), is a model's."""
    return name.lower() not in _KINDS and vocabulary.looks_like_model(
        f"tag/{name.partition(':')[0]}"
    )
