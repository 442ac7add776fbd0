"""Other scripts of the scanned tree, found by the specifier an import gives.

A model's name may be a constant of ``./config``, a client an export of ``@/lib/ai``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import lru_cache

from provenance.extract.javascript.tree import Tree
from provenance.extract.javascript.values import Lookup, Module, Values
from provenance.extract.javascript.walk import parse
from provenance.extract.neighbours import follow
from provenance.model import Document
from provenance.siblings import Siblings

_MAX_BYTES = 256 * 1024
"""A larger script is data or a bundle."""
_MAX_MODULES = 24
"""Scripts that one document may ask for."""
_ENDINGS = (".ts", ".tsx", ".js", ".mjs", ".jsx", ".mts", "/index.ts", "/index.js", "/index.tsx")
_ALIASES = ("@/", "~/")
"""What projects commonly call their own root."""


def neighbours(document: Document) -> Lookup | None:
    """Return how imports of a document are followed; None when it stands alone."""
    if document.sibling is None:
        return None
    return follow(document.path, document.sibling, _find, _load, _MAX_MODULES)


def _find(path: str, specifier: str, siblings: Siblings) -> str:
    """Return the first file there is that a specifier in ``path`` may mean, or ``""``."""
    found = (other for other in _candidates(path, specifier) if siblings(other) is not None)
    return next((other for other in found if other != path), "")


def imported(path: str, specifiers: Iterable[str], siblings: Siblings) -> Iterator[str]:
    """Yield the files of the tree that specifiers in a file mean."""
    for specifier in sorted(specifiers):
        if found := _find(path, specifier, siblings):
            yield found


def _load(path: str, data: bytes, outside: Lookup, depth: int) -> Module | None:
    if len(data) > _MAX_BYTES:
        return None
    tree = _tree(data, not path.endswith((".ts", ".mts")))
    return Module(path, Values(tree, outside, depth))


def _candidates(path: str, specifier: str) -> list[str]:
    """Return the files that a specifier in ``path`` may mean, the nearest first."""
    folder = posixpath.dirname(path)
    if specifier.startswith(("./", "../")):
        stems = [posixpath.normpath(posixpath.join(folder, specifier))]
    elif specifier.startswith(_ALIASES):
        tail = posixpath.normpath(specifier[2:])
        parts = folder.split("/") if folder else []
        above = ["/".join(parts[:size]) for size in range(len(parts), -1, -1)][:8]
        stems = [posixpath.join(root, inner, tail) for root in above for inner in ("", "src")]
    else:
        return []
    found: list[str] = []
    for stem in stems:
        if stem.startswith(("..", "/")):
            continue
        if stem.endswith(_ENDINGS[:6]):
            found.append(stem)
            if stem.endswith(".js"):  # TypeScript imports its sources by their output's name
                found += [f"{stem[:-3]}.ts", f"{stem[:-3]}.tsx"]
        else:
            found += [f"{stem}{ending}" for ending in _ENDINGS]
    return found


@lru_cache(maxsize=128)
def _tree(data: bytes, markup: bool) -> Tree:
    return parse(data, markup=markup)
