"""NuGet: project files, ``packages.config``, central versions, locked packages and tools."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.toml_text import string
from provenance.extract.manifests.xml_tree import Element, parse
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "nuget"

_PROJECTS = (".csproj", ".fsproj", ".vbproj", ".props", ".targets")
_PROPERTY = lazy(r"\$\(([\w.-]{1,100})\)")
_EXACT = lazy(r"\[?\s*(\d+(?:\.\d+){0,3}(?:[-+][\w.+-]+)?)\s*\]?")
_TEST_PACKAGES = lazy(
    r"(?:xunit|nunit|mstest|moq|coverlet|microsoft\.net\.test\.sdk|nsubstitute|fluentassertions)\b",
    re.IGNORECASE,
)
_REFERENCE = lazy(
    r"<(PackageReference|GlobalPackageReference|PackageVersion|package)\s([^<>]{1,500})>"
)
_ATTRIBUTE = lazy(r"(\w+)\s*=\s*([\"'])([^\"'<>]{0,200})\2")
_NAME = lazy(r"[A-Za-z_]\w*(?:[.-]\w+)*")
_MAX_COMMENTED = 200


def accepts(path: str) -> bool:
    """Accept MSBuild projects and property files, NuGet's own two files, manifests of tools."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_PROJECTS) or name in (
        "packages.config", "packages.lock.json", "dotnet-tools.json",
    )  # fmt: skip


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages a .NET project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    packages = Dependencies("nuget", collector, vocabulary)
    if document.path.lower().endswith(".json"):
        read = _tools if document.path.lower().endswith("tools.json") else _lock
        read(document, packages)
        return collector.done()
    if b"Package" not in document.data and b"package" not in document.data:
        return collector.done()
    comments: list[tuple[str, int]] = []
    root = parse(document.data, collector, comments)
    if root is None:
        return collector.done()
    _commented(comments, packages)
    if root.name == "packages":
        for entry in root.below("package"):
            development = entry.attributes.get("developmentDependency", "").lower() == "true"
            usage: Usage = "development" if development else "used"
            _package(
                entry, entry.attributes.get("id", ""), entry.attributes.get("version", ""), usage,
                {}, packages,
            )  # fmt: skip
        return collector.done()
    properties, tests = _properties(root), _is_test(root)
    if _NAME.fullmatch(own := properties.get("packageid", "")):
        packages.collector.own.append(packages.package(own))
    for entry in root.walk():
        if entry.name in ("PackageReference", "PackageVersion", "GlobalPackageReference"):
            name = _field(entry, "Include") or _field(entry, "Update")
            if not name:
                continue  # a removal, or a property of the same name
            version = _field(entry, "VersionOverride") or _field(entry, "Version")
            central = entry.name == "PackageVersion"
            usage = "commented" if central else _usage(entry, tests)
            _package(entry, name, version, usage, properties, packages)
    return collector.done()


def _commented(comments: list[tuple[str, int]], packages: Dependencies) -> None:
    """Record the packages that comments hold ready, each as an element on its own."""
    for text, first in comments:
        for match in islice(_REFERENCE.finditer(text), _MAX_COMMENTED):
            fields = {name.lower(): value for name, _, value in _ATTRIBUTE.findall(match[2])}
            name = (fields.get("include") or fields.get("update") or fields.get("id", "")).strip()
            line = first + text.count("\n", 0, match.start())
            if _NAME.fullmatch(name):
                version = fields.get("version", "").strip()
                entry = Element(match[1], fields, line)
                _package(entry, name, version, "commented", {}, packages)


def _field(entry: Element, name: str) -> str:
    """Return what stands as an attribute or as an element of its own."""
    return (entry.attributes.get(name) or entry.value(name)).strip()


def _is_test(root: Element) -> bool:
    return any(
        (entry.name == "IsTestProject" and entry.text.lower() == "true")
        or entry.attributes.get("Include", "").lower() == "microsoft.net.test.sdk"
        for entry in root.walk()
        if entry.name in ("IsTestProject", "PackageReference")
    )


def _usage(entry: Element, tests: bool) -> Usage:
    name = _field(entry, "Include")
    if _field(entry, "PrivateAssets").lower() == "all" or entry.name == "GlobalPackageReference":
        return "development"
    return "test" if tests or _TEST_PACKAGES.match(name) else "used"


def _properties(root: Element) -> dict[str, str]:
    return {
        child.name.lower(): child.text
        for group in root.below("PropertyGroup")
        for child in group.children
        if child.text
    }


def _package(
    entry: Element, name: str, version: str, usage: Usage, properties: dict[str, str],
    packages: Dependencies,
) -> None:  # fmt: skip
    """Record one package; a bare version is the one that NuGet takes."""
    written = f"{name} {version}".strip()
    name, version = _filled(name, properties), _filled(version, properties)
    if not name or "$(" in name:
        packages.collector.gap(written or entry.name, "requirement-without-name", entry.line)
        return
    if "$(" in version:
        where = packages.collector.occurrence(entry.line, version, usage=usage)
        packages.collector.gap(name, "dynamic-name", where, expression=version)
    exact = _EXACT.fullmatch(version)
    packages.declare(
        name, version, entry.line, written, usage=usage,
        version=exact.group(1) if exact else None,
    )  # fmt: skip


def _filled(text: str, properties: dict[str, str]) -> str:
    for _ in range(5):
        if "$(" not in text or len(text) > 300:
            break
        text = _PROPERTY.sub(lambda m: properties.get(m.group(1).lower(), m.group()), text)
    return text


def _tools(document: Document, packages: Dependencies) -> None:
    """Read ``dotnet-tools.json``: tools that are installed for whoever works on the tree."""
    data, text = textfile.load_json(document.data, packages.collector)
    tools = data.get("tools") if isinstance(data, dict) else None
    lines = LockLines(text)
    for name, entry in tools.items() if isinstance(tools, dict) else ():
        line = lines.seek(name)
        version = string(entry.get("version")) if isinstance(entry, dict) else ""
        packages.declare(
            name, version, line, f"{name} {version}".strip(), usage="development",
            version=version or None,
        )  # fmt: skip


def _lock(document: Document, packages: Dependencies) -> None:
    """Read ``packages.lock.json``: one graph for each target framework."""
    data, text = textfile.load_json(document.data, packages.collector)
    frameworks = data.get("dependencies") if isinstance(data, dict) else None
    lines = LockLines(text)
    for framework, entries in frameworks.items() if isinstance(frameworks, dict) else ():
        lines.seek(framework)
        if isinstance(entries, dict):
            _framework(entries, lines, packages)


def _framework(entries: dict[str, Any], lines: LockLines, packages: Dependencies) -> None:
    collector = packages.collector
    nodes: dict[str, str] = {}
    asked: list[tuple[str, str, str, int]] = []
    for name, entry in entries.items():
        line = lines.seek(name)
        if not isinstance(entry, dict):
            continue
        kind, version = entry.get("type"), string(entry.get("resolved"))
        component = ids.PROJECT
        if kind != "Project":
            component = packages.package(name, version or None)
            where = collector.occurrence(line, f"{name} {version}".strip())
            if kind == "Direct":
                collector.package(component, where, requirement=string(entry.get("requested")))
            else:
                packages.node(component, where)
        nodes[name.lower()] = component
        needed = entry.get("dependencies")
        for other, requirement in needed.items() if isinstance(needed, dict) else ():
            at = lines.seek(other)
            asked.append((component, other, string(requirement), at))
    for source, name, requirement, line in asked:
        target = nodes.get(name.lower())
        if target is None:
            asked_by = ids.short(source) if source != ids.PROJECT else collector.path
            collector.gap(name, "not-in-lock", line, asked_by=asked_by)
        elif target != ids.PROJECT:
            where = collector.occurrence(line, f"{name} {requirement}".strip())
            packages.edge(source, target, where, requirement)
