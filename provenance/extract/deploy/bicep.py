"""Azure's Bicep: parameters with their defaults, allowed values, images and model names."""

from __future__ import annotations

import re

from provenance.extract import api_names, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.places import Places
from provenance.model import ComponentId, Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "bicep"
MAX_BYTES = 1024 * 1024
_ACCOUNT = "Microsoft.CognitiveServices/accounts"

_PASSIVE = lazy(rb"'(?:\\.|[^'\\\n])*'|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_DESCRIPTION = lazy(rb"@(?:sys\.)?description\('(?:\\.|[^'\\\n])*'\)")
_IMAGE = lazy(
    rb"\b\w{0,60}[iI]mage\w{0,60}[ \t]*(?:string[ \t]*=|:)[^'\n]{0,120}'([^'\n$]{3,200})'"
)
_RESOURCE = lazy(
    rb"^[ \t]*resource[ \t]+\w+[ \t]+'([\w.]{3,80}(?:/\w{1,60})+)@[^'\n]{4,40}'([^\n]*)",
    re.MULTILINE,
)
_KIND = lazy(rb"\bkind[ \t]*(?:string[ \t]*=|:)[ \t]*'(\w{3,40})'")
_ENDPOINT = lazy(rb"\bendpoints(?:\[[ \t]*'|\.)(\w[\w ]{2,60})")
_NEXT = lazy(rb"^(?:resource|module|output|param|var)\b", re.MULTILINE)
_AZURE_MODELS = lazy(rb"(?i)openai|CognitiveServices")


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
    _resources(data, places, collector, vocabulary)
    # Models deployed to Azure are asked of Azure, whoever made them.
    azure = "service:azure-openai" if _AZURE_MODELS.search(data) else None
    api_names.read_names(data, places, collector, vocabulary, service=azure)
    return collector.done()


def _resources(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the services that a file sets up: by type, by kind of an account, by endpoint."""
    for match in _RESOURCE.finditer(data):
        kind_of = match.group(1).decode("ascii", "replace")
        if b" existing " in match.group(2):
            continue
        end = _NEXT.search(data, match.end())
        kind = _KIND.search(data, match.end(), end.start() if end else len(data))
        named = f"{kind_of}#{kind.group(1).decode()}" if kind else ""
        service = vocabulary.service_of_resource("arm", named) if named else None
        service = service or vocabulary.service_of_resource("arm", kind_of)
        _service(service, match, places, collector)
    for pattern in (_KIND, _ENDPOINT):
        for match in pattern.finditer(data):
            account = match.group(1).decode("ascii", "replace").replace(" ", "")
            named = f"{_ACCOUNT}#{account}"
            _service(vocabulary.service_of_resource("arm", named), match, places, collector)


def _service(
    service: ComponentId | None, match: re.Match[bytes], places: Places, collector: Collector
) -> None:
    if service:
        written = match.group(1).decode("ascii", "replace")
        where = collector.occurrence(
            places.line(match.start(1)), written, usage=places.state(match.start(1))
        )
        collector.service(service, where)
