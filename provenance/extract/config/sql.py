"""SQL that fills or changes tables of models: the names that an application offers.

Only files that speak of models and are of the size that people write. A dump is data.
"""

from __future__ import annotations

import re

from provenance.extract import api_names, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.routed import RoutedNames, Routers
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "sql"
MAX_BYTES = 256 * 1024

_SPEAKS = lazy(rb"(?i)\b\w{0,40}(?:model|llm|embedding)\w{0,40}\b")
_WRITES = lazy(rb"(?i)\b(?:insert\s+into|update|default|check|in\s*\(|values)\b")
_IN = lazy(rb"(?i)\bin(?=\s*\()")
_COMMENT = lazy(rb"--[^\n]*|/\*.*?\*/", re.DOTALL)


def accepts(path: str) -> bool:
    """Accept SQL by its ending."""
    return path.lower().endswith(".sql")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the models that one file names."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = document.data
    if len(data) > MAX_BYTES or not (_SPEAKS.search(data) and _WRITES.search(data)):
        return collector.done()
    if b"\x00" in data[:4096]:
        data = textfile.decode(data)[0].encode("utf-8", "replace")
    # A list that a row's name must be in picks rows; here that is what is changed.
    data = _IN.sub(b"= ", data)
    places = Places(data, _COMMENT)
    router = Routers(document, data, places, vocabulary)
    routed = RoutedNames(places, collector, vocabulary, router=router)
    signs.literals(data, places, collector, vocabulary, routed=routed.read)
    api_names.read_names(data, places, collector, vocabulary)
    return collector.done()
