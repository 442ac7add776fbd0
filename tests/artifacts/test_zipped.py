"""Weights in zip files: told by the names of their members, never opened."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.artifacts.source import ArtifactError
from provenance.artifacts.zipped import MAX_DIRECTORY, Archive, read_directory
from tests.support.artifacts import Bytes, archive, detail

bounded = settings(max_examples=100, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("net/data.pkl", "net/data/0", "net/data/1", "net/version"), "pytorch"),
        (("net/data.pkl", "net/version"), "pytorch"),
        (("net/data.pkl", "net/data/0", "net/version"), "tensor"),
        (("archive/data.pkl", "archive/constants.pkl", "archive/code/net.py"), "torchscript"),
        (("net/bytecode.pkl", "net/data/0"), "torchscript"),
        (("metadata.json", "config.json", "model.weights.h5"), "keras"),
        (("encoder.layer.0.weight.npy", "encoder.bias.npy"), "numpy"),
        (("x_train.npy", "y_train.npy"), ""),  # data, not weights
        (("arr_0.npy",), ""),
        (("weight.npy", "readme.txt"), ""),
        (("config.json", "metadata.json"), ""),
        (("data.pkl.txt", "word/document.xml"), ""),
        ((), ""),
    ],
)
def test_what_wrote_a_file_is_told_by_names(names: tuple[str, ...], kind: str) -> None:
    found = read_directory(Bytes(archive(*names)))
    assert found == Archive(names=names)
    assert found.kind == kind


def test_only_the_directory_is_read() -> None:
    source = Bytes(archive("net/data.pkl", "net/data/0", content=bytes(2_000_000)))
    read_directory(source)
    assert source.got < 200_000


def test_a_directory_above_the_cap_is_refused() -> None:
    whole = bytearray(archive("net/data.pkl"))
    end = whole.rfind(b"PK\x05\x06")
    # the size of the directory, and the file as large as that claims
    whole[end + 12 : end + 16] = struct.pack("<I", MAX_DIRECTORY + 1)
    padded = bytes(MAX_DIRECTORY + 1) + bytes(whole)
    source = Bytes(padded)
    assert f"more than {MAX_DIRECTORY} bytes" in detail(read_directory, source)
    assert source.got <= MAX_DIRECTORY


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x03\x04" + bytes(500),
                                  archive("net/data.pkl")[:-30]])  # fmt: skip
def test_no_directory(data: bytes) -> None:
    assert "no readable zip directory" in detail(read_directory, Bytes(data))


@bounded
@given(st.data())
def test_whatever_the_bytes_nothing_else_is_raised(data: st.DataObject) -> None:
    whole = bytearray(archive("net/data.pkl", "net/data/0"))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_directory(Bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))])))
    except ArtifactError:
        return
    assert isinstance(found.kind, str)
