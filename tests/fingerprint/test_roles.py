"""One role under every naming scheme, and none for what must not be tested."""

from __future__ import annotations

import pytest

from provenance.fingerprint.roles import RoleTable


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("model.layers.3.input_layernorm.weight", ("main", 3, "attn-norm", -1)),
        ("model.layers.3.ln1.weight", ("main", 3, "attn-norm", -1)),  # as Yi named it
        ("layers.3.attention_norm.weight", ("main", 3, "attn-norm", -1)),
        ("blk.3.attn_norm.weight", ("main", 3, "attn-norm", -1)),
        ("transformer.h.3.ln_1.bias", ("main", 3, "attn-norm-bias", -1)),
        ("model.layers.3.post_attention_layernorm.weight", ("main", 3, "mlp-norm", -1)),
        ("model.layers.3.ln2.weight", ("main", 3, "mlp-norm", -1)),
        ("blk.3.ffn_norm.weight", ("main", 3, "mlp-norm", -1)),
        ("gpt_neox.layers.3.post_attention_layernorm.bias", ("main", 3, "mlp-norm-bias", -1)),
        ("model.layers.3.pre_feedforward_layernorm.weight", ("main", 3, "pre-mlp-norm", -1)),
        ("bert.encoder.layer.3.attention.output.LayerNorm.weight",
         ("main", 3, "attn-post-norm", -1)),
        ("encoder.layer.3.output.LayerNorm.weight", ("main", 3, "mlp-post-norm", -1)),
        ("embeddings.LayerNorm.weight", ("main", -1, "embed-norm", -1)),
        ("model.norm.weight", ("main", -1, "final-norm", -1)),
        ("output_norm.weight", ("main", -1, "final-norm", -1)),
        ("transformer.ln_f.weight", ("main", -1, "final-norm", -1)),
        ("model.layers.3.self_attn.v_proj.weight", ("main", 3, "v", -1)),
        ("blk.3.attn_v.weight", ("main", 3, "v", -1)),
        ("encoder.layer.3.attention.self.value.weight", ("main", 3, "v", -1)),
        ("gpt_neox.layers.3.attention.query_key_value.weight", ("main", 3, "qkv", -1)),
        ("h.3.attn.c_attn.weight", ("main", 3, "qkv", -1)),
        ("model.layers.3.self_attn.qkv_proj.weight", ("main", 3, "qkv", -1)),
        ("model.layers.3.mlp.gate_up_proj.weight", ("main", 3, "gate", -1)),
        ("h.3.mlp.c_proj.weight", ("main", 3, "down", -1)),
        ("h.3.attn.c_proj.weight", ("main", 3, "o", -1)),
        ("model.layers.3.block_sparse_moe.experts.2.w1.weight", ("main", 3, "gate", 2)),
        ("model.layers.3.mlp.experts.0.up_proj.weight", ("main", 3, "up", 0)),
        ("model.layers.3.block_sparse_moe.gate.weight", ("main", 3, "router", -1)),
        ("model.layers.3.mlp.gate.weight", ("main", 3, "router", -1)),
        ("blk.3.ffn_up_exps.weight", ("main", 3, "up", -1)),
        ("model.embed_tokens.weight", ("main", -1, "embed", -1)),
        ("token_embd.weight", ("main", -1, "embed", -1)),
        ("lm_head.weight", ("main", -1, "head", -1)),
        ("cls.predictions.decoder.weight", ("main", -1, "head", -1)),
        ("vision_tower.encoder.layers.3.layer_norm1.weight", ("vision", 3, "attn-norm", -1)),
        ("language_model.model.layers.3.input_layernorm.weight", ("main", 3, "attn-norm", -1)),
        ("decoder.block.3.layer.0.layer_norm.weight", ("decoder", 3, "attn-norm", -1)),
    ],
)  # fmt: skip
def test_role(roles: RoleTable, name: str, role: tuple[str, int, str, int]) -> None:
    assert roles.role(name) == role


@pytest.mark.parametrize(
    "name",
    [
        # Rotary frequencies order these alike in models that share nothing.
        "model.layers.0.self_attn.q_norm.weight",
        "model.layers.0.self_attn.k_norm.weight",
        "blk.0.attn_q_norm.weight",
        "model.layers.0.self_attn.q_proj.bias",
        "blk.0.attn_k.bias",
        "gpt_neox.layers.0.attention.query_key_value.bias",
        "model.layers.0.self_attn.kv_a_layernorm.weight",
        # Packed, or no weights at all.
        "model.layers.0.self_attn.v_proj.qweight",
        "model.layers.0.self_attn.rotary_emb.inv_freq",
        "x" * 600 + ".weight",
        "weight",
    ],
)
def test_no_role(roles: RoleTable, name: str) -> None:
    assert roles.role(name) is None
