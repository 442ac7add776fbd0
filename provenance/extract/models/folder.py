"""Model folders: the JSON files beside the weights, as far as they name an origin.

Architecture, tokenizer class and tensor names are no lineage, and none is read
from them. ``base_model_name_or_path`` of an adapter is a declared base, and so is the
encoder that a multimodal configuration names to be loaded. The ``_name_or_path`` that a
saved configuration keeps, for the whole or for a part, is a trace of where the weights
were loaded from, of medium confidence; a tokenizer's trace is only a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.models import base_names, notice
from provenance.extract.models import store as local_store
from provenance.model import Confidence, Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "model-folder"

_FILES = frozenset({
    "config.json", "adapter_config.json", "generation_config.json", "tokenizer_config.json",
    "modules.json", "config_sentence_transformers.json", "preprocessor_config.json",
    "model_index.json",
})  # fmt: skip
_MODEL_MARKS = ("model_type", "architectures", "quantization_config", "_name_or_path")
_WHOLE = ("text_config", "llm_config", "language_config", "decoder", "generator")
"""Parts of a configuration that hold the language model of a larger one."""
_ENCODERS = (
    "vision_config", "audio_config", "speech_config", "vision_encoder", "audio_encoder",
    "speech_encoder", "encoder", "question_encoder",
)  # fmt: skip
"""Parts that hold an encoder."""
_TOWERS = (
    "mm_vision_tower", "vision_tower", "mm_audio_tower", "audio_tower", "speech_encoder",
    "vision_encoder", "audio_encoder",
)  # fmt: skip
"""Settings that name the encoder to load."""
_TRACES = ("name_or_path", "_name_or_path", "tokenizer_file", "special_tokens_map_file")
"""What a saved tokenizer keeps of where it came from."""


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
        _tokenizer(document, data, text, collector, vocabulary)
        return collector.done()
    where = collector.occurrence(1, name)
    child = local_store.record_folder(folder, where, collector, vocabulary, document.sibling)
    if name == "adapter_config.json":
        base = data.get("base_model_name_or_path")
        if isinstance(base, str) and base:
            at = collector.occurrence(textfile.line_of(text, base), base)
            parent = base_names.record(
                base, at, collector, vocabulary, revision=data.get("revision")
            )
            if parent:
                collector.derived(child, parent, at, "adapter")
        else:
            collector.gap(child, "adapter-without-base")
    for written, how, basis in _named(name, data):
        parent = base_names.meant(written, vocabulary)
        if parent:
            line = textfile.line_of(text, written)
            sure: Confidence = "high" if basis == "declared" else "medium"
            at = collector.occurrence(line, written, confidence=sure)
            collector.derived(child, base_names.seen(parent, at, collector), at, how, basis)
    if name in ("config.json", "adapter_config.json"):
        notice.read(folder, child, collector, vocabulary, document.sibling)
    return collector.done()


def _named(name: str, data: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what a configuration names beside the adapter's base: name, how, basis."""
    if name not in ("config.json", "model_index.json"):
        return
    found = [(data.get("_name_or_path"), "unknown", "trace")]
    for keys, how in ((_WHOLE, "unknown"), (_ENCODERS, "encoder")):
        parts = (data.get(key) for key in keys)
        found += [
            (part.get("_name_or_path"), how, "trace") for part in parts if isinstance(part, dict)
        ]
    found += [(data.get(key), "encoder", "declared") for key in _TOWERS]
    for written, how, basis in found:
        if isinstance(written, str) and written:
            yield written, how, basis


def _is_model_file(name: str, data: dict[str, Any]) -> bool:
    if name == "config.json":
        return any(mark in data for mark in _MODEL_MARKS)
    if name == "adapter_config.json":
        return "peft_type" in data or "base_model_name_or_path" in data
    if name == "model_index.json":
        return "_class_name" in data
    return name in ("tokenizer_config.json", "generation_config.json") and bool(data)


def _tokenizer(
    document: Document, data: dict[str, Any], text: str, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    folder = document.path.rpartition("/")[0]
    model = local_store.model_of(folder, vocabulary, document.sibling)
    for key in _TRACES:
        trace = data.get(key)
        if not isinstance(trace, str):
            continue
        named = base_names.meant(trace, vocabulary)
        if named is None or ids.same_repository(named, model):
            continue
        where = collector.occurrence(textfile.line_of(text, trace), trace)
        collector.gap(model, "tokenizer-trace", where, trace=ids.short(ids.without_version(named)))
        collector.state(model, "tokenizer", named, where)
