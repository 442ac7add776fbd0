"""``conan.lock``: what is locked, and for what; who asks for it, only Conan 1 writes."""

from __future__ import annotations

from typing import Any

from provenance import ids
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies
from provenance.model import ComponentId, Usage
from provenance.patterns import lazy

SECTIONS: dict[str, Usage] = {
    "requires": "used", "tool_requires": "development", "build_requires": "development",
    "test_requires": "test", "python_requires": "development", "config_requires": "development",
}  # fmt: skip
"""Sections of the text, fields and methods of a recipe, lists of a lock."""
REFERENCE = lazy(
    r"\s*([A-Za-z0-9_][\w+.-]{1,100})/(\[[^\]\n]{1,200}\]|[\w+.-]{1,100})"
    r"(?:@[\w+./-]{0,200})?(?:#[\w%.*]{1,200})?(?:%[\d.]{1,40})?\s*"
)
"""``name/version@user/channel#revision%time``; a version in brackets is a condition."""


def write(data: dict[str, Any], text: str, packages: Dependencies) -> None:
    """Record a lock: lists without edges, or the graph that Conan 1 wrote."""
    lines = LockLines(text)
    graph = data.get("graph_lock")
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    if isinstance(nodes, dict):
        _graph(nodes, lines, packages)
        return
    for section, values in data.items():
        usage = SECTIONS.get(section)
        if not usage or not isinstance(values, list):
            continue
        lines.seek(section)
        for value in values:
            reference = value[0] if isinstance(value, list) and value else value
            if isinstance(reference, str) and (found := REFERENCE.fullmatch(reference[:700])):
                component = packages.package(found[1], found[2].strip("[]"))
                written = f"{found[1]}/{found[2]}"
                where = packages.collector.occurrence(lines.seek(reference), written, usage=usage)
                packages.node(component, where)


def _graph(nodes: dict[str, Any], lines: LockLines, packages: Dependencies) -> None:
    """Record the nodes of a graph; the first, or the one of no reference, is the project."""
    known: dict[str, ComponentId] = {}
    asked: list[tuple[str, str, Usage, int]] = []
    for key, node in nodes.items():
        lines.seek(key)
        node = node if isinstance(node, dict) else {}
        given = node.get("ref") or node.get("pref")
        reference = given if isinstance(given, str) else ""
        # ``pref`` goes on with the digest of a build.
        found = REFERENCE.fullmatch(reference[:700].partition(":")[0])
        known[key] = ids.PROJECT
        line = lines.seek(reference or "ref")
        if found and key != "0":
            known[key] = packages.package(found[1], found[2])
            packages.node(known[key], packages.collector.occurrence(line, f"{found[1]}/{found[2]}"))
        for field in ("requires", "build_requires"):
            held = node.get(field)
            targets = list(held.values()) if isinstance(held, dict) else held
            for target in targets if isinstance(targets, list) else ():
                asked.append((key, str(target), SECTIONS[field], line))
    for key, target, usage, line in asked:
        component = known.get(target, ids.PROJECT)
        if component != ids.PROJECT:
            where = packages.collector.occurrence(line, ids.short(component), usage=usage)
            if known[key] == ids.PROJECT:
                packages.node(component, where, direct=True)
            packages.edge(known[key], component, where)
