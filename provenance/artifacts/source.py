"""What every reader of artifacts stands on: bytes by offset, a cursor with a budget, an error."""

from __future__ import annotations

import struct
from typing import Any, Literal, Protocol

from msgspec import Struct

MAX_METADATA = 24 * 1024 * 1024
"""Bytes of header one reader fetches at most; tokenizers of 262,144 words need some 16 MB."""

MAX_TENSORS = 100_000
"""Tensors of one file; the largest mixtures of experts known have half as many."""

CHUNK = 64 * 1024

ByteOrder = Literal["little", "big"]


class ArtifactError(ValueError):
    """An artifact is not what its format demands; ``detail`` says in what."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Source(Protocol):
    """A file by offset: on disk, in memory, or behind range requests."""

    @property
    def size(self) -> int:
        """Bytes of the whole file."""

    def read(self, offset: int, length: int, /) -> bytes:
        """Return up to ``length`` bytes from ``offset``; fewer at the end of the file."""


class Tensor(Struct, frozen=True, kw_only=True):
    """One array of a file, and where its bytes lie in it."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    """In the order the format writes it: GGUF has the fastest dimension first."""
    offset: int
    """From the beginning of the file."""
    length: int | None
    """Bytes; None where the type's size is not known to us."""


def exactly(source: Source, offset: int, length: int) -> bytes:
    """Return just these bytes.

    Raises:
        ArtifactError: the file ends before, or could not be read.
    """
    if offset < 0 or length < 0 or offset + length > source.size:
        raise ArtifactError(f"the file of {source.size} bytes ends early")
    data = source.read(offset, length)
    if len(data) != length:
        raise ArtifactError(f"{length} bytes at {offset} could not be read")
    return data


def check_extents(tensors: tuple[Tensor, ...], size: int) -> None:
    """Refuse tensors that overlap or reach beyond the file of ``size`` bytes."""
    end, before = 0, ""
    for tensor in sorted(tensors, key=lambda t: (t.offset, t.length or 0)):
        if tensor.offset < end:
            raise ArtifactError(f"tensors {before!r} and {tensor.name!r} overlap")
        if tensor.offset + (tensor.length or 0) > size:
            raise ArtifactError(f"tensor {tensor.name!r} ends beyond the file of {size} bytes")
        if tensor.length:
            end, before = tensor.offset + tensor.length, tensor.name


class Cursor:
    """Reads a file forward in chunks, at most ``budget`` bytes of it."""

    def __init__(self, source: Source, offset: int = 0, *, budget: int = MAX_METADATA) -> None:
        self._source = source
        self._left = budget
        self._base = offset
        self._buffer = b""
        self._at = 0
        self.byte_order: ByteOrder = "little"

    @property
    def offset(self) -> int:
        """Where in the file the next byte is taken from."""
        return self._base + self._at

    def at_end(self) -> bool:
        """Tell whether the whole file is behind."""
        return self.offset >= self._source.size

    def take(self, length: int) -> bytes:
        """Return the next ``length`` bytes."""
        end = self._at + length
        if end > len(self._buffer):
            self._fill(length)
            end = length
        data = self._buffer[self._at : end]
        self._at = end
        return data

    def skip(self, length: int) -> None:
        """Go forward, over what is not read."""
        if length < 0 or self.offset + length > self._source.size:
            raise ArtifactError(f"the file of {self._source.size} bytes ends early")
        self._at += length

    def numbers(self, code: str, count: int) -> tuple[Any, ...]:
        """Return so many numbers, their type a code of :mod:`struct`."""
        layout = f"{'<' if self.byte_order == 'little' else '>'}{count}{code}"
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def integer(self, width: int) -> int:
        """Return one unsigned integer of ``width`` bytes."""
        return int.from_bytes(self.take(width), self.byte_order)

    def skip_strings(self, count: int, width: int) -> None:
        """Go over ``count`` strings, each behind its length of ``width`` bytes.

        Vocabularies have them by the hundred thousand: one loop over the buffer.
        """
        order = self.byte_order
        while count:
            if self._at + width > len(self._buffer):
                self._fill(width)
            buffer, at, last = self._buffer, self._at, len(self._buffer) - width
            while count and at <= last:
                at += width + int.from_bytes(buffer[at : at + width], order)
                count -= 1
            distance, self._at = at - self._at, self._at
            self.skip(distance)

    def _fill(self, length: int) -> None:
        """Make the buffer start here and hold at least ``length`` bytes."""
        here = self.offset
        have = self._buffer[self._at :]
        missing = length - len(have)
        if here + length > self._source.size:
            raise ArtifactError(f"the file of {self._source.size} bytes ends early")
        if missing > self._left:
            raise ArtifactError("the header is larger than what is read of one")
        start = here + len(have)
        wanted = min(max(missing, CHUNK), self._left, self._source.size - start)
        fetched = exactly(self._source, start, wanted)
        self._left -= wanted
        self._base, self._buffer, self._at = here, have + fetched, 0
