"""Models in memory, read the way files are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from provenance.artifacts import safetensors
from provenance.fingerprint import reading
from provenance.fingerprint.layout import Component, Model, WeightFile, components
from provenance.fingerprint.roles import RoleTable
from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.thresholds import Thresholds
from provenance.fingerprint.verdict import Verdict, judge_all
from tests.support.artifacts import Bytes
from tests.support.weight_files import safetensors_of

if TYPE_CHECKING:
    import numpy as np

RMS = {"model_type": "llama", "rms_norm_eps": 1e-6}


def opened(name: str, arrays: Mapping[str, np.ndarray], config: Mapping[str, object] = RMS,
           **as_dtype: str) -> Model:  # fmt: skip
    source = Bytes(safetensors_of(arrays, **as_dtype))
    tensors = safetensors.read_header(source).tensors
    file = WeightFile(name="model.safetensors", source=source, tensors=tensors)
    return Model(name=name, files=(file,), config=config)


def parts(model: Model, roles: RoleTable) -> dict[str, Component]:
    return {part.name: part for part in components(model, roles)}


def sketch(model: Model, roles: RoleTable, thresholds: Thresholds) -> Sketch:
    plans = [reading.plan(p, thresholds.reading) for p in components(model, roles)]
    return reading.read(model, plans)


def verdict(ours: Sketch, theirs: Sketch, thresholds: Thresholds) -> Verdict:
    return judge_all(ours, [theirs], thresholds)[0][0]
