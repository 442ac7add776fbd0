"""Files of weights made in memory, and a server that sends ranges of files it never holds."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np

from tests.support.artifacts import gguf
from tests.support.loopback import Double, Handler

CODES = {"float32": "F32", "float16": "F16", "int8": "I8", "uint8": "U8"}
Arrays = Mapping[str, np.ndarray]


def safetensors_of(arrays: Arrays, **as_dtype: str) -> bytes:
    """A file of these arrays; ``as_dtype`` names the type of raw uint16 or uint8 arrays."""
    header, blobs, at = {}, [], 0
    for name, values in arrays.items():
        data = np.ascontiguousarray(values).tobytes()
        code = as_dtype.get(values.dtype.name) or CODES[values.dtype.name]
        header[name] = {"dtype": code, "shape": list(values.shape),
                        "data_offsets": [at, at + len(data)]}  # fmt: skip
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def llama(
    seed: int, *, width: int = 64, layers: int = 2, ff: int = 96, words: int = 300
) -> dict[str, np.ndarray]:
    """Random weights under the names of a Llama: no training, independent by construction."""
    chance = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.02, shape).astype(np.float32)

    def norm() -> np.ndarray:
        return (1 + chance.normal(0, 0.05, width)).astype(np.float32)

    made = {"model.embed_tokens.weight": matrix(words, width), "model.norm.weight": norm()}
    for layer in range(layers):
        head = f"model.layers.{layer}."
        made[head + "input_layernorm.weight"] = norm()
        made[head + "post_attention_layernorm.weight"] = norm()
        for part in ("q", "k", "v", "o"):
            made[head + f"self_attn.{part}_proj.weight"] = matrix(width, width)
        for part in ("gate", "up"):
            made[head + f"mlp.{part}_proj.weight"] = matrix(ff, width)
        made[head + "mlp.down_proj.weight"] = matrix(width, ff)
    made["lm_head.weight"] = matrix(words, width)
    return made


def model_folder(folder: Path, arrays: Arrays, config: Mapping[str, object] | None = None) -> Path:
    """A model folder with one file of weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(safetensors_of(arrays))
    said = {"model_type": "llama", "rms_norm_eps": 1e-6} if config is None else config
    (folder / "config.json").write_text(json.dumps(said))
    return folder


_IN_GGUF = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
            "self_attn.v_proj": "attn_v", "mlp.gate_proj": "ffn_gate",
            "mlp.up_proj": "ffn_up"}  # fmt: skip


def gguf_of(arrays: Arrays, **metadata: object) -> bytes:
    """A Llama converted: renamed, matrices rounded to eight bits in blocks, its source unsaid."""
    data, infos = bytearray(), []
    for name, values in arrays.items():
        stem = name.removesuffix(".weight").removeprefix("model.layers.")
        layer, _, part = stem.partition(".")
        plain = {"model.norm": "output_norm", "model.embed_tokens": "token_embd"}.get(stem)
        if plain is None and part not in _IN_GGUF:
            continue
        data += bytes(-len(data) % 32)
        new = (plain or f"blk.{layer}.{_IN_GGUF[part]}") + ".weight"
        kind = 0 if values.ndim == 1 else 8
        infos.append((new, values.shape[::-1], kind, len(data)))
        if kind == 0:
            data += values.tobytes()
            continue
        for block in values.reshape(-1, 32):
            scale = np.float16(np.abs(block).max() / 127)
            quants = np.clip(np.rint(block / np.float32(scale)), -127, 127)
            data += struct.pack("<e", scale) + quants.astype(np.int8).tobytes()
    said = {"general.architecture": "llama", "llama.attention.layer_norm_rms_epsilon": 1e-6}
    return gguf({**said, **metadata}, infos, data=bytes(data))


# -- a file too large to hold ------------------------------------------------------------------


def shapes_of(width: int, layers: int, ff: int, kv: int, words: int) -> dict[str, tuple[int, ...]]:
    """The tensors of a Llama by name and shape."""
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (words, width)}
    for layer in range(layers):
        head = f"model.layers.{layer}."
        shapes |= {
            head + "input_layernorm.weight": (width,),
            head + "post_attention_layernorm.weight": (width,),
            head + "self_attn.q_proj.weight": (width, width),
            head + "self_attn.k_proj.weight": (kv, width),
            head + "self_attn.v_proj.weight": (kv, width),
            head + "self_attn.o_proj.weight": (width, width),
            head + "mlp.gate_proj.weight": (ff, width),
            head + "mlp.up_proj.weight": (ff, width),
            head + "mlp.down_proj.weight": (width, ff),
        }
    return shapes | {"model.norm.weight": (width,), "lm_head.weight": (words, width)}


class Sparse:
    """A safetensors file in BF16 whose bytes are made when they are asked for."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], seed: int) -> None:
        header, at = {}, 0
        for name, shape in shapes.items():
            length = int(np.prod(shape)) * 2
            header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + length]}
            at += length
        text = json.dumps(header).encode()
        self.head = struct.pack("<Q", len(text)) + text
        self.size = len(self.head) + at
        self.seed = seed

    def read(self, offset: int, length: int) -> bytes:
        data = self.head[offset : offset + length]
        start, left = max(offset, len(self.head)), length - len(data)
        if left <= 0:
            return data
        # Any value by its place alone: numbers near one, of both signs.
        places = np.arange((start - len(self.head)) // 2, (start - len(self.head) + left + 3) // 2)
        mixed = (places.astype(np.uint64) + np.uint64(self.seed << 40)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        halves = ((mixed >> np.uint64(40)) & np.uint64(0x80FF)).astype(np.uint16) | np.uint16(
            0x3F00
        )
        raw = halves.tobytes()
        return data + raw[(start - len(self.head)) % 2 :][:left]


Answer = Callable[[BaseHTTPRequestHandler], bool]


class _Handler(Handler):
    def do_GET(self) -> None:
        """Answer with the range that is asked for."""
        double: serving = self.double
        asked = self.headers.get("Range", "")
        double.asked.append((self.path, asked, self.headers.get("Authorization", "")))
        if double.instead is not None and double.instead(self):
            return None
        file = double.files.get(self.path.partition("?")[0])
        if file is None:
            return self.send(404)
        size = len(file) if isinstance(file, bytes) else file.size
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", asked).groups())
        last = min(last, size - 1)
        if isinstance(file, bytes):
            data = file[first : last + 1]
        else:
            data = file.read(first, last - first + 1)
        self.send(206, data, {"Content-Range": f"bytes {first}-{last}/{size}"})
        double.sent += len(data)
        return None


class serving(Double):
    """Serve files (bytes, or anything with size and read) by ranges on the loopback.

    ``instead`` may answer a request itself and then returns true.
    """

    handler = _Handler

    def __init__(self, files: Mapping[str, object], instead: Answer | None = None) -> None:
        super().__init__()
        self.files = files
        self.instead = instead
        self.url = self.origin
        self.asked: list[tuple[str, str, str]] = []
        """Path, range and authorization of each request."""
        self.sent = 0
