"""A setting, a key and its value, wherever it is written: YAML, JSON, env file, shell, HCL.

The key says what the value is for, the value's form what it can be. A key that names
no model makes a value one only when the value itself reads like a hub id.
"""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract import signs
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import Confidence, Occurrence, Usage
from provenance.vocabulary import Vocabulary, host_of, is_local_host

_TAIL = (
    r"(?:[_.-]?(?:names?|ids?|paths?|name_or_path|repo|repo_id|repository|uri|url|to_use|default))*"
)
_MODEL_KEY = re.compile(
    r"(?:^|.*[_.-])(?:base_?|default_?|chat_?|target_?|draft_?|teacher_?|reward_?|ref_?|sft_?|"
    r"pretrained_?|hf_?|local_?|small_?|fast_?|main_?|task_?)?"
    r"(?:models?|llms?|checkpoint|ckpt|embeddings?|embedder|embed|re_?rankers?|rerank|tokenizer|"
    r"vision_tower|text_encoder|encoder|vae|unet|adapter|lora|pretrained|whisper|deployment)"
    rf"{_TAIL}$",
    re.IGNORECASE,
)
"""A key whose value names a model."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DATASET_KEY = re.compile(
    rf"(?:^|.*[_.-])(?:datasets?|train_data|eval_data|corpus){_TAIL}$", re.IGNORECASE
)
_OUTPUT_KEY = re.compile(
    r"output|save|push|hub_model_id|run_name|experiment|project|served|alias|logging|log_|cache|"
    r"_dir$|directory|type$|class|provider|prefix|format|version|max_|num_|dtype",
    re.IGNORECASE,
)
"""Keys that name what is made or how, not what is loaded."""
_DYNAMIC = re.compile(r"\$\{|\$\(|\{\{|<[^>]*>|%\(|\$[A-Z_]|\*\*\*")
_WORD = re.compile(r"[A-Za-z0-9][\w.:/@+-]*")


def names_model(key: str) -> bool:
    """Tell whether a setting of this name holds a model."""
    key = _CAMEL.sub("_", key).lstrip("-").replace("-", "_")
    return bool(_MODEL_KEY.match(key)) and not _OUTPUT_KEY.search(key)


def names_dataset(key: str) -> bool:
    """Tell whether a setting of this name holds a dataset."""
    key = _CAMEL.sub("_", key).lstrip("-").replace("-", "_")
    return bool(_DATASET_KEY.match(key)) and not _OUTPUT_KEY.search(key)


def read_setting(
    key: str, value: str, line: int, collector: Collector, vocabulary: Vocabulary, *,
    usage: Usage | None = None, default: bool = False, provider: str = "",
) -> bool:  # fmt: skip
    """Record what one setting names; return whether it named anything.

    Args:
        key: the key alone, or the path to it joined with dots; ``""`` when there is none.
        value: the value as a string, quotes removed and variables resolved as far as known.
        line: 1-based.
        default: the value holds only unless something overrides it.
        provider: the service slug or runtime that the surroundings name, if any.
    """
    value = value.strip()
    if not value or len(value) > 500 or "\n" in value:
        return False
    confidence: Confidence = "medium" if default else "high"
    where = collector.occurrence(line, value, usage=usage, confidence=confidence)
    service = vocabulary.variables.get(key) if key.isupper() else None
    if service:
        weak = collector.occurrence(line, key, usage=usage, confidence="low")
        collector.service(service, weak)
    if "://" in value:
        return _address(value, line, usage, collector, vocabulary) or bool(service)
    if names_dataset(key) and ids.is_hub_repository(value) and vocabulary.may_be_model(value):
        collector.dataset("huggingface", value, where)
        return True
    if names_model(key):
        return read_model(value, where, collector, vocabulary, provider=provider) or bool(service)
    if not _OUTPUT_KEY.search(key) and vocabulary.looks_like_model(value):
        medium = collector.occurrence(line, value, usage=usage, confidence="medium")
        return read_model(value, medium, collector, vocabulary, provider=provider)
    return bool(service)


def read_model(
    value: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    provider: str = "",
) -> bool:  # fmt: skip
    """Record the model a written name stands for; return whether it is one we can place.

    In order: a router's ``provider/model``, a hub repository, a legacy short name, a name
    of a family that one service offers, a tag of the runtime the surroundings name.
    """
    if _DYNAMIC.search(value):
        collector.gap(value, "dynamic-name", where, expression=value)
        return False
    if not _WORD.fullmatch(value) or value.isdigit():
        return False
    routed = vocabulary.routed(value) if "/" in value else None
    if routed:
        collector.api_model(routed, value.partition("/")[2], where)
        return True
    if provider == "ollama" or provider.startswith("local:"):
        runtime = provider.removeprefix("local:")
        component = ids.api_model(runtime, value)
        collector.component(component, "model", value, where)
        channel = vocabulary.runtime_channel(runtime)
        if channel:
            collector.link(component, collector.service(channel, where), "delivered-by", where)
        return True
    if vocabulary.may_be_model(value):
        if provider == "modelscope":
            collector.modelscope_model(value, where)
        elif provider and not provider.startswith("huggingface"):
            collector.api_model(ids.service(provider), value, where)
        else:
            collector.hub_model(value, where)
        return True
    if provider and not provider.startswith("huggingface") and "/" not in value:
        collector.api_model(ids.service(provider), value, where)
        return True
    alias = vocabulary.alias(value)
    if alias:
        collector.hub_model(alias, where)
        return True
    owner = vocabulary.api_owner(value)
    if owner:
        collector.api_model(owner, value, where)
        return True
    return False


def _address(
    value: str, line: int, usage: Usage | None, collector: Collector, vocabulary: Vocabulary
) -> bool:
    """Record what a value's URL names; a local address is nobody's service."""
    host = host_of(value)
    if host and is_local_host(host):
        return False
    data = value.encode("utf-8", "replace")
    places = Places(data, first_line=line, usage=usage)
    return signs.addresses(data, places, collector, vocabulary)
