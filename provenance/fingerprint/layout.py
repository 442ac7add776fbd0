"""Headers of a model's files as roles: the shape key, and which slices a test would read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from provenance.artifacts.source import Source, Tensor
from provenance.fingerprint.decode import row_bytes
from provenance.fingerprint.roles import Role, RoleTable
from provenance.patterns import lazy

Key = tuple[str, int]
"""Kind and layer."""
MAX_LAYERS = 1024
MAX_WIDTH = 1 << 16
IN = ("v", "gate", "up", "qkv")
"""Matrices that read the stream: it runs along a row as a linear layer stores it."""
OUT = ("o", "down")
"""Matrices whose rows run along the stream only where they are stored transposed (GPT-2)."""
OUTSIDE = ("embed", "head")
_QK_NORM = lazy(r"\.(?:q|attn_q|query)_(?:layer)?norm\.|\.q_layernorm\.")
_QKV_BIAS = lazy(r"\.(?:q_proj|attn_q|query|query_key_value|c_attn|attn_qkv|qkv_proj)\.bias$")


class WeightFile(Struct, frozen=True, kw_only=True):
    """One file of a model: its name, its bytes by offset, its tensors in the order of rows."""

    name: str
    source: Source
    tensors: tuple[Tensor, ...]
    """Shapes with the slowest dimension first, whatever the format writes."""
    gguf: bool = False


class Model(Struct, frozen=True, kw_only=True):
    """The headers of a model, and what lay beside them."""

    name: str
    files: tuple[WeightFile, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Files that the index names and that are not there."""
    unread: tuple[tuple[str, str], ...] = ()
    """Files that are not read, and why."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.source.size for file in self.files)


class Place(Struct, frozen=True, kw_only=True):
    """A tensor and the file it lies in."""

    file: WeightFile
    tensor: Tensor

    @property
    def width(self) -> int:
        """Elements of a row."""
        return self.tensor.shape[-1] if self.tensor.shape else 1

    @property
    def rows(self) -> int:
        """Rows, all further dimensions taken together."""
        return prod(self.tensor.shape[:-1])

    @property
    def row_bytes(self) -> int | None:
        """Bytes of a row; None for a type that is not read."""
        return row_bytes(self.tensor.dtype, self.width)


class ShapeKey(Struct, frozen=True, kw_only=True):
    """What two models must share to have one architecture, under every naming scheme."""

    width: int
    layers: int
    query: int = 0
    key_value: int = 0
    feed_forward: int = 0
    vocabulary: int = 0
    experts: int = 0
    tied: bool = False
    qk_norm: bool = False
    qkv_bias: bool = False

    def compatible(self, other: ShapeKey) -> bool:
        """Tell whether the architectures are one; a vocabulary may have been changed."""
        return replace(self, vocabulary=0, tied=False) == replace(other, vocabulary=0, tied=False)


class Component(Struct, frozen=True, kw_only=True):
    """One part of a model with a residual stream of its own."""

    name: str
    shape: ShapeKey
    symmetry: str
    """``sign`` (RMSNorm), ``permutation`` (LayerNorm or not known) or ``none`` (sinusoids)."""
    norms: Mapping[tuple[str, int], Place]
    matrices: Mapping[tuple[str, int], Place]
    """Those whose rows run along the stream, of a type that is read."""
    untestable: tuple[tuple[str, str], ...] = ()


def components(model: Model, table: RoleTable) -> tuple[Component, ...]:
    """Return the parts of a model that have a residual stream, the main one first."""
    found: dict[str, dict[tuple[str, int], Place]] = {}
    experts: Counter[str] = Counter()
    names = [(place, table.role(place.tensor.name)) for place in _places(model)]
    for place, role in names:
        if role is None or role.component in ("projector", "draft"):
            continue
        experts[role.component] = max(experts[role.component], role.expert + 1)
        if role.expert <= 0 and role.layer < MAX_LAYERS:
            _put(found.setdefault(role.component, {}), role, place)
    if "decoder" in found and not any(layer >= 0 for _, layer in found.get("main", {})):
        found["main"] = {**found.pop("decoder"), **found.get("main", {})}
    parts = (
        _component(name, places, experts[name], model, table)
        for name, places in sorted(found.items(), key=lambda item: (item[0] != "main", item[0]))
    )
    return tuple(part for part in parts if part is not None)


def _places(model: Model) -> Iterable[Place]:
    pairs = [Place(file=file, tensor=tensor) for file in model.files for tensor in file.tensors]
    return sorted(pairs, key=lambda place: _natural(place.tensor.name))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(p) if p.isdigit() else -1, p) for p in re.split(r"(\d{1,9})", name)]


def _put(places: dict[tuple[str, int], Place], role: Role, place: Place) -> None:
    kind, again = role.kind, 2
    while (kind, role.layer) in places:  # a second norm or matrix of one role in a layer
        kind, again = f"{role.kind}-{again}", again + 1
    places[kind, role.layer] = place


def _component(
    name: str, places: dict[tuple[str, int], Place], experts: int, model: Model, table: RoleTable
) -> Component | None:
    width = _width(places)
    layers = 1 + max((layer for _, layer in places), default=-1)
    if not width or not layers:
        return None
    if any(kind == "pre-mlp-norm" for kind, _ in places):
        # Four norms a layer: what is called after attention then follows it, not the MLP.
        renamed = {"mlp-norm": "attn-post-norm", "pre-mlp-norm": "mlp-norm"}
        places = {(renamed.get(kind, kind), layer): p for (kind, layer), p in places.items()}
    norms = {
        key: place for key, place in places.items()
        if "norm" in key[0] and place.tensor.shape == (width,)
    }  # fmt: skip
    transposed = any(
        kind == "qkv" and place.tensor.shape[:1] == (width,) != place.tensor.shape[1:]
        for (kind, _), place in places.items()
    )
    matrices, untestable = {}, []
    for key, place in places.items():
        base = key[0].partition("-")[0]
        wanted = OUT if transposed and key[1] >= 0 else (*IN, *OUTSIDE)
        if "norm" in key[0] or base not in wanted:
            continue
        if place.width != width or len(place.tensor.shape) < 2:
            untestable.append((place.tensor.name, "packed"))
        elif not place.row_bytes:
            untestable.append((place.tensor.name, f"type {place.tensor.dtype}"))
        else:
            matrices[key] = place
    return Component(
        name=name, shape=_shape(width, layers, places, experts, model),
        symmetry=_symmetry(norms, model, table), norms=norms, matrices=matrices,
        untestable=tuple(untestable),
    )  # fmt: skip


def _width(places: Mapping[tuple[str, int], Place]) -> int:
    """Return the width of the stream: that of most norms, else of the embedding."""
    lengths = Counter(
        place.width for (kind, _), place in places.items()
        if "norm" in kind and len(place.tensor.shape) == 1
    )  # fmt: skip
    for kind in OUTSIDE:
        if not lengths and (kind, -1) in places:
            lengths[places[kind, -1].width] += 1
    width = max(lengths, key=lambda length: (lengths[length], length), default=0)
    return width if 8 <= width <= MAX_WIDTH else 0


def _shape(
    width: int, layers: int, places: Mapping[tuple[str, int], Place], experts: int, model: Model
) -> ShapeKey:
    def other(kind: str) -> int:
        """Return the side of a matrix that is not the stream's."""
        shapes = (p.tensor.shape for (k, _), p in places.items() if k == kind)
        shape = next((s for s in shapes if len(s) >= 2), ())
        sides = list(shape[-2:])
        if width in sides:
            sides.remove(width)
        return sides[0] if sides else 0

    first = next((p.tensor.shape for (k, _), p in places.items() if k == "gate"), ())
    names = [tensor.name for file in model.files for tensor in file.tensors]
    return ShapeKey(
        width=width, layers=layers, query=other("q") or other("qkv"),
        key_value=other("k"), feed_forward=other("up") or other("gate"),
        vocabulary=other("embed"), experts=max(experts, first[0] if len(first) == 3 else 0),
        tied=("head", -1) not in places, qk_norm=any(map(_QK_NORM.search, names)),
        qkv_bias=any(map(_QKV_BIAS.search, names)),
    )  # fmt: skip


def _symmetry(norms: Mapping[tuple[str, int], Place], model: Model, table: RoleTable) -> str:
    config = model.config
    if config.get("model_type") in table.sinusoidal:
        return "none"
    if any(kind.endswith("-bias") for kind, _ in norms):
        return "permutation"
    text = config.get("text_config")
    said: Sequence[Mapping[str, Any]] = (config, text if isinstance(text, Mapping) else {})
    return "sign" if any("rms" in key for part in said for key in part) else "permutation"
