"""Bytes to text for hand-written files, and where a string stands in them."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

from provenance.patterns import lazy

if TYPE_CHECKING:
    from provenance.extract.collect import Collector

_CODING = lazy(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text of a file and whether it had to be read with losses.

    Honours a byte order mark, then a PEP 263 coding line, then UTF-8; what is none
    of these is read as Latin-1, which never fails, and reported as lossy.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name), False
            except UnicodeDecodeError:
                return data.decode(name, "replace"), True
    for line in data.split(b"\n", 2)[:2]:
        match = _CODING.match(line)
        if match:
            try:
                return data.decode(match.group(1).decode("ascii")), False
            except (LookupError, UnicodeDecodeError, ValueError):
                break
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def as_utf8(data: bytes) -> bytes:
    """Return a source as UTF-8, so far as it can be told that it is written otherwise."""
    if b"\x00" in data[:4096] or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)[0].encode("utf-8", "replace")
    return data


def decoded(data: bytes, collector: Collector) -> str:
    """Return the text of a file; a gap says when it had to be read with losses."""
    text, lossy = decode(data)
    if lossy:
        collector.gap(collector.path, "undecodable-bytes")
    return text


def bounded(data: bytes, collector: Collector, most: int) -> str | None:
    """Return the text of a file of at most so many bytes; None and a gap for a larger one."""
    if len(data) > most:
        collector.gap(collector.path, "too-large", detail=f"{len(data)} bytes")
        return None
    return decoded(data, collector)


def lines(text: str) -> list[str]:
    """Return the lines as editors count them; ``str.splitlines`` breaks at form feeds as well."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def line_of(text: str, needle: str, start: int = 0) -> int:
    """Return the 1-based line of the first ``needle`` at or after ``start``, else 0."""
    position = text.find(needle, start)
    return text.count("\n", 0, position) + 1 if position >= 0 else 0


def load_object(data: bytes, collector: Collector) -> tuple[dict[str, Any] | None, str]:
    """Return a JSON object and its text; (None, text) and a gap for anything else."""
    found, text = load_json(data, collector)
    if isinstance(found, dict):
        return found, text
    if found is not None:
        collector.gap(collector.path, "malformed-file", detail="no object", format="JSON")
    return None, text


def load_json(data: bytes, collector: Collector) -> tuple[Any, str]:
    """Return a JSON document and its text; (None, text) and a gap when it is malformed."""
    text, _ = decode(data)
    try:
        return json.loads(text), text
    except (ValueError, RecursionError) as error:
        collector.gap(
            collector.path, "malformed-file", getattr(error, "lineno", 0),
            detail=str(error) or type(error).__name__, format="JSON",
        )  # fmt: skip
        return None, text
