"""The outer fields of ONNX models, wherever they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.artifacts.onnx import MAX_ENTRY, MAX_TEXT, read_header
from provenance.artifacts.source import ArtifactError
from tests.support.artifacts import Bytes, detail, field, onnx, varint

bounded = settings(max_examples=100, deadline=None, database=None, derandomize=True)
GRAPH = field(7, b"\x12\x01g")


def refused(data: bytes) -> str:
    return detail(read_header, Bytes(data))


def test_metadata_behind_a_large_graph_is_found_and_the_graph_not_read() -> None:
    source = Bytes(onnx({"license": "MIT", "author": "Acme"}, graph=bytes(5_000_000)))
    found = read_header(source)
    assert found.metadata == {"license": "MIT", "author": "Acme"}
    assert (found.ir_version, found.producer, found.producer_version) == (8, "acme-exporter", "1.2")
    assert source.got < 200_000


def test_fields_of_every_wire_type_are_passed_over() -> None:
    others = (
        varint(50 << 3 | 1) + bytes(8) + varint(51 << 3 | 5) + bytes(4) + field(52, 1 << 62)
        + field(53, b"x" * 300)
    )  # fmt: skip
    found = read_header(Bytes(others + field(4, "ai.acme") + field(1, 9) + GRAPH))
    assert (found.ir_version, found.domain) == (9, "ai.acme")


def test_texts_too_long_to_matter_are_left_out() -> None:
    found = read_header(Bytes(
        field(1, 8) + field(2, "x" * (MAX_TEXT + 1)) + GRAPH
        + field(14, field(1, "k") + field(2, "x" * (MAX_ENTRY + 1)))
        + field(14, field(1, "license") + field(2, "MIT"))
    ))  # fmt: skip
    assert found.producer == ""
    assert found.metadata["license"] == "MIT"
    assert "k" not in found.metadata


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no graph"),
        (field(1, 8), "no graph"),
        (GRAPH, "no graph or no version"),
        (field(1, 0) + GRAPH, "no version"),
        (field(1, 1 << 40) + GRAPH, "no version"),
        (b"\x08\x08\x3a\x7f", "ends early"),
        (b"\x08", "ends early"),
        (b"\xff" * 20, "ten bytes"),
        (b"\x00\x00", "without number"),
        (varint(9 << 3 | 3), "wire type 3"),
        (varint(9 << 3 | 2) + b"\xff" * 9 + b"\x01", "ends early"),
        (field(1, 8) + GRAPH + varint(14 << 3 | 2) + b"\x02" + field(1, "abc"), "does not end"),
        (field(1, 8) * 10_000, "10000 fields"),
        (b"not a model, just text", "wire type"),
    ],
)
def test_malformed_models_are_refused(data: bytes, why: str) -> None:
    assert why in refused(data)


def test_an_entry_of_countless_fields_is_not_followed() -> None:
    entry = field(9, 1) * 100_000
    assert "does not end" in refused(field(1, 8) + GRAPH + field(14, entry))


@bounded
@given(st.data())
def test_whatever_the_bytes_nothing_else_is_raised(data: st.DataObject) -> None:
    whole = bytearray(onnx({"base_model": "acme/x", "license": "MIT"}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    whole += data.draw(st.binary(max_size=20))
    source = Bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    try:
        found = read_header(source)
    except ArtifactError:
        return
    assert found.ir_version > 0
