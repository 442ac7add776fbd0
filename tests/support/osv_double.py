"""A loopback HTTP server that answers as the OSV service does to what pip-audit asks of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.loopback import Double, Handler

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


class _Handler(Handler):
    def do_POST(self) -> None:
        double: OsvDouble = self.double
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
        self.send(status, body)


class OsvDouble(Double):
    """Context manager that serves on 127.0.0.1 and keeps what it was asked for."""

    handler = _Handler

    def __init__(self, *, down: bool = False) -> None:
        super().__init__()
        self.down = down
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """Where queries go."""
        return f"{self.origin}/v1/query"
