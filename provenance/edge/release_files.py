"""The metadata of one release, by the file of it that an index offers."""

from __future__ import annotations

import hashlib

from provenance.artifacts import core_metadata
from provenance.artifacts.sdist import read_pkg_info
from provenance.artifacts.source import ArtifactError
from provenance.edge.addresses import origin_of
from provenance.edge.index_environment import Index
from provenance.edge.index_http import Fetcher, FetchError
from provenance.edge.remote_wheel import RemoteWheel
from provenance.edge.simple_page import File

MAX_METADATA = 4 * 1024 * 1024
"""Bytes of one metadata file; it may hold a whole manual as its description."""
MAX_ARCHIVE = 8 * 1024 * 1024
"""Bytes of a source archive that is fetched for its metadata, where no wheel is to be had."""
MAX_LICENSE = 8 * 1024
"""Bytes read of a license file: its title is wanted."""


class Failure(Exception):
    """Why a release has no metadata, in the words of a gap."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def metadata_of(fetcher: Fetcher, index: Index, file: File) -> tuple[bytes, bool]:
    """Return a release's metadata, and whether it had to be asked for.

    Of a wheel, that is the file beside it, which is asked for even where the page does not
    announce it, since mirrors drop that; else the one inside it. Of a release that has only a
    source archive, what stands in that, if it is small.

    Raises:
        Failure, FetchError: there is none.
    """
    auth = _auth(index, file)
    if file.metadata or file.name.endswith(".whl"):
        try:
            answer = fetcher.get(f"{file.url}.metadata", limit=MAX_METADATA, auth=auth)
        except FetchError as error:
            if error.reason != "not-found":
                raise
        else:
            if file.digest and hashlib.sha256(answer.body).hexdigest() != file.digest:
                raise Failure("invalid-response", "the digest is not the one the page gives")
            return answer.body, answer.asked
    try:
        if file.name.endswith(".whl"):
            return RemoteWheel(fetcher, file.url, auth).metadata(MAX_METADATA), True
        if file.name.endswith(".tar.gz"):
            archive = fetcher.get(file.url, limit=MAX_ARCHIVE, auth=auth)
            return read_pkg_info(archive.body, MAX_METADATA), archive.asked
    except ArtifactError as error:
        raise Failure("invalid-response", f"{file.name}: {error.detail}") from None
    except FetchError as error:
        if error.reason not in ("not-found", "invalid-response", "too-large"):
            raise
        raise Failure("no-metadata", f"{file.name}: {error.detail}") from None
    raise Failure("no-metadata", f"{file.name}: neither a wheel nor a source archive")


def license_text(fetcher: Fetcher, index: Index, file: File, header: bytes) -> str:
    """Return the beginning of a wheel's license file where its metadata names no license.

    An answer is never needed: whatever is in the way, there is none.
    """
    said = core_metadata.read(header)
    if said.license_expression or said.license or said.classifiers:
        return ""
    if not file.name.endswith(".whl"):
        return ""
    try:
        text = RemoteWheel(fetcher, file.url, _auth(index, file)).license(MAX_LICENSE)
    except (ArtifactError, FetchError):
        return ""
    return text.decode("utf-8", "replace")


def _auth(index: Index, file: File) -> tuple[str, str] | None:
    """Return the index's credentials where the file is on the same server."""
    return index.auth if origin_of(file.url) == origin_of(index.url) else None
