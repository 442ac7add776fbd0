"""The aligned test (2c, on request): a copy whose hidden units were put in another order.

Coordinates are put back in order by the norms, which know no signs, and tested by the signs
of the Gram matrix of a projection, which the norms know nothing of. Its null has heavy tails:
an outcome is an empirical rate and never a p-value.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING

from provenance.artifacts.source import ArtifactError, exactly
from provenance.fingerprint.compare import form_of
from provenance.fingerprint.decode import decode
from provenance.fingerprint.layout import Component, Place
from provenance.fingerprint.reading import WITNESS_MOST
from provenance.fingerprint.sketch import Part
from provenance.fingerprint.statistics import ranks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from provenance.fingerprint.statistics import Floats

MAX_WIDTH = 6144
"""Above, two Gram matrices and the assignment would not fit into a gigabyte."""
LAYERS = 4
KINDS = ("v", "qkv", "up")


def aligned_z(ours: Part, theirs: Part, places: Component, base_places: Component) -> float | None:
    """Return Z of the aligned test; None where it cannot be run.

    Raises:
        ArtifactError: a matrix could not be read.
    """
    import numpy as np

    if form_of(ours, theirs) != "sign" or ours.shape.width > MAX_WIDTH:
        return None
    order = alignment(ours, theirs)
    if order is None:
        return None
    width = ours.shape.width
    product = np.zeros((width, width), np.float32)
    for first, second in _pairs(places, base_places):
        product += _gram(_whole(first))[np.ix_(order, order)] * _gram(_whole(second))
    np.fill_diagonal(product, 0.0)
    total = float(product.sum(dtype=np.float64)) / 2
    squares = float(np.square(product, dtype=np.float64).sum()) / 2
    return total / sqrt(squares) if squares > 0 else None


def alignment(ours: Part, theirs: Part) -> npt.NDArray[np.intp] | None:
    """Return, for each coordinate of the base, the candidate's that its norms resemble most."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    keys = sorted(ours.norms.keys() & theirs.norms.keys())
    if not keys:
        return None
    first = ranks(np.stack([ours.norms[key] for key in keys]))
    second = ranks(np.stack([theirs.norms[key] for key in keys]))
    _, chosen = linear_sum_assignment((second.T @ first).astype(np.float32), maximize=True)
    order: npt.NDArray[np.intp] = chosen
    return order


def _pairs(first: Component, second: Component) -> Iterator[tuple[Place, Place]]:
    """Yield the same matrix of both models for a few layers, evenly spread."""
    for kind in KINDS:
        layers = sorted(
            at for k, at in first.matrices
            if k == kind and at >= 0 and (kind, at) in second.matrices
            and all(_length(part.matrices[kind, at]) <= WITNESS_MOST for part in (first, second))
        )  # fmt: skip
        if layers:
            step = max(1, len(layers) // LAYERS)
            for at in layers[::step][:LAYERS]:
                yield first.matrices[kind, at], second.matrices[kind, at]
            return


def _length(place: Place) -> int:
    return place.rows * (place.row_bytes or 0)


def _whole(place: Place) -> Floats:
    import numpy as np

    data = exactly(place.file.source, place.tensor.offset, _length(place))
    values = decode(data, place.tensor.dtype).reshape(place.rows, -1)
    if not np.isfinite(values).all():
        raise ArtifactError(f"tensor {place.tensor.name!r} is not finite")
    return values


def _gram(rows: Floats) -> Floats:
    """Return the cosines of all pairs of columns."""
    import numpy as np

    norms = np.sqrt((rows * rows).sum(axis=0))
    scaled = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    gram: Floats = scaled.T @ scaled
    return gram
