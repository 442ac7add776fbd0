"""The metadata in a source archive; nothing is unpacked onto the disk, and nothing runs."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from provenance.artifacts.sdist import read_pkg_info
from provenance.artifacts.source import ArtifactError


def archive(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), kind
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def test_the_one_at_the_top_is_read() -> None:
    data = archive(
        ("demo-1/demo.egg-info/PKG-INFO", b"Name: inner"), ("demo-1/PKG-INFO", b"Name: demo"),
    )  # fmt: skip
    assert read_pkg_info(data, 1_000) == b"Name: demo"
    assert read_pkg_info(data, 6) == b"Name: "


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04", gzip.compress(b"no tar at all"), archive(("demo-1/setup.py", b"x")),
        archive(("demo-1/PKG-INFO", b"Name: demo"))[:60], archive(("PKG-INFO", b"Name: demo")),
        archive(("demo-1/PKG-INFO", b""), kind=tarfile.SYMTYPE),
        archive(("../demo/PKG-INFO", b"Name: demo")),
    ],
    ids=range(8),  # the bytes hold the time of day
)  # fmt: skip
def test_what_is_no_source_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ArtifactError):
        read_pkg_info(data, 1_000)


def test_a_bomb_is_not_unpacked() -> None:
    data = archive(("demo-1/big", bytes(100 * 1024 * 1024)), ("demo-1/PKG-INFO", b"Name: demo"))
    assert len(data) < 1_000_000
    with pytest.raises(ArtifactError, match="bytes unpacked"):
        read_pkg_info(data, 1_000)
