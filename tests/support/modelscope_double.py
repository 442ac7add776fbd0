"""A loopback HTTP server that answers as ModelScope's public API does, for tests.

The envelope, the field names, the session cookie and the codes are those that ModelScope's own
client (modelscope/hub/api.py, hub/info.py) reads and sends; no answer of the real hub was at hand.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

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


class ModelScopeDouble:
    """Context manager that serves entries on 127.0.0.1."""

    def __init__(self, *entries: Entry) -> None:
        self.entries = {(entry.kind, entry.name): entry for entry in entries}
        self.requests: list[Seen] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def host(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The endpoint, without a trailing slash."""
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(double: ModelScopeDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent."""

        def do_GET(self) -> None:
            """Answer one request."""
            parts = urlsplit(self.path)
            double.requests.append(
                Seen(parts.path, parts.query, self.headers["Cookie"], self.headers["Authorization"])
            )
            match = _ROUTE.fullmatch(parts.path)
            entry = double.entries.get((match[1], unquote(match[2]))) if match else None
            if entry is None:
                return self.send(404, {"Code": _NOT_FOUND, "Message": "record not found"})
            if entry.redirect:
                return self.send(302, {}, [("Location", entry.redirect)])
            if entry.raw is not None:
                return self.send(entry.status, entry.raw, list(entry.headers.items()))
            if entry.envelope is not None:
                return self.send(200, {"Code": entry.envelope, "Data": None, "Success": False})
            folder, _, name = entry.name.partition("/")
            data = {"Path": folder, "Name": name, "Id": 7, "Downloads": 1, **entry.data}
            body = {"Code": 200, "Data": data, "Message": "success", "Success": True}
            return self.send(entry.status, body, list(entry.headers.items()))

        def send(self, status: int, body: object, headers: Sequence[tuple[str, str]] = ()) -> None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    return Handler
