"""extract: one reader per format. Pure; never opens anything; problems become gaps."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from provenance.ports import Extractor

EXTRACTORS: dict[str, tuple[str, ...]] = {
    "requirements": ("*.txt", "*.in", "*.pip"),
    "pyproject": ("pyproject.toml",),
    "model_card": ("*.md",),
    "model_folder": ("*.json",),
    "notebook": ("*.ipynb",),
    "python_source": ("*.py",),
}
"""Every input format: its module here, and the names of files it may want. Add one here.

A name is whole (``Dockerfile``), an ending (``*.py``) or a beginning (``Dockerfile.*``), in
any case. Of several modules that may want a file the first here that accepts it reads it. A
module is imported when the first such file is met: most trees need two or three.
"""


@cache
def extractor(name: str) -> Extractor:
    """Return an extractor by the name of its module."""
    return cast("Extractor", import_module(f"provenance.extract.{name}"))


def extractor_for(path: str) -> Extractor | None:
    """Return the extractor that wants a file, or None."""
    for module in _candidates(path[path.rfind("/") + 1 :].lower()):
        found = extractor(module)
        if found.accepts(path):
            return found
    return None


_EXACT: dict[str, list[str]] = {}
_ENDINGS: dict[str, list[str]] = {}
_BEGINNINGS: dict[str, list[str]] = {}
_ORDER = {module: number for number, module in enumerate(EXTRACTORS)}
for _module, _patterns in EXTRACTORS.items():
    for _pattern in _patterns:
        if _pattern.startswith("*."):
            _ENDINGS.setdefault(_pattern[1:].lower(), []).append(_module)
        elif _pattern.endswith("*"):
            _BEGINNINGS.setdefault(_pattern[:-1].lower(), []).append(_module)
        else:
            _EXACT.setdefault(_pattern.lower(), []).append(_module)


@lru_cache(maxsize=4096)
def _candidates(name: str) -> tuple[str, ...]:
    """Return the modules that may want a file of this lower-case name, in order."""
    found = set(_EXACT.get(name, ()))
    dot = name.rfind(".")
    if dot >= 0:
        found.update(_ENDINGS.get(name[dot:], ()))
    for beginning, modules in _BEGINNINGS.items():
        if name.startswith(beginning):
            found.update(modules)
    return tuple(sorted(found, key=_ORDER.__getitem__))
