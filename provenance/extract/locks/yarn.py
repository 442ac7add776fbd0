"""``yarn.lock``, classic and berry: every package with what it asks for.

Both formats are read line by line: indentation is all their structure, and a YAML
parser would take seconds for what are megabytes of machine-written text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from msgspec import Struct, field

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies, is_address, reach
from provenance.extract.manifests.npm import SECTIONS, source_url, split_alias
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.vocabulary import Vocabulary

NAME = "yarn-lock"

_ASKED = frozenset({"dependencies", "optionalDependencies"})
_HEAD_NAMES = ("__metadata", "")


class _Entry(Struct):
    descriptors: tuple[str, ...]
    line: int
    written: str
    values: dict[str, str] = field(default_factory=dict)
    asks: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, name and range of every dependency."""
    optional: set[str] = field(default_factory=set)


class _Node(NamedTuple):
    """The package of an entry and the address it comes from."""

    component: ComponentId
    source: str


def accepts(path: str) -> bool:
    """Accept ``yarn.lock`` anywhere in the tree."""
    return path.rpartition("/")[2] == "yarn.lock"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages of the lock with their edges and channels."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    packages = Dependencies("npm", collector, vocabulary)
    entries = list(_entries(text, collector))
    if not entries and text.strip() and "__metadata" not in text and "yarn lockfile" not in text:
        collector.gap(document.path, "malformed-file", 1, detail="no entries", format="yarn.lock")
    nodes: dict[str, ComponentId] = {}
    by_name: dict[str, set[ComponentId]] = {}
    placed: list[tuple[_Entry, _Node]] = []
    for entry in entries:
        node = _node(entry, packages)
        if node is not None:
            placed.append((entry, node))
            for descriptor in entry.descriptors:
                nodes[descriptor] = nodes[descriptor.partition("::")[0]] = node.component
                by_name.setdefault(_split(descriptor)[0], set()).add(node.component)
    for name, found in by_name.items():
        if len(found) == 1:  # the manifest's resolutions replace ranges that others ask for
            nodes.setdefault(name, *found)
    usages = _usages(document, placed, nodes)
    for entry, node in placed:
        if node.component != ids.PROJECT:
            usage = usages.get(node.component)
            where = collector.occurrence(entry.line, entry.written, usage=usage)
            packages.node(node.component, where)
            if is_address(node.source):
                packages.delivered(node.component, node.source, where)
    for entry, node in placed:
        _edges(entry, node.component, nodes, packages, usages)
    return collector.done()


def _usages(
    document: Document, placed: Sequence[tuple[_Entry, _Node]], nodes: Mapping[str, ComponentId]
) -> Mapping[ComponentId, Usage]:
    """Return how the project reaches each package; empty where its manifest does not tell.

    The lock knows neither what is for development nor, in its classic form, what the
    project asks for: the ``package.json`` beside it does, unless other workspaces ask too.
    """
    beside = f"{document.path.rpartition('/')[0]}/package.json".removeprefix("/")
    data = document.sibling(beside) if document.sibling else None
    manifest = textfile.load_object(data, Collector(beside, NAME))[0] if data else None
    if not manifest or manifest.get("workspaces"):
        return {}
    starts = [
        (target, SECTIONS[section])
        for section, content in manifest.items()
        if section in SECTIONS and isinstance(content, dict)
        for name, spec in content.items()
        if isinstance(spec, str) and (target := _target(name, spec, nodes)) is not None
    ]
    asks: dict[str, list[tuple[str, Usage]]] = {}
    for entry, node in placed:
        for _, name, requirement in entry.asks if node.component != ids.PROJECT else ():
            target = _target(name, requirement, nodes)
            if target is not None:
                step: Usage = "optional" if name in entry.optional else "used"
                asks.setdefault(node.component, []).append((target, step))
    return reach(starts, asks)


def _entries(text: str, collector: Collector) -> Iterator[_Entry]:
    """Yield the entries; a line that has no place in either format becomes a gap."""
    entry: _Entry | None = None
    section = name = ""
    for number, raw in enumerate(textfile.lines(text), 1):
        body = raw.strip()
        if not body or body.startswith("#") or body == ":":
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        if indent == 0:
            if entry:
                yield entry
            entry, section = _head(body, number, collector), ""
        elif entry is None:
            continue
        elif indent == 2:
            key, value = _pair(body)
            section = "" if value else key
            entry.values[key] = value
        elif indent == 4 and section:
            name, value = _pair(body)
            if section in _ASKED and value:
                entry.asks.append((number, name, value))
                if section == "optionalDependencies":
                    entry.optional.add(name)
        elif section in ("dependenciesMeta", "peerDependenciesMeta") and body == "optional: true":
            entry.optional.add(name)
    if entry:
        yield entry


def _head(body: str, number: int, collector: Collector) -> _Entry | None:
    """Read ``"a@^1", "a@^2":`` or ``"a@npm:^1, a@npm:^2":``, also with the ``?`` of long keys."""
    written = body.removeprefix("? ").removesuffix(":")
    names = tuple(part.strip() for part in written.replace('"', "").split(","))
    if names[0].partition(":")[0] in _HEAD_NAMES:
        return None
    if not all("@" in name[1:] for name in names):
        collector.gap(
            collector.path, "malformed-file", number, detail=body[:80], format="yarn.lock"
        )
        return None
    return _Entry(names, number, names[0])


def _pair(body: str) -> tuple[str, str]:
    """Split ``key value`` (classic) or ``key: value`` (berry), quotes removed."""
    if body.startswith('"'):
        key, _, value = body[1:].partition('"')
    else:
        key, _, value = body.partition(" ")
    value = value.strip().removeprefix(":").strip()
    return key.removesuffix(":"), value[1:-1] if value[:1] == value[-1:] == '"' else value


def _node(entry: _Entry, packages: Dependencies) -> _Node | None:
    """Return the package of an entry; None when it cannot be one, the project for its own."""
    name, _, spec = _split(entry.descriptors[0])
    version = entry.values.get("version", "")
    resolution = entry.values.get("resolution", "")
    if resolution:
        name, _, reference = _split(resolution)
        if reference.startswith("workspace:"):
            return _Node(ids.PROJECT, "")
        if reference.startswith("patch:"):
            spec = source = ""
        else:
            spec, source = reference, source_url(reference.removeprefix("npm:"))
        if not reference.startswith(("npm:", "patch:")) and "://" not in reference:
            packages.local(name, unquote(reference).partition("#")[0].partition("::")[0],
                           entry.line)  # fmt: skip
    else:
        source = entry.values.get("resolved", "").partition("#")[0]
        if spec.startswith("npm:"):
            name, spec = split_alias(spec.removeprefix("npm:"), name)
        if spec.startswith(("file:", "link:", "./", "../", "/")):
            packages.local(name, spec.partition(":")[2] or spec, entry.line)
    if not name:
        return None
    return _Node(packages.package(name, version if version[:1].isdigit() else None), source)


def _target(
    name: str, requirement: str, nodes: Mapping[str, ComponentId]
) -> ComponentId | None:  # fmt: skip
    """Return the package that a name and range are locked to."""
    spellings = (f"{name}@{requirement}", f"{name}@npm:{requirement}", name)
    return next((nodes[key] for key in spellings if key in nodes), None)


def _split(descriptor: str) -> tuple[str, str, str]:
    """Split ``@scope/name@range`` at the sign that ends the name."""
    at = descriptor.find("@", 1)
    return (descriptor[:at], "@", descriptor[at + 1 :]) if at > 0 else (descriptor, "", "")


def _edges(
    entry: _Entry, source: ComponentId, nodes: Mapping[str, ComponentId], packages: Dependencies,
    usages: Mapping[ComponentId, Usage],
) -> None:  # fmt: skip
    collector = packages.collector
    for line, name, requirement in entry.asks:
        target = _target(name, requirement, nodes)
        if target is None:
            if name not in entry.optional and not requirement.startswith(("workspace:", "link:")):
                asked_by = ids.short(source) if source != ids.PROJECT else collector.path
                collector.gap(name, "not-in-lock", line, asked_by=asked_by)
            continue
        if target == ids.PROJECT:
            continue
        usage = "optional" if name in entry.optional else usages.get(target)
        where = collector.occurrence(line, f"{name}@{requirement}", usage=usage)
        if source == ids.PROJECT:
            packages.node(target, where, direct=True)
        packages.edge(source, target, where, requirement.removeprefix("npm:"))
