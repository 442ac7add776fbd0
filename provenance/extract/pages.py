"""Pages of hubs whose address alone names a model or dataset: links a reader follows.

Repositories of Hugging Face are read in ``signs``; these are the others.
"""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract.collect import Collector
from provenance.model import Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_MODELSCOPE = r"(?:www\.)?modelscope\.cn/(?:api/v1/)?"
_PAGES = (
    (lazy(r"(?:www\.)?ollama\.(?:com|ai)/library/([\w.-]+(?::[\w.-]+)?)"), "ollama"),
    (lazy(r"registry\.ollama\.ai/library/([\w.-]+(?::[\w.-]+)?)"), "ollama"),
    (lazy(r"(?:www\.)?civitai\.com/(?:api/download/)?models/(\d+)"), "civitai"),
    (lazy(rf"{_MODELSCOPE}models/([\w-]+/[\w.-]+)"), "modelscope"),
    (lazy(rf"{_MODELSCOPE}datasets/([\w-]+/[\w.-]+)"), "modelscope-data"),
    (lazy(r"(?:www\.)?kaggle\.com/datasets/([\w-]+/[\w.-]+)"), "kaggle-data"),
    (lazy(r"(?:(?:www|us|eu|openslr)\.)?openslr\.org/(?:resources/)?(\d+)"), "openslr-data"),
    (lazy(r"(?:www\.)?kaggle\.com/models/([\w-]+/[\w.-]+)"), "kaggle"),
)
_HOSTS = ("ollama", "civitai", "kaggle", "modelscope", "openslr")
_ROWS = lazy(r"dataset=([\w.-]+)(?:%2F|/)([\w.-]+)", re.IGNORECASE)
"""The query of the hub's viewer of datasets."""
_TAIL = ".,;:)"


def names_thing(
    address: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> bool:
    """Record what an address without its scheme names; return whether it named anything."""
    if not any(host in address for host in _HOSTS):
        return False
    for pattern, hub in _PAGES:
        match = pattern.match(address)
        if match is None:
            continue
        name = match.group(1).rstrip(_TAIL)
        if hub.endswith("-data"):
            collector.dataset(hub.removesuffix("-data"), name, where)
            return True
        if hub == "modelscope":
            collector.modelscope_model(name.removesuffix(".git"), where)
            return True
        component = ids.api_model(hub, name)
        collector.component(component, "model", name, where)
        channel = vocabulary.runtime_channel(hub)
        if channel:
            collector.link(component, collector.service(channel, where), "delivered-by", where)
        return True
    return False


def viewed_dataset(host: str, query: str) -> str | None:
    """Return the dataset whose rows an address of the hub's viewer asks for."""
    match = _ROWS.search(query) if host == "datasets-server.huggingface.co" else None
    return f"{match.group(1)}/{match.group(2)}" if match else None
