"""Reading an environment's ``*.dist-info``: metadata and where it came from, nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from packaging.utils import canonicalize_name

from provenance.artifacts import core_metadata
from provenance.artifacts.core_metadata import CoreMetadata
from provenance.artifacts.source import ArtifactError
from provenance.edge.environments import Environment, read_regular
from provenance.model import Gap
from provenance.resolve.requirements import same_version

MAX_DISTRIBUTIONS = 20_000
_MAX_DIRECT_URL = 64 * 1024
_METADATA = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}


class Installed(Struct, frozen=True, kw_only=True):
    """One installed distribution."""

    place: str
    """Its metadata, relative to the folder of packages."""
    path: Path
    data: bytes
    metadata: CoreMetadata

    @property
    def name(self) -> str:
        """The name in normal form."""
        return canonicalize_name(self.metadata.name)

    def required(self) -> Iterator[tuple[int, str]]:
        """Yield the line number and the text of every requirement in the metadata."""
        for number, line in enumerate(self.data.splitlines(), 1):
            if line[:14].lower() == b"requires-dist:":
                yield number, " ".join(line[14:].decode("utf-8", "replace").split())
            elif not line:
                return

    def direct_url(self) -> str:
        """Return the address it was installed from by name; "" for an index."""
        data = read_regular(self.path.parent / "direct_url.json", _MAX_DIRECT_URL)
        try:
            said = json.loads(data or b"{}")
        except (ValueError, RecursionError):
            return ""
        url = said.get("url") if isinstance(said, dict) else None
        return url if isinstance(url, str) else ""


def read_all(environment: Environment) -> tuple[dict[str, Installed], list[Gap]]:
    """Return every distribution by its normal name; the first folder that has it counts."""
    found: dict[str, Installed] = {}
    gaps: list[Gap] = []
    for folder in environment.folders:
        names = sorted(n for n in _listed(folder) if n.endswith(tuple(_METADATA)))
        for name in names[:MAX_DISTRIBUTIONS]:
            if name.startswith("~"):
                continue  # what pip leaves of a removal that failed
            one = _read(folder, name)
            if isinstance(one, Installed):
                found.setdefault(one.name, one)
            else:
                gaps.append(one)
        if len(names) > MAX_DISTRIBUTIONS:
            detail = f"{len(names)} > {MAX_DISTRIBUTIONS}"
            gaps.append(gap(environment.name, "installed-unreadable", detail=detail))
    return found, gaps


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(folder: Path, name: str) -> Installed | Gap:
    """Return one distribution, or why it cannot be told."""
    stem, ending = os.path.splitext(name)
    path, place = folder / name / _METADATA[ending], f"{name}/{_METADATA[ending]}"
    if ending == ".egg-info" and (folder / name).is_file():
        path, place = folder / name, name
    data = read_regular(path, core_metadata.MAX_HEADER)
    if data is None:
        return gap(name, "installed-unreadable", detail=_METADATA[ending])
    try:
        metadata = core_metadata.read(data)
    except ArtifactError as error:
        return gap(name, "installed-unreadable", detail=str(error))
    named, _, version = stem.partition("-")
    version = version.partition("-py")[0] if ending == ".egg-info" else version
    if canonicalize_name(named) != canonicalize_name(metadata.name) or (
        version and not same_version(version, metadata.version)
    ):
        said = f"{metadata.name} {metadata.version}"
        return gap(name, "index-identity-mismatch", detail=said)
    return Installed(place=place, path=path, data=data, metadata=metadata)


def gap(subject: str, reason: str, **params: str) -> Gap:
    """Return a gap about an environment; it has no place in the tree."""
    return Gap(subject=subject, reason=reason, params=tuple(sorted(params.items())))
