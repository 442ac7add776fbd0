"""Classes of a module that are derived from known ones, whose calls are calls of these.

``class Chat(ChatOpenAI)``: ``Chat(model=…)`` makes what ``ChatOpenAI(model=…)`` would, unless
it has a constructor of its own; that one says by ``super().__init__(…)`` what it hands on.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provenance.extract.python.arguments import constructor
from provenance.extract.python.nodes import last_name

if TYPE_CHECKING:
    from provenance.extract.python.scopes import Bindings, Bound, Scope

_MAX_BASES = 20


def bases_made(call: ast.Call, scope: Scope, names: Bindings) -> list[ast.expr]:
    """Return the bases from outside the module that a call makes, as they are written."""
    made = call.func.id if isinstance(call.func, ast.Name) else ""
    if hands_on(call):
        made = scope.owner
    if made not in names.parents:
        return []
    found: list[ast.expr] = []
    pending, seen = [made], {made}
    while pending and len(seen) < _MAX_BASES:
        for base in names.parents[pending.pop()]:
            name = last_name(base)
            if name not in names.parents:
                found.append(base)
            elif name not in seen:
                seen.add(name)
                pending.append(name)
    return found


def hands_on(call: ast.Call) -> bool:
    """Tell whether a call is ``super().__init__(…)``."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__init__"
        and isinstance(function.value, ast.Call)
        and last_name(function.value.func) == "super"
    )


def makes_itself(call: ast.Call, names: Bindings) -> bool:
    """Tell whether a call is of a class of the module that has a constructor of its own."""
    return isinstance(call.func, ast.Name) and constructor(call.func.id, names) is not None


def handed_through(call: ast.Call, places: Sequence[str | int], names: Bindings) -> list[str]:
    """Return the keywords of a call that its class's own constructor only hands on."""
    made = constructor(last_name(call.func), names)
    given = {keyword.arg for keyword in call.keywords}
    own = made[0] if made is not None else ()
    return [p for p in places if isinstance(p, str) and p in given and p not in own]


def field_of(call: ast.Call, places: Sequence[str | int], names: Bindings) -> Bound | None:
    """Return what a class of the module sets for an argument that its call leaves out.

    ``class Chat(ChatOpenAI): model_name = "gpt-4o"``
    """
    if not isinstance(call.func, ast.Name) or call.func.id not in names.parents:
        return None
    for place in places:
        bound = names.member(call.func.id, place) if isinstance(place, str) else ()
        if bound:
            return bound[0]
    return None
