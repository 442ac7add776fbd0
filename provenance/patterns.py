"""Patterns that are compiled when they are first used.

A run uses a fraction of the program's patterns: of 400 that reading a tree of Python
imports, 160. Compiling the rest was a fifth of the hook's time.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class Lazy:
    """A pattern that is text until one of its methods is asked for."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __reduce__(self) -> tuple[Any, ...]:
        return Lazy, (self.pattern, self.flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:  # from now on found without asking here
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what :func:`re.compile` would, compiled when it is first used.

    For patterns that stand at the top of a module. A mistake in one shows when it is used;
    a test compiles them all.
    """
    return cast("re.Pattern[AnyStr]", Lazy(pattern, flags))
