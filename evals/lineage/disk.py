"""Writes tiny models as model folders: the names of each family's public format."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]

LLAMA = {
    "embed.weight": "model.embed_tokens.weight", "norm.weight": "model.norm.weight",
    "head.weight": "lm_head.weight", "norm1": "input_layernorm",
    "norm2": "post_attention_layernorm", "q": "self_attn.q_proj", "k": "self_attn.k_proj",
    "v": "self_attn.v_proj", "o": "self_attn.o_proj", "gate": "mlp.gate_proj",
    "up": "mlp.up_proj", "down": "mlp.down_proj", "mlp.router": "block_sparse_moe.gate",
}  # fmt: skip
EXPERT = {"gate": "w1", "up": "w3", "down": "w2"}


def named(arrays: Arrays, family: str) -> Arrays:
    """Return the arrays of a tiny model under the names of its family's format."""
    if family == "neox":
        return _neox(arrays)
    found = {}
    for name, values in arrays.items():
        if name in LLAMA:
            found[LLAMA[name]] = values
            continue
        _, layer, rest = name.split(".", 2)
        stem, _, ending = rest.rpartition(".")
        if stem.startswith("mlp.") and stem != "mlp.router":
            _, kind, expert = stem.split(".")
            stem = f"block_sparse_moe.experts.{expert}.{EXPERT[kind]}"
        else:
            stem = LLAMA[stem]
        found[f"model.layers.{layer}.{stem}.{ending}"] = values
    return found


def _neox(arrays: Arrays) -> Arrays:
    plain = {"norm1": "input_layernorm", "norm2": "post_attention_layernorm",
             "o": "attention.dense", "up": "mlp.dense_h_to_4h",
             "down": "mlp.dense_4h_to_h"}  # fmt: skip
    outside = {"embed.weight": "gpt_neox.embed_in.weight", "head.weight": "embed_out.weight",
               "norm.weight": "gpt_neox.final_layer_norm.weight",
               "norm.bias": "gpt_neox.final_layer_norm.bias"}  # fmt: skip
    found = {}
    for name, values in arrays.items():
        if name in outside:
            found[outside[name]] = values
            continue
        _, layer, stem, ending = name.split(".")
        place = f"gpt_neox.layers.{layer}."
        if stem == "q":
            heads = [arrays[f"blocks.{layer}.{part}.weight"] for part in "qkv"]
            side = values.shape[1] // 4
            parts = [h.reshape(4, side, -1) for h in heads]
            found[place + "attention.query_key_value.weight"] = np.concatenate(parts, 1).reshape(
                3 * values.shape[0], -1
            )
        elif stem in plain:
            found[f"{place}{plain[stem]}.{ending}"] = values
    return found


def config(family: str) -> dict[str, object]:
    kinds = {"neox": "gpt_neox", "gemma": "gemma", "moe": "mixtral"}
    said: dict[str, object] = {"model_type": kinds.get(family, "llama")}
    said["layer_norm_eps" if family == "neox" else "rms_norm_eps"] = 1e-6
    return said


def safetensors(arrays: Arrays) -> bytes:
    header, blobs, at = {}, [], 0
    codes = {"float32": "F32", "float16": "F16", "int8": "I8", "uint16": "BF16"}
    for name, values in sorted(arrays.items()):
        data = np.ascontiguousarray(values).tobytes()
        header[name] = {"dtype": codes[values.dtype.name], "shape": list(values.shape),
                        "data_offsets": [at, at + len(data)]}  # fmt: skip
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def save(folder: Path, arrays: Arrays, family: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(safetensors(named(arrays, family)))
    (folder / "config.json").write_text(json.dumps(config(family)))
    return folder
