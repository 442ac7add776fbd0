"""A tree of settings with lines: YAML composed from events, safely and within bounds.

PyYAML's own composers copy merged mappings and recurse; here aliases share nodes, merges
are looked up when asked for, and depth and size are bounded. libyaml only makes the events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.patterns import lazy

MAX_DEPTH = 100
MAX_NODES = 200_000
MAX_BYTES = 1024 * 1024

_BRACKET = lazy(r"[\[\]{}]")
_NO_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""Characters that end a line for YAML 1.1, and for no editor."""


class Node(Struct, eq=False):
    """A scalar (``value``), a mapping (``pairs``) or a list (``items``), and where it stands."""

    line: int
    value: str | None = None
    pairs: list[tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    block: bool = False
    """The scalar is a block, whose text begins on the next line."""
    _entries: dict[str, Node] | None = None

    def entries(self) -> list[tuple[str, Node]]:
        """Return keys and values, those merged with ``<<`` behind the mapping's own."""
        return list(self._table().items())

    def _table(self) -> dict[str, Node]:
        """Return the entries by key, made once: every setting asks for its neighbours."""
        if self._entries is not None:
            return self._entries
        found: dict[str, Node] = {}
        pending, seen = deque([self]), set[int]()
        while pending and len(seen) < MAX_DEPTH:
            node = pending.popleft()
            if id(node) in seen:
                continue
            seen.add(id(node))
            for key, value in node.pairs or ():
                if key.value == "<<":
                    pending += value.items if value.items is not None else [value]
                elif key.value is not None:
                    found.setdefault(key.value, value)
        self._entries = found
        return found

    def get(self, *path: str) -> Node | None:
        """Return the node at a path of keys, or None."""
        node: Node | None = self
        for key in path:
            if node is None or node.pairs is None:
                return None
            node = node._table().get(key)
        return node

    def text(self, *path: str) -> str:
        """Return the scalar at a path of keys, else an empty string."""
        node = self.get(*path)
        return (node.value or "") if node else ""

    def children(self) -> Sequence[Node]:
        """Return the items of a list; a scalar or mapping is a list of itself."""
        return self.items if self.items is not None else (self,)

    def text_line(self) -> int:
        """Return the line on which the text of a scalar begins."""
        return self.line + 1 if self.block else self.line


class Setting(Struct, frozen=True):
    """A scalar of a tree with the keys that lead to it and the mapping it stands in."""

    path: tuple[str, ...]
    node: Node
    owners: tuple[Node, ...] = ()
    """The mappings that lead to it, the outermost first."""

    @property
    def key(self) -> str:
        """The last key."""
        return self.path[-1] if self.path else ""


def settings(root: Node) -> Iterator[Setting]:
    """Yield every scalar; what an alias repeats is yielded where it is written only."""
    pending: list[tuple[tuple[str, ...], Node, tuple[Node, ...]]] = [((), root, ())]
    seen: set[int] = set()
    visited = 0
    while pending and visited < MAX_NODES:
        path, node, owners = pending.pop()
        visited += 1
        if node.value is not None:
            yield Setting(path, node, owners)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.items is not None:
            pending += [(path, item, owners) for item in reversed(node.items)]
        for key, value in reversed(node.pairs or ()):
            if key.value is not None and len(path) < MAX_DEPTH:
                pending.append(((*path, key.value), value, (*owners, node)))


def mappings(root: Node) -> Iterator[tuple[tuple[str, ...], Node, Node | None]]:
    """Yield every mapping once, with the keys that lead to it and the mapping around it."""
    pending: list[tuple[tuple[str, ...], Node, Node | None]] = [((), root, None)]
    seen: set[int] = set()
    while pending and len(seen) < MAX_NODES:
        path, node, owner = pending.pop()
        if node.value is not None or id(node) in seen:
            continue
        seen.add(id(node))
        if node.items is not None:
            pending += [(path, item, owner) for item in reversed(node.items)]
        else:
            yield path, node, owner
            for key, value in reversed(node.entries()):
                pending.append(((*path, key)[-MAX_DEPTH:], value, node))


def load(text: str, collector: Collector, first_line: int = 1) -> list[Node]:
    """Return the documents of a YAML text; what is broken is a gap, what precedes it is kept."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    composer = _Composer(first_line)
    try:
        _check_nesting(text)
        for event in yaml.parse(text.translate(_NO_BREAKS), Loader=loader):
            composer.take(event)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        detail = str(getattr(error, "problem", None) or error or type(error).__name__)
        last = len(textfile.lines(text)) - 1  # the end of a text is a line further for libyaml
        collector.gap(
            collector.path, "malformed-file", min(mark.line, last) + first_line if mark else 0,
            detail=detail.splitlines()[0][:200], format="YAML",
        )  # fmt: skip
    return composer.documents


def _check_nesting(text: str) -> None:
    """Refuse brackets nested deeper than people write: scanners grow slow or worse by them.

    Raises:
        ValueError: they are.
    """
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match.group() in "[{" else -1
        if depth > 2 * MAX_DEPTH:
            raise ValueError("nested too deeply")


class _Composer(Struct):
    """Builds nodes from events with a stack of its own."""

    first_line: int
    documents: list[Node] = field(default_factory=list)
    _open: list[tuple[Node, Node | None]] = field(default_factory=list)
    """The collections begun, each with the key that waits for its value."""
    _anchors: dict[str, Node] = field(default_factory=dict)
    _count: int = 0

    def take(self, event: Any) -> None:
        """Take the next event.

        Raises:
            ValueError: the document is too large or too deep.
        """
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._anchors.clear()
        elif kind == "AliasEvent":
            known = self._anchors.get(event.anchor)
            line = event.start_mark.line + self.first_line
            if known is not None and known.value is not None:
                known = Node(line, value=known.value)
            self._place(known if known is not None else Node(line, value=""))
        elif kind == "ScalarEvent":
            node = Node(event.start_mark.line + self.first_line, value=event.value)
            node.block = event.style in ("|", ">")
            self._anchor(event, node)
            self._place(node)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            node = Node(event.start_mark.line + self.first_line)
            if kind == "MappingStartEvent":
                node.pairs = []
            else:
                node.items = []
            self._anchor(event, node)
            self._place(node)
            self._open.append((node, None))
            if len(self._open) > MAX_DEPTH:
                raise ValueError("nested too deeply")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()

    def _anchor(self, event: Any, node: Node) -> None:
        if event.anchor:
            self._anchors[event.anchor] = node

    def _place(self, node: Node) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise ValueError("too many nodes")
        if not self._open:
            self.documents.append(node)
            return
        parent, key = self._open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, node)
        else:
            assert parent.pairs is not None
            parent.pairs.append((key, node))
            self._open[-1] = (parent, None)
