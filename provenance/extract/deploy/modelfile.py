"""Ollama Modelfiles: the model that one is made from, and its adapters."""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.settings import read_model
from provenance.model import Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "modelfile"
MAX_BYTES = 1024 * 1024

_LINE = re.compile(r"[ \t]*(#[ \t]*)?(FROM|ADAPTER)[ \t]+(\S+)[ \t]*\r?$", re.IGNORECASE)
_TEXT = re.compile(r'"""')
_PATH = re.compile(r"[./~].*|.*\.(?:gguf|bin|safetensors)|[A-Za-z]:\\.*", re.IGNORECASE)


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
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        match = None if inside else _LINE.match(line[:2000])
        if match:
            _model(match, number, collector, vocabulary)
        if len(_TEXT.findall(line)) % 2:
            inside = not inside  # a template or system prompt of many lines
    return collector.done()


def _model(match: re.Match[str], number: int, collector: Collector, vocabulary: Vocabulary) -> None:
    name = match.group(3).strip("\"'")
    where = collector.occurrence(number, name, usage="commented" if match.group(1) else None)
    if not _PATH.fullmatch(name) or name.startswith(("hf.co/", "huggingface.co/")):
        read_model(name, where, collector, vocabulary, provider="ollama")
    elif not match.group(1):
        component = ids.local_model(name.removeprefix("./").strip("/"))
        collector.component(component, "model", name, where)
        collector.gap(component, "local-model-not-in-tree", where)
