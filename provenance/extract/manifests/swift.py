"""Swift: ``Package.swift``, read by its literals and never run, and ``Package.resolved``."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.places import Places
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "swift"

_PASSIVE = lazy(rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*+\"?", re.DOTALL)
_PACKAGE = lazy(
    rb"\.package\(\s{0,80}(?:name:\s{0,8}\"[^\"\n]{0,100}\"\s{0,8},\s{0,80})?"
    rb"url:\s{0,80}\"([^\"\n]{4,300})\"\s{0,8},?([^\n)]{0,200})"
)
_MANIFEST = lazy(r"Package(?:@swift-[\d.]+)?\.swift")
_VERSION = lazy(r"(?:exact|\.exact)\W{1,4}(\d[\w.+-]*)")
_PLACE = lazy(
    r"(?:(?:https?|ssh|git)://(?:[\w.-]+@)?|[\w.-]+@)([\w.-]+)[/:]([\w./~-]+?)(?:\.git)?/?"
)
_MAX_PACKAGES = 2_000


def accepts(path: str) -> bool:
    """Accept the manifests of Swift's package manager (also for one version) and its lock."""
    name = path.rpartition("/")[2]
    return name == "Package.resolved" or _MANIFEST.fullmatch(name) is not None


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a Swift package or an Xcode project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    packages = Dependencies("swift", collector, vocabulary)
    if document.path.endswith(".resolved"):
        data, text = textfile.load_object(document.data, collector)
        _lock(data or {}, LockLines(text), packages)
    else:
        _declared(document.data, packages)
    return collector.done()


def _declared(data: bytes, packages: Dependencies) -> None:
    places = Places(data, _PASSIVE)
    for match in islice(_PACKAGE.finditer(data), _MAX_PACKAGES):
        state = places.state(match.start())
        url = match.group(1).decode("utf-8", "replace")
        name = _name(url)
        if not name or state == "documentation":
            continue
        requirement = match.group(2).decode("utf-8", "replace").strip().rstrip(",")
        exact = _VERSION.search(requirement)
        line, usage = places.line(match.start(1)), state or "used"
        component = packages.declare(
            name, requirement, line, url, usage=usage, version=exact.group(1) if exact else None
        )
        packages.delivered(component, url, packages.collector.occurrence(line, url, usage=usage))


def _lock(data: dict[str, Any], lines: LockLines, packages: Dependencies) -> None:
    """Record the pins of a lock, versions 1 to 3; it has no edges."""
    held = data.get("object")
    pins = data.get("pins", held.get("pins") if isinstance(held, dict) else None)
    for pin in pins if isinstance(pins, list) else ():
        url = (pin.get("location") or pin.get("repositoryURL")) if isinstance(pin, dict) else None
        if not isinstance(url, str) or not (name := _name(url)):
            continue
        state = pin.get("state")
        version = state.get("version") if isinstance(state, dict) else None
        version = version if isinstance(version, str) else None
        where = packages.collector.occurrence(lines.seek(url), f"{url} {version or ''}".strip())
        component = packages.node(packages.package(name, version), where)
        packages.delivered(component, url, where)


def _name(url: str) -> str:
    """Return host and path of a repository, which is what a Swift package is called by."""
    match = _PLACE.fullmatch(url.strip())
    return f"{match.group(1).lower()}/{match.group(2)}" if match else ""
