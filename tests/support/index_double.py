"""A loopback HTTP server that answers as a package index does, for tests.

It serves the simple API in both forms (PEP 503, PEP 691), metadata files beside the wheels
(PEP 658), the wheels themselves with ranges, and whatever trouble a project is given.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.loopback import Double, Handler

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def metadata(name: str, version: str, *lines: str) -> bytes:
    """A metadata file of these header lines."""
    head = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines]
    return ("\n".join(head) + "\n\nA description.\n").encode()


def wheel(name: str, version: str, content: bytes, **files: bytes) -> bytes:
    """A wheel with this metadata and further files of its dist-info folder."""
    stream = io.BytesIO()
    folder = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", b"#" * 200_000)
        archive.writestr(f"{name}/data.bin", bytes(range(256)) * 1_000, zipfile.ZIP_STORED)
        archive.writestr(f"{folder}/METADATA", content)
        for path, data in files.items():
            archive.writestr(f"{folder}/{path}", data)
    return stream.getvalue()


def sdist(name: str, version: str, content: bytes) -> bytes:
    """A source archive with this metadata."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for path, data in (("setup.py", b"raise SystemExit('run')"), ("PKG-INFO", content)):
            info = tarfile.TarInfo(f"{name}-{version}/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


@dataclass(slots=True)
class Project:
    """What an index has of one project, and how it behaves when asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    beside: dict[str, bytes] = field(default_factory=dict)
    """Metadata by the name of the file it is of."""
    announced: bool = True
    digest: str | None = None
    """What the page says of every metadata file, where it lies."""
    yanked: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    page: bytes | None = None
    content_type: str = ""
    delay: float = 0.0
    drip: float = 0.0
    """Seconds between the bytes of a page."""
    busy: int = 0
    """So many times 503 first."""
    cut: int = 0
    """So many times the connection is closed without a word first."""
    announce_length: int = 0
    """A Content-Length of a metadata file that is never sent."""
    metadata_status: int = 200
    redirect: str = ""
    max_age: int = 0


def released(name: str, version: str, *lines: str, **behaviour: object) -> Project:
    """A project with one wheel and its metadata beside it."""
    content = metadata(name, version, *lines)
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return Project(files={file: b"PK"}, beside={file: content}, **behaviour)  # type: ignore[arg-type]


class _Handler(Handler):
    double: IndexDouble

    def do_GET(self) -> None:
        """Answer a page, a file, or the metadata beside it."""
        double = self.double
        double.paths.append(self.path)
        double.headers.append({key.lower(): value for key, value in self.headers.items()})
        if double.auth and self.headers.get("Authorization") != double.auth:
            return self.send(401)
        kind, _, rest = self.path.strip("/").partition("/")
        if kind == "simple":
            project = double.projects.get(rest)
            return self.send(404) if project is None else self._page(rest, project)
        name, _, file = rest.partition("/")
        project = double.projects.get(name)
        if kind == "files" and project:
            return self._file(project, file)
        return self.send(404)

    def _page(self, name: str, project: Project) -> None:
        double = self.double
        if project.delay:
            double.closing.wait(project.delay)
        double.busy[name] += 1
        if double.busy[name] <= project.cut:
            self.close_connection = True
            return None
        if double.busy[name] <= project.busy:
            return self.send(503)
        if project.redirect:
            return self.send(302, headers={"Location": project.redirect})
        if project.status != 200:
            return self.send(project.status)
        html = double.html or "json" not in self.headers.get("Accept", "")
        kind = "text/html" if html else "application/vnd.pypi.simple.v1+json"
        body = project.page
        if body is None:
            body = (_html if html else _json)(name, project)
        return self._send(
            200, body, {"Content-Type": project.content_type or kind}, project.max_age, project.drip
        )

    def _file(self, project: Project, file: str) -> None:
        of = file.removesuffix(".metadata")
        if file != of:
            content = project.beside.get(of)
            if content is None:
                return self.send(404)
            if project.announce_length:
                return self.head(200, {}, project.announce_length)
            return self._send(project.metadata_status, content, {}, project.max_age)
        data = project.files.get(file)
        if data is None:
            return self.send(404)
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        if not match:
            return self.send(200, data)
        size = len(data)
        first = int(match[1]) if match[1] else max(size - int(match[2]), 0)
        last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
        part = {"Content-Range": f"bytes {first}-{last}/{size}"}
        return self.send(206, data[first : last + 1], part)

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], max_age: int, drip: float = 0.0
    ) -> None:
        """Send an answer that may be kept, or one that comes byte by byte."""
        kept = {"Cache-Control": f"max-age={max_age}",
                "ETag": f'"{hashlib.sha256(body).hexdigest()}"'} if max_age else {}  # fmt: skip
        if not drip:
            return self.send(status, body, {**headers, **kept})
        self.head(status, {**headers, **kept}, len(body))
        for byte in body:
            if self.double.closing.wait(drip):
                return None
            self.wfile.write(bytes((byte,)))
        return None


class IndexDouble(Double):
    """Context manager that serves projects, by normal name, on 127.0.0.1."""

    handler = _Handler

    def __init__(self, *, html: bool = False, auth: str = "", **projects: Project) -> None:
        super().__init__()
        self.projects = {name.replace("_", "-"): project for name, project in projects.items()}
        self.html = html
        self.auth = auth
        """What an ``Authorization`` header must be."""
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.busy: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """Address of the index."""
        return f"{self.origin}/simple"


def _digest(project: Project, file: str) -> str:
    return project.digest or hashlib.sha256(project.beside.get(file, b"")).hexdigest()


def _json(name: str, project: Project) -> bytes:
    files = []
    for file in project.files:
        entry: dict[str, object] = {"filename": file, "url": f"/files/{name}/{file}", "hashes": {}}
        if file in project.yanked:
            entry["yanked"] = project.yanked[file] or True
        if project.announced and file in project.beside:
            entry["core-metadata"] = {"sha256": _digest(project, file)}
        files.append(entry)
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()


def _html(name: str, project: Project) -> bytes:
    lines = ["<!DOCTYPE html><html><body><h1>Links</h1>"]
    for file in project.files:
        attributes = ""
        if file in project.yanked:
            attributes += f' data-yanked="{project.yanked[file]}"'
        if project.announced and file in project.beside:
            attributes += f' data-dist-info-metadata="sha256={_digest(project, file)}"'
        lines.append(f'<a href="../../files/{name}/{file}#sha256=00"{attributes}>{file}</a><br>')
    return "\n".join([*lines, "</body></html>"]).encode()
