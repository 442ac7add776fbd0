"""Files by offset: on disk, and over HTTP by range requests with a budget.

A server that ignores ``Range`` is refused before its body is read. Redirects are followed by
hand, so that a token goes to the endpoint it was made for and nowhere else. An answer that
breaks off is taken up where it broke.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from provenance.artifacts.source import ArtifactError
from provenance.patterns import lazy

BUDGET = 64 * 1000 * 1000
"""Bytes one run reads over the network unless told otherwise."""
TIMEOUT = 20.0
RETRIES, MAX_REDIRECTS = 3, 5
AHEAD = 128 * 1024
"""Bytes fetched at the beginning of a file; most headers are within."""
_RANGE = lazy(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
_PIECE = 1 << 18
_PORTS = {"http": 80, "https": 443}


class Refused(ArtifactError):
    """A server that does not give what was asked for; ``reason`` is the gap's."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class LocalFile:
    """A regular file; opened for each read, so that many shards need no many handles."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = os.stat(path).st_size

    def read(self, offset: int, length: int, /) -> bytes:
        """Return up to ``length`` bytes from ``offset``."""
        try:
            with self._path.open("rb", buffering=0) as stream:
                stream.seek(offset)
                pieces = []
                while length > 0 and (piece := stream.read(min(length, _PIECE))):
                    pieces.append(piece)
                    length -= len(piece)
                return b"".join(pieces)
        except OSError as error:
            raise ArtifactError(f"{error.strerror}") from error


class Traffic(Struct):
    """What one run may and did fetch."""

    budget: int = BUDGET
    received: int = 0
    requests: int = 0
    hosts: set[str] = field(default_factory=set)

    def admit(self, length: int) -> None:
        """Refuse a request that would go over the budget."""
        if self.received + length > self.budget:
            raise Refused(
                "budget", f"{length} more bytes would go over the budget of {self.budget}"
            )


class Client:
    """A session whose token goes to one origin only."""

    def __init__(self, traffic: Traffic, *, endpoint: str = "", token: str | None = None) -> None:
        import requests

        self.traffic = traffic
        self._endpoint = origin(endpoint) if endpoint else None
        self._token = token
        self._session = requests.Session()
        # Without this, requests would add what a .netrc holds for a host.
        self._session.auth = _nobody

    def get(self, url: str, first: int, last: int) -> tuple[bytes, int, str]:
        """Return the bytes of a range, the whole file's size, and where it was found.

        Raises:
            Refused: gated, absent, not by ranges, above the budget, or no answer.
        """
        self.traffic.admit(last - first + 1)
        got, size, tries = bytearray(), -1, 0
        while True:
            try:
                response, found = self._follow(url, first + len(got), last)
                with response:
                    start, size = _checked(response, first + len(got), last)
                    last = min(last, size - 1)
                    self._body(response, got, last - start + 1)
            except Refused:
                raise
            except Exception as error:
                if not _passing(error):
                    raise
                detail = f"no usable answer ({type(error).__name__})"
            else:
                if len(got) == last - first + 1:
                    return bytes(got), size, found
                detail = "the answer breaks off"
            tries += 1
            if tries > RETRIES:
                raise Refused("network", detail)
            time.sleep(0.2 * tries)

    def _body(self, response: Any, got: bytearray, length: int) -> None:
        """Append what comes, at most ``length`` bytes; what came stays when it breaks off."""
        left = length
        for piece in response.raw.stream(_PIECE, decode_content=False):
            if len(piece) > left:
                raise Refused("no-ranges", "the server sends more than was asked for")
            got += piece
            left -= len(piece)
            self.traffic.received += len(piece)

    def _follow(self, url: str, first: int, last: int) -> tuple[Any, str]:
        for _ in range(MAX_REDIRECTS):
            here = origin(url)
            headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
            if self._token and here == self._endpoint:
                headers["Authorization"] = f"Bearer {self._token}"
            self.traffic.requests += 1
            self.traffic.hosts.add(_host(here))
            response = self._session.get(
                url, headers=headers, stream=True, allow_redirects=False, timeout=TIMEOUT
            )
            if response.status_code not in (301, 302, 303, 307, 308):
                return response, url
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            if origin(target)[0] not in (("https",) if here[0] == "https" else ("http", "https")):
                raise Refused("network", "redirected to an unsafe protocol")
            url = target
        raise Refused("network", f"more than {MAX_REDIRECTS} redirects")


def _nobody(request: Any) -> Any:
    return request


def _passing(error: Exception) -> bool:
    """Tell whether an error is one of the network, and may pass."""
    return {"RequestException", "HTTPError"} & {c.__name__ for c in type(error).__mro__} != set()


def _checked(response: Any, first: int, last: int) -> tuple[int, int]:
    """Return where an answer begins and the file's size.

    Raises:
        Refused: it is not the range that was asked for.
    """
    status = response.status_code
    if status in (401, 403):
        raise Refused("gated", f"HTTP {status}: gated or private; its owner's consent is needed")
    if status in (404, 410):
        raise Refused("not-found", f"HTTP {status}")
    if status == 200:
        raise Refused("no-ranges", "the server ignores ranges and would send the whole file")
    if status != 206:
        raise Refused("network", f"HTTP {status}")
    match = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if match is None:
        raise Refused("no-ranges", "an answer that does not say which range it is")
    start, end, size = map(int, match.groups())
    if start != first or not start <= end <= last or end >= size:
        raise Refused("no-ranges", "an answer with another range than was asked for")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused("no-ranges", "a compressed answer although that was declined")
    return start, size


class HttpFile:
    """A file behind a URL; small reads at its beginning come from one larger one."""

    def __init__(self, client: Client, url: str, ahead: int = AHEAD) -> None:
        self._client = client
        self._url, self._named = url, url
        self._ahead = ahead
        self._buffer_at, self._buffer = 0, b""
        self._buffer, self.size = self._fetch(0, ahead)

    def read(self, offset: int, length: int, /) -> bytes:
        """Return up to ``length`` bytes from ``offset``."""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        start = offset - self._buffer_at
        if start >= 0 and start + length <= len(self._buffer):
            return self._buffer[start : start + length]
        return self._fetch(offset, length)[0]

    def _fetch(self, offset: int, length: int) -> tuple[bytes, int]:
        try:
            data, size, found = self._client.get(self._url, offset, offset + length - 1)
        except Refused as error:
            if self._url == self._named or error.reason != "gated":
                raise
            self._url = self._named  # a signed address has expired: ask for a new one
            data, size, found = self._client.get(self._url, offset, offset + length - 1)
        self._url = found  # further ranges need no redirect
        return data, size


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port.

    Raises:
        Refused: no http(s) URL, or one that carries a user.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError as error:
        raise Refused("network", "no proper address") from error
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise Refused("network", "no plain http(s) address")
    return parts.scheme, parts.hostname.lower(), port


def _host(here: tuple[str, str, int | None]) -> str:
    scheme, host, port = here
    return host if port == _PORTS[scheme] else f"{host}:{port}"
