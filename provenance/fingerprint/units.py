"""The unit test (2d, on request): a copy whose residual stream was turned into another basis.

A rotation of the stream, with norms folded into the matrices behind them, leaves no coordinate
where it was; the inner products of rows of a feed-forward matrix stay. And the units that the
rows belong to are exchangeable in their turn: where two models were initialised independently,
the units of one layer may be renamed without changing the joint distribution, whatever the two
have in common. A unit is known by its cosines with some units that are set apart; of the others
fixed pairs are formed, and within each pair the swap is a fair coin. So Hoeffding's bound holds
for every sample size, as for the tests of coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from provenance.artifacts.source import ArtifactError, exactly
from provenance.fingerprint.decode import decode
from provenance.fingerprint.layout import Component, Key, Model, Place
from provenance.fingerprint.statistics import pairing, score_of

if TYPE_CHECKING:
    from provenance.fingerprint.sketch import Part
    from provenance.fingerprint.statistics import Floats, Score
    from provenance.fingerprint.thresholds import Reading

KINDS = ("up", "gate")
"""Matrices whose rows are units; the first that both models have in every layer chosen."""
LEAST = 32
"""Units of a layer; fewer say too little."""
_NORMS = ("mlp-norm", "attn-norm")
"""The norm before a feed-forward layer: its own, or where blocks are parallel the common one."""


def unit_test(
    ours: Part, theirs: Part, places: Component, base_places: Component, limits: Reading, *,
    offsets: tuple[float, float] = (0.0, 0.0),
) -> Score | None:  # fmt: skip
    """Run the unit test over a few layers, each with its namesake.

    Widths may differ: the stream of a copy can have been cut after it was turned.

    Args:
        ours: norms of the candidate; those not in it are taken as folded.
        places: where its matrices lie.
        offsets: what is added to the gains of either side (1 for Gemma).

    Returns:
        None where layers or units of the two cannot be namesakes.

    Raises:
        ArtifactError: a matrix could not be read.
    """
    import numpy as np

    shapes = ours.shape, theirs.shape
    if shapes[0].layers != shapes[1].layers or shapes[0].feed_forward != shapes[1].feed_forward:
        return None
    cosines, anchors = [], 0
    for key in _chosen(places, base_places, limits.unit_layers):
        count = min(limits.unit_rows, *(_units(p.matrices[key]) for p in (places, base_places)))
        if count < LEAST:
            continue
        first = features(_rows(ours, places, key, count, offsets[0]))
        second = features(_rows(theirs, base_places, key, count, offsets[1]))
        cosines.append(np.einsum("ua,ua->u", first, second).astype(np.float64))
        anchors = first.shape[-1]
    return score_of(np.concatenate(cosines), anchors) if cosines else None


def offset_of(model: Model) -> float:
    """Return what a model adds to the gains of its norms: 1 for Gemma, whose GGUF has it added."""
    text = model.config.get("text_config")
    said = (model.config, text if isinstance(text, Mapping) else {})
    kinds = (str(part.get("model_type", "")) for part in said)
    plain = any(re.fullmatch(r"gemma[23]?(?:_text)?", kind) for kind in kinds)
    return 1.0 if plain and not any(file.gguf for file in model.files) else 0.0


def features(rows: Floats) -> Floats:
    """Return units in pairs as the test wants them: (pair, anchor), each of length one.

    Args:
        rows: the weights of each unit: (unit, coordinate). Of no account are the basis of
            the coordinates and the length of a row.
    """
    import numpy as np

    scaled = _of_length_one(rows)
    paired, others = pairing(len(rows))
    quarter = len(rows) // 4
    order = np.concatenate([paired, others])
    anchors, units = order[:quarter], order[quarter:]
    half = len(units) // 2
    gram = scaled[units] @ scaled[anchors].T
    return _of_length_one(gram[:half] - gram[half : 2 * half])


def _of_length_one(rows: Floats) -> Floats:
    import numpy as np

    size = np.sqrt(np.einsum("rd,rd->r", rows, rows))[:, None]
    scaled: Floats = np.divide(rows, size, out=np.zeros_like(rows), where=size > 0)
    return scaled


def _chosen(first: Component, second: Component, most: int) -> list[Key]:
    """Return the same matrix of both models in a few layers, evenly spread."""
    for kind in KINDS:
        keys = sorted(k for k in first.matrices.keys() & second.matrices.keys()
                      if k[0] == kind and k[1] >= 0)  # fmt: skip
        if keys:
            return keys[:: -(-len(keys) // most)]
    return []


def _units(place: Place) -> int:
    """Return the units of a matrix: of the first expert, where it holds several."""
    return place.tensor.shape[-2]


def _rows(part: Part, places: Component, key: Key, count: int, offset: float) -> Floats:
    """Return the weights of the first units, with the gain of the norm before them folded in."""
    import numpy as np

    place = places.matrices[key]
    data = exactly(place.file.source, place.tensor.offset, count * (place.row_bytes or 0))
    rows = decode(data, place.tensor.dtype).reshape(count, -1)
    if not np.isfinite(rows).all():
        raise ArtifactError(f"tensor {place.tensor.name!r} is not finite")
    norm = next(((kind, key[1]) for kind in _NORMS if (kind, key[1]) in places.norms), None)
    if norm is not None and norm in part.norms:
        rows = rows * (part.norms[norm].astype(np.float32) + np.float32(offset))
    return rows
