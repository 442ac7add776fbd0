"""A setting, a key and its value, wherever it is written: YAML, JSON, env file, shell, HCL.

The key says what the value is for, the value's form what it can be. A key that names
no model makes a value one only when the value itself reads like a hub id.
"""

from __future__ import annotations

import re
from functools import lru_cache

from provenance.addresses import host_of, is_local_host
from provenance.extract import names, signs
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.sections import provider_of_variable
from provenance.extract.written import DYNAMIC, is_placeholder, on_hub, read_model
from provenance.model import ComponentId, Confidence, Occurrence, Usage
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

_TAIL = (
    r"(?:[_.-]?(?:names?|ids?|paths?|name_or_path|repo|repo_id|repository|uri|url|to_use|default|"
    r"hf|hg|hub|list))*"
)
_MODEL_KEY = lazy(
    r"(?:^|.*[_.-])(?:base_?|default_?|chat_?|target_?|draft_?|teacher_?|reward_?|ref_?|sft_?|"
    r"pretrained_?|hf_?|local_?|small_?|fast_?|main_?|task_?)?"
    r"(?:models?|llms?|checkpoint|ckpt|embeddings?|embedder|embed|re_?rankers?|rerank|tokenizer|"
    r"vision_tower|text_encoder|encoder|vae|unet|adapter|lora|pretrain(?:ed)?|whisper|deployment)"
    rf"{_TAIL}$",
    re.IGNORECASE,
)
"""A key whose value names a model."""
_TOKENIZER_KEY = lazy(rf"(?:^|.*[_.-])tokenizer{_TAIL}$", re.IGNORECASE)
"""A key whose value is a tokenizer: one of a hub's repositories, or a table of words."""
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_DATASET_KEY = lazy(
    rf"(?:^|.*[_.-])(?:datasets?|train_data|eval_data|corpus){_TAIL}$"
    r"|(?:^|.*\.)data\.(?:path|repo|repo_id|name_or_path|hf_path|source)$",
    re.IGNORECASE,
)
_MAX_LISTED = 100
_OUTPUT_KEY = lazy(
    r"output|save|push|hub_model_id|run_name|experiment|project|served|alias|logging|log_|cache|"
    r"_dir$|directory|type$|class|provider|prefix|format|version|max_|num_|dtype",
    re.IGNORECASE,
)
"""Keys that name what is made or how, not what is loaded."""
_BASE_URL = lazy(r"_(?:BASE|BASE_URL|API_BASE|API_URL|URL|ENDPOINT|HOST)$")
_HOST_NAME = lazy(r"\[[0-9a-f:]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_TRACKER_KEY = lazy(
    r"(?:.*[_.-])?(?:report_to|log_with|loggers?|trackers?|experiment_tracker|tracking_backend)",
    re.IGNORECASE,
)
_OLLAMA_KEY = lazy(r"(?:^|[_.-])ollama(?:[_.-]|(?=[A-Z]))(?!host|url|api)", re.IGNORECASE)
"""A key that says who runs the model it names."""
_AZURE_KEY = lazy(r"azure[_.-]?open[_-]?ai", re.IGNORECASE)
_HUB_SCHEMES = ("hf://", "huggingface://")


@lru_cache(maxsize=4096)
def names_model(key: str) -> bool:
    """Tell whether a setting of this name holds a model."""
    key = _CAMEL.sub("_", key).lstrip("-").replace("-", "_")
    return bool(_MODEL_KEY.match(key)) and not _OUTPUT_KEY.search(key)


@lru_cache(maxsize=4096)
def names_tokenizer(key: str) -> bool:
    """Tell whether a setting that may hold a model holds its tokenizer.

    A bare name there (``cl100k``) is a table of words and no model's.
    """
    key = _CAMEL.sub("_", key).lstrip("-").replace("-", "_")
    return bool(_TOKENIZER_KEY.match(key))


@lru_cache(maxsize=4096)
def names_dataset(key: str) -> bool:
    """Tell whether a setting of this name holds a dataset."""
    key = _CAMEL.sub("_", key).lstrip("-").replace("-", "_")
    return bool(_DATASET_KEY.match(key)) and not _OUTPUT_KEY.search(key)


_STORED = lazy(r"(?:gs|s3a?|abfss?|wasbs?|oss|cos|obs|hdfs)://[\w.@-]+/[\w./@+=-]+")
"""An address in a store of objects."""
_STORAGE_KEY = lazy(r"(?:^|[._-])storage[_-]?ur[il]$", re.IGNORECASE)
"""A key by which model servers on Kubernetes are told where their weights lie."""
_EXAMPLE_BUCKET = lazy(r"://(?:[\w.-]*[-_.])?(?:example|my|your|some)[-_.]?(?:bucket|models?)?/")


def names_tracker(key: str) -> bool:
    """Tell whether a setting of this name holds an experiment tracker."""
    return bool(_TRACKER_KEY.fullmatch(key.lstrip("-").replace("-", "_")))


_BARE_ADDRESS = lazy(r"www\.[\w-]{1,60}(?:\.[a-z]{2,10}){1,2}/\S{1,300}")
"""An address that a program puts its scheme before."""


def read_setting(
    key: str, value: str, line: int, collector: Collector, vocabulary: Vocabulary, *,
    usage: Usage | None = None, default: bool = False, provider: str = "", runtime: str = "",
) -> bool:  # fmt: skip
    """Record what one setting names; return whether it named anything.

    Args:
        key: the key alone, or the path to it joined with dots; ``""`` when there is none.
        value: the value as a string, quotes removed and variables resolved as far as known.
        line: 1-based.
        default: the value holds only unless something overrides it.
        provider: the service slug or runtime that the surroundings name, if any.
        runtime: a local runtime that the file speaks of, the last resort for a bare name.
    """
    value = value.strip()
    service = vocabulary.variables.get(key) if key.isupper() else None
    if len(value) > (2000 if "," in value else 500) or "\n" in value or not (value or service):
        return False
    confidence: Confidence = "medium" if default else "high"
    where = collector.occurrence(line, value, usage=usage, confidence=confidence)
    if service:
        weak = collector.occurrence(line, key, usage=usage, confidence="low")
        if _variable(service, key, value, weak, where, collector, vocabulary):
            return True
    if value.startswith(_HUB_SCHEMES) and (repository := on_hub(value.partition("://")[2])):
        collector.hub_model(repository, where)
        return True
    if value.startswith("ollama://"):
        names.tool_model(value.partition("://")[2], "ollama", where, collector, vocabulary)
        return True
    if _STORED.fullmatch(value) and (_STORAGE_KEY.search(key) or names_model(key)):
        if not is_placeholder(value) and not _EXAMPLE_BUCKET.search(value):
            collector.weights_file(value, where, None)
        return True
    if _BARE_ADDRESS.fullmatch(value):  # a program fetches it, whatever page it is of
        value, usage = f"https://{value}", usage or collector.usage
    if key.isupper():
        _own_server(key, value, where, collector, vocabulary)
    if "://" in value:
        return _address(key, value, line, usage, collector, vocabulary) or bool(service)
    if names_tracker(key) and (trackers := _trackers(value, vocabulary)):
        for tracker in trackers:
            collector.service(tracker, where)
        return True
    if names_dataset(key):
        hub = "modelscope" if provider == "modelscope" else "huggingface"
        return _datasets(value, hub, where, collector, vocabulary)
    if names_model(key):
        if names_tokenizer(key):
            if "/" not in value and not vocabulary.alias(value):
                return bool(service)
            provider = ""  # whoever serves the model does not serve its tokenizer
        elif not provider and _OLLAMA_KEY.search(key):
            provider = "ollama"
            value = value.removeprefix("ollama/")
        if not provider and key.isupper():
            provider = provider_of_variable(key, value, vocabulary)
        if not provider and "whisper" in key.lower() and (
            alias := vocabulary.alias(value, "whisper")
        ):  # fmt: skip
            collector.hub_model(alias, where)
            return True
        if not provider and _AZURE_KEY.search(key) and vocabulary.api_owner(value):
            provider = "azure-openai"  # a deployment that bears its model's name
        if "," in value and key.isupper():
            found = [
                read_model(name.strip(), where, collector, vocabulary, provider=provider)
                for name in value.split(",")[:_MAX_LISTED]
            ]
            return any(found) or bool(service)
        return read_model(
            value, where, collector, vocabulary, provider=provider, runtime=runtime
        ) or bool(service)
    if not _OUTPUT_KEY.search(key) and (
        vocabulary.looks_like_model(value) or vocabulary.routing.maker_model(value)
        or ("/" in value and vocabulary.owner_of_path(value))
    ):  # fmt: skip
        medium = collector.occurrence(line, value, usage=usage, confidence="medium")
        return read_model(value, medium, collector, vocabulary, provider=provider)
    return bool(service)


def _trackers(value: str, vocabulary: Vocabulary) -> list[ComponentId]:
    """Return the hosted trackers of a value: one, or a list as ``['console','wandb']``."""
    names = (name.strip(" \t'\"") for name in value.strip("[]() ").split(",")[:20])
    return [found for name in names if (found := vocabulary.alias(name.lower(), "tracker"))]


def _variable(
    service: ComponentId, key: str, value: str, weak: Occurrence, where: Occurrence,
    collector: Collector, vocabulary: Vocabulary,
) -> bool:  # fmt: skip
    """Record what a variable known by name says; return whether its value needs no reading.

    A base URL decides where a client's requests go: a local one means that the
    variable's own service is not called.
    """
    if service.startswith("platform:"):
        collector.platform(service.removeprefix("platform:"), weak)
        return True
    host = host_of(value) if _BASE_URL.search(key) else None
    if host is None or not _HOST_NAME.fullmatch(host):  # ``https://****`` leads nowhere
        collector.service(service, weak)
        return False
    actual = None if is_local_host(host) else vocabulary.service_of_host(host)
    if actual:
        collector.service(actual, where)
    if actual != service:
        collector.redirects.append((service, where))
    return True


def _own_server(
    key: str, value: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Note that a service's key beside it (``QDRANT_API_KEY``) is for a server of one's own.

    ``QDRANT_HOST=localhost`` says so.
    """
    match = _BASE_URL.search(key)
    service = vocabulary.variables.get(f"{key[: match.start()]}_API_KEY") if match else None
    if service and is_local_host(host_of(value) or value.partition(":")[0]):
        collector.redirects.append((service, where))


def _datasets(
    value: str, hub: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> bool:
    """Record the datasets that a value, often a list with commas, names."""
    if DYNAMIC.search(value):
        collector.gap(value, "dynamic-name", where, expression=value)
        return False
    found = False
    for name in value.split(","):
        name = name.strip()
        alias = vocabulary.dataset_alias(name) if hub == "huggingface" else None
        if alias:
            name = alias.removeprefix("dataset:huggingface/")
        elif is_placeholder(name) or not may_be_repository(name):
            continue
        collector.dataset(hub, name, where)
        found = True
    return found


def _address(
    key: str,
    value: str,
    line: int,
    usage: Usage | None,
    collector: Collector,
    vocabulary: Vocabulary,
) -> bool:
    """Record what a value's URL names; a local address is nobody's service."""
    host = host_of(value)
    if host and is_local_host(host):
        return False
    data = f"{key}={value}".encode("utf-8", "replace")
    places = Places(data, first_line=line, usage=usage)
    return signs.addresses(data, places, collector, vocabulary)
