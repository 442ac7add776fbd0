"""``mix.lock`` and ``rebar.lock``: what is locked, and who asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from provenance import ids
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.extract.manifests.hex_terms import Item, keywords
from provenance.model import ComponentId

_FETCHED = frozenset({"pkg", "git", "git_subdir", "hg"})


class Locked(Struct):
    """One entry of a lock."""

    key: str
    name: str
    version: str | None
    line: int
    url: str = ""
    direct: bool = False
    asks: list[tuple[str, str, bool, int]] = field(default_factory=list)
    """Key, requirement, whether it need not be there, and line."""


def mix_locked(root: Item) -> Iterator[Locked]:
    """Yield the entries of ``mix.lock``."""
    for part in (part for top in root.parts for one in top for part in one.parts):
        values = part[1].parts if len(part) > 1 and part[1].kind == "{" else []
        texts = [one[0].text if one and not one[0].parts[0] else "" for one in values]
        if len(texts) < 3 or part[0].kind != "key":
            continue
        line = part[0].line
        if texts[0] != "hex":
            yield Locked(part[0].text, part[0].text, None, line, url=texts[1])
            continue
        owner = texts[6].partition(":")[2] if len(texts) > 6 else ""
        name = f"{owner}/{texts[1]}" if owner else texts[1]
        held = values[5][0].parts if len(values) > 5 and values[5] else []
        asks = [
            (one.parts[0][0].text, one.parts[1][0].text,
             any(item.text == "true" for item in keywords(one.parts[2:]).get("optional", [])),
             one.line)
            for part in held for one in part
            if len(one.parts) > 1 and one.parts[0] and one.parts[1]
        ]  # fmt: skip
        yield Locked(part[0].text, name, texts[2], line, asks=asks)


def rebar_locked(groups: list[Item]) -> Iterator[Locked]:
    """Yield the entries of ``rebar.lock``, which has levels and no edges."""
    for group in groups:
        head, *more = [part[0] for part in group.parts if part] or [group]
        inner = [one[0].text for one in more[0].parts if one] if more else []
        if head.kind == "text" and len(inner) > 1 and inner[0] in _FETCHED:
            package, level = inner[0] == "pkg", more[-1].text
            yield Locked(
                head.text, inner[1] if package else head.text,
                inner[2] if package and len(inner) > 2 else None, group.line,
                url="" if package else inner[1], direct=level == "0",
            )  # fmt: skip


def write(entries: Iterator[Locked], packages: Dependencies) -> None:
    """Record what is locked, and who asks for it."""
    nodes: dict[str, ComponentId] = {}
    asking: list[Locked] = []
    for entry in entries:
        if not entry.name:
            continue
        written = f"{entry.name} {entry.version or ''}".strip()
        where = packages.collector.occurrence(entry.line, written)
        component = packages.package(entry.name, entry.version or None)
        nodes[entry.key] = packages.node(component, where, direct=entry.direct)
        if entry.direct:
            packages.edge(ids.PROJECT, component, where)
        if is_address(entry.url):
            packages.delivered(component, entry.url, where)
        asking.append(entry)
    for entry in asking:
        for target, requirement, optional, line in entry.asks:
            if target in nodes:
                where = packages.collector.occurrence(line, f"{target} {requirement}".strip())
                packages.edge(nodes[entry.key], nodes[target], where, requirement)
            elif not optional:
                packages.collector.gap(target, "not-in-lock", line, asked_by=entry.name)
