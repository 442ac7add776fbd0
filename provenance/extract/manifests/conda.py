"""Conda environment files: channels, packages, and what pip adds to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests import conda_names
from provenance.extract.manifests.requirements import logical_lines, read_lines, usage_of_name
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from yaml import Node

NAME = "conda"
MAX_BYTES = 1024 * 1024
MAX_ENTRIES = 20_000
MAX_SPEC = 300
_FILE = re.compile(r"(?:.*[-_.])?(?:environments?|env|conda)(?:[-_.].*)?\.ya?ml", re.IGNORECASE)
_SPEC = re.compile(
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
    if b"dependencies" not in document.data or len(document.data) > MAX_BYTES:
        return collector.done()
    root = _compose(document.data, collector)
    sections = dict(_pairs(root))
    if "dependencies" not in sections:
        return collector.done()
    channels: list[ComponentId] = []
    for line, name in _scalars(sections.get("channels")):
        found = conda_names.channel(name, collector.occurrence(line, name), collector, vocabulary)
        if found and found not in channels:
            channels.append(found)
    usage = usage_of_name(document.path.rpartition("/")[2].rpartition(".")[0])
    for line, written in _scalars(sections["dependencies"]):
        read_spec(written, line, usage, channels, collector, vocabulary)
    for entry in _items(sections["dependencies"]):
        for key, value in _pairs(entry):
            if key == "pip":
                lines = [
                    (line, text)
                    for line, item in _scalars(value)
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


def _compose(data: bytes, collector: Collector) -> Node | None:
    """Return the tree of nodes, which have lines and share what anchors repeat."""
    import yaml

    text, _ = textfile.decode(data)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        detail = str(getattr(error, "problem", "") or type(error).__name__)
        collector.gap(
            collector.path, "malformed-file", mark.line + 1 if mark else 0, detail=detail,
            format="YAML",
        )  # fmt: skip
        return None


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value[:MAX_ENTRIES]:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, value


def _items(node: Node | None) -> list[Node]:
    import yaml

    return node.value[:MAX_ENTRIES] if isinstance(node, yaml.SequenceNode) else []


def _scalars(node: Node | None) -> Iterator[tuple[int, str]]:
    import yaml

    for item in _items(node):
        if isinstance(item, yaml.ScalarNode):
            yield item.start_mark.line + 1, item.value.strip()
