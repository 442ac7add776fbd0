"""A JavaScript or TypeScript source as a syntax tree, its names and its calls.

Names are kept by function, the scope that matters for constants.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

from provenance.patterns import lazy

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_UNWRAPPED = 8

_WRAPPERS = frozenset(
    "parenthesized_expression as_expression satisfies_expression non_null_expression "
    "await_expression type_assertion".split()
)

PASSIVE = lazy(
    rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    rb"|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|`(?:\\.|[^`\\])*+`?"
    rb"|(?<=[=(,:\[!&|?{};])[ \t]*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\[\n])++/",
    re.DOTALL,
)
"""Comments, strings and, since a quote may stand in one, regular expressions."""


class Bound(NamedTuple):
    """What a name may stand for: an expression, or one property of what it evaluates to."""

    node: Node
    scope: Scope
    key: str = ""
    default: bool = False
    """Only used unless something else is given."""


class Scope(Struct, eq=False):
    """The names of one function, of a block in it, or of the module."""

    parent: Scope | None = None
    names: dict[str, list[Bound]] = field(default_factory=dict)
    function: str = ""
    """The name of the function, where it has one."""
    parameters: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Names that are given from outside, by position and property of that argument."""
    block: bool = False
    """A block in a function: what ``var`` declares there is the function's."""

    def lookup(self, name: str) -> list[Bound]:
        """Return what a name is bound to here, or in the nearest scope around that knows it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return []


Target: TypeAlias = tuple[Scope | None, str]
"""A name in a scope, or with None an attribute of some object."""


class Tree(Struct, eq=False):
    """One parsed source."""

    data: bytes
    module: Scope = field(default_factory=Scope)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local names by (module, exported name); ``*`` for the module, ``default``."""
    attributes: dict[str, list[Bound]] = field(default_factory=dict)
    returns: dict[str, list[Bound]] = field(default_factory=dict)
    default: str = ""
    """The name of the function that the module exports as its default."""
    calls: list[tuple[Node, Scope]] = field(default_factory=list)
    bodies: list[Bound] = field(default_factory=list)
    """What objects name as a model: the body of a request, perhaps."""
    targets: dict[int, list[Target]] = field(default_factory=dict)
    """What the result of a call is assigned to, by the call's node."""

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def shown(self, node: Node) -> str:
        """Return the source of a node on one line, at most 80 characters."""
        head = self.data[node.start_byte : min(node.end_byte, node.start_byte + 400)]
        text = " ".join(head.decode("utf-8", "replace").split())
        return text if len(text) <= 80 else text[:79] + "…"

    def line(self, node: Node) -> int:
        """Return the 1-based line of a node."""
        return node.start_point.row + 1

    def string(self, node: Node) -> str | None:
        """Return the value of a string literal without substitutions, or None."""
        if node.type not in ("string", "template_string"):
            return None
        if any(child.type == "template_substitution" for child in node.named_children):
            return None
        return unescaped(self.data[node.start_byte + 1 : node.end_byte - 1])


def unescaped(raw: bytes) -> str:
    """Return the text of a literal; an escaped character stands for itself."""
    text = raw.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    head, *parts = text.split("\\")
    return head + "".join(
        {"n": "\n", "t": "\t", "r": "\r"}.get(part[:1], part[:1]) + part[1:] for part in parts
    )


def unwrapped(node: Node) -> Node:
    """Return an expression without parentheses, casts and ``await``."""
    for _ in range(MAX_UNWRAPPED):
        if node.type not in _WRAPPERS or not node.named_children:
            break
        node = node.named_children[0]
    return node


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    found = call.child_by_field_name("arguments")
    if found is None or found.type != "arguments":
        return []
    return [child for child in found.named_children if child.type != "comment"]


def callee(call: Node) -> Node | None:
    """Return what is called or constructed."""
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")
