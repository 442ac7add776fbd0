"""Records carried from one site to another: exact, checked, and never out of their folder."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from provenance.edge.cache_archive import ArchiveError, Taken, export_records, import_records
from provenance.edge.hub_cache import read_cache, write_cache
from provenance.edge.hub_records import HubRecord
from provenance.edge.index_records import IndexRecord, read_record, write_record

INDEX = "http://index.test/simple"
HUB = "https://hub.test"
RECORD = IndexRecord(id="pkg:pypi/demo@1.0", retrieved="2026-11-28", metadata="Name: demo")


def filled(cache: Path) -> Path:
    write_record(cache / "index", INDEX, RECORD)
    record = HubRecord(
        id="pkg:huggingface/zz/m", resolved="zz/m", url=f"{HUB}/zz/m", retrieved="2026-11-27",
        revision=None, licenses=(), license_name=None, license_link=None, base_models=(),
        names_itself=False,
        unnamed_bases=(), datasets=(), tags=(), library=None, pipeline=None, gated=None,
        created=None, modified=None,
    )  # fmt: skip
    write_cache(cache / "hub", HUB, record)
    (cache / "index" / "stray.txt").write_text("not a record")
    (cache / "index" / ("0" * 64 + ".json")).write_text("{}")
    return cache


def archive(tmp_path: Path, members: dict[str, bytes], **manifest: Any) -> Path:
    """An archive as written, its manifest changed at will."""
    records = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in members.items()
        if name != "manifest.json"
    }
    said = {"format": "provenance-cache", "version": 1, "created": "", "records": records}
    file = tmp_path / "carried.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as stream:
        stream.writestr("manifest.json", json.dumps(said | manifest))
        for name, data in members.items():
            stream.writestr(name, data)
    return file


GOOD = json.dumps({"schema": 1, "asked": INDEX, "record": {"retrieved": "2026-01-01"}}).encode()
NAME = f"index/{'a' * 64}.json"


def test_both_stores_arrive_as_they_left(tmp_path: Path) -> None:
    content, count = export_records(filled(tmp_path / "here"), "2026-11-28")
    assert count == 2
    file, there = tmp_path / "carried.zip", tmp_path / "there"
    file.write_bytes(content)
    assert import_records(there, file) == Taken(new=2)
    assert read_record(there / "index", INDEX, RECORD.id) == RECORD
    found = read_cache(there / "hub", HUB, "pkg:huggingface/zz/m")
    assert found is not None
    assert found.retrieved == "2026-11-27"
    assert import_records(there, file) == Taken(same=2)
    assert export_records(there, "2026-11-28")[0] == content
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("manifest.json"))
    assert (manifest["format"], manifest["created"]) == ("provenance-cache", "2026-11-28")


def test_the_later_record_stays(tmp_path: Path) -> None:
    file = tmp_path / "carried.zip"
    file.write_bytes(export_records(filled(tmp_path / "here"), "")[0])
    there = tmp_path / "there"
    for day, expected in (("2026-12-24", Taken(new=1, kept=1)), ("2026-01-01",
                          Taken(same=1, replaced=1))):  # fmt: skip
        record = IndexRecord(id=RECORD.id, retrieved=day, metadata="Name: demo")
        write_record(there / "index", INDEX, record)
        assert import_records(there, file) == expected


@pytest.mark.parametrize(
    ("members", "manifest", "message"),
    [
        ({"../../evil.json": GOOD}, {}, "is no record's name"),
        ({"index/../../" + "a" * 64 + ".json": GOOD}, {}, "is no record's name"),
        ({"/" + NAME: GOOD}, {}, "is no record's name"),
        ({"index-http/" + "a" * 64 + ".json": GOOD}, {}, "is no record's name"),
        ({NAME + "\n": GOOD}, {}, "is no record's name"),
        ({NAME: GOOD}, {"records": {NAME: "0" * 64}}, "is not what the manifest says"),
        ({NAME: GOOD}, {"records": {NAME: 3}}, "is no record's name"),
        ({}, {"records": {NAME: "0" * 64}}, "is missing"),
        ({NAME: GOOD}, {"records": {}}, "is not in its manifest"),
        ({NAME: GOOD}, {"records": []}, "no list of at most"),
        ({NAME: GOOD}, {"version": 2}, "version 2"),
        ({NAME: GOOD}, {"format": "x"}, "no archive of cached records"),
        ({NAME: b"not json"}, {}, "is no record"),
        ({NAME: b"[" * 50_000}, {}, "is no record"),
        ({NAME: b'{"record": 1}'}, {}, "is no record"),
        ({NAME: b" " * (5 * 1024 * 1024)}, {}, "is larger than"),
    ],
)
def test_what_is_not_ours_changes_nothing(
    tmp_path: Path, members: dict[str, bytes], manifest: dict[str, Any], message: str
) -> None:
    cache = filled(tmp_path / "deep" / "cache")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    file = archive(tmp_path, {f"hub/{'b' * 64}.json": GOOD} | members if not manifest else members,
                   **manifest)  # fmt: skip
    with pytest.raises(ArchiveError, match=message):
        import_records(cache, file)
    file.unlink()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00" * 100])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(data)
    with pytest.raises(ArchiveError, match="no readable archive"):
        import_records(tmp_path / "cache", file)


def test_a_broken_member_is_said_to_be_broken(tmp_path: Path) -> None:
    data = bytearray(archive(tmp_path, {NAME: GOOD * 50}).read_bytes())
    at = data.index(NAME.encode()) + len(NAME) + 5
    data[at : at + 8] = b"\xff" * 8
    (tmp_path / "carried.zip").write_bytes(data)
    with pytest.raises(ArchiveError):
        import_records(tmp_path / "cache", tmp_path / "carried.zip")
