"""Gems that Ruby sources load: by their own names (``gem``, ``depends_on``), or by a file's.

``gem "ruby-openai", req: "openai"`` names a gem exactly, and says what its file is called.
Which gem a plain ``require "openai"`` means is settled when the whole tree has been read.
"""

from __future__ import annotations

import re
from itertools import islice

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import ComponentId, Import, Usage
from provenance.patterns import lazy

_LOADED = lazy(
    rb"^[ \t]*(require|depends_on|gem)\b[ \t(]+[\"']([\w./-]{1,200})[\"']([^\n]{0,300})",
    re.MULTILINE,
)
_SECOND = lazy(rb"(?:\breq(?:uire)?:|:require[ \t]*=>)[ \t]*[\"']([\w/-]{1,100})[\"']")
"""What file a gem is to be loaded by."""
_GEM = lazy(r"[A-Za-z][\w.-]*")
_FILE = lazy(r"[A-Za-z][\w/-]*")
_FORMULA = lazy(rb"^[ \t]*class[ \t]+\w+[ \t]*<[ \t]*Formula\b", re.MULTILINE)
"""A formula of Homebrew, which asks for other formulas in the same words."""
_RESCUED = lazy(
    rb"[^\n]*(?:\brescue\b|(?:\n[ \t]*(?:require|gem|#)[^\n]*|\n[ \t]*(?=\n)){0,8}"
    rb"\n[ \t]*rescue\b[^\n]*LoadError)"
)
"""Right behind a line that may fail without harm."""
_MAX_LOADED = 1_000


def read_gems(
    data: bytes, places: Places, collector: Collector
) -> tuple[tuple[ComponentId, ...], frozenset[str]]:
    """Record what a source loads; return the gems it names exactly, and every name."""
    exact: dict[ComponentId, None] = {}
    names: set[str] = set()
    formula = b"Formula" in data and bool(_FORMULA.search(data))
    for match in islice(_LOADED.finditer(data), _MAX_LOADED):
        verb, name = match.group(1), match.group(2).decode()
        if places.state(match.start(1)) is not None or (formula and verb == b"depends_on"):
            continue
        usage: Usage = "optional" if _RESCUED.match(data, match.end(2) + 1) else "used"
        where = collector.occurrence(places.line(match.start(2)), name, usage=usage)
        if verb == b"require":
            if _FILE.fullmatch(name):
                names.add(name)
                collector.imports.append(Import(
                    module=name, names=(), occurrence=where, ecosystem="gem",
                ))  # fmt: skip
            continue
        if not _GEM.fullmatch(name):
            continue
        names.add(name)
        gem = ids.package("gem", name)
        exact[gem] = None
        collector.package(gem, where)
        if second := _SECOND.search(match.group(3)):
            collector.imports.append(Import(
                module=second.group(1).decode(), names=(name,), occurrence=where,
                ecosystem="gem",
            ))  # fmt: skip
    return tuple(exact), frozenset(names)
