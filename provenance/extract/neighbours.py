"""Following an import from one file of the scanned tree to another, whatever the language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from provenance.model import Document

Module = TypeVar("Module")


def follow(
    document: Document,
    candidates: Callable[[str, str], Iterable[str]],
    load: Callable[[str, bytes, Callable[[str, int], Module | None], int], Module | None],
    most: int,
) -> Callable[[str, int], Module | None] | None:
    """Return what finds the module that a name in a document means, at a depth of imports.

    Args:
        candidates: the files that a name in a file may mean, the nearest first.
        load: makes a module of a path, its bytes, what follows its own imports, and how
            many imports led there; None when it cannot be read.
        most: files that one document may ask for.

    Returns:
        None when the document stands alone.
    """
    if document.sibling is None:
        return None
    read = document.sibling
    found: dict[tuple[str, str, int], Module | None] = {}

    def lookup_from(path: str, name: str, depth: int) -> Module | None:
        key = (path, name, depth)
        if key not in found:
            if len(found) >= most:
                return None
            found[key] = None  # a module that imports itself ends here
            for candidate in candidates(path, name):
                data = read(candidate) if candidate != document.path else None
                if data is not None:

                    def outside(name: str, level: int, home: str = candidate) -> Module | None:
                        return lookup_from(home, name, level)

                    found[key] = load(candidate, data, outside, depth)
                    if found[key] is not None:
                        break
        return found[key]

    return lambda name, depth: lookup_from(document.path, name, depth)
