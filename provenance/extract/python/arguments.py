"""What fills a parameter: callers in the module, decorators of tests and commands, options.

Nothing here walks a tree; the walk in ``scopes`` hands over the nodes it meets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.extract.python.scopes import Bindings, Bound, Scope

_TABLES = (ast.List, ast.Tuple, ast.Set)
_COPIES = frozenset({"list", "sorted", "tuple", "set", "reversed", "Choice"})
_FILLERS = frozenset({"name", "id", "path", "key", "value", "type"})
"""Words of a parameter's name that say nothing of what it holds."""


def elements(node: ast.expr, scope: Scope) -> list[Bound]:
    """Return what a loop runs over when that is a literal table."""
    method = ""
    while isinstance(node, ast.Call) and len(node.args) == 1 and _name(node.func) in _COPIES:
        node = node.args[0]  # ``sorted(TABLE)`` runs over the same
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        method, node = node.func.attr, node.func.value
    tables = scope.lookup(node.id) if isinstance(node, ast.Name) else [(node, scope)]
    found: list[Bound] = []
    for table, home in tables:
        if isinstance(table, _TABLES):
            found += [(element, home) for element in table.elts]
        elif isinstance(table, ast.Dict):
            if method == "items":
                pairs = zip(table.keys, table.values, strict=True)
                found += [(ast.Tuple(elts=[k, v]), home) for k, v in pairs if k is not None]
            elif method == "values":
                found += [(value, home) for value in table.values]
            else:
                found += [(key, home) for key in table.keys if key is not None]
    return found


# -- callers ---------------------------------------------------------------------


def pass_arguments(call: ast.Call, scope: Scope, found: Bindings) -> None:
    """Bind the parameters of what the module itself defines to a call's arguments.

    That is a function, a class with a constructor, or one whose fields are its arguments.
    """
    name = _name(call.func)
    if found.lambdas:
        for keyword in call.keywords:
            if keyword.value.__class__ is ast.Lambda:
                _offered(keyword.value, call, scope, found)
    method = isinstance(call.func, ast.Attribute)
    if isinstance(call.func, ast.Attribute) and scope.owner:
        own = f"{scope.owner}.{name}"
        receiver = call.func.value
        if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls") and (
            own in found.functions
        ):  # fmt: skip
            name = own
    if name in found.functions:
        parameters, inner = found.functions[name]
    elif name in found.bases:
        made = constructor(name, found)
        if made is None:
            _fill_fields(name, call, scope, found)
            return
        (parameters, inner), method = made, True
    else:
        return
    for parameter, argument in pairs(call, parameters, method=method):
        inner.bind(parameter, argument, scope)


def constructor(name: str, found: Bindings) -> tuple[list[str], Scope] | None:
    """Return parameters and scope of a class's ``__init__``, its own or of a base."""
    pending, seen = [name], set[str]()
    while pending:
        current = pending.pop(0)
        made = found.functions.get(f"{current}.__init__")
        if made is not None:
            return made
        if current not in seen:
            seen.add(current)
            pending += found.bases.get(current, ())
    return None


def pairs(
    call: ast.Call, parameters: list[str], *, method: bool = False
) -> Iterator[tuple[str, ast.expr]]:
    """Yield the parameters a call fills, with the arguments.

    Args:
        method: the first parameter is the object itself, where it is called so.
    """
    positional = parameters[1:] if method and parameters[:1] in (["self"], ["cls"]) else parameters
    for parameter, argument in zip(positional, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        yield parameter, argument
    for keyword in call.keywords:
        if keyword.arg in parameters:
            yield keyword.arg, keyword.value


def _fill_fields(name: str, call: ast.Call, scope: Scope, found: Bindings) -> None:
    """Bind the fields of a dataclass or model class that a call gives by keyword."""
    for keyword in call.keywords:
        if keyword.arg and (name, keyword.arg) in found.members:
            found.members[name, keyword.arg].append((keyword.value, scope))


def _offered(given: ast.expr, call: ast.Call, scope: Scope, found: Bindings) -> None:
    """Bind what a lambda takes to the list of such names that stands beside it.

    ``Suite(valid_datasets=["a", "b"], load=lambda dataset: load_dataset(dataset))``
    """
    inner = found.lambdas.get(id(given))
    if inner is None or not isinstance(given, ast.Lambda):
        return
    for parameter in given.args.args:
        words = [word for word in parameter.arg.split("_") if word not in _FILLERS]
        for keyword in call.keywords:
            if (
                words and keyword.arg and isinstance(keyword.value, _TABLES)
                and all(word in keyword.arg for word in words)
            ):  # fmt: skip
                for element in keyword.value.elts:
                    inner.bind(parameter.arg, element, scope)


# -- decorators and options ----------------------------------------------------------


def bind_decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef, inner: Scope, scope: Scope
) -> None:
    """Bind the parameters that decorators fill: tests in tables, options of a command."""
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        name = _name(decorator.func)
        if name == "parametrize" and len(decorator.args) > 1:
            _parametrize(decorator.args[0], decorator.args[1], inner, scope)
        elif name in ("option", "argument"):
            parameter, values = _option(decorator)
            for value, home in _spread(values, scope):
                inner.bind(parameter, value, home)


def _parametrize(names: ast.expr, table: ast.expr, inner: Scope, scope: Scope) -> None:
    """``parametrize("model, size", [("a", 1), ("b", 2)])`` binds ``model`` to each first."""
    if isinstance(names, ast.Constant) and isinstance(names.value, str):
        wanted = [name.strip() for name in names.value.split(",")]
    elif isinstance(names, ast.List | ast.Tuple):
        wanted = [str(n.value) for n in names.elts if isinstance(n, ast.Constant)]
    else:
        return
    for row, home in elements(table, scope):
        if isinstance(row, ast.Call) and _name(row.func) == "param":
            cells = list(row.args)
        elif len(wanted) > 1 and isinstance(row, ast.Tuple | ast.List):
            cells = row.elts
        else:
            cells = [row]
        if len(cells) == len(wanted):
            for name, cell in zip(wanted, cells, strict=True):
                inner.bind(name, cell, home)


def bind_option(call: ast.Call, scope: Scope, found: Bindings) -> None:
    """``add_argument("--model-name", default=…)`` binds the attribute ``model_name``."""
    name, values = _option(call)
    if name and values:
        found.attributes.setdefault(name, []).extend(_spread(values, scope))


def _option(call: ast.Call) -> tuple[str, list[tuple[str, ast.expr]]]:
    """Return where an option's value goes, with its default and its choices."""
    name, flags = "", []
    values: list[tuple[str, ast.expr]] = []
    for keyword in call.keywords:
        if keyword.arg == "default":
            values.insert(0, ("", keyword.value))
        elif keyword.arg == "choices":
            values.append(("choices", keyword.value))
        elif keyword.arg == "type" and isinstance(keyword.value, ast.Call):
            values.append(("choices", keyword.value))  # click.Choice([…])
        elif keyword.arg == "dest" and isinstance(keyword.value, ast.Constant):
            name = str(keyword.value.value)
    if values and not name:
        flags = [str(a.value) for a in call.args if isinstance(a, ast.Constant)]
        long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
        name = long.lstrip("-").replace("-", "_")
    return name, values


def _spread(values: list[tuple[str, ast.expr]], scope: Scope) -> list[Bound]:
    found: list[Bound] = []
    for kind, value in values:
        found += elements(value, scope) if kind else [(value, scope)]
    return found


def _name(function: ast.expr) -> str:
    """Return the last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def bind_type(name: str, annotation: ast.expr | None, scope: Scope) -> None:
    """Remember the class a name is annotated with, ``Config`` and ``"Config | None"`` alike."""
    node = annotation
    while isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Subscript):
        node = node.slice
    if isinstance(node, ast.Name):
        scope.types[name] = node.id
    elif isinstance(node, ast.Attribute):
        scope.types[name] = node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        scope.types[name] = node.value.partition("|")[0].strip().rpartition(".")[2]


def bind_parameters(arguments: ast.arguments, scope: Scope) -> list[str]:
    """Bind parameters to their defaults and return their names.

    A parameter hides an outer name even when it has no default.
    """
    positional = [*arguments.posonlyargs, *arguments.args]
    for parameter in (*positional, *arguments.kwonlyargs):
        scope.names.setdefault(parameter.arg, [])
        bind_type(parameter.arg, parameter.annotation, scope)
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        scope.bind(parameter.arg, default, scope)
    for parameter, keyword in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword is not None:
            scope.bind(parameter.arg, keyword, scope)
    return [parameter.arg for parameter in (*positional, *arguments.kwonlyargs)]
