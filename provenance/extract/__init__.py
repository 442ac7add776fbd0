"""extract: one reader per format. Pure; never opens anything; problems become gaps."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from provenance.ports import Extractor

EXTRACTORS: dict[str, tuple[str, ...]] = {
    "python_source": (".py",),
    "requirements": (".txt", ".in", ".pip"),
    "pyproject": (".toml",),
    "model_card": (".md",),
    "model_folder": (".json",),
    "notebook": (".ipynb",),
}
"""Every input format: its module here, and the endings of files it may want. Add one here.

A module is imported when the first such file is met: most trees need two or three.
"""

_BY_ENDING = {ending: name for name, endings in EXTRACTORS.items() for ending in endings}


@cache
def extractor(name: str) -> Extractor:
    """Return an extractor by the name of its module."""
    return cast("Extractor", import_module(f"provenance.extract.{name}"))


def extractor_for(path: str) -> Extractor | None:
    """Return the extractor that wants a file, or None."""
    dot = path.rfind(".")
    name = _BY_ENDING.get(path[dot:].lower()) if dot >= 0 else None
    if name is None:
        return None
    found = extractor(name)
    return found if found.accepts(path) else None
