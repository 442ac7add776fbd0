"""``pyproject.toml``: PEP 621 dependencies and extras, PEP 735 groups, Poetry, PDM, Hatch, uv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from provenance import ids
from provenance.extract import textfile
from provenance.extract.channels import PYPI, channel_of_url
from provenance.extract.collect import Collector, shown
from provenance.extract.manifests.requirement_tables import (
    poetry_tables,
    read_constraint,
    with_scheme,
)
from provenance.extract.manifests.requirements import (
    add_package,
    read_requirement,
    usage_of_extra,
    usage_of_group,
)
from provenance.extract.manifests.toml_text import Finder, load, string, strings, table, tables
from provenance.model import (
    ComponentId,
    Document,
    Evidence,
    Extraction,
    LicenseDeclaration,
    Usage,
)
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pyproject"
_NAME = lazy(r"\s*([A-Za-z0-9][\w.-]*)")


def accepts(path: str) -> bool:
    """Accept ``pyproject.toml`` anywhere in the tree."""
    return path.rpartition("/")[2] == "pyproject.toml"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a project file declares, each with its usage."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector)
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    sources = channels, further, indexes = _channels(data, text, collector, vocabulary)
    name = project.get("name") or poetry.get("name")
    if isinstance(name, str):
        collector.project(name, ids.pypi(name))
    _license(project, text, collector)
    own = ids.pypi(str(name)) if isinstance(name, str) else ""
    finder = Finder(text)
    asked = _requirements(data, project, collector)
    _declare(asked, data, finder, sources, collector, vocabulary, own)
    for usage, head, package, constraint in poetry_tables(poetry):
        line = finder.key(head, package)
        read_constraint(
            package, constraint, usage, line, channels, collector, vocabulary,
            indexes=indexes, further=further,
        )  # fmt: skip
    if "pixi" in table(data, "tool"):
        from provenance.extract.manifests import pixi

        pixi.read(table(data, "tool", "pixi"), "tool.pixi.", text, collector, vocabulary)
    return collector.done()


def read_script(
    data: dict[str, Any], text: str, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the metadata of a single script asks for (PEP 723), ``[tool.uv]`` with it."""
    sources = _channels(data, text, collector, vocabulary)
    asked: list[tuple[Usage, str]] = [("used", item) for item in strings(data.get("dependencies"))]
    _declare(asked, data, Finder(text), sources, collector, vocabulary)


_Sources: TypeAlias = tuple[list[ComponentId], list[ComponentId], dict[str, ComponentId | None]]


def _declare(
    asked: Iterable[tuple[Usage, str]], data: dict[str, Any], finder: Finder, sources: _Sources,
    collector: Collector, vocabulary: Vocabulary, own: ComponentId = "",
) -> None:  # fmt: skip
    channels, further, indexes = sources
    placed = _Placed(table(data, "tool", "uv", "sources"), indexes, collector, vocabulary)
    for usage, requirement in asked:
        named = _NAME.match(requirement)
        key = ids.pypi(named.group(1)) if named else ""
        if key and key == own:
            continue  # extras of the project itself (``tool[all]``) are no dependency
        placed.read(key, requirement, usage, finder.quoted(requirement), channels, further)


def _requirements(
    data: dict[str, Any], project: dict[str, Any], collector: Collector
) -> Iterator[tuple[Usage, str]]:
    for item in strings(table(data, "build-system").get("requires")):
        yield "development", item
    for item in strings(project.get("dependencies")):
        yield "used", item
    for extra, items in table(project, "optional-dependencies").items():
        for item in strings(items):
            yield usage_of_extra(extra), item
    for group, items in table(data, "dependency-groups").items():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, str):
                # A group is never installed with the package itself (PEP 735).
                yield usage_of_group(group), item
            elif not (isinstance(item, dict) and "include-group" in item):
                collector.gap(str(group), "malformed-file", detail=str(item)[:80], format="PEP 735")
    yield from _tools(table(data, "tool"))


def _tools(tool: dict[str, Any]) -> Iterator[tuple[Usage, str]]:
    """Yield what PDM, uv, Rye and Hatch let a project ask for beside the standard tables."""
    for group, items in table(tool, "pdm", "dev-dependencies").items():
        for item in strings(items):
            # PDM writes an editable requirement as pip does: ``-e file:///…#egg=name``.
            yield usage_of_group(group), re.sub(r"^-e\s+", "", item)
    for manager in ("uv", "rye"):
        for item in strings(table(tool, manager).get("dev-dependencies")):
            yield "development", item
    for environment, content in table(tool, "hatch", "envs").items():
        for key in ("dependencies", "extra-dependencies"):
            for item in strings(table(content).get(key)):
                yield usage_of_group(environment), item
    for item in strings(table(tool, "hatch", "build").get("dependencies")):
        yield "development", item


class _Placed:
    """Requirements whose source another table tells (``[tool.uv.sources]``)."""

    def __init__(
        self, sources: dict[str, Any], indexes: dict[str, ComponentId | None],
        collector: Collector, vocabulary: Vocabulary,
    ) -> None:  # fmt: skip
        self._sources = {ids.pypi(name): value for name, value in sources.items()}
        self._indexes = indexes
        self._collector = collector
        self._vocabulary = vocabulary

    def read(
        self, key: str, requirement: str, usage: Usage, line: int, channels: list[ComponentId],
        further: list[ComponentId],
    ) -> None:  # fmt: skip
        """Record a requirement from where its source says, else from the usual channels."""
        found = self._sources.get(key)
        options = [one for one in (found if isinstance(found, list) else [found])
                   if isinstance(one, dict)]  # fmt: skip
        if not options:
            read_requirement(
                requirement, line, usage, channels, self._collector, self._vocabulary,
                further=further,
            )  # fmt: skip
            return
        named: list[ComponentId] = []
        for one in options:
            address = with_scheme(string(one.get("git") or one.get("url")))
            if "://" in address:
                where = self._collector.occurrence(line, address, usage=usage)
                channel = channel_of_url(address, where, self._collector, self._vocabulary)
            elif "index" in one:
                channel = self._indexes.get(string(one["index"]))
            else:  # a path or a member of the workspace
                if one.get("workspace") is not True:
                    self._collector.gap(key.partition("/")[2], "local-requirement", line)
                channel = None
            if channel:
                named.append(channel)
        if not any("index" in one for one in options):  # from no index: a resolver must not ask
            first = options[0]
            direct = string(first.get("git") or first.get("url") or first.get("path")) or "."
            name = key.partition("/")[2]
            add_package(
                self._collector, name, f"@ {shown(direct)}", line, requirement, usage, list(named)
            )
            return
        read_requirement(requirement, line, usage, named, self._collector, self._vocabulary)


def _channels(
    data: dict[str, Any], text: str, collector: Collector, vocabulary: Vocabulary
) -> _Sources:
    """Return what declared packages arrive by, and may as well, and every source by its name.

    Poetry, PDM and uv each have their way to say that a source takes the place of the
    public index; else it stands beside it.
    """
    channels: list[ComponentId] = []
    further: list[ComponentId] = []
    indexes: dict[str, ComponentId | None] = {}
    replaced = False
    for source, primary, shared in _sources(table(data, "tool")):
        url = source.get("url")
        if not isinstance(url, str):
            continue
        where = collector.occurrence(textfile.line_of(text, url), url)
        channel = channel_of_url(url, where, collector, vocabulary)
        indexes[string(source.get("name"))] = channel
        replaced = replaced or primary
        if channel and primary:
            channels.append(channel)
        elif channel and shared:
            further.append(channel)
    if not replaced:
        channels = [PYPI]
    return channels[:1], [*channels[1:], *further], indexes


def _sources(tool: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    """Yield every source, whether it replaces the public index, and whether it is asked beside it.

    Beside it: a package that names no source may come from either. uv takes a name from the
    first index that has it, unless it is told otherwise.
    """
    for source in tables(table(tool, "poetry"), "source"):
        priority = source.get("priority", "primary")
        yield source, priority in ("primary", "default"), priority != "explicit"
    for source in tables(table(tool, "pdm"), "source"):
        yield source, source.get("name") == "pypi", "include_packages" not in source
    uv = table(tool, "uv")
    mixed = str(uv.get("index-strategy", "")).startswith("unsafe-")
    for source in tables(uv, "index"):
        yield source, source.get("default") is True, mixed and source.get("explicit") is not True
    if "index-url" in uv:
        yield {"url": uv["index-url"]}, True, False
    for url in strings(uv.get("extra-index-url")):
        yield {"url": url}, False, mixed


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
