"""Three public accusations, and what they rested on: here none of it is descent."""

from __future__ import annotations

import numpy as np
import pytest

from provenance.fingerprint.roles import RoleTable
from provenance.fingerprint.thresholds import Thresholds
from tests.fingerprint.making import opened, sketch, verdict
from tests.support.weight_files import llama

NOT_DESCENT = ("architecture-compatible", "no-evidence")


def test_yi_renamed_tensors_of_one_architecture(roles: RoleTable, thresholds: Thresholds) -> None:
    """Same configuration, two tensors renamed, weights of its own."""
    first = sketch(opened("llama", llama(1, width=128)), roles, thresholds)
    renamed = {
        name.replace("input_layernorm", "ln1").replace("post_attention_layernorm", "ln2"): values
        for name, values in llama(2, width=128).items()
    }
    second = sketch(opened("yi", renamed), roles, thresholds)
    found = verdict(second, first, thresholds)
    assert found.word == "architecture-compatible"
    assert found.architecture


def test_renaming_hides_nothing(roles: RoleTable, thresholds: Thresholds) -> None:
    first = sketch(opened("llama", llama(1, width=128)), roles, thresholds)
    renamed = {
        name.replace("input_layernorm", "ln1").replace("post_attention_layernorm", "ln2"): values
        for name, values in llama(1, width=128).items()
    }
    assert verdict(sketch(opened("yi", renamed), roles, thresholds), first, thresholds).word == (
        "derived"
    )


@pytest.mark.parametrize("config", [{"model_type": "x", "rms_norm_eps": 1e-6}, {"model_type": "x"}])
def test_solar_norms_near_one(
    roles: RoleTable, thresholds: Thresholds, config: dict[str, object]
) -> None:
    """Raw cosine of norms 0.99 and more, in every layer, between strangers."""
    first, second = llama(1, width=256, layers=4), llama(2, width=256, layers=4)
    for name in first:
        if "norm" in name:
            a, b = first[name], second[name]
            assert a @ b / np.sqrt((a @ a) * (b @ b)) > 0.99
    sketches = [sketch(opened(str(i), m, config), roles, thresholds)
                for i, m in enumerate((first, second))]  # fmt: skip
    found = verdict(*sketches, thresholds)
    assert found.word in NOT_DESCENT
    assert abs(found.comparison.norms.permutation_z) < 4


def test_pangu_equal_spread_in_every_layer(roles: RoleTable, thresholds: Thresholds) -> None:
    """The standard deviation of every matrix equal, layer by layer: a profile, no weights."""
    first, second = llama(1, width=128, layers=4), llama(2, width=128, layers=4)
    chance = np.random.default_rng(3)
    for name in first:
        if first[name].ndim == 2:
            spread = chance.uniform(0.5, 3)
            first[name] *= spread / first[name].std()
            second[name] *= spread / second[name].std()
    profile = [(first[n].std(), second[n].std()) for n in first if "q_proj" in n]
    assert np.corrcoef(np.array(profile).T)[0, 1] > 0.999
    sketches = [sketch(opened(str(i), m), roles, thresholds)
                for i, m in enumerate((first, second))]  # fmt: skip
    assert verdict(*sketches, thresholds).word in NOT_DESCENT


def test_qkv_bias_and_head_norms_are_never_looked_at(
    roles: RoleTable, thresholds: Thresholds
) -> None:
    """Vectors over rotary frequencies are alike in strangers; equal ones here change nothing."""
    first, second = llama(1, width=128), llama(2, width=128)
    for layer in range(2):
        for part in ("q_norm.weight", "k_norm.weight", "q_proj.bias", "k_proj.bias"):
            shared = np.linspace(0, 1, 128, dtype=np.float32)
            for model in (first, second):
                model[f"model.layers.{layer}.self_attn.{part}"] = shared
    sketches = [sketch(opened(str(i), m), roles, thresholds)
                for i, m in enumerate((first, second))]  # fmt: skip
    found = verdict(*sketches, thresholds)
    assert found.word in NOT_DESCENT
    assert found.comparison.norms.vectors == 5
