"""GGUF headers of all versions, both byte orders, and hostile ones."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.artifacts import gguf as reader
from provenance.artifacts.gguf import LongArray, read_header
from provenance.artifacts.source import MAX_METADATA, ArtifactError, Tensor
from tests.support.artifacts import Bytes, detail, gguf

bounded = settings(max_examples=100, deadline=None, database=None, derandomize=True)
GENERAL = {"general.architecture": "llama", "general.name": " Acme 7B ", "general.tags": ["a", "b"]}


def refused(data: bytes) -> str:
    return detail(read_header, Bytes(data))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_in_both_byte_orders(version: int, order: str) -> None:
    found = read_header(Bytes(gguf(
        GENERAL, [("norm", (8,), 0, 0), ("up", (32, 2), 2, 32)],
        version=version, order=order, data=bytes(68),
    )))  # fmt: skip
    assert found.version == version
    assert found.text("general.name") == "Acme 7B"
    assert found.texts("general.tags") == ("a", "b")
    norm, up = found.tensors
    assert (norm.name, norm.dtype, norm.shape, norm.length) == ("norm", "F32", (8,), 32)
    # 64 elements of Q4_0: two blocks of 18 bytes
    assert (up.dtype, up.shape, up.length, up.offset - norm.offset) == ("Q4_0", (32, 2), 36, 32)


def test_tensor_data_begins_at_the_next_multiple_of_32() -> None:
    data = gguf({}, [("t", (1,), 0, 0)], data=bytes(4))
    # magic 4, version 4, counts 16, then name 8+1, dimensions 4+8, type 4, offset 8: 57
    assert read_header(Bytes(data)).tensors == (
        Tensor(name="t", dtype="F32", shape=(1,), offset=64, length=4),
    )


def test_values_of_every_type() -> None:
    written = {
        0: ("B", 200), 1: ("b", -2), 2: ("H", 60_000), 3: ("h", -300), 4: ("I", 4_000_000_000),
        5: ("i", -70_000), 6: ("f", 0.5), 7: ("?", True), 10: ("Q", 1 << 63), 11: ("q", -(1 << 40)),
        12: ("d", 0.25),
    }  # fmt: skip
    values = [
        (f"k{kind}", struct.pack("<I", kind) + struct.pack("<" + code, value))
        for kind, (code, value) in written.items()
    ]
    found = read_header(Bytes(gguf(values))).metadata
    assert found == {f"k{kind}": value for kind, (_, value) in written.items()}


def test_short_arrays_are_kept_and_of_long_ones_the_place() -> None:
    words = [f"word{n}" for n in range(300)]
    found = read_header(Bytes(gguf(
        {"heads": [8, 8, 4], "words": words, "scores": [0.5] * 300, "after": "x"}
    ))).metadata  # fmt: skip
    assert found["heads"] == (8, 8, 4)
    assert found["after"] == "x"
    # 24, key 8+5, type 4, element type 4, count 8, 3 numbers: 65; key 8+5, 4, 4, 8
    assert found["words"] == LongArray(kind=8, count=300, offset=94)
    assert isinstance(found["scores"], LongArray)


def test_a_vocabulary_is_passed_over_quickly_and_what_follows_is_found() -> None:
    words = struct.pack("<Q", 3) + b"abc"
    array = struct.pack("<IIQ", 9, 8, 300_000) + words * 300_000
    source = Bytes(gguf([("words", array), ("general.license", "MIT")]))
    began = time.process_time()
    assert read_header(source).text("general.license") == "MIT"
    assert time.process_time() - began < 20  # linear: milliseconds
    assert source.got <= source.size


def test_what_lies_behind_the_header_is_not_read() -> None:
    source = Bytes(gguf(GENERAL, [("t", (1 << 20,), 0, 0)], data=bytes(4 << 20)))
    read_header(source)
    assert source.got <= 64 * 1024


def test_a_value_that_is_no_text_is_no_text() -> None:
    found = read_header(Bytes(gguf({"general.name": 7, "general.tags": "x"})))
    assert (found.text("general.name"), found.texts("general.tags")) == ("", ())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ends early"),
        (b"GGML" + bytes(20), "begin with GGUF"),
        (gguf(version=4), "version 4"),
        (gguf(version=0), "version 0"),
        (gguf(counts=(0, 2_001)), "2001 keys"),
        (gguf(counts=(100_001, 0)), "100001 tensors"),
        (gguf(counts=((1 << 64) - 1, 0)), "tensors"),
        (gguf(counts=(0, 1)) , "ends early"),
        (gguf([("a", 1), ("a", 2)]), "twice"),
        (gguf([("a", struct.pack("<I", 13))]), "type 13"),
        (gguf([("a", struct.pack("<IQ", 8, 1 << 63))]), f"string of {1 << 63} bytes"),
        (gguf([("a", struct.pack("<IIQ", 9, 9, 1))]), "array of type 9"),
        (gguf([("a", struct.pack("<IIQ", 9, 0, 1 << 63))]), "ends early"),
        (gguf([("a", struct.pack("<IIQ", 9, 8, 1 << 63))]), "ends early"),
        (gguf({"general.alignment": 0}), "alignment"),
        (gguf({"general.alignment": "x"}), "alignment"),
        (gguf({}, [("t", (1, 1, 1, 1, 1), 0, 0)]), "5 dimensions"),
        (gguf({}, [("t", (33,), 2, 0)], data=bytes(99)), "whole blocks"),
        (gguf({}, [("t", (8,), 0, 0), ("u", (8,), 0, 16)], data=bytes(99)), "overlap"),
        (gguf({}, [("t", (8,), 0, 0)], data=bytes(31)), "beyond the file"),
        (gguf({}, [("t", (1 << 40, 1 << 40), 0, 0)]), "beyond the file"),
    ],
)  # fmt: skip
def test_malformed_headers_are_refused(data: bytes, why: str) -> None:
    assert why in refused(data)


def test_a_header_without_end_is_refused_after_the_cap() -> None:
    """Empty strings by the million, in a file that claims to go on for ever."""

    class Endless(Bytes):
        def read(self, offset: int, length: int) -> bytes:
            data = super().read(offset, length)
            self.got += length - len(data)
            return data + bytes(length - len(data))

    source = Endless(gguf([("a", struct.pack("<IIQ", 9, 8, 1 << 40))])[:60], size=1 << 60)
    assert "larger than what is read" in detail(read_header, source)
    assert source.got <= MAX_METADATA


def test_the_caps_hold_for_many_short_arrays() -> None:
    array = struct.pack("<IIQ", 9, 0, reader.MAX_ITEMS) + bytes(reader.MAX_ITEMS)
    began = time.process_time()
    found = read_header(Bytes(gguf([(f"k{n}", array) for n in range(reader.MAX_KEYS)])))
    assert len(found.metadata) == reader.MAX_KEYS
    assert time.process_time() - began < 20  # linear: milliseconds


@bounded
@given(st.data())
def test_whatever_the_bytes_nothing_else_is_raised(data: st.DataObject) -> None:
    version = data.draw(st.sampled_from([1, 2, 3]))
    order = data.draw(st.sampled_from("<>"))
    whole = bytearray(gguf(
        {**GENERAL, "n": 3, "f": 0.5, "long": ["x"] * 260}, [("t", (8,), 0, 0)],
        version=version, order=order, data=bytes(32),
    ))  # fmt: skip
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 200))] = data.draw(st.integers(0, 255))
    source = Bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    try:
        found = read_header(source)
    except ArtifactError:
        return
    assert all(t.offset + (t.length or 0) <= source.size for t in found.tensors)
