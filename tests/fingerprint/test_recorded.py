"""Models that were really trained, by their sketches: `evals/lineage/run.py --fixtures` made them.

Both sides are one-way sketches here, the weakest form: eight bits a norm, one bit a weight.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest

from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.thresholds import Thresholds
from tests.fingerprint.conftest import RECORDED
from tests.fingerprint.making import verdict

Read = Callable[[str], Sketch]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("llama-fine-tune-0", "derived"),
        ("llama-continued-0", "derived"),
        ("llama-lora-merged-0", "derived"),
        ("llama-pruned-90-0", "derived"),
        ("llama-int4-0", "derived"),
        ("llama-new-vocabulary-0", "derived"),
        ("llama-depth-pruned-0", "derived"),
        ("llama-upscaled-0", "derived"),
        ("llama-franken-0", "derived"),
        ("llama-merge-10-0", "related"),
        ("llama-same-seed-other-data-0", "related"),
        ("llama-same-seed-other-order-0", "related"),
        ("llama-root-1", "architecture-compatible"),
        ("llama-root-2", "architecture-compatible"),
    ],
)
def test_against_the_root(recorded: Read, thresholds: Thresholds, name: str, word: str) -> None:
    found = verdict(recorded(name), recorded("llama-root-0"), thresholds)
    assert found.word == word
    if "same-seed" in name:
        assert "same-seed" in found.reasons


def test_longer_training_than_the_first_is_found(recorded: Read, thresholds: Thresholds) -> None:
    found = verdict(recorded("llama-continued-3x-0"), recorded("llama-root-0"), thresholds)
    assert found.word in ("derived", "related")


@pytest.mark.parametrize("family", ["neox", "gemma", "moe"])
def test_families(recorded: Read, thresholds: Thresholds, family: str) -> None:
    root, other, tuned = (recorded(f"{family}-{n}") for n in ("root-0", "root-1", "fine-tune-0"))
    assert verdict(tuned, root, thresholds).word == "derived"
    assert verdict(other, root, thresholds).word == "architecture-compatible"
    assert verdict(tuned, other, thresholds).word == "architecture-compatible"
    form = verdict(tuned, root, thresholds).comparison.form
    assert form == ("permutation" if family == "neox" else "sign")


def test_upscaled_model_names_each_layers_parent(recorded: Read, thresholds: Thresholds) -> None:
    found = verdict(recorded("llama-upscaled-0"), recorded("llama-root-0"), thresholds)
    assert [m.base_layer for m in found.matched] == [0, 1, 2, 1, 2]


def test_no_two_roots_match(recorded: Read, thresholds: Thresholds) -> None:
    roots = [recorded(path.stem) for path in sorted(RECORDED.glob("*-root-?.json"))]
    assert len(roots) == 9
    for first, second in combinations(roots, 2):
        assert verdict(first, second, thresholds).word not in ("identical", "derived", "related")


def test_fixtures_are_sketches_and_small() -> None:
    files = list(RECORDED.glob("*.json"))
    assert len(files) == 25
    assert all(path.stat().st_size <= 60_000 for path in files)
