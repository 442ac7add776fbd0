"""Tables of requirements as Poetry, Pipfile and pixi write them: a name and a constraint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenance.extract.collect import Collector, shown
from provenance.extract.manifests.requirements import add_package, read_requirement, usage_of_group
from provenance.extract.manifests.toml_text import strings, table
from provenance.model import ComponentId, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_SSH = lazy(r"([\w.-]+@[\w.-]+):([^/].*)")
_VERSION = lazy(r"\d[\w.!+-]*")


def with_scheme(url: str) -> str:
    """Return ``git@host:owner/repo`` as the ssh URL it is; any other URL unchanged."""
    shorthand = _SSH.fullmatch(url)
    return f"ssh://{shorthand.group(1)}/{shorthand.group(2)}" if shorthand else url


def read_constraint(
    package: str, constraint: object, usage: Usage, line: int, channels: Sequence[ComponentId],
    collector: Collector, vocabulary: Vocabulary, *,
    indexes: Mapping[str, ComponentId | None] | None = None,
    further: Sequence[ComponentId] = (),
) -> None:  # fmt: skip
    """Record ``package = constraint``: a version, a table of its parts or a list of either.

    Args:
        channels: what packages come from unless the constraint says otherwise.
        indexes: the sources that a constraint may name (``index``, ``source``).
        further: what is asked beside the channels, unless it names one.
    """
    for one in constraint if isinstance(constraint, list) else [constraint]:
        marker, effective, sources, beside = "", usage, list(channels), further
        extras: list[str] = []
        if isinstance(one, dict):
            marker = str(one.get("markers") or "")
            extras = sorted(strings(one.get("extras")))
            if one.get("optional") is True and usage == "used":
                effective = "optional"
            address = next((one[k] for k in ("git", "url", "file") if k in one), None)
            if isinstance(address, str) and "://" in with_scheme(address):
                direct = f"{package} @ {'git+' if 'git' in one else ''}{with_scheme(address)}"
                read_requirement(direct, line, effective, sources, collector, vocabulary)
                continue
            if address is not None or one.keys() & {"path", "workspace"}:
                collector.gap(package, "local-requirement", line)
                where = address or one.get("path") or "."
                add_package(
                    collector,
                    package,
                    f"@ {shown(str(where))}",
                    line,
                    f"{package} = {one!r}",
                    effective,
                    [],
                )
                continue
            named = one.get("index") or one.get("source")
            if isinstance(named, str) and indexes and named in indexes:
                sources, beside = [channel for channel in (indexes[named],) if channel], ()
            one = one.get("version", "*")
        version = str(one).strip()
        if _VERSION.fullmatch(version):
            version = f"=={version}"
        add_package(
            collector, package, "" if version == "*" else version, line,
            f"{package} = {one!r}", effective, sources, marker=marker, extras=extras,
            further=beside,
        )  # fmt: skip


def poetry_tables(poetry: dict[str, Any]) -> Iterator[tuple[Usage, str, str, object]]:
    """Yield what ``[tool.poetry]`` asks for: usage, head of the table, package, constraint."""
    for package, constraint in table(poetry, "dependencies").items():
        if package.lower() != "python":
            yield "used", "tool.poetry.dependencies", package, constraint
    for package, constraint in table(poetry, "dev-dependencies").items():
        yield "development", "tool.poetry.dev-dependencies", package, constraint
    for group, content in table(poetry, "group").items():
        head = f"tool.poetry.group.{group}.dependencies"
        for package, constraint in table(content, "dependencies").items():
            yield usage_of_group(group), head, package, constraint
