"""String values of Python expressions, as far as one file tells them.

Constants are followed through names, attributes, defaults (functions, dataclasses,
pydantic fields, argparse, ``os.getenv``), f-strings, concatenation, conditionals,
tables and loops. No code is run; the walk is bounded.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from typing import NamedTuple, TypeAlias

from provenance.model import Confidence, weakest

_MAX_VALUES = 64
_MAX_DEPTH = 12
_SET_UP = frozenset({"__init__", "__post_init__", "setup", "set_up", "configure", "build"})
_DEFAULT_CALLS = frozenset({"Field", "field", "Option", "Argument", "getenv", "get", "str"})


class Value(NamedTuple):
    """A possible string with the line its literal stands on."""

    text: str
    line: int
    confidence: Confidence


class Scope:
    """Names bound in a module, class or function, with the scope around it.

    Each expression is kept with the scope it was written in, where its own names
    have their meaning.
    """

    __slots__ = ("names", "parent")

    def __init__(self, parent: Scope | None) -> None:
        self.parent = parent
        self.names: dict[str, list[Bound]] = {}

    def bind(self, name: str, value: ast.expr, scope: Scope) -> None:
        """Add an expression to those a name can stand for."""
        self.names.setdefault(name, []).append((value, scope))

    def lookup(self, name: str) -> list[Bound]:
        """Return the expressions bound to a name in the nearest scope that binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return []


Bound: TypeAlias = tuple[ast.expr, Scope]
Target: TypeAlias = tuple[Scope | None, str]
"""A name in a scope, or an attribute (of any object: None)."""


class Values:
    """All bindings of one module and the evaluator over them."""

    def __init__(self) -> None:
        self.module = Scope(None)
        self.attributes: dict[str, list[Bound]] = {}
        self.aliases: dict[str, str] = {}
        self.targets: dict[int, list[Target]] = {}
        """Names and attributes that a call's result is assigned to, by ``id(call)``."""
        self.functions: dict[str, tuple[list[str], Scope]] = {}
        """Parameters and scope of the file's functions, by name."""
        self.returns: dict[str, list[ast.expr]] = {}
        """What the file's functions return."""
        self.results: dict[str, list[Target]] = {}
        """Names that a function's result is assigned to, by the function's name."""
        self._active: set[int] = set()

    def dotted(self, node: ast.expr) -> str:
        """Return a called name in full, import aliases resolved (``?`` for the unknown)."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        root = self.aliases.get(node.id, node.id) if isinstance(node, ast.Name) else "?"
        return ".".join((root, *reversed(parts)))

    def evaluate(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Value] | None:
        """Return the strings an expression can be, or None when nothing is known."""
        if depth > _MAX_DEPTH or id(node) in self._active:
            return None
        self._active.add(id(node))
        try:
            found = self._evaluate(node, scope, depth + 1)
        finally:
            self._active.discard(id(node))
        return found[:_MAX_VALUES] if found else None

    def _evaluate(self, node: ast.expr, scope: Scope, depth: int) -> list[Value] | None:
        if isinstance(node, ast.Constant):
            return [Value(node.value, node.lineno, "high")] if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._union(scope.lookup(node.id), depth)
        if isinstance(node, ast.Attribute):
            return self._union(self.attributes.get(node.attr, []), depth)
        if isinstance(node, ast.JoinedStr):
            return self._join(node, scope, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left = self.evaluate(node.left, scope, depth)
            right = self.evaluate(node.right, scope, depth)
            return _product(left, right) if left and right else None
        if isinstance(node, ast.IfExp):
            return self._union([(node.body, scope), (node.orelse, scope)], depth)
        if isinstance(node, ast.BoolOp):
            return self._union([(value, scope) for value in node.values], depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, scope, depth)
        if isinstance(node, ast.NamedExpr):
            return self.evaluate(node.value, scope, depth)
        if isinstance(node, ast.Call):
            return self._default(node, scope, depth)
        return None

    def _union(self, bound: list[Bound], depth: int) -> list[Value] | None:
        found: dict[str, Value] = {}
        for node, scope in bound[:_MAX_VALUES]:
            for value in self.evaluate(node, scope, depth) or ():
                found.setdefault(value.text, value)
        return list(found.values())

    def _join(self, node: ast.JoinedStr, scope: Scope, depth: int) -> list[Value] | None:
        result = [Value("", node.lineno, "high")]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            values = self.evaluate(inner, scope, depth)
            if not values:
                return None
            result = _product(result, values, line=node.lineno)
        return result

    def _subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> list[Value] | None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        found: list[Bound] = []
        for table, home in self._containers(node.value, scope):
            if isinstance(table, ast.Dict):
                for name, value in zip(table.keys, table.values, strict=True):
                    matches = isinstance(name, ast.Constant) and name.value == key
                    if key is None or matches:
                        found.append((value, home))
            elif isinstance(table, ast.List | ast.Tuple):
                if isinstance(key, int) and -len(table.elts) <= key < len(table.elts):
                    found.append((table.elts[key], home))
                elif key is None:
                    found += [(element, home) for element in table.elts]
        return self._union(found, depth)

    def _containers(self, node: ast.expr, scope: Scope) -> list[Bound]:
        if isinstance(node, ast.Name):
            return scope.lookup(node.id)
        if isinstance(node, ast.Attribute):
            return self.attributes.get(node.attr, [])
        return [(node, scope)]

    def _default(self, node: ast.Call, scope: Scope, depth: int) -> list[Value] | None:
        """``os.getenv("X", default)``, ``Field(default=…)`` and the like: the default."""
        name = self.dotted(node.func).rpartition(".")[2]
        if name not in _DEFAULT_CALLS:
            return None
        default = next((k.value for k in node.keywords if k.arg == "default"), None)
        if default is None:
            position = 1 if name in ("getenv", "get", "Option") else 0
            if name == "get" and isinstance(node.func, ast.Attribute):
                tables = self._containers(node.func.value, scope)
                if node.args and any(isinstance(table, ast.Dict) for table, _ in tables):
                    lookup = ast.Subscript(value=node.func.value, slice=node.args[0])
                    found = self._subscript(lookup, scope, depth)
                    if found:
                        return found
            default = node.args[position] if len(node.args) > position else None
        values = self.evaluate(default, scope, depth) if default is not None else None
        return [Value(v.text, v.line, weakest(v.confidence, "medium")) for v in values or ()]


def _product(left: list[Value], right: list[Value], line: int | None = None) -> list[Value]:
    return [
        Value(a.text + b.text, line or a.line, weakest(a.confidence, b.confidence))
        for a in left
        for b in right
    ][:_MAX_VALUES]


def build_scopes(
    tree: ast.Module, names: frozenset[str], lines: frozenset[int]
) -> tuple[Values, list[tuple[ast.Call, Scope]]]:
    """Collect the bindings of a module, and the calls whose last name is in ``names``.

    Functions in which none of ``lines`` lies are not entered, unless they set up an
    object or a parser: nothing they bind locally can reach a call of interest.
    """
    wanted = sorted(lines)
    owner: dict[int, str] = {}
    values = Values()
    calls: list[tuple[ast.Call, Scope]] = []
    renamed: list[tuple[ast.Call, Scope]] = []
    pending: list[tuple[ast.AST, Scope]] = [(tree, values.module)]
    while pending:
        node, scope = pending.pop()
        inner = scope
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                if function.attr == "add_argument":
                    _argparse(node, scope, values)
                (calls if function.attr in names else renamed).append((node, scope))
            elif isinstance(function, ast.Name):
                (calls if function.id in names else renamed).append((node, scope))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(target, node.value, scope, values)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                _bind(node.target, node.value, scope, values)
        elif isinstance(node, ast.NamedExpr):
            _bind(node.target, node.value, scope, values)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            for element, home in _elements(node.iter, scope):
                _bind(node.target, element, scope, values, home)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    _bind(item.optional_vars, item.context_expr, scope, values)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            _aliases(node, values)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if not isinstance(node, ast.Lambda) and not _of_interest(node, wanted):
                continue
            inner = Scope(scope)
            parameters = _parameters(node.args, inner)
            if not isinstance(node, ast.Lambda):
                values.functions.setdefault(node.name, (parameters, inner))
                owner[id(inner)] = node.name
        elif isinstance(node, ast.Return) and node.value is not None:
            around: Scope | None = scope
            while around is not None and id(around) not in owner:
                around = around.parent
            if around is not None:
                values.returns.setdefault(owner[id(around)], []).append(node.value)
        elif isinstance(node, ast.ClassDef):
            inner = Scope(scope)
            _class_attributes(node, inner, values)
        # Reversed, because the stack hands them back last first: bindings in file order.
        pending.extend((child, inner) for child in reversed(list(ast.iter_child_nodes(node))))
    for call, scope in renamed:
        _pass_arguments(call, scope, values)
    calls += [
        (call, scope)
        for call, scope in renamed
        if values.dotted(call.func).rpartition(".")[2] in names
    ]
    calls.sort(key=lambda item: (item[0].lineno, item[0].col_offset))
    return values, calls


def _of_interest(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[int]) -> bool:
    first = bisect_left(lines, node.lineno)
    if first < len(lines) and lines[first] <= (node.end_lineno or node.lineno):
        return True
    return node.name in _SET_UP or "arg" in node.name or "main" in node.name


def _bind(
    target: ast.expr, value: ast.expr, scope: Scope, values: Values, home: Scope | None = None
) -> None:
    """Bind a target in ``scope`` to a value written in ``home`` (the same by default)."""
    home = home or scope
    if isinstance(target, ast.Name):
        scope.bind(target.id, value, home)
        name = target.id
    elif isinstance(target, ast.Attribute):
        values.attributes.setdefault(target.attr, []).append((value, home))
        name = target.attr
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, other in zip(target.elts, value.elts, strict=False):
            _bind(one, other, scope, values, home)
        return
    else:
        return
    call = value.value if isinstance(value, ast.Await) else value
    if isinstance(call, ast.Call):
        where = (scope if isinstance(target, ast.Name) else None, name)
        values.targets.setdefault(id(call), []).append(where)
        if isinstance(call.func, ast.Name | ast.Attribute):
            maker = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            values.results.setdefault(maker, []).append(where)


def _elements(node: ast.expr, scope: Scope) -> list[Bound]:
    """Return what a loop runs over when that is a literal table."""
    tables = scope.lookup(node.id) if isinstance(node, ast.Name) else [(node, scope)]
    found: list[Bound] = []
    for table, home in tables:
        if isinstance(table, ast.List | ast.Tuple | ast.Set):
            found += [(element, home) for element in table.elts]
        elif isinstance(table, ast.Dict):
            found += [(key, home) for key in table.keys if key is not None]
    return found


def _argparse(call: ast.Call, scope: Scope, values: Values) -> None:
    """``add_argument("--model-name", default=…)`` binds the attribute ``model_name``."""
    default = next((k.value for k in call.keywords if k.arg == "default"), None)
    if default is None:
        return
    flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
    if long:
        name = long.lstrip("-").replace("-", "_")
        values.attributes.setdefault(name, []).append((default, scope))


def _parameters(arguments: ast.arguments, scope: Scope) -> list[str]:
    """Bind parameters to their defaults and return their names.

    A parameter hides an outer name even when it has no default.
    """
    positional = [*arguments.posonlyargs, *arguments.args]
    for parameter in (*positional, *arguments.kwonlyargs):
        scope.names.setdefault(parameter.arg, [])
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        scope.bind(parameter.arg, default, scope)
    for parameter, keyword in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword is not None:
            scope.bind(parameter.arg, keyword, scope)
    return [parameter.arg for parameter in (*positional, *arguments.kwonlyargs)]


def _pass_arguments(call: ast.Call, scope: Scope, values: Values) -> None:
    """Bind the parameters of one of the file's own functions to a call's arguments."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name not in values.functions:
        return
    parameters, inner = values.functions[name]
    positional = parameters
    if isinstance(function, ast.Attribute) and parameters[:1] in (["self"], ["cls"]):
        positional = parameters[1:]
    for parameter, argument in zip(positional, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        inner.bind(parameter, argument, scope)
    for keyword in call.keywords:
        if keyword.arg in parameters:
            inner.bind(keyword.arg, keyword.value, scope)


def _class_attributes(node: ast.ClassDef, scope: Scope, values: Values) -> None:
    """Class-level values are what ``self.x``, ``cls.x`` and ``Config.x`` read."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.value is not None:
                found = values.attributes.setdefault(statement.target.id, [])
                found.append((statement.value, scope))
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    values.attributes.setdefault(target.id, []).append((statement.value, scope))


def _aliases(node: ast.Import | ast.ImportFrom, values: Values) -> None:
    for alias in node.names:
        if isinstance(node, ast.Import):
            if alias.asname:
                values.aliases[alias.asname] = alias.name
        elif node.module and not node.level:
            values.aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
