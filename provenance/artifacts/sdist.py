"""The ``PKG-INFO`` of a source archive: its header, without unpacking anything."""

from __future__ import annotations

import io

from provenance.artifacts.source import ArtifactError
from provenance.patterns import lazy

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes that are unpacked in search of it; it stands among the first or the last members."""
MAX_MEMBERS = 20_000
_INFO = lazy(r"[^/]+/PKG-INFO")


def read_pkg_info(data: bytes, limit: int) -> bytes:
    """Return the metadata at the top of a ``.tar.gz`` source archive.

    Raises:
        ArtifactError: it has none, or it is no such archive.
    """
    import gzip
    import tarfile
    import zlib

    try:
        with (
            gzip.GzipFile(fileobj=io.BytesIO(data)) as stream,
            tarfile.open(fileobj=_Bounded(stream), mode="r|") as archive,
        ):
            for number, member in enumerate(archive):
                if number > MAX_MEMBERS:
                    break
                if member.isfile() and _INFO.fullmatch(member.name):
                    content = archive.extractfile(member)
                    return content.read(limit) if content else b""
    except ArtifactError:
        raise
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, OverflowError,
            RecursionError) as error:  # fmt: skip
        raise ArtifactError(f"no readable source archive ({type(error).__name__})") from error
    raise ArtifactError("a source archive without PKG-INFO")


class _Bounded(io.RawIOBase):
    """What is unpacked, up to a budget."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._left = MAX_UNPACKED

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = self._left if size is None or size < 0 else size
        if size > self._left:
            raise ArtifactError(f"more than {MAX_UNPACKED} bytes unpacked")
        data = self._stream.read(size)
        self._left -= len(data)
        return data
