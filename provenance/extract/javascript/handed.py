"""Names that a function is given and hands on: ``ask("gpt-4o")`` of ``ask = (model) => …``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from provenance.extract.javascript.clients import Client
from provenance.extract.javascript.specs import Spec
from provenance.extract.javascript.tree import Bound, Scope, Tree, callee, unwrapped
from provenance.patterns import lazy

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_STEPS = 16
_MAX_SPAN = 600
_PLAUSIBLE = lazy(rb"[mM]odel|MODEL|[\"'`][a-zA-Z]+[-./]?\d|[\"'`][\w-]+/[\w.-]+[\"'`]")
"""Arguments that may name a model: others are not worth opening another file for."""

_PROVIDING = lazy(r"provider|models?\b|llm|^ai$", re.IGNORECASE)
"""What objects are called that hold providers of models."""


class Given(NamedTuple):
    """An argument of a function that becomes the name of a model."""

    path: tuple[str, ...]
    """Its position, and the property of it (``("0", "model")``)."""
    client: Client | None
    function: str
    spec: Spec | None


def given_from(argument: Bound, tree: Tree) -> tuple[str, tuple[str, ...]] | None:
    """Return the function, and which of its arguments, an expression comes from."""
    pending = [(argument.node, argument.scope, argument.key)]
    for _ in range(_MAX_STEPS):
        if not pending:
            return None
        node, scope, key = pending.pop(0)
        node = unwrapped(node)
        if node.type in ("identifier", "shorthand_property_identifier"):
            found = _parameter(tree.text(node), key, scope)
            if found is not None:
                return found
            bound = scope.lookup(tree.text(node))  # const { model } = options
            pending += [(item.node, item.scope, item.key or key) for item in bound[:4]]
        elif node.type == "member_expression" and not key:
            owner, prop = node.child_by_field_name("object"), node.child_by_field_name("property")
            if owner is not None and prop is not None:
                pending.append((owner, scope, tree.text(prop)))
        elif node.type == "binary_expression":  # model ?? "gpt-4o"
            left = node.child_by_field_name("left")
            pending += [(left, scope, key)] if left is not None else []
        elif node.type == "ternary_expression":
            pending += [(part, scope, key) for part in node.named_children[1:3]]
    return None


def _parameter(name: str, key: str, scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    """Return the function that gets a name as an argument, the nearest one around."""
    home: Scope | None = scope
    while home is not None:
        if name in home.parameters:
            position, own = home.parameters[name]
            path = tuple(part for part in (own, key) if part)
            return (home.function, (str(position), *path)) if home.function else None
        if name in home.names:
            return None
        home = home.parent
    return None


def _span(call: Node) -> tuple[int, int]:
    """Return where the arguments of a call stand, the first of them at least."""
    listed = call.child_by_field_name("arguments")
    start = listed.start_byte if listed is not None else call.end_byte
    return start, min(call.end_byte, start + _MAX_SPAN)


def handed_on(
    call: Node, loaders: Mapping[str, Sequence[Given]],
    imported: Callable[[str, str], list[Given]], tree: Tree,
) -> Iterator[Given]:  # fmt: skip
    """Yield which arguments of a call become names of models.

    Args:
        loaders: what functions of this source ask for, by their names.
        imported: returns what an imported function, or a method of an imported object, asks for.
    """
    function = callee(call)
    if function is None or call.type != "call_expression":
        return
    function = unwrapped(function)
    if function.type == "identifier":
        name = tree.text(function)
        if name in loaders:
            yield from loaders[name]
        elif name in tree.imported and _PLAUSIBLE.search(tree.data, *_span(call)):
            yield from imported(name, "")
    elif function.type == "member_expression":  # this.ask("…"), providers.openai("…")
        owner, prop = (
            function.child_by_field_name("object"),
            function.child_by_field_name("property"),
        )
        if owner is None or prop is None:
            return
        name, method = tree.text(owner), tree.text(prop)
        if owner.type == "this" or (owner.type == "identifier" and name in tree.module.names):
            yield from loaders.get(method, ())
        elif name in tree.imported and (
            _PROVIDING.search(name) or _PLAUSIBLE.search(tree.data, *_span(call))
        ):
            yield from imported(name, method)
