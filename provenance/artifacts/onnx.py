"""ONNX: the few fields of the outermost message that name where a model comes from.

A model is one protocol-buffers message (field numbers as in the format's public
definition). Its graph is gone over unread, wherever the fields beside it lie.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from provenance.artifacts.source import ArtifactError, Cursor, Source

MAX_FIELDS = 10_000
MAX_TEXT = 64 * 1024
MAX_ENTRY = 1024 * 1024
"""Bytes of one metadata entry; label lists and small configurations are put there."""

_ENTRY_FIELDS = 16
"""An entry has a key and a value; what other fields a writer adds is few."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_IR_VERSION, _GRAPH, _METADATA = 1, 7, 14
_TEXTS = {2: "producer", 3: "producer_version", 4: "domain"}


class OnnxHeader(Struct, frozen=True, kw_only=True):
    """What a model says about itself outside its graph."""

    ir_version: int
    producer: str
    producer_version: str
    domain: str
    metadata: Mapping[str, str]


def read_header(source: Source) -> OnnxHeader:
    """Return the outer fields of a model.

    Raises:
        ArtifactError: no such message, or one without version or graph, which every
            model has.
    """
    cursor = Cursor(source)
    texts = dict.fromkeys(_TEXTS.values(), "")
    metadata: dict[str, str] = {}
    ir_version, has_graph = 0, False
    for _ in range(MAX_FIELDS):
        if cursor.at_end():
            break
        number, wire = _tag(cursor)
        if number == _IR_VERSION and wire == _VARINT:
            ir_version = _varint(cursor)
        elif number in _TEXTS and wire == _BYTES:
            texts[_TEXTS[number]] = _text(cursor, MAX_TEXT)
        elif number == _METADATA and wire == _BYTES:
            metadata.update([_entry(cursor)])
        else:
            has_graph |= number == _GRAPH and wire == _BYTES
            _skip(cursor, wire)
    else:
        raise ArtifactError(f"more than {MAX_FIELDS} fields")
    if not has_graph or not 0 < ir_version < 1000:
        raise ArtifactError("it has no graph or no version")
    return OnnxHeader(ir_version=ir_version, metadata=metadata, **texts)


def _tag(cursor: Cursor) -> tuple[int, int]:
    tag = _varint(cursor)
    if not tag >> 3:
        raise ArtifactError("a field without number")
    return tag >> 3, tag & 7


def _varint(cursor: Cursor) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = cursor.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1
    raise ArtifactError("a number of more than ten bytes")


def _text(cursor: Cursor, limit: int) -> str:
    """Return a text; "" for one too long to be what we look for."""
    length = _varint(cursor)
    if length > limit:
        cursor.skip(length)
        return ""
    return cursor.take(length).decode("utf-8", "replace")


def _entry(cursor: Cursor) -> tuple[str, str]:
    """Return one key and value of the metadata."""
    length = _varint(cursor)
    if length > MAX_ENTRY:
        cursor.skip(length)
        return "", ""
    end = cursor.offset + length
    pair = {1: "", 2: ""}
    for _ in range(_ENTRY_FIELDS):
        if cursor.offset >= end:
            break
        number, wire = _tag(cursor)
        if number in pair and wire == _BYTES:
            pair[number] = _text(cursor, MAX_ENTRY)
        else:
            _skip(cursor, wire)
    if cursor.offset != end:
        raise ArtifactError("a metadata entry that does not end where it says")
    return pair[1], pair[2]


def _skip(cursor: Cursor, wire: int) -> None:
    if wire == _VARINT:
        _varint(cursor)
    elif wire == _FIXED64:
        cursor.skip(8)
    elif wire == _BYTES:
        cursor.skip(_varint(cursor))
    elif wire == _FIXED32:
        cursor.skip(4)
    else:
        raise ArtifactError(f"a field of wire type {wire}")
