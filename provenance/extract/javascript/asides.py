"""Names that commented lines put in the place of one that counts.

``// const model = "…";`` gives a variable another value, ``// model: "…",`` a property near
the one that a call is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from provenance.extract.javascript.tree import Bound, Tree, unwrapped
from provenance.extract.javascript.values import Value
from provenance.patterns import lazy

_ASIDE = lazy(
    rb"^[ \t]*//+[ \t]*(?:(?:const|let|var)[ \t]+)?([A-Za-z_$][\w$]{0,60})"
    rb"(?:[ \t]*:[ \t]*string)?[ \t]*[:=][ \t]*[\"'`]([A-Za-z][\w.:/-]{2,100})[\"'`]"
    rb"[ \t]*[,;]?[ \t]*\r?$",
    re.MULTILINE,
)
"""A line put out of use that gives a literal to a name."""
_NAMES_MODEL = frozenset("model modelName modelId model_id".split())
_MAX_ASIDES = 200
_NEAR = 8
"""Lines between a name and what was put in its place."""


def put_aside(argument: Bound, chosen: Sequence[Value], tree: Tree) -> Iterator[Value]:
    """Yield what commented lines near the chosen values put in their place."""
    node = unwrapped(argument.node)
    parts = node.named_children if node.type == "array" else [node]
    wanted = {tree.text(part) for part in parts if part.type == "identifier"}
    if node.type == "string":
        wanted = set(_NAMES_MODEL)
    lines = [value.line for value in chosen if not value.path]
    if not wanted or not lines or b"//" not in tree.data:
        return
    for name, value in _asides(tree.data):
        if name in wanted and min(abs(value.line - line) for line in lines) < _NEAR:
            yield value


@lru_cache(maxsize=8)
def _asides(data: bytes) -> tuple[tuple[str, Value], ...]:
    """Return the literals that commented lines of a source give to names."""
    return tuple(
        (
            match.group(1).decode("ascii"),
            Value(
                match.group(2).decode("ascii", "replace"),
                data.count(b"\n", 0, match.start(2)) + 1, "high", match.start(2),
            ),
        )
        for match in islice(_ASIDE.finditer(data), _MAX_ASIDES)
    )  # fmt: skip
