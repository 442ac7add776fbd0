"""Models and databases read for the tests of descent: headers, slices, rows with their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from provenance.artifacts.source import ArtifactError
from provenance.errors import ProvenanceError, UsageError
from provenance.fingerprint.thresholds import Thresholds

if TYPE_CHECKING:
    from provenance.fingerprint.database import Entry
    from provenance.fingerprint.layout import Model
    from provenance.fingerprint.roles import RoleTable
    from provenance.fingerprint.sketch import Sketch
    from provenance.registry import Registry


class LineageError(ProvenanceError):
    """A model, sketch or database that cannot be used (exit 4)."""


@dataclass(frozen=True, slots=True)
class Tables:
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


def entries(path: Path, digest: hashlib._Hash | None = None) -> Iterator[Entry]:
    """Yield the rows of a database, those refused with their problem.

    Args:
        digest: takes in the whole file.

    Raises:
        UsageError: no file that can be read.
        LineageError: no database, or not the rows it was written with.
    """
    from provenance.fingerprint import database

    try:
        with path.open(encoding="ascii", newline="\n") as stream:
            yield from database.read(_lines(stream, digest))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    except ArtifactError as error:
        raise LineageError(f"{path}: {error.detail}") from error


def _lines(stream: TextIO, digest: hashlib._Hash | None) -> Iterator[str]:
    """Yield lines, none longer than a row may be."""
    from provenance.fingerprint.database import MAX_LINE

    while line := stream.readline(MAX_LINE + 1):
        if digest:
            digest.update(line.encode("ascii"))
        yield line
