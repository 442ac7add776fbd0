"""Package indexes as a source of declared licenses (the ``PackageIndex`` port)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from msgspec.structs import replace

from provenance import ids
from provenance.artifacts import core_metadata
from provenance.artifacts.source import ArtifactError
from provenance.edge.cache import HTTP, cache_directory
from provenance.edge.index_environment import Index, Indexes, indexes
from provenance.edge.index_http import Fetcher, FetchError
from provenance.edge.index_records import LASTING, IndexRecord, read_record, write_record
from provenance.edge.release_files import Failure, license_text, metadata_of
from provenance.edge.simple_page import ACCEPT, File, PageError, of_version, read_page
from provenance.model import ComponentId, Evidence, Gap, LicenseDeclaration
from provenance.ports import Enrichment

MAX_PAGE = 64 * 1024 * 1024
"""Bytes of one project's page; that of a daily build with years behind it has some ten million."""
WORKERS = 8
_HALTING = ("offline", "rate-limited", "too-many")
"""After one of these the packages that are left would fare no better."""
_PYPI = "pkg:pypi/"


_Pages: TypeAlias = dict[str, tuple[tuple[File, ...], bool]]
"""The files of a project by the address of its page, and whether the network was needed."""


class SimpleIndex:
    """Asks the configured indexes for the metadata files of released Python packages.

    environ: says which indexes, see :mod:`provenance.edge.index_environment`.
    today: ISO date that new records carry.
    cache: folder of all stores; None for the user's own.
    cached: answer from the records and make no request.
    """

    def __init__(
        self, environ: Mapping[str, str], *, today: str, cache: Path | None = None,
        cached: bool = False,
    ) -> None:  # fmt: skip
        self._chosen: Indexes = indexes(environ)
        root = cache or cache_directory()
        self._records = root / "index"
        self._cached = cached
        self._today = today
        self._asked = " ".join(index.url for index in self._chosen.asked)
        self._fetcher = Fetcher(
            cache=root / HTTP, timeout=self._chosen.timeout,
            certificates=self._chosen.certificates,
        )  # fmt: skip
        self._halted: Failure | None = None

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a request was started to, sorted."""
        return tuple(sorted(self._fetcher.traffic.hosts))

    def describe(self, component_ids: Sequence[ComponentId]) -> Enrichment:
        """Return what metadata files declare of the given ids; failures are gaps."""
        gaps: list[Gap] = [
            Gap(subject=url, reason="index-unsupported", params=(("detail", "no web address"),))
            for url in self._chosen.unsupported
        ]
        wanted: dict[str, list[ComponentId]] = {}
        for component in dict.fromkeys(component_ids):
            if component.startswith(_PYPI):
                if ids.version_of(component):
                    wanted.setdefault(ids.without_version(component), []).append(component)
                else:
                    gaps.append(Gap(subject=component, reason="index-version-open"))
        with closing(self._fetcher), ThreadPoolExecutor(WORKERS) as pool:
            found = [record for batch in pool.map(self._project, wanted.values())
                     for record in batch]  # fmt: skip
        return _enrichment(found, gaps)

    def _project(self, releases: Sequence[ComponentId]) -> list[IndexRecord]:
        """Return the records of releases of one project, each asked for once."""
        found = []
        pages: _Pages = {}
        for component in releases:
            known = read_record(self._records, self._asked, component)
            if self._cached:
                missing = IndexRecord(
                    id=component, retrieved=self._today, reason="offline",
                    detail="answers from the cache only",
                )  # fmt: skip
                found.append(known or missing)
                continue
            record, fresh = self._release(component, pages)
            if known and fresh and replace(known, retrieved=record.retrieved) == record:
                record = known  # nothing was asked: its answer is of the day it was
            elif not record.reason or record.reason in LASTING:
                write_record(self._records, self._asked, record)
            found.append(record)
        return found

    def _release(self, component: ComponentId, pages: _Pages) -> tuple[IndexRecord, bool]:
        """Ask the indexes in order for one release; also tell whether caches alone answered."""
        record = IndexRecord(id=component, retrieved=self._today)
        if not self._chosen.asked:
            return replace(record, reason="offline", detail="no index is configured"), False
        if self._halted:
            halted = self._halted
            return replace(record, reason=halted.reason, detail=halted.detail), False
        failures: list[Failure] = []
        asked = False
        for index in self._chosen.asked:
            try:
                file, answered = self._file(index, component, pages)
                asked = asked or answered
                found, answered = self._read(index, component, file, record)
                return found, not (asked or answered)
            except (Failure, FetchError) as error:
                failures.append(Failure(error.reason, f"{index.label}: {error.detail}"))
                asked = asked or isinstance(error, FetchError)
                if error.reason in _HALTING:
                    self._halted = failures[-1]
                    break
        first = min(failures, key=lambda failure: failure.reason in ("not-found",))
        return replace(record, reason=first.reason, detail=first.detail), not asked

    def _file(self, index: Index, component: ComponentId, pages: _Pages) -> tuple[File, bool]:
        """Return a release's file to ask for metadata, and whether its page had to be asked for."""
        project = ids.without_version(component).removeprefix(_PYPI)
        url = f"{index.url}/{quote(project, safe='')}/"
        if url not in pages:
            page = self._fetcher.get(url, limit=MAX_PAGE, accept=ACCEPT, auth=index.auth)
            try:
                pages[url] = read_page(page.body, page.content_type, page.url), page.asked
            except PageError as error:
                raise Failure("invalid-response", str(error)) from None
        files, asked = pages[url]
        release = of_version(files, project, ids.version_of(component) or "")
        if not release:
            raise Failure("version-missing", f"{len(files)} files, none of this version")
        return release[0], asked

    def _read(
        self, index: Index, component: ComponentId, file: File, record: IndexRecord
    ) -> tuple[IndexRecord, bool]:
        """Return the record of a file that was found, and whether anything had to be asked for."""
        body, asked = metadata_of(self._fetcher, index, file)
        header = core_metadata.header_of(body)
        said = _identity(header)
        if said is None:
            raise Failure("invalid-response", "no metadata")
        if not _same(component, *said):
            raise Failure("identity-mismatch", " ".join(said))
        name, version = ids.short(ids.without_version(component)), ids.version_of(component)
        kind = "METADATA" if file.name.endswith(".whl") else "PKG-INFO"
        return replace(
            record, metadata=header.decode("utf-8", "replace"), yanked=file.yanked,
            license_text=license_text(self._fetcher, index, file, header),
            reference=f"{index.label}: {name} {version} {kind}",
        ), asked  # fmt: skip


def _identity(header: bytes) -> tuple[str, str] | None:
    try:
        metadata = core_metadata.read(header)
    except ArtifactError:
        return None
    return metadata.name, metadata.version


def _same(component: ComponentId, name: str, version: str) -> bool:
    """Tell whether metadata is of the release that was asked for."""
    from packaging.version import InvalidVersion, Version

    if ids.pypi(name) != ids.without_version(component):
        return False
    wanted = ids.version_of(component) or ""
    try:
        return version == wanted or Version(version) == Version(wanted)
    except InvalidVersion:
        return False


def _enrichment(records: Iterable[IndexRecord], gaps: list[Gap]) -> Enrichment:
    """Turn records into license claims, places and gaps."""
    licenses: list[LicenseDeclaration] = []
    homes: dict[ComponentId, tuple[str, ...]] = {}
    for record in records:
        if record.reason:
            gaps.append(_question(record, f"index-{record.reason}", record.detail))
            continue
        try:
            metadata = core_metadata.read(record.metadata.encode())
        except ArtifactError as error:  # a record that somebody has edited
            gaps.append(_question(record, "index-invalid-response", error.detail))
            continue
        if not _same(record.id, metadata.name, metadata.version):
            said = f"{metadata.name} {metadata.version}"
            gaps.append(_question(record, "index-identity-mismatch", said))
            continue
        if record.yanked is not None:
            gaps.append(_question(record, "index-yanked", record.yanked or "–"))
        files = ", ".join(metadata.license_files[:5])
        evidence = Evidence(
            source="index", reference=record.reference, as_of=record.retrieved,
            note=f"license files: {files}" if files else "",
        )  # fmt: skip
        declared, missing = metadata.licenses(
            record.id, "index", evidence, text=record.license_text
        )
        licenses += declared
        gaps += missing
        if metadata.homes:
            homes[record.id] = metadata.homes
    return Enrichment(licenses=tuple(licenses), homes=homes, gaps=tuple(gaps))


def _question(record: IndexRecord, reason: str, detail: str) -> Gap:
    return Gap(subject=record.id, reason=reason, params=(("detail", detail),))
