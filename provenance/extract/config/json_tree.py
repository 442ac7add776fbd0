"""JSON with comments, trailing commas and bare keys, as a tree of settings with lines."""

from __future__ import annotations

import json
import re

from msgspec import Struct, field

from provenance.extract.collect import Collector
from provenance.extract.config.yaml_tree import MAX_DEPTH, MAX_NODES, Node
from provenance.patterns import lazy

_TOKEN = lazy(
    r"""
      (?P<space>[\s\ufeff]+)
    | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<mark>[\[\]{},:])
    | (?P<bare>[^\s\[\]{},:"'/]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Builder(Struct):
    """Collections begun, and in each mapping the key that waits for its value."""

    roots: list[Node] = field(default_factory=list)
    open: list[Node] = field(default_factory=list)
    keys: list[Node | None] = field(default_factory=list)
    nodes: int = 0

    def place(self, node: Node) -> None:
        """Put a node where the document is."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ValueError("too many nodes")
        if not self.open:
            self.roots.append(node)
            return
        parent = self.open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = node
        elif parent.pairs is not None:
            parent.pairs.append((key, node))
            self.keys[-1] = None

    def begin(self, node: Node) -> None:
        """Open a collection."""
        self.place(node)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            raise ValueError("nested too deeply")

    def end(self) -> None:
        """Close the innermost collection."""
        if not self.open:
            raise ValueError("a bracket closes nothing")
        self.open.pop()
        self.keys.pop()

    def finish(self) -> None:
        """End the document."""
        if self.open:
            raise ValueError("a bracket is not closed")


def load(text: str, collector: Collector, first_line: int = 1) -> Node | None:
    """Return the document; None and a gap when it is broken."""
    builder, line, at = _Builder(), first_line, 0
    try:
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None  # the last alternative takes any character
            _take(match, line, builder)
            line += match.group().count("\n")
            at = match.end()
        builder.finish()
    except ValueError as error:
        collector.gap(collector.path, "malformed-file", line, detail=str(error), format="JSON")
        return None
    return builder.roots[0] if builder.roots else None


def _take(match: re.Match[str], line: int, builder: _Builder) -> None:
    """Take one token.

    Raises:
        ValueError: it has no place in JSON.
    """
    kind, text = match.lastgroup, match.group()
    if kind in ("space", "comment") or text in (",", ":"):
        return
    if text == "{":
        builder.begin(Node(line, pairs=[]))
    elif text == "[":
        builder.begin(Node(line, items=[]))
    elif text in ("}", "]"):
        builder.end()
    elif kind == "double":
        builder.place(Node(line, value=_unescaped(text)))
    elif kind == "single":
        builder.place(Node(line, value=text[1:-1]))
    elif kind == "bare":
        builder.place(Node(line, value="" if text == "null" else text))
    else:
        raise ValueError(f"unexpected {text!r}")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text[1:-1]
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        return text[1:-1]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else text[1:-1]
