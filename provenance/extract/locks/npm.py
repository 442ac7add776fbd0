"""``package-lock.json`` and ``npm-shrinkwrap.json``, versions 1 to 3: the exact npm graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct, field

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies, is_address, reach
from provenance.extract.manifests.npm import source_url, split_alias
from provenance.model import ComponentId, Document, Extraction, Occurrence, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "npm-lock"

_FOLDER = "node_modules/"
_FILES = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
_EDGES = ("dependencies", "optionalDependencies", "peerDependencies", "devDependencies")
_VERSION = lazy(r"v?\d[\w.+-]*")
_MAX_LEVELS = 100
"""Folders that a look-up climbs; real trees stay below ten."""


class _Edge(NamedTuple):
    source: str
    name: str
    requirement: str
    section: str
    line: int
    required: bool


class _Lock(Struct):
    """What stands in the file, by install path; the root and workspaces are the project."""

    nodes: dict[str, ComponentId] = field(default_factory=dict)
    usages: dict[str, Usage] = field(default_factory=dict)
    entries: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """The packages as written, with their lines."""
    links: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    """Optional packages that were not to be had; npm keeps their place."""
    edges: list[_Edge] = field(default_factory=list)

    def resolve(self, source: str, name: str) -> str | None:
        """Return the path at which Node finds a package, looking upwards from another."""
        folder = source
        for _ in range(_MAX_LEVELS):
            if not folder.endswith("node_modules"):
                path = f"{folder}/{_FOLDER}{name}" if folder else f"{_FOLDER}{name}"
                path = self.links.get(path, path)
                if path in self.nodes:
                    return path
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return None


def accepts(path: str) -> bool:
    """Accept npm's two names for its lock."""
    return path.rpartition("/")[2] in _FILES


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return every package of the lock with its edges, licenses and channels."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = textfile.load_object(document.data, collector)
    if data is None:
        return collector.done()
    packages = Dependencies("npm", collector, vocabulary)
    lines, lock = LockLines(text), _Lock()
    entries, old = data.get("packages"), data.get("dependencies")
    if isinstance(entries, dict):
        lines.seek("packages")
        for path, entry in entries.items():
            line = lines.seek(path)
            if isinstance(entry, dict):
                _entry(path, entry, line, lock, lines, packages)
    elif isinstance(old, dict):
        lines.seek("dependencies")
        for path, entry in _walk(old, lines):
            _entry(path, entry, lines.seek(_name_in(path)), lock, lines, packages)
    _write(lock, packages)
    return collector.done()


def _walk(dependencies: dict[str, Any], lines: LockLines) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of a version 1 lock in the order of the text, as version 3 writes them."""
    pending = [("", iter(dependencies.items()))]
    while pending:
        folder, items = pending[-1]
        name, entry = next(items, (None, None))
        if name is None:
            pending.pop()
        elif isinstance(entry, dict):
            path = f"{folder}{_FOLDER}{name}"
            asked = entry.get("requires")
            yield path, {**entry, "dependencies": asked if isinstance(asked, dict) else {}}
            nested = entry.get("dependencies")
            if isinstance(nested, dict) and len(pending) < _MAX_LEVELS:
                lines.seek("dependencies")
                pending.append((f"{path}/", iter(nested.items())))


def _name_in(path: str) -> str:
    return path.rpartition(_FOLDER)[2]


def _entry(
    path: str, entry: dict[str, Any], line: int, lock: _Lock, lines: LockLines,
    packages: Dependencies,
) -> None:  # fmt: skip
    """Take one entry in: a package, a link to a folder, or a part of the project."""
    resolved = entry.get("resolved")
    resolved = resolved if isinstance(resolved, str) else ""
    if entry.get("link") is True:
        lock.links[path] = resolved
        packages.local(_name_in(path), resolved or path, line)
        return
    if _FOLDER not in path:
        lock.nodes[path] = ids.PROJECT
        if not path.startswith(".."):  # what a folder outside asks for, its own lock says
            _asks(path, entry, line, lock, lines, _EDGES)
        return
    if entry.get("optional") is True and not {"version", "resolved"} & entry.keys():
        lock.absent.add(_name_in(path))
        return
    name, version = _identity(path, entry)
    lock.nodes[path] = packages.package(name, version)
    lock.usages[path] = _usage(entry)
    lock.entries[path] = line, entry
    _asks(path, entry, line, lock, lines, _EDGES[:3])


def _packages(lock: _Lock, packages: Dependencies) -> None:
    """Record every package with its channel and license."""
    for path, (line, entry) in lock.entries.items():
        where = packages.collector.occurrence(line, path, usage=lock.usages[path])
        component = packages.node(lock.nodes[path], where)
        _delivered(path, entry, component, where, packages)
        packages.declared_license(component, entry.get("license"), line)


def _delivered(
    path: str, entry: dict[str, Any], component: ComponentId, where: Occurrence,
    packages: Dependencies,
) -> None:  # fmt: skip
    """Record where one package comes from: a registry, an address, a folder."""
    resolved, written = entry.get("resolved"), entry.get("version")
    resolved = resolved if isinstance(resolved, str) else ""
    source = resolved or (source_url(written) if isinstance(written, str) else "")
    file = next((s for s in (resolved, written) if isinstance(s, str) and s[:5] == "file:"), "")
    if file:
        packages.local(_identity(path, entry)[0], file.removeprefix("file:"), where.line)
    elif is_address(source):
        packages.delivered(component, source, where)


def _asks(
    path: str, entry: dict[str, Any], line: int, lock: _Lock, lines: LockLines,
    sections: tuple[str, ...],
) -> None:  # fmt: skip
    """Note what an entry asks for, each at its own line."""
    peers = entry.get("peerDependenciesMeta")
    for section, asked in entry.items():
        if section not in sections or not isinstance(asked, dict):
            continue
        lines.seek("requires" if section == "dependencies" and "requires" in entry else section)
        for name, requirement in asked.items():
            at = lines.seek(name)
            meta = peers.get(name) if isinstance(peers, dict) else None
            optional = section == "optionalDependencies" or (
                isinstance(meta, dict) and meta.get("optional") is True
            )
            requirement = requirement if isinstance(requirement, str) else ""
            lock.edges.append(_Edge(path, name, requirement, section, at or line, not optional))


def _identity(path: str, entry: dict[str, Any]) -> tuple[str, str | None]:
    """Return the real name (an alias installs under another) and the exact version."""
    name, version = entry.get("name"), entry.get("version")
    name = name if isinstance(name, str) and name else _name_in(path)
    version = version if isinstance(version, str) else ""
    if version.startswith("npm:"):
        name, version = split_alias(version.removeprefix("npm:"), name)
    return name, version if _VERSION.fullmatch(version) else None


def _usage(entry: dict[str, Any]) -> Usage:
    """Return what npm's flags say of how the project reaches an entry."""
    if entry.get("dev") is True:
        return "development"
    if entry.get("optional") is True or entry.get("devOptional") is True:
        return "optional"
    return "used"


def _leave_to_development(lock: _Lock, targets: list[str | None]) -> None:
    """Set what production reaches by peers alone back to what the project declares.

    npm's flags follow a peer like any other need. But a peer says which copy of the project's
    own a package works with: where the project has that copy for development, so it stays.
    """
    starts: list[tuple[str, Usage]] = []
    steps: list[tuple[str, str, Usage]] = []
    peers: list[tuple[str, str, Usage]] = []
    for edge, target in zip(lock.edges, targets, strict=True):
        if target is None or lock.nodes[target] == ids.PROJECT:
            continue
        usage: Usage = "used" if edge.required else "optional"
        if lock.nodes[edge.source] == ids.PROJECT:
            development = edge.section == "devDependencies"
            starts.append((target, "development" if development else usage))
        elif edge.section == "peerDependencies":
            peers.append((edge.source, target, usage))
        else:
            steps.append((edge.source, target, usage))
    own = {target for target, usage in starts if usage == "development"}
    own -= {target for target, usage in starts if usage != "development"}
    asks: dict[str, list[tuple[str, Usage]]] = {}
    for source, target, usage in (*steps, *(peer for peer in peers if peer[1] not in own)):
        asks.setdefault(source, []).append((target, usage))
    for path, usage in reach(starts, asks).items():
        if usage == "development":
            lock.usages[path] = usage


def _write(lock: _Lock, packages: Dependencies) -> None:
    """Record every package, and every edge as Node's look-up resolves it."""
    collector = packages.collector
    targets = [lock.resolve(edge.source, edge.name) for edge in lock.edges]
    _leave_to_development(lock, targets)
    _packages(lock, packages)
    for edge, found in zip(lock.edges, targets, strict=True):
        source = lock.nodes[edge.source]
        as_written = f'"{edge.name}": "{edge.requirement}"'
        if found is None:
            # An optional package that is not there was left out on purpose; a local one
            # beside the tree has no entry of its own.
            required = edge.required and edge.name not in lock.absent
            if required and not edge.requirement.startswith(("file:", "link:")):
                asked_by = ids.short(source) if source != ids.PROJECT else collector.path
                collector.gap(edge.name, "not-in-lock", edge.line, asked_by=asked_by)
            continue
        target = lock.nodes[found]
        if target == ids.PROJECT:
            continue  # another package of the workspace
        usage = lock.usages[found]
        if edge.section == "devDependencies":
            usage = "development"
        where = collector.occurrence(edge.line, as_written, usage=usage)
        if source == ids.PROJECT:
            packages.node(target, where, direct=True)
        packages.edge(source, target, where, edge.requirement)
