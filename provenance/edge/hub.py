"""The only module that talks to the Hugging Face hub; through huggingface_hub, imported late."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from provenance.edge.hub_environment import DEFAULT_ENDPOINT, DEFAULT_TIMEOUT
from provenance.edge.hub_guard import Guard, Traffic, guarding
from provenance.edge.hub_lookup import Lookups, RecordError, checked_endpoint, checked_token
from provenance.edge.hub_records import (
    HubFailure,
    HubRecord,
    parse_id,
    record_from_info,
    with_name,
)

__all__ = ["Hub", "HubFailure", "HubRecord"]

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
        self._endpoint = checked_endpoint(endpoint or DEFAULT_ENDPOINT)
        self._token = checked_token(token)
        self._timeout = timeout
        self._now = now
        self._lookups = Lookups(
            traffic=Traffic(endpoint=self._endpoint, max_requests=max_requests),
            call=self._call, well_formed=lambda identifier: parse_id(identifier) is not None,
            renamed=with_name, with_token=self._token is not None, cache_dir=cache_dir,
            offline=offline, deadline=deadline, sleep=sleep,
        )  # fmt: skip

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Sorted host[:port] of every request that was started, redirects included."""
        return self._lookups.hosts_contacted

    def lookup(self, ids: Sequence[str]) -> tuple[HubRecord | HubFailure, ...]:
        """Ask for each id once; the results are in the order asked. Remote trouble never raises."""
        return self._lookups.lookup(ids)

    def _call(self, identifier: str, guard: Guard) -> HubRecord:
        """One guarded call of huggingface_hub, read; or whatever it raises."""
        from huggingface_hub import HfApi, get_session

        parsed = parse_id(identifier)
        assert parsed is not None  # noqa: S101 - only well-formed ids are asked for
        kind, name, revision = parsed
        token = self._token if self._token is not None else False  # None would send a stored one
        api = HfApi(endpoint=self._endpoint, token=token, library_name="provenance")
        timeout = max(0.001, min(self._timeout, guard.ends - time.monotonic()))
        info: Any
        with guarding(get_session(), guard):
            if kind == "dataset":
                info = api.dataset_info(name, timeout=timeout, expand=_DATASET_FIELDS)
            else:
                info = api.model_info(
                    name, revision=revision, timeout=timeout, expand=_MODEL_FIELDS
                )
        try:
            return record_from_info(
                info, identifier=identifier, endpoint=self._endpoint, retrieved=self._now()
            )
        except ValueError as error:
            raise RecordError(str(error)) from error
