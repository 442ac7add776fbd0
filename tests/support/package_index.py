"""A small Python package index on the loopback, for tests with real pip and real uv.

It serves the simple repository interface (HTML), its wheels with their metadata beside them,
and source archives. Wheels are made on the spot and hold nothing but metadata; a source
archive's build script leaves a mark where the test can see that it ran.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.loopback import Double, Handler


def normal(name: str) -> str:
    """Return a name as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata(
    name: str, version: str, requires: Sequence[str] = (), *, requires_python: str = "",
    extra_lines: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return a METADATA document."""
    extras = dict.fromkeys(re.findall(r"""extra\s*==\s*["']([\w.-]+)["']""", "\n".join(requires)))
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *extra_lines]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {item}" for item in requires]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class File:
    """One distribution file of the index."""

    project: str
    name: str
    data: bytes
    metadata: bytes = b""
    yanked: str | None = None
    requires_python: str = ""


def wheel(
    name: str, version: str, *requires: str, tag: str = "py3-none-any", yanked: str | None = None,
    requires_python: str = "", extra_lines: Sequence[str] = (),
) -> File:  # fmt: skip
    """Return a wheel that holds metadata only."""
    stem = f"{normal(name).replace('-', '_')}-{version}"
    text = metadata(
        name, version, requires, requires_python=requires_python, extra_lines=extra_lines
    )
    files = {
        f"{stem}.dist-info/METADATA": text,
        f"{stem}.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{path},,\n" for path in files)
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return File(
        normal(name), f"{stem}-{tag}.whl", buffer.getvalue(), text.encode(), yanked,
        requires_python,
    )  # fmt: skip


def sdist(name: str, version: str, *requires: str, mark: Path | None = None) -> File:
    """Return a source archive whose build backend writes to ``mark`` when it is run."""
    stem = f"{normal(name).replace('-', '_')}-{version}"
    text = metadata(name, version, requires)
    touch = f"open({str(mark)!r}, 'w').close()" if mark else "pass"
    backend = (
        f"{touch}\n"
        "def get_requires_for_build_wheel(config_settings=None):\n    return []\n"
        "def prepare_metadata_for_build_wheel(folder, config_settings=None):\n"
        "    import pathlib\n"
        f"    inside = pathlib.Path(folder) / '{stem}.dist-info'\n"
        "    inside.mkdir()\n"
        f"    (inside / 'METADATA').write_text({text!r})\n"
        "    (inside / 'WHEEL').write_text('Wheel-Version: 1.0\\nTag: py3-none-any\\n')\n"
        "    return inside.name\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        "    raise SystemExit('not in this test')\n"
        "def build_sdist(folder, config_settings=None):\n"
        "    raise SystemExit('not in this test')\n"
    )
    project = (
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
        f"[project]\nname = {name!r}\ndynamic = ['version', 'dependencies']\n"
    )
    old = text.replace("Metadata-Version: 2.1", "Metadata-Version: 1.2")
    old = "".join(line for line in old.splitlines(True) if "Requires-Dist" not in line)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in (
            ("PKG-INFO", old), ("pyproject.toml", project), ("backend.py", backend),
        ):  # fmt: skip
            info = tarfile.TarInfo(f"{stem}/{path}")
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return File(normal(name), f"{stem}.tar.gz", buffer.getvalue())


class _Handler(Handler):
    double: PackageIndex

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        double = self.double
        path = self.path.partition("?")[0]
        double.asked.append(path)
        parts = path.strip("/").split("/")
        status, data, kind = 404, b"not found", "text/plain"
        if len(parts) == 2 and parts[0] == "simple":
            answer = double.answers.get(parts[1], 0)
            if answer is None:
                double.closing.wait(120)
                return
            page = double.page(parts[1])
            if isinstance(answer, bytes):
                status, data, kind = 200, answer, "text/html"
            elif answer:
                status, data = answer, b"no"
            elif page:
                status, data, kind = 200, page, "text/html"
        elif len(parts) == 2 and parts[0] == "files":
            file = double.files.get(parts[1].removesuffix(".metadata"))
            if file and parts[1].endswith(".metadata"):
                status, data, kind = 200, file.metadata, "text/plain"
            elif file:
                status, data, kind = 200, file.data, "application/octet-stream"
        start, end = self._range(len(data)) if status == 200 else (0, len(data))
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
        if (start, end) != (0, len(data)):
            status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{len(data)}"
        self.send(status, data[start:end], headers)

    def _range(self, size: int) -> tuple[int, int]:
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not match:
            return 0, size
        first, last = match.groups()
        if not first:
            return max(0, size - int(last)), size
        return int(first), min(size, int(last) + 1 if last else size)


class PackageIndex(Double):
    """Context manager that serves files on 127.0.0.1.

    ``answers`` gives projects another answer than their page: a status (403), bytes (sent as
    they are, with status 200), or None (no answer until the index is closed).
    """

    handler = _Handler

    def __init__(self, *files: File, answers: dict[str, int | bytes | None] | None = None) -> None:
        super().__init__()
        self.files = {file.name: file for file in files}
        self.answers = answers or {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """The simple interface's address, without a trailing slash."""
        return f"{self.origin}/simple"

    def projects(self) -> set[str]:
        """The projects that were asked for."""
        return {path.split("/")[2] for path in self.asked if path.startswith("/simple/")} - {""}

    def page(self, project: str) -> bytes | None:
        """A project's page of files."""
        found = [file for file in self.files.values() if file.project == project]
        if not found:
            return None
        links = []
        for file in found:
            digest = hashlib.sha256(file.data).hexdigest()
            said = ""
            if file.metadata:
                core = hashlib.sha256(file.metadata).hexdigest()
                said += f' data-core-metadata="sha256={core}"'
                said += f' data-dist-info-metadata="sha256={core}"'
            if file.yanked is not None:
                said += f' data-yanked="{html.escape(file.yanked)}"'
            if file.requires_python:
                said += f' data-requires-python="{html.escape(file.requires_python)}"'
            links.append(f'<a href="/files/{file.name}#sha256={digest}"{said}>{file.name}</a><br>')
        return ("<!DOCTYPE html><html><body>\n" + "\n".join(links) + "\n</body></html>").encode()
