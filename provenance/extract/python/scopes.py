"""Names of one Python module: what is bound to them, in which scope, and who calls what.

Built in one walk over the tree, without recursion. Functions in which nothing of
interest happens are not entered: nothing they bind locally can reach a call of interest.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field

from provenance.extract.python.aliases import bind_imports
from provenance.extract.python.arguments import (
    bind_decorated,
    bind_option,
    bind_parameters,
    bind_type,
    elements,
    pass_arguments,
)
from provenance.extract.python.branches import Branches
from provenance.extract.python.derived import bases_made
from provenance.extract.python.nodes import last_name

_LEAVES = frozenset({
    ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Pass, ast.Break, ast.Continue,
    ast.alias, ast.Global, ast.Nonlocal,
})  # fmt: skip
"""Nodes without children that could bind or call."""
_TEXTS = frozenset({
    "ctx", "op", "ops", "id", "attr", "arg", "name", "module", "level", "conversion", "kind",
    "type_comment", "type_ignores", "is_async", "simple", "rest", "kwd_attrs",
})  # fmt: skip
"""Fields of nodes that hold words, numbers and signs."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)
_WITHS = (ast.With, ast.AsyncWith)
_IMPORTS = (ast.Import, ast.ImportFrom)
_SEQUENCES = (ast.Tuple, ast.List)
_UNBINDING = frozenset({
    ast.Attribute, ast.Expr, ast.keyword, ast.Subscript, ast.BinOp, ast.If, ast.Compare,
    ast.JoinedStr, ast.FormattedValue, ast.Dict, ast.List, ast.Tuple, ast.BoolOp, ast.UnaryOp,
    ast.arguments, ast.arg, ast.Try, ast.ExceptHandler, ast.Raise, ast.IfExp, ast.Slice,
})  # fmt: skip
"""Frequent nodes that bind nothing themselves."""
SPLITS = frozenset({"split", "rsplit", "partition", "rpartition"})
"""Methods whose results are parts of a string."""
_SET_UP = frozenset({"__init__", "__post_init__", "setup", "set_up", "configure", "build"})


class Scope:
    """Names bound in a module, class or function, with the scope around it.

    Each expression is kept with the scope it was written in, where its own names
    have their meaning.
    """

    __slots__ = ("names", "owner", "parent", "types")

    def __init__(self, parent: Scope | None, owner: str = "") -> None:
        self.parent = parent
        self.names: dict[str, list[Bound]] = {}
        self.types: dict[str, str] = {}
        """Names annotated with a class."""
        self.owner: str = owner or (parent.owner if parent else "")
        """The class around this scope."""

    def bind(self, name: str, value: ast.expr, scope: Scope) -> None:
        """Add an expression to those a name can stand for."""
        self.names.setdefault(name, []).append((value, scope))

    def home_of(self, name: str) -> Scope | None:
        """Return the nearest scope that binds a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> list[Bound]:
        """Return the expressions bound to a name in the nearest scope that binds it."""
        scope = self.home_of(name)
        return scope.names[name] if scope is not None else []

    def type_of(self, name: str) -> str:
        """Return the class a name is annotated with in the nearest scope, or ``""``."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.types:
                return scope.types[name]
            scope = scope.parent
        return ""


Bound: TypeAlias = tuple[ast.expr, Scope]
Calls: TypeAlias = list[tuple[ast.Call, Scope]]
Target: TypeAlias = tuple[Scope | None, str]
"""A name in a scope, or an attribute (of any object: None)."""


class Bindings(Struct):
    """Everything bound in one module."""

    module: Scope = field(default_factory=lambda: Scope(None))
    attributes: dict[str, list[Bound]] = field(default_factory=dict)
    """By the attribute's name, whatever object it is of."""
    members: dict[tuple[str, str], list[Bound]] = field(default_factory=dict)
    """By class and attribute: class-level values and what methods set on ``self``."""
    bases: dict[str, list[str]] = field(default_factory=dict)
    """The classes of this module with the names of their bases."""
    parents: dict[str, list[ast.expr]] = field(default_factory=dict)
    """The same with the bases as they are written."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Imported names in full: ``np`` → ``numpy``."""
    reimported: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Of a name imported from several places: the line of each import, and its full name."""
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Imported names as (module with leading dots, name in it or ``""``)."""
    targets: dict[int, list[Target]] = field(default_factory=dict)
    """Names and attributes that a call's result is assigned to, by ``id(call)``."""
    functions: dict[str, tuple[list[str], Scope]] = field(default_factory=dict)
    """Parameters and scope of the module's functions, by name, methods also with their class."""
    lambdas: dict[int, Scope] = field(default_factory=dict)
    """Scopes of lambdas by ``id(node)``."""
    tables: list[tuple[ast.Dict, Scope]] = field(default_factory=list)
    """Tables that names are bound to."""
    others: Calls = field(default_factory=list)
    """Calls of names that were not asked for."""
    branches: Branches = field(default_factory=lambda: Branches(()))
    scopes: list[Scope] = field(default_factory=list)
    """Those within the module's own."""
    returns: dict[str, list[Bound]] = field(default_factory=dict)
    """What the module's functions return."""
    results: dict[str, list[Target]] = field(default_factory=dict)
    """Names that a function's result is assigned to, by the function's name."""

    def release(self) -> None:
        """Let the module's tree go: scopes refer to each other, and no collector runs."""
        for scope in (self.module, *self.scopes):
            scope.names.clear()

    def dotted(self, node: ast.expr) -> str:
        """Return a called name in full, import aliases resolved (``?`` for the unknown)."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        root = self.alias(node) if isinstance(node, ast.Name) else "?"
        return ".".join((root, *reversed(parts)))

    def alias(self, node: ast.Name) -> str:
        """Return a name in full: as the last import above it has it, where several do."""
        several = self.reimported.get(node.id)
        if several is None:
            return self.aliases.get(node.id, node.id)
        above = [full for line, full in several if line <= node.lineno]
        return above[-1] if above else several[0][1]

    def bodies(self) -> Iterator[tuple[ast.Dict, Scope]]:
        """Yield the tables that can be bodies of requests: named, or given as ``json=``."""
        yield from self.tables
        for call, scope in self.others:
            for keyword in call.keywords:
                if keyword.arg in ("json", "data") and isinstance(keyword.value, ast.Dict):
                    yield keyword.value, scope

    def member(self, owner: str, name: str) -> list[Bound]:
        """Return what an attribute of a class of this module is bound to, bases included."""
        seen: set[str] = set()
        pending = [owner]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            found = self.members.get((current, name))
            if found:
                return found
            pending += self.bases.get(current, ())
        return []


def build_scopes(
    tree: ast.Module, names: frozenset[str], lines: frozenset[int] | None
) -> tuple[Bindings, Calls]:
    """Collect the bindings of a module, and the calls whose last name is in ``names``.

    Args:
        lines: functions in which none of these lies are skipped, unless they set up an
            object or a parser; None enters all.
    """
    wanted = sorted(lines) if lines is not None else None
    owner: dict[int, str] = {}
    found = Bindings()
    calls: Calls = []
    renamed: Calls = []
    branching: list[ast.If | ast.Match] = []
    pending: list[ast.AST] = [tree]
    scopes = [found.module]  # of each node that is pending
    while pending:
        node, scope = pending.pop(), scopes.pop()
        kind = node.__class__
        if kind not in _FIELDS:
            continue
        inner = scope
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                if function.attr == "add_argument":
                    bind_option(node, scope, found)
                (calls if function.attr in names else renamed).append((node, scope))
            elif isinstance(function, ast.Name):
                (calls if function.id in names else renamed).append((node, scope))
        elif kind in _UNBINDING:
            if isinstance(node, ast.If):
                branching.append(node)
        elif isinstance(node, _FUNCTIONS):
            if not isinstance(node, ast.Lambda) and not _of_interest(node, wanted):
                continue
            inner = Scope(scope)
            found.scopes.append(inner)
            parameters = bind_parameters(node.args, inner)
            if isinstance(node, ast.Lambda):
                found.lambdas[id(node)] = inner
            else:
                found.functions.setdefault(node.name, (parameters, inner))
                owner[id(inner)] = node.name
                if scope.owner:
                    method = f"{scope.owner}.{node.name}"
                    found.functions.setdefault(method, (parameters, inner))
                if node.decorator_list:
                    bind_decorated(node, inner, scope)
        elif isinstance(node, ast.Return) and node.value is not None:
            around: Scope | None = scope
            while around is not None and id(around) not in owner:
                around = around.parent
            if around is not None:
                found.returns.setdefault(owner[id(around)], []).append((node.value, scope))
        elif isinstance(node, ast.ClassDef):
            inner = Scope(scope, node.name)
            found.scopes.append(inner)
            parents: list[ast.expr] = [
                base for base in node.bases if isinstance(base, ast.Attribute | ast.Name)
            ]
            found.parents[node.name] = parents
            found.bases[node.name] = [last_name(base) for base in parents]
            _class_attributes(node, inner, found)
        elif isinstance(node, ast.Match):
            branching.append(node)
        else:
            _binding(node, scope, found)
        children = _children(node)
        pending += children
        scopes += [inner] * len(children)
    for call, scope in (*calls, *renamed):
        pass_arguments(call, scope, found)
    found.others = renamed
    found.branches = Branches(branching)
    calls += [
        (call, scope)
        for call, scope in renamed
        if found.dotted(call.func).rpartition(".")[2] in names
        or any(last_name(base) in names for base in bases_made(call, scope, found))
    ]
    calls.sort(key=lambda item: (item[0].lineno, item[0].col_offset))
    return found, calls


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(name for name in kind._fields if name not in _TEXTS)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in _LEAVES
}
"""The fields that hold other nodes, of each kind of node that is looked at."""


def _children(node: ast.AST) -> list[ast.AST]:
    """Return what a node's fields hold, the last first, with what is no node among it."""
    children: list[ast.AST] = []
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            children += value
        else:
            children.append(value)  # type: ignore[arg-type]
    children.reverse()
    return children


def _binding(node: ast.AST, scope: Scope, found: Bindings) -> None:
    """Record what a statement or clause binds, if it binds anything."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bind(target, node.value, scope, found)
    elif isinstance(node, ast.AnnAssign):
        if isinstance(node.target, ast.Name):
            bind_type(node.target.id, node.annotation, scope)
        if node.value is not None:
            _bind(node.target, node.value, scope, found)
    elif isinstance(node, ast.NamedExpr):
        _bind(node.target, node.value, scope, found)
    elif isinstance(node, _LOOPS):
        for element, home in elements(node.iter, scope):
            _bind(node.target, element, scope, found, home)
    elif isinstance(node, _WITHS):
        for item in node.items:
            if item.optional_vars is not None:
                _bind(item.optional_vars, item.context_expr, scope, found)
    elif isinstance(node, _IMPORTS):
        bind_imports(node, found)


def _of_interest(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[int] | None) -> bool:
    if lines is None or sets_up(node.name):
        return True
    first = bisect_left(lines, node.lineno)
    return first < len(lines) and lines[first] <= (node.end_lineno or node.lineno)


def sets_up(name: str) -> bool:
    """Tell whether a function of this name sets up an object or a parser: always of interest."""
    return name in _SET_UP or "arg" in name or "main" in name


def _bind(
    target: ast.expr, value: ast.expr, scope: Scope, found: Bindings, home: Scope | None = None
) -> None:
    """Bind a target in ``scope`` to a value written in ``home`` (the same by default)."""
    home = home or scope
    if isinstance(target, ast.Name):
        scope.bind(target.id, value, home)
        name = target.id
    elif isinstance(target, ast.Attribute):
        _attribute(_owner_of(target, scope), target.attr, value, home, found)
        name = target.attr
    elif isinstance(target, _SEQUENCES) and isinstance(value, _SEQUENCES):
        for one, other in zip(target.elts, value.elts, strict=False):
            _bind(one, other, scope, found, home)
        return
    elif isinstance(target, _SEQUENCES) and isinstance(value, ast.Call):
        # As parsers of several dataclasses return one object each.
        splits = isinstance(value.func, ast.Attribute) and value.func.attr in SPLITS
        for number, one in enumerate(target.elts):
            if isinstance(one, ast.Name):
                part: ast.expr = value
                if splits:
                    part = ast.Subscript(value=value, slice=ast.Constant(value=number))
                scope.bind(one.id, part, home)
        return
    else:
        return
    if isinstance(value, ast.Dict):
        found.tables.append((value, home))
    call = value.value if isinstance(value, ast.Await) else value
    if isinstance(call, ast.Call):
        where = (scope if isinstance(target, ast.Name) else None, name)
        found.targets.setdefault(id(call), []).append(where)
        if isinstance(call.func, ast.Name | ast.Attribute):
            maker = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            found.results.setdefault(maker, []).append(where)


def _owner_of(target: ast.Attribute, scope: Scope) -> str:
    """Return the class of ``self.x`` and ``Config.x``; ``""`` for any other object."""
    if not isinstance(target.value, ast.Name):
        return ""
    return scope.owner if target.value.id in ("self", "cls") else target.value.id


def _attribute(owner: str, name: str, value: ast.expr, scope: Scope, found: Bindings) -> None:
    found.attributes.setdefault(name, []).append((value, scope))
    if owner:
        found.members.setdefault((owner, name), []).append((value, scope))


def _class_attributes(node: ast.ClassDef, scope: Scope, found: Bindings) -> None:
    """Class-level values are what ``self.x``, ``cls.x`` and ``Config.x`` read."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.value is None:
                found.members.setdefault((node.name, statement.target.id), [])
            else:
                _attribute(node.name, statement.target.id, statement.value, scope, found)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    _attribute(node.name, target.id, statement.value, scope, found)
