"""What transformations of weights come to, and what must never become descent."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from provenance.fingerprint.aligned import aligned_z
from provenance.fingerprint.roles import RoleTable
from provenance.fingerprint.sketch import from_json, one_way, to_json
from provenance.fingerprint.thresholds import Thresholds
from provenance.fingerprint.verdict import judge_all
from tests.fingerprint.making import opened, parts, sketch, verdict
from tests.support.weight_files import llama

Arrays = dict[str, np.ndarray]


@pytest.fixture
def base() -> Arrays:
    return llama(1, width=128, layers=4)


def noisy(arrays: Arrays, size: float, seed: int = 9) -> Arrays:
    chance = np.random.default_rng(seed)
    return {
        name: (v + size * v.std() * chance.standard_normal(v.shape)).astype("f4")
        for name, v in arrays.items()
    }


def mixed(share: float, first: Arrays, second: Arrays) -> Arrays:
    return {name: share * first[name] + (1 - share) * second[name] for name in first}


def judged(roles: RoleTable, thresholds: Thresholds, ours: Arrays, theirs: Arrays, **kinds: str):
    return verdict(
        sketch(opened("ours", ours, **kinds), roles, thresholds),
        sketch(opened("theirs", theirs), roles, thresholds), thresholds,
    )  # fmt: skip


def test_fine_tune(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    found = judged(roles, thresholds, noisy(base, 0.1), base)
    assert found.word == "derived"
    assert found.p(thresholds) == 1e-12  # the floor
    assert found.share > 0.98
    assert [(m.layer, m.base_layer) for m in found.matched] == [(i, i) for i in range(4)]
    assert found.controls.self_z > 11
    assert abs(found.controls.exchanged_z) < 4


def test_stranger(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    found = judged(roles, thresholds, llama(2, width=128, layers=4), base)
    assert found.word == "architecture-compatible"
    assert found.p(thresholds) > 0.1
    assert 0 < found.least_share < 0.1


def test_symmetry(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    other = noisy(base, 0.5)
    first, second = judged(roles, thresholds, other, base), judged(roles, thresholds, base, other)
    assert first.word == second.word == "derived"
    assert first.strongest.z == pytest.approx(second.strongest.z)


def test_minority_share_is_related_and_explained(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    merge = mixed(0.15, base, llama(2, width=128, layers=4))
    found = judged(roles, thresholds, merge, base)
    assert found.word == "related"
    assert {"retraining", "minority", "same-seed"} <= set(found.reasons)


def test_matrices_alike_and_norms_not(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    """A shared initialisation looks like this: norms all start at one."""
    other = llama(2, width=128, layers=4)
    mixture = {n: other[n] if "norm" in n else base[n] for n in base}
    found = judged(roles, thresholds, mixture, base)
    assert found.word == "related"
    assert "tests-disagree" in found.reasons
    assert "same-seed" in found.reasons


def test_folded_norms_leave_the_columns(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    folded = {n: np.ones_like(v) if "norm" in n else v for n, v in noisy(base, 0.1).items()}
    found = judged(roles, thresholds, folded, base)
    assert found.word == "derived"
    assert ("norms", "no norms to compare") in found.comparison.not_testable


def test_only_the_embedding_taken_over(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    other = llama(2, width=128, layers=4)
    other["model.embed_tokens.weight"] = base["model.embed_tokens.weight"]
    found = judged(roles, thresholds, other, base)
    assert found.word == "related"
    assert found.reasons[0] == "outside-only"


def test_new_vocabulary(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    other = noisy(base, 0.1)
    fresh = llama(3, width=128, words=500)
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        other[name] = fresh[name]
    assert judged(roles, thresholds, other, base).word == "derived"


@pytest.mark.parametrize("order", [[0, 3], [0, 1, 2, 1, 2, 3], [3, 2, 1, 0]])
def test_depth_names_each_layers_parent(
    roles: RoleTable, thresholds: Thresholds, base: Arrays, order: list[int]
) -> None:
    tuned, other = noisy(base, 0.1), {}
    for name, values in tuned.items():
        if ".layers." not in name:
            other[name] = values
    for index, layer in enumerate(order):
        for name, values in tuned.items():
            if f".layers.{layer}." in name:
                other[name.replace(f".layers.{layer}.", f".layers.{index}.")] = values
    found = judged(roles, thresholds, other, base)
    assert found.word == "derived"
    assert [(m.layer, m.base_layer) for m in found.matched] == list(enumerate(order))


def test_frankenmerge_names_both_parents(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    donor = llama(2, width=128, layers=4)
    merged = {n: donor[n] if ".layers.1." in n or ".layers.2." in n else v for n, v in base.items()}
    model = sketch(opened("merged", noisy(merged, 0.05)), roles, thresholds)
    bases = [sketch(opened(n, m), roles, thresholds)
             for n, m in (("base", base), ("donor", donor))]  # fmt: skip
    found = {v.base: v for v, _ in judge_all(model, bases, thresholds)}
    assert [m.layer for m in found["base"].matched] == [0, 3]
    assert [m.layer for m in found["donor"].matched] == [1, 2]
    assert {v.word for v in found.values()} == {"derived"}


def test_upcycled_experts(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    tuned, upcycled = noisy(base, 0.1), {}
    for name, values in tuned.items():
        head, dot, part = name.partition(".mlp.")
        if not dot:
            upcycled[name] = values
            continue
        kind = {"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2"}[part.removesuffix(".weight")]
        for expert in range(2):
            upcycled[f"{head}.block_sparse_moe.experts.{expert}.{kind}.weight"] = values
    found = judged(roles, thresholds, upcycled, base)
    assert found.word == "derived"
    assert not found.architecture


@pytest.mark.parametrize("kind", ["int8", "half", "fp8", "bf16"])
def test_types(roles: RoleTable, thresholds: Thresholds, base: Arrays, kind: str) -> None:
    made, as_dtype = {}, {}
    for name, v in base.items():
        if kind == "half":
            made[name] = v.astype(np.float16)
        elif v.ndim == 1:
            made[name] = v
        elif kind == "int8":  # scales of rows lie elsewhere
            made[name] = np.rint(v / np.abs(v).max(1, keepdims=True) * 127).astype(np.int8)
        elif kind == "bf16":
            made[name], as_dtype = (v.view(np.uint32) >> 16).astype(np.uint16), {"uint16": "BF16"}
        else:  # sign and exponent alone
            exponent = np.clip(np.floor(np.log2(np.abs(v) + 1e-9)) + 7 + 6, 1, 15).astype(np.uint8)
            made[name] = np.where(v < 0, 0x80, 0).astype(np.uint8) | (exponent << 3)
            as_dtype = {"uint8": "F8_E4M3"}
    found = judged(roles, thresholds, made, base, **as_dtype)
    assert found.word == "derived"


def test_packed_weights_leave_norms_and_embedding(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    """As GPTQ stores it: layers packed, norms and embeddings as they were."""
    packed = {}
    for name, v in base.items():
        if "proj" in name:
            stem = name.removesuffix(".weight")
            packed[stem + ".qweight"] = np.zeros((v.shape[1] // 8, v.shape[0]), np.float32)
        else:
            packed[name] = v
    found = judged(roles, thresholds, packed, base)
    assert found.word == "derived"
    assert found.comparison.columns is None
    # Embedding rows alone do not speak for layers: with strange norms it is no descent.
    other = llama(2, width=128, layers=4)
    strange = {n: other[n] if "norm" in n else v for n, v in packed.items()}
    assert judged(roles, thresholds, strange, base).word == "related"


def test_not_finite_is_named_and_left_out(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    broken = {n: v.copy() for n, v in base.items()}
    broken["model.layers.0.self_attn.v_proj.weight"][0, 0] = np.nan
    broken["model.layers.1.input_layernorm.weight"][:] = np.inf
    made = sketch(opened("broken", broken), roles, thresholds)
    assert dict(made.parts[0].untestable) == {
        "model.layers.0.self_attn.v_proj.weight": "not finite",
        "model.layers.1.input_layernorm.weight": "not finite",
    }


def test_another_width_is_not_testable(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    found = judged(roles, thresholds, llama(1, width=64, layers=4), base)
    assert found.word == "not-testable"
    assert found.comparison.not_testable == (("columns", "different widths"),)


def test_sinusoids_are_not_testable(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    one = sketch(opened("a", base, {"model_type": "marian"}), roles, thresholds)
    found = verdict(one, one, thresholds)
    assert found.word in ("not-testable", "architecture-compatible")
    assert found.comparison.form is None


def test_layernorm_uses_swaps(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    biased = dict(base)
    for name in base:
        if "norm" in name:
            biased[name.replace(".weight", ".bias")] = llama(5, width=128)["model.norm.weight"] - 1
    first = sketch(opened("a", biased), roles, thresholds)
    second = sketch(opened("b", noisy(biased, 0.1)), roles, thresholds)
    found = verdict(first, second, thresholds)
    assert found.comparison.form == "permutation"
    assert found.word == "derived"
    assert found.strongest.coins == 64


def test_hidden_units_in_another_order(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    """The same function: only the aligned test sees it, and it gives no p."""
    order = np.random.default_rng(4).permutation(128)
    turned = {}
    for name, v in noisy(base, 0.01).items():
        out = "o_proj" in name or "down_proj" in name
        turned[name] = v[order] if v.ndim == 1 or out else v[:, order]
    first, second = opened("turned", turned), opened("base", base)
    ours, theirs = sketch(first, roles, thresholds), sketch(second, roles, thresholds)
    assert verdict(ours, theirs, thresholds).word == "architecture-compatible"
    z = aligned_z(ours.parts[0], theirs.parts[0], parts(first, roles)["main"],
                  parts(second, roles)["main"])  # fmt: skip
    assert z > 40
    found = judge_all(ours, [theirs], thresholds, {("base", "main"): z})[0][0]
    assert found.word == "consistent"
    stranger = opened("stranger", llama(2, width=128, layers=4))
    none = aligned_z(sketch(stranger, roles, thresholds).parts[0], theirs.parts[0],
                     parts(stranger, roles)["main"], parts(second, roles)["main"])  # fmt: skip
    assert abs(none) < 8


def test_vision_tower_does_not_speak_for_the_language_model(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    tower = llama(8, width=64)
    made = []
    for language in (base, llama(2, width=128, layers=4)):
        eyes = {n.replace("model.", "vision_tower.encoder."): v for n, v in tower.items()
                if ".layers." in n}  # fmt: skip
        text = {f"language_model.{n}": v for n, v in language.items()}
        made.append(sketch(opened(str(len(made)), {**eyes, **text}), roles, thresholds))
    found = {v.part: v.word for v, _ in judge_all(made[0], [made[1]], thresholds)}
    assert found["vision"] in ("identical", "derived")
    assert found["main"] == "architecture-compatible"


def test_sketch_of_a_file_is_enough(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    kept = from_json(to_json(sketch(opened("base", base), roles, thresholds)))
    assert kept.parts[0].one_way
    tuned = sketch(opened("tuned", noisy(base, 0.2)), roles, thresholds)
    found = verdict(tuned, kept, thresholds)
    assert found.word == "derived"
    assert found.share == pytest.approx(0.98, abs=0.03)  # corrected for what signs lose
    stranger = sketch(opened("other", llama(2, width=128, layers=4)), roles, thresholds)
    assert verdict(stranger, kept, thresholds).word == "architecture-compatible"


def test_many_bases_cost_evidence(roles: RoleTable, thresholds: Thresholds, base: Arrays) -> None:
    """p is multiplied by every test of the run, those of other bases too."""
    tuned = sketch(opened("tuned", noisy(base, 0.1)), roles, thresholds)
    own = sketch(opened("own", base), roles, thresholds)
    others = [sketch(opened(f"o{i}", llama(20 + i, width=128, layers=4)), roles, thresholds)
              for i in range(5)]  # fmt: skip
    alone = judge_all(tuned, [own], thresholds)[0][0]
    among = judge_all(tuned, [own, *others], thresholds)[0][0]
    assert among.base == "own"
    assert among.comparisons == 6 * alone.comparisons
    assert among.log_p - alone.log_p == pytest.approx(np.log(6))
    assert among.controls.unrelated == "o0"
    assert abs(among.controls.unrelated_z) < 4


def test_failed_control_withholds_descent(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    tuned = sketch(opened("tuned", noisy(base, 0.1)), roles, thresholds)
    own = sketch(opened("own", base), roles, thresholds)
    strict = replace(thresholds, control_z=0.0)
    found = verdict(tuned, own, strict)
    assert found.word == "related"
    assert found.reasons == ("control-failed",)


def test_one_way_sketch_cannot_be_turned_back(
    roles: RoleTable, thresholds: Thresholds, base: Arrays
) -> None:
    part = one_way(sketch(opened("base", base), roles, thresholds).parts[0])
    assert all(set(np.unique(rows)) <= {-1, 1} for rows in part.rows.values())
    assert all(np.abs(v).max() == 127 for v in part.norms.values())
