"""TOML files: the parsed content, and on which line a part of it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from provenance.extract import textfile
from provenance.extract.collect import Collector

_AT_LINE = re.compile(r"at line (\d+)")
_ARTIFACTS = re.compile(
    r"^(?:wheels|files) = \[\n(?:[ \t][^\n]*\n)*\]|^(?:sdist|wheels|hash|content-hash) = [^\n]*$",
    re.MULTILINE,
)


def load(
    data: bytes, collector: Collector, *, without_artifacts: bool = False
) -> tuple[dict[str, Any], str]:
    """Return a document and its text; an empty one and a gap when it is malformed.

    Args:
        without_artifacts: leave out the lists of downloadable files, nine tenths of a
            lock file; lines keep their numbers.
    """
    import tomllib

    text, lossy = textfile.decode(data)
    if lossy:
        collector.gap(collector.path, "undecodable-bytes")
    text = text.replace("\r\n", "\n")
    if without_artifacts:
        text = _ARTIFACTS.sub(lambda match: "\n" * match.group().count("\n"), text)
    try:
        return tomllib.loads(text), text
    except (ValueError, RecursionError) as error:  # ValueError: also numbers without end
        at = _AT_LINE.search(str(error))
        collector.gap(
            collector.path, "malformed-file", int(at.group(1)) if at else 0,
            detail=str(error) or type(error).__name__, format="TOML",
        )  # fmt: skip
        return {}, text


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
    """Where strings and keys stand in a TOML text, each occurrence found once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._after: dict[str, int] = {}

    def quoted(self, value: str) -> int:
        """Return the line of the next quoted string with this value, else 0."""
        start = self._after.get(value, 0)
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        found = [
            self._text.find(token, start) for token in (f'"{value}"', f"'{value}'", f'"{escaped}"')
        ]
        at = min((position for position in found if position >= 0), default=-1)
        if at < 0:
            return 0
        self._after[value] = at + 1
        return self._text.count("\n", 0, at) + 1

    def key(self, table: str, key: str) -> int:
        """Return the line of a key in a table, or of the table named after the key, else 0."""
        name = rf"[\"']?{re.escape(key)}[\"']?"
        head = re.escape(table)
        own = re.search(rf"^\s*\[{head}\.{name}\]", self._text, re.MULTILINE)
        if own:
            return self._text.count("\n", 0, own.end()) + 1
        section = re.search(rf"^\s*\[{head}\][^\n]*$(.*?)(?=^\s*\[|\Z)", self._text,
                            re.MULTILINE | re.DOTALL)  # fmt: skip
        entry = section and re.search(rf"^\s*{name}\s*=", section.group(1), re.MULTILINE)
        if not section or not entry:
            return 0
        return self._text.count("\n", 0, section.start(1) + entry.end()) + 1


class Records:
    """The records of an array of tables (``[[package]]``), by number, with their lines."""

    def __init__(self, text: str, key: str) -> None:
        heads = re.finditer(rf"^[ \t]*\[\[[ \t]*{key}[ \t]*\]\]", text, re.MULTILINE)
        self._text = text
        self._starts = [match.start() for match in heads]
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def line(self, number: int, needle: str = "") -> int:
        """Return the line of a text in a record, or where the record begins, else 0."""
        if number >= len(self._starts):
            return 0
        start = self._starts[number]
        more = number + 1 < len(self._starts)
        end = self._starts[number + 1] if more else len(self._text)
        found = self._text.find(needle, start, end)
        return bisect_right(self._newlines, found if found >= 0 else start) + 1
