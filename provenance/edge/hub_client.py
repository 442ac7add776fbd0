"""What the clients of both hubs have in common: endpoint, token, bounds, and many ids at once."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

from provenance.edge.hub_environment import DEFAULT_TIMEOUT
from provenance.edge.hub_guard import Guard, Traffic
from provenance.edge.hub_lookup import Lookups, checked_endpoint, checked_token
from provenance.edge.hub_records import HubFailure, HubRecord


class HubClient(ABC):
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
        self._endpoint = checked_endpoint(endpoint or self._public())
        self._token = checked_token(token)
        self._timeout = timeout
        self._now = now
        self._lookups = Lookups(
            traffic=self._traffic(max_requests), call=self._call,
            well_formed=self._is_well_formed, renamed=self._with_name,
            with_token=self._token is not None, cache_dir=cache_dir,
            offline=offline, deadline=deadline, sleep=sleep,
        )  # fmt: skip

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Sorted host[:port] of every request that was started, redirects included."""
        return self._lookups.hosts_contacted

    def lookup(self, ids: Sequence[str]) -> tuple[HubRecord | HubFailure, ...]:
        """Ask for each id once; the results are in the order asked. Remote trouble never raises."""
        return self._lookups.lookup(ids)

    @staticmethod
    @abstractmethod
    def _public() -> str:
        """Return the endpoint of the public hub."""

    @abstractmethod
    def _traffic(self, max_requests: int) -> Traffic:
        """Return what may be sent, and with which token."""

    @staticmethod
    @abstractmethod
    def _is_well_formed(identifier: str) -> bool:
        """Tell whether an id is one of this hub's."""

    @staticmethod
    @abstractmethod
    def _with_name(identifier: str, name: str) -> str:
        """Return an id with the name that the hub moved it to."""

    @abstractmethod
    def _call(self, identifier: str, guard: Guard) -> HubRecord:
        """Make one guarded call and read it; or raise whatever it raises."""
