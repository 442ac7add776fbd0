"""Guards the requests of one hub call: which are made, how many, to whom, how long, how large.

Two hooks sit on the HTTP client of huggingface_hub. They act only while `guarding` is entered, in
that context, and do nothing for requests that others make through the same client.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from provenance.edge.addresses import host_of, origin_of
from provenance.edge.hub_records import Reason
from provenance.patterns import lazy

MAX_BODY = 4 * 1024 * 1024  # bytes of one answer
_RATE = lazy(r"r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})")
_WORD = lazy(r"[A-Za-z]{1,40}")


class Stop(Exception):
    """Ends one call from within a hook; carries the reason and detail of the failure."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail


@dataclass(slots=True)
class Traffic:
    """What one hub may and did do: requests are counted over its life, hosts are host[:port]."""

    endpoint: str
    max_requests: int
    routes: tuple[str, ...] = ("/api/models/", "/api/datasets/")  # below the endpoint's own path
    cookie: str | None = field(default=None, repr=False)  # sent to the endpoint's origin only
    requests: int = 0
    hosts: set[str] = field(default_factory=set)


class Guard:
    """Watches one call; `ends` is its deadline on the monotonic clock, in seconds."""

    def __init__(self, traffic: Traffic, ends: float) -> None:
        self.traffic = traffic
        self.ends = ends
        self.status: int | None = None  # of the last answer; None while there is none
        self.headers: Any = {}
        self._redirected = False

    def request(self, request: Any) -> None:
        """Admit one request to the info routes of the endpoint, or where these redirected to."""
        url, traffic = str(request.url), self.traffic
        if not self._redirected and not _is_info(url, traffic):
            # For its user agent, huggingface_hub asks the default endpoint about agents: not here.
            raise Stop("invalid-response", "a request outside of the info routes was held back")
        secure = traffic.endpoint.startswith("https:")
        if not url.startswith("https:" if secure else ("http:", "https:")):
            raise Stop("invalid-response", "redirected to an unsafe protocol")
        if traffic.requests >= traffic.max_requests:
            raise Stop("too-many", f"the limit of {traffic.max_requests} requests was reached")
        self.check()
        self.status, self.headers = None, {}
        traffic.requests += 1
        traffic.hosts.add(host_of(url))
        request.headers["Accept-Encoding"] = "identity"  # so that MAX_BODY bounds what is parsed
        if origin_of(url) != origin_of(traffic.endpoint):
            request.headers.pop("Authorization", None)
        request.headers.pop("Cookie", None)  # what earlier answers set is of no use to us
        if traffic.cookie is not None and origin_of(url) == origin_of(traffic.endpoint):
            request.headers["Cookie"] = traffic.cookie

    def response(self, response: Any) -> None:
        """Note status and headers, and bound the body before it is read."""
        self.status, self.headers = int(response.status_code), response.headers
        self._redirected = bool(response.has_redirect_location)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Stop("invalid-response", "the answer is compressed although that was declined")
        response.stream = _bounded(response, self.check)

    def check(self, size: int = 0) -> None:
        """Stop past the deadline, or where `size` bytes are more than an answer may have."""
        if size > MAX_BODY:
            raise Stop("invalid-response", f"the answer is longer than {MAX_BODY} bytes")
        if time.monotonic() > self.ends:
            raise Stop("timeout", "the overall deadline was reached")

    def pause(self, retry: int) -> float:
        """Seconds before retry 0, 1…: Retry-After, else the hub's ratelimit, else 0.5 doubling."""
        after = str(self.headers.get("Retry-After", "")).strip()
        if after.isascii() and after.isdigit():
            return float(after[:9])
        match = _RATE.search(self.headers.get("ratelimit", ""))
        return float(match[1]) if match else 0.5 * 2.0**retry

    def explain(self, error: Exception, *, with_token: bool) -> tuple[Reason, str]:
        """Reason and detail of a failed call: by its last status, never by text of the hub."""
        if isinstance(error, Stop):
            return error.reason, error.detail
        if isinstance(error, ImportError):
            return "offline", "huggingface_hub cannot be imported"
        names = {c.__name__ for c in type(error).__mro__}
        if "TimeoutException" in names and "ConnectTimeout" not in names:
            return "timeout", "no answer in time"
        if "OfflineModeIsEnabled" in names:
            return "offline", "huggingface_hub is in offline mode"
        if self.status is not None:
            return self._explain_status(self.status, error, with_token=with_token)
        if "TransportError" in names and "ProtocolError" not in names:
            return "offline", f"no connection ({type(error).__name__})"
        return "invalid-response", f"no usable answer ({type(error).__name__})"

    def _explain_status(
        self, status: int, error: Exception, *, with_token: bool
    ) -> tuple[Reason, str]:
        code = str(self.headers.get("X-Error-Code", ""))
        detail = f"HTTP {status}" + (f" ({code})" if _WORD.fullmatch(code) else "")
        if status in (401, 403) and code == "GatedRepo":
            return "gated", detail
        if status == 401:
            # The hub hides what is private behind the same answer as what does not exist.
            message = self.headers.get("X-Error-Message", "")
            refused = message == "Invalid credentials in Authorization header"
            if code == "RepoNotFound" or not (with_token or refused):
                return "not-found", f"{detail}: does not exist, or is private"
            return "unauthorized", f"{detail}: the token was not accepted"
        if status == 403:
            return "unauthorized", detail
        if status in (404, 410):
            return "not-found", detail
        if status == 408:
            return "timeout", detail
        if status == 429:
            return "rate-limited", detail
        if status >= 500:
            return "server-error", detail
        return "invalid-response", f"{detail}: {type(error).__name__}"


_ACTIVE: ContextVar[Guard | None] = ContextVar("provenance_hub_guard", default=None)


def _on_request(request: Any) -> None:
    guard = _ACTIVE.get()
    if guard is not None:
        guard.request(request)


def _on_response(response: Any) -> None:
    guard = _ACTIVE.get()
    if guard is not None:
        guard.response(response)


@contextmanager
def guarding(client: Any, guard: Guard) -> Iterator[None]:
    """Put every request that this context makes through `client` (httpx-like) under `guard`."""
    hooks = client.event_hooks
    if _on_request not in hooks["request"]:
        hooks["request"].append(_on_request)
        hooks["response"].append(_on_response)
    active = _ACTIVE.set(guard)
    try:
        yield
    finally:
        _ACTIVE.reset(active)


def _bounded(response: Any, check: Callable[[int], None]) -> Any:
    """The stream of `response`, calling `check` with the bytes so far after each piece."""
    stream = response.stream
    # The stream class must be that of the HTTP package in use: httpx2 with huggingface_hub 2.4.
    library: Any = importlib.import_module(type(response).__module__.partition(".")[0])

    def pieces(_: object) -> Iterator[bytes]:
        size = 0
        for piece in stream:
            size += len(piece)
            check(size)
            yield piece

    body = {"__iter__": pieces, "close": lambda _: stream.close()}
    return type("BoundedStream", (library.SyncByteStream,), body)()


def _is_info(url: str, traffic: Traffic) -> bool:
    """Whether `url` is an info route of the endpoint, however either of them is spelled."""
    path, base = unquote(urlsplit(url).path), unquote(urlsplit(traffic.endpoint).path)
    routes = tuple(f"{base}{route}" for route in traffic.routes)
    return origin_of(url) == origin_of(traffic.endpoint) and path.startswith(routes)
