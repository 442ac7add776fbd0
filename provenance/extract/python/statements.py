"""The import statements of a source, found by its bytes alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from provenance.patterns import lazy

_GAP = rb"(?:[ \t]|\\\r?\n)++"
_STATEMENT = lazy(
    rb"[ \t]*+(?:"
    rb"from%b(\.*[\w.]*)%bimport%b(?:\(([^()]{0,4000})\)|([^\n#;(]{1,1000}))"
    rb"|(?:from|import)%b([A-Za-z_]\w*))" % (_GAP, _GAP, _GAP, _GAP)
)
_NAME = lazy(rb"([A-Za-z_]\w*)(?:\s+as\s+([A-Za-z_]\w*))?")
_BACKSLASH = ord("\\")


class Statements(NamedTuple):
    """What a source imports; what only looks like it in a docstring counts too."""

    roots: frozenset[str]
    """Packages, without what is inside them."""
    names: Mapping[str, tuple[str, str]]
    """Of ``from`` imports: the name here, with the module and the name there."""


@lru_cache(maxsize=1024)
def statements(data: bytes) -> Statements:
    """Return what a source imports, searched once though others ask as well."""
    roots: set[str] = set()
    names: dict[str, tuple[str, str]] = {}
    # Finding the word first and matching its line is a fifth of matching every line.
    at, done = data.find(b"import"), -1
    while at >= 0:
        begin = data.rfind(b"\n", 0, at) + 1
        if begin > 1 and data[begin - 2] == _BACKSLASH:
            begin = data.rfind(b"\n", 0, begin - 2) + 1
        match = _STATEMENT.match(data, begin) if begin > done else None
        done = max(begin, done)
        if match and match.group(4):
            roots.add(match.group(4).decode())
        elif match:
            module = match.group(1).decode("ascii", "replace")
            roots.add(module.partition(".")[0])
            for name, alias in _NAME.findall(match.group(2) or match.group(3)):
                names[(alias or name).decode()] = (module, name.decode())
        at = data.find(b"import", at + 6)
    return Statements(frozenset(roots - {""}), names)
