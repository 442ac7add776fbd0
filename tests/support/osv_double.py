"""A loopback HTTP server that answers as the OSV service does to what pip-audit asks of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

VULNERABLE = {
    # As the service words it, cut to what pip-audit reads. The ids are real, the rest is short.
    "requests": {
        "id": "PYSEC-2018-28",
        "schema_version": "1.6.0",
        "aliases": ["CVE-2018-18074", "GHSA-x84v-xcm2-53pg"],
        "details": "Requests sends an HTTP Authorization header\nto an http URI.",
        "affected": [
            {
                "package": {"name": "requests", "ecosystem": "PyPI"},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}
                ],
            }
        ],
    },
    "urllib3": {
        "id": "GHSA-wwq-2x", "summary": "",
        "affected": [{"package": {"name": "urllib3", "ecosystem": "PyPI"}}],
    },
}  # fmt: skip
"""By package: what is answered, whatever the version."""

WITHDRAWN = {**VULNERABLE["requests"], "id": "PYSEC-0000-1", "withdrawn": "2020-01-01T00:00:00Z"}
FIXED = ("requests", "2.20.0")

RAW: Mapping[str, tuple[int, bytes]] = {
    "broken": (500, b"no"),
    "garbage": (200, b"<html>not json"),
    "odd": (200, b'{"vulns": [{"id": "GHSA-1"}, 7]}'),
    "evil": (200, json.dumps({"vulns": [{**VULNERABLE["urllib3"], "id": "\x1b[2J", "affected": []}]}
                             ).encode()),
}  # fmt: skip
"""By package: status and body."""
SLOW = "slow"


class OsvDouble:
    """Context manager that serves on 127.0.0.1 and keeps what it was asked for."""

    def __init__(self, *, down: bool = False) -> None:
        self.down = down
        self.asked: list[tuple[str, str]] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.double = self

    @property
    def host(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Where queries go."""
        return f"http://{self.host}/v1/query"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    double: OsvDouble

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        double = self.server.double
        query: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/query"
        assert query["package"]["ecosystem"] == "PyPI"
        name, version = query["package"]["name"], query["version"]
        double.asked.append((name, version))
        if name == SLOW:
            double.closing.wait(30)
        status, body = RAW.get(name, (200, b"{}"))
        if double.down:
            status, body = 503, b""
        elif name in VULNERABLE and (name, version) != FIXED:
            body = json.dumps({"vulns": [VULNERABLE[name], WITHDRAWN]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""
