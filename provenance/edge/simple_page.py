"""A project's page of the simple API: PEP 691 JSON or PEP 503 HTML, with PEP 592, 658 and 714.

Pure: bytes in, the project's files out.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct

from provenance import ids
from provenance.patterns import lazy

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.1"
)
MAX_FILES = 100_000
_SHA256 = lazy(r"sha256=([0-9a-f]{64})")


class File(Struct, frozen=True, kw_only=True):
    """One file of a release."""

    name: str
    url: str
    """Absolute, without fragment."""
    metadata: bool = False
    """The index serves its metadata beside it."""
    digest: str = ""
    """SHA-256 of that metadata, where the page gives it."""
    yanked: str | None = None
    """Why it was withdrawn ("" without a reason); None when it was not."""


class PageError(ValueError):
    """A page is not what the simple API demands."""


def read_page(body: bytes, content_type: str, url: str) -> tuple[File, ...]:
    """Return the files of a page.

    Args:
        url: where the page was found; addresses in it are relative to it.

    Raises:
        PageError: it is neither of the two forms.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return _json(body, url)
    if kind.endswith("html"):
        return _html(body, url)
    raise PageError("neither JSON nor HTML")


def of_version(files: tuple[File, ...], project: str, version: str) -> tuple[File, ...]:
    """Return the files of one release, the one to ask for metadata first.

    A wheel for every platform comes before those for one; a source archive comes last.
    """
    from packaging.version import InvalidVersion, Version

    try:
        wanted: Version | None = Version(version)
    except InvalidVersion:
        wanted = None
    found = []
    for file in files:
        written = _version_in(file.name, project)
        if not written:
            continue
        try:
            same = written == version or (wanted is not None and Version(written) == wanted)
        except InvalidVersion:
            same = False
        if same:
            found.append(file)
    return tuple(sorted(found, key=_order))


def _order(file: File) -> tuple[bool, bool, bool, str]:
    wheel, anywhere = file.name.endswith(".whl"), file.name.endswith("-none-any.whl")
    return not file.metadata, not wheel, not anywhere, file.name


def _version_in(name: str, project: str) -> str:
    """Return the version in a file's name; "" where the name is another's or no release's."""
    if name.endswith(".whl"):
        head, _, rest = name.partition("-")
        return rest.partition("-")[0] if ids.pypi(head) == ids.pypi(project) else ""
    for ending in (".tar.gz", ".zip", ".tar.bz2", ".tgz"):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            head, _, version = stem.rpartition("-")
            return version if ids.pypi(head) == ids.pypi(project) else ""
    return ""


def _json(body: bytes, base: str) -> tuple[File, ...]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PageError("no valid JSON") from error
    entries = data.get("files") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise PageError("no list of files")
    found = []
    for entry in entries[:MAX_FILES]:
        if isinstance(entry, dict):
            offered = entry.get("core-metadata", entry.get("dist-info-metadata"))
            yanked = entry.get("yanked")
            found.append(
                _file(
                    entry.get("filename"), entry.get("url"), base, offered=bool(offered),
                    digest=offered.get("sha256") if isinstance(offered, dict) else "",
                    yanked=yanked if isinstance(yanked, str) else "" if yanked is True else None,
                )
            )  # fmt: skip
    return tuple(file for file in found if file)


def _html(body: bytes, base: str) -> tuple[File, ...]:
    parser = _Anchors()
    try:
        parser.feed(body.decode("utf-8", "replace"))
        parser.close()
    except (AssertionError, ValueError) as error:  # what html.parser raises for a broken page
        raise PageError("no readable HTML") from error
    found = []
    for attributes in parser.anchors:
        url = attributes.get("href") or ""
        offered = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
        digest = _SHA256.fullmatch(offered or "")
        name = unquote(url.partition("#")[0].partition("?")[0].rpartition("/")[2])
        found.append(
            _file(
                name, url, base, offered=offered is not None and offered != "false",
                digest=digest.group(1) if digest else "",
                yanked=(attributes["data-yanked"] or "") if "data-yanked" in attributes else None,
            )
        )  # fmt: skip
    if not found and b"<" not in body:
        raise PageError("no HTML")
    return tuple(file for file in found if file)


class _Anchors(HTMLParser):
    """Collects the attributes of links."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and len(self.anchors) < MAX_FILES:
            self.anchors.append(dict(attrs))


def _file(
    name: Any, url: Any, base: str, *, offered: bool, digest: Any, yanked: str | None
) -> File | None:
    """Return a file whose name and address can be used, or None."""
    if not isinstance(name, str) or not isinstance(url, str) or len(url) > 4096:
        return None
    try:
        absolute = urljoin(base, url).partition("#")[0]
        usable = urlsplit(absolute).scheme in ("http", "https")
    except ValueError:
        return None
    if not usable:
        return None
    return File(
        name=name[:512], url=absolute, metadata=offered,
        digest=digest if isinstance(digest, str) else "", yanked=yanked[:200] if yanked else yanked,
    )  # fmt: skip
