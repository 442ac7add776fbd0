"""Other modules of the scanned tree, found by the dotted name an import gives.

A name that a loader is given may be a constant of ``config.py``. Only what such a name
asks for is read; each module is parsed once a process.
"""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

from provenance.extract.python.scopes import Bindings, build_scopes
from provenance.extract.python.values import Lookup, Module, Values
from provenance.model import Document

_MAX_BYTES = 512 * 1024
"""A larger module is data, not configuration."""
_MAX_MODULES = 40
"""Modules that one document may ask for."""


def neighbours(document: Document) -> Lookup | None:
    """Return how imports of a document are followed; None when it stands alone."""
    if document.sibling is None:
        return None
    read = document.sibling
    found: dict[tuple[str, str, int], Module | None] = {}

    def lookup_from(path: str, dotted: str, depth: int) -> Module | None:
        key = (path, dotted, depth)
        if key not in found:
            if len(found) >= _MAX_MODULES:
                return None
            found[key] = None  # a module that imports itself ends here
            for candidate in _candidates(path, dotted):
                data = read(candidate) if candidate != document.path else None
                names = _bindings(data) if data is not None else None
                if names is not None:

                    def outside(name: str, level: int, home: str = candidate) -> Module | None:
                        return lookup_from(home, name, level)

                    found[key] = Module(candidate, Values(names, outside, depth))
                    break
        return found[key]

    return lambda dotted, depth: lookup_from(document.path, dotted, depth)


def _candidates(path: str, dotted: str) -> list[str]:
    """Return the files that a dotted name in ``path`` may mean, the nearest first."""
    folders = path.split("/")[:-1]
    name = dotted.lstrip(".")
    level = len(dotted) - len(name)
    tail = name.split(".") if name else []
    if level:
        if level - 1 > len(folders):
            return []
        bases = [folders[: len(folders) - (level - 1)]]
    else:
        bases = [folders[:size] for size in range(len(folders), -1, -1)]
    found: list[str] = []
    for base in bases:
        stem = "/".join((*base, *tail))
        if tail:
            found.append(f"{stem}.py")
        found.append(f"{stem}/__init__.py" if stem else "__init__.py")
    return found


@lru_cache(maxsize=256)
def _bindings(data: bytes) -> Bindings | None:
    if len(data) > _MAX_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return build_scopes(ast.parse(data), frozenset(), None)[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # its own extraction says so
