"""Files of weights made byte by byte, and a source that counts what is read of them."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence

from provenance.artifacts.source import ArtifactError


class Bytes:
    """A source in memory; ``got`` counts the bytes handed out."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self.data = data
        self.size = len(data) if size is None else size
        self.got = 0

    def read(self, offset: int, length: int) -> bytes:
        data = self.data[offset : offset + length]
        self.got += len(data)
        return data


def detail(call, *arguments) -> str:
    """What an artifact is refused for; "" when it is not."""
    try:
        call(*arguments)
    except ArtifactError as error:
        return error.detail
    return ""


# -- safetensors ----------------------------------------


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A file with a header (JSON text or value) and whatever follows."""
    text = header.encode() if isinstance(header, str) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def floats(*offsets: int, **metadata: str) -> dict[str, object]:
    """A header with one float32 tensor between each two offsets."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    for number, (begin, end) in enumerate(zip(offsets[::2], offsets[1::2], strict=True)):
        header[f"t{number}"] = {
            "dtype": "F32", "shape": [(end - begin) // 4], "data_offsets": [begin, end],
        }  # fmt: skip
    return header


# -- GGUF ----------------------------------------


def gguf(
    values: Mapping[str, object] | Sequence[tuple[str, object]] = (),
    tensors: Sequence[tuple[str, Sequence[int], int, int]] = (), *,
    version: int = 3, order: str = "<", data: bytes = b"", counts: tuple[int, int] | None = None,
) -> bytes:  # fmt: skip
    """A file of (name, shape, type, offset) tensors; strings, ints, floats, lists as values.

    A value given as bytes stands as it is, its type number included.
    """
    size = "I" if version == 1 else "Q"
    pairs = list(values.items()) if isinstance(values, Mapping) else list(values)

    def text(value: str) -> bytes:
        return struct.pack(order + size, len(value.encode())) + value.encode()

    def plain(value: object) -> tuple[int, bytes]:
        if isinstance(value, bool):
            return 7, struct.pack("?", value)
        if isinstance(value, int):
            return 4, struct.pack(order + "I", value)
        if isinstance(value, float):
            return 6, struct.pack(order + "f", value)
        assert isinstance(value, str)
        return 8, text(value)

    def typed(value: object) -> bytes:
        if isinstance(value, bytes):
            return value
        if isinstance(value, list):
            kind = plain(value[0])[0] if value else 8
            written = b"".join(plain(item)[1] for item in value)
            return struct.pack(f"{order}II{size}", 9, kind, len(value)) + written
        kind, written = plain(value)
        return struct.pack(order + "I", kind) + written

    made = b"GGUF" + struct.pack(order + "I", version)
    made += struct.pack(f"{order}2{size}", *(counts or (len(tensors), len(pairs))))
    made += b"".join(text(key) + typed(value) for key, value in pairs)
    for name, shape, kind, offset in tensors:
        made += text(name) + struct.pack(order + "I", len(shape))
        made += struct.pack(f"{order}{len(shape)}{size}", *shape)
        made += struct.pack(order + "IQ", kind, offset)
    return made + bytes(-len(made) % 32) + data


# -- ONNX ----------------------------------------


def varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a message: a number, or bytes behind their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def onnx(metadata: Mapping[str, str] | None = None, graph: bytes = b"\x12\x01g") -> bytes:
    """A model whose metadata stands after its graph, as onnxruntime's tools write it."""
    made = field(1, 8) + field(2, "acme-exporter") + field(3, "1.2") + field(7, graph)
    made += field(8, field(2, 17))
    for key, value in (metadata or {}).items():
        made += field(14, field(1, key) + field(2, value))
    return made


# -- zip files ----------------------------------------


def archive(*names: str, content: bytes = b"\x80\x02.") -> bytes:
    """A zip file with members of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()
