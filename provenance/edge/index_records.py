"""What an index said about one release, and where that is kept between runs.

A record holds the header of the metadata file as it was served, so that a later version of this
program reads more out of it. Read back, it is checked like the answer it was made from.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from provenance.edge.cache import keep

MAX_RECORD = 4 * 1024 * 1024
_SCHEMA = 1
LASTING = frozenset(
    ("not-found", "version-missing", "no-metadata", "identity-mismatch", "too-large")
)
"""Failures that are an answer; the others may be gone with the next run and are not kept."""


class IndexRecord(Struct, frozen=True, kw_only=True):
    """One release on one index: its metadata, or why there is none."""

    id: str
    retrieved: str
    """ISO date on which the index was last asked."""
    reference: str = ""
    """What evidence calls the file."""
    metadata: str = ""
    license_text: str = ""
    """The beginning of its license file, where the metadata names no license."""
    yanked: str | None = None
    reason: str = ""
    detail: str = ""


def read_record(directory: Path, asked: str, identifier: str) -> IndexRecord | None:
    """Return what is kept of a release, as the indexes ``asked`` answered; None for nothing."""
    try:
        with _path(directory, asked, identifier).open("rb") as stream:
            data = stream.read(MAX_RECORD + 1)
    except OSError:
        return None
    found = parse_record(data)
    return found[1] if found and found[0] == asked and found[1].id == identifier else None


def parse_record(data: bytes) -> tuple[str, IndexRecord] | None:
    """Return the asked indexes and the record of a stored file; None unless it is a sound one."""
    try:
        stored = json.loads(data) if len(data) <= MAX_RECORD else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or stored.get("schema") != _SCHEMA:
        return None
    asked, values = stored.get("asked"), stored.get("record")
    names = set(IndexRecord.__struct_fields__)
    if not isinstance(asked, str) or not isinstance(values, dict) or set(values) != names:
        return None
    for name, value in values.items():
        if not isinstance(value, str) and not (name == "yanked" and value is None):
            return None
    return asked, IndexRecord(**values)


def write_record(directory: Path, asked: str, record: IndexRecord) -> None:
    """Keep a record; a disk that refuses is no error."""
    content = {"schema": _SCHEMA, "asked": asked, "record": asdict(record)}
    text = json.dumps(content, sort_keys=True, indent=0)
    keep(_path(directory, asked, record.id), text.encode("ascii"))


def _path(directory: Path, asked: str, identifier: str) -> Path:
    digest = hashlib.sha256(f"{asked}\n{identifier}".encode()).hexdigest()
    return directory / f"{digest}.json"
