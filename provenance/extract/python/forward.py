"""Names handed to known calls by way of another module: wrappers of the tree.

``Client("google/deplot")`` names a model when the constructor of ``Client``, in another
file, gives its argument to a call that ``data/calls.csv`` knows. Where the parameters of a
module end is read once a process; the literal counts where it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from provenance.extract.python.arguments import pairs
from provenance.extract.python.imports import find, joined
from provenance.extract.python.modules import bindings_of
from provenance.extract.python.origins import Origin, Step, Tracer
from provenance.extract.python.outline import Sink, outline_of
from provenance.extract.python.reach import Reach
from provenance.extract.python.scopes import Bindings, Scope
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary

_MAX_MODULES = 3
"""Modules from the literal to the call."""


class _Callable(NamedTuple):
    """What can be called from outside: its parameters, and where they end."""

    parameters: list[str]
    method: bool
    sinks: list[Sink]


class _Handing(NamedTuple):
    """A call of something imported, by the parameters that its arguments come from."""

    function: tuple[str, ...]
    """The imported name and the attributes asked of it."""
    positional: tuple[tuple[Origin, ...], ...]
    keywords: dict[str, tuple[Origin, ...]]


class Forwarding:
    """Follows what the sources of one tree hand to other modules.

    Where the parameters of a module end is worked out once for all documents, at each of
    the few levels at which it is asked: level 0 knows the module's own calls, every further
    one those of the modules it hands on to.
    """

    def __init__(self, vocabulary: Vocabulary, siblings: Siblings) -> None:
        """Take the files of the tree."""
        self._vocabulary = vocabulary
        self._siblings = siblings
        self._reach = Reach(siblings, vocabulary)

    def calls(self, names: Bindings, path: str) -> Iterator[tuple[ast.Call, Scope, ast.expr, Sink]]:
        """Yield the calls that hand something on, the expression handed, and where it ends.

        Args:
            path: of the source that the bindings are of.
        """
        leads: dict[str, bool] = {}
        for call, scope in names.others:
            function = _path_of(call.func)
            called = (
                self._called(function, names.imported, path, _MAX_MODULES, leads)
                if function
                else None
            )
            if called is None:
                continue
            given = dict(pairs(call, called.parameters, method=called.method))
            given |= {k.arg: k.value for k in call.keywords if k.arg and k.arg not in given}
            for sink in called.sinks:
                if sink.parameter in given:
                    yield call, scope, _asked(given[sink.parameter], sink.steps), sink

    def _called(
        self, function: tuple[str, ...], imported: Mapping[str, tuple[str, str]], path: str,
        level: int, leads: dict[str, bool],
    ) -> _Callable | None:  # fmt: skip
        """Return what a call of another module's function or class means.

        Args:
            level: modules that may be gone through.
            leads: which imported names lead to a known call; grows.
        """
        root, *attributes = function
        if not self._leads(root, imported, path, leads):
            return None
        module, symbol = imported[root]
        found = self._member(path, module, (symbol, *attributes), level)
        if found is not None or not attributes:
            return found
        return self._member(path, joined(module, symbol), tuple(attributes), level)

    def _member(
        self, path: str, dotted: str, member: tuple[str, ...], level: int
    ) -> _Callable | None:
        """Return what a member of a module that a file imports means."""
        home = find(path, dotted, self._siblings)
        if not home or home == path:
            return None
        return self._siblings.once(
            ("callable", home, member, level), lambda: self._found(home, member, level)
        )

    def _found(self, home: str, member: tuple[str, ...], level: int) -> _Callable | None:
        for _ in range(_MAX_MODULES):  # re-exports
            outline = outline_of(home, self._siblings, self._vocabulary)
            name = ".".join(member)
            if name in outline.parameters or member[0] in outline.classes:
                sinks = self._sinks(home, level - 1).get(name)
                if not sinks:
                    return None
                method = name in outline.classes or "." in name
                return _Callable(outline.parameters.get(name, []), method, list(sinks))
            again = outline.imported.get(member[0])
            if again is None:
                return None
            dotted, symbol = again
            home = find(home, dotted, self._siblings)
            member = (symbol, *member[1:]) if symbol else member[1:]
            if not home or not member:
                return None
        return None

    def _sinks(self, home: str, level: int) -> Mapping[str, dict[Sink, None]]:
        """Return where the parameters of a module's functions and classes end."""
        if level == 0:
            return outline_of(home, self._siblings, self._vocabulary).ends
        return self._siblings.once(("sinks", home, level), lambda: self._ends(home, level))

    def _ends(self, home: str, level: int) -> dict[str, dict[Sink, None]]:
        outline = outline_of(home, self._siblings, self._vocabulary)
        found = {owner: dict(sinks) for owner, sinks in outline.ends.items()}
        leads: dict[str, bool] = {}
        for function, positional, keywords in self._handings(home):
            called = self._called(function, outline.imported, home, level, leads)
            if called is None:
                continue
            parameters = called.parameters
            if called.method and parameters[:1] in (["self"], ["cls"]):
                parameters = parameters[1:]
            given = dict(zip(parameters, positional, strict=False)) | keywords
            for sink in called.sinks:
                for owner, parameter, steps in given.get(sink.parameter, ()):
                    if not (steps and sink.steps):
                        here = sink._replace(parameter=parameter, steps=(*steps, *sink.steps))
                        found.setdefault(owner, {})[here] = None
        return found

    def _handings(self, home: str) -> list[_Handing]:
        return self._siblings.once(("handings", home), lambda: list(self._handed(home)))

    def _handed(self, home: str) -> Iterator[_Handing]:
        """Yield the calls of what a module imports that hand on some parameter."""
        data = self._siblings(home)
        names = bindings_of(data) if data is not None else None
        if names is None:
            return
        tracer = Tracer(names)
        leads: dict[str, bool] = {}
        for call, scope in names.others:
            function = _path_of(call.func)
            if not function or not self._leads(function[0], names.imported, home, leads):
                continue
            positional: list[tuple[Origin, ...]] = []
            for argument in call.args:
                if isinstance(argument, ast.Starred):
                    break
                positional.append(tracer.of(argument, scope))
            keywords = {k.arg: tracer.of(k.value, scope) for k in call.keywords if k.arg}
            if any(positional) or any(keywords.values()):
                yield _Handing(function, tuple(positional), keywords)

    def _leads(
        self, root: str, imported: Mapping[str, tuple[str, str]], path: str, known: dict[str, bool]
    ) -> bool:
        """Tell whether a name leads to a known call where it is imported; ``known`` grows."""
        if root not in known:
            module, symbol = imported.get(root, ("", ""))
            known[root] = bool(symbol) and self._reach.leads(path, module, symbol)
        return known[root]


def _path_of(function: ast.expr) -> tuple[str, ...]:
    """Return a called name and up to two attributes asked of it; nothing for anything else."""
    attributes: list[str] = []
    while isinstance(function, ast.Attribute):
        attributes.insert(0, function.attr)
        function = function.value
    if not isinstance(function, ast.Name) or len(attributes) > 2:
        return ()
    return (function.id, *attributes)


def _asked(node: ast.expr, steps: tuple[Step, ...]) -> ast.expr:
    """Return the expression that asks an attribute or entry of another."""
    for kind, name in steps:
        if kind == ".":
            node = ast.copy_location(ast.Attribute(value=node, attr=name), node)
        else:
            key = ast.copy_location(ast.Constant(value=name), node)
            node = ast.copy_location(ast.Subscript(value=node, slice=key), node)
    return node
