"""Which layer of the one model is which of the other: every pair compared, each named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from provenance.fingerprint.layout import Key
from provenance.fingerprint.sketch import Part
from provenance.fingerprint.statistics import Form, Score, features, ranks, score_of

if TYPE_CHECKING:
    from provenance.fingerprint.statistics import Doubles, Floats

STACKS_KEPT = 3
"""Each is as large as all rows of a model, and every shape in a database may want its own."""


class LayerMatch(Struct, frozen=True, kw_only=True):
    """A layer of the candidate and the layer of the base it resembles most."""

    layer: int
    base_layer: int
    score: Score


class Prepared:
    """A part with what every comparison needs of it, made once and kept."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._features: dict[tuple[Key, Form], Floats] = {}
        self._ranks: dict[Key, Doubles] = {}
        self._stacks: dict[tuple[object, ...], Floats] = {}

    def features(self, key: Key, form: Form) -> Floats:
        """Return the features of one matrix."""
        if (key, form) not in self._features:
            rows = self.part.rows[key].astype("f4")
            self._features[key, form] = features(rows, form)
        return self._features[key, form]

    def ranks(self, key: Key) -> Doubles:
        """Return the ranks of one norm, centred and of length one."""
        if key not in self._ranks:
            self._ranks[key] = ranks(self.part.norms[key][None])[0]
        return self._ranks[key]

    def kinds(self, layer: int) -> frozenset[str]:
        """Return the kinds of matrices a layer has rows of."""
        return frozenset(kind for kind, at in self.part.rows if at == layer)

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers that have rows, in order."""
        return tuple(sorted({layer for _, layer in self.part.rows if layer >= 0}))

    def stack(self, counts: Mapping[str, int], layers: tuple[int, ...], form: Form) -> Floats:
        """Return the columns of each layer at length one: (layer, row, coin)."""
        import numpy as np

        key = (tuple(sorted(counts.items())), layers, form)
        if key not in self._stacks:
            made = np.stack([
                np.concatenate([
                    self.features((kind, at), form)[:rows] for kind, rows in sorted(counts.items())
                ])
                for at in layers
            ])  # fmt: skip
            size = np.sqrt(np.einsum("lrd,lrd->ld", made, made))[:, None]
            made *= np.divide(1, size, out=np.zeros_like(size), where=size > 0)
            if len(self._stacks) >= STACKS_KEPT:
                del self._stacks[next(iter(self._stacks))]
            self._stacks[key] = made
        return self._stacks[key]


def common_rows(
    first: Prepared, second: Prepared, layers: tuple[int, ...], others: tuple[int, ...]
) -> dict[str, int]:
    """Return the kinds that all these layers have, and how many rows of each."""
    sides = ((first, layers), (second, others))
    kinds = [side.kinds(layer) for side, chosen in sides for layer in chosen]
    shared = frozenset.intersection(*kinds) if kinds else frozenset()
    return {
        kind: min(side.part.height((kind, at)) for side, chosen in sides for at in chosen)
        for kind in shared
    }


def usual(prepared: Prepared) -> tuple[int, ...]:
    """Return the layers that have the kinds most layers have; hybrids have others between."""
    kinds = [prepared.kinds(layer) for layer in prepared.layers]
    if not kinds:
        return ()
    most = max(set(kinds), key=lambda k: (kinds.count(k), sorted(k)))
    return tuple(layer for layer in prepared.layers if prepared.kinds(layer) >= most)


def layer_map(candidate: Prepared, base: Prepared, form: Form) -> tuple[LayerMatch, ...]:
    """Return each layer of the candidate with the layer of the base it resembles most.

    All pairs are compared by their mean cosine in one product of matrices; the best of each
    row is then tested. Who draws a verdict from it must count all pairs as comparisons.
    """
    import numpy as np

    ours, theirs = usual(candidate), usual(base)
    counts = common_rows(candidate, base, ours, theirs) if ours and theirs else {}
    if not counts:
        return ()
    first, second = candidate.stack(counts, ours, form), base.stack(counts, theirs, form)
    means = first.reshape(len(ours), -1) @ second.reshape(len(theirs), -1).T
    best = means.argmax(axis=1)
    rows = sum(counts.values())
    return tuple(
        LayerMatch(
            layer=layer, base_layer=theirs[at],
            score=score_of(np.einsum("rd,rd->d", first[i], second[at]).astype("f8"), rows),
        )
        for i, (layer, at) in enumerate(zip(ours, best.tolist(), strict=True))
    )  # fmt: skip
