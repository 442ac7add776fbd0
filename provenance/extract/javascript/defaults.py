"""Whether a call leaves unsaid which model it means, so that the library's own choice holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance.extract.javascript.specs import Spec
from provenance.extract.javascript.tree import Bound, Scope, arguments, unwrapped
from provenance.extract.javascript.values import Values

if TYPE_CHECKING:
    from tree_sitter import Node


def names_nothing(values: Values, call: Node, scope: Scope, spec: Spec) -> bool:
    """Tell whether every object that could hold the name is written out, and does not."""
    given = arguments(call)
    if any(part.type == "spread_element" for part in given):
        return False
    for position in sorted({int(path[0]) for path in spec.arguments}):
        if position >= len(given) or unwrapped(given[position]).type in ("null", "undefined"):
            continue
        tables = values.containers([Bound(given[position], scope)], 0)
        if not tables or any(
            part.type == "spread_element" for table in tables for part in table.node.named_children
        ):
            return False
    return True


def holds(values: Values, condition: str, call: Node, scope: Scope) -> bool:
    """Tell whether a call has an argument of a known value at a position (``0=ner``)."""
    position, _, wanted = condition.partition("=")
    given = arguments(call)
    if not position.isdigit() or int(position) >= len(given):
        return False
    found = values.bound_values(Bound(given[int(position)], scope))
    return any(value.text == wanted for value in found)
