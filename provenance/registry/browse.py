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
        for name, number, line in _lines(registry)
        if all(word in line.lower() for word in wanted)
    ]


def older_than(registry: Registry, today: str, months: int) -> list[Place]:
    """Return the rows whose ``as_of`` lies more than so many months before an ISO date."""
    year, month, day = (int(part) for part in today.split("-"))
    index = year * 12 + month - 1 - months
    limit = datetime.date(max(index // 12, 1), index % 12 + 1, min(day, 28)).isoformat()
    found: list[Place] = []
    for name in _tables(registry):
        rows = csv.reader(io.StringIO(registry.text(name), newline=""))
        header = next(rows, [])
        if "as_of" in header:
            column = header.index("as_of")
            found += [(name, rows.line_num, ",".join(row)) for row in rows if row[column] < limit]
    return found


def diff(old: Path, new: Path) -> list[tuple[str, str, str]]:
    """Return (sign, file, row) for every row that was added, removed or changed.

    Rows are the same when they are equal; a removed and an added row of one key in one
    file are one change, shown as the new row.
    """
    before, after = Registry(old), Registry(new)
    changes: list[tuple[str, str, str]] = []
    for name in sorted({*_tables(before), *_tables(after)}):
        gone = _rows(before, name)
        come = _rows(after, name)
        removed = [row for row in gone if row not in come]
        added = [row for row in come if row not in gone]
        keys = {row[0] for row in removed} & {row[0] for row in added}
        changes += [("-", name, ",".join(row)) for row in removed if row[0] not in keys]
        changes += [("~" if row[0] in keys else "+", name, ",".join(row)) for row in added]
    return changes


def _tables(registry: Registry) -> Iterator[str]:
    return (name for name in registry.files() if name.endswith(".csv"))


def _rows(registry: Registry, name: str) -> dict[tuple[str, ...], None]:
    if name not in registry.files():
        return {}
    rows = csv.reader(io.StringIO(registry.text(name), newline=""))
    next(rows, None)
    return dict.fromkeys(tuple(row) for row in rows if row)


def _lines(registry: Registry) -> Iterator[Place]:
    for name in _tables(registry):
        for number, line in enumerate(registry.text(name).splitlines()[1:], 2):
            yield name, number, line
