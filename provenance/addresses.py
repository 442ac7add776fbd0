"""Addresses: which host a URL names, whether it is this machine, whether it is only to be read."""

from __future__ import annotations

import re

from provenance.patterns import lazy

_LOCAL_HOST = lazy(
    r"localhost|[\w-]+\.local|host\.docker\.internal|0\.0\.0\.0|127(?:\.\d+){3}|10(?:\.\d+){3}|"
    r"192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[?::1\]?|[a-z0-9_-]+",
    re.IGNORECASE,
)
_READING = lazy(
    r"://(?:docs?|www|blog|help|support|learn|console|dashboard|developers?|community|status)\.|"
    r"/(?:docs?|blog|learn|library|pricing|terms|legal|login|account|settings|issues|help|community|"
    r"signup|keys|api-keys|apikeys?|tutorials?|guides?|papers?|abs)(?:[/?#]|$)",
    re.IGNORECASE,
)
_FETCH = lazy(r"/(?:raw|resolve|archive|releases/download|tarball|zipball|media)/|\.git$")
_HOST = lazy(r"^[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(\[[0-9a-f:]+\]|[^/:\s?#]+)", re.IGNORECASE)
_FOLDER = lazy(
    r"^(?:http|ws)s?://(?:[^/@\s]*@)?([\w.-]+)(?::\d+)?/([\w.-]+)([^\n]*)", re.IGNORECASE
)
"""A host, the first folder below it and what follows."""


def host_of(url: str) -> str | None:
    """Return the host of a URL, or None."""
    match = _HOST.match(url)
    return match.group(1).lower() if match else None


def begins_address(text: str) -> bool:
    """Tell whether the beginning of a URL names its host in full: ``http://localhost:``."""
    match = _HOST.match(text)
    return match is not None and match.end() < len(text)


def is_local_host(host: str) -> bool:
    """Tell whether a host is this machine, a private address or a bare service name."""
    return bool(_LOCAL_HOST.fullmatch(host))


def folder_of(url: str) -> tuple[str, str, str] | None:
    """Return the host of a web address, the first folder below it and the rest, or None."""
    match = _FOLDER.match(url)
    return (match.group(1).lower(), match.group(2), match.group(3)) if match else None


def is_page(url: str) -> bool:
    """Tell whether an address looks like help, a console or an article: something to read."""
    return bool(_READING.search(url))


def is_fetched(url: str) -> bool:
    """Tell whether an address on a code host or hub fetches something."""
    return bool(_FETCH.search(url))
