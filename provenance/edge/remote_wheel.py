"""Texts inside a wheel that lies on an index: read by ranges, never the whole file."""

from __future__ import annotations

import re

from provenance.artifacts.source import ArtifactError
from provenance.artifacts.zipped import read_member
from provenance.edge.index_http import Answer, Fetcher
from provenance.patterns import lazy

_TAIL = 64 * 1024
"""Read first: the directory's end, and mostly the metadata that writers put before it."""
_BLOCK = 32 * 1024
_MAX_READS = 16
_METADATA = lazy(r"[^/]+\.dist-info/METADATA")
_LICENSE = lazy(
    r"[^/]+\.dist-info/(?:[^/]+/)*(?:LICEN[CS]E|COPYING)(?:\.(?:txt|md|rst))?", re.IGNORECASE
)


class RemoteWheel:
    """A wheel on an index, some of its texts.

    Raises, as its methods do:
        FetchError: the server has no such file, or sends no parts of files.
        ArtifactError: it is no wheel, or one without such a text.
    """

    def __init__(self, fetcher: Fetcher, url: str, auth: tuple[str, str] | None) -> None:
        self._source = _Remote(fetcher, url, auth)

    def metadata(self, limit: int) -> bytes:
        """Return its ``METADATA``."""
        return read_member(self._source, _METADATA, limit)

    def license(self, limit: int) -> bytes:
        """Return the beginning of its license file."""
        return read_member(self._source, _LICENSE, limit)


class _Remote:
    """A file behind range requests, its end and the block read last kept at hand."""

    def __init__(self, fetcher: Fetcher, url: str, auth: tuple[str, str] | None) -> None:
        self._fetcher = fetcher
        self._url = url
        self._auth = auth
        self._reads = 0
        answer = self._part(f"-{_TAIL}", _TAIL)
        self.size = answer.whole
        if self.size < len(answer.body):
            raise ArtifactError("its size is not given")
        self._kept = [(self.size - len(answer.body), answer.body), (0, b"")]

    def read(self, offset: int, length: int) -> bytes:
        """Return up to ``length`` bytes from ``offset``; fewer at the end of the file."""
        end = min(offset + length, self.size)
        if end <= offset:
            return b""
        for start, data in self._kept:
            if start <= offset and end <= start + len(data):
                return data[offset - start : end - start]
        wanted = min(max(end - offset, _BLOCK), self.size - offset)
        block = self._part(f"{offset}-{offset + wanted - 1}", wanted).body
        self._kept[1] = (offset, block)
        return block[: end - offset]

    def _part(self, part: str, limit: int) -> Answer:
        self._reads += 1
        if self._reads > _MAX_READS:
            raise ArtifactError(f"more than {_MAX_READS} parts were asked for")
        return self._fetcher.get(self._url, limit=limit, auth=self._auth, part=part)
