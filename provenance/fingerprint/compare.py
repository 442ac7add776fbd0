"""One part of a model against one part of another: all tests, without a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sin, sqrt
from typing import TYPE_CHECKING

from msgspec import Struct, field

from provenance.fingerprint.layers import LayerMatch, Prepared, layer_map, usual
from provenance.fingerprint.layout import OUTSIDE, Key
from provenance.fingerprint.sketch import Part, one_way
from provenance.fingerprint.statistics import Form, Score, column_test, norm_test

if TYPE_CHECKING:
    from provenance.fingerprint.statistics import Floats

CONTROL_SEED = 20261129
_ONE_SIGN = sqrt(2 / pi)
"""Cosine of a Gaussian with its own signs."""


class Comparison(Struct, frozen=True, kw_only=True):
    """What the tests say of two parts."""

    part: str
    form: Form | None
    """None where coordinates are not exchangeable, or widths differ."""
    columns: Score | None = None
    """Over all layers, each with its namesake."""
    layers: tuple[LayerMatch, ...] = ()
    outside: Mapping[str, Score] = field(default_factory=dict)
    norms: Score | None = None
    comparisons: int = 0
    identical: tuple[str, ...] = ()
    digests_compared: int = 0
    attenuation: int = 0
    """On how many sides rows are signs only."""
    not_testable: tuple[tuple[str, str], ...] = ()

    def share(self, score: Score) -> float:
        """Return the share of a column test, corrected for rows of which only signs are kept."""
        if self.attenuation == 2:
            return sin(pi / 2 * max(-1.0, min(score.share, 1.0)))
        raw = score.share / _ONE_SIGN if self.attenuation else score.share
        return max(-1.0, min(raw, 1.0))


def form_of(candidate: Part, base: Part) -> Form | None:
    """Return the symmetry that two parts share; None where there is none to test by."""
    symmetries = {candidate.symmetry, base.symmetry}
    if "none" in symmetries or candidate.shape.width != base.shape.width:
        return None
    return "sign" if symmetries == {"sign"} else "permutation"


def comparisons(candidate: Prepared, base: Prepared) -> int:
    """Return how many tests a comparison makes; by shapes alone, so before any result."""
    if form_of(candidate.part, base.part) is None:
        return 0
    outside = sum((kind, -1) in candidate.part.rows and (kind, -1) in base.part.rows
                  for kind in OUTSIDE)  # fmt: skip
    return 2 + len(usual(candidate)) * len(usual(base)) + outside


def compare(candidate: Prepared, base: Prepared) -> Comparison:
    """Run the tests of one part against another."""
    ours, theirs = candidate.part, base.part
    form = form_of(ours, theirs)
    if form is None:
        same = ours.shape.width == theirs.shape.width
        reason = "coordinates not exchangeable" if same else "different widths"
        return Comparison(part=ours.name, form=None, not_testable=(("columns", reason),))
    missing: list[tuple[str, str]] = []
    aligned = ours.shape.layers == theirs.shape.layers
    columns = _columns(candidate, base, form) if aligned else None
    layers = layer_map(candidate, base, form)
    if columns is None and not layers:
        missing.append(("columns", "no matrix whose rows both sides have"))
    norms = norms_of(candidate, base, {n: n for n in range(ours.shape.layers)})
    if not aligned or norms is None:
        norms = None
        missing.append(("norms", "different depths" if not aligned else "no norms to compare"))
    outside = {
        kind: column_test([_shared(candidate, base, (kind, -1), form)])
        for kind in OUTSIDE if (kind, -1) in ours.rows and (kind, -1) in theirs.rows
    }  # fmt: skip
    keys = [key for key, digest in ours.digests.items() if digest and theirs.digests.get(key)]
    identical = tuple(
        sorted(
            f"{kind}.{at}"
            for kind, at in keys
            if ours.digests[kind, at] == theirs.digests[kind, at]
        )
    )
    return Comparison(
        part=ours.name, form=form, columns=columns, layers=layers, outside=outside, norms=norms,
        comparisons=comparisons(candidate, base), identical=identical,
        digests_compared=len(keys) if _same_rows(ours, theirs) else 0,
        attenuation=ours.one_way + theirs.one_way, not_testable=tuple(missing),
    )  # fmt: skip


def _same_rows(ours: Part, theirs: Part) -> bool:
    return ours.shape == theirs.shape


def _shared(candidate: Prepared, base: Prepared, key: Key, form: Form) -> tuple[Floats, Floats]:
    first, second = candidate.features(key, form), base.features(key, form)
    rows = min(len(first), len(second))
    return first[:rows], second[:rows]


def _columns(candidate: Prepared, base: Prepared, form: Form) -> Score | None:
    """Test all rows of all layers at once, each layer against its namesake."""
    keys = sorted(k for k in candidate.part.rows if k in base.part.rows and k[1] >= 0)
    if not keys:
        return None
    return column_test(_shared(candidate, base, key, form) for key in keys)


def norms_of(
    candidate: Prepared, base: Prepared, layers: Mapping[int, int], *, outside: bool = True
) -> Score | None:
    """Run the norm test over some layers, each with the layer of the base it is held to be."""
    import numpy as np

    pairs = [
        ((kind, at), (kind, to))
        for kind, at in sorted(candidate.part.norms)
        for to in ((layers.get(at),) if at >= 0 else (-1,) if outside else ())
        if to is not None and (kind, to) in base.part.norms
    ]
    if not pairs:
        return None
    score = norm_test(
        np.stack([candidate.ranks(ours) for ours, _ in pairs]),
        np.stack([base.ranks(theirs) for _, theirs in pairs]),
    )
    return score if score.vectors else None


def strongest(comparison: Comparison) -> Score | None:
    """Return the column test with the smallest p, inside layers where those can be tested."""
    inside = [match.score for match in comparison.layers]
    if comparison.columns is not None:
        inside.append(comparison.columns)
    scores = inside or list(comparison.outside.values())
    return max(scores, key=lambda score: score.z, default=None)


# -- controls ---------------------------------------------------------------------------


def stranger(part: Part) -> Part:
    """Return a model as like this one as a stranger can be: coordinates renamed and flipped.

    It has every value of the part, so all that scale, spread and layout could say is equal;
    only the order, and for RMSNorm the signs, of coordinates are no longer the same.
    """
    import numpy as np

    chance = np.random.default_rng(CONTROL_SEED)
    order = chance.permutation(part.shape.width)
    flips = chance.integers(0, 2, part.shape.width) * 2 - 1
    flips = flips if part.symmetry == "sign" else np.abs(flips)
    return Part(
        name=part.name, shape=part.shape, symmetry=part.symmetry, one_way=part.one_way,
        norms={key: values[order] for key, values in part.norms.items()},
        rows={
            key: (values[:, order] * flips).astype(np.float32) for key, values in part.rows.items()
        },
    )  # fmt: skip


def control_z(base: Prepared, other: Prepared) -> float | None:
    """Return the larger Z, by size, of the two tests between models that share nothing."""
    form = form_of(base.part, other.part)
    if form is None:
        return None
    layers = range(min(base.part.shape.layers, other.part.shape.layers))
    columns = _columns(other, base, form)
    norms = norms_of(other, base, {n: n for n in layers})
    scores = (columns and columns.z, norms and norms.permutation_z)
    return max((float(z) for z in scores if isinstance(z, float)), key=abs, default=None)


def self_z(candidate: Prepared) -> float | None:
    """Return Z of a part against its own one-way sketch: what a copy would reach."""
    form = form_of(candidate.part, candidate.part)
    if form is None:
        return None
    score = _columns(candidate, Prepared(one_way(candidate.part)), form)
    return score.z if score else None
