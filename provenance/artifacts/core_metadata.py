"""What a released Python package says of itself: ``METADATA`` and ``PKG-INFO``.

Only the header is read; the description below it is prose. A line that is broken is left
out, where :mod:`packaging` would end the header at it; a field that is repeated against the
rules counts as it stands first. On sound files both read the same, which a test holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from provenance.artifacts.source import ArtifactError
from provenance.model import ComponentId, Evidence, Gap, LicenseDeclaration
from provenance.patterns import lazy

MAX_HEADER = 1024 * 1024
"""Bytes of header that are read; pasted license texts take some ten thousand."""
MAX_ITEMS = 5_000
"""Values that a repeated field may have; the longest known has some hundred."""
MAX_VALUE = 2_000
MAX_LICENSE = 64 * 1024
"""Characters of the ``License`` field, which often holds a whole text."""

_END = lazy(rb"\n\r?\n|\r\r(?!\n)")
_FOLDED = lazy(r"\n(?: {8}| {7}\||\t)")
"""How writers continue a line: indented, or behind a bar."""
_NAME = lazy(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_MAIL = lazy(r"[^@\s<>,;\"']+@([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250})\.[A-Za-z]{2,24})\b")
_GITHUB = lazy(r"https?://(?:www\.)?github\.com/([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?:/|$)")
_NO_OWNERS = frozenset("apps features marketplace orgs search sponsors topics users".split())
"""First words of the code host's own pages."""
_HOMES = frozenset(
    "home homepage source sourcecode repository repo code github development".split()
)
"""Labels of links that say where a project lives, in the normal form of PEP 753."""
_NOTHING = frozenset(("", "none", "unknown", "null", "n/a", "dynamic"))


class CoreMetadata(Struct, frozen=True, kw_only=True):
    """The fields an audit asks for, as written; a field that is not there is empty."""

    name: str
    version: str = ""
    requires_dist: tuple[str, ...] = ()
    requires_python: str = ""
    provides_extra: tuple[str, ...] = ()
    license_expression: str = ""
    license: str = ""
    """The older field: a name, a text, or the name of a file."""
    license_files: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    """Those about the license."""
    urls: tuple[tuple[str, str], ...] = ()
    """Label and address, the home page's first."""
    mail_domains: tuple[str, ...] = ()
    """Of authors and maintainers, sorted."""

    @property
    def homes(self) -> tuple[str, ...]:
        """Where the package says it lives: ``github:owner`` and ``domain:example.org``.

        Statements of the package about itself: weak, and no proof of who publishes it.
        """
        owners = [
            match.group(1).lower()
            for label, url in self.urls
            if re.sub(r"[\W_]+", "", label).lower() in _HOMES and (match := _GITHUB.match(url))
        ]
        named = [f"github:{owner}" for owner in owners if owner not in _NO_OWNERS]
        return tuple(dict.fromkeys((*named, *(f"domain:{one}" for one in self.mail_domains))))

    def licenses(
        self, component: ComponentId, declared_by: str, evidence: Evidence, text: str = ""
    ) -> tuple[tuple[LicenseDeclaration, ...], tuple[Gap, ...]]:
        """Return every statement on the license, the strongest first, and what is missing.

        Each field is a statement of its own, so that a contradiction stays visible.

        Args:
            text: the license file's beginning; it counts where no field says anything.
        """
        said = [("spdx", self.license_expression)] if self.license_expression else []
        said += [("classifier", one) for one in self.classifiers]
        said += [("field", self.license)] if self.license else []
        said = said or ([("text", text)] if text.strip() else [])
        found = tuple(
            LicenseDeclaration(
                component=component, raw=raw, declared_by=declared_by, evidence=evidence,
                scheme=scheme,  # type: ignore[arg-type]
            )
            for scheme, raw in said
        )  # fmt: skip
        if found:
            return found, ()
        files = ", ".join(self.license_files[:5]) or "–"
        reason = "license-in-file" if self.license_files else "license-not-declared"
        params = (("detail", evidence.reference), ("files", files))
        return (), (Gap(subject=component, reason=reason, params=params),)


def read(data: bytes) -> CoreMetadata:
    """Return what the header of a metadata file says.

    Raises:
        ArtifactError: it names no package, or its header is above the cap.
    """
    header = header_of(data)
    if len(header) > MAX_HEADER:
        raise ArtifactError(f"a header of more than {MAX_HEADER} bytes")
    fields = _fields(header)
    name = _first(fields, "name")
    if not _NAME.fullmatch(name):
        raise ArtifactError("no package is named" if not name else "the name is none of a package")
    return CoreMetadata(
        name=name,
        version=_first(fields, "version"),
        requires_dist=tuple(_values(fields, "requires-dist")),
        requires_python=_first(fields, "requires-python"),
        provides_extra=tuple(_values(fields, "provides-extra")),
        license_expression=_stated(_first(fields, "license-expression")),
        license=_stated(_unfolded(_first(fields, "license", MAX_LICENSE))),
        license_files=tuple(_values(fields, "license-file")),
        classifiers=tuple(
            one for one in _values(fields, "classifier") if one.startswith("License ::")
        ),
        urls=tuple(_urls(fields)),
        mail_domains=tuple(_domains(fields)),
    )


def header_of(data: bytes) -> bytes:
    """Return what stands before the description; everything where no blank line ends it."""
    end = _END.search(data, 0, MAX_HEADER + 1)
    return data[: end.start()] if end else data


def _fields(header: bytes) -> dict[str, list[str]]:
    """Return the header's fields, names in lower case; bytes that are no UTF-8 read as Latin-1."""
    try:
        text = header.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = header.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    entries: list[tuple[str, list[str]]] = []
    current: list[str] | None = None
    for line in text.split("\n"):
        if line[:1] in (" ", "\t", "|"):
            if current is not None:
                current.append(line)
            continue
        name, colon, value = line.partition(":")
        current = [value] if colon and name and " " not in name else None
        if current is not None:
            entries.append((name.lower(), current))
    found: dict[str, list[str]] = {}
    for name, lines in entries:
        found.setdefault(name, []).append("\n".join(lines).strip())
    return found


def _values(fields: dict[str, list[str]], name: str) -> Iterator[str]:
    for value in fields.get(name, ())[:MAX_ITEMS]:
        joined = " ".join(value.split())
        if joined and len(joined) <= MAX_VALUE:
            yield joined


def _first(fields: dict[str, list[str]], name: str, limit: int = MAX_VALUE) -> str:
    """Return a field that may stand once; one that is too long says nothing."""
    value = next((one for one in fields.get(name, ()) if one), "")
    return value.strip() if len(value) <= limit else ""


def _unfolded(text: str) -> str:
    return _FOLDED.sub("\n", text)


def _stated(text: str) -> str:
    """Return a text, or nothing where it is a tool's word for nothing."""
    return "" if text.lower() in _NOTHING else text


def _urls(fields: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    home = _stated(_first(fields, "home-page"))
    if home:
        yield "homepage", home
    for value in _values(fields, "project-url"):
        label, comma, url = value.partition(",")
        if comma:
            yield label.strip(), url.strip()


def _domains(fields: dict[str, list[str]]) -> Iterable[str]:
    texts = [
        value
        for name in ("author-email", "maintainer-email")
        for value in fields.get(name, ())[:10]
    ]
    found = {match.lower() for text in texts for match in _MAIL.findall(text[:MAX_VALUE])}
    return sorted(found)[:20]
