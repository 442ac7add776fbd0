"""Following an import from one file of the scanned tree to another, whatever the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from provenance.siblings import Siblings

Module = TypeVar("Module")


def follow(
    path: str,
    siblings: Siblings,
    find: Callable[[str, str, Siblings], str],
    load: Callable[[str, bytes, Callable[[str, int], Module | None], int], Module | None],
    most: int,
) -> Callable[[str, int], Module | None]:
    """Return what finds the module that a name in a file means, at a depth of imports.

    Args:
        path: the file from which names are followed; it is not entered again.
        find: returns the file that a name in a file means, ``""`` when there is none.
        load: makes a module of a path, its bytes, what follows its own imports, and how
            many imports led there; None when it cannot be read.
        most: names that may be followed altogether.
    """
    found: dict[tuple[str, str, int], Module | None] = {}

    def lookup_from(home: str, name: str, depth: int) -> Module | None:
        key = (home, name, depth)
        if key not in found:
            if len(found) >= most:
                return None
            found[key] = None  # a module that imports itself ends here
            other = find(home, name, siblings)
            data = siblings(other) if other and other != path else None
            if data is not None:

                def outside(name: str, level: int) -> Module | None:
                    return lookup_from(other, name, level)

                found[key] = load(other, data, outside, depth)
        return found[key]

    return lambda name, depth: lookup_from(path, name, depth)
