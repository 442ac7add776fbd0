"""GGUF, versions 1 to 3 and both byte orders: key/values and tensor infos, no data."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from struct import calcsize
from typing import TypeAlias, cast

from msgspec import Struct

from provenance.artifacts.source import (
    MAX_TENSORS,
    ArtifactError,
    Cursor,
    Source,
    Tensor,
    check_extents,
)

MAGIC = b"GGUF"
MAX_KEYS = 2_000
"""Real files have fewer than a hundred."""
MAX_KEY = 65_535
MAX_STRING = 1024 * 1024
"""Bytes of one value; chat templates have some ten thousand."""
MAX_ITEMS = 256
"""Elements of an array that is kept; of longer ones only the place is."""
MAX_DIMENSIONS = 4

_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}  # fmt: skip
_TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4),
    27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip
"""Types by number: name, elements of a block, bytes of a block."""


class LongArray(Struct, frozen=True, kw_only=True):
    """An array too long to keep: what its elements are, how many, and where they begin."""

    kind: int
    count: int
    offset: int


Value: TypeAlias = str | int | float | bool | tuple[str | int | float | bool, ...] | LongArray


class GgufHeader(Struct, frozen=True, kw_only=True):
    """The header of one file."""

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]

    def text(self, key: str) -> str:
        """Return a value that is a string, stripped; "" for any other."""
        value = self.metadata.get(key)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the strings of an array that was kept."""
        value = self.metadata.get(key)
        items = value if isinstance(value, tuple) else ()
        return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())


def read_header(source: Source) -> GgufHeader:
    """Return the header of a file.

    Raises:
        ArtifactError: another version, a count or length above its cap, a type that does
            not exist, a key that stands twice, or a file that ends early.
    """
    cursor = Cursor(source)
    if cursor.take(4) != MAGIC:
        raise ArtifactError("it does not begin with GGUF")
    version = cursor.integer(4)
    if version and not version & 0xFFFF:
        cursor.byte_order = "big"
        version = int.from_bytes(version.to_bytes(4, "little"), "big")
    if version not in (1, 2, 3):
        raise ArtifactError(f"version {version}")
    width = 4 if version == 1 else 8  # of every count and length
    tensor_count, key_count = cursor.integer(width), cursor.integer(width)
    if tensor_count > MAX_TENSORS or key_count > MAX_KEYS:
        raise ArtifactError(f"{tensor_count} tensors and {key_count} keys")
    metadata: dict[str, Value] = {}
    for _ in range(key_count):
        key = _string(cursor, width, MAX_KEY)
        if key in metadata:
            raise ArtifactError(f"the key {key[:80]!r} stands twice")
        metadata[key] = _value(cursor, cursor.integer(4), width)
    infos = [_info(cursor, width) for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
        raise ArtifactError(f"an alignment of {str(alignment)[:40]}")
    start = -(-cursor.offset // alignment) * alignment
    tensors = tuple(_tensor(*info, start) for info in infos)
    check_extents(tensors, source.size)
    return GgufHeader(version=version, metadata=metadata, tensors=tensors)


def _string(cursor: Cursor, width: int, limit: int) -> str:
    length = cursor.integer(width)
    if length > limit:
        raise ArtifactError(f"a string of {length} bytes")
    return cursor.take(length).decode("utf-8", "replace")


def _value(cursor: Cursor, kind: int, width: int) -> Value:
    if kind == _ARRAY:
        return _array(cursor, width)
    if kind == _STRING:
        return _string(cursor, width, MAX_STRING)
    if kind not in _NUMBERS:
        raise ArtifactError(f"a value of type {kind}")
    (number,) = cursor.numbers(_NUMBERS[kind], 1)
    return cast("int | float | bool", number)


def _array(cursor: Cursor, width: int) -> Value:
    """Return a short array, or go over a long one. Arrays of arrays no known program writes."""
    kind, count = cursor.integer(4), cursor.integer(width)
    if kind != _STRING and kind not in _NUMBERS:
        raise ArtifactError(f"an array of type {kind}")
    if count <= MAX_ITEMS and kind == _STRING:
        return tuple(_string(cursor, width, MAX_STRING) for _ in range(count))
    if count <= MAX_ITEMS:
        return cursor.numbers(_NUMBERS[kind], count)
    offset = cursor.offset
    if kind == _STRING:
        cursor.skip_strings(count, width)
    else:
        cursor.skip(count * calcsize(f"={_NUMBERS[kind]}"))
    return LongArray(kind=kind, count=count, offset=offset)


def _info(cursor: Cursor, width: int) -> tuple[str, tuple[int, ...], int, int]:
    name = _string(cursor, width, MAX_KEY)
    dimensions = cursor.integer(4)
    if dimensions > MAX_DIMENSIONS:
        raise ArtifactError(f"tensor {name[:80]!r} has {dimensions} dimensions")
    shape = tuple(cursor.integer(width) for _ in range(dimensions))
    return name, shape, cursor.integer(4), cursor.integer(8)


def _tensor(name: str, shape: tuple[int, ...], kind: int, offset: int, start: int) -> Tensor:
    dtype, elements, size = _TYPES.get(kind, (f"type {kind}", 1, 0))
    if shape and shape[0] % elements:
        raise ArtifactError(f"tensor {name[:80]!r} has rows that are no whole blocks")
    length = prod(shape) // elements * size if size else None
    return Tensor(name=name, dtype=dtype, shape=shape, offset=start + offset, length=length)
