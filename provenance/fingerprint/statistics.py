"""The tests: is this agreement of coordinates more than two independent models would have?

Both rest on one fact. Where two models were initialised independently, the coordinates of
one's residual stream may be renamed (and, under RMSNorm, flipped in sign) without changing
the joint distribution. So within a fixed pairing of coordinates each swap, and each flip, is
a fair coin given all else, and Hoeffding's bound holds for every sample size:
P(Z >= z) <= exp(-z**2 / 2) with Z = sum(s) / sqrt(sum(s**2)).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Doubles = npt.NDArray[np.float64]

PAIRING_SEED = 20261128
Form = Literal["sign", "permutation"]


class Score(Struct, frozen=True, kw_only=True):
    """One test's outcome: a statistic, the bound on it, and how large the agreement is."""

    z: float
    """Fair coins: p <= exp(-z**2 / 2)."""
    share: float
    """Mean cosine or correlation: 1 for a copy, 0 for strangers."""
    coins: int
    """Independent swaps or flips; z cannot exceed its root."""
    vectors: int
    permutation_z: float | None = None
    """The norm test's: with the permutation's own mean and variance, normal in the limit."""

    @property
    def log_p(self) -> float:
        """The natural logarithm of the bound on p, one-sided."""
        return -self.z * self.z / 2 if self.z > 0 else 0.0


@lru_cache(maxsize=32)
def pairing(width: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the fixed pairs of coordinates; with an odd width one is left over."""
    import numpy as np

    order = np.random.default_rng(PAIRING_SEED).permutation(width)
    half = width // 2
    return order[:half], order[half : 2 * half]


def coins(width: int, form: Form) -> int:
    """Return how many fair coins a stream of some width gives."""
    return width if form == "sign" else width // 2


def features(rows: Floats, form: Form) -> Floats:
    """Return rows as the tests want them: of equal weight, and paired for permutations."""
    import numpy as np

    norms = np.sqrt(np.einsum("...d,...d->...", rows, rows))[..., None]
    scaled: Floats = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    if form == "sign":
        return scaled
    left, right = pairing(rows.shape[-1])
    paired: Floats = scaled[..., left] - scaled[..., right]
    return paired


def column_test(pairs: Iterable[tuple[Floats, Floats]]) -> Score:
    """Test 2b on features of both sides: one coin a column, weighted by the column's cosine."""
    import numpy as np

    dot: Any = 0.0
    ours: Any = 0.0
    theirs: Any = 0.0
    rows = 0
    for first, second in pairs:
        dot = dot + np.einsum("rd,rd->d", first, second)
        ours = ours + np.einsum("rd,rd->d", first, first)
        theirs = theirs + np.einsum("rd,rd->d", second, second)
        rows += len(first)
    dot, size = np.asarray(dot, np.float64), np.sqrt(np.asarray(ours, np.float64) * theirs)
    cosines: Doubles = np.divide(dot, size, out=np.zeros_like(dot), where=size > 0)
    return score_of(cosines, rows)


def score_of(cosines: Doubles, rows: int) -> Score:
    """Return the score of a column test by the cosine of each column."""
    scale = sqrt(float((cosines * cosines).sum()))
    total = float(cosines.sum())
    return Score(
        z=total / scale if scale > 0 else 0.0,
        share=total / len(cosines) if len(cosines) else 0.0,
        coins=len(cosines), vectors=rows,
    )  # fmt: skip


def ranks(vectors: npt.NDArray[Any]) -> Doubles:
    """Return each vector's ranks, centred and of length one; ties share their mean rank.

    A constant vector becomes zeros. Ties broken by position would make two strangers agree.
    """
    import numpy as np

    ranked = np.empty(vectors.shape, np.float64)
    for row, values in zip(ranked, vectors, strict=True):
        _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
        row[:] = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    ranked -= ranked.mean(axis=-1, keepdims=True)
    norms = np.sqrt((ranked * ranked).sum(axis=-1, keepdims=True))
    made: Doubles = np.divide(ranked, norms, out=np.zeros_like(ranked), where=norms > 0)
    return made


def norm_test(first: Doubles, second: Doubles) -> Score:
    """Test 2a on ranks: one permutation over all vectors jointly.

    Vectors of one model resemble each other, so they are not combined as if independent: the
    statistic is their sum, and its variance that of the sum under one common permutation.
    """
    import numpy as np

    width = first.shape[-1]
    total = float((first * second).sum())
    variance = float(((first @ first.T) * (second @ second.T)).sum()) / (width - 1)
    left, right = pairing(width)
    swaps = ((first[:, left] - first[:, right]) * (second[:, left] - second[:, right])).sum(axis=0)
    scale = sqrt(float((swaps * swaps).sum()))
    used = int(np.count_nonzero((first * first).sum(-1) * (second * second).sum(-1)))
    return Score(
        z=float(swaps.sum()) / scale if scale > 0 else 0.0,
        share=total / used if used else 0.0, coins=len(left), vectors=used,
        permutation_z=total / sqrt(variance) if variance > 0 else 0.0,
    )  # fmt: skip


def needed_z(log_p: float, comparisons: int) -> float:
    """Return the Z at which the bound, times the number of comparisons, is ``exp(log_p)``."""
    return sqrt(2 * (log(max(comparisons, 1)) - log_p))


def least_share(score: Score, z: float) -> float | None:
    """Return the smallest share the column test would see; None where even a copy stays below."""
    if z * z >= score.coins or not score.vectors:
        return None
    # Z = m rho / sqrt(m (rho^2 + 1/n)) for m coins and n rows, solved for rho.
    return min(1.0, sqrt(z * z / score.vectors / (score.coins - z * z)))
