"""``setup.py``: the arguments of ``setup()``, read from the syntax tree and never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from provenance import ids
from provenance.extract import textfile
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import include, read_requirement, usage_of_extra
from provenance.extract.python import source as python_source
from provenance.extract.usages import usage_of_path
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "setup-py"
MAX_VALUES = 5_000
"""Strings taken from one file; names that double each other would never end."""
_LISTS: dict[str, Usage] = {
    "install_requires": "used", "setup_requires": "development", "tests_require": "test",
}  # fmt: skip
_REQUIREMENTS_FILE = lazy(r"[\w./-]*requirements?[\w./-]*\.(?:txt|in|pip)", re.IGNORECASE)


def accepts(path: str) -> bool:
    """Accept ``setup.py`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "setup.py"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what ``setup()`` asks for, besides what any Python source says."""
    assert isinstance(vocabulary, Vocabulary)
    source = python_source.extract(document, vocabulary)
    if b"setup" not in document.data or b"require" not in document.data:
        return source
    text, _ = textfile.decode(document.data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.replace("\x00", ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source  # the reader of sources has said so
    collector = Collector(document.path, NAME)
    # The file is development's, but what it declares is not.
    collector.usage = usage_of_path(document.path.rpartition("/")[0] + "/setup.cfg")
    _Setup(tree, collector, vocabulary).read()
    return source.joined(collector.done())


class _Setup:
    """The calls of ``setup()`` in one module, with the values its names stand for."""

    def __init__(self, tree: ast.Module, collector: Collector, vocabulary: Vocabulary) -> None:
        self._collector = collector
        self._vocabulary = vocabulary
        self._values: dict[str, list[ast.expr]] = {}
        self._items: dict[str, list[tuple[ast.expr, ast.expr]]] = {}
        self._functions: dict[str, ast.AST] = {}
        self._calls: list[ast.Call] = []
        self._left = MAX_VALUES
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        """Remember assignments, additions, functions and calls of ``setup``."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assigned(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            self._assigned(node.target, node.value)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._assigned(node.optional_vars, node.context_expr)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._functions[node.name] = node
        elif isinstance(node, ast.Call):
            name = _last_name(node.func)
            if name == "setup":
                self._calls.append(node)
            elif name in ("append", "extend") and isinstance(node.func, ast.Attribute):
                self._assigned(node.func.value, *node.args[:1])

    def _assigned(self, target: ast.expr, *values: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._values.setdefault(target.id, []).extend(values)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self._items.setdefault(target.value.id, []).extend((target.slice, v) for v in values)

    def read(self) -> None:
        """Record what every call asks for."""
        for call in self._calls:
            for keyword in call.keywords:
                self._argument(keyword.arg or "", keyword.value)
                if keyword.arg is None:  # setup(**settings)
                    for key, value in self._entries(keyword.value, 0):
                        self._argument(key, value)

    def _argument(self, name: str, value: ast.expr) -> None:
        if name in _LISTS:
            self._requirements(name, value, _LISTS[name])
        elif name == "extras_require":
            found = list(self._entries(value, 0))
            for key, items in found:
                extra, _, marker = key.partition(":")
                usage = usage_of_extra(extra) if extra else "used"
                self._requirements(f"extras_require[{key}]", items, usage, marker)
            if not found and not (isinstance(value, ast.Dict) and not value.keys):
                self._unknown(name, value)
        elif name == "name":
            for text, _ in self._strings(value, 0):
                self._collector.project(text, ids.pypi(text))

    def _requirements(self, name: str, value: ast.expr, usage: Usage, marker: str = "") -> None:
        files = list(dict.fromkeys(self._files(value)))
        for path in files:
            include(path, value.lineno, self._collector)
        found = [] if files else list(self._strings(value, 0))
        for text, line in found:
            # One string may hold several requirements, a line each.
            for offset, part in enumerate(text.split("\n")):
                part = part.strip()
                if part and not part.startswith("#"):
                    whole = f"{part} ; {marker}" if marker and ";" not in part else part
                    read_requirement(
                        whole, line + offset, usage, [PYPI], self._collector, self._vocabulary
                    )
        if self._left <= 0 or (
            not files
            and not found
            and not (isinstance(value, (ast.List, ast.Tuple)) and not value.elts)
        ):
            self._unknown(name, value)

    def _unknown(self, name: str, value: ast.expr) -> None:
        if self._left <= 0:
            path = self._collector.path
            self._collector.gap(path, "too-large", detail=f"more than {MAX_VALUES} values")
            return
        shown = _source(value)
        self._collector.gap(name, "dynamic-name", value.lineno, expression=shown)

    def _strings(self, node: ast.expr, depth: int) -> Iterator[tuple[str, int]]:
        """Yield the strings of a value and their lines, names followed to what they hold."""
        self._left -= 1
        if self._left <= 0 or depth > 20:
            return
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.value, node.lineno
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            for item in node.elts:
                yield from self._strings(item, depth + 1)
        elif isinstance(node, ast.Starred):
            yield from self._strings(node.value, depth + 1)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self._strings(node.left, depth + 1)
            yield from self._strings(node.right, depth + 1)
        elif isinstance(node, ast.IfExp):
            yield from self._strings(node.body, depth + 1)
            yield from self._strings(node.orelse, depth + 1)
        elif isinstance(node, ast.Name):
            for value in self._values.get(node.id, ()):
                yield from self._strings(value, depth + 1)
        elif isinstance(node, ast.Subscript):
            key = _constant(node.slice)
            given = [value for name, value in self._entries(node.value, depth + 1) if name == key]
            for value in given:
                yield from self._strings(value, depth + 1)
            if not given and key:
                yield self._declared(key), node.lineno
        elif isinstance(node, ast.JoinedStr):
            yield from self._formatted(node, depth)
        elif isinstance(node, ast.Call) and self._picks_by_name(node):
            for argument in node.args:
                yield self._declared(_constant(argument) or ""), argument.lineno
        elif isinstance(node, ast.Call):
            for argument in self._passed_on(node):
                yield from self._strings(argument, depth + 1)

    def _picks_by_name(self, node: ast.Call) -> bool:
        """Tell whether a call of the file's own function names packages of a table it computes."""
        return (
            isinstance(node.func, ast.Name) and node.func.id in self._functions
            and bool(node.args) and all(_constant(argument) for argument in node.args)
        )  # fmt: skip

    def _declared(self, name: str) -> str:
        """Return the requirement of a package as a list of the file spells it, else its name."""
        for values in self._values.values():
            for value in values:
                for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else ():
                    text = _constant(item) or ""
                    if re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0] == name:
                        return text
        return name

    def _formatted(self, node: ast.JoinedStr, depth: int) -> Iterator[tuple[str, int]]:
        parts: list[str] = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            found = next(self._strings(inner, depth + 1), None)
            if found is None:
                self._unknown(_source(node), node)
                return
            parts.append(found[0])
        yield "".join(parts), node.lineno

    def _passed_on(self, node: ast.Call) -> list[ast.expr]:
        """Return what a call hands through: ``list(x)``, ``x.split()``, ``deps("a", "b")``."""
        name = _last_name(node.func)
        if name in ("list", "sorted", "set", "tuple", "sum", "deps_list"):
            return list(node.args[:1] if name != "deps_list" else node.args)
        if name in ("split", "splitlines", "strip", "copy") and isinstance(
            node.func, ast.Attribute
        ):
            return [node.func.value]
        return []

    def _entries(self, node: ast.expr, depth: int) -> Iterator[tuple[str, ast.expr]]:
        """Yield the entries of a dict, or of a name that holds one, by their string keys."""
        self._left -= 1
        if self._left <= 0 or depth > 20:
            return
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:  # {**other}
                    yield from self._entries(value, depth + 1)
                elif _constant(key) is not None:
                    yield _constant(key) or "", value
        elif isinstance(node, ast.Name):
            for value in self._values.get(node.id, ()):
                yield from self._entries(value, depth + 1)
            for key, value in self._items.get(node.id, ()):
                if _constant(key) is not None:
                    yield _constant(key) or "", value
        elif isinstance(node, ast.Call) and _last_name(node.func) == "dict":
            for keyword in node.keywords:
                yield keyword.arg or "", keyword.value

    def _files(self, node: ast.expr) -> Iterator[str]:
        """Yield the requirements files that an expression reads, by itself or by a helper."""
        pending, seen = [node], set[str]()
        while pending:
            for part in ast.walk(pending.pop()):
                if isinstance(part, (ast.Call, ast.ListComp, ast.GeneratorExp)):
                    yield from _file_names(part)
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    pending += self._values.get(part.id, ())
                    if part.id in self._functions:
                        yield from _file_names(self._functions[part.id])


def _file_names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        text = _constant(part)
        if text and _REQUIREMENTS_FILE.fullmatch(text):
            yield text


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _constant(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _source(node: ast.expr) -> str:
    try:
        return ast.unparse(node)[:80]
    except (RecursionError, ValueError):
        return type(node).__name__
