"""Conda environment files: channels, packages, and what pip adds to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.yaml_tree import Node
from provenance.extract.manifests import conda_names
from provenance.extract.manifests.requirements import logical_lines, read_lines, usage_of_name
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "conda"
MAX_SPEC = 300
_FILE = lazy(r"(?:.*[-_.])?(?:environments?|env|conda)(?:[-_.].*)?\.ya?ml", re.IGNORECASE)
_SPEC = lazy(
    r"(?:([\w.:/-]+)::)?([A-Za-z0-9_][\w.-]*)[ \t]*(?:\[([^\]]*)\])?[ \t]*([=<>!~].*|[\d*].*)?"
)


def accepts(path: str) -> bool:
    """Accept ``environment*.yml`` and the like; conda-lock's files have their own reader."""
    name = path.rpartition("/")[2]
    return bool(_FILE.fullmatch(name)) and "conda-lock" not in name.lower()


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages of a conda environment; nothing of other YAML of such a name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if b"dependencies" not in document.data:
        return collector.done()
    if len(document.data) > yaml_tree.MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes")
        return collector.done()
    text, _ = textfile.decode(document.data)
    root = next(iter(yaml_tree.load(text, collector)), None)
    dependencies = root.get("dependencies") if root else None
    if root is None or dependencies is None:
        return collector.done()
    channels: list[ComponentId] = []
    for line, name in _scalars(root.get("channels")):
        found = conda_names.channel(name, collector.occurrence(line, name), collector, vocabulary)
        if found and found not in channels:
            channels.append(found)
    usage = usage_of_name(document.path.rpartition("/")[2].rpartition(".")[0])
    for line, written in _scalars(dependencies):
        read_spec(written, line, usage, channels, collector, vocabulary)
    for entry in _items(dependencies):
        lines = [
            (line, text)
            for line, item in _scalars(entry.get("pip"))
            for _, text in logical_lines(item)
        ]
        read_lines(lines, usage, collector, vocabulary)
    return collector.done()


def read_spec(
    written: str, line: int, usage: Usage, channels: list[ComponentId], collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record one match specification: ``[channel::]name[ version[ build]]``."""
    match = _SPEC.fullmatch(written.strip()) if len(written) <= MAX_SPEC else None
    if not match:
        collector.gap(written, "not-a-requirement", line, detail="conda match specification")
        return
    own, name, brackets, rest = match.groups()
    name, condition = name.lower(), (rest or "").strip()
    if brackets and not condition:
        inner = re.search(r"version\s*=\s*['\"]?([^'\",\]]+)", brackets)
        condition = inner.group(1) if inner else ""
    where = collector.occurrence(line, written, usage=usage)
    if own:
        named = conda_names.channel(own, where, collector, vocabulary)
        channels = [named] if named else []
    add(name, condition, line, written, usage, channels, collector)


def add(
    name: str, condition: str, line: int, written: str, usage: Usage,
    channels: list[ComponentId], collector: Collector,
) -> None:  # fmt: skip
    """Record a conda package that the project asks for, or the platform it stands for."""
    where = collector.occurrence(line, written, usage=usage)
    platform = conda_names.platform_of(name)
    if platform:
        collector.platform(platform, where)
        return
    collector.package(
        conda_names.component(name, _exact(condition)), where, requirement=condition,
        channels=channels or [collector.service(conda_names.ANACONDA, where)],
    )  # fmt: skip


def _exact(condition: str) -> str | None:
    """Return the version of ``==1.2`` or ``=1.2=build``; ``=1.2`` alone means 1.2 and later."""
    match = re.fullmatch(r"==\s*([^\s=<>!,|*]+)(?:[ =].*)?|=?\s*([^\s=<>!,|*]+)=[^=].*", condition)
    return (match.group(1) or match.group(2)) if match else None


def _scalars(node: Node | None) -> Iterator[tuple[int, str]]:
    for item in _items(node):
        if item.value is not None:
            yield item.line, item.value.strip()


def _items(node: Node | None) -> list[Node]:
    return (node.items or []) if node else []
