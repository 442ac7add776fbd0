"""Models and databases read for the tests of descent: headers, slices, rows with their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct
from msgspec.structs import replace

from provenance.artifacts.source import ArtifactError
from provenance.errors import ProvenanceError, UsageError
from provenance.fingerprint.thresholds import Thresholds

if TYPE_CHECKING:
    from provenance.fingerprint.database import Entry
    from provenance.fingerprint.layout import Model
    from provenance.fingerprint.roles import RoleTable
    from provenance.fingerprint.sketch import Sketch
    from provenance.registry import Registry

KEPT = 512 << 20
"""Bytes of sketches kept for a run: 1,500 of a model of 8 billion parameters. A database of
more is read and checked anew for each model."""


class LineageError(ProvenanceError):
    """A model, sketch or database that cannot be used (exit 4)."""


class Tables(Struct, frozen=True):
    """What the tests are drawn by."""

    thresholds: Thresholds
    roles: RoleTable

    @classmethod
    def of(cls, registry: Registry) -> Tables:
        """Read the tables.

        Raises:
            UsageError: numpy is not installed.
        """
        import tomllib

        from provenance.fingerprint.roles import RoleTable

        try:
            import numpy  # noqa: F401
        except ImportError as error:
            raise UsageError(
                f"{error.name} is not installed", hint="pip install 'provenance-audit[weights]'"
            ) from error
        return cls(
            thresholds=Thresholds.of(tomllib.loads(registry.text("lineage/thresholds.toml"))),
            roles=RoleTable.of(tomllib.loads(registry.text("lineage/roles.toml"))),
        )


def sketch_of(
    model: Model, tables: Tables, *, witness: bool, admit: Callable[[int, int], None]
) -> Sketch:
    """Read what the tests want of a model.

    Args:
        witness: whether to read a large tensor whole as well, to know it again.
        admit: told how many bytes in how many slices will be read, before any is; may refuse.
    """
    from provenance.fingerprint import reading
    from provenance.fingerprint.layout import components

    limits = tables.thresholds.reading
    plans = [reading.plan(part, limits) for part in components(model, tables.roles)]
    places = {
        each.component.name: place for each in plans
        if witness and (place := reading.witness_of(each.component))
    }  # fmt: skip
    whole = sum(place.rows * (place.row_bytes or 0) for place in places.values())
    admit(sum(each.length for each in plans) + whole, sum(len(each.slices) for each in plans))
    sketch = reading.read(model, plans)
    witnesses = {}
    for part, place in places.items():
        try:
            witnesses[part] = reading.whole_digest(place)
        except ArtifactError:
            continue  # the slices of it are named already
    return replace(sketch, witness=witnesses, bytes_read=sketch.bytes_read + whole)


class Bases:
    """The models of a database, read and checked once and shared by all comparisons of a run."""

    def __init__(self, path: Path, refuse: Callable[[Entry], None]) -> None:
        """Read the database from its first to its last line.

        Args:
            refuse: told of each row that is not as it was written; may raise.

        Raises:
            UsageError: no file that can be read.
            LineageError: no database, or not the rows it was written with.
        """
        self._path = path
        self._kept: list[Sketch] | None = []
        self.sha256 = ""
        """Of the whole file."""
        self.as_of: str | None = None
        """The day that its first line names."""
        self.rows = 0
        """How many models it has, without those refused."""
        size = 0
        for sketch in self._read(refuse):
            self.rows += 1
            size += sketch.size
            if size > KEPT:
                self._kept = None
            elif self._kept is not None:
                self._kept.append(sketch)

    def __iter__(self) -> Iterator[Sketch]:
        """Yield the models in the order of their names.

        Raises:
            UsageError, LineageError: a database too large to be kept has changed.
        """
        return self._read(lambda _: None) if self._kept is None else iter(self._kept)

    def _read(self, refuse: Callable[[Entry], None]) -> Iterator[Sketch]:
        from provenance.fingerprint import database

        digest = hashlib.sha256()
        try:
            with self._path.open(encoding="ascii", newline="\n") as stream:
                for entry in database.read(self._lines(stream, digest)):
                    if entry.sketch is None:
                        refuse(entry)
                    else:
                        yield entry.sketch
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self._path}: {error}") from error
        except ArtifactError as error:
            raise LineageError(f"{self._path}: {error.detail}") from error
        if digest.hexdigest() != (self.sha256 or digest.hexdigest()):
            raise LineageError(f"{self._path}: changed while it was used")
        self.sha256 = digest.hexdigest()

    def _lines(self, stream: TextIO, digest: hashlib._Hash) -> Iterator[str]:
        """Yield lines, none longer than a row may be."""
        from provenance.fingerprint.database import MAX_LINE, day_of

        first = True
        while line := stream.readline(MAX_LINE + 1):
            digest.update(line.encode("ascii"))
            if first and not self.sha256:
                self.as_of = day_of(line)
            first = False
            yield line
