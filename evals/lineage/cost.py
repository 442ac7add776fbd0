"""What a comparison costs: bytes, seconds and memory for files with the shapes of public models.

    python evals/lineage/cost.py [--shape 8B|70B [--bases N]]

The files are synthetic and never lie anywhere: a server on the loopback makes the bytes of a
range when they are asked for. The command is run as a user runs it, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from provenance.fingerprint import database
from provenance.fingerprint.sketch import Sketch, from_json

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.support.weight_files import Sparse, serving, shapes_of

SHAPES = {
    "8B": (4096, 32, 14336, 1024, 128256),
    "70B": (8192, 80, 28672, 1024, 128256),
}
"""Width, layers, feed-forward width, width of keys and values, words."""
RUNS = (("8B", 1), ("70B", 1), ("8B", 1000), ("70B", 1000))
CONFIG = json.dumps({"model_type": "llama", "rms_norm_eps": 1e-5}).encode()
MODEL = "model.safetensors"
RUN = """
import json, os, subprocess, sys
with open(sys.argv[1], "wb") as out:
    process = subprocess.Popen(sys.argv[2:], stdout=out)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""
"""Between this process and the command: on Linux a process starts with its parent's peak."""


def command(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "provenance", "lineage", *map(str, args)]


def strangers(model: Sketch, count: int) -> Iterator[database.Row]:
    """Yield sketches with the shapes of a model, and values of their own."""
    for number in range(count):
        chance = np.random.default_rng(number)
        parts = tuple(
            replace(
                part,
                norms={key: chance.permutation(values) for key, values in part.norms.items()},
                rows={
                    key: chance.integers(0, 2, values.shape, np.int8) * np.int8(2) - np.int8(1)
                    for key, values in part.rows.items()
                },
                digests=dict.fromkeys(part.digests, f"{number:064x}"),
            )
            for part in model.parts
        )
        yield database.row_of(replace(model, name=f"acme/base-{number}", parts=parts, witness={}))


def measured(shape: str, count: int) -> str:
    """Return a row of the table: one model against so many bases."""
    file = Sparse(shapes_of(*SHAPES[shape]), 0)
    files = {"/0/config.json": CONFIG, f"/0/{MODEL}": file}
    with tempfile.TemporaryDirectory() as temporary, serving(files) as server:
        place = Path(temporary)
        url = f"{server.url}/0/{MODEL}"
        made = command("fingerprint", "--online", "-q", url, "-o", place / "own.json")
        subprocess.run(made, check=True)
        own = from_json(json.loads((place / "own.json").read_text("utf-8")))
        bases = place / "bases.db"
        bases.write_text(database.written(strangers(own, count)), "ascii")
        sent, asked, start = server.sent, len(server.asked), time.monotonic()
        scan = command("scan", url, "--online", "-q", "-f", "json", "--db", bases)
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(place / "out.json"), *scan],
            check=True, capture_output=True,
        )  # fmt: skip
        took = time.monotonic() - start
        status, processor, peak = json.loads(done.stdout)
        found = json.loads((place / "out.json").read_text("utf-8"))["models"][0]
        assert (status, found["bases_tested"]) == (0, count)
        unit = 1 if sys.platform == "darwin" else 1024
        return (
            f"| {shape} | {count} | {(server.sent - sent) / 1e6:.1f} MB | {file.size / 1e9:.1f} GB "
            f"| {len(server.asked) - asked} | {peak * unit / 1e9:.2f} GB | {took:.0f} s "
            f"| {processor:.0f} s |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", choices=SHAPES)
    parser.add_argument("--bases", type=int, default=1)
    options = parser.parse_args()
    runs = ((options.shape, options.bases),) if options.shape else RUNS
    print("| shapes | bases | read | of | requests | memory | time | of processor |")
    print("|---|---|---|---|---|---|---|---|")
    for shape, count in runs:
        print(measured(shape, count), flush=True)


if __name__ == "__main__":
    main()
