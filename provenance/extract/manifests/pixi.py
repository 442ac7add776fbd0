"""``pixi.toml`` (and ``[tool.pixi]``): conda and PyPI packages by feature and platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance.extract import textfile
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.manifests import conda, conda_names
from provenance.extract.manifests.requirement_tables import read_constraint
from provenance.extract.manifests.requirements import usage_of_name
from provenance.extract.manifests.toml_text import Finder, load, string, table
from provenance.model import ComponentId, Document, Extraction, Usage, strongest_usage
from provenance.vocabulary import Vocabulary

NAME = "pixi"
_TABLES: dict[str, Usage] = {
    "dependencies": "used", "run-dependencies": "used", "host-dependencies": "used",
    "build-dependencies": "development", "pypi-dependencies": "used",
}  # fmt: skip


def accepts(path: str) -> bool:
    """Accept ``pixi.toml`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "pixi.toml"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a pixi workspace declares."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector)
    name = _workspace(data).get("name")
    if isinstance(name, str) and "/" not in document.path:
        collector.project_name = name
    read(data, "", text, collector, vocabulary)
    return collector.done()


def read(
    data: dict[str, Any], prefix: str, text: str, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what a pixi table declares; ``prefix`` is its place in the file."""
    channels: list[ComponentId] = []
    for item in _list(_workspace(data).get("channels")):
        name = string(item.get("channel")) if isinstance(item, dict) else string(item)
        where = collector.occurrence(textfile.line_of(text, name), name)
        found = conda_names.channel(name, where, collector, vocabulary)
        if found and found not in channels:
            channels.append(found)
    finder = Finder(text)
    for head, usage, package, constraint in _declared(data, "", "used"):
        line = finder.key(prefix + head, package)
        if head.endswith("pypi-dependencies"):
            read_constraint(package, constraint, usage, line, [PYPI], collector, vocabulary)
        else:
            _conda(package, constraint, line, usage, channels, collector, vocabulary)


def _declared(
    data: dict[str, Any], prefix: str, usage: Usage, depth: int = 0
) -> Iterator[tuple[str, Usage, str, object]]:
    """Yield every declared package with its table, features and targets included."""
    for name, own in _TABLES.items():
        for package, constraint in table(data, name).items():
            # The weaker of what the feature and what the table is for.
            weaker = own if strongest_usage((usage, own)) == usage else usage
            yield f"{prefix}{name}", weaker, package, constraint
    if depth < 2:
        for group in ("feature", "target"):
            for name, content in table(data, group).items():
                implied = usage_of_name(name) if group == "feature" else usage
                yield from _declared(table(content), f"{prefix}{group}.{name}.", implied, depth + 1)


def _conda(
    package: str, constraint: object, line: int, usage: Usage, channels: list[ComponentId],
    collector: Collector, vocabulary: Vocabulary,
) -> None:  # fmt: skip
    parts = constraint if isinstance(constraint, dict) else {"version": constraint}
    if "path" in parts:
        collector.gap(package, "local-requirement", line)
        return
    condition = string(parts.get("version")).strip()
    written = f"{package} = {condition!r}"
    where = collector.occurrence(line, written, usage=usage)
    own = string(parts.get("channel"))
    if own:
        named = conda_names.channel(own, where, collector, vocabulary)
        channels = [named] if named else []
    condition = "" if condition == "*" else condition
    conda.add(package.lower(), condition, line, written, usage, channels, collector)


def _workspace(data: dict[str, Any]) -> dict[str, Any]:
    return table(data, "workspace") or table(data, "project")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
