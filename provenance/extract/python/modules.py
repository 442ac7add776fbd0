"""Other modules of the scanned tree, parsed and ready to be asked.

A name that a loader is given may be a constant of ``config.py``. Only what such a name
asks for is read; each module is parsed once a process.
"""

from __future__ import annotations

import ast
import gc
import warnings
from collections.abc import Sequence
from functools import lru_cache
from itertools import count

from provenance.extract.neighbours import follow
from provenance.extract.python.imports import find
from provenance.extract.python.scopes import Bindings, build_scopes, sets_up
from provenance.extract.python.slices import Span, emptied
from provenance.extract.python.values import Lookup, Module, Values
from provenance.patterns import lazy
from provenance.siblings import Siblings

MAX_BYTES = 512 * 1024
"""A larger module is data, not configuration."""
_MAX_ERRORS = 6
"""Broken statements of one source that are left out."""
_STATEMENT = lazy(rb"(?!(?:elif|else|except|finally)\b)[A-Za-z_@]")
"""What a line begins with that begins a statement of the module."""
_LONG_LINE = 4000
_LONG_NAME = lazy(rb"(?:[A-Za-z_]\w{0,30}+[ \t]*+\.[ \t]*+){1000}")
_TIDY_EVERY = 40
"""Modules asked for between collections."""
_asked = count(1)
_MAX_MODULES = 40
"""Modules that one document may ask for."""


def neighbours(path: str, siblings: Siblings) -> Lookup:
    """Return how imports of a file are followed."""
    return follow(path, siblings, find, _load, _MAX_MODULES)


def _load(path: str, data: bytes, outside: Lookup, depth: int) -> Module | None:
    names = bindings_of(data)
    return Module(path, Values(names, outside, depth)) if names is not None else None


@lru_cache(maxsize=12)
def parse(data: bytes) -> ast.Module:
    """Parse a source; what is asked as a module soon after it was read is not parsed again.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be parsed.
    """
    if max(map(len, data.split(b"\n"))) > _LONG_LINE and _LONG_NAME.search(data):
        raise ValueError("a name of a thousand parts")  # Python's parser takes their square
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes of scanned code are not ours
        return ast.parse(data)


def parse_tolerantly(data: bytes) -> tuple[ast.Module, SyntaxError | None]:
    """Parse a source; where it has errors, without the statements of the module they lie in.

    Raises:
        ValueError, RecursionError, MemoryError: it cannot be parsed at all.
    """
    first: SyntaxError | None = None
    for _ in range(_MAX_ERRORS):
        try:
            return parse(data), first
        except SyntaxError as error:
            first = first or error
            data = _without_statement(data, error.lineno or 1)
    return ast.Module(body=[], type_ignores=[]), first


def parse_for(
    data: bytes, spans: Sequence[Span], lines: frozenset[int]
) -> tuple[ast.Module, SyntaxError | None]:
    """Parse what reading the calls of some lines needs of a source, if need be all of it.

    Raises:
        ValueError, RecursionError, MemoryError: it cannot be parsed at all.
    """
    try:
        return parse(emptied(data, spans, sorted(lines), sets_up)), None
    except SyntaxError:
        return parse_tolerantly(data)


def _without_statement(data: bytes, line: int) -> bytes:
    """Return a source with the statement of the module that holds a line emptied."""
    lines = data.split(b"\n")
    begin = min(line, len(lines)) - 1
    while begin > 0 and not _STATEMENT.match(lines[begin]):
        begin -= 1
    end = begin + 1
    while end < len(lines) and not _STATEMENT.match(lines[end]):
        end += 1
    lines[begin:end] = [b""] * (end - begin)
    return b"\n".join(lines)


@lru_cache(maxsize=24)
def bindings_of(data: bytes) -> Bindings | None:
    """Return what a module binds, functions entered; None when it cannot be read."""
    if len(data) > MAX_BYTES:
        return None
    # Scopes refer to each other, and the program runs without a collector: of a large tree
    # nothing that was asked for here would ever be given back.
    if next(_asked) % _TIDY_EVERY == 0:
        gc.collect(1)
    try:
        return build_scopes(parse_tolerantly(data)[0], frozenset(), None)[0]
    except (ValueError, RecursionError, MemoryError):
        return None  # its own extraction says so
