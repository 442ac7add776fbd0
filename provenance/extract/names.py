"""What a name means where a loader or client is given it: a hub id, an alias, a path, a tag.

The same for every language: a call says by which scheme a name is read.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from provenance import ids
from provenance.extract.collect import Collector
from provenance.model import ComponentId, Occurrence, weakest
from provenance.patterns import lazy
from provenance.registry.tables import Default
from provenance.shapes import PLACEHOLDER_OWNER, may_be_repository
from provenance.vocabulary import Vocabulary

PLACEHOLDER = lazy(
    r"<.*>|\.{3}|x{3,}|(?:your|my|some|the)[-_ ].*|.*[-_ ](?:name|id)[-_ ]here|"
    r"(?:test|dummy|fake|mock|foo|sample)[-_ ]?(?:model|llm|dataset|embedding|deployment|repo)s?|"
    rf"(?:model|deployment|dataset)[-_ ]?(?:name|id)?|local|dummy|(?:{PLACEHOLDER_OWNER})/.*",
    re.IGNORECASE,
)
"""What documentation writes where a reader is to put a name."""
_WEB_LLM = lazy(r"([A-Za-z0-9][\w.-]*-MLC)(?:-\d+k|-b\d+)?")
"""A build of WebLLM: one for a smaller context or for batches has the same weights."""
_WHERE_TO_PUT = lazy(r"(?:.*/)?path/to/.*", re.IGNORECASE)
"""A path that a reader is to put in."""
_LOADS = lazy(r"^(?:fetch|load)_|_vectorized$")
_HUB_MARKS = ("hf-hub:", "hf_hub:")
"""How tools with names of their own say that a name is a hub's."""
_RUNTIMES = {
    "ollama": "ollama", "ollama_chat": "ollama", "hosted_vllm": "", "vllm": "", "lm_studio": "",
    "llamafile": "", "xinference": "", "oobabooga": "", "infinity": "", "docker_model_runner": "",
}  # fmt: skip
"""What routers write before a name that a server of one's own has, with the tool whose tags
these names are. PyPI: litellm 1.109.1 (provider prefixes), 2026-11-28."""
DATA_FORMATS = frozenset(
    "json csv parquet text arrow imagefolder audiofolder webdataset pandas sql xml".split()
)
"""What the datasets library calls a file format where a dataset's name could stand."""


def dataset(
    text: str, hub: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record a dataset by the name a loader is given."""
    if hub.startswith("local:"):
        tool = hub.removeprefix("local:")
        # What a tool calls its data may be trained weights.
        known(vocabulary.alias(text, tool) or ids.dataset(tool, text), where, collector)
        return
    if hub == "file":
        component = _data_file(text, where, collector)
    elif ids.is_hub_repository(text) and not text.startswith("."):
        component = collector.dataset(hub, text, where)
    elif hub == "huggingface" and (alias := vocabulary.dataset_alias(text)):
        component = collector.dataset(hub, alias.removeprefix("dataset:huggingface/"), where)
    elif text in DATA_FORMATS:
        return
    else:
        collector.gap(text, "short-name-unresolved", where)
        return
    collector.link(ids.PROJECT, component, "depends-on", where)


def _data_file(text: str, where: Occurrence, collector: Collector) -> ComponentId:
    """Record data by the file or the address it is read from."""
    if "://" in text:
        return collector.dataset_at(text, where)
    return collector.dataset("local", text.removeprefix("./").strip("/"), where)


def weights(
    text: str, provider: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    function: str = "", revision: str | None = None,
) -> None:  # fmt: skip
    """Record weights by the name a loader is given.

    Args:
        provider: ``huggingface`` or ``modelscope``, after a colon the tool whose short
            names these are (``huggingface:whisper``).
    """
    hub, _, tool = provider.partition(":")
    text = text.removeprefix("https://huggingface.co/").removeprefix("hf://")
    is_repository = ids.is_hub_repository(text)
    if _WHERE_TO_PUT.fullmatch(text) or (text and not text.strip("/")):
        collector.gap(text, "dynamic-name", where, expression=text)
        return
    if "://" in text:
        collector.weights_file(text, where, None)
        return
    if (
        text.startswith((".", "/", "~"))
        or text.count("/") > 1
        or "\\" in text
        or (is_repository and not may_be_repository(text))  # ``checkpoints/best``
    ):
        path = text.removeprefix("./").strip("/") or "."
        component = ids.local_model(path)
        collector.component(component, "model", path, where)
        collector.gap(component, "local-model-not-in-tree", where)
    elif hub == "modelscope" and is_repository:
        component = collector.modelscope_model(text, where, function=function)
    elif is_repository:
        name = ids.hub_model(text, revision) if revision else text
        component = collector.hub_model(name, where, function=function)
    elif alias := vocabulary.alias(text, tool):
        known(alias, where, collector, function=function)
        return
    elif text.isupper():
        # A framework's own constant (a bundle, a preset): no folder and no hub id.
        collector.gap(text, "short-name-unresolved", where)
        return
    else:
        # Neither a hub repository nor a known short name: a folder given by name,
        # or a legacy hub id we do not know. It stays in the report, unknown.
        component = ids.local_model(text)
        collector.component(component, "model", text, where)
        collector.gap(component, "short-name-unresolved", where)
    collector.link(ids.PROJECT, component, "depends-on", where)


def known(
    component: ComponentId, where: Occurrence, collector: Collector, *, function: str = ""
) -> None:
    """Record a component whose id the data gives, with the channel or service it comes by."""
    scheme, _, name = component.partition("/")
    if component.startswith("service:"):
        collector.service(component, where)
        return
    if scheme == "pkg:docker":
        collector.container(ids.short(component), where)
        return
    if component.startswith("pkg:huggingface/"):
        collector.hub_model(component, where, function=function)
    elif scheme == "model:modelscope":
        collector.modelscope_model(name, where, function=function)
    elif scheme.startswith("dataset:"):
        collector.dataset(scheme.removeprefix("dataset:"), name, where)
    else:
        collector.component(component, "model", name, where, function=function)
    collector.link(ids.PROJECT, component, "depends-on", where)


def dataset_of_callable(
    called: str, provider: str, where: Occurrence, collector: Collector
) -> None:
    """Record the dataset that a callable is named after: ``torchvision.datasets.CIFAR10``."""
    name = _LOADS.sub("", called.rpartition(".")[2])
    collector.dataset(provider.removeprefix("local:"), name, where)


def implied(
    row: Default, written: str, where: Occurrence, collector: Collector, *,
    asked: ComponentId | None = None, function: str = "", local: bool = False,
) -> None:  # fmt: skip
    """Record what a callable is known to use when it is told nothing, and that it is implied.

    Args:
        written: the callable as the source has it.
        asked: the service that the call's client asks, ``""`` for none at all; None where
            there is no client. A model is not implied of another service than its own.
        local: a runtime on this machine runs the model.
    """
    collector.gap(
        row.component, "implicit-default", where, expression=written,
        versions="–".join(filter(None, (row.since, row.until))) or "?", source=row.source,
    )  # fmt: skip
    service = ids.service_of_model(row.component)
    if service is None or local:
        known(row.component, where, collector, function=function)
    elif asked is None or asked == service:
        served(service, row.component.partition("/")[2], where, collector, function=function)


def runtime_model(
    text: str, runtime: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    function: str = "", composed: bool = False,
) -> None:  # fmt: skip
    """Record a model that a framework or local runtime knows by a name of its own.

    Args:
        composed: the name is put together of several arguments; where it stands for a
            hub's model it is kept beside it.
    """
    if text.startswith(_HUB_MARKS):
        weights(text.partition(":")[2], "huggingface", where, collector, vocabulary,
                function=function)  # fmt: skip
        return
    alias = vocabulary.alias(text, runtime)
    if alias and not composed:
        known(alias, where, collector, function=function)
        return
    component = tool_model(text, runtime, where, collector, vocabulary, function=function)
    collector.link(ids.PROJECT, component, "depends-on", where)


def run_here(text: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary) -> bool:
    """Record a model that a router asks a server of one's own for: ``ollama/llama3:8b``.

    Returns:
        Whether the name has that form.
    """
    prefix, _, name = text.partition("/")
    if not name or prefix not in _RUNTIMES:
        return False
    if runtime := _RUNTIMES[prefix]:
        component = tool_model(name, runtime, where, collector, vocabulary)
        collector.link(ids.PROJECT, component, "depends-on", where)
    else:
        served_here(name, where, collector, vocabulary, written=text)
    return True


def served_here(
    text: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    function: str = "", written: str = "",
) -> None:  # fmt: skip
    """Record what a server of one's own is asked for.

    Servers of weights call them by their hub repository unless they are told another name;
    a name of another form may stand for any model.

    Args:
        written: the name as it stands there, where it has more to it.
    """
    if (
        ids.is_hub_repository(text)
        and vocabulary.looks_like_model(text)
        and vocabulary.routing.maker_model(text) is None
    ):
        sure = weakest(where.confidence, "medium")
        collector.hub_model(text, replace(where, confidence=sure), function=function)
    else:
        collector.gap(written or text, "alias-of-local-model", where)


def tool_model(
    text: str, runtime: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    function: str = "",
) -> ComponentId:  # fmt: skip
    """Record a model by the name its tool has for it, and the hub's model that it is."""
    component = ids.api_model(runtime, text)
    collector.component(component, "model", text, where, function=function)
    channel = vocabulary.runtime_channel(runtime)
    if channel:
        collector.link(component, collector.service(channel, where), "delivered-by", where)
    alias = vocabulary.alias(text, runtime)
    if runtime == "web-llm" and (build := _WEB_LLM.fullmatch(text)):
        alias = ids.hub_model(f"mlc-ai/{build.group(1)}")
    if alias and alias.startswith("pkg:huggingface/"):
        collector.component(alias, "model", ids.short(alias), where, direct=False)
        collector.link(component, alias, "same-as", where)
    return component


def served(
    service: str, name: str, where: Occurrence, collector: Collector, *, function: str = ""
) -> None:
    """Record a model that a service's API is asked for.

    An address in the place of a name says that another server is asked.
    """
    if "://" in name:
        collector.redirects.append((service, where))
        return
    component = collector.api_model(service, name, where, function=function)
    collector.link(ids.PROJECT, component, "calls", where)


def of_family(name: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record a model by the family that its name is of, where the address is not known.

    Whose model it is the name tells; that its maker is asked for it is a weak claim.
    """
    owner = vocabulary.api_owner(name)
    if owner is not None:
        collector.api_model(owner, name, replace(where, confidence="low"), by_name=True)
