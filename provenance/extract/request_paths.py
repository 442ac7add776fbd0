"""The model that the address of a request asks for: ``…/models/gemini-2.0:generateContent``."""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec.structs import replace

from provenance.extract.collect import GEMINI, HUB_INFERENCE, Collector, shown
from provenance.model import ComponentId, Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_NAME = r"[A-Za-z0-9][\w.-]{1,100}"
_PATHS: dict[ComponentId, re.Pattern[str]] = {
    GEMINI: lazy(rf"/models/({_NAME}):[a-z]"),
    "service:google-vertex-ai": lazy(rf"/publishers/\w+/models/({_NAME}(?:@\w+)?):[a-z]"),
    "service:aws-bedrock": lazy(r"/model/([\w.%:-]{3,100})/(?:invoke|converse)"),
    "service:cloudflare-workers-ai": lazy(rf"/ai/run/(@\w+/{_NAME}/{_NAME})"),
    "service:replicate": lazy(rf"/v1/models/({_NAME}/{_NAME})/predictions"),
    "service:deepinfra": lazy(rf"/v1/inference/({_NAME}/{_NAME})"),
    HUB_INFERENCE: lazy(rf"/models/({_NAME}/{_NAME})"),
}  # fmt: skip
"""Where the services that are asked for a model by the path alone have its name."""
_QUERY = lazy(rf"[?&]model(?:_id)?=({_NAME})")
_PLACEHOLDER = lazy(r"(?:your|my|model|name|example|id)(?:[-_.]|$)", re.IGNORECASE)


def read_request(
    service: ComponentId, url: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> None:  # fmt: skip
    """Record the model that a request to a service is for, when its address says so.

    Args:
        url: the address as it is written, with what follows it on its line.
    """
    url = re.split(r"[\s\"'`<>)\]]", url, maxsplit=1)[0]
    path = _PATHS.get(service)
    match = path.search(url) if path is not None else None
    if match is None and vocabulary.serves_models(service) and vocabulary.offers(service):
        match = _QUERY.search(url)
    if match is None or _PLACEHOLDER.match(match.group(1)):
        return
    collector.api_model(service, unquote(match.group(1)), replace(where, as_written=shown(url)))
