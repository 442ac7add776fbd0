"""A CSV sorted by its first column, searched in place.

The tables are large and a run needs few of their rows, so they are not parsed: a key
is found by bisection over the file's bytes, and only the lines found are read. The
file is its own index; there is no cache to keep in step. ``provenance registry
validate`` holds the shipped files sorted, and their keys free of commas and quotes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from provenance.errors import RegistryError

_MANY = 300
"""Look-ups after which an index of the whole file has paid for itself."""


class SortedTable:
    """Rows by key in one CSV."""

    def __init__(self, text: str, name: str, fields: tuple[str, ...], *, label: str = "") -> None:
        """Take a table's text.

        Args:
            text: the whole file, sorted by its first column.
            name: what errors call it.
            fields: the columns it must have.
            label: written into each row's note, for tables that are not shipped.

        Raises:
            RegistryError: the header is another one.
        """
        header, _, self._text = text.partition("\n")
        found = tuple(next(csv.reader([header.rstrip("\r")]), ()))
        if found != fields:
            raise RegistryError(
                f"{name}: columns are {', '.join(found)}", hint=f"expected {', '.join(fields)}"
            )
        self._name = name
        self._width = len(fields)
        self._label = label
        self._asked = 0
        self._note = fields.index("note") if "note" in fields else -1

    def find(self, key: str) -> list[list[str]]:
        """Return the rows whose first column is exactly ``key``."""
        self._asked += 1
        if self._asked > _MANY:
            start = self._offsets.get(key)
            return [] if start is None else self._read(start, lambda found: found == key)
        return self._read(self._bisect(key), lambda found: found == key)

    @cached_property
    def _offsets(self) -> dict[str, int]:
        """Where each key's first row starts: made once a table is asked for a great deal."""
        lines = io.StringIO(self._text, newline="\n").readlines()
        keys = [line[: line.find(",")] for line in lines]
        starts = list(accumulate(map(len, lines), initial=0))[:-1]
        return dict(zip(reversed(keys), reversed(starts), strict=True))  # the first row's stays

    def starting(self, prefix: str) -> list[list[str]]:
        """Return the rows whose first column starts with ``prefix``."""
        return self._read(self._bisect(prefix), lambda found: found.startswith(prefix))

    def all(self) -> Iterator[list[str]]:
        """Yield every row."""
        yield from self._parse(io.StringIO(self._text, newline=""))

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that start with ``prefix``, in order, one for each row."""
        first = self._bisect(prefix)
        # Up to the first key above all that begin so: its last letter is the next one.
        end = self._bisect(prefix[:-1] + chr(ord(prefix[-1]) + 1)) if prefix else len(self._text)
        rows = self._text[first:end].rstrip("\n")
        return [line[: line.find(",")] for line in rows.split("\n")] if rows else []

    def patterns(self) -> Iterator[str]:
        """Yield the keys that hold a ``*``."""
        text = self._text
        at = text.find("*")
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            comma = text.find(",", start)
            if at < comma:
                yield text[start:comma]
            end = text.find("\n", at)
            at = text.find("*", end) if end >= 0 else -1

    def _key(self, start: int) -> str:
        return self._text[start : self._text.find(",", start)]

    def _bisect(self, key: str) -> int:
        """Return the offset of the first line whose key is not below ``key``."""
        text, low, high = self._text, 0, len(self._text)
        while low < high:
            middle = (low + high) // 2
            start = text.rfind("\n", low, middle) + 1 or low
            if self._key(start) < key:
                end = text.find("\n", middle)
                low = len(text) if end < 0 else end + 1
            else:
                high = start
        return low

    def _read(self, start: int, wanted: object) -> list[list[str]]:
        lines: list[str] = []
        text = self._text
        while start < len(text) and wanted(self._key(start)):  # type: ignore[operator]
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            lines.append(text[start:end])
            start = end + 1
        return list(self._parse(lines)) if lines else []

    def _parse(self, lines: Iterable[str]) -> Iterator[list[str]]:
        for row in csv.reader(lines):
            if len(row) != self._width:
                at = max(f"\n{self._text}".find(f"\n{row[0] if row else ''}"), 0)
                line = self._text.count("\n", 0, at) + 2
                raise RegistryError(
                    f"{self._name}:{line}: {len(row)} columns instead of {self._width}"
                )
            if self._label and self._note >= 0:
                row[self._note] = "; ".join(filter(None, (row[self._note], self._label)))
            yield row


def sorted_text(text: str) -> str:
    """Return a CSV's text with its rows sorted, for tables whose order nobody checked."""
    if not text.strip():
        return text
    header, *rows = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline=""))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(sorted(row for row in rows if row))
    return out.getvalue()
