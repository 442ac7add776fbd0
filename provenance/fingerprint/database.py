"""A database of sketches: one JSON line a model, each with its digest, all with one.

The first line holds format, version, the number of rows and a digest over their digests; so
a row that was changed, taken out, put in or moved is noticed, and named where it can be.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from provenance.artifacts.source import ArtifactError
from provenance.fingerprint.sketch import Sketch, from_json, to_json
from provenance.patterns import lazy

FORMAT, VERSION = "provenance-lineage-db", 1
MAX_LINE = 32 * 1024 * 1024
MAX_ROWS = 100_000
_DAY = lazy(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Row(Struct, frozen=True, kw_only=True):
    """A line as it stands: a name, a digest and the text that the digest is over."""

    name: str
    sha256: str
    text: str


class Entry(Struct, frozen=True, kw_only=True):
    """A row as it was read: a sketch, or why it was refused."""

    line: int
    name: str
    sketch: Sketch | None = None
    problem: str = ""


def row_of(sketch: Sketch) -> Row:
    """Return a sketch as a row."""
    text = json.dumps(to_json(sketch), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Row(name=sketch.name, sha256=_digest(text), text=text)


def written(rows: Iterable[Row], as_of: str = "") -> str:
    """Return a database of these rows, sorted by name; of two with one name the later stays.

    Args:
        as_of: the day it was built on, as evidence that rests on it says.
    """
    kept = {row.name: row for row in rows}
    lines = [kept[name] for name in sorted(kept)]
    head = {
        "format": FORMAT, "version": VERSION, "rows": len(lines),
        "sha256": _digest(as_of + "".join(row.sha256 for row in lines)),
        **({"as_of": as_of} if as_of else {}),
    }  # fmt: skip
    body = (
        f'{{"name":{json.dumps(row.name)},"sha256":"{row.sha256}","sketch":{row.text}}}\n'
        for row in lines
    )
    return json.dumps(head) + "\n" + "".join(body)


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield every row of a database; one whose digest is wrong comes as a problem.

    Raises:
        ArtifactError: no database of this version, or rows that are not those it was
            written with.
    """
    head, digests, count = None, [], 0
    for number, line in enumerate(lines, 1):
        if head is None:
            head = _head(line)
            continue
        count += 1
        if count > MAX_ROWS:
            raise ArtifactError(f"more than {MAX_ROWS} rows")
        entry, digest = _entry(number, line)
        digests.append(digest)
        yield entry
    if head is None:
        raise ArtifactError("an empty database")
    as_of = str(head.get("as_of", ""))
    if count != head.get("rows") or _digest(as_of + "".join(digests)) != head.get("sha256"):
        raise ArtifactError("its rows are not those it was written with")


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a sound database, to write them again.

    Raises:
        ArtifactError: a row or the whole has a wrong digest.
    """
    for entry in read(lines):
        if entry.sketch is None:
            raise ArtifactError(f"line {entry.line}: {entry.name!r}: {entry.problem}")
        yield row_of(entry.sketch)


def day_of(line: str) -> str | None:
    """Return the day a database was built on, as its first line says; None where it does not.

    Raises:
        ArtifactError: no database of this version.
    """
    as_of = _head(line).get("as_of")
    return as_of if isinstance(as_of, str) and _DAY.fullmatch(as_of) else None


def _head(line: str) -> dict[str, Any]:
    try:
        head = json.loads(line) if len(line) < 4096 else None
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ArtifactError("no database of sketches")
    if head.get("version") != VERSION:
        raise ArtifactError(f"a database of version {str(head.get('version'))[:20]}")
    return head


def _entry(number: int, line: str) -> tuple[Entry, str]:
    if len(line) > MAX_LINE:
        return Entry(line=number, name="", problem=f"a row of more than {MAX_LINE} bytes"), ""
    try:
        loaded = json.loads(line)
        name, digest, data = str(loaded["name"])[:1024], str(loaded["sha256"]), loaded["sketch"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return Entry(line=number, name="", problem="no row"), ""
    # What the digest is over stands in the line as it was written: nothing to be made again.
    _, _, text = line.rstrip("\n").partition(',"sketch":')
    if _digest(text[:-1]) != digest:
        return Entry(line=number, name=name, problem="its digest is wrong"), digest
    try:
        sketch = from_json(data)
    except ArtifactError as error:
        return Entry(line=number, name=name, problem=error.detail), digest
    if sketch.name != name:
        return Entry(line=number, name=name, problem="it is the sketch of another name"), digest
    return Entry(line=number, name=name, sketch=sketch), digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
