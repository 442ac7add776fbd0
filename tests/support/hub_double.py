"""A loopback HTTP server that answers as the Hugging Face hub does, for tests.

It models what the client code of huggingface_hub relies on: the info routes with `expand`, the
`resolve` routes with their `X-*` headers, redirects, ranges, and the error codes. Every request
is recorded before it is answered, so a test can assert what was asked and which token was sent.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.support.hub_repos import (
    EXPANDABLE,
    FOREVER,
    MAX_DELAY,
    ONLY_BY_EXPAND,
    Behaviour,
    Repo,
    Request,
)
from tests.support.loopback import Double, Handler

__all__ = ["FOREVER", "Behaviour", "HubDouble", "Repo", "Request"]

_KEPT_HEADERS = ("host", "range", "accept-encoding", "user-agent", "authorization")
_API = re.compile(r"/api/(models|datasets)/([^/]+(?:/(?!revision/)[^/]+)?)(?:/revision/([^/]+))?")
_RESOLVE = re.compile(r"/(datasets/)?([^/]+(?:/[^/]+)?)/resolve/([^/]+)/(.+)")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class _Handler(Handler):
    double: HubDouble

    def do_HEAD(self) -> None:
        """Answer a HEAD request."""
        self._route()

    def do_GET(self) -> None:
        """Answer a GET request."""
        self._route()

    def _route(self) -> None:
        parts = urlsplit(self.path)
        headers = {key: self.headers[key] for key in _KEPT_HEADERS if key in self.headers}
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        self.request_seen = Request(self.command, parts.path, query, headers)
        self.double.note(self.request_seen)
        if parts.path.startswith("/cdn/"):
            return self._cdn(parts.path.removeprefix("/cdn/"))
        if parts.path == "/api/agent-harnesses":  # huggingface_hub asks this for its user agent
            return self._json({"standardEnvVars": [], "harnesses": {}})
        if match := _API.fullmatch(parts.path):
            kind = match[1].removesuffix("s")
            repo = self._open(kind, unquote(match[2]))
            return None if repo is None else self._info(repo, match[3])
        if match := _RESOLVE.fullmatch(parts.path):
            repo = self._open("dataset" if match[1] else "model", unquote(match[2]))
            return None if repo is None else self._file(repo, unquote(match[3]), unquote(match[4]))
        return self._error(404, None, "Sorry, we can't find the page you are looking for.")

    def _open(self, kind: str, name: str) -> Repo | None:
        """Find the repository and apply what holds for all of its routes; None once answered."""
        double, token = self.double, self.request_seen.token
        repo = double.repos.get((kind, name))
        if token is not None and token not in double.tokens:
            self._error(401, None, "Invalid credentials in Authorization header")
        elif repo is None or (repo.behaviour.private and token not in repo.readers):
            if token is None:
                self._error(401, "RepoNotFound", "Invalid username or password.")
            else:
                self._error(404, "RepoNotFound", "Repository not found")
        elif not self._troubled(repo):
            return repo
        return None

    def _troubled(self, repo: Repo) -> bool:
        """Delay, fail or redirect as configured; True once answered."""
        how, parts = repo.behaviour, urlsplit(self.path)
        seen = self.double.count(f"{repo.kind}:{repo.id}")
        if how.delay and self.double.closing.wait(min(how.delay, MAX_DELAY)):
            self.close_connection = True
            return True
        if seen <= how.rate_limited:
            extra = {} if how.retry_after is None else {"Retry-After": how.retry_after}
            self._error(429, None, "We had to rate limit you", extra)
        elif seen <= how.rate_limited + how.server_errors:
            self._send(how.error_status, {"Content-Type": "application/json"}, how.error_body)
        elif how.renamed_to is not None:
            path = parts.path.replace(quote(repo.id), quote(how.renamed_to), 1)
            self._send(307, {"Location": path + ("?" + parts.query if parts.query else "")})
        elif how.redirect_to is not None:
            self._send(307, {"Location": how.redirect_to.rstrip("/") + self.path})
        else:
            return False
        return True

    def _refused(self, repo: Repo) -> bool:
        """Answer as a gate does to whoever has not been let in; True once answered."""
        if self.request_seen.token in repo.readers:
            return False
        status = 401 if self.request_seen.token is None else 403
        self._error(status, "GatedRepo", f"Access to {repo.kind} {repo.id} is restricted.")
        return True

    def _info(self, repo: Repo, revision: str | None) -> None:
        how, asked = repo.behaviour, self.request_seen.expand
        if how.gated_info and self._refused(repo):
            return None
        if revision is not None and unquote(revision) not in {*repo.revisions, repo.sha}:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {unquote(revision)}")
        if unknown := [name for name in asked if name not in EXPANDABLE[repo.kind]]:
            return self._error(400, None, f"Invalid option for expand: {unknown[0]}")
        full = {"sha": repo.sha, "private": how.private, "gated": False, **repo.info}
        full.setdefault("siblings", [{"rfilename": name} for name in repo.files])
        body = {key: value for key, value in full.items() if key not in ONLY_BY_EXPAND}
        if asked:
            body = {key: full[key] for key in asked if key in full}
        raw = json.dumps({"id": repo.id, **body}).encode() + b" " * how.padding
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if how.content_encoding is not None:
            headers["Content-Encoding"] = how.content_encoding
        if how.raw_body is not None:
            raw = how.raw_body
        return self._send(200, headers, raw, chunked=how.chunked, drip=how.drip)

    def _file(self, repo: Repo, revision: str, name: str) -> None:
        if repo.behaviour.gated and self._refused(repo):
            return None
        if revision not in {*repo.revisions, repo.sha}:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        commit = {"X-Repo-Commit": repo.sha}
        if name not in repo.files:
            return self._error(404, "EntryNotFound", "Entry not found", commit)
        data = repo.files[name]
        if repo.behaviour.cdn is None:
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            return self._bytes(data, {**commit, "ETag": f'"{blob}"'}, repo.behaviour)
        digest, double = hashlib.sha256(data).hexdigest(), self.double
        base = double.cdn_url if repo.behaviour.cdn == "other" else double.url
        linked = {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(data))}
        return self._send(302, {**commit, **linked, "Location": f"{base}/cdn/{digest}"})

    def _cdn(self, digest: str) -> None:
        """Serve stored bytes by digest; like signed storage URLs, refuse a second credential."""
        double = self.double
        other = self.server is double._servers[1]
        if other and self.request_seen.token is not None:
            return self._error(400, None, "Only one auth mechanism allowed")
        for repo in double.repos.values():
            for data in repo.files.values():
                if hashlib.sha256(data).hexdigest() == digest:
                    commit = {} if other else {"X-Repo-Commit": repo.sha}
                    return self._bytes(data, {**commit, "ETag": f'"{digest}"'}, repo.behaviour)
        return self._error(403, None, "AccessDenied")

    def _bytes(self, data: bytes, headers: Mapping[str, str], how: Behaviour) -> None:
        """Answer with `data`, or the one range of it that was asked for."""
        match = _RANGE.fullmatch(self.request_seen.headers.get("range", ""))
        if how.ignore_range or match is None or not (match[1] or match[2]):
            return self._send(200, {"Accept-Ranges": "bytes", **headers}, data)
        size = len(data)
        first = int(match[1]) if match[1] else max(size - int(match[2]), 0)
        last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
        if first > last:
            return self._send(416, {**headers, "Content-Range": f"bytes */{size}"})
        part = {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}
        return self._send(206, part, data[first : last + 1])

    def _json(self, value: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def _error(
        self, status: int, code: str | None, message: str, extra: Mapping[str, str] | None = None
    ) -> None:
        headers = {"Content-Type": "application/json", "X-Error-Message": message, **(extra or {})}
        if code is not None:
            headers["X-Error-Code"] = code
        self._send(status, headers, json.dumps({"error": message}).encode())

    def _send(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        chunked: bool = False,
        drip: float = 0.0,
    ) -> None:
        """Send one whole answer; `chunked` leaves out Content-Length. HEAD gets no body."""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body)))
        self.send_header(*length)
        self.end_headers()
        if self.command == "HEAD":
            return
        if not chunked:
            self.wfile.write(body)
            return
        for start in range(0, len(body), 65536):
            piece = body[start : start + 65536]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.double.closing.wait(min(drip, MAX_DELAY))
        self.wfile.write(b"0\r\n\r\n")


class HubDouble(Double):
    """Context manager that serves `repos` on 127.0.0.1; leaving raises what failed inside it.

    `tokens` are those the hub knows: any other one is answered 401, as by the real hub.
    """

    handler = _Handler
    servers = 2

    def __init__(self, *repos: Repo, tokens: Sequence[str] = ()) -> None:
        super().__init__()
        self.repos: dict[tuple[str, str], Repo] = {(repo.kind, repo.id): repo for repo in repos}
        self.tokens = frozenset(tokens).union(*(repo.readers for repo in repos))
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._counts: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """Endpoint of the hub, without a trailing slash."""
        return self.origin

    @property
    def cdn_url(self) -> str:
        """Base URL of the storage, another origin (port) than the hub."""
        return f"http://{self.address_of(1)}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, of hub and storage, in the order of arrival."""
        with self._lock:
            return tuple(self._requests)

    def note(self, request: Request) -> None:
        """Record one request."""
        with self._lock:
            self._requests.append(request)

    def count(self, key: str) -> int:
        """How often `key` was counted, this time included."""
        with self._lock:
            self._counts[key] += 1
            return self._counts[key]
