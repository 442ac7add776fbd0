"""Model folders: the JSON files beside the weights, as far as they name an origin.

Architecture, tokenizer class and tensor names are no lineage, and none is read
from them. ``base_model_name_or_path`` of an adapter is a declared base; the
``_name_or_path`` that a saved configuration keeps is a trace of where the weights
were loaded from, of medium confidence; a tokenizer's trace is only a question.
"""

from __future__ import annotations

from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.models import store as local_store
from provenance.extract.models.card import base_component
from provenance.model import Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "model-folder"

_FILES = frozenset({
    "config.json", "adapter_config.json", "generation_config.json", "tokenizer_config.json",
    "modules.json", "config_sentence_transformers.json", "preprocessor_config.json",
    "model_index.json",
})  # fmt: skip
_MODEL_MARKS = ("model_type", "architectures", "quantization_config", "_name_or_path")


def accepts(path: str) -> bool:
    """Accept the configuration files that libraries save beside weights."""
    return path.rpartition("/")[2] in _FILES


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the local model of the folder and the bases its files name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    folder, _, name = document.path.rpartition("/")
    if name == "config.json" and not any(mark.encode() in document.data for mark in _MODEL_MARKS):
        from provenance.extract.config import json_config

        return json_config.extract(document, vocabulary)  # an application's own settings
    data, text = textfile.load_json(document.data, collector)
    if not isinstance(data, dict) or not _is_model_file(name, data):
        return collector.done()
    if name == "tokenizer_config.json":
        _tokenizer(folder, data, text, collector)
        return collector.done()
    where = collector.occurrence(1, name)
    child = local_store.record_folder(folder, where, collector, vocabulary, document.sibling)
    if name == "adapter_config.json":
        base = data.get("base_model_name_or_path")
        if isinstance(base, str) and base:
            parent = base_component(base, collector, text, vocabulary)
            if parent:
                at = collector.occurrence(textfile.line_of(text, base), base)
                collector.link(child, parent, "derived-from", at, how="adapter", basis="declared")
        else:
            collector.gap(child, "adapter-without-base")
    elif name == "config.json":
        trace = data.get("_name_or_path")
        if isinstance(trace, str) and (ids.is_hub_repository(trace) or vocabulary.alias(trace)):
            line = textfile.line_of(text, trace)
            parent = base_component(trace, collector, text, vocabulary, "medium")
            if parent:
                at = collector.occurrence(line, trace, confidence="medium")
                collector.link(child, parent, "derived-from", at, how="unknown", basis="declared")
    return collector.done()


def _is_model_file(name: str, data: dict[str, Any]) -> bool:
    if name == "config.json":
        return any(mark in data for mark in _MODEL_MARKS)
    if name == "adapter_config.json":
        return "peft_type" in data or "base_model_name_or_path" in data
    return name in ("tokenizer_config.json", "generation_config.json") and bool(data)


def _tokenizer(folder: str, data: dict[str, Any], text: str, collector: Collector) -> None:
    for key in ("name_or_path", "_name_or_path"):
        trace = data.get(key)
        if isinstance(trace, str) and ids.is_hub_repository(trace):
            line = textfile.line_of(text, trace)
            collector.gap(ids.local_model(folder), "tokenizer-trace", line, trace=trace)
