"""What goes into pip-audit and what its JSON says: pins, answers, causes of failure. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from provenance import ids
from provenance.model import ComponentId, Evidence, Gap, Vulnerability
from provenance.patterns import lazy

MAX_TEXT = 400
MAX_VULNERABILITIES = 1_000
"""Advisories on one version; more is no answer."""

_NAME = lazy(r"[a-z0-9](?:[a-z0-9-]{0,200}[a-z0-9])?", re.ASCII)
_VULNERABILITY = lazy(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", re.ASCII)
_PUBLISHED = lazy(r"(?:GHSA|PYSEC|CVE|OSV|MAL)-", re.ASCII)
"""Prefixes of ids that have a page of their own at osv.dev."""
_RAISED = lazy(r"^(?:[\w.]+\.)?\w*(?:Error|Exception|Timeout|Redirects): (?=\S)")
_ADDRESS = lazy(r" at 0x[0-9a-f]+|(?<![:/\w])/(?:[^\s/]+/){2,}")
"""What differs from run to run or from machine to machine: memory addresses, folders."""


class Pin(NamedTuple):
    """One released version, named so that nothing but a requirement can be read from it."""

    name: str
    version: str


class Known(Struct, frozen=True, kw_only=True):
    """One advisory as pip-audit gives it."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    fixed_in: tuple[str, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """What is known of one version, and the day it was asked."""

    as_of: str
    known: tuple[Known, ...] = ()
    skipped: str = ""
    """The engine's words, where it did not audit the version."""


class Skipped(NamedTuple):
    """A version that pip-audit did not audit, in its words."""

    reason: str


def pins(component_ids: Iterable[ComponentId]) -> tuple[dict[Pin, list[ComponentId]], list[Gap]]:
    """Return what can be asked for, with the components it stands for, and gaps for the rest.

    A local build (``2.9.1+cu128``) is asked for as the release it was built from: that is what
    advisories are published on.
    """
    from packaging.version import InvalidVersion, Version

    found: dict[Pin, list[ComponentId]] = {}
    gaps: list[Gap] = []
    others: Counter[str] = Counter()
    for component in sorted(set(component_ids)):
        bare = ids.without_version(component)
        name, written = bare.removeprefix("pkg:pypi/"), ids.version_of(component)
        if name == bare:
            others[bare.removeprefix("pkg:").partition("/")[0]] += 1
        elif written is None:
            gaps.append(Gap(subject=component, reason="version-unknown"))
        else:
            try:
                version = Version(written).public
            except InvalidVersion:
                version = ""
            if version and _NAME.fullmatch(name):
                found.setdefault(Pin(name, version), []).append(component)
            else:
                gaps.append(
                    Gap(
                        subject=component, reason="advisory-skipped",
                        params=(("detail", "no version of a Python package"),),
                    )
                )  # fmt: skip
    gaps += [
        Gap(subject=kind, reason="advisory-other-ecosystem", params=(("count", str(number)),))
        for kind, number in sorted(others.items())
    ]
    return found, gaps


def read(out: str, asked: Sequence[Pin], today: str) -> dict[Pin, Answer | Skipped] | None:
    """Return what was answered for which pin; None if the output is no answer at all."""
    try:
        data = json.loads(out)
    except (ValueError, RecursionError):
        return None
    entries = data.get("dependencies") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return None
    found: dict[Pin, Answer | Skipped] = {}
    reasons: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name, version = str(entry.get("name")), str(entry.get("version"))
        known = _known(entry.get("vulns"))
        if known is not None:
            found[Pin(name, version)] = Answer(as_of=today, known=known)
        elif "skip_reason" in entry:
            reasons[name] = text_of(entry["skip_reason"])
    return {
        pin: found[pin] if pin in found else Skipped(reasons[pin.name])
        for pin in asked
        if pin in found or pin.name in reasons
    }


def _known(entries: object) -> tuple[Known, ...] | None:
    """Return the advisories of one version; None unless every one of them can be read."""
    if not isinstance(entries, list) or len(entries) > MAX_VULNERABILITIES:
        return None
    found = [known_from(entry) for entry in entries]
    if any(one is None for one in found):
        return None
    return tuple(sorted((one for one in found if one), key=lambda one: one.id))


def known_from(entry: Any) -> Known | None:
    """Return one advisory, None if its id is none."""
    identifier = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(identifier, str) or not _VULNERABILITY.fullmatch(identifier):
        return None
    aliases = [one for one in _strings(entry.get("aliases")) if _VULNERABILITY.fullmatch(one)]
    return Known(
        id=identifier, aliases=tuple(sorted(set(aliases))),
        summary=text_of(entry.get("description")),
        fixed_in=tuple(text_of(one)[:50] for one in _strings(entry.get("fix_versions"))),
    )  # fmt: skip


def vulnerabilities(pin: Pin, answer: Answer, service: str, url: str) -> tuple[Vulnerability, ...]:
    """Return an answer in the words of the report, each advisory with where to read it."""
    asked = f"{service} through pip-audit, asked for {pin.name} {pin.version}"
    return tuple(
        Vulnerability(
            id=one.id, aliases=one.aliases, summary=one.summary, fixed_in=one.fixed_in,
            evidence=(
                Evidence(
                    source="advisories",
                    reference=_page(one.id, url), as_of=answer.as_of, note=asked,
                ),
            ),
        )
        for one in answer.known
    )  # fmt: skip


def _page(identifier: str, url: str) -> str:
    if _PUBLISHED.match(identifier) or not url:
        return f"https://osv.dev/vulnerability/{identifier}"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def cause(err: str) -> str:
    """Return the line of a program's stderr that says why it stopped, without our paths."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    raised = [line for line in lines if _RAISED.match(line)]
    said = [line for line in lines if not line.startswith(("WARNING", "Traceback"))]
    chosen = (raised or said or ["it said nothing"])[-1]
    return text_of(_ADDRESS.sub("", chosen), 200)


def text_of(value: object, longest: int = MAX_TEXT) -> str:
    """Return a service's words on one line, printable and of bounded length."""
    words = " ".join(str(value if value is not None else "").split())
    words = "".join(char if char.isprintable() else "\ufffd" for char in words)
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
