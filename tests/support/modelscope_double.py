"""A loopback HTTP server that answers as ModelScope's public API does, for tests.

The envelope, the field names, the session cookie and the codes are those that ModelScope's own
client (modelscope/hub/api.py, hub/info.py) reads and sends; no answer of the real hub was at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.support.loopback import Double, Handler

_ROUTE = re.compile(r"/api/v1/(models|datasets)/([^/]+/[^/]+)")
_NOT_FOUND = 10010205001  # the Code of an envelope


@dataclass(frozen=True, slots=True)
class Entry:
    """One repository: its `Data`, and how its answer departs from a plain one."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "models"
    status: int = 200
    raw: bytes | None = None
    redirect: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    envelope: int | None = None
    """An error code in an answer of status 200."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    path: str
    query: str
    cookie: str | None
    authorization: str | None


class _Handler(Handler):
    def do_GET(self) -> None:
        """Answer one request."""
        double: ModelScopeDouble = self.double
        parts = urlsplit(self.path)
        double.requests.append(
            Seen(parts.path, parts.query, self.headers["Cookie"], self.headers["Authorization"])
        )
        match = _ROUTE.fullmatch(parts.path)
        entry = double.entries.get((match[1], unquote(match[2]))) if match else None
        if entry is None:
            return self._json(404, {"Code": _NOT_FOUND, "Message": "record not found"})
        if entry.redirect:
            return self._json(302, {}, {"Location": entry.redirect})
        if entry.raw is not None:
            return self._typed(entry.status, entry.raw, entry.headers)
        if entry.envelope is not None:
            return self._json(200, {"Code": entry.envelope, "Data": None, "Success": False})
        folder, _, name = entry.name.partition("/")
        data = {"Path": folder, "Name": name, "Id": 7, "Downloads": 1, **entry.data}
        body = {"Code": 200, "Data": data, "Message": "success", "Success": True}
        return self._json(entry.status, body, entry.headers)

    def _json(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        self._typed(status, json.dumps(body).encode(), headers or {})

    def _typed(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send(status, body, {**headers, "Content-Type": "application/json; charset=utf-8"})


class ModelScopeDouble(Double):
    """Context manager that serves entries on 127.0.0.1."""

    handler = _Handler

    def __init__(self, *entries: Entry) -> None:
        super().__init__()
        self.entries = {(entry.kind, entry.name): entry for entry in entries}
        self.requests: list[Seen] = []

    @property
    def url(self) -> str:
        """The endpoint, without a trailing slash."""
        return self.origin
