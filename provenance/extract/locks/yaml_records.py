"""The list of records in a lock file that a tool wrote as plain block YAML.

Such files have megabytes; a general YAML parser takes seconds for what needs lines only.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from provenance.patterns import lazy

_FIELD = lazy(r"([A-Za-z_][\w.-]*):(?:[ ]+(.*))?$")


class Record(Struct):
    """One entry of a list: its scalars, and the items of its lists and tables with lines."""

    line: int
    scalars: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def records(text: str, key: str) -> Iterator[Record]:
    """Yield the records of the top-level list ``key``.

    A table inside a record has its entries as they are written (``name: '>=1'``).
    """
    record: Record | None = None
    inside, margin, current = False, 0, ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        if indent == 0 and not line.startswith("- "):
            if record:
                yield record
            record, inside = None, line.rstrip() == f"{key}:"
            continue
        if not inside:
            continue
        if line.startswith("- ") and (record is None or indent <= margin):
            if record:
                yield record
            record, margin, current = Record(number), indent, ""
            indent, line = indent + 2, line[2:].strip()
        if record is None:
            continue
        entry = _FIELD.match(line) if indent == margin + 2 and not line.startswith("- ") else None
        if entry:
            current, value = entry.group(1), (entry.group(2) or "").strip()
            if value:
                record.scalars[current] = unquoted(value)
        elif current:
            item = line[2:].strip() if line.startswith("- ") else line
            record.items.setdefault(current, []).append((number, unquoted(item)))
    if record:
        yield record


def unquoted(value: str) -> str:
    """Return a scalar without the quotes it is written in."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace("''", "'")
    return value
