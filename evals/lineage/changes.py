"""What is done to weights after training: pruning, rounding, merging, depth, vocabulary."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]


def matrices(arrays: Arrays, change: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    return {
        name: change(values).astype(np.float32) if values.ndim == 2 else values
        for name, values in arrays.items()
    }


def prune(arrays: Arrays, share: float) -> Arrays:
    def cut(values: np.ndarray) -> np.ndarray:
        return np.where(np.abs(values) >= np.quantile(np.abs(values), share), values, 0)

    return matrices(arrays, cut)


def rounded(arrays: Arrays, bits: int) -> Arrays:
    """Round each row to so many bits around nought, as weight-only quantization does."""

    def turn(values: np.ndarray) -> np.ndarray:
        step = np.abs(values).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
        return np.rint(values / np.maximum(step, 1e-12)) * step

    return matrices(arrays, turn)


def half(arrays: Arrays) -> Arrays:
    return {name: values.astype(np.float16) for name, values in arrays.items()}


def average(first: Arrays, second: Arrays, share: float) -> Arrays:
    return {name: share * first[name] + (1 - share) * second[name] for name in first}


def dare(base: Arrays, tuned: list[Arrays], drop: float, seed: int) -> Arrays:
    chance = np.random.default_rng(seed)
    found = {}
    for name, values in base.items():
        total = np.zeros_like(values)
        for other in tuned:
            kept = chance.random(values.shape) >= drop
            total += np.where(kept, other[name] - values, 0) / (1 - drop)
        found[name] = (values + total / len(tuned)).astype(np.float32)
    return found


def ties(base: Arrays, tuned: list[Arrays], keep: float) -> Arrays:
    found = {}
    for name, values in base.items():
        deltas = np.stack([other[name] - values for other in tuned])
        for delta in deltas:
            delta[np.abs(delta) < np.quantile(np.abs(delta), 1 - keep)] = 0
        sign = np.sign(deltas.sum(axis=0))
        agreeing = np.where(np.sign(deltas) == sign, deltas, 0)
        count = np.maximum((agreeing != 0).sum(axis=0), 1)
        found[name] = (values + agreeing.sum(axis=0) / count).astype(np.float32)
    return found


def low_rank(base: Arrays, tuned: Arrays, rank: int) -> Arrays:
    """Return the base with the update of some projections, cut to a rank: a merged LoRA."""
    found = dict(base)
    for name in base:
        if name.endswith((".q.weight", ".v.weight", ".up.weight")):
            u, s, v = np.linalg.svd(tuned[name] - base[name], full_matrices=False)
            found[name] = (base[name] + (u[:, :rank] * s[:rank]) @ v[:rank]).astype(np.float32)
    return found


def layers(arrays: Arrays, order: list[tuple[Arrays, int]]) -> Arrays:
    """Return a model of these layers, each of some model; all else as it stands in the first."""
    found = {name: values for name, values in arrays.items() if not name.startswith("blocks.")}
    for index, (source, layer) in enumerate(order):
        head = f"blocks.{layer}."
        for name, values in source.items():
            if name.startswith(head):
                found[f"blocks.{index}.{name.removeprefix(head)}"] = values
    return found


def new_vocabulary(arrays: Arrays, words: int, seed: int) -> Arrays:
    chance = np.random.default_rng(seed)
    width = arrays["embed.weight"].shape[1]
    fresh = {
        name: chance.normal(0, 0.1, (words, width)).astype(np.float32)
        for name in ("embed.weight", "head.weight")
    }
    return {**arrays, **fresh}


def rotated(arrays: Arrays, seed: int, *, offset: float = 0.0) -> Arrays:
    """Return the same function in another basis of the stream, norms folded; RMSNorm only.

    Args:
        offset: what the model adds to the gains of its norms.
    """
    width = arrays["norm.weight"].shape[0]
    turn, side = np.linalg.qr(np.random.default_rng(seed).standard_normal((width, width)))
    turn = turn * np.sign(np.diag(side))
    found = {}
    for name, values in arrays.items():
        parts = name.split(".")
        head = ".".join(parts[:2])
        if values.ndim == 1:
            new = np.full_like(values, 1 - offset)
        elif name == "embed.weight":
            new = values @ turn
        elif "o" in parts or "down" in parts:
            new = turn.T @ values
        else:
            norm = "norm" if name == "head.weight" else None
            norm = norm or f"{head}.norm{1 if parts[2] in ('q', 'k', 'v') else 2}"
            new = (values * (arrays[f"{norm}.weight"] + offset)) @ turn
        found[name] = new.astype(np.float32)
    return found


def units_permuted(arrays: Arrays, seed: int) -> Arrays:
    """Return the same function with the units inside the feed-forward layers in another order."""
    chance = np.random.default_rng(seed)
    found = dict(arrays)
    for name in arrays:
        if name.endswith(".down.weight"):
            stem = name.removesuffix("down.weight")
            order = chance.permutation(arrays[name].shape[1])
            found[name] = arrays[name][:, order]
            for part in ("gate", "up"):
                if f"{stem}{part}.weight" in arrays:
                    found[f"{stem}{part}.weight"] = arrays[f"{stem}{part}.weight"][order]
    return found
