"""Dart and Flutter: ``pubspec.yaml`` and ``pubspec.lock``."""

from __future__ import annotations

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.yaml_tree import Node
from provenance.extract.manifests.dependencies import Dependencies
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pub"

_FILES = frozenset({"pubspec.yaml", "pubspec.yml", "pubspec_overrides.yaml", "pubspec.lock"})
_SECTIONS: dict[str, Usage] = {
    "dependencies": "used", "dev_dependencies": "development", "dependency_overrides": "used",
}  # fmt: skip
_LOCKED: dict[str, Usage] = {
    "direct main": "used", "direct dev": "development", "direct overridden": "used",
}  # fmt: skip
_EXACT = lazy(r"=?\s*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")


def accepts(path: str) -> bool:
    """Accept the files of Dart's package manager anywhere in the tree."""
    return path.rpartition("/")[2].lower() in _FILES


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a Dart package declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    packages = Dependencies("pub", collector, vocabulary)
    for root in yaml_tree.load(text, collector)[:1]:
        if document.path.lower().endswith(".lock"):
            _lock(root, packages)
        else:
            _declared(root, packages)
    return collector.done()


def _declared(root: Node, packages: Dependencies) -> None:
    name = root.text("name")
    if name:
        packages.collector.project(name, packages.package(name))
    for section, usage in _SECTIONS.items():
        content = root.get(section)
        for key, value in content.pairs or () if content is not None else ():
            if key.value:
                _dependency(key.value, key.line, value, usage, packages)


def _dependency(
    name: str, line: int, value: Node, usage: Usage, packages: Dependencies
) -> None:  # fmt: skip
    """Record one entry: a range, or a mapping that says where the package comes from."""
    if value.get("path") is not None:
        packages.local(name, value.text("path"), line)
        return
    requirement = value.value or value.text("version")
    requirement = "" if requirement == "any" else requirement
    exact = _EXACT.fullmatch(requirement)
    url = _url(value)
    component = packages.declare(
        name, requirement, line, f"{name}: {requirement}".strip(), usage=usage,
        version=exact.group(1) if exact else None, indexed=not url,
    )  # fmt: skip
    if url:
        packages.delivered(component, url, packages.collector.occurrence(line, url, usage=usage))


def _url(value: Node) -> str:
    """Return the address that an entry gives: a repository, or another index."""
    git, hosted = value.get("git"), value.get("hosted")
    if git is not None:
        return git.value or git.text("url")
    if hosted is not None:
        return hosted.value or hosted.text("url")
    return ""


def _lock(root: Node, packages: Dependencies) -> None:
    """Record every locked package; the lock has no edges."""
    content = root.get("packages")
    for key, entry in content.pairs or () if content is not None else ():
        source = entry.text("source")
        if not key.value or source == "path":
            continue
        asked = entry.text("dependency")
        version = entry.text("version")
        # What only others ask for may be a tool's; the lock does not say whose.
        usage = _LOCKED.get(asked, "used")
        component = packages.package(key.value, version or None)
        where = packages.collector.occurrence(key.line, f"{key.value} {version}", usage=usage)
        packages.node(component, where, direct=asked.startswith("direct"))
        if source == "git":
            packages.delivered(component, entry.text("description", "url"), where)
