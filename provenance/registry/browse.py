"""Reading the data as a whole: search, comparison of two versions, rows grown old."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from provenance.registry import Registry

Place = tuple[str, int, str]
"""File, 1-based line, row as text."""


def search(registry: Registry, words: Sequence[str]) -> list[Place]:
    """Return the rows that contain every word, without regard to case."""
    wanted = [word.lower() for word in words]
    return [
        (name, number, line)
        for name, text in registry.texts()
        for number, line in enumerate(text.splitlines()[1:], 2)
        if all(word in line.lower() for word in wanted)
    ]


def older_than(registry: Registry, today: str, months: int) -> list[Place]:
    """Return the rows whose ``as_of`` lies more than so many months before an ISO date."""
    year, month, day = (int(part) for part in today.split("-"))
    index = year * 12 + month - 1 - months
    limit = datetime.date(max(index // 12, 1), index % 12 + 1, min(day, 28)).isoformat()
    found: list[Place] = []
    for name, text in registry.texts():
        rows = csv.reader(io.StringIO(text, newline=""))
        header = next(rows, [])
        if "as_of" in header:
            column = header.index("as_of")
            found += [(name, rows.line_num, ",".join(row)) for row in rows if row[column] < limit]
    return found


def diff(old: Path, new: Path) -> list[tuple[str, str, str]]:
    """Return (sign, file, row) for every row that was added, removed or changed.

    Rows of one key that differ in few columns are one change, shown as the new row with
    each differing column as ``column: old → new``.
    """
    before, after = Registry(old), Registry(new)
    changes: list[tuple[str, str, str]] = []
    for name in sorted({*_tables(before), *_tables(after)}):
        header, gone = _rows(before, name)
        header, come = _rows(after, name) if name in after.files() else (header, {})
        removed = [row for row in gone if row not in come]
        for row in (row for row in come if row not in gone):
            same = [other for other in removed if other[0] == row[0] and len(other) == len(row)]
            if not same:
                changes.append(("+", name, ",".join(row)))
                continue
            nearest = min(same, key=lambda other: _distance(other, row))
            removed.remove(nearest)
            columns = zip(header, nearest, row, strict=False)
            told = "; ".join(f"{c}: {a or '–'} → {b or '–'}" for c, a, b in columns if a != b)
            changes.append(("~", name, f"{row[0]} ({told})"))
        changes += [("-", name, ",".join(row)) for row in removed]
    return changes


def _distance(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _tables(registry: Registry) -> Iterator[str]:
    return (name for name in registry.files() if name.endswith(".csv"))


def _rows(registry: Registry, name: str) -> tuple[list[str], dict[tuple[str, ...], None]]:
    """Return a table's columns and rows; nothing when the folder has no such file."""
    if name not in registry.files():
        return [], {}
    rows = csv.reader(io.StringIO(registry.text(name), newline=""))
    return next(rows, []), dict.fromkeys(tuple(row) for row in rows if row)
