"""A lock file as a graph: what is locked, what asks for what, how far each usage reaches.

Every lock format is brought into :class:`Locked` records; how a name finds its locked
version, and how extras and groups reach what is below them, is the same for all.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from provenance import ids
from provenance.extract.channels import channel_of_url
from provenance.extract.collect import Collector
from provenance.extract.manifests.toml_text import Records, string, tables
from provenance.model import USAGES, ComponentId, Occurrence, Usage, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

MAX_VERSIONS = 12
"""Versions of one name that a lock may hold; more is no lock, and quadratic to read."""
MAX_CHOICES = 2_000
"""Choices between versions that are made by specifier and marker; further ones name all."""

_NAME = lazy(r"\s*([A-Za-z0-9][\w.-]*)")
_EXTRA = lazy(r"""\bextra\s*==\s*["']([\w.-]+)["']""")
_PYTHONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
_SYSTEMS = (
    ("linux", "Linux", "posix", "x86_64"), ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "x86_64"), ("darwin", "Darwin", "posix", "arm64"),
    ("win32", "Windows", "nt", "AMD64"), ("win32", "Windows", "nt", "ARM64"),
)  # fmt: skip
_MAX_MARKER = 1_000


class Dependency(Struct):
    """What one record asks for."""

    key: str
    """The name in the form of :attr:`Locked.key`."""
    line: int
    written: str
    version: str | None = None
    """The locked version, where the lock says which."""
    specifier: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    optional: bool = False
    """It need not be locked: what the lock leaves out is not asked about."""
    needs: str = ""
    """The extra of the asking record that this dependency belongs to."""

    @property
    def requirement(self) -> str | None:
        """The condition as links show it."""
        return " ; ".join(part for part in (self.specifier, self.marker) if part) or None


class Locked(Struct):
    """One record of a lock file."""

    key: str
    component: ComponentId
    line: int
    written: str
    dependencies: list[Dependency] = field(default_factory=list)
    usage: Usage = "used"
    """What the lock says of the record; set by :meth:`LockGraph.write` where it has a root."""
    channel: ComponentId | None = None
    marker: str = ""


class LockGraph:
    """Collects the records of one lock file and writes them as components and links."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._locked: dict[ComponentId, Locked] = {}
        self._versions: dict[str, list[Locked]] = {}
        self._roots: list[tuple[Dependency, Usage]] = []
        self._own: set[str] = set()
        self._nameless = False
        self._chosen: dict[tuple[str, str, str, str], list[Locked]] = {}

    def add(self, item: Locked) -> None:
        """Add a record; one that is split (by extra, by platform) is put together again."""
        known = self._locked.get(item.component)
        if known is None:
            self._locked[item.component] = item
            # A package of conda is asked for under its Python name too.
            for key in {item.key, ids.without_version(item.component)}:
                self._versions.setdefault(key, []).append(item)
            return
        known.dependencies += item.dependencies
        known.usage = strongest_usage((known.usage, item.usage))
        known.channel = known.channel or item.channel
        either = (known.marker, item.marker)
        known.marker = " or ".join(f"({one})" for one in either) if all(either) else ""

    def own(self, key: str) -> None:
        """Say that a name is the scanned project's own and no package."""
        self._own.add(key)

    def named(
        self, data: dict[str, Any], key: str, records: Records, file_format: str
    ) -> Iterator[tuple[int, dict[str, Any], str, str, int]]:
        """Yield number, table, name, version and line of every TOML record that has a name."""
        for number, item in enumerate(tables(data, key)):
            name, line = string(item.get("name")), records.line(number, "name =")
            if name:
                yield number, item, name, string(item.get("version")), line
            else:
                self.nameless(line, file_format)

    def nameless(self, line: int, file_format: str) -> None:
        """Say, once for a file, that a record has no name."""
        if not self._nameless:
            self._collector.gap(
                self._collector.path, "malformed-file", line, detail="a package without name",
                format=file_format,
            )  # fmt: skip
        self._nameless = True

    def root(self, dependency: Dependency, usage: Usage) -> None:
        """Add what the project itself asks for."""
        self._roots.append((dependency, usage))

    def write(self) -> None:
        """Record components, dependencies and channels."""
        direct: set[ComponentId] = set()
        for dependency, _ in self._roots:
            direct.update(item.component for item in self._select(dependency, ""))
        if self._roots:
            self._spread()
        collector = self._collector
        for item in self._locked.values():
            where = collector.occurrence(item.line, item.written, usage=item.usage)
            collector.component(
                item.component, "package", ids.short(ids.without_version(item.component)), where,
                version=ids.version_of(item.component), direct=item.component in direct,
            )  # fmt: skip
            if item.channel:
                collector.link(item.component, item.channel, "delivered-by", where)
        for dependency, usage in self._roots:
            self._link(ids.PROJECT, dependency, usage, "")
        for item in self._locked.values():
            for dependency in item.dependencies:
                self._link(item.component, dependency, item.usage, item.marker)

    def _link(self, source: ComponentId, dependency: Dependency, usage: Usage, marker: str) -> None:
        where = self._collector.occurrence(dependency.line, dependency.written, usage=usage)
        targets = self._select(dependency, marker)
        for target in targets:
            if target.component != source:
                self._collector.link(
                    source, target.component, "depends-on", where, basis="locked",
                    requirement=dependency.requirement,
                )  # fmt: skip
        known = dependency.key in self._versions or dependency.key in self._own
        if not (known or dependency.marker or dependency.optional):
            name = dependency.key.partition("/")[2] or dependency.key
            self._collector.gap(
                name, "not-in-lock", where, asked_by=ids.short(source) or self._collector.path
            )

    def _select(self, dependency: Dependency, marker: str) -> list[Locked]:
        """Return the records that a dependency may mean: one, unless the lock forks."""
        if dependency.key in self._own:
            return []
        found = self._versions.get(dependency.key, [])
        if len(found) <= 1:
            return found
        if dependency.version is not None:
            exact = [i for i in found if ids.version_of(i.component) == dependency.version]
            return exact or found[:MAX_VERSIONS]
        if len(found) > MAX_VERSIONS:
            self._collector.gap(
                dependency.key, "malformed-file", found[-1].line,
                detail=f"{len(found)} versions", format="lock file",
            )  # fmt: skip
            return []
        choice = (dependency.key, dependency.specifier, dependency.marker, marker)
        if choice not in self._chosen:
            if len(self._chosen) >= MAX_CHOICES:
                return found
            self._chosen[choice] = _choose(found, dependency, marker)
        return self._chosen[choice]

    def _spread(self) -> None:
        """Give every record the strongest usage by which the project reaches it.

        An extra of a record leads on only from where that extra is asked for.
        """
        found: dict[tuple[ComponentId, str], Usage] = {}
        for usage in USAGES:
            pending = [
                (item, extra)
                for dependency, wanted in self._roots
                if wanted == usage
                for item in self._select(dependency, "")
                for extra in ("", *dependency.extras)
            ]
            while pending:
                item, extra = pending.pop()
                if (item.component, extra) in found:
                    continue
                found[item.component, extra] = usage
                for dependency in item.dependencies:
                    if dependency.needs == extra:
                        for target in self._select(dependency, item.marker):
                            pending += [(target, e) for e in ("", *dependency.extras)]
        for (component, extra), usage in found.items():
            if not extra:
                self._locked[component].usage = usage


class Channels:
    """The channel behind a source's address, each looked up and recorded once."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary) -> None:
        self._collector = collector
        self._vocabulary = vocabulary
        self._found: dict[str, ComponentId | None] = {}

    def of(self, url: str, where: Occurrence) -> ComponentId | None:
        """Return the channel of a URL; None (and a gap) where it cannot be named."""
        host = "/".join(url.split("/", 3)[:3])
        if host not in self._found:
            self._found[host] = channel_of_url(url, where, self._collector, self._vocabulary)
        return self._found[host]

    def public(self, service: ComponentId, where: Occurrence) -> ComponentId:
        """Return a channel that is known without an address."""
        if service not in self._found:
            self._found[service] = self._collector.service(service, where)
        return service


def python_dependency(written: str, line: int) -> Dependency | None:
    """Return a PEP 508 requirement as a dependency, None if it is none.

    Locks hold thousands of them, made by tools: this takes a tenth of a parser's time.
    """
    head, _, marker = written.partition(";")
    match = _NAME.match(head)
    if not match:
        return None
    rest, extras = head[match.end() :].strip(), ""
    if rest.startswith("["):
        extras, _, rest = rest[1:].partition("]")
    specifier = "" if rest.lstrip().startswith("@") else rest.strip(" ()")
    return conditional(match.group(1), line, written, specifier, marker.strip(), extras.split(","))


def conditional(
    name: str, line: int, written: str, specifier: str, marker: str, extras: Iterable[str] = ()
) -> Dependency:
    """Return a dependency on a Python package whose marker may name an extra."""
    needs = extras_in(marker)
    return Dependency(
        key=ids.pypi(name), line=line, written=written, marker=marker,
        specifier="" if specifier == "*" else specifier,
        extras=tuple(extra_name(extra) for extra in extras if extra.strip()),
        needs=extra_name(needs[0]) if needs else "",
    )  # fmt: skip


def extras_in(marker: str) -> list[str]:
    """Return the extras that a marker names."""
    return _EXTRA.findall(marker)[:20] if "extra" in marker else []


def extra_name(name: str) -> str:
    """Return the normal form of an extra's or group's name (PEP 685)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _choose(found: list[Locked], dependency: Dependency, marker: str) -> list[Locked]:
    """Return the versions that the specifier admits where all markers can hold together."""
    fitting = [i for i in found if _satisfies(i.component, dependency.specifier)] or found
    together = [i for i in fitting if _compatible(marker, dependency.marker, i.marker)]
    return together or fitting


def _satisfies(component: ComponentId, specifier: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(specifier).contains(ids.version_of(component) or "", prereleases=True)
    except (InvalidSpecifier, ValueError):
        return True


def _compatible(*markers: str) -> bool:
    """Tell whether some environment meets all markers."""
    common = frozenset(range(len(_environments())))
    for marker in markers:
        if marker:
            common &= _met_in(marker)
    return bool(common)


@lru_cache(maxsize=1)
def _environments() -> list[dict[str, str]]:
    """Return the environments that markers are tried in."""
    return [
        {
            "python_version": python, "python_full_version": f"{python}.9",
            "implementation_version": f"{python}.9", "sys_platform": system,
            "platform_system": platform, "os_name": name, "platform_machine": machine,
            "platform_release": "", "platform_version": "", "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
        for python, (system, platform, name, machine) in itertools.product(_PYTHONS, _SYSTEMS)
    ]  # fmt: skip


@lru_cache(maxsize=512)
def _met_in(marker: str) -> frozenset[int]:
    """Return the numbers of the environments that meet a marker; all if it is none."""
    from packaging.markers import (
        InvalidMarker,
        Marker,
        UndefinedComparison,
        UndefinedEnvironmentName,
    )

    everywhere = range(len(_environments()))
    if len(marker) > _MAX_MARKER:
        return frozenset(everywhere)
    try:
        parsed = Marker(marker)
        return frozenset(
            number
            for number in everywhere
            for extra in ("", *extras_in(marker))
            if parsed.evaluate({**_environments()[number], "extra": extra})
        )
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, ValueError,
            KeyError, RecursionError):  # fmt: skip
        return frozenset(everywhere)
