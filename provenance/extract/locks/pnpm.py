"""``pnpm-lock.yaml``, versions 5 to 9: the exact graph with its roots.

Read line by line: the file is a plain block mapping written by a program, and several
megabytes would take a YAML parser seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies, reach
from provenance.extract.manifests.npm import source_url
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "pnpm-lock"

_GROUPS: dict[str, Usage] = {
    "dependencies": "used", "devDependencies": "development", "optionalDependencies": "optional",
}  # fmt: skip
_SLASHED = lazy(r"/?((?:@[^/@]+/)?[^/@]+)[/@](\d[^(_/]*)(?:[(_/].*)?")
"""``/@scope/name/1.0.0_peers``, ``/name@1.0.0(peers)`` or ``name@1.0.0(peers)``."""
_NAMED = lazy(r"(/?(?:@[^/@]+/)?[^/@]+)@(.+)")
_TARBALL = lazy(r"tarball: *([^\s,}]+)")


class _Row(NamedTuple):
    line: int
    indent: int
    key: str
    value: str


class _Package(Struct):
    line: int
    flags: set[str] = field(default_factory=set)
    name: str = ""
    version: str = ""
    tarball: str = ""
    asks: list[tuple[int, str, str, Usage]] = field(default_factory=list)
    """Line, name, reference and usage of every dependency."""
    peers: set[str] = field(default_factory=set)


class _Lock(Struct):
    packages: dict[str, _Package] = field(default_factory=dict)
    roots: list[tuple[int, str, str, Usage]] = field(default_factory=list)
    """What the importers ask for, as above; a link is relative to the lock's folder."""
    snapshots: set[str] = field(default_factory=set)
    """Keys of version 9's graph; its ``packages`` then only describe them."""


def accepts(path: str) -> bool:
    """Accept ``pnpm-lock.yaml`` anywhere in the tree."""
    return path.rpartition("/")[2] in ("pnpm-lock.yaml", "shrinkwrap.yaml")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages of the lock with their edges, usages and channels."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    rows = list(_rows(text))
    if not any(row.key in ("lockfileVersion", "shrinkwrapVersion") for row in rows):
        if text.strip():
            collector.gap(
                document.path, "malformed-file", 1, detail="no lockfileVersion",
                format="pnpm-lock.yaml",
            )  # fmt: skip
        return collector.done()
    _write(_read(rows), Dependencies("npm", collector, vocabulary))
    return collector.done()


def _rows(text: str) -> Iterator[_Row]:
    """Yield every ``key: value`` of a block mapping with its indentation."""
    for number, raw in enumerate(textfile.lines(text), 1):
        body = raw.lstrip(" ")
        indent = len(raw) - len(body)
        if body.startswith(("? ", ": ")):  # a key too long for one line, and what it holds
            if body[0] == ":":
                indent += 2
            body = body[2:] + ("" if body[0] == ":" else ":")
        if not body or body[0] in "#-":
            continue
        if body[0] in "\"'":
            key, _, rest = body[1:].partition(body[0])
            rest = rest.strip()
            if not rest.startswith(":"):
                continue
            value = rest[1:].strip()
        else:
            key, colon, value = body.rstrip().partition(": ")
            if not colon:
                if not key.endswith(":"):
                    continue
                key = key[:-1]
            value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        yield _Row(number, indent, key, value)


def _read(rows: list[_Row]) -> _Lock:
    """Sort the rows by where they stand: importers, packages, snapshots."""
    lock = _Lock()
    path: list[tuple[int, str]] = []
    for row in rows:
        while path and path[-1][0] >= row.indent:
            path.pop()
        keys = [key for _, key in path]
        path.append((row.indent, row.key))
        if not keys:
            continue
        if keys[0] in ("packages", "snapshots"):
            if len(keys) == 1:
                lock.packages.setdefault(row.key, _Package(row.line))
                if keys[0] == "snapshots":
                    lock.snapshots.add(row.key)
            else:
                _detail(lock.packages[keys[1]], keys[2:], row)
            continue
        inside = keys[2:] if keys[0] == "importers" else keys
        if inside and inside[0] in _GROUPS:
            usage, importer = _GROUPS[inside[0]], keys[1] if inside is not keys else ""
            name = row.key if len(inside) == 1 else inside[1]
            reference = row.value
            if reference.startswith("link:"):
                reference = f"link:{importer}/{reference[5:]}"
            if reference and (len(inside) == 1 or row.key == "version"):
                lock.roots.append((row.line, name, reference, usage))
    return lock


def _detail(package: _Package, keys: list[str], row: _Row) -> None:
    """Take in one line below a package."""
    if keys and keys[0] in ("dependencies", "optionalDependencies"):
        package.asks.append((row.line, row.key, row.value, _GROUPS[keys[0]]))
    elif keys == ["peerDependencies"]:
        package.peers.add(row.key)
    elif not keys and row.key in ("dev", "optional") and row.value == "true":
        package.flags.add(row.key)
    elif not keys and row.key in ("name", "version"):
        setattr(package, row.key, row.value)
    elif row.key == "resolution":
        found = _TARBALL.search(row.value)
        package.tarball = found.group(1) if found else ""
    elif keys == ["resolution"] and row.key in ("tarball", "repo"):
        package.tarball = row.value


def _write(lock: _Lock, packages: Dependencies) -> None:
    collector = packages.collector
    usages = _usages(lock)
    nodes: dict[str, ComponentId] = {}
    for key, package in lock.packages.items():
        if lock.snapshots and key not in lock.snapshots:
            continue
        package = _described(key, package, lock)
        name, version = _identity(key, package)
        where = collector.occurrence(package.line, key, usage=usages[key])
        nodes[key] = packages.node(packages.package(name, version), where)
        source = package.tarball or ("" if version and "://" not in key else _address(key))
        if "://" in source:
            packages.delivered(nodes[key], source, where)
        elif source.startswith("file:") or "@file:" in key:
            packages.local(name, key.rpartition("file:")[2].partition("(")[0], package.line)
    for line, name, reference, usage in lock.roots:
        target = _target(lock, name, reference)
        if target is None:
            _missing(name, reference, line, collector.path, packages)
            continue
        where = collector.occurrence(line, f"{name}: {reference}", usage=usage)
        packages.node(nodes[target], where, direct=True)
        packages.edge(ids.PROJECT, nodes[target], where)
    for key in nodes:
        for line, name, reference, usage in lock.packages[key].asks:
            target = _target(lock, name, reference)
            if target is None:
                if usage != "optional":
                    _missing(name, reference, line, ids.short(nodes[key]), packages)
                continue
            where = collector.occurrence(line, f"{name}: {reference}", usage=usages[target])
            packages.edge(nodes[key], nodes[target], where)


def _missing(name: str, reference: str, line: int, asked_by: str, packages: Dependencies) -> None:
    """Say what is not there: a folder outside the tree, or an entry the lock lacks."""
    if reference.startswith("link:"):
        packages.local(name, reference.removeprefix("link:"), line)
    else:
        packages.collector.gap(name, "not-in-lock", line, asked_by=asked_by)


def _target(lock: _Lock, name: str, reference: str) -> str | None:
    """Return the key of the package that a reference means; an alias is a whole key."""
    for key in (f"{name}@{reference}", f"/{name}@{reference}", f"/{name}/{reference}", reference):
        if key in (lock.snapshots or lock.packages):
            return key
    return None


def _described(key: str, package: _Package, lock: _Lock) -> _Package:
    """Return the record that says where a package of the graph comes from."""
    described = lock.packages.get(key.partition("(")[0]) if lock.snapshots else None
    return described or package


def _identity(key: str, package: _Package) -> tuple[str, str | None]:
    """Return name and version; what is fetched from an address may only have a name."""
    match = _SLASHED.fullmatch(key)
    if match and "://" not in key:
        return package.name or match.group(1), package.version or match.group(2)
    named = _NAMED.fullmatch(key)
    name = package.name or (named.group(1) if named and "://" not in named.group(1) else key)
    return name, package.version or None


def _address(key: str) -> str:
    """Return where a package that is not in a registry comes from, as its key tells."""
    named = _NAMED.fullmatch(key)
    reference = named.group(2) if named else key
    if re.match(r"[\w-]+(?:\.[\w-]+)+/", reference):
        return f"https://{reference}"  # version 5: github.com/owner/repo/commit
    return source_url(reference.partition("(")[0])


def _usages(lock: _Lock) -> dict[str, Usage]:
    """Return how each package is reached: from the roots, and by the flags older locks have.

    A peer says which copy of the project's own a package works with: what the project has
    for development only does not become more by it.
    """
    starts = [
        (target, usage)
        for _, name, reference, usage in lock.roots
        if (target := _target(lock, name, reference))
    ]
    own = {target for target, usage in starts if usage == "development"}
    own -= {target for target, usage in starts if usage != "development"}
    asks = {
        key: [
            (target, usage)
            for _, name, reference, usage in package.asks
            if (target := _target(lock, name, reference))
            and not (target in own and name in _described(key, package, lock).peers)
        ]
        for key, package in lock.packages.items()
    }
    found = reach(starts, asks)
    for key, package in lock.packages.items():
        if "dev" in package.flags:
            found[key] = "development"
        elif "optional" in package.flags and found.get(key, "used") == "used":
            found[key] = "optional"
    return {key: found.get(key, "used") for key in lock.packages}
