"""What the servers that tests run on 127.0.0.1 have in common."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    """With the five of the base, a client of eight threads is left waiting on a busy machine."""
    double: Double

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what went wrong in the double itself; a client that hung up is no error."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.double.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; ``self.double`` is who serves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    @property
    def double(self) -> Any:
        """The server's state, as its own class has it."""
        return self.server.double

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def head(self, status: int, headers: Mapping[str, str], length: int) -> None:
        """Send all that comes before a body of so many bytes."""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def send(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send one whole answer; HEAD gets no body."""
        self.head(status, headers or {}, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)


class Double:
    """Context manager that serves on 127.0.0.1; leaving raises what failed inside it."""

    handler: type[Handler]
    servers = 1

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        """Set on leaving: an answer that is held back waits for it no longer."""
        self._servers = [_Server(("127.0.0.1", 0), self.handler) for _ in range(self.servers)]
        for server in self._servers:
            server.double = self

    @property
    def host(self) -> str:
        """host:port of the first server."""
        return self.address_of(0)

    @property
    def origin(self) -> str:
        """Base URL of the first server, without a trailing slash."""
        return f"http://{self.host}"

    def address_of(self, number: int) -> str:
        """host:port of one of the servers."""
        return f"127.0.0.1:{self._servers[number].server_port}"

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        if self.errors and error is None:
            raise AssertionError(f"the double itself failed: {self.errors!r}")
