"""Line numbers for what a parser has read: keys sought in the order in which they stand."""

from __future__ import annotations

from bisect import bisect_left

from provenance.patterns import lazy

_MAX_MISSES = 64
"""A key spelled with escapes is not found as it reads; each miss costs one pass over the rest."""
_BREAK = lazy("\n")


class LockLines:
    """A text and a position in it that only moves forward, so that all searches are one pass."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = [match.start() for match in _BREAK.finditer(text)]
        self._at = 0
        self._line = 1
        self._misses = 0

    def at(self, offset: int) -> int:
        """Return the 1-based line of an offset."""
        return bisect_left(self._breaks, offset) + 1

    def seek(self, key: str) -> int:
        """Go to the next ``"key"`` and return its line; the line reached so far if none follows."""
        if self._misses < _MAX_MISSES:
            needle = f'"{key}"'
            found = self._text.find(needle, self._at)
            if found >= 0:
                self._at = found + len(needle)
                self._line = self.at(found)
            else:
                self._misses += 1
        return self._line
