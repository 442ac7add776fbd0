"""``pyproject.toml``: PEP 621 dependencies and extras, PEP 735 groups, Poetry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.channels import PYPI, channel_of_url
from provenance.extract.collect import Collector
from provenance.extract.requirements import add_package, read_requirement, usage_of_name
from provenance.model import Document, Evidence, Extraction, LicenseDeclaration, Usage
from provenance.vocabulary import Vocabulary

NAME = "pyproject"
_AT_LINE = re.compile(r"at line (\d+)")


def accepts(path: str) -> bool:
    """Accept ``pyproject.toml`` anywhere in the tree."""
    return path.rpartition("/")[2] == "pyproject.toml"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a project file declares, each with its usage."""
    assert isinstance(vocabulary, Vocabulary)
    import tomllib

    collector = Collector(document.path, NAME)
    text, lossy = textfile.decode(document.data)
    if lossy:
        collector.gap(document.path, "undecodable-bytes")
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _AT_LINE.search(str(error))
        collector.gap(
            document.path, "malformed-file", int(at.group(1)) if at else 0,
            detail=str(error) or type(error).__name__, format="TOML",
        )  # fmt: skip
        return collector.done()
    project = _table(data, "project")
    poetry = _table(_table(data, "tool"), "poetry")
    channels = _channels(poetry, text, collector, vocabulary)
    name = project.get("name") or poetry.get("name")
    if isinstance(name, str) and "/" not in document.path:
        collector.project_name = name
    _license(project, text, collector)
    own = ids.pypi(str(name)) if isinstance(name, str) else ""
    finder = _Finder(text)
    for usage, requirement in _requirements(data, project, collector):
        named = re.match(r"[\w.-]+", requirement)
        if named and ids.pypi(named.group()) == own:
            continue  # extras of the project itself (``tool[all]``) are no dependency
        line = finder.quoted(requirement)
        read_requirement(requirement, line, usage, channels, collector, vocabulary)
    for usage, table, package, constraint in _poetry(poetry):
        line = finder.key(table, package)
        _poetry_requirement(package, constraint, usage, line, channels, collector, vocabulary)
    return collector.done()


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _requirements(
    data: dict[str, Any], project: dict[str, Any], collector: Collector
) -> Iterator[tuple[Usage, str]]:
    for item in _strings(_table(data, "build-system").get("requires")):
        yield "development", item
    for item in _strings(project.get("dependencies")):
        yield "used", item
    for extra, items in _table(project, "optional-dependencies").items():
        implied = usage_of_name(extra)
        for item in _strings(items):
            yield ("optional" if implied == "used" else implied), item
    for group, items in _table(data, "dependency-groups").items():
        implied = usage_of_name(group)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, str):
                # A group is never installed with the package itself (PEP 735).
                yield ("development" if implied == "used" else implied), item
            elif not (isinstance(item, dict) and "include-group" in item):
                collector.gap(str(group), "malformed-file", detail=str(item)[:80], format="PEP 735")


class _Finder:
    """Where strings and keys stand in a TOML text, each occurrence found once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._after: dict[str, int] = {}

    def quoted(self, value: str) -> int:
        """Return the line of the next quoted string with this value, else 0."""
        start = self._after.get(value, 0)
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        found = [
            self._text.find(token, start) for token in (f'"{value}"', f"'{value}'", f'"{escaped}"')
        ]
        at = min((position for position in found if position >= 0), default=-1)
        if at < 0:
            return 0
        self._after[value] = at + 1
        return self._text.count("\n", 0, at) + 1

    def key(self, table: str, key: str) -> int:
        """Return the line of a key in a table, or of the table named after the key, else 0."""
        name = rf"[\"']?{re.escape(key)}[\"']?"
        head = re.escape(table)
        own = re.search(rf"^\s*\[{head}\.{name}\]", self._text, re.MULTILINE)
        if own:
            return self._text.count("\n", 0, own.end()) + 1
        section = re.search(rf"^\s*\[{head}\][^\n]*$(.*?)(?=^\s*\[|\Z)", self._text,
                            re.MULTILINE | re.DOTALL)  # fmt: skip
        entry = section and re.search(rf"^\s*{name}\s*=", section.group(1), re.MULTILINE)
        if not section or not entry:
            return 0
        return self._text.count("\n", 0, section.start(1) + entry.end()) + 1


def _poetry(poetry: dict[str, Any]) -> Iterator[tuple[Usage, str, str, object]]:
    for package, constraint in _table(poetry, "dependencies").items():
        if package.lower() != "python":
            yield "used", "tool.poetry.dependencies", package, constraint
    for package, constraint in _table(poetry, "dev-dependencies").items():
        yield "development", "tool.poetry.dev-dependencies", package, constraint
    for group, content in _table(poetry, "group").items():
        implied = usage_of_name(group)
        if isinstance(content, dict):
            effective: Usage = "development" if implied == "used" else implied
            for package, constraint in _table(content, "dependencies").items():
                yield effective, f"tool.poetry.group.{group}.dependencies", package, constraint


def _poetry_requirement(
    package: str, constraint: object, usage: Usage, line: int, channels: list[str],
    collector: Collector, vocabulary: Vocabulary,
) -> None:  # fmt: skip
    for one in constraint if isinstance(constraint, list) else [constraint]:
        marker, effective = "", usage
        if isinstance(one, dict):
            marker = str(one.get("markers") or "")
            if one.get("optional") is True and usage == "used":
                effective = "optional"
            source = one.get("git") or one.get("url")
            if isinstance(source, str):
                shorthand = re.fullmatch(r"([\w.-]+@[\w.-]+):([^/].*)", source)
                if shorthand:  # git@host:owner/repo is ssh
                    source = f"ssh://{shorthand.group(1)}/{shorthand.group(2)}"
                direct = f"{package} @ {'git+' if one.get('git') else ''}{source}"
                read_requirement(direct, line, effective, channels, collector, vocabulary)
                continue
            if "path" in one:
                collector.gap(package, "local-requirement", line)
                channels = []
            one = one.get("version", "*")
        version = str(one).strip()
        if re.fullmatch(r"\d[\w.!+-]*", version):
            version = f"=={version}"
        add_package(
            collector, package, "" if version == "*" else version, line,
            f"{package} = {one!r}", effective, channels, marker=marker,
        )  # fmt: skip


def _channels(
    poetry: dict[str, Any], text: str, collector: Collector, vocabulary: Vocabulary
) -> list[str]:
    """Return the channels the declared packages arrive by (Poetry sources, else PyPI)."""
    sources = poetry.get("source")
    channels, primary = [], False
    for source in sources if isinstance(sources, list) else ():
        url = source.get("url") if isinstance(source, dict) else None
        if isinstance(url, str):
            where = collector.occurrence(textfile.line_of(text, url), url)
            channel = channel_of_url(url, where, collector, vocabulary)
            if source.get("priority", "primary") in ("primary", "default"):
                primary = True
                if channel:
                    channels.append(channel)
    return channels if primary else [PYPI]


def _license(project: dict[str, Any], text: str, collector: Collector) -> None:
    declared = project.get("license")
    if isinstance(declared, dict):
        declared = declared.get("text")
    if isinstance(declared, str) and len(declared) < 100:
        line = textfile.line_of(text, declared)
        collector.licenses.append(
            LicenseDeclaration(
                component=ids.PROJECT, raw=declared.strip(), declared_by="tree", scheme="spdx",
                evidence=Evidence(source="tree", reference=f"{collector.path}:{line}"),
            )
        )  # fmt: skip
