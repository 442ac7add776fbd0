"""Which parameters of a module's functions an expression comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from provenance.extract.python.arguments import constructor
from provenance.extract.python.nodes import last_name
from provenance.extract.python.scopes import Bindings, Scope

Step: TypeAlias = tuple[str, str]
"""What is asked of a parameter: an attribute (``.``) or an entry (``[``), and its name."""
Origin: TypeAlias = tuple[str, str, tuple[Step, ...]]
"""A function or class, its parameter, and what is asked of it."""
_Asked: TypeAlias = tuple[ast.expr, Scope, tuple[Step, ...]]

_MAX_STEPS = 8
"""Names followed from an expression to a parameter."""
_MAX_EXPRESSIONS = 500
"""Expressions looked at on all ways from one."""
_PASSING = frozenset({"str", "strip", "lower", "expanduser", "abspath", "resolve"})
"""Calls whose result is still their argument or receiver."""


class Tracer:
    """Follows expressions of one module back to parameters."""

    def __init__(self, names: Bindings) -> None:
        """Take what the module binds."""
        self._names = names
        self._owners: dict[int, tuple[str, list[str]]] = {}
        for name, (parameters, scope) in names.functions.items():
            owner = name.removesuffix(".__init__")
            if id(scope) not in self._owners or "." in name:
                self._owners[id(scope)] = (owner, parameters)

    def of(self, node: ast.expr, scope: Scope) -> tuple[Origin, ...]:
        """Return the parameters that an expression comes from, the nearest first."""
        found: dict[Origin, None] = {}
        seen: set[tuple[int, tuple[Step, ...]]] = set()
        pending: list[_Asked] = [(node, scope, ())]
        for _ in range(_MAX_STEPS + 1):
            further: list[_Asked] = []
            for asked in pending:
                key = (id(asked[0]), asked[2])
                if key not in seen and len(seen) < _MAX_EXPRESSIONS:
                    seen.add(key)
                    found.update(dict.fromkeys(self._parameters(*asked)))
                    further += self._behind(*asked)
            pending = further
        return tuple(found)

    def _parameters(
        self, node: ast.expr, scope: Scope, steps: tuple[Step, ...]
    ) -> Iterator[Origin]:
        """Yield the parameter, or the field of a class, that an expression is."""
        if isinstance(node, ast.Name):
            home = scope.home_of(node.id)
            owner, parameters = self._owners.get(id(home), ("", []))
            if node.id in parameters and owner:
                yield owner, node.id, steps
        elif isinstance(node, ast.Attribute) and _is_own(node):
            made = constructor(scope.owner, self._names)
            if (scope.owner, node.attr) in self._names.members and (
                made is None or len(made[0]) == 1
            ):
                yield scope.owner, node.attr, steps  # of a dataclass or model class

    def _behind(self, node: ast.expr, scope: Scope, steps: tuple[Step, ...]) -> Iterator[_Asked]:
        """Yield what an expression gets its value from."""
        if isinstance(node, ast.Name):
            for value, where in scope.lookup(node.id):
                yield value, where, steps
        elif isinstance(node, ast.Attribute):
            if _is_own(node):
                for value, where in self._names.member(scope.owner, node.attr):
                    yield value, where, steps
            elif not steps:
                yield node.value, scope, ((".", node.attr),)
        elif isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if isinstance(key, str) and not steps:
                yield node.value, scope, (("[", key),)
        elif isinstance(node, ast.IfExp | ast.BoolOp):
            for part in node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse):
                yield part, scope, steps
        elif isinstance(node, ast.Call):
            yield from _behind_call(node, scope, steps)


def _behind_call(node: ast.Call, scope: Scope, steps: tuple[Step, ...]) -> Iterator[_Asked]:
    name = last_name(node.func)
    if name in ("get", "pop") and isinstance(node.func, ast.Attribute) and node.args:
        key = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        if isinstance(key, str) and not steps:
            yield node.func.value, scope, (("[", key),)
    elif name in _PASSING:
        inner = node.args[0] if node.args else getattr(node.func, "value", None)
        if inner is not None:
            yield inner, scope, steps


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
