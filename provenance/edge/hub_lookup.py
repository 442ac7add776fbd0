"""Looking up many ids on one hub: each once, with bounded retries, a deadline and a cache.

What differs between hubs is the one call that turns an id into a record; see `Hub` and
`ModelScope`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from provenance.edge.hub_cache import read_cache, write_cache
from provenance.edge.hub_guard import Guard, Traffic
from provenance.edge.hub_records import HubFailure, HubRecord, Reason

MAX_RETRIES = 2  # after 429 and 5xx
MAX_WAIT = 5.0  # seconds; asked to wait longer, a lookup gives up at once
_HALTED: Mapping[Reason, str] = {
    "rate-limited": "not asked: the hub wants a pause",
    "offline": "not asked: the hub cannot be reached",
}  # after one of these the ids that are left would fare no better


class Lookups(Struct, kw_only=True):
    """The look-ups of one hub, for as long as it is asked.

    call: the record of a well-formed id, or whatever asking raised; makes its requests under
        the guard it is given. ValueError is an answer of the wrong form.
    well_formed: whether an id is one of this hub's.
    renamed: the same id under another repository name.
    cache_dir: every record is stored there, None stores nothing; read only when offline.
    deadline: seconds that one `lookup` may take.
    sleep: waits that many seconds before a retry.
    """

    traffic: Traffic
    call: Callable[[str, Guard], HubRecord]
    well_formed: Callable[[str], bool]
    renamed: Callable[[str, str], str]
    with_token: bool
    cache_dir: Path | None
    offline: bool
    deadline: float
    sleep: Callable[[float], None]
    _known: dict[str, HubRecord] = field(default_factory=dict)  # by the id that the hub now uses

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Sorted host[:port] of every request that was started, redirects included."""
        return tuple(sorted(self.traffic.hosts))

    def lookup(self, ids: Sequence[str]) -> tuple[HubRecord | HubFailure, ...]:
        """Ask for each id once; the results are in the order asked. Remote trouble never raises.

        Once the hub insists on a wait (429) or cannot be reached, the ids that are left fail
        without a request. A record that came by an old name answers for the new one too.
        """
        ends = time.monotonic() + self.deadline
        results: dict[str, HubRecord | HubFailure] = {}
        halted: Reason | None = None
        for identifier in dict.fromkeys(ids):
            result: HubRecord | HubFailure
            if not self.well_formed(identifier):
                detail = "not a hub model or dataset id"
                result = HubFailure(id=identifier, reason="invalid-id", detail=detail)
            elif self.offline:
                result = self._cached(identifier)
            elif identifier in self._known:
                result = self._known[identifier]
            elif halted is not None:
                result = HubFailure(id=identifier, reason=halted, detail=_HALTED[halted])
            else:
                result = self._ask(identifier, ends)
                if isinstance(result, HubFailure) and result.reason in _HALTED:
                    halted = result.reason
            results[identifier] = result
        return tuple(results[identifier] for identifier in ids)

    def _cached(self, identifier: str) -> HubRecord | HubFailure:
        if self.cache_dir is not None:
            record = read_cache(self.cache_dir, self.traffic.endpoint, identifier)
            if record is not None:
                return record
        detail = "offline, and not in the cache"
        return HubFailure(id=identifier, reason="offline", detail=detail)

    def _ask(self, identifier: str, ends: float) -> HubRecord | HubFailure:
        """Ask the hub for one id, with bounded retries after 429 and 5xx."""
        retry = 0
        while True:
            guard = Guard(self.traffic, ends)
            try:
                guard.check()
                record = self.call(identifier, guard)
                break
            except RecordError as error:
                return HubFailure(id=identifier, reason="invalid-response", detail=str(error))
            except Exception as error:  # whatever the hub provoked becomes a value
                reason, detail = guard.explain(error, with_token=self.with_token)
            wait = guard.pause(retry)
            if (
                reason not in ("rate-limited", "server-error")
                or retry == MAX_RETRIES
                or wait > MAX_WAIT
                or time.monotonic() + wait > ends
            ):
                return HubFailure(id=identifier, reason=reason, detail=detail)
            self.sleep(wait)
            retry += 1
        self._keep(record)
        return record

    def _keep(self, record: HubRecord) -> None:
        """Store a record in the cache, after a rename under its new id too."""
        current = replace(record, id=self.renamed(record.id, record.resolved))
        if current != record:
            self._known[current.id] = current
        if self.cache_dir is not None:
            for each in {record.id: record, current.id: current}.values():
                write_cache(self.cache_dir, self.traffic.endpoint, each)


class RecordError(ValueError):
    """An answer is not of the form that the hub documents; says which part."""


def checked_endpoint(endpoint: str) -> str:
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


def checked_token(token: str | None) -> str | None:
    """`token`, None for an empty one; ValueError if no header can carry it."""
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError("the hub token holds characters that no header can carry")
    return token or None
