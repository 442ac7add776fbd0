"""C and C++: ``conanfile.txt``, ``conanfile.py``, ``conan.lock`` and ``vcpkg.json``."""

from __future__ import annotations

import ast
import warnings

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests import vcpkg
from provenance.extract.manifests.conan_lock import REFERENCE, SECTIONS, write
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.python import source as python_source
from provenance.extract.usages import usage_of_path
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "conan"

_VERSIONED = lazy(r"/\[?[^/]{0,3}\d")
_HEAD = lazy(r"\s*\[(\w{1,40})\]\s*")
_MAX_CALLS = 2_000


def accepts(path: str) -> bool:
    """Accept the manifests and locks of Conan and vcpkg anywhere in the tree."""
    name = path.rpartition("/")[2]
    return name in ("conanfile.txt", "conanfile.py", "conan.lock", "vcpkg.json")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a C or C++ project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    name = document.path.rpartition("/")[2]
    if name == "vcpkg.json":
        data, text = textfile.load_object(document.data, collector)
        vcpkg.read(data or {}, text, Dependencies("vcpkg", collector, vocabulary))
        return collector.done()
    packages = Dependencies("conan", collector, vocabulary)
    if name == "conanfile.txt":
        _text(textfile.decoded(document.data, collector), packages)
    elif name == "conan.lock":
        data, text = textfile.load_object(document.data, collector)
        write(data or {}, text, packages)
    else:
        # A recipe is Python as well; what cannot be parsed, its own reader says.
        source = python_source.extract(document, vocabulary)
        # Where the file itself counts as the project's, so does what it asks for.
        collector.usage = usage_of_path(document.path.rpartition("/")[0] + "/conanfile.txt")
        _recipe(textfile.decode(document.data)[0], packages)
        return source.joined(collector.done())
    return collector.done()


def _declare(written: str, line: int, usage: Usage, packages: Dependencies) -> bool:
    """Record what one reference asks for, if it is one."""
    found = REFERENCE.fullmatch(written[:700])
    if not found:
        return False
    given = found[2]
    version, requirement = (None, given[1:-1]) if given.startswith("[") else (given, given)
    packages.declare(found[1], requirement, line, written.strip(), usage=usage, version=version)
    return True


def _text(text: str, packages: Dependencies) -> None:
    """Record the sections of a ``conanfile.txt``."""
    usage: Usage | None = None
    for number, raw in enumerate(textfile.lines(text), 1):
        if head := _HEAD.fullmatch(raw):
            usage = SECTIONS.get(head[1])
        elif usage and raw.startswith("#"):
            if _VERSIONED.search(raw[:700]):  # not every remark with a slash is a reference
                _declare(raw[:700].strip("# \t"), number, "commented", packages)
        elif usage:
            _declare(raw[:1000].partition(" #")[0], number, usage, packages)


def _recipe(text: str, packages: Dependencies) -> None:
    """Record what a recipe says by literals: fields of its class, calls on ``self``."""
    if "require" not in text:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.replace("\x00", ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    chosen = _under_options(tree)
    count = 0
    for node in ast.walk(tree):
        name, values = _asks(node)
        if name not in SECTIONS or count > _MAX_CALLS:
            continue
        for value in values:
            count += 1
            usage = SECTIONS[name]
            if usage == "used" and id(node) in chosen:
                usage = "optional"
            if isinstance(value, ast.Constant):
                if isinstance(value.value, str):
                    _declare(value.value, value.lineno, usage, packages)
            elif isinstance(node, ast.Call):
                packages.collector.gap(name, "dynamic-name", value.lineno, expression=_shown(value))


def _asks(node: ast.AST) -> tuple[str, list[ast.expr]]:
    """Return the section that an assignment or a call stands for, and what it names."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        value = node.value
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
        # ``("fmt/10.0", "private")`` is a reference with its options.
        pairs = [one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one for one in values]
        return node.targets[0].id, pairs
    called = node.func if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not isinstance(called, ast.Attribute):
        return "", []
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    return (called.attr, node.args[:1]) if owner == "self" else ("", [])


def _shown(value: ast.expr) -> str:
    try:
        return ast.unparse(value)[:80]
    except (RecursionError, ValueError):
        return type(value).__name__


def _under_options(tree: ast.Module) -> frozenset[int]:
    """Return the calls that only happen with an option of the recipe."""
    return frozenset(
        id(call) for node in ast.walk(tree) if isinstance(node, ast.If)
        and any(isinstance(part, ast.Attribute) and part.attr == "options"
                for part in ast.walk(node.test))
        for one in node.body for call in ast.walk(one) if isinstance(call, ast.Call)
    )  # fmt: skip
