"""What names of a Rust source stand for: its ``use`` declarations, with groups and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from provenance.patterns import lazy

_VISIBLE = rb"(?:pub(?:\([^()\n]{0,40}\))?[ \t]+)?"
_USE = lazy(
    rb"^[ \t]*" + _VISIBLE + rb"use[ \t]+"
    rb"((?:[^;\n]|\n(?![ \t]*" + _VISIBLE + rb"use[ \t])){1,4000}+);",
    re.MULTILINE,
)  # fmt: skip
_REMARK = lazy(rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_PART = lazy(r"[A-Za-z_]\w*")
_RELATIVE = frozenset({"crate", "self", "super"})
_MAX_USES = 500
_MAX_DEPTH = 12

Path = tuple[str, ...]


class Uses(NamedTuple):
    """The names that a source brings into reach."""

    paths: dict[str, Path]
    """Where each comes from, by the name it has here."""
    spans: tuple[tuple[int, int], ...]
    """Where the declarations stand, in the order of the text."""

    def declares(self, offset: int) -> bool:
        """Tell whether a place lies in a declaration."""
        return any(start <= offset < end for start, end in self.spans)


@lru_cache(maxsize=8)
def uses_of(data: bytes) -> Uses:
    """Return what a source's declarations bring in."""
    paths: dict[str, Path] = {}
    spans: list[tuple[int, int]] = []
    for match in islice(_USE.finditer(data), _MAX_USES):
        spans.append(match.span())
        text = _REMARK.sub(b"", match.group(1)).decode("utf-8", "replace")
        for path, name in _leaves("".join(text.replace(" as ", "\0").split()), (), _MAX_DEPTH):
            paths.setdefault(name, path)
    return Uses(paths, tuple(spans))


def _leaves(text: str, above: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Yield the path and the name of everything that one tree of a declaration brings in."""
    if not depth:
        return
    for branch in _branches(text):
        head, brace, inner = branch.partition("{")
        names = [part for part in head.partition("\0")[0].split("::") if part]
        if not branch or not all(_PART.fullmatch(part) for part in names):
            continue  # a comma at the end, a star, or no Rust
        path = (*above, *(part for part in names if above or part not in _RELATIVE))
        if brace:
            yield from _leaves(inner.removesuffix("}"), path, depth - 1)
            continue
        if path and path[-1] == "self":
            path = path[:-1]
        if path:
            yield path, head.partition("\0")[2] or path[-1]


def _branches(text: str) -> Iterator[str]:
    """Yield what the commas outside of braces part."""
    level = begin = 0
    for at, sign in enumerate(text):
        if sign == "{":
            level += 1
        elif sign == "}":
            level -= 1
        elif sign == "," and level == 0:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]
