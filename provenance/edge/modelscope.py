"""The only module that talks to ModelScope: its public HTTP API, over huggingface_hub's client.

`GET /api/v1/models/<namespace>/<name>?Revision=master` answers with an envelope, `Code` 200 and
`Data`. What is read of `Data` (`Path`, `Name`, `License`, `BaseModel`, `BaseModelRelation`,
`Tags`, `CreatedTime`, `LastUpdatedTime`) was taken from ModelScope's own client and from programs
that use it; no answer of the real hub was at hand. A part of another type than expected is an
invalid response, never a guess.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from provenance.edge.hub_client import HubClient
from provenance.edge.hub_environment import DEFAULT_MODELSCOPE
from provenance.edge.hub_guard import Guard, Stop, Traffic, guarding
from provenance.edge.hub_lookup import RecordError
from provenance.edge.hub_records import (
    HubRecord,
    clean_text,
    clean_texts,
    is_word,
    stated_bases,
    valid_name,
)
from provenance.patterns import lazy

_ROUTES = ("/api/v1/models/", "/api/v1/datasets/")
_PREFIXES: Mapping[str, Literal["models", "datasets"]] = {
    "model:modelscope/": "models",
    "dataset:modelscope/": "datasets",
}
_PAGE = lazy(r"https?://(?:www\.)?modelscope\.(?:cn|ai)/models/([^/?#]+/[^/?#]+)")
_OK = 200  # Code of the envelope
_MAX_TIME = 253_402_300_800  # the year 10000, in seconds


class ModelScope(HubClient):
    """Looks up models and datasets on ModelScope."""

    @staticmethod
    def _public() -> str:
        return DEFAULT_MODELSCOPE

    def _traffic(self, max_requests: int) -> Traffic:
        # A session cookie is how ModelScope's own client sends a token.
        cookie = None if self._token is None else f"m_session_id={self._token}"
        return Traffic(
            endpoint=self._endpoint, max_requests=max_requests, routes=_ROUTES, cookie=cookie
        )

    @staticmethod
    def _is_well_formed(identifier: str) -> bool:
        return _parsed(identifier) is not None

    @staticmethod
    def _with_name(identifier: str, name: str) -> str:
        return _with_name(identifier, name)

    def _call(self, identifier: str, guard: Guard) -> HubRecord:
        """One guarded request, read; or whatever it raises."""
        from huggingface_hub import get_session

        parsed = _parsed(identifier)
        assert parsed is not None  # noqa: S101 - only well-formed ids are asked for
        kind, name = parsed
        query = "?Revision=master" if kind == "models" else ""
        url = f"{self._endpoint}/api/v1/{kind}/{quote(name)}{query}"
        headers = {"Accept": "application/json"}
        timeout = max(0.001, min(self._timeout, guard.ends - time.monotonic()))
        client = get_session()
        with guarding(client, guard):
            answer = client.get(url, headers=headers, timeout=timeout, follow_redirects=True)
        answer.raise_for_status()
        try:
            envelope = answer.json()
        except (ValueError, RecursionError) as error:
            raise RecordError("the answer is no JSON") from error
        data = envelope.get("Data") if isinstance(envelope, dict) else None
        if not isinstance(data, dict):
            code = envelope.get("Code") if isinstance(envelope, dict) else None
            if type(code) is int and code != _OK:
                raise Stop("not-found", f"Code {code}: does not exist, or is private")
            raise RecordError("Data is no object")
        return _record(data, identifier, self._endpoint, self._now())


def _parsed(identifier: str) -> tuple[Literal["models", "datasets"], str] | None:
    """Split an id into the kind and the repository name; None if it is not a well-formed one."""
    for prefix, kind in _PREFIXES.items():
        name = identifier.removeprefix(prefix)
        if name != identifier:
            return (kind, name) if "/" in name and valid_name(name) else None
    return None


def _with_name(identifier: str, name: str) -> str:
    prefix = next(prefix for prefix in _PREFIXES if identifier.startswith(prefix))
    return f"{prefix}{name}"


def _record(data: Mapping[str, Any], identifier: str, endpoint: str, retrieved: str) -> HubRecord:
    """Build the record of a well-formed id from the `Data` of an answer.

    Raises RecordError where a part is not of the expected type.
    """
    parsed = _parsed(identifier)
    assert parsed is not None  # noqa: S101 - see _call
    kind, asked = parsed
    folder, own = data.get("Path") or data.get("Namespace"), data.get("Name")
    resolved = f"{folder}/{own}" if isinstance(folder, str) and isinstance(own, str) else asked
    if not valid_name(resolved):
        raise RecordError("Path and Name are no repository name")
    tags = data.get("Tags") or []
    if not isinstance(tags, list):
        raise RecordError("Tags is no list")
    written = data.get("BaseModel") or []
    if not isinstance(written, str | list):
        raise RecordError("BaseModel is neither text nor a list")
    word = (clean_text(data.get("BaseModelRelation")) or "").lower()
    listed: dict[str, str] = {}
    unnamed = []
    for text in clean_texts(written):
        page = _PAGE.match(text)
        name = page[1] if page else text
        if "/" in name and valid_name(name):
            listed[name] = word if is_word(word) else "unknown"
        else:
            unnamed.append(text)
    bases = stated_bases((), "unknown", listed)
    itself = {asked.lower(), resolved.lower()}
    return HubRecord(
        id=identifier,
        resolved=resolved,
        revision=None,
        licenses=clean_texts(data.get("License")),
        license_name=None,
        license_link=None,
        base_models=tuple(base for base in bases if base.name.lower() not in itself),
        names_itself=any(base.name.lower() in itself for base in bases),
        unnamed_bases=tuple(unnamed),
        datasets=(),
        tags=clean_texts(tags),
        library=None,
        pipeline=None,
        gated=None,
        created=_date(data.get("CreatedTime")),
        modified=_date(data.get("LastUpdatedTime")),
        retrieved=retrieved,
        url=f"{endpoint}/{kind}/{resolved}",
    )


def _date(value: object) -> str | None:
    """ISO time of seconds since 1970; None for anything else."""
    if type(value) is not int or not 0 < value < _MAX_TIME:
        return None
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
