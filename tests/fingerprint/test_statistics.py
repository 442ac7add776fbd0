"""The tests have the null they claim, and see what they must."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from scipy.stats import kstest

from provenance.fingerprint.statistics import (
    column_test,
    features,
    least_share,
    needed_z,
    norm_test,
    pairing,
    ranks,
)

WIDTH, PAIRS = 64, 1500


def columns(first: np.ndarray, second: np.ndarray, form: str):
    return column_test([(features(first, form), features(second, form))])


@pytest.fixture(scope="module")
def strangers() -> dict[str, np.ndarray]:
    """Z of pairs that share scale, spread and offset, and no origin."""
    chance = np.random.default_rng(7)
    found: dict[str, list[float]] = {"sign": [], "permutation": [], "norms": [], "swaps": []}
    spread = chance.gamma(2.0, size=(24, 1))  # outlying rows, alike in both models
    for _ in range(PAIRS):
        a, b = (spread * chance.standard_normal((24, WIDTH)) for _ in range(2))
        found["sign"].append(columns(a.astype("f4"), b.astype("f4"), "sign").z)
        # LayerNorm's columns may all have one offset; swaps take it away.
        found["permutation"].append(
            columns((a + 5).astype("f4"), (b + 5).astype("f4"), "permutation").z
        )
        # Norms of one model resemble each other from layer to layer, and are rounded.
        c, d = (np.round(np.cumsum(chance.standard_normal((7, WIDTH)), 0), 1) for _ in range(2))
        score = norm_test(ranks(c), ranks(d))
        found["norms"].append(score.permutation_z)
        found["swaps"].append(score.z)
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.parametrize("test", ["sign", "permutation", "norms", "swaps"])
def test_null_is_normal(strangers: dict[str, np.ndarray], test: str) -> None:
    z = strangers[test]
    assert kstest(z, "norm").pvalue > 0.001
    assert abs(z.mean()) < 0.1
    assert 0.93 < z.std() < 1.07


@pytest.mark.parametrize("test", ["sign", "permutation", "swaps"])
@pytest.mark.parametrize("p", [0.1, 0.01])
def test_bound_holds_at_every_threshold(
    strangers: dict[str, np.ndarray], test: str, p: float
) -> None:
    z = strangers[test]
    assert np.mean(np.where(z > 0, np.exp(-z * z / 2), 1.0) <= p) <= p


def test_copy_reaches_the_ceiling() -> None:
    rows = np.random.default_rng(1).standard_normal((8, WIDTH)).astype("f4")
    assert columns(rows, rows, "sign").z == pytest.approx(8.0)  # √64
    assert columns(rows, rows, "permutation").z == pytest.approx(sqrt(32))
    assert columns(rows, 3 * rows, "sign").share == pytest.approx(1.0)
    assert columns(rows, -rows, "sign").log_p == 0.0  # one-sided


def test_one_bit_a_weight_is_enough() -> None:
    rows = np.random.default_rng(2).standard_normal((16, WIDTH)).astype("f4")
    score = columns(rows, np.sign(rows), "sign")
    assert score.z > 7.8
    assert score.share == pytest.approx(sqrt(2 / np.pi), abs=0.03)


def test_raw_norms_near_one_are_no_evidence() -> None:
    """Two sets of norms near one have a raw cosine above 0.99, whoever trained them."""
    chance = np.random.default_rng(3)
    a, b = (1 + 0.05 * chance.standard_normal((9, 512)) for _ in range(2))
    assert (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()) > 0.99
    score = norm_test(ranks(a), ranks(b))
    assert abs(score.permutation_z) < 4
    assert abs(score.share) < 0.1


def test_ties_are_not_broken_by_position() -> None:
    values = np.array([[2.0, 1.0, 2.0, 1.0]])
    assert ranks(values)[0].tolist() == [0.5, -0.5, 0.5, -0.5]
    assert ranks(np.ones((1, 4)))[0].tolist() == [0.0] * 4


def test_constant_vectors_do_not_count() -> None:
    a = np.vstack([np.ones(WIDTH), np.arange(WIDTH)])
    score = norm_test(ranks(a), ranks(a))
    assert score.vectors == 1
    assert score.share == pytest.approx(1.0)
    assert norm_test(ranks(a[:1]), ranks(a[:1])).permutation_z == 0.0


def test_joint_permutation_does_not_count_repeated_layers_twice() -> None:
    chance = np.random.default_rng(4)
    vector = chance.standard_normal((1, WIDTH))
    once = norm_test(ranks(vector), ranks(vector))
    often = norm_test(ranks(np.repeat(vector, 9, 0)), ranks(np.repeat(vector, 9, 0)))
    assert often.permutation_z == pytest.approx(once.permutation_z)


def test_pairing_is_fixed_and_disjoint() -> None:
    left, right = pairing(9)
    assert len(left) == len(right) == 4
    assert len({*left.tolist(), *right.tolist()}) == 8


def test_power_by_hand() -> None:
    score = columns(np.ones((100, 10_000), "f4"), np.ones((100, 10_000), "f4"), "sign")
    # 10,000 coins, 100 rows, Z 9: rho = sqrt(81 / 100 / (10000 - 81))
    assert least_share(score, 9.0) == pytest.approx(0.009037, abs=1e-5)
    assert least_share(score, 100.0) is None
    assert exp(-(needed_z(-20.0, 1) ** 2) / 2) == pytest.approx(exp(-20))
    assert needed_z(-20.0, 100) > needed_z(-20.0, 1)
