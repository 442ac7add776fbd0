"""Names handed to known calls by way of another module: wrappers of the tree.

``Client("google/deplot")`` names a model when the constructor of ``Client``, in another
file, gives its argument to a call that ``data/calls.csv`` knows. Where the parameters of a
module end is read once a document; the literal counts where it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from provenance.extract.collect import Collector
from provenance.extract.python.arguments import constructor, pairs
from provenance.extract.python.clients import Client, Clients, spec_of
from provenance.extract.python.nodes import argument_of, last_name
from provenance.extract.python.reach import Reach
from provenance.extract.python.scopes import Bindings, Calls, Scope
from provenance.extract.python.values import Lookup, Module
from provenance.vocabulary import CallSpec, Vocabulary

_MAX_DEPTH = 3
"""Modules from the literal to the call."""
_MAX_STEPS = 8
"""Names followed from a call's argument to a parameter."""
_PASSING = frozenset({"str", "strip", "lower", "expanduser", "abspath", "resolve"})
"""Calls whose result is still their argument or receiver."""

Step: TypeAlias = tuple[str, str]
"""What is asked of a parameter: an attribute (``.``) or an entry (``[``), and its name."""


class Sink(NamedTuple):
    """A parameter that ends in a known call."""

    parameter: str
    steps: tuple[Step, ...]
    spec: CallSpec
    client: Client | None


class _Callable(NamedTuple):
    """What can be called from outside: its parameters, and where they end."""

    parameters: list[str]
    method: bool
    sinks: list[Sink]


class Forwarding:
    """Follows what one document hands to other modules of the tree."""

    def __init__(self, vocabulary: Vocabulary, outside: Lookup, reach: Reach, path: str) -> None:
        """Take what finds other modules, and the path of the one read."""
        self._vocabulary = vocabulary
        self._outside = outside
        self._reach = reach
        self._path = path
        self._found: dict[str, dict[str, list[Sink]]] = {}

    def calls(
        self, names: Bindings, depth: int
    ) -> Iterator[tuple[ast.Call, Scope, ast.expr, Sink]]:
        """Yield the calls that hand something on, the expression handed, and where it ends."""
        if depth >= _MAX_DEPTH:
            return
        leads: dict[str, bool] = {}
        for call, scope, root in _of_imported(names):
            if root not in leads:
                module, symbol = names.imported[root]
                leads[root] = bool(symbol) and self._reach.leads(self._path, module, symbol)
            called = self._called(call.func, names, depth) if leads[root] else None
            if called is None:
                continue
            given = dict(pairs(call, called.parameters, method=called.method))
            given |= {k.arg: k.value for k in call.keywords if k.arg and k.arg not in given}
            for sink in called.sinks:
                if sink.parameter in given:
                    yield call, scope, _asked(given[sink.parameter], sink.steps), sink

    def _called(self, function: ast.expr, names: Bindings, depth: int) -> _Callable | None:
        """Return what a call of another module's function or class means."""
        path: list[str] = []
        node = function
        while isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in names.imported or len(path) > 2:
            return None
        module, symbol = names.imported[node.id]
        if symbol:
            found = self._member(module, [symbol, *path], depth)
            if found is not None or not path:
                return found
            dot = "" if module.endswith(".") else "."
            return self._member(f"{module}{dot}{symbol}", path, depth)
        return self._member(module, path, depth) if path else None

    def _member(self, dotted: str, path: list[str], depth: int) -> _Callable | None:
        module = self._outside(dotted, depth + 1)
        for _ in range(_MAX_DEPTH):  # re-exports
            if module is None:
                return None
            names = module.values.names
            name = ".".join(path)
            if name in names.functions or path[0] in names.bases:
                return self._callable(module, name, depth)
            again = names.imported.get(path[0])
            if again is None or module.values.outside is None:
                return None
            home, symbol = again
            module = module.values.outside(home, depth + 1)
            path = [symbol, *path[1:]] if symbol else path[1:]
            if not path:
                return None
        return None

    def _callable(self, module: Module, name: str, depth: int) -> _Callable | None:
        if module.path not in self._found:
            self._found[module.path] = {}  # modules that call each other end here
            self._found[module.path] = self._sinks(module, depth)
        sinks = self._found[module.path].get(name)
        if not sinks:
            return None
        names = module.values.names
        made = names.functions.get(name) or constructor(name, names)
        parameters = made[0] if made else []
        return _Callable(parameters, name in names.bases or "." in name, sinks)

    def _sinks(self, module: Module, depth: int) -> dict[str, list[Sink]]:
        """Return where the parameters of a module's functions and classes end."""
        names = module.values.names
        clients = Clients(Collector(module.path, ""), self._vocabulary, module.values)
        tracer = _Tracer(names)
        found: dict[str, dict[Sink, None]] = {}

        def add(
            node: ast.expr, scope: Scope, steps: tuple[Step, ...], spec: CallSpec,
            client: Client | None,
        ) -> None:  # fmt: skip
            for owner, parameter, more in tracer.origins(node, scope):
                sink = Sink(parameter, (*more, *steps), spec, client)
                found.setdefault(owner, {})[sink] = None

        for call, scope, spec in clients.read(_known(names, self._vocabulary)):
            argument = argument_of(call, spec.arguments)
            if argument is not None:
                add(argument, scope, (), spec, clients.of(call, scope, spec))
        outside = module.values.outside
        if outside is not None:
            inner = Forwarding(self._vocabulary, outside, self._reach, module.path)
            inner._found = self._found
            for _, scope, expression, sink in inner.calls(names, depth + 1):
                add(expression, scope, (), sink.spec, sink.client)
        return {owner: list(sinks) for owner, sinks in found.items()}


def _known(names: Bindings, vocabulary: Vocabulary) -> Calls:
    """Return the known calls of a module; it is asked by many documents."""
    if names.known is None:
        names.known = [
            (call, scope)
            for call, scope in names.others
            if spec_of(call, names, vocabulary) is not None
        ]
    return names.known


def _of_imported(names: Bindings) -> list[tuple[ast.Call, Scope, str]]:
    """Return the calls of what a module imports, with the name imported."""
    if names.handing is None:
        names.handing = [
            (call, scope, root)
            for call, scope in names.others
            if (root := _root(call.func)) in names.imported
        ]
    return names.handing


class _Tracer:
    """Follows an expression back to the parameters it comes from."""

    def __init__(self, names: Bindings) -> None:
        self._names = names
        self._owners: dict[int, tuple[str, list[str]]] = {}
        for name, (parameters, scope) in names.functions.items():
            owner = name.removesuffix(".__init__")
            if id(scope) not in self._owners or "." in name:
                self._owners[id(scope)] = (owner, parameters)

    def origins(
        self, node: ast.expr, scope: Scope, steps: tuple[Step, ...] = (), depth: int = 0
    ) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
        """Yield (function or class, parameter, what is asked of it)."""
        if depth > _MAX_STEPS:
            return
        if isinstance(node, ast.Name):
            home = scope.home_of(node.id)
            if home is None:
                return
            owner, parameters = self._owners.get(id(home), ("", []))
            if node.id in parameters and owner:
                yield owner, node.id, steps
            for value, where in home.names[node.id]:
                yield from self.origins(value, where, steps, depth + 1)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node, scope, steps, depth)
        elif isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if isinstance(key, str) and not steps:
                yield from self.origins(node.value, scope, (("[", key),), depth + 1)
        elif isinstance(node, ast.IfExp | ast.BoolOp):
            for part in node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse):
                yield from self.origins(part, scope, steps, depth + 1)
        elif isinstance(node, ast.Call):
            yield from self._call(node, scope, steps, depth)

    def _attribute(
        self, node: ast.Attribute, scope: Scope, steps: tuple[Step, ...], depth: int
    ) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        if own:
            owner = scope.owner
            for value, where in self._names.member(owner, node.attr):
                yield from self.origins(value, where, steps, depth + 1)
            made = constructor(owner, self._names)
            if (owner, node.attr) in self._names.members and (made is None or len(made[0]) == 1):
                yield owner, node.attr, steps  # a field of a dataclass or model class
        elif not steps:
            yield from self.origins(node.value, scope, ((".", node.attr),), depth + 1)

    def _call(
        self, node: ast.Call, scope: Scope, steps: tuple[Step, ...], depth: int
    ) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
        name = last_name(node.func)
        if name in ("get", "pop") and isinstance(node.func, ast.Attribute) and node.args:
            key = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(key, str) and not steps:
                yield from self.origins(node.func.value, scope, (("[", key),), depth + 1)
        elif name in _PASSING:
            inner = node.args[0] if node.args else getattr(node.func, "value", None)
            if inner is not None:
                yield from self.origins(inner, scope, steps, depth + 1)


def _root(function: ast.expr) -> str:
    """Return the first name of what is called."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def _asked(node: ast.expr, steps: tuple[Step, ...]) -> ast.expr:
    """Return the expression that asks an attribute or entry of another."""
    for kind, name in steps:
        if kind == ".":
            node = ast.copy_location(ast.Attribute(value=node, attr=name), node)
        else:
            key = ast.copy_location(ast.Constant(value=name), node)
            node = ast.copy_location(ast.Subscript(value=node, slice=key), node)
    return node
