"""Prompty files: a prompt for people, and YAML front matter that says which model it is for."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.yaml_config import read_yaml
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "prompty"

_FRONT = lazy(r"\A\s*---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def accepts(path: str) -> bool:
    """Accept ``*.prompty``."""
    return path.lower().endswith(".prompty")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the front matter names; the prompt is text and names nothing."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    front = _FRONT.match(text) if text is not None else None
    if text is not None and front is not None:
        first = text.count("\n", 0, front.start(1)) + 1
        read_yaml(front.group(1), first, collector, vocabulary)
    return collector.done()
