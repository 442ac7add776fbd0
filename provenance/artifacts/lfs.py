"""Git LFS pointers: the few lines that stand in a checkout where a large file belongs."""

from __future__ import annotations

import re

from msgspec import Struct

from provenance.artifacts.source import ArtifactError
from provenance.patterns import lazy

_VERSION = b"version https://git-lfs.github.com/spec/v1\n"
_MAX_BYTES = 1024
_OID = lazy(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = lazy(rb"^size (\d{1,18})$", re.MULTILINE)


class Pointer(Struct, frozen=True, kw_only=True):
    """What identifies the file that is not here."""

    sha256: str
    size: int


def read_pointer(data: bytes) -> Pointer | None:
    """Return what a pointer points to; None for any other file.

    Raises:
        ArtifactError: a pointer without digest or size.
    """
    data = data.replace(b"\r\n", b"\n") if len(data) <= _MAX_BYTES else data
    if not data.startswith(_VERSION) or len(data) > _MAX_BYTES:
        return None
    oid, size = _OID.search(data), _SIZE.search(data)
    if oid is None or size is None:
        raise ArtifactError("a pointer without digest or size")
    return Pointer(sha256=oid.group(1).decode(), size=int(size.group(1)))
