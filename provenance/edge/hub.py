"""The only module that talks to the Hugging Face hub; through huggingface_hub, imported late."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from provenance.edge.hub_cache import read_cache, write_cache
from provenance.edge.hub_environment import DEFAULT_ENDPOINT, DEFAULT_TIMEOUT
from provenance.edge.hub_guard import Guard, Traffic, guarding
from provenance.edge.hub_records import (
    HubFailure,
    HubRecord,
    Reason,
    parse_id,
    record_from_info,
    with_name,
)

__all__ = ["Hub", "HubFailure", "HubRecord"]

MAX_RETRIES = 2  # after 429 and 5xx
MAX_WAIT = 5.0  # seconds; asked to wait longer, a lookup gives up at once
_HALTED: dict[Reason, str] = {
    "rate-limited": "not asked: the hub wants a pause",
    "offline": "not asked: the hub cannot be reached",
}  # after one of these the ids that are left would fare no better
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
        timeout: float = DEFAULT_TIMEOUT,
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
        self._renamed: dict[str, HubRecord] = {}  # records by the id that the hub now uses
        self._traffic = Traffic(endpoint=self._endpoint, max_requests=max_requests)

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Sorted host[:port] of every request that was started, redirects included."""
        return tuple(sorted(self._traffic.hosts))

    def lookup(self, ids: Sequence[str]) -> tuple[HubRecord | HubFailure, ...]:
        """Ask for each id once; the results are in the order asked. Remote trouble never raises.

        Once the hub insists on a wait (429) or cannot be reached, the ids that are left fail
        without a request. A record that came by an old name answers for the new one too.
        """
        ends = time.monotonic() + self._deadline
        results: dict[str, HubRecord | HubFailure] = {}
        halted: Reason | None = None
        for identifier in dict.fromkeys(ids):
            result: HubRecord | HubFailure
            if parse_id(identifier) is None:
                detail = "not a hub model or dataset id"
                result = HubFailure(id=identifier, reason="invalid-id", detail=detail)
            elif self._offline:
                result = self._cached(identifier)
            elif identifier in self._renamed:
                result = self._renamed[identifier]
            elif halted is not None:
                result = HubFailure(id=identifier, reason=halted, detail=_HALTED[halted])
            else:
                result = self._ask(identifier, ends)
                if isinstance(result, HubFailure) and result.reason in _HALTED:
                    halted = result.reason
            results[identifier] = result
        return tuple(results[identifier] for identifier in ids)

    def _cached(self, identifier: str) -> HubRecord | HubFailure:
        if self._cache_dir is not None:
            record = read_cache(self._cache_dir, self._endpoint, identifier)
            if record is not None:
                return record
        detail = "offline, and not in the cache"
        return HubFailure(id=identifier, reason="offline", detail=detail)

    def _ask(self, identifier: str, ends: float) -> HubRecord | HubFailure:
        """Ask the hub for one id, with bounded retries after 429 and 5xx."""
        retry = 0
        while True:
            guard = Guard(self._traffic, ends)
            try:
                info = self._call(identifier, guard)
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
                info, identifier=identifier, endpoint=self._endpoint, retrieved=self._now()
            )
        except ValueError as error:
            return HubFailure(id=identifier, reason="invalid-response", detail=str(error))
        self._keep(record)
        return record

    def _keep(self, record: HubRecord) -> None:
        """Store a record in the cache, after a rename under its new id too."""
        current = dataclasses.replace(record, id=with_name(record.id, record.resolved))
        if current != record:
            self._renamed[current.id] = current
        if self._cache_dir is not None:
            for each in {record.id: record, current.id: current}.values():
                write_cache(self._cache_dir, self._endpoint, each)

    def _call(self, identifier: str, guard: Guard) -> Any:
        """One guarded call of huggingface_hub: ModelInfo or DatasetInfo, or whatever it raises."""
        guard.check()
        from huggingface_hub import HfApi, get_session

        parsed = parse_id(identifier)
        assert parsed is not None  # noqa: S101 - lookup asks for nothing else
        kind, name, revision = parsed
        token = self._token if self._token is not None else False  # None would send a stored one
        api = HfApi(endpoint=self._endpoint, token=token, library_name="provenance")
        timeout = max(0.001, min(self._timeout, guard.ends - time.monotonic()))
        with guarding(get_session(), guard):
            if kind == "dataset":
                return api.dataset_info(name, timeout=timeout, expand=_DATASET_FIELDS)
            return api.model_info(name, revision=revision, timeout=timeout, expand=_MODEL_FIELDS)


def _checked_endpoint(endpoint: str) -> str:
    """`endpoint` without trailing slashes; ValueError if it is no plain http(s) URL."""
    wrong = ValueError("the hub endpoint must be an http(s) URL with a host")
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None  # its own words would repeat part of the URL
    if not usable:
        raise wrong
    if "@" in parts.netloc or parts.query or parts.fragment or not endpoint.isascii():
        raise ValueError("the hub endpoint must be ASCII, without user, query or fragment")
    return endpoint.rstrip("/")
