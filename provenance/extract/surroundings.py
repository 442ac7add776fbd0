"""What stands around a literal: the brackets it lies in, their keys, its neighbours.

Told from the bytes, so that it serves every language whose tables and calls have brackets.
A bracket inside a string may mislead by a level; what is read here is never more than a
hint of medium confidence.
"""

from __future__ import annotations

import string
from collections.abc import Iterator

from provenance.addresses import host_of, is_local_host
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

LOCAL = "local"
"""What :func:`service_beside` returns for a server of one's own."""

_REACH = 1200
"""Bytes looked at to either side."""
_BRACKET = lazy(rb"[\[\](){}]")
_OPENING = b"[({"
_WORD = string.ascii_letters.encode() + string.digits.encode() + b"_.-"
_NO_START = string.digits.encode() + b".-"
_MAX_KEY = 61
_URL_BESIDE = lazy(
    rb"\b(?:\w{0,20}_)?(?:api_base|base_url|api_url|baseURL|apiBase|endpoint|server_url|host|url)"
    rb"[\"']?\s{0,4}[:=]\s{0,4}f?[\"']((?:https?|wss?)://[^\"'\s]{3,200})[\"']"
)
_PROVIDER_BESIDE = lazy(
    rb"\b(?:\w{1,20}_)?(?:provider|vendor)[\"']?\s{0,4}[:=]\s{0,4}[\"']([\w.-]{2,40})[\"']"
)


def begin_of(data: bytes, offset: int, signs: bytes, most: int) -> int:
    """Return where the run of certain signs right before an offset begins, at most so many."""
    before = data[max(0, offset - most) : offset]
    return offset - len(before) + len(before.rstrip(signs))


def opened_before(data: bytes, offset: int) -> Iterator[int]:
    """Yield where the brackets around an offset open, the innermost first."""
    begin = max(0, offset - _REACH)
    depth = 0
    for match in reversed(list(_BRACKET.finditer(data, begin, offset))):
        if match.group() in _OPENING:
            if depth == 0:
                yield match.start()
            else:
                depth -= 1
        else:
            depth += 1


def key_of(data: bytes, opening: int) -> str:
    """Return the key, variable or callable right before an opening bracket, or ``""``."""
    before = data[max(0, opening - 80) : opening].rstrip()
    if before[-1:] in (b":", b"="):
        before = before[:-1].rstrip()
    if before[-1:] in (b'"', b"'"):
        before = before[:-1]
    key = before[len(before.rstrip(_WORD)) :][-_MAX_KEY:].lstrip(_NO_START)
    return key.decode("ascii")


def keys_around(data: bytes, offset: int) -> Iterator[str]:
    """Yield the keys of the brackets around an offset, the innermost first."""
    for opening in opened_before(data, offset):
        key = key_of(data, opening)
        if key:
            yield key


def service_beside(data: bytes, offset: int, vocabulary: Vocabulary) -> str | None:
    """Return the slug of the service or runtime that stands in the same brackets.

    An address says it, or a provider. :data:`LOCAL` for an address of this machine; None
    where nothing is said.
    """
    opening = next(opened_before(data, offset), None)
    if opening is None:
        return None
    inside = data[opening : closing_of(data, opening, offset)]
    found = _URL_BESIDE.search(inside)
    if found:
        host = host_of(found.group(1).decode("ascii", "replace"))
        if host is None or is_local_host(host):
            return LOCAL
        service = vocabulary.service_of_host(host)
        if service is None or vocabulary.is_storehouse(service):
            return None
        return service.partition(":")[2]
    named = _PROVIDER_BESIDE.search(inside)
    if named is None:
        return None
    provider = named.group(1).decode("ascii", "replace").lower()
    if vocabulary.runtime_channel(provider):
        return provider
    return (vocabulary.provider_prefix(provider) or "").partition(":")[2] or None


def closing_of(data: bytes, opening: int, offset: int) -> int:
    """Return where the bracket that opens at ``opening`` closes, or the end of the reach."""
    depth = 0
    end = min(len(data), offset + _REACH)
    for match in _BRACKET.finditer(data, opening, end):
        depth += 1 if match.group() in _OPENING else -1
        if depth == 0:
            return match.end()
    return end
