"""Where records of the hub are kept between runs: one JSON file each, checked when read back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provenance.edge.cache import keep
from provenance.edge.hub_records import RELATIONS, HubRecord, valid_name

MAX_CACHE_FILE = 4 * 1024 * 1024  # bytes read of one cache file
_CACHE_SCHEMA = 2
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
        "record": dataclasses.asdict(record),
    }
    text = json.dumps(content, sort_keys=True)
    keep(_cache_path(directory, endpoint, record.id), text.encode("ascii"))


def _record_from_json(values: Mapping[str, object]) -> HubRecord | None:
    """Rebuild a record from its stored form; None unless every field has its type."""
    names = {entry.name for entry in dataclasses.fields(HubRecord)}
    if set(values) != names:
        return None
    built: dict[str, Any] = {}
    for name, value in values.items():
        if name == "base_models":
            if not isinstance(value, list) or not all(_is_pair(pair) for pair in value):
                return None
            built[name] = tuple((pair[0], pair[1]) for pair in value)
        elif name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                return None
            built[name] = tuple(value)
        elif isinstance(value, str) or (value is None and name not in _REQUIRED):
            built[name] = value
        else:
            return None
    return HubRecord(**built) if valid_name(built["resolved"]) else None


def _is_pair(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    name, relation = value
    if not isinstance(name, str) or not isinstance(relation, str):
        return False
    return valid_name(name) and relation in {*RELATIONS, "unknown"}
