"""Records of the caches as one file, for a site without a network: written, checked, taken in.

The file is a zip archive: ``manifest.json`` names every record with its SHA-256, and only what it
names is taken over. Nothing of a foreign file decides where anything is written but the digest
that a record's name must be.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from provenance.edge.cache import STORES, keep
from provenance.edge.hub_cache import MAX_CACHE_FILE
from provenance.errors import UsageError
from provenance.patterns import lazy

MANIFEST = "manifest.json"
FORMAT = "provenance-cache"
VERSION = 1
MAX_RECORDS = 200_000
MAX_MANIFEST = 64 * 1024 * 1024
MAX_TOTAL = 4 * 1024 * 1024 * 1024
"""Bytes of all records together, unpacked."""
_NAME = lazy(rf"(?:{'|'.join(STORES)})/[0-9a-f]{{64}}\.json")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same records give the same bytes."""


class ArchiveError(UsageError):
    """A file of records cannot be written or taken in."""


class Taken(Struct, frozen=True, kw_only=True):
    """What came of an import."""

    new: int = 0
    replaced: int = 0
    same: int = 0
    kept: int = 0
    """Records that were left alone, since the ones here are newer."""


def export_records(cache: Path, created: str) -> tuple[bytes, int]:
    """Return all records of a cache as an archive, and how many they are.

    Args:
        created: ISO date, for readers.
    """
    records = list(_stored(cache))
    manifest = {
        "format": FORMAT, "version": VERSION, "created": created,
        "records": {name: hashlib.sha256(data).hexdigest() for name, data in records},
    }  # fmt: skip
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        for name, data in ((MANIFEST, text), *records):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue(), len(records)


def import_records(cache: Path, file: Path) -> Taken:
    """Take records into a cache; all of them are checked before the first is written.

    A record that is here with a later date of retrieval is kept.

    Raises:
        ArchiveError: the file is none of ours, or a part of it is not what its manifest says.
    """
    counts = {"new": 0, "replaced": 0, "same": 0, "kept": 0}
    try:
        with zipfile.ZipFile(file) as archive:
            names = _manifest(archive, file)
            for name, digest in names.items():
                _checked(archive, name, digest, file)
            for name, digest in names.items():
                data = _checked(archive, name, digest, file)
                target = cache / name
                what = _compared(target, data)
                counts[what] += 1
                if what in ("new", "replaced") and not keep(target, data):
                    raise ArchiveError(f"{target}: cannot be written")
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError,
            ValueError, zlib.error) as error:  # fmt: skip
        hint = "a file written by `provenance cache export`"
        what = f"no readable archive ({type(error).__name__})"
        raise ArchiveError(f"{file}: {what}", hint=hint) from error
    return Taken(**counts)


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, str]:
    """Return what an archive says it holds, after checking that it can be that."""
    data = _member(archive, MANIFEST, MAX_MANIFEST, file)
    try:
        manifest: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{file}: its manifest is no JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveError(f"{file}: no archive of cached records")
    if manifest.get("version") != VERSION:
        raise ArchiveError(
            f"{file}: version {manifest.get('version')!r}", hint=f"this program reads {VERSION}"
        )
    records = manifest.get("records")
    if not isinstance(records, dict) or len(records) > MAX_RECORDS:
        raise ArchiveError(f"{file}: no list of at most {MAX_RECORDS} records")
    for name, digest in records.items():
        if not _NAME.fullmatch(name) or not isinstance(digest, str):
            raise ArchiveError(f"{file}: {name[:80]!r} is no record's name")
    strangers = {info.filename for info in archive.infolist()} - records.keys() - {MANIFEST}
    if strangers:
        raise ArchiveError(f"{file}: {min(strangers)[:80]!r} is not in its manifest")
    if sum(info.file_size for info in archive.infolist()) > MAX_TOTAL:
        raise ArchiveError(f"{file}: more than {MAX_TOTAL} bytes unpacked")
    return records


def _checked(archive: zipfile.ZipFile, name: str, digest: str, file: Path) -> bytes:
    data = _member(archive, name, MAX_CACHE_FILE, file)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ArchiveError(f"{file}: {name} is not what the manifest says")
    if not isinstance(_parsed(data).get("record"), dict):
        raise ArchiveError(f"{file}: {name} is no record")
    return data


def _member(archive: zipfile.ZipFile, name: str, limit: int, file: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ArchiveError(f"{file}: {name} is missing") from None
    if info.file_size > limit:
        raise ArchiveError(f"{file}: {name} is larger than {limit} bytes")
    with archive.open(info) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ArchiveError(f"{file}: {name} is larger than {limit} bytes")
    return data


def _compared(target: Path, data: bytes) -> str:
    """Return what is to be done with a record: by the days on which both were retrieved."""
    try:
        known = target.read_bytes()
    except OSError:
        return "new"
    if known == data:
        return "same"
    here, there = (_parsed(one).get("record") for one in (known, data))
    days = [str(one.get("retrieved", "")) if isinstance(one, dict) else "" for one in (here, there)]
    return "kept" if days[0] > days[1] else "replaced"


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _stored(cache: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the records of all stores by name, sorted; other files are left alone."""
    for store in STORES:
        folder = cache / store
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = f"{store}/{path.name}"
            if _NAME.fullmatch(name) and path.is_file() and not path.is_symlink():
                data = path.read_bytes()
                if len(data) <= MAX_CACHE_FILE and isinstance(_parsed(data).get("record"), dict):
                    yield name, data
