"""Where in a source something stands: its line, and whether that is code or comment."""

from __future__ import annotations

import re
from bisect import bisect_right

from provenance.model import Usage
from provenance.patterns import lazy


class Places:
    """Line numbers and string/comment state of byte offsets in one source.

    The plain form knows lines only; a language gives the pattern of what is no code.
    """

    def __init__(
        self, data: bytes, passive: re.Pattern[bytes] | None = None, *, first_line: int = 1,
        usage: Usage | None = None,
    ) -> None:  # fmt: skip
        """Take a source.

        Args:
            passive: matches every comment and every string literal, so that a comment
                mark inside a string is none; a match that starts with a quote is a string.
            first_line: where the source begins, when it is a part of a file.
            usage: what :meth:`state` returns for live text.
        """
        self.data = data
        self._first_line = first_line
        self._usage = usage
        self._passive = passive
        self._spans: tuple[list[int], list[int]] | None = None
        self._last = (0, first_line)

    def line(self, offset: int) -> int:
        """Return the 1-based line of an offset."""
        known, line = self._last
        # Questions come mostly in the order of the text: count on from the last answer.
        if offset >= known:
            line += self.data.count(b"\n", known, offset)
        else:
            line = self.data.count(b"\n", 0, offset) + self._first_line
        self._last = (offset, line)
        return line

    def state(self, offset: int) -> Usage | None:
        """Return ``commented`` inside a comment, else the usage of live text."""
        if self._passive is None:
            return self._usage
        if self._spans is None:
            found = [
                match.span()
                for match in self._passive.finditer(self.data)
                if match.group()[:1] not in b"\"'`"
            ]
            self._spans = [start for start, _ in found], [end for _, end in found]
        starts, ends = self._spans
        number = bisect_right(starts, offset) - 1
        return "commented" if number >= 0 and offset < ends[number] else self._usage

    def text_line(self, offset: int) -> bytes:
        """Return the line an offset lies in, at most some 200 bytes to either side."""
        low, high = max(0, offset - 200), offset + 200
        begin = self.data.rfind(b"\n", low, offset) + 1 or low
        end = self.data.find(b"\n", offset, high)
        return self.data[begin : end if end >= 0 else high]


class PythonPlaces(Places):
    """The same for Python, where a triple-quoted string is documentation."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._quotes = _offsets(data, b'"""')
        # Counting quotes is exact only where one kind alone is used, always in pairs.
        self._simple = len(self._quotes) % 2 == 0 and b"'''" not in data
        self._found: tuple[list[int], list[int], list[bool]] | None = None

    def state(self, offset: int) -> Usage | None:
        """Return ``documentation`` inside a triple-quoted string, ``commented`` in a comment."""
        begin = self.data.rfind(b"\n", 0, offset) + 1
        if self._simple and b"#" not in self.data[begin:offset]:
            inside = bisect_right(self._quotes, offset) % 2
            return "documentation" if inside else None
        starts, ends, comments = self._tokens()
        number = bisect_right(starts, offset) - 1
        if number < 0 or offset >= ends[number]:
            return None
        return "commented" if comments[number] else "documentation"

    def _tokens(self) -> tuple[list[int], list[int], list[bool]]:
        """Return start, end and kind of every comment and triple-quoted string; made once."""
        if self._found is None:
            found = [m.span() for m in _PYTHON_STRINGS.finditer(self.data) if m.lastindex]
            self._found = (
                [start for start, _ in found],
                [end for _, end in found],
                [self.data[start] == _HASH for start, _ in found],
            )
        return self._found


def _offsets(data: bytes, mark: bytes) -> list[int]:
    """Return where a mark stands."""
    found: list[int] = []
    at = data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + len(mark))
    return found


_HASH = ord("#")
_PYTHON_STRINGS = lazy(  # every branch begins with a sign: so the signs are searched for
    rb'"(""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:"""|\Z))'
    rb"|'(''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:'''|\Z))|#([^\n]*+)"
    rb'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
    rb"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'",
    re.DOTALL,
)
"""Comments and triple-quoted strings, those with a group; other strings hide what begins one."""
