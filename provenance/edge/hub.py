"""The only module that talks to the Hugging Face hub; through huggingface_hub, imported late."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from provenance.edge.hub_guard import Guard, Traffic, guarding
from provenance.edge.hub_records import (
    HubFailure,
    HubRecord,
    parse_id,
    read_cache,
    record_from_info,
    write_cache,
)

__all__ = ["Hub", "HubFailure", "HubRecord"]

DEFAULT_ENDPOINT = "https://huggingface.co"
MAX_RETRIES = 2  # after 429 and 5xx
MAX_WAIT = 5.0  # seconds; asked to wait longer, a lookup gives up at once
_DATASET_FIELDS: list[Any] = ["cardData", "createdAt", "gated", "lastModified", "sha", "tags"]
_MODEL_FIELDS: list[Any] = [*_DATASET_FIELDS, "baseModels", "library_name", "pipeline_tag"]


class Hub:
    """Looks up models and datasets on one hub.

    endpoint: base URL, None for the public hub; ValueError if it is not a plain http(s) URL.
    token: sent to the endpoint's origin only; None sends none, whatever this machine has stored.
        ValueError if no header can carry it.
    cache_dir: every record is stored there, None stores nothing; read only when offline.
    offline: answer from the cache and make no request.
    timeout: seconds that one connection or one read may take.
    max_requests: HTTP requests in the life of this object, redirects and retries included.
    deadline: seconds that one `lookup` may take.
    now: gives the ISO date stored as `retrieved`.
    sleep: waits that many seconds before a retry.
    """

    def __init__(
        self,
        *,
        endpoint: str | None,
        token: str | None,
        cache_dir: Path | None,
        offline: bool,
        timeout: float = 10.0,
        max_requests: int = 200,
        deadline: float = 60.0,
        now: Callable[[], str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = _checked_endpoint(endpoint or DEFAULT_ENDPOINT)
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise ValueError("the hub token holds characters that no header can carry")
        self._token = token or None
        self._cache_dir = cache_dir
        self._offline = offline
        self._timeout = timeout
        self._deadline = deadline
        self._now = now
        self._sleep = sleep
        self._traffic = Traffic(endpoint=self._endpoint, max_requests=max_requests)

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Sorted host[:port] of every request that was started, redirects included."""
        return tuple(sorted(self._traffic.hosts))

    def lookup(self, ids: Sequence[str]) -> tuple[HubRecord | HubFailure, ...]:
        """Ask for each id once; the results are in the order asked. Remote trouble never raises.

        Once the hub insists on a wait (429), the ids that are left fail without a request.
        """
        ends = time.monotonic() + self._deadline
        results: dict[str, HubRecord | HubFailure] = {}
        halted = False
        for identifier in dict.fromkeys(ids):
            parsed = parse_id(identifier)
            result: HubRecord | HubFailure
            if parsed is None:
                detail = "not a hub model or dataset id"
                result = HubFailure(id=identifier, reason="invalid-id", detail=detail)
            elif self._offline:
                result = self._cached(identifier)
            elif halted:
                detail = "not asked: the hub wants a pause"
                result = HubFailure(id=identifier, reason="rate-limited", detail=detail)
            else:
                result = self._ask(identifier, *parsed, ends)
                halted = isinstance(result, HubFailure) and result.reason == "rate-limited"
            results[identifier] = result
        return tuple(results[identifier] for identifier in ids)

    def _cached(self, identifier: str) -> HubRecord | HubFailure:
        if self._cache_dir is not None:
            record = read_cache(self._cache_dir, self._endpoint, identifier)
            if record is not None:
                return record
        detail = "offline, and not in the cache"
        return HubFailure(id=identifier, reason="offline", detail=detail)

    def _ask(self, identifier: str, kind: str, name: str, ends: float) -> HubRecord | HubFailure:
        """Ask the hub for one id, with bounded retries after 429 and 5xx."""
        retry = 0
        while True:
            guard = Guard(self._traffic, ends)
            try:
                info = self._call(kind, name, guard)
                break
            except Exception as error:  # whatever the hub provoked becomes a value
                reason, detail = guard.explain(error, with_token=self._token is not None)
            wait = guard.pause(retry)
            if (
                reason not in ("rate-limited", "server-error")
                or retry == MAX_RETRIES
                or wait > MAX_WAIT
                or time.monotonic() + wait > ends
            ):
                return HubFailure(id=identifier, reason=reason, detail=detail)
            self._sleep(wait)
            retry += 1
        try:
            record = record_from_info(
                info,
                identifier=identifier,
                kind=kind,
                asked=name,
                endpoint=self._endpoint,
                retrieved=self._now(),
            )
        except ValueError as error:
            return HubFailure(id=identifier, reason="invalid-response", detail=str(error))
        if self._cache_dir is not None:
            write_cache(self._cache_dir, self._endpoint, record)
        return record

    def _call(self, kind: str, name: str, guard: Guard) -> Any:
        """One guarded call of huggingface_hub: ModelInfo or DatasetInfo, or whatever it raises."""
        guard.check()
        from huggingface_hub import HfApi, get_session

        token = self._token if self._token is not None else False  # None would send a stored one
        api = HfApi(endpoint=self._endpoint, token=token, library_name="provenance")
        timeout = max(0.001, min(self._timeout, guard.ends - time.monotonic()))
        with guarding(get_session(), guard):
            if kind == "dataset":
                return api.dataset_info(name, timeout=timeout, expand=_DATASET_FIELDS)
            return api.model_info(name, timeout=timeout, expand=_MODEL_FIELDS)


def _checked_endpoint(endpoint: str) -> str:
    """`endpoint` without trailing slashes; ValueError if it is no plain http(s) URL."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("the hub endpoint must be an http(s) URL with a host")
    if "@" in parts.netloc or parts.query or parts.fragment or not endpoint.isascii():
        raise ValueError("the hub endpoint must be ASCII, without user, query or fragment")
    return endpoint.rstrip("/")
