"""PHP: ``composer.json`` and ``composer.lock``."""

from __future__ import annotations

from typing import Any

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "composer"

_SECTIONS: dict[str, Usage] = {"require": "used", "require-dev": "development"}
_LOCKED: dict[str, Usage] = {"packages": "used", "packages-dev": "development"}
_EXACT = lazy(r"v?(\d+(?:\.\d+){1,3}(?:-[\w.]+)?)")


def accepts(path: str) -> bool:
    """Accept Composer's manifest and lock anywhere in the tree."""
    return path.rpartition("/")[2].lower() in ("composer.json", "composer.lock")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a PHP project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = textfile.load_object(document.data, collector)
    if data is None:
        return collector.done()
    packages = Dependencies("composer", collector, vocabulary)
    if document.path.lower().endswith(".lock"):
        _lock(data, LockLines(text), packages)
    else:
        _declared(data, text, packages)
    return collector.done()


def _declared(data: dict[str, Any], text: str, packages: Dependencies) -> None:
    name = data.get("name")
    if isinstance(name, str) and "/" in name:
        packages.collector.project(name, packages.package(name))
    if data.get("license"):
        packages.own_license(data["license"], textfile.line_of(text, '"license'))
    lines = LockLines(text)
    for section, content in data.items():
        if section not in _SECTIONS or not isinstance(content, dict):
            continue
        lines.seek(section)
        for package, requirement in content.items():
            line = lines.seek(package)
            if not _is_package(package) or not isinstance(requirement, str):
                continue
            exact = _EXACT.fullmatch(requirement.strip())
            packages.declare(
                package, requirement, line, f'"{package}": "{requirement}"',
                usage=_SECTIONS[section], version=exact.group(1) if exact else None,
            )  # fmt: skip


def _lock(data: dict[str, Any], lines: LockLines, packages: Dependencies) -> None:
    """Record every locked package, where it comes from, and what each asks for."""
    nodes: dict[str, ComponentId] = {}
    asked: list[tuple[ComponentId, str, str, int, Usage]] = []
    for section, usage in _LOCKED.items():
        lines.seek(section)
        entries = data.get(section)
        for entry in entries if isinstance(entries, list) else ():
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(name, str) or not _is_package(name):
                continue
            lines.seek("name")
            line = lines.seek(name)
            version = entry.get("version")
            version = version.removeprefix("v") if isinstance(version, str) else None
            component = packages.package(name, version)
            nodes[name.lower()] = component
            where = packages.collector.occurrence(line, f"{name} {version}", usage=usage)
            packages.node(component, where)
            packages.declared_license(component, entry.get("license"), line)
            if url := _source(entry):
                packages.delivered(component, url, where)
            required = entry.get("require")
            for target, requirement in required.items() if isinstance(required, dict) else ():
                if isinstance(requirement, str):
                    asked.append((component, target.lower(), requirement, line, usage))
    for component, target, requirement, line, usage in asked:
        if target in nodes:
            where = packages.collector.occurrence(line, target, usage=usage)
            packages.edge(component, nodes[target], where, requirement)


def _source(entry: dict[str, Any]) -> str:
    """Return where a locked package is fetched from, as far as the lock says."""
    for key in ("dist", "source"):
        given = entry.get(key)
        url = given.get("url") if isinstance(given, dict) else None
        if isinstance(url, str) and "://" in url:
            return url
    return ""


def _is_package(name: str) -> bool:
    """Tell packages from what PHP and Composer bring themselves, as ``php`` and ``ext-json``."""
    return "/" in name
