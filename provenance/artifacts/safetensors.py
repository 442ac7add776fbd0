"""safetensors: a length, a JSON object of tensors and ``__metadata__``, then the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

from msgspec import Struct

from provenance.artifacts.source import (
    MAX_TENSORS,
    ArtifactError,
    Source,
    Tensor,
    check_extents,
    exactly,
)

MAX_HEADER = 16 * 1024 * 1024
"""Bytes; headers are 110 bytes a tensor, and the format itself ends at 100 MB."""

_MAX_QUOTES = 15 * MAX_TENSORS
"""Ten a tensor, and as many as half of that in the metadata."""

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
"""Bits an element takes; a type that is not here is kept, its extent not checked."""


class SafetensorsHeader(Struct, frozen=True, kw_only=True):
    """The header of one file."""

    metadata: Mapping[str, str]
    tensors: tuple[Tensor, ...]


def is_safetensors(head: bytes) -> bool:
    """Tell whether a file that begins so can only be safetensors."""
    return head[8:10] in (b'{"', b"{}") and 2 <= int.from_bytes(head[:8], "little") < 1 << 27


def read_header(source: Source) -> SafetensorsHeader:
    """Return the header of a file.

    Raises:
        ArtifactError: too large, not JSON of the right shape, or tensors that overlap,
            leave holes, contradict their type, or lie outside the file.
    """
    length = int.from_bytes(exactly(source, 0, 8), "little")
    if length > MAX_HEADER:
        raise ArtifactError(f"a header of {length} bytes")
    loaded = _load(exactly(source, 8, length))
    metadata = loaded.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise ArtifactError("__metadata__ is no object")
    start = 8 + length
    tensors = tuple(_tensor(name, entry, start) for name, entry in loaded.items())
    check_extents(tensors, source.size)
    if start + sum(tensor.length or 0 for tensor in tensors) != source.size:
        raise ArtifactError("the tensors do not fill the file")
    return SafetensorsHeader(
        metadata={key: value for key, value in metadata.items() if isinstance(value, str)},
        tensors=tensors,
    )


def _load(data: bytes) -> dict[str, Any]:
    # Three brackets and ten quotes a tensor: what has more would only cost memory and time.
    if data.count(b"[") + data.count(b"{") > 3 * MAX_TENSORS + 2:
        raise ArtifactError(f"more than {MAX_TENSORS} tensors")
    if data.count(b'"') > _MAX_QUOTES:
        raise ArtifactError("more texts than tensors could have")
    try:
        loaded = json.loads(data, object_pairs_hook=_unique)
    except ArtifactError:
        raise
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"the header is no JSON ({type(error).__name__})") from error
    if not isinstance(loaded, dict):
        raise ArtifactError("the header is no JSON object")
    return loaded


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ArtifactError("the header has a key twice")
    return found


def _tensor(name: str, entry: Any, start: int) -> Tensor:
    if not isinstance(entry, dict):
        raise ArtifactError(f"tensor {name[:80]!r} is no object")
    dtype: Any = entry.get("dtype")
    shape: Any = entry.get("shape")
    offsets: Any = entry.get("data_offsets")
    if not isinstance(dtype, str) or not _naturals(shape) or not _naturals(offsets):
        raise ArtifactError(f"tensor {name[:80]!r} has no proper dtype, shape and data_offsets")
    if len(offsets) != 2 or offsets[1] < offsets[0]:
        raise ArtifactError(f"tensor {name[:80]!r} ends before it begins")
    length = offsets[1] - offsets[0]
    bits = _BITS.get(dtype)
    if bits is not None and prod(shape) * bits != length * 8:
        raise ArtifactError(f"tensor {name[:80]!r} is not as long as its shape and dtype say")
    return Tensor(
        name=name, dtype=dtype, shape=tuple(shape), offset=start + offsets[0], length=length
    )


def _naturals(value: Any) -> bool:
    """Tell whether a value is a short list of natural numbers below 2**63."""
    return (
        isinstance(value, list)
        and len(value) <= 32
        and all(type(item) is int and 0 <= item < 1 << 63 for item in value)
    )
