"""Addresses that are put together at run time, as far as what is written says whose they are.

A host with a region or an account in it (``f"https://{account}.snowflakecomputing.com"``),
a path that one service alone has behind an address that is not written at all.
"""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_PATHS = ((b"openai/deployments/", "service:azure-openai"),)
"""Paths that one service alone has, of addresses whose host is known at run time only."""
_BEFORE_PATH = lazy(rb"(?:\$?\{[^\"'`\n]{0,80}\}|%[svd])?/?")
"""What stands before such a path in its text: a part that is put in, or nothing."""
_QUOTES = (b'"', b"'", b"`")
_PUT_IN = (
    rb"(?:[$#]?\{[^{}\"'`\n/]{0,80}\}|%[svd]|<[\w -]{1,40}>|\$[A-Za-z_]\w{0,40}"
    rb"|(?P<quote>[\"'])[ ]?\+[ ]?[A-Za-z_][\w.()\[\]>-]{0,60}[ ]?\+[ ]?(?P=quote))"
)
"""A part that is put in: of a template, a format, a shell variable, a sum of texts."""
_BEGINS_PART = frozenset(b"{$#%<\"'")
_HOST = lazy(
    rb"((?:[A-Za-z0-9-]{1,63}\.){0,6}[A-Za-z0-9-]{0,63})" + _PUT_IN
    + rb"([A-Za-z0-9-]{0,63}(?:\.[A-Za-z0-9-]{1,63}){2,8})(?![\w.{$%-])((?:/[\w.-]{1,80}){0,6})"
)  # fmt: skip
_ANY = "x"
"""What stands for a part: a label that only the ``*`` of a row fits."""


def host(
    data: bytes, at: int, places: Places, collector: Collector, vocabulary: Vocabulary
) -> bool:
    """Record the service whose host has one part that is put in; returns whether it is known.

    Args:
        at: where the scheme of the address ends, behind ``://``.
    """
    end = at
    while data[end : end + 1].isalnum() or data[end : end + 1] in (b".", b"-"):
        end += 1
    if end >= len(data) or data[end] not in _BEGINS_PART:
        return False
    match = _HOST.match(data, at)
    if match is None:
        return False
    before, after, path = match.group(1), match.group(3), match.group(4)
    name = f"{before.decode()}{_ANY}{after.decode()}".lower()
    service = vocabulary.service_of_host(name)
    if service is None or vocabulary.is_mere_link(service, name, f"https://{name}{path.decode()}"):
        return False
    state = places.state(at)
    to_fill_in = data[end : end + 1] == b"<"  # ``https://<resource>.openai.azure.com``
    where = collector.occurrence(
        places.line(at), match.group().decode("utf-8", "replace"),
        usage="optional" if state is None and to_fill_in else state,
        confidence="medium" if state is None else "low",
    )  # fmt: skip
    collector.service(service, where)
    return True


def paths(data: bytes, places: Places, collector: Collector) -> bool:
    """Record the services that paths of composed addresses are of: ``f"{base}/openai/…/"``."""
    found = False
    for path, service in _PATHS:
        at = data.find(path)
        while at >= 0:
            begin = data.rfind(b"\n", 0, at) + 1
            quote = max(data.rfind(mark, begin, at) for mark in _QUOTES)
            before = data[quote + 1 : at]
            if quote >= 0 and _BEFORE_PATH.fullmatch(before) and places.state(at) is None:
                written = (before + path).decode("utf-8", "replace")
                where = collector.occurrence(places.line(at), written, confidence="medium")
                collector.service(service, where)
                found = True
            at = data.find(path, at + 1)
    return found
