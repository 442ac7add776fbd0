"""Requests to package indexes: cached as HTTP says, counted, bounded in size and time.

requests and CacheControl are imported when the first request is made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct, field

from provenance.edge.addresses import host_of

Reason = Literal[
    "not-found", "unauthorized", "rate-limited", "server-error", "timeout", "offline",
    "invalid-response", "too-large", "too-many",
]  # fmt: skip
MAX_RETRIES = 2  # after 429, 5xx and a connection that breaks
MAX_WAIT = 5.0  # seconds; asked to wait longer, a request gives up at once
MAX_SECONDS = 60.0  # that one answer may take, however slowly it drips
MAX_REDIRECTS = 5
_PIECE = 64 * 1024


class FetchError(Exception):
    """Why there is no answer; the detail is in our words, never the server's."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail


class Answer(Struct, frozen=True, kw_only=True):
    """A body, its type, where it was found in the end, and whether the network was needed."""

    body: bytes
    content_type: str
    url: str
    asked: bool
    whole: int = 0
    """Bytes of the whole file, where a part of it was asked for."""


class Traffic(Struct):
    """What was sent, over all threads."""

    max_requests: int
    requests: int = 0
    hosts: set[str] = field(default_factory=set)
    lock: Any = field(default_factory=threading.Lock)

    def admit(self, url: str) -> None:
        """Count one request, or refuse it."""
        with self.lock:
            if self.requests >= self.max_requests:
                raise FetchError("too-many", f"the limit of {self.max_requests} requests")
            self.requests += 1
            self.hosts.add(host_of(url))


class Fetcher:
    """Fetches pages; to be used by several threads.

    cache: folder of the HTTP cache; None keeps nothing.
    timeout: seconds that one connection or one read may take.
    certificates: a file of certificates; "" for what requests takes by itself.
    """

    def __init__(
        self, *, cache: Path | None, timeout: float, certificates: str = "",
        max_requests: int = 10_000, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._cache = cache
        self._timeout = timeout
        self._certificates = certificates
        self._sleep = sleep
        self._local = threading.local()
        self._sessions: list[Any] = []
        self.traffic = Traffic(max_requests)

    def close(self) -> None:
        """Give connections back."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()

    def get(
        self, url: str, *, limit: int, accept: str = "*/*", auth: tuple[str, str] | None = None,
        part: str = "",
    ) -> Answer:  # fmt: skip
        """Return the body of an address, at most ``limit`` bytes of it.

        Args:
            part: the bytes wanted, as HTTP's Range has it (``-65536``, ``0-99``); a server that
                sends the whole instead is refused.

        Raises:
            FetchError: there is none.
        """
        ends = time.monotonic() + MAX_SECONDS
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        if part:
            headers |= {"Accept-Encoding": "identity", "Range": f"bytes={part}"}
        retry = 0
        while True:
            try:
                return self._once(url, limit, headers, auth, ends)
            except _Busy as busy:
                if retry == MAX_RETRIES or busy.wait > MAX_WAIT or (
                    time.monotonic() + busy.wait > ends
                ):  # fmt: skip
                    raise FetchError(busy.reason, busy.detail) from None
                self._sleep(busy.wait if busy.wait else 0.5 * 2.0**retry)
            retry += 1

    def _once(
        self, url: str, limit: int, headers: dict[str, str], auth: tuple[str, str] | None,
        ends: float,
    ) -> Answer:  # fmt: skip
        session = self._session()
        import requests

        self._local.asked = False
        self._local.secure = url.startswith("https:")
        try:
            with session.get(
                url, stream=True, auth=auth, timeout=(self._timeout, self._timeout),
                headers=headers,
            ) as response:  # fmt: skip
                _check_status(response, 206 if "Range" in headers else 200)
                body = self._body(response, limit, ends)
                return Answer(
                    body=body, content_type=response.headers.get("Content-Type", ""),
                    url=response.url, asked=self._local.asked,
                    whole=_whole(response.headers.get("Content-Range", "")),
                )  # fmt: skip
        except (FetchError, _Busy):
            raise
        except requests.exceptions.ConnectTimeout:
            raise FetchError("offline", "no connection in time") from None
        except requests.exceptions.Timeout:
            raise FetchError("timeout", f"nothing for {self._timeout:g} seconds") from None
        except requests.exceptions.SSLError:
            raise FetchError("offline", "its certificate was not accepted") from None
        except requests.exceptions.ChunkedEncodingError:
            raise FetchError("invalid-response", "the answer broke off") from None
        except requests.exceptions.ConnectionError as error:
            if "timed out" in str(error):  # a read that stalls within the body comes as this
                raise FetchError("timeout", f"nothing for {self._timeout:g} seconds") from None
            # One that breaks is no sign that the index is gone, and an index that is gone ends
            # the questions for every package that is left.
            raise _Busy("offline", "no connection", 0.0) from None
        except Exception as error:  # whatever the server provoked becomes a value
            detail = f"no usable answer ({type(error).__name__})"
            raise FetchError("invalid-response", detail) from None

    def _body(self, response: Any, limit: int, ends: float) -> bytes:
        announced = response.headers.get("Content-Length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:18]) > limit:
            raise FetchError("too-large", f"more than {limit} bytes are announced")
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_content(_PIECE):
            size += len(piece)
            if size > limit:
                raise FetchError("too-large", f"more than {limit} bytes")
            if time.monotonic() > ends:
                raise FetchError("timeout", f"not complete after {MAX_SECONDS:g} seconds")
            pieces.append(piece)
        return b"".join(pieces)

    def _session(self) -> Any:
        """Return this thread's session; sessions are not made to be shared."""
        found = getattr(self._local, "session", None)
        if found is None:
            found = self._local.session = self._made()
            with self.traffic.lock:
                self._sessions.append(found)
        return found

    def _made(self) -> Any:
        import requests
        from cachecontrol.adapter import CacheControlAdapter
        from cachecontrol.caches.file_cache import FileCache

        from provenance import __version__

        fetcher = self

        class Watched(requests.adapters.HTTPAdapter):
            """What really goes out: below the cache, once for each redirect and retry."""

            def send(self, request: Any, *args: Any, **named: Any) -> Any:
                if fetcher._local.secure and urlsplit(request.url).scheme != "https":
                    raise FetchError("invalid-response", "redirected to an unsafe protocol")
                fetcher.traffic.admit(request.url)
                fetcher._local.asked = True
                return super().send(request, *args, **named)

        class Cached(CacheControlAdapter, Watched):
            """The cache above what really goes out."""

        session = requests.Session()
        session.max_redirects = MAX_REDIRECTS
        session.headers["User-Agent"] = f"provenance-audit/{__version__}"
        if self._certificates:
            session.verify = self._certificates
        adapter = (
            Cached(FileCache(self._cache), max_retries=0) if self._cache else Watched(max_retries=0)
        )
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class _Busy(Exception):
    """What one may try again after."""

    def __init__(self, reason: Reason, detail: str, wait: float) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail
        self.wait = wait


def _whole(content_range: str) -> int:
    whole = content_range.rpartition("/")[2]
    return int(whole[:18]) if whole.isascii() and whole.isdigit() else 0


def _check_status(response: Any, success: int) -> None:
    """Raise what a status other than the wanted one means."""
    status = int(response.status_code)
    detail = f"HTTP {status}"
    if status == success:
        return
    if status == 429 or status >= 500:
        after = str(response.headers.get("Retry-After", "")).strip()
        wait = float(after[:9]) if after.isascii() and after.isdigit() else 0.0
        raise _Busy("rate-limited" if status == 429 else "server-error", detail, wait)
    if status in (404, 410):
        raise FetchError("not-found", detail)
    if status in (401, 403, 407):
        raise FetchError("unauthorized", detail)
    raise FetchError("invalid-response", detail)
