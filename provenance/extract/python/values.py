"""String values of Python expressions, as far as the tree tells them.

Constants are followed through names, attributes, defaults (functions, dataclasses,
pydantic fields, argparse, ``os.getenv``), f-strings, concatenation, joins, conditionals,
tables, loops, the module's own functions, and imports of other modules of the tree. No
code is run; the walk is bounded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from provenance.extract.python.imports import joined
from provenance.extract.python.nodes import composed_from, entries, index_of, made_by
from provenance.extract.python.scopes import SPLITS, Bindings, Bound, Scope
from provenance.extract.python.texts import MAX_TEXTS, Value, product
from provenance.model import weakest

_MAX_DEPTH = 12
_MAX_FOREIGN = 3
"""Imports followed from one module to the next."""
_MAX_STEPS = 2_000
"""For one question: names bound to each other again and again lead on without end."""
_MAX_ALL_STEPS = 100_000
"""For one document in one module."""
_DEFAULT_CALLS = frozenset({"Field", "field", "Option", "Argument", "getenv", "get", "pop", "str"})
_NO_KEY = object()
_JOINS = ("os.path.join", "posixpath.join", "Path", "pathlib.Path", "PurePath")


class Module(NamedTuple):
    """Another module of the tree."""

    path: str
    values: Values


Lookup: TypeAlias = Callable[[str, int], "Module | None"]
"""Returns the module of the tree that a dotted name (relative with dots) means, at a depth."""


class Values:
    """The evaluator over one module's bindings."""

    def __init__(self, names: Bindings, outside: Lookup | None = None, depth: int = 0) -> None:
        """Take a module.

        Args:
            outside: finds other modules of the tree; None for a source that stands alone.
            depth: imports already followed to get here.
        """
        self.names = names
        self.outside = outside if depth < _MAX_FOREIGN else None
        self._depth = depth
        self._active: set[int] = set()
        self._steps = self._all_steps = 0

    def _tired(self) -> bool:
        """Count one more step; tell whether the question has cost enough."""
        self._steps += 1
        self._all_steps += 1
        return self._steps > _MAX_STEPS or self._all_steps > _MAX_ALL_STEPS

    def evaluate(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Value] | None:
        """Return the strings an expression can be, or None when nothing is known."""
        if not depth:
            self._steps = 0
        if self._tired() or depth > _MAX_DEPTH or id(node) in self._active:
            return None
        self._active.add(id(node))
        try:
            found = self._evaluate(node, scope, depth + 1)
        finally:
            self._active.discard(id(node))
        return found[:MAX_TEXTS] if found else None

    def _evaluate(self, node: ast.expr, scope: Scope, depth: int) -> list[Value] | None:
        if isinstance(node, ast.Constant):
            return [Value(node.value, node.lineno, "high")] if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._union(self._bound(node, scope), depth) or self._imported(
                node.id, (), depth
            )
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope, depth)
        if isinstance(node, ast.JoinedStr):
            return self._concatenate(node.values, scope, depth, node.lineno)
        if isinstance(node, ast.FormattedValue):
            return self.evaluate(node.value, scope, depth)
        if isinstance(node, ast.BinOp):
            return self._operation(node, scope, depth)
        if isinstance(node, ast.IfExp):
            return self._union([(node.body, scope), (node.orelse, scope)], depth)
        if isinstance(node, ast.BoolOp):
            return self._union([(value, scope) for value in node.values], depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, scope, depth)
        if isinstance(node, ast.NamedExpr | ast.Await):
            return self.evaluate(node.value, scope, depth)
        if isinstance(node, ast.Call):
            return self._call(node, scope, depth)
        return None

    def beginning(self, node: ast.expr, scope: Scope, depth: int = 0) -> Value | None:
        """Return the text that a composition begins with, whatever becomes of its rest."""
        if not depth:
            self._steps = 0
        if self._tired() or depth > _MAX_DEPTH:
            return None
        if isinstance(node, ast.Name):
            bound = self._bound(node, scope)[:MAX_TEXTS]
            found = (self.beginning(value, where, depth + 1) for value, where in bound)
            return next((value for value in found if value), None)
        first, mark = composed_from(node)
        if first is None:
            return None
        known = self.evaluate(first, scope, depth + 1)
        value = known[0] if known else self.beginning(first, scope, depth + 1)
        if value is None:
            return None
        return value._replace(text=value.text.partition(mark)[0] if mark else value.text)

    def _bound(self, node: ast.Name, scope: Scope) -> list[Bound]:
        """Return what a name can stand for where it is used: not what another branch binds."""
        home = scope.home_of(node.id)
        bound = home.names[node.id] if home is not None else []
        if len(bound) < 2:
            return bound
        exclude = self.names.branches.exclude
        return [
            (value, where) for value, where in bound
            if where is not home or not exclude(getattr(value, "lineno", 0), node.lineno)
        ]  # fmt: skip

    def _union(self, bound: list[Bound], depth: int) -> list[Value] | None:
        found: dict[str, Value] = {}
        for node, scope in bound[:MAX_TEXTS]:
            for value in self.evaluate(node, scope, depth) or ():
                found.setdefault(value.text, value)
        return list(found.values())

    # -- attributes and names of elsewhere -----------------------------------------

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> list[Value] | None:
        found = self._union(self.bound_attribute(node, scope), depth)
        if found:
            return found
        if node.attr in ("value", "default") and isinstance(node.value, ast.Attribute):
            return self.evaluate(node.value, scope, depth)  # a member of an enumeration
        if isinstance(node.value, ast.Call) and len(node.value.args) > 1:
            fallback = node.value.args[1]  # config.get("model", {"value": "x"}).value
            if isinstance(fallback, ast.Dict):
                return self._union(entries([(fallback, scope)], node.attr), depth)
        path: list[str] = [node.attr]
        root: ast.expr = node.value
        while isinstance(root, ast.Attribute):
            path.append(root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            return None
        names = tuple(reversed(path))
        return self._imported(root.id, names, depth) or self._of_result(root, scope, names, depth)

    def bound_attribute(self, node: ast.Attribute, scope: Scope) -> list[Bound]:
        """Return what an attribute can stand for: of its class where that is known."""
        owner = ""
        if isinstance(node.value, ast.Name):
            name = node.value.id
            if name in ("self", "cls"):
                owner = scope.owner
            elif name in self.names.bases:
                owner = name
            else:
                owner = scope.type_of(name) or made_by(scope.lookup(name))
        found = self.names.member(owner, node.attr) if owner else []
        if found or (owner in self.names.bases and owner != scope.owner):
            return found
        return self.names.attributes.get(node.attr, [])

    def _imported(
        self, name: str, path: tuple[str, ...], depth: int, key: object = _NO_KEY
    ) -> list[Value] | None:
        """Follow an imported name into the module of the tree it comes from.

        Args:
            path: the attributes asked of it, in order.
            key: the entry asked of the table found there.
        """
        if self.outside is None or name not in self.names.imported:
            return None
        module, symbol = self.names.imported[name]
        # ``from app import config`` may name a module, ``import app.config`` its package.
        steps = ((symbol, *path) if symbol else path) or ("",)
        for cut in range(len(steps)):
            found = self.outside(joined(module, ".".join(steps[:cut])), self._depth + 1)
            if found is not None:
                values = found.values.public(steps[cut:], depth, key)
                if values:
                    return [v._replace(path=v.path or found.path) for v in values]
        return None

    def public(
        self, path: tuple[str, ...], depth: int, key: object = _NO_KEY
    ) -> list[Value] | None:
        """Return the values of a name, or of an attribute of it, as other modules see them."""
        self._steps = 0  # every module has as many for what is asked of it
        name, *rest = path
        module = self.names.module
        if not rest:
            bound = module.lookup(name) or self.names.returns.get(name, [])
            if key is not _NO_KEY:
                bound = entries(bound, key)
            return self._union(bound, depth) or self._imported(name, (), depth, key)
        owner = name if name in self.names.bases else made_by(module.lookup(name))
        found = self._union(self.names.member(owner, rest[-1]), depth)
        if not found and (name in module.names or name in self.names.functions):
            found = self._union(self.names.attributes.get(rest[-1], []), depth)
        return found or self._imported(name, tuple(rest), depth)

    def _of_result(
        self, root: ast.Name, scope: Scope, path: tuple[str, ...], depth: int
    ) -> list[Value] | None:
        """``args.model`` where ``args`` comes out of an imported function or class."""
        if self.outside is None:
            return None
        makers: list[str] = [scope.type_of(root.id)] if scope.type_of(root.id) else []
        for node, _ in scope.lookup(root.id):
            if isinstance(node, ast.Call):
                makers += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)][:8]
                # HfArgumentParser((ModelArguments, …)).parse_args_into_dataclasses()
                makers += [
                    n.id
                    for name in tuple(makers)
                    for made, _ in scope.lookup(name)
                    if isinstance(made, ast.Call)
                    for n in ast.walk(made)
                    if isinstance(n, ast.Name)
                ][:8]
        for maker in dict.fromkeys(makers):
            found = self._imported(maker, (path[-1],), depth)
            if found:
                return [v._replace(confidence=weakest(v.confidence, "medium")) for v in found]
        return None

    # -- compositions -----------------------------------------------------------------

    def _concatenate(
        self, parts: list[ast.expr], scope: Scope, depth: int, line: int, between: str = ""
    ) -> list[Value] | None:
        result: list[Value] = []
        for number, part in enumerate(parts):
            values = self.evaluate(part, scope, depth)
            if not values:
                return None
            result = product(result, values, between, line) if number else values
        return [value._replace(line=line, path="") for value in result] or None

    def _operation(self, node: ast.BinOp, scope: Scope, depth: int) -> list[Value] | None:
        if isinstance(node.op, ast.Add | ast.Div):
            left = self.evaluate(node.left, scope, depth)
            right = self.evaluate(node.right, scope, depth)
            slash = "/" if isinstance(node.op, ast.Div) else ""
            return product(left, right, slash) if left and right else None
        if isinstance(node.op, ast.Mod):
            arguments = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._format(node.left, arguments, "%s", scope, depth)
        return None

    def _format(
        self, template: ast.expr, arguments: list[ast.expr], mark: str, scope: Scope, depth: int
    ) -> list[Value] | None:
        """``"{}/{}".format(a, b)`` and ``"%s/%s" % (a, b)``, positions only."""
        texts = self.evaluate(template, scope, depth)
        if not texts or len(texts) > 1 or texts[0].text.count(mark) != len(arguments):
            return None
        pieces = texts[0].text.split(mark)
        result = [texts[0]._replace(text=pieces[0])]
        for piece, argument in zip(pieces[1:], arguments, strict=True):
            values = self.evaluate(argument, scope, depth)
            if not values:
                return None
            tail = [value._replace(text=value.text + piece) for value in values]
            result = product(result, tail, "", texts[0].line)
        return result

    def _subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> list[Value] | None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        whole = node.value
        if (
            isinstance(whole, ast.Call)
            and isinstance(whole.func, ast.Attribute)
            and whole.func.attr in SPLITS
        ):
            return self._part(whole, whole.func, index_of(node.slice), scope, depth)
        if isinstance(key, str) and (bound := self._of_namespace(whole, key, scope)):
            return self._union(bound, depth)
        found = self._union(entries(self._containers(node.value, scope), key), depth)
        if not found and isinstance(node.value, ast.Name):
            return self._imported(node.value.id, (), depth, key)
        return found

    def _part(
        self, call: ast.Call, method: ast.Attribute, index: int | None, scope: Scope, depth: int
    ) -> list[Value] | None:
        """``name.split("/")[0]``: one part of a string."""
        mark = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if index is None or not isinstance(mark, str) or not mark:
            return None
        found: list[Value] = []
        for value in self.evaluate(method.value, scope, depth) or ():
            parts: Sequence[str]
            if method.attr in ("partition", "rpartition"):
                parts = getattr(value.text, method.attr)(mark)
            else:
                parts = value.text.split(mark)
            if -len(parts) <= index < len(parts):
                found.append(value._replace(text=parts[index], whole=value.whole or value.text))
        return found

    def _of_namespace(self, node: ast.expr, key: str, scope: Scope) -> list[Bound]:
        """``vars(parser.parse_args())["model"]``: an option by its name."""
        tables = scope.lookup(node.id) if isinstance(node, ast.Name) else [(node, scope)]
        for table, _ in tables:
            if (isinstance(table, ast.Attribute) and table.attr == "__dict__") or (
                isinstance(table, ast.Call) and self.names.dotted(table.func) == "vars"
            ):
                return self.names.attributes.get(key, [])
        return []

    def _containers(self, node: ast.expr, scope: Scope) -> list[Bound]:
        if isinstance(node, ast.Name):
            return scope.lookup(node.id)
        if isinstance(node, ast.Attribute):
            return self.bound_attribute(node, scope)
        if isinstance(node, ast.Subscript):
            # A table in a table: every value of the outer one may be the inner.
            return [
                (value, home)
                for table, home in self._containers(node.value, scope)
                if isinstance(table, ast.Dict)
                for value in table.values
            ]
        return [(node, scope)]

    # -- calls --------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> list[Value] | None:
        dotted = self.names.dotted(node.func)
        name = dotted.rpartition(".")[2]
        if dotted in _JOINS and node.args:
            return self._concatenate(node.args, scope, depth, node.lineno, "/")
        if name in self.names.returns and (dotted == name or dotted.startswith(("self.", "cls."))):
            return self._union(self.names.returns[name], depth)
        if isinstance(node.func, ast.Name) and node.func.id in self.names.imported:
            found = self._imported(node.func.id, (), depth)
            if found:
                return found
        if isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            if name == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.List):
                glue = receiver.value if isinstance(receiver, ast.Constant) else None
                if isinstance(glue, str):
                    parts = node.args[0].elts
                    return self._concatenate(parts, scope, depth, node.lineno, glue)
            if name == "format" and not node.keywords:
                return self._format(receiver, node.args, "{}", scope, depth)
            if name in ("strip", "rstrip", "lstrip", "resolve", "expanduser", "get_secret_value"):
                return self.evaluate(receiver, scope, depth)
        return self._default(node, name, scope, depth)

    def _default(self, node: ast.Call, name: str, scope: Scope, depth: int) -> list[Value] | None:
        """``os.getenv("X", default)``, ``Field(default=…)`` and the like: the default."""
        if name not in _DEFAULT_CALLS:
            return None
        default = next(
            (k.value for k in node.keywords if k.arg in ("default", "default_factory")), None
        )
        if isinstance(default, ast.Lambda):
            default = default.body
        if default is None:
            position = 1 if name in ("getenv", "get", "pop", "Option") else 0
            if name in ("get", "pop") and isinstance(node.func, ast.Attribute) and node.args:
                lookup = ast.Subscript(value=node.func.value, slice=node.args[0])
                found = self._subscript(lookup, scope, depth)
                if found:
                    return found
            default = node.args[position] if len(node.args) > position else None
        values = self.evaluate(default, scope, depth) if default is not None else None
        return [v._replace(confidence=weakest(v.confidence, "medium")) for v in values or ()]
