"""Trains the tiny models of the evaluation and writes them as folders; needs torch.

    python evals/lineage/train.py WORK [--part I/N] [--small]

Models that are there already are not trained again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import changes
import disk
import numpy as np
import torch
from tiny import FAMILIES, Family, Language, Tiny, fresh, train

STEPS = 300
ROOTS = {"llama": 20, "neox": 14, "gemma": 12, "gqa": 12, "moe": 10}
BASES = 3
"""How much further on among the roots a stranger is that a root is merged with."""
DESCENDED = 2
"""Roots of each family that something is derived from."""
LANGUAGE, OTHER, ORDER = 1, 2, 5
Arrays = dict[str, np.ndarray]


def arrays(model: Tiny) -> Arrays:
    return {name: values.numpy().copy() for name, values in model.state_dict().items()}


def restored(family: Family, values: Arrays) -> Tiny:
    model = Tiny(family)
    model.load_state_dict({name: torch.from_numpy(v) for name, v in values.items()})
    return model


class Bench:
    """One family's models in a folder, made when first asked for."""

    def __init__(self, work: Path, family: Family, steps: int) -> None:
        self.folder, self.family, self.steps = work / family.name, family, steps
        self.known, self.other = Language(LANGUAGE), Language(OTHER)

    def made(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        kept = self.folder / name / "arrays.npz"
        if kept.exists():
            with np.load(kept) as stored:
                return dict(stored)
        values = make()
        disk.save(kept.parent, values, self.family.name)
        half_done = kept.with_suffix(f".{os.getpid()}.npz")
        np.savez(half_done, **values)
        half_done.replace(kept)
        return values

    def root(self, seed: int) -> Arrays:
        def make() -> Arrays:
            model = fresh(self.family, seed)
            train(model, self.known, ORDER, self.steps)
            return arrays(model)

        return self.made(f"root-{seed}", make)

    def further(self, name: str, base: Arrays, steps: float, rate: float, order: int) -> Arrays:
        def make() -> Arrays:
            model = restored(self.family, base)
            train(model, self.other, order, int(self.steps * steps), rate)
            return arrays(model)

        return self.made(name, make)

    def sibling(self, name: str, seed: int, language: Language, order: int) -> Arrays:
        def make() -> Arrays:
            model = fresh(self.family, seed)
            train(model, language, order, self.steps)
            return arrays(model)

        return self.made(name, make)

    def descend(self, seed: int, stranger: Arrays) -> None:
        """Make everything that is derived from one root, and its same-seed siblings."""
        base, n = self.root(seed), f"{seed}"
        tuned = self.further(f"fine-tune-{n}", base, 0.3, 5e-4, 11)
        second = self.further(f"fine-tune-b-{n}", base, 0.3, 5e-4, 12)
        long = self.further(f"continued-{n}", base, 1, 3e-3, 13)
        if seed == 0:  # the longest by far
            self.further(f"continued-3x-{n}", base, 3, 3e-3, 14)
        self.sibling(f"same-seed-other-data-{n}", seed, self.other, 15)
        self.sibling(f"same-seed-other-order-{n}", seed, self.known, 16)
        for name, make in self.edits(base, tuned, second, stranger, seed):
            self.made(f"{name}-{n}", make)
        if self.family.norm != "layer":
            offset = 1.0 if self.family.norm == "gemma" else 0.0
            for name, model in (("fine-tune", tuned), ("continued", long)):
                turned = partial(changes.rotated, model, seed, offset=offset)
                self.made(f"rotated-{name}-{n}", turned)

    def edits(
        self, base: Arrays, tuned: Arrays, second: Arrays, stranger: Arrays, seed: int
    ) -> Iterator[tuple[str, Callable[[], Arrays]]]:
        last = self.family.layers - 1
        yield "lora-merged", lambda: changes.low_rank(base, tuned, 4)
        yield "pruned-50", lambda: changes.prune(tuned, 0.5)
        yield "pruned-90", lambda: changes.prune(tuned, 0.9)
        yield "int8", lambda: changes.rounded(tuned, 8)
        yield "int4", lambda: changes.rounded(tuned, 4)
        yield "half", lambda: changes.half(tuned)
        yield "new-vocabulary", lambda: changes.new_vocabulary(tuned, 320, seed)
        yield "merge-50", lambda: changes.average(tuned, stranger, 0.5)
        yield "merge-10", lambda: changes.average(base, stranger, 0.1)
        yield "dare", lambda: changes.dare(base, [tuned, second], 0.9, seed)
        # Kinds that no threshold was ever held against.
        yield "ties", lambda: changes.ties(base, [tuned, second], 0.2)
        yield "units-permuted", lambda: changes.units_permuted(tuned, seed)
        yield "depth-pruned", lambda: changes.layers(tuned, [(tuned, 0), (tuned, last)])
        yield (
            "upscaled",
            lambda: changes.layers(
                tuned, [(tuned, i) for i in (*range(last + 1), *range(1, last + 1))]
            ),
        )
        yield "franken", lambda: changes.layers(tuned, [(tuned, 0), (stranger, 1), (tuned, last)])
        yield "two-bit", lambda: changes.rounded(tuned, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    part, parts = map(int, options.part.split("/"))
    steps = 40 if options.small else STEPS
    jobs: list[tuple[str, int, bool]] = []
    for name, count in ROOTS.items():
        count = 4 if options.small else count
        bases = 1 if options.small else DESCENDED
        jobs += [(name, seed, seed < bases) for seed in range(count)]
    # Roots with descendants first; a root another process also needs is made by both, alike.
    jobs.sort(key=lambda job: (not job[2], job[1], job[0]))
    for index, (name, seed, descends) in enumerate(jobs):
        if index % parts != part:
            continue
        bench = Bench(options.work, FAMILIES[name], steps)
        bench.root(seed)
        if descends:
            bench.descend(seed, bench.root(seed + BASES))
        print(f"{name} {seed}", flush=True)


if __name__ == "__main__":
    main()
