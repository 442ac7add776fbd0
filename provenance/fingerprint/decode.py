"""Bytes of tensors as numbers: plain types, the 8-bit floats, and GGUF's common blocks.

A scale that a whole row or a whole block of rows shares is left out where the format keeps
it elsewhere (8-bit integers, 8-bit floats): every test divides it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provenance.artifacts.source import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

_PLAIN = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1"}
_BLOCKS = {
    "Q8_0": (32, 34), "Q4_0": (32, 18), "Q4_1": (32, 20), "Q5_0": (32, 22), "Q5_1": (32, 24),
    "Q4_K": (256, 144), "Q5_K": (256, 176), "Q6_K": (256, 210),
}  # fmt: skip
"""Elements and bytes of a block."""
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1}


def row_bytes(dtype: str, elements: int) -> int | None:
    """Return the bytes of a row; None for a type that is not read, or a row of broken blocks."""
    if dtype in _BYTES:
        return _BYTES[dtype] * elements
    block, size = _BLOCKS.get(dtype, (0, 0))
    return elements // block * size if block and elements % block == 0 else None


def decode(data: bytes, dtype: str) -> Floats:
    """Return the numbers in some bytes.

    Raises:
        ArtifactError: a type that is not read, or bytes that are no whole elements.
    """
    import numpy as np

    if dtype in _PLAIN:
        width = _BYTES[dtype]
        if len(data) % width:
            raise ArtifactError(f"{len(data)} bytes are no whole numbers of type {dtype}")
        with np.errstate(over="ignore", invalid="ignore"):
            return np.frombuffer(data, _PLAIN[dtype]).astype(np.float32)
    if dtype == "BF16":
        if len(data) % 2:
            raise ArtifactError(f"{len(data)} bytes are no whole numbers of type BF16")
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    if dtype in ("F8_E4M3", "F8_E5M2"):
        return _small_floats(dtype)[np.frombuffer(data, np.uint8)]
    if dtype not in _BLOCKS or len(data) % _BLOCKS[dtype][1]:
        raise ArtifactError(f"{len(data)} bytes of type {dtype} cannot be read")
    blocks = np.frombuffer(data, np.uint8).reshape(-1, _BLOCKS[dtype][1])
    with np.errstate(over="ignore", invalid="ignore"):
        numbers: Floats = _READERS[dtype](blocks).astype(np.float32).reshape(-1)
    return numbers


def _small_floats(dtype: str) -> Floats:
    """Return the value of each of the 256 codes; E4M3 has no infinity."""
    import numpy as np

    mantissa_bits, bias = (3, 7) if dtype == "F8_E4M3" else (2, 15)
    codes = np.arange(256)
    mantissa = codes & ((1 << mantissa_bits) - 1)
    exponent = (codes & 0x7F) >> mantissa_bits
    fraction = mantissa / (1 << mantissa_bits)
    values = np.where(
        exponent == 0, fraction * 2.0 ** (1 - bias), (1 + fraction) * 2.0 ** (exponent - bias)
    )
    last = codes & 0x7F
    if dtype == "F8_E4M3":
        values[last == 0x7F] = np.nan
    else:
        values[last == 0x7C] = np.inf
        values[last > 0x7C] = np.nan
    return np.where(codes & 0x80, -values, values).astype(np.float32)


# -- GGUF blocks: one row of `blocks` is one block --------------------------------------


def _half(blocks: Any, at: int) -> Any:
    return blocks[:, at : at + 2].copy().view("<f2").astype("f4")


def _nibbles(quants: Any) -> Any:
    import numpy as np

    return np.concatenate([quants & 15, quants >> 4], axis=-1)


def _fifth_bits(blocks: Any, at: int) -> Any:
    import numpy as np

    bits = blocks[:, at : at + 4].copy().view("<u4")
    return ((bits >> np.arange(32, dtype=np.uint32)) & 1).astype(np.int32) << 4


def _q8_0(blocks: Any) -> Any:
    return _half(blocks, 0) * blocks[:, 2:].copy().view("i1")


def _q4_0(blocks: Any) -> Any:
    return _half(blocks, 0) * (_nibbles(blocks[:, 2:]).astype("i4") - 8)


def _q4_1(blocks: Any) -> Any:
    return _half(blocks, 0) * _nibbles(blocks[:, 4:]) + _half(blocks, 2)


def _q5_0(blocks: Any) -> Any:
    return _half(blocks, 0) * ((_nibbles(blocks[:, 6:]) | _fifth_bits(blocks, 2)) - 16)


def _q5_1(blocks: Any) -> Any:
    return _half(blocks, 0) * (_nibbles(blocks[:, 8:]) | _fifth_bits(blocks, 4)) + _half(blocks, 2)


def _six_bit_scales(packed: Any) -> tuple[Any, Any]:
    """Return the eight scales and eight minima packed in twelve bytes."""
    import numpy as np

    low, middle, high = packed[:, 0:4], packed[:, 4:8], packed[:, 8:12]
    scales = np.concatenate([low & 63, (high & 15) | (low >> 6 << 4)], axis=1)
    minima = np.concatenate([middle & 63, (high >> 4) | (middle >> 6 << 4)], axis=1)
    return scales, minima


def _with_scales(blocks: Any, quants: Any) -> Any:
    scales, minima = _six_bit_scales(blocks[:, 4:16])
    steps = (_half(blocks, 0) * scales)[:, :, None]
    return (steps * quants - (_half(blocks, 2) * minima)[:, :, None]).reshape(len(blocks), 256)


def _q4_k(blocks: Any) -> Any:
    quants = _nibbles(blocks[:, 16:].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    return _with_scales(blocks, quants)


def _q5_k(blocks: Any) -> Any:
    import numpy as np

    quants = _nibbles(blocks[:, 48:].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    high = (blocks[:, None, 16:48] >> np.arange(8, dtype=np.uint8)[None, :, None]) & 1
    return _with_scales(blocks, quants | (high << 4))


def _q6_k(blocks: Any) -> Any:
    import numpy as np

    low = _nibbles(blocks[:, :128].reshape(-1, 2, 64)).reshape(-1, 2, 4, 32)
    shifts = np.array([0, 2, 4, 6], np.uint8)[None, None, :, None]
    high = (blocks[:, 128:192].reshape(-1, 2, 1, 32) >> shifts) & 3
    quants = (low | (high << 4)).astype("i4").reshape(-1, 16, 16) - 32
    scales = blocks[:, 192:208].copy().view("i1").astype("f4")
    return ((_half(blocks, 208) * scales)[:, :, None] * quants).reshape(len(blocks), 256)


_READERS: dict[str, Callable[[Any], Any]] = {
    "Q8_0": _q8_0, "Q4_0": _q4_0, "Q4_1": _q4_1, "Q5_0": _q5_0, "Q5_1": _q5_1,
    "Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k,
}  # fmt: skip
