"""Ollama Modelfiles: the model that one is made from, and its adapters."""

from __future__ import annotations

import posixpath
import re

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.written import read_model
from provenance.model import ComponentId, Document, Extraction, Occurrence, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "modelfile"
MAX_BYTES = 1024 * 1024

_LINE = lazy(r"[ \t]*(#[ \t]*)?(FROM|ADAPTER)[ \t]+(\S+)[ \t]*\r?$", re.IGNORECASE)
_HUB = lazy(r"(?:hf\.co|huggingface\.co)/([\w.-]+/[\w.-]+)(?::|$)")
_TEXT = lazy(r'"""')
_PATH = lazy(r"[./~].*|.*\.(?:gguf|bin|safetensors)|[A-Za-z]:\\.*", re.IGNORECASE)


def accepts(path: str) -> bool:
    """Accept ``Modelfile``, ``Modelfile.*`` and ``*.modelfile``."""
    name = path.rpartition("/")[2].lower()
    return name == "modelfile" or name.startswith("modelfile.") or name.endswith(".modelfile")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the models that one Modelfile stands on."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    inside, base = False, None
    for number, line in enumerate(text.split("\n"), 1):
        match = None if inside else _LINE.match(line[:2000])
        if match:
            name = match.group(3).strip("\"'")
            usage: Usage | None = "commented" if match.group(1) else None
            where = collector.occurrence(number, name, usage=usage)
            model = _model(name, where, collector, vocabulary)
            if model and match.group(2).upper() == "FROM":
                base = base if match.group(1) else model
            elif model and base and not match.group(1):
                collector.derived(model, base, where, "adapter")
        if len(_TEXT.findall(line)) % 2:
            inside = not inside  # a template or system prompt of many lines
    return collector.done()


def _model(
    name: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId | None:
    """Record the model that a line names; a path is one beside the Modelfile."""
    hub = _HUB.match(name)
    if hub or not _PATH.fullmatch(name):
        known = read_model(name, where, collector, vocabulary, provider="ollama")
        return (ids.hub_model(hub[1]) if hub else ids.api_model("ollama", name)) if known else None
    if where.usage == "commented":
        return None
    folder = "" if name.startswith(("/", "~")) else collector.path.rpartition("/")[0]
    path = posixpath.normpath(f"{folder}/{name}" if folder else name)
    component = ids.local_model(path)
    collector.component(component, "model", name, where)
    collector.gap(component, "local-model-not-in-tree", where)
    return component
