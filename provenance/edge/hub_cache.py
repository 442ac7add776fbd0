"""Where records of the hub are kept between runs: one JSON file each, checked when read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from provenance.edge.cache import keep
from provenance.edge.hub_records import Base, HubRecord, is_word, valid_name

MAX_CACHE_FILE = 4 * 1024 * 1024  # bytes read of one cache file
_CACHE_SCHEMA = 3
_REQUIRED = frozenset({"id", "resolved", "retrieved", "url"})
_LISTS = frozenset({"licenses", "unnamed_bases", "datasets", "tags"})


def _cache_path(directory: Path, endpoint: str, identifier: str) -> Path:
    digest = hashlib.sha256(f"{endpoint}\n{identifier}".encode()).hexdigest()
    return directory / f"{digest}.json"


def read_cache(directory: Path, endpoint: str, identifier: str) -> HubRecord | None:
    """The stored record of `identifier`; None if there is none or its file is not a sound one."""
    try:
        with _cache_path(directory, endpoint, identifier).open("rb") as stream:
            stored = json.loads(stream.read(MAX_CACHE_FILE))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or stored.get("schema") != _CACHE_SCHEMA:
        return None
    values = stored.get("record")
    if stored.get("endpoint") != endpoint or not isinstance(values, dict):
        return None
    record = _record_from_json(values)
    return record if record is not None and record.id == identifier else None


def write_cache(directory: Path, endpoint: str, record: HubRecord) -> None:
    """Store `record` by replacing its file in one step; a disk that refuses is no error."""
    content = {
        "schema": _CACHE_SCHEMA,
        "endpoint": endpoint,
        "record": to_builtins(record),
    }
    text = json.dumps(content, sort_keys=True)
    keep(_cache_path(directory, endpoint, record.id), text.encode("ascii"))


def _record_from_json(values: Mapping[str, object]) -> HubRecord | None:
    """Rebuild a record from its stored form; None unless every field has its type."""
    if set(values) != set(HubRecord.__struct_fields__):
        return None
    built: dict[str, Any] = {}
    for name, value in values.items():
        if name == "base_models":
            if not isinstance(value, list) or not all(_is_base(base) for base in value):
                return None
            built[name] = tuple(Base(*base) for base in value)
        elif name == "names_itself":
            if not isinstance(value, bool):
                return None
            built[name] = value
        elif name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                return None
            built[name] = tuple(value)
        elif isinstance(value, str) or (value is None and name not in _REQUIRED):
            built[name] = value
        else:
            return None
    return HubRecord(**built) if valid_name(built["resolved"]) else None


def _is_base(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        return False
    if len(value) != 3 or value[2] not in ("declared", "hub-inferred"):
        return False
    return valid_name(value[0]) and is_word(value[1])
