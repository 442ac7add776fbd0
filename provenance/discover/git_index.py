"""What git tracks: a file that the index has is part of the tree, whatever ``.gitignore`` says.

The index is read and git not run: what a repository configures could start programs. The
format is that of https://git-scm.com/docs/index-format, versions 2 to 4.
"""

from __future__ import annotations

import struct
from pathlib import Path

from provenance.discover.reading import read_bytes

MAX_INDEX_BYTES = 64 * 1024 * 1024
"""An index has about a hundred bytes for a file."""
_HEADER = struct.Struct(">4sII")
_STAT_BYTES = 40
_EXTENDED = 0x4000
_LENGTH = 0x0FFF
_HASHES = (20, 32)


def tracked(root: Path) -> frozenset[str]:
    """Return the paths that the index of a working tree has, and their folders with a slash.

    Args:
        root: the top of the working tree. Anything else has none, nor has a linked working
            tree, whose index lies outside.
    """
    data = read_bytes(root / ".git" / "index", MAX_INDEX_BYTES)
    if not data or len(data) < _HEADER.size:
        return frozenset()
    magic, version, count = _HEADER.unpack_from(data)
    if magic != b"DIRC" or version not in (2, 3, 4):
        return frozenset()
    for size in _HASHES:
        names = _names(data, version, count, size)
        if names is not None:
            return frozenset(names | {folder for name in names for folder in _above(name)})
    return frozenset()


def _names(data: bytes, version: int, count: int, hash_bytes: int) -> set[str] | None:
    """Return the names of an index's entries; None when it does not read as one."""
    found: set[str] = set()
    fixed = _STAT_BYTES + hash_bytes + 2
    start, previous = _HEADER.size, b""
    for _ in range(count):
        at = start + fixed
        if at > len(data):
            return None
        flags = int.from_bytes(data[at - 2 : at], "big")
        if flags & _EXTENDED and version > 2:
            at += 2
        if version == 4:
            dropped, at = _varint(data, at)
            previous = previous[: max(0, len(previous) - dropped)]
        end = data.find(b"\x00", at)
        if end < 0:
            return None
        name = previous + data[at:end] if version == 4 else data[at:end]
        if flags & _LENGTH != min(len(name), _LENGTH):
            return None  # hashes of another size
        previous = name
        found.add(name.decode("utf-8", "surrogateescape"))
        # Before version 4, entries are padded with zeros to eight bytes.
        start = end + 1 if version == 4 else start + ((end - start) // 8 + 1) * 8
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, as git's packs have it, and where it ends."""
    value = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value = (value << 7) + (byte & 0x7F)
        if not byte & 0x80 or value > MAX_INDEX_BYTES:
            break
        value += 1
    return value, at


def _above(name: str) -> list[str]:
    """Return the folders on the way to a name, each with a slash behind it."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: size + 1]) + "/" for size in range(len(parts))]
