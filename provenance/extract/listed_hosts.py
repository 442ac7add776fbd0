"""Lists of base addresses, as gateways keep one for every provider they hand requests on to.

``var ChannelBaseURLs = []string{"https://api.openai.com", "https://api.reseller.example", …}``:
where several addresses of a list are of services that run models, the others are of services
too, whom no table knows yet. Dropping those would hide who gets the requests.
"""

from __future__ import annotations

import re

from provenance.addresses import is_local_host
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.told_apart import tables_of
from provenance.vocabulary import Vocabulary

_MARKS = (b"ase", b"BASE", b"ndpoint", b"ENDPOINT", b"Host", b"host", b"HOST")
_OF_BASES = re.compile(
    r"(?:^|[a-z_])(?:base_?ur[il]|api_?base|endpoint|host|api_?ur[il])s?(?:$|_|[A-Z]|list|map)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rb"[\"'`](https?://([\w.-]{4,200}))(?::\d{1,5})?(?:/[\w./-]{0,100})?[\"'`]")
_LEAST = 3
"""Addresses of known services of models, before a list counts as one of these."""
_MAX_LISTS = 50


def read_bases(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the services behind the unknown hosts of such lists."""
    if b"://" not in data or not any(mark in data for mark in _MARKS):
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
