"""From headers to a sketch: which bytes to read, how many that is, and reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from math import prod

from msgspec import Struct

from provenance.artifacts.source import ArtifactError, exactly
from provenance.fingerprint.decode import decode
from provenance.fingerprint.layout import OUTSIDE, Component, Key, Model, Place
from provenance.fingerprint.sketch import Part, Sketch
from provenance.fingerprint.thresholds import Reading

HEAD_ROWS = 256
"""The first words of a vocabulary are bytes and control marks, many never trained."""
WITNESS_LEAST, WITNESS_MOST = 1 << 14, 24 << 20
"""Elements a witness has at least, and bytes it has at most."""
_PIECE = 1 << 20


class Slice(Struct, frozen=True, kw_only=True):
    """Rows of one tensor: what is read in one piece."""

    key: Key
    place: Place
    first: int
    count: int

    @property
    def length(self) -> int:
        """Bytes."""
        return self.count * (self.place.row_bytes or 0)

    @property
    def offset(self) -> int:
        """From the beginning of the file."""
        return self.place.tensor.offset + self.first * (self.place.row_bytes or 0)


class Plan(Struct, frozen=True, kw_only=True):
    """The slices of one component."""

    component: Component
    slices: tuple[Slice, ...]

    @property
    def length(self) -> int:
        """Bytes that reading takes."""
        return sum(piece.length for piece in self.slices)


def plan(component: Component, limits: Reading) -> Plan:
    """Return what to read of a component: all norms, and rows as far as the limit goes."""
    inside = {key: place for key, place in component.matrices.items() if key[1] >= 0}
    one_row = sum(place.row_bytes or 0 for place in inside.values())
    rows = limits.row_bytes // one_row if one_row else limits.rows_most
    rows = min(max(rows, limits.rows_least), limits.rows_most)
    slices = [
        Slice(key=key, place=place, first=0, count=1)
        for key, place in component.norms.items()
        if place.row_bytes
    ]
    for key, place in component.matrices.items():
        if key[0] in OUTSIDE:
            first = HEAD_ROWS if place.rows >= 4 * HEAD_ROWS else 0
            count = min(limits.embedding_rows, place.rows - first)
        else:
            first, count = 0, min(rows, place.rows)
        if count > 0:
            slices.append(Slice(key=key, place=place, first=first, count=count))
    return Plan(component=component, slices=tuple(slices))


def read(model: Model, plans: Sequence[Plan]) -> Sketch:
    """Read what was planned; a slice that cannot be read is named and left out."""
    parts = tuple(_part(each) for each in plans)
    return Sketch(
        name=model.name, parts=parts, bytes_read=sum(each.length for each in plans),
        bytes_total=model.size, missing=model.missing, unread=model.unread,
    )  # fmt: skip


def _part(planned: Plan) -> Part:
    import numpy as np

    component = planned.component
    norms, rows, digests, untestable = {}, {}, {}, list(component.untestable)
    for piece in _in_file_order(planned.slices):
        name = piece.place.tensor.name
        try:
            data = exactly(piece.place.file.source, piece.offset, piece.length)
            values = decode(data, piece.place.tensor.dtype)
        except ArtifactError as error:
            untestable.append((name, error.detail))
            continue
        if not np.isfinite(values).all():
            untestable.append((name, "not finite"))
            continue
        digests[piece.key] = hashlib.sha256(data).hexdigest()
        if "norm" not in piece.key[0]:
            rows[piece.key] = values.reshape(piece.count, -1)
        elif float(np.ptp(values)) == 0.0:
            untestable.append((name, "constant"))
        else:
            norms[piece.key] = values
    return Part(
        name=component.name, shape=component.shape, symmetry=component.symmetry, norms=norms,
        rows=rows, digests=digests, untestable=tuple(untestable),
    )  # fmt: skip


def _in_file_order(slices: Iterable[Slice]) -> list[Slice]:
    return sorted(slices, key=lambda piece: (piece.place.file.name, piece.offset))


def witness_of(component: Component) -> Place | None:
    """Return a large tensor inside a layer, small enough to be read whole: the first such."""
    for (_, layer), place in sorted(component.matrices.items(), key=lambda item: item[0][1]):
        length = (place.row_bytes or 0) * place.rows
        if layer >= 0 and prod(place.tensor.shape) >= WITNESS_LEAST and length <= WITNESS_MOST:
            return place
    return None


def whole_digest(place: Place) -> str:
    """Return dtype, shape and SHA-256 of a whole tensor, read in pieces.

    Raises:
        ArtifactError: it could not be read.
    """
    tensor = place.tensor
    total, digest = (place.row_bytes or 0) * place.rows, hashlib.sha256()
    for start in range(0, total, _PIECE):
        digest.update(exactly(place.file.source, tensor.offset + start, min(_PIECE, total - start)))
    sides = "x".join(map(str, tensor.shape))
    return f"{tensor.dtype} {sides} {digest.hexdigest()}"
