"""safetensors headers: what is kept, and everything that is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.artifacts.safetensors import MAX_HEADER, is_safetensors, read_header
from provenance.artifacts.source import ArtifactError, Tensor
from tests.support.artifacts import Bytes, detail, floats, safetensors

bounded = settings(max_examples=100, deadline=None, database=None, derandomize=True)


def refused(header: object, data: bytes = b"", length: int | None = None) -> str:
    return detail(read_header, Bytes(safetensors(header, data, length)))


def test_tensors_with_their_places_in_the_file() -> None:
    text = (
        '{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2,3],'
        '"data_offsets":[4,16]},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'
    )
    found = read_header(Bytes(safetensors(text, bytes(16))))
    start = 8 + len(text)
    assert found.metadata == {"format": "pt"}
    assert found.tensors == (
        Tensor(name="w", dtype="BF16", shape=(2, 3), offset=start + 4, length=12),
        Tensor(name="b", dtype="F32", shape=(), offset=start, length=4),
    )


def test_no_byte_of_a_tensor_is_read() -> None:
    source = Bytes(safetensors(floats(0, 4_000_000), bytes(4_000_000)))
    read_header(source)
    assert source.got == source.size - 4_000_000


def test_a_header_padded_with_blanks() -> None:
    assert read_header(Bytes(safetensors("{}   "))).tensors == ()


def test_metadata_that_is_no_text_is_left_out() -> None:
    found = read_header(Bytes(safetensors({"__metadata__": {"a": 1, "b": "x", "c": None}})))
    assert found.metadata == {"b": "x"}


def test_a_type_we_do_not_know_is_kept_by_its_offsets() -> None:
    header = {"w": {"dtype": "F12", "shape": [2], "data_offsets": [0, 3]}}
    (tensor,) = read_header(Bytes(safetensors(header, b"abc"))).tensors
    assert (tensor.dtype, tensor.length) == ("F12", 3)


def test_four_bit_elements_are_half_a_byte() -> None:
    header = {"w": {"dtype": "F4", "shape": [6], "data_offsets": [0, 3]}}
    assert read_header(Bytes(safetensors(header, b"abc"))).tensors[0].length == 3


@pytest.mark.parametrize(
    ("header", "data", "why"),
    [
        (floats(0, 8, 4, 12), 12, "overlap"),
        (floats(4, 8), 8, "do not fill"),  # a hole before
        (floats(0, 4, 8, 12), 12, "do not fill"),  # a hole between
        (floats(0, 4), 5, "do not fill"),  # something behind
        (floats(0, 8), 4, "beyond the file"),
        ({"w": {"dtype": "F32", "shape": [1], "data_offsets": [8, 4]}}, 8, "before it begins"),
        ({"w": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}, 8, "no proper"),
        ({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, 4, "no proper"),
        ({"w": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, 4, "no proper"),
        ({"w": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}}, 4, "no proper"),
        ({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 4]}}, 4, "before it begins"),
        ({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 1 << 64]}}, 4, "no proper"),
        ({"w": {"dtype": 4, "shape": [1], "data_offsets": [0, 4]}}, 4, "no proper"),
        ({"w": {"dtype": "F32", "data_offsets": [0, 4]}}, 4, "no proper"),
        ({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, 4, "as long as"),
        ({"w": {"dtype": "F16", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 4]}}, 4,
         "as long as"),
        ({"w": []}, 0, "no object"),
        ({"__metadata__": []}, 0, "no object"),
        ([], 0, "no JSON object"),
        ("{", 0, "no JSON"),
        ("[" * 100_000, 0, "no JSON"),
        ('{"a":' + "9" * 5000 + "}", 0, "no JSON"),
        ('{"w":{},"w":{}}', 0, "twice"),
        ('{"a": "' + "[" * 300_003 + '"}', 0, "more than 100000 tensors"),
        ('{"__metadata__":{"a":"' + '\\"' * 1_500_000 + '"}}', 0, "more texts"),
    ],
)  # fmt: skip
def test_malformed_headers_are_refused(header: object, data: int, why: str) -> None:
    assert why in refused(header, bytes(data))


@pytest.mark.parametrize("length", [MAX_HEADER + 1, 100_000_000, (1 << 63) + 1, (1 << 64) - 1])
def test_a_huge_length_is_refused_unread(length: int) -> None:
    source = Bytes(safetensors({}, length=length), size=1 << 62)
    assert f"{length} bytes" in detail(read_header, source)
    assert source.got == 8


@pytest.mark.parametrize("size", range(10))
def test_a_file_that_ends_early(size: int) -> None:
    whole = safetensors({"a": 1})
    assert "ends early" in detail(read_header, Bytes(whole[:size]))


def test_a_file_that_shrinks_while_read() -> None:
    assert "could not be read" in detail(read_header, Bytes(b"\x02\0\0\0\0\0\0\0{", size=10))


def test_how_such_files_begin() -> None:
    assert is_safetensors(safetensors({"a": 1}))
    assert is_safetensors(safetensors("{}"))
    assert not is_safetensors(b"GGUF\x03\0\0\0{}")
    assert not is_safetensors(b'<!doctyp{"a":1}')


@bounded
@given(st.data())
def test_whatever_the_bytes_nothing_else_is_raised(data: st.DataObject) -> None:
    whole = bytearray(safetensors(floats(0, 4, 4, 12, base_model="acme/x"), bytes(12)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    source = Bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    try:
        found = read_header(source)
    except ArtifactError:
        return
    assert all(0 <= t.offset <= source.size for t in found.tensors)


@bounded
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["dtype", "shape", "data_offsets", "__metadata__", "w"]), inner,
            max_size=4,
        ),
        max_leaves=15,
    )
)  # fmt: skip
def test_whatever_the_json_nothing_else_is_raised(value: object) -> None:
    text = json.dumps({"w": value, "__metadata__": {"a": "b"}})
    with pytest.raises(ArtifactError):
        read_header(Bytes(safetensors(text, b"x")))  # one byte too many for any of these
