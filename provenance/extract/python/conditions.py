"""Conditions of implied names: an argument of a call that has a known value."""

from __future__ import annotations

import ast

from provenance.extract.python.scopes import Scope
from provenance.extract.python.values import Values


def holds(condition: str, call: ast.Call, scope: Scope, values: Values) -> bool:
    """Tell whether a call has an argument of a known value.

    Args:
        condition: ``argument=value``, the argument by its name or its position.
    """
    name, _, wanted = condition.partition("=")
    given: ast.expr | None
    if name.isdigit():
        given = call.args[int(name)] if int(name) < len(call.args) else None
    else:
        given = next((k.value for k in call.keywords if k.arg == name), None)
    if isinstance(given, ast.Constant):
        return str(given.value) == wanted
    if isinstance(given, ast.Attribute) and given.attr == wanted:
        return True  # a member of an enumeration
    found = values.evaluate(given, scope) if given is not None else None
    return any(value.text == wanted for value in found or ())
