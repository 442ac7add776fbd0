"""TOML files: the parsed content, and on which line a part of it stands."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.patterns import lazy

_MAX_MISSES = 64
_LONG_KEY = lazy(r"(?:\.[ \t]*+(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+){100}")
_AT_LINE = lazy(r"at line (\d+)")
_ARTIFACTS = lazy(
    r"^(?:wheels|files) = \[\n(?:[ \t][^\n]*\n)*\]\n|^(?:sdist|wheels) = [^\n]*\n", re.MULTILINE
)


def load(
    data: bytes, collector: Collector, *, without_artifacts: bool = False
) -> tuple[dict[str, Any], str]:
    """Return a document and its text; an empty one and a gap when it is malformed.

    Args:
        without_artifacts: do not parse the lists of downloadable files, nine tenths of a
            lock file.
    """
    text = textfile.decoded(data, collector)
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    try:
        return parse(_ARTIFACTS.sub("", text) if without_artifacts else text), text
    except (ValueError, RecursionError) as error:  # ValueError: also numbers without end
        if without_artifacts:
            return load(data, collector)  # for the line of the mistake in the whole text
        at = _AT_LINE.search(str(error))
        collector.gap(
            collector.path, "malformed-file", int(at.group(1)) if at else 0,
            detail=str(error) or type(error).__name__, format="TOML",
        )  # fmt: skip
        return {}, text


def parse(text: str) -> dict[str, Any]:
    """Parse TOML; tomllib takes quadratic time for keys of ever more parts.

    Raises:
        ValueError: it is malformed, holds a number without end, or such a key.
        RecursionError: it is nested too deeply.
    """
    import tomllib

    if _LONG_KEY.search(text):
        raise ValueError("nested too deeply")
    return tomllib.loads(text)


def table(data: object, *keys: str) -> dict[str, Any]:
    """Return the table below ``keys``; an empty one where there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def tables(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tables of an array; entries of other types are left out."""
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: object) -> Iterator[str]:
    """Yield the strings of a list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def string(value: object) -> str:
    """Return a value that is a string, else an empty one."""
    return value if isinstance(value, str) else ""


class Finder:
    """Where strings and keys stand in a TOML text, each string found once."""

    def __init__(self, text: str) -> None:
        self._strings: dict[str, deque[int]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        head = ""
        for number, line in enumerate(text.split("\n"), 1):
            for match in _STRING.finditer(line):
                literal, escaped = match.groups()
                value = literal if escaped is None else _ESCAPE.sub(r"\1", escaped)
                self._strings.setdefault(value, deque()).append(number)
            table = _HEAD.match(line)
            if table:
                head = _unquoted(table.group(1))
                above, _, name = head.rpartition(".")
                self._keys.setdefault((above, name), number)
                continue
            key = _KEY.match(line)
            if key:
                self._keys.setdefault((head, _unquoted(key.group(1))), number)

    def quoted(self, value: str) -> int:
        """Return the line of the next quoted string with this value, else 0."""
        found = self._strings.get(value)
        return found.popleft() if found else 0

    def key(self, table: str, key: str) -> int:
        """Return the line of a key in a table, or of the table named after the key, else 0."""
        return self._keys.get((_unquoted(table), key), 0)


_STRING = lazy(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""")
_ESCAPE = lazy(r"\\(.)")
_HEAD = lazy(r"[ \t]*\[([^\[\]]+)\]")
_KEY = lazy(r"""[ \t]*([\w-]+|"[^"]*"|'[^']*')[ \t]*=""")


def _unquoted(name: str) -> str:
    """Return a key or dotted table name without quotes and blanks."""
    return name.replace('"', "").replace("'", "").replace(" ", "").replace("\t", "")


class Records:
    """The records of an array of tables (``[[package]]``), by number, with their lines.

    What is sought in a record is expected in the order in which it stands.
    """

    def __init__(self, text: str, key: str) -> None:
        head = re.compile(rf"^[ \t]*\[\[[ \t]*{key}[ \t]*\]\]", re.MULTILINE)
        self._text = text
        self._starts = [match.start() for match in head.finditer(text)]
        self._lines = []
        line, before = 1, 0
        for start in self._starts:
            line += text.count("\n", before, start)
            before = start
            self._lines.append(line)
        self._number, self._at, self._line, self._misses = -1, 0, 0, 0

    def span(self, number: int) -> tuple[int, int]:
        """Return where a record begins and ends; an empty span when there is none."""
        if number >= len(self._starts):
            return 0, 0
        more = number + 1 < len(self._starts)
        return self._starts[number], self._starts[number + 1] if more else len(self._text)

    def line(self, number: int, needle: str) -> int:
        """Return the line of a text in a record, else of where the record begins, else 0."""
        start, end = self.span(number)
        if not end:
            return 0
        if number != self._number:
            self._number, self._at, self._misses = number, start, 0
            self._line = self._lines[number]
        if self._misses >= _MAX_MISSES:
            return self._lines[number]
        found = self._text.find(needle, self._at, end)
        if found < 0:
            self._misses += 1  # out of order, or not as expected: each costs a pass
            found = self._text.find(needle, start, end)
            return self._lines[number] + self._text.count("\n", start, max(start, found))
        self._line += self._text.count("\n", self._at, found)
        self._at = found
        return self._line

    def search(self, number: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Search a record's text."""
        return pattern.search(self._text, *self.span(number))
