"""Error rates of ``provenance lineage`` on models that are really trained, tiny ones.

    python evals/lineage/run.py [--work DIR] [--small] [--processes N] [--torch-python EXE]
                                [--markdown FILE] [--json FILE] [--fixtures DIR]

Every model goes through the program's own reading and judging, one base at a time. Training
needs torch, judging does not.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from scipy import stats

from provenance.cli.lineage_run import Lineage
from provenance.fingerprint.layout import components
from provenance.fingerprint.sketch import Sketch, from_json, one_way, to_json
from provenance.fingerprint.statistics import Score
from provenance.fingerprint.units import offset_of, unit_test
from provenance.fingerprint.verdict import Verdict, judge_all

HERE = Path(__file__).resolve().parent
BASES = 3
KNOWN = (
    "fine-tune", "continued", "continued-3x", "lora-merged", "pruned-50", "pruned-90", "int8",
    "int4", "half", "new-vocabulary", "merge-50", "merge-10", "dare",
)  # fmt: skip
HELD_OUT = ("ties", "units-permuted", "depth-pruned", "upscaled", "franken", "two-bit")
ROTATED = ("rotated-fine-tune", "rotated-continued")
"""The same function in another basis: for the unit test, which is made on request."""
SIBLINGS = ("same-seed-other-data", "same-seed-other-order")
FOUND = ("identical", "derived", "related")


@dataclass(frozen=True)
class Pair:
    """A candidate, a base, and the truth."""

    family: str
    candidate: str
    base: str
    kind: str
    """``root`` or ``unrelated`` for strangers, else how the candidate came about."""


@dataclass(frozen=True)
class Outcome:
    pair: Pair
    verdict: Verdict
    from_sketch: Verdict
    """The verdict against the base's one-way sketch."""
    with_units: Verdict
    """The verdict with the unit test."""


def pairs(work: Path) -> Iterator[Pair]:
    """Yield every pair that is judged."""
    for folder in sorted(p for p in work.iterdir() if p.is_dir()):
        names = sorted(p.name for p in folder.iterdir() if p.is_dir())
        roots = sorted((n for n in names if n.startswith("root-")), key=lambda n: int(n[5:]))
        for first, second in itertools.combinations(roots, 2):
            yield Pair(folder.name, first, second, "root")
        for name in names:
            match = re.fullmatch(r"(.+)-(\d+)", name)
            kind, seed = (match.group(1), int(match.group(2))) if match else ("", -1)
            if kind not in (*KNOWN, *HELD_OUT, *SIBLINGS, *ROTATED):
                continue
            yield Pair(folder.name, name, f"root-{seed}", kind)
            # Merges hold a second parent; roots further on are strangers to all.
            strangers = [r for r in roots if int(r[5:]) not in (seed, seed + BASES)]
            for stranger in strangers[-2:]:
                yield Pair(folder.name, name, stranger, "unrelated")


class Judge:
    def __init__(self, work: Path) -> None:
        self.work = work
        self.run = Lineage.start(online=False, budget=None, tell=lambda _: None)
        self.kept: dict[tuple[str, str], tuple[Sketch, Sketch]] = {}

    def sketches(self, family: str, name: str) -> tuple[Sketch, Sketch]:
        key = (family, name)
        if key not in self.kept:
            found = replace(self.run.sketch(str(self.work / family / name)), name=name)
            lossy = replace(found, parts=tuple(map(one_way, found.parts)))
            self.kept[key] = (found, lossy)
        return self.kept[key]

    def __call__(self, pair: Pair) -> Outcome:
        candidate, _ = self.sketches(pair.family, pair.candidate)
        base, lossy = self.sketches(pair.family, pair.base)
        verdict = judge_all(candidate, [base], self.run.thresholds)[0][0]
        short = judge_all(candidate, [lossy], self.run.thresholds)[0][0]
        score = self.units(pair)
        units = {(pair.base, "main"): score} if score else {}
        more = judge_all(candidate, [base], self.run.thresholds, None, units)[0][0]
        return Outcome(pair, verdict, short, more)

    def units(self, pair: Pair) -> Score | None:
        """Run the unit test as ``compare --units`` does."""
        found = [self.sketches(pair.family, n)[0].parts[0] for n in (pair.candidate, pair.base)]
        models = [self.run.model(str(self.work / pair.family / n))
                  for n in (pair.candidate, pair.base)]  # fmt: skip
        places = [components(model, self.run.roles)[0] for model in models]
        limits, offsets = self.run.thresholds.reading, tuple(map(offset_of, models))
        return unit_test(*found, *places, limits, offsets=offsets)


def z_values(outcomes: list[Outcome]) -> dict[str, np.ndarray]:
    """Return the statistics of strangers, by test."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in outcomes:
        tests = each.verdict.comparison
        if tests.columns:
            found[f"columns ({tests.form})"].append(tests.columns.z)
        if (short := each.from_sketch.comparison.columns) is not None:
            found[f"columns ({tests.form}), base in one bit"].append(short.z)
        if tests.norms:
            found["norms (permutation)"].append(tests.norms.permutation_z or 0.0)
            found["norms (swaps)"].append(tests.norms.z)
        if (units := each.with_units.units) is not None:
            found["units (on request)"].append(units.z)
        for kind, score in tests.outside.items():
            found[f"{kind} rows"].append(score.z)
    return {test: np.array(values) for test, values in sorted(found.items())}


def null_table(outcomes: list[Outcome]) -> list[str]:
    lines = [
        "| test | pairs | mean | sd | max | KS p | rate of p ≤ 0.05, 0.01, 0.001 by the bound |",
        "|---|---|---|---|---|---|---|",
    ]
    for test, values in z_values(outcomes).items():
        fit = stats.kstest(values, "norm").pvalue
        bounds = np.where(values > 0, np.exp(-(values**2) / 2), 1.0)
        rates = ", ".join(f"{(bounds <= p).mean():.4f}" for p in (0.05, 0.01, 0.001))
        lines.append(
            f"| {test} | {len(values)} | {values.mean():.3f} | {values.std():.3f} "
            f"| {values.max():.2f} | {fit:.2f} | {rates} |"
        )
    return lines


def kind_table(outcomes: list[Outcome], kinds: tuple[str, ...]) -> list[str]:
    lines = [
        "| kind | pairs | derived | related | missed | share | least Z | found by sketches |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        chosen = [o for o in outcomes if o.pair.kind == kind]
        if not chosen:
            continue
        words = [o.verdict.word for o in chosen]
        shares = [max(o.verdict.share or 0, o.verdict.norms.share if o.verdict.norms else 0)
                  for o in chosen]  # fmt: skip
        z = min(o.verdict.strongest.z if o.verdict.strongest else 0 for o in chosen)
        found = sum(o.from_sketch.word in FOUND for o in chosen)
        strong = sum(word in ("identical", "derived") for word in words)
        lines.append(
            f"| {kind} | {len(chosen)} | {strong} | {words.count('related')} "
            f"| {sum(word not in FOUND for word in words)} "
            f"| {min(shares):.2f} to {max(shares):.2f} | {z:.1f} | {found} |"
        )
    return lines


def unit_table(outcomes: list[Outcome]) -> list[str]:
    lines = [
        "| pairs of | pairs | consistent | verdict without it | mean cosine | least Z | most Z |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = [("strangers", ("root", "unrelated")), *((kind, (kind,)) for kind in ROTATED)]
    for name, kinds in groups:
        chosen = [o for o in outcomes if o.pair.kind in kinds and o.with_units.units]
        scores = [o.with_units.units for o in chosen]
        if not chosen:
            continue
        words = sorted({o.verdict.word for o in chosen})
        z, shares = [s.z for s in scores], [s.share for s in scores]
        lines.append(
            f"| {name} | {len(chosen)} | {sum(o.with_units.word == 'consistent' for o in chosen)} "
            f"| {', '.join(words)} | {min(shares):.2f} to {max(shares):.2f} "
            f"| {min(z):.1f} | {max(z):.1f} |"
        )
    return lines


def misses(outcomes: list[Outcome]) -> list[str]:
    """Return what went otherwise than it should: one line each."""
    lines = []
    for o in outcomes:
        stranger = o.pair.kind in ("root", "unrelated")
        found = o.verdict.word in FOUND or (stranger and o.with_units.word == "consistent")
        sibling_called_derived = o.pair.kind in SIBLINGS and o.verdict.word != "related"
        if o.pair.kind in ROTATED:
            found = o.with_units.word == "consistent"
        if stranger == found or sibling_called_derived:
            z = o.verdict.strongest.z if o.verdict.strongest else 0.0
            lines.append(
                f"- {o.pair.family}: {o.pair.candidate} against {o.pair.base}: {o.verdict.word} "
                f"(Z {z:.1f}, share {o.verdict.share or 0:.2f})"
            )
    return lines or ["none"]


def report(outcomes: list[Outcome]) -> str:
    strangers = [o for o in outcomes if o.pair.kind in ("root", "unrelated")]
    roots = [o for o in strangers if o.pair.kind == "root"]
    descended = [o for o in outcomes if o.pair.kind in (*KNOWN, *HELD_OUT)]
    hits = sum(o.verdict.word in FOUND for o in descended)
    wrong = sum(o.verdict.word in FOUND for o in strangers)
    lossy_wrong = sum(o.from_sketch.word in FOUND for o in strangers)
    families = sorted({o.pair.family for o in outcomes})
    opening = (
        f"{len(outcomes)} pairs of models of {len(families)} families ({', '.join(families)}): "
        f"{len(strangers)} of strangers, of which {len(roots)} have configuration, data, order of "
        f"data and vocabulary in common; {len(descended)} of a model and its root, "
        f"{sum(o.pair.kind in ROTATED for o in outcomes)} of a rotated copy; the rest share a seed."
    )
    counts = (
        f"Strangers with a verdict of descent or relation: **{wrong} of {len(strangers)}** "
        f"(against one-way sketches {lossy_wrong}). Descendants found: **{hits} of "
        f"{len(descended)}** ({hits / max(len(descended), 1):.4f})."
    )
    tables = (
        ("Strangers that have all in common but the seed", null_table(roots)),
        ("Kinds the prototype knew", kind_table(outcomes, KNOWN)),
        ("Kinds held out", kind_table(outcomes, HELD_OUT)),
        ("Not derived, but of one seed", kind_table(outcomes, SIBLINGS)),
        ("On request: the unit test", unit_table(outcomes)),
        ("Misses", misses(outcomes)),
    )
    lines = [opening, "", counts, ""]
    for title, table in tables:
        lines += [f"{title}:", "", *table, ""]
    return "\n".join(lines)


def fixtures(judge: Judge, folder: Path) -> None:
    """Write the sketches that the test suite uses."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [("llama", n) for n in (
        "root-0", "root-1", "root-2", "fine-tune-0", "continued-0", "continued-3x-0",
        "lora-merged-0", "pruned-90-0", "int4-0", "merge-10-0", "new-vocabulary-0",
        "depth-pruned-0", "upscaled-0", "franken-0", "same-seed-other-data-0",
        "same-seed-other-order-0",
    )]  # fmt: skip
    wanted += itertools.product(("neox", "gemma", "moe"), ("root-0", "root-1", "fine-tune-0"))
    for family, name in wanted:
        if not (judge.work / family / name).exists():
            continue
        sketch, _ = judge.sketches(family, name)
        data = to_json(replace(sketch, name=f"tiny-{family}/{name}"))
        from_json(data)
        text = json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"
        (folder / f"{family}-{name}.json").write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option("--work", type=Path, help="models are kept there (default: a temporary folder)")
    option("--small", action="store_true", help="few models, hardly trained: a smoke test")
    option("--processes", type=int, default=2)
    option("--torch-python", default=sys.executable, help="an interpreter that has torch")
    option("--markdown", type=Path)
    option("--json", type=Path)
    option("--fixtures", type=Path, help="also write the sketches that tests use")
    options = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        trained(work, options)
        judge = Judge(work)
        outcomes = [judge(pair) for pair in pairs(work)]
        if options.fixtures:
            fixtures(judge, options.fixtures)
    text = report(outcomes)
    sys.stdout.write(text)
    sys.stderr.write(f"{(time.monotonic() - start) / 60:.1f} minutes\n")
    if options.markdown:
        options.markdown.write_text(text, "utf-8")
    if options.json:
        options.json.write_text(json.dumps([_plain(o) for o in outcomes], indent=0) + "\n")


def trained(work: Path, options: argparse.Namespace) -> None:
    command = [options.torch_python, str(HERE / "train.py"), str(work)]
    command += ["--small"] if options.small else []
    running = [
        subprocess.Popen([*command, "--part", f"{n}/{options.processes}"], stdout=sys.stderr)
        for n in range(options.processes)
    ]
    if any(process.wait() for process in running):
        sys.exit("training failed")


def _plain(o: Outcome) -> dict[str, object]:
    best = o.verdict.strongest
    return {
        "family": o.pair.family, "candidate": o.pair.candidate, "base": o.pair.base,
        "kind": o.pair.kind, "verdict": o.verdict.word, "from_sketch": o.from_sketch.word,
        "z": round(best.z, 3) if best else None, "share": round(o.verdict.share or 0, 4),
    }  # fmt: skip


if __name__ == "__main__":
    main()
