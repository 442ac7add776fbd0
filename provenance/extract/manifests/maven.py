"""``pom.xml``: declared Maven artifacts, properties resolved as far as the file sets them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.xml_tree import Element, parse
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "maven-pom"

_SCOPES: dict[str, Usage] = {"test": "test"}
_PROPERTY = lazy(r"\$\{([^${}]{1,200})\}")
_RANGE = lazy(r"[\[(].*[\])]")
_PLUGIN_GROUP = "org.apache.maven.plugins"
_MAX_ROUNDS = 10
"""Properties may name others; a circle among them ends here."""


class _Pom(Struct):
    root: Element
    properties: dict[str, str]
    managed: dict[str, str]
    packages: Dependencies

    def resolve(self, text: str) -> str:
        """Return a text with the properties that this file sets put in."""
        for _ in range(_MAX_ROUNDS):
            if "${" not in text or len(text) > 500:
                break
            text = _PROPERTY.sub(lambda m: self.properties.get(m.group(1), m.group()), text)
        return text


def accepts(path: str) -> bool:
    """Accept ``pom.xml`` and the ``*.pom`` of repositories."""
    name = path.rpartition("/")[2].lower()
    return name == "pom.xml" or name.endswith(".pom")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the artifacts a project declares, each with its scope as usage."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    root = parse(document.data, collector)
    if root is None or root.name != "project":
        return collector.done()
    pom = _Pom(root, _properties(root), {}, Dependencies("maven", collector, vocabulary))
    for entry in root.below("dependencyManagement", "dependencies", "dependency"):
        key = pom.resolve(f"{entry.value('groupId')}:{entry.value('artifactId')}")
        pom.managed.setdefault(key, pom.resolve(entry.value("version")))
    name = pom.resolve(root.value("artifactId"))
    above = root.first("parent")
    group = pom.resolve(root.value("groupId") or (above.value("groupId") if above else ""))
    if name and "$" not in name:
        collector.project(name, pom.packages.package(f"{group}/{name}"))
    if "/" not in document.path:
        for entry in root.below("licenses", "license"):
            pom.packages.declared_license(ids.PROJECT, entry.value("name"), entry.line)
    parent = root.first("parent")
    if parent is not None:
        _artifact(parent, "used", pom)
    for usage, entry in _entries(root):
        _artifact(entry, usage, pom)
    return collector.done()


def _properties(root: Element) -> dict[str, str]:
    """Return what ``${…}`` stands for: declared properties and the project's own fields."""
    found: dict[str, str] = {}
    parent = root.first("parent")
    for field in ("groupId", "artifactId", "version"):
        inherited = parent.value(field) if parent is not None else ""
        value = root.value(field) or ("" if field == "artifactId" else inherited)
        for prefix in ("project.", "pom.", ""):
            if value:
                found[f"{prefix}{field}"] = value
        for prefix in ("project.parent.", "parent."):
            if inherited:
                found[f"{prefix}{field}"] = inherited
    for entry in root.below("properties"):
        for child in entry.children:
            if child.text:
                found[child.name] = child.text
    return found


def _entries(root: Element) -> Iterator[tuple[Usage, Element]]:
    for entry in root.below("dependencies", "dependency"):
        yield "used", entry
    for entry in root.below("profiles", "profile", "dependencies", "dependency"):
        yield "optional", entry
    plugins = (*root.below("build", "plugins", "plugin"),
               *root.below("profiles", "profile", "build", "plugins", "plugin"))  # fmt: skip
    for entry in plugins:
        yield "development", entry
        for needed in entry.below("dependencies", "dependency"):
            yield "development", needed
        for processor in entry.below("configuration", "annotationProcessorPaths", "path"):
            yield "development", processor
    for entry in root.below("build", "extensions", "extension"):
        yield "development", entry


def _artifact(entry: Element, usage: Usage, pom: _Pom) -> None:
    """Record one artifact by its coordinates."""
    collector = pom.packages.collector
    group = pom.resolve(entry.value("groupId"))
    if not group and entry.name == "plugin":
        group = _PLUGIN_GROUP
    artifact = pom.resolve(entry.value("artifactId"))
    written = f"{entry.value('groupId') or group}:{entry.value('artifactId')}"
    if not group or not artifact or "${" in group + artifact:
        collector.gap(written, "requirement-without-name", entry.line)
        return
    raw = entry.value("version")
    version = pom.resolve(raw) or pom.managed.get(f"{group}:{artifact}", "")
    scope = entry.value("scope")
    usage = _SCOPES.get(scope, usage)
    if entry.value("optional") == "true" and usage == "used":
        usage = "optional"
    if scope == "system":
        collector.gap(written, "local-requirement", entry.line)
    if "${" in version:
        where = collector.occurrence(entry.line, version)
        collector.gap(written, "dynamic-name", where, expression=version)
    exact = bool(version) and "${" not in version and not _RANGE.fullmatch(version)
    pom.packages.declare(
        f"{group}/{artifact}", version, entry.line, f"{written}:{raw}".rstrip(":"), usage=usage,
        version=version if exact and version not in ("LATEST", "RELEASE") else None,
    )  # fmt: skip
