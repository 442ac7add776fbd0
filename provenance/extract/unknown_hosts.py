"""Services that no table knows: hosts that are asked as services of models are.

A list of base addresses, as gateways keep one for every provider they hand requests on to
(``var ChannelBaseURLs = []string{"https://api.openai.com", "https://api.other.example", …}``),
and a base address beside the paths of such an API (``/chat/completions``). Dropping these
hosts would hide who gets the requests.
"""

from __future__ import annotations

import re
from itertools import chain

from provenance.addresses import is_local_host
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.told_apart import tables_of
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_MARKS = (b"ase", b"BASE", b"ndpoint", b"ENDPOINT", b"Host", b"host", b"HOST")
_OF_BASES = lazy(
    r"(?:^|[a-z_])(?:base_?ur[il]|api_?base|endpoint|host|api_?ur[il])s?(?:$|_|[A-Z]|list|map)",
    re.IGNORECASE,
)
_ADDRESS = lazy(rb"[\"'`](https?://([\w.-]{4,200}))(?::\d{1,5})?(?:/[\w./-]{0,100})?[\"'`]")
_BASE = lazy(
    rb"(?:[bB]ase_?U(?:RL|rl|RI|ri)|base_?ur[il]|BASE_UR[IL]|api_?base|API_BASE|apiBase)\w{0,20}\b"
    rb"[^\n\"'`]{0,60}(?:\n[^\n\"'`]{0,60})?[\"'`]https?://([\w.-]{4,200})"
)
"""A base address that is bound, given back or handed over."""
_REQUEST = lazy(
    rb"[\"'`]https?://([\w.-]{4,200})(?::\d{1,5})?(?:/[\w.-]{1,40}){0,4}"
    rb"/(?:chat/completions|v1/(?:messages|completions))[\"'`?]"
)
"""The whole address of such a request."""
_PATHS = (
    b"/chat/completions", b"/v1/messages", b"/v1/completions", b"/embeddings",
    b"/images/generations", b"/audio/speech", b"/audio/transcriptions",
)  # fmt: skip
"""What services of models are asked for."""
_LEAST = 3
"""Addresses of known services of models, before a list counts as one of these."""
_MAX_LISTS = 50


def read_bases(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the services behind unknown hosts that a source asks for models."""
    if b"://" not in data:
        return
    if any(path in data for path in _PATHS):
        for match in chain(_BASE.finditer(data), _REQUEST.finditer(data)):
            host = match.group(1).decode().lower()
            if places.state(match.start(1)) is None and _may_be_service(host, vocabulary):
                where = collector.occurrence(places.line(match.start(1)), host, confidence="low")
                collector.service(f"service:{host}", where)
    if not any(mark in data for mark in _MARKS):
        return
    for number, (name, opening, end) in enumerate(tables_of(data).named(_OF_BASES)):
        if number >= _MAX_LISTS:
            return
        known, unsaid = 0, list[tuple[str, int]]()
        for match in _ADDRESS.finditer(data, opening, end):
            host = match.group(2).decode().lower()
            if is_local_host(host) or places.state(match.start()) is not None:
                continue
            service = vocabulary.service_of_host(host)
            if service and vocabulary.model_service(service.partition(":")[2]):
                known += 1
            if service is None or vocabulary.service_of_url(match.group(1).decode()) is None:
                unsaid.append((service or f"service:{host}", match.start(1)))
        if known < max(_LEAST, len(unsaid)):
            continue
        for asked, offset in unsaid:
            written = f"{name}: {asked.partition(':')[2]}"
            where = collector.occurrence(places.line(offset), written, confidence="low")
            collector.service(asked, where)


def _may_be_service(host: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a host is unknown, and one that a program can reach."""
    name, _, end = host.rpartition(".")
    if not name or not end.isalpha() or is_local_host(host) or "example" in host.split("."):
        return False
    domain = f"{name.rpartition('.')[2]}.{end}"
    # Another host of a known company's answers other questions.
    known = (vocabulary.service_of_host(one) for one in (host, domain, f"api.{domain}"))
    return not any(known)
