"""Bytes as numbers, against values worked out by hand."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from provenance.artifacts.source import ArtifactError
from provenance.fingerprint.decode import decode, row_bytes


def half(value: float) -> bytes:
    return struct.pack("<e", value)


@pytest.mark.parametrize(
    ("dtype", "data", "values"),
    [
        ("F32", struct.pack("<2f", 1.5, -2.0), [1.5, -2.0]),
        ("F16", half(0.5) + half(-3.0), [0.5, -3.0]),
        ("BF16", b"\x80\x3f\x20\xc0", [1.0, -2.5]),
        ("I8", b"\x01\xff", [1.0, -1.0]),
        ("F8_E4M3", bytes([0x38, 0xB8, 0x7E, 0x01]), [1.0, -1.0, 448.0, 2.0**-9]),
        ("F8_E5M2", bytes([0x3C, 0xC0, 0x7B]), [1.0, -2.0, 57344.0]),
    ],
)
def test_plain_types(dtype: str, data: bytes, values: list[float]) -> None:
    assert decode(data, dtype).tolist() == values


def test_not_a_number_stays_one() -> None:
    assert np.isnan(decode(b"\x7f", "F8_E4M3")[0])
    assert np.isinf(decode(b"\x7c", "F8_E5M2")[0])


def test_q8_0() -> None:
    block = half(0.5) + bytes(range(32))
    assert decode(block, "Q8_0").tolist() == [0.5 * i for i in range(32)]


def test_q4_0_has_low_nibbles_first() -> None:
    block = half(2.0) + bytes([0x1F] * 16)  # 15 - 8 = 7 and 1 - 8 = -7
    assert decode(block, "Q4_0").tolist() == [14.0] * 16 + [-14.0] * 16


def test_q4_1_and_q5() -> None:
    assert decode(half(2.0) + half(1.0) + bytes([0x21] * 16), "Q4_1").tolist() == (
        [3.0] * 16 + [5.0] * 16
    )
    # The fifth bit of the first element alone: (0 | 16) - 16 = 0, all others 0 - 16.
    q5 = decode(half(1.0) + struct.pack("<I", 1) + bytes(16), "Q5_0")
    assert q5.tolist() == [0.0] + [-16.0] * 31
    q51 = decode(half(1.0) + half(0.5) + struct.pack("<I", 1 << 31) + bytes(16), "Q5_1")
    assert q51.tolist() == [0.5] * 31 + [16.5]


def packed_scales(scales: list[int], minima: list[int]) -> bytes:
    low = [scales[i] | (scales[i + 4] >> 4 << 6) for i in range(4)]
    middle = [minima[i] | (minima[i + 4] >> 4 << 6) for i in range(4)]
    high = [(scales[i + 4] & 15) | ((minima[i + 4] & 15) << 4) for i in range(4)]
    return bytes(low + middle + high)


def test_q4_k_scales_reach_over_the_packing() -> None:
    scales, minima = [1, 2, 3, 4, 17, 34, 51, 63], [0, 0, 0, 0, 5, 20, 40, 63]
    quants = bytes([0x21] * 128)  # ones in even sub-blocks, twos in odd ones
    block = half(1.0) + half(1.0) + packed_scales(scales, minima) + quants
    values = decode(block, "Q4_K").reshape(8, 32)
    expected = [s * (1 + i % 2) - m for i, (s, m) in enumerate(zip(scales, minima, strict=True))]
    assert values[:, 0].tolist() == values[:, 31].tolist() == expected


def test_q5_k_takes_its_fifth_bit_from_the_sub_blocks_place() -> None:
    block = half(1.0) + half(0.0) + packed_scales([1] * 8, [0] * 8)
    values = decode(block + bytes([0b10000001] + [0] * 31) + bytes(128), "Q5_K").reshape(8, 32)
    assert values[:, 0].tolist() == [16.0, 0, 0, 0, 0, 0, 0, 16.0]
    assert not values[:, 1:].any()


def test_q6_k() -> None:
    low, high = bytearray(128), bytearray(64)
    low[0], high[0] = 0x21, 0b11_10_01_00
    scales = bytes([1] * 15 + [0xFE])  # the last sixteen: minus two
    values = decode(bytes(low) + bytes(high) + scales + half(1.0), "Q6_K")
    # element 0: 1 | 0; 32: nibble of low[32] | 1 << 4; 64: 2 | 2 << 4; 96: 0 | 3 << 4
    assert [values[i] for i in (0, 32, 64, 96)] == [1 - 32, 16 - 32, 34 - 32, 48 - 32]
    assert values[1] == -32
    assert values[255] == 64.0


@pytest.mark.parametrize(("dtype", "data"), [("F32", b"123"), ("Q8_0", b"1"), ("IQ2_S", b"1")])
def test_what_cannot_be_read_is_refused(dtype: str, data: bytes) -> None:
    with pytest.raises(ArtifactError):
        decode(data, dtype)


def test_rows() -> None:
    assert row_bytes("BF16", 10) == 20
    assert row_bytes("Q4_K", 512) == 288
    assert row_bytes("Q4_K", 100) is None
    assert row_bytes("U32", 8) is None
