"""Azure's Bicep: parameters with their defaults, allowed values, images and model names."""

from __future__ import annotations

import re

from provenance.extract import api_names, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.places import Places
from provenance.model import Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "bicep"
MAX_BYTES = 1024 * 1024

_PASSIVE = re.compile(rb"'(?:\\.|[^'\\\n])*'|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_DESCRIPTION = re.compile(rb"@(?:sys\.)?description\('(?:\\.|[^'\\\n])*'\)")
_IMAGE = re.compile(
    rb"\b\w{0,60}[iI]mage\w{0,60}[ \t]*(?:string[ \t]*=|:)[^'\n]{0,120}'([^'\n$]{3,200})'"
)
_AZURE_MODELS = re.compile(rb"(?i)openai|CognitiveServices")


def accepts(path: str) -> bool:
    """Accept ``*.bicep`` and ``*.bicepparam``."""
    return path.endswith((".bicep", ".bicepparam"))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one file deploys and lets be chosen."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if len(document.data) > MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes")
        return collector.done()
    data = textfile.decode(document.data)[0].encode("utf-8", "replace")
    # What a description tells is prose; blanked, so that offsets stay.
    data = _DESCRIPTION.sub(lambda match: b" " * len(match.group()), data)
    places = Places(data, _PASSIVE)
    signs.addresses(data, places, collector, vocabulary)
    for match in _IMAGE.finditer(data):
        image = match.group(1).decode("utf-8", "replace")
        if ("/" in image or ":" in image) and is_image(image):
            read_image(image, places.line(match.start(1)), collector, vocabulary)
    # Models deployed to Azure are asked of Azure, whoever made them.
    azure = "service:azure-openai" if _AZURE_MODELS.search(data) else None
    api_names.read_names(data, places, collector, vocabulary, service=azure)
    return collector.done()
