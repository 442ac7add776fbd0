"""Small questions about nodes of a tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.extract.python.scopes import Bound, Scope


def argument_of(call: ast.Call, places: Sequence[str | int]) -> ast.expr | None:
    """Return the first argument of a call that one of these positions and keywords names."""
    for wanted in places:
        if isinstance(wanted, int):
            if wanted < len(call.args) and not any(
                isinstance(arg, ast.Starred) for arg in call.args[: wanted + 1]
            ):
                return call.args[wanted]
        else:
            for keyword in call.keywords:
                if keyword.arg == wanted:
                    return keyword.value
    return None


def is_nothing(node: ast.expr) -> bool:
    """Tell whether an argument is a literal None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_object(node: ast.expr, dotted: Callable[[ast.expr], str], scope: Scope) -> bool:
    """Tell whether an argument is an object that a class makes, not a name."""
    made = [node]
    if isinstance(node, ast.Name):
        made = [value for value, _ in scope.lookup(node.id)]
    return any(
        isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2][:1].isupper()
        for value in made
    )


def last_name(function: ast.expr) -> str:
    """Return the last name of what is called, or ``""``."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def composed_from(node: ast.expr) -> tuple[ast.expr | None, str]:
    """Return what a composed string begins with, and the mark that ends its fixed text."""
    if isinstance(node, ast.JoinedStr):
        if any("@" in str(getattr(part, "value", "")) for part in node.values):
            return None, ""  # an address with credentials, which hide its host
        return (node.values[0] if node.values else None), ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return node.left, "%" if isinstance(node.op, ast.Mod) else ""
    if isinstance(node, ast.Call) and last_name(node.func) == "format":
        return getattr(node.func, "value", None), "{"
    return None, ""


def source_of(node: ast.AST) -> str:
    """Return a node as source, at most 80 characters."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return type(node).__name__
    return text if len(text) <= 80 else text[:79] + "…"


def index_of(node: ast.expr) -> int | None:
    """Return a literal index, also a negative one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = index_of(node.operand)
        return -inner if inner is not None else None
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    return None


def entries(tables: list[Bound], key: object) -> list[Bound]:
    """Return the entries of literal tables under a key; all of them when it is None."""
    found: list[Bound] = []
    for table, home in tables:
        if isinstance(table, ast.Dict):
            for name, value in zip(table.keys, table.values, strict=True):
                if key is None or (isinstance(name, ast.Constant) and name.value == key):
                    found.append((value, home))
        elif isinstance(table, ast.List | ast.Tuple):
            if isinstance(key, int) and -len(table.elts) <= key < len(table.elts):
                found.append((table.elts[key], home))
            elif key is None:
                found += [(element, home) for element in table.elts]
    return found


def made_by(bound: list[Bound]) -> str:
    """Return the class (or function) whose call a name is bound to, or ``""``."""
    for node, _ in bound:
        if isinstance(node, ast.Call):
            function = node.func
            return (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
    return ""
