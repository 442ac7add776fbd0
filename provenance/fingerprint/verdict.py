"""From tests to one of eight words. What each requires is the table in docs/lineage.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, log
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from provenance.fingerprint.compare import (
    Comparison,
    compare,
    control_z,
    form_of,
    norms_of,
    self_z,
    stranger,
    strongest,
)
from provenance.fingerprint.layers import LayerMatch, Prepared
from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.statistics import Score, least_share, needed_z
from provenance.fingerprint.thresholds import Thresholds

Word = Literal[
    "identical", "derived", "related", "consistent", "declared", "architecture-compatible",
    "no-evidence", "not-testable",
]  # fmt: skip
WORDS: tuple[Word, ...] = get_args(Word)
"""Strongest first."""
_WORTH = log(1e-4)
"""Far above any threshold of a verdict: what stays above it is no match."""


class Controls(Struct, frozen=True, kw_only=True):
    """The same tests where the answer is known."""

    exchanged_z: float | None
    """Base against the candidate with coordinates renamed: must stay below the line."""
    unrelated_z: float | None = None
    """Base against another base of equal width; None where there is none."""
    unrelated: str = ""
    self_z: float | None = None
    """Candidate against its own sketch: what a copy reaches."""


class Verdict(Struct, frozen=True, kw_only=True):
    """One base's verdict, with all that it stands on."""

    base: str
    part: str
    word: Word
    comparison: Comparison
    comparisons: int
    """All tests of the run: what p is multiplied by."""
    log_p: float | None = None
    """Family-wise, of the strongest column test; None where none was run."""
    strongest: Score | None = None
    norms: Score | None = None
    """Over matched layers where these are not simply all."""
    share: float | None = None
    matched: tuple[LayerMatch, ...] = ()
    controls: Controls | None = None
    reasons: tuple[str, ...] = ()
    """Explanations to be read with it; ids of messages."""
    least_share: float | None = None
    architecture: bool = False
    aligned_z: float | None = None
    units: Score | None = None
    """The unit test, where it was run."""

    def p(self, thresholds: Thresholds) -> float | None:
        """Return p as it is shown: never below the floor, never above 1."""
        if self.log_p is None:
            return None
        return min(1.0, max(thresholds.p_floor, exp(max(self.log_p, -700.0))))


class Base(Struct, frozen=True, kw_only=True):
    """A model to test against, prepared."""

    name: str
    sketch: Sketch
    parts: dict[str, Prepared]

    @classmethod
    def of(cls, sketch: Sketch) -> Base:
        """Prepare a sketch."""
        return cls(
            name=sketch.name, sketch=sketch, parts={p.name: Prepared(p) for p in sketch.parts}
        )


def judge(
    candidate: Base, base: Base, found: Comparison, thresholds: Thresholds, *,
    total: int, aligned_z: float | None = None, units: Score | None = None,
    unrelated: tuple[str, Prepared] | None = None,
) -> Verdict:  # fmt: skip
    """Say what the outcome of a comparison is called.

    Args:
        total: tests of the whole run, for the correction of p.
        aligned_z: of the aligned test, where it was run.
        units: of the unit test, where it was run; ``total`` counts it.
        unrelated: another base of equal width that does not match, as a control.
    """
    part = found.part
    ours, theirs = candidate.parts[part], base.parts[part]
    architecture = ours.part.shape.compatible(theirs.part.shape)
    best = strongest(found)
    log_total = log(max(total, 1))
    matched = tuple(m for m in found.layers if m.score.log_p + log_total <= thresholds.log_p)
    norms = _matched_norms(found, matched, ours, theirs)
    share = _share(found, matched, best)
    log_p = min(best.log_p + log_total, 0.0) if best else None
    norm_log_p = min(found.norms.log_p + log_total, 0.0) if found.norms else 0.0
    over = log_p is not None and log_p <= thresholds.log_p
    touched = over or norm_log_p <= thresholds.log_p or any(
        score.log_p + log_total <= thresholds.log_p for score in found.outside.values()
    )  # fmt: skip
    if touched and not over:  # the p of what did draw it
        seen = [found.norms, *found.outside.values()]
        log_p = min(min(score.log_p + log_total, 0.0) for score in seen if score)
    controls = None
    reasons: list[str] = []
    word: Word
    if _identical(candidate, base, found, part):
        word = "identical"
    elif touched:
        controls = _controls(ours, theirs, unrelated)
        word, reasons = _touched(
            found, thresholds, over=over, norms=norms, share=share, controls=controls
        )
    elif units is not None and units.log_p + log_total <= thresholds.log_p:
        word, reasons, log_p = "consistent", ["turned"], units.log_p + log_total
    elif aligned_z is not None and aligned_z >= thresholds.aligned_z:
        word, reasons = "consistent", ["empirical"]
    elif architecture:
        word = "architecture-compatible"
    elif best is None and found.norms is None:
        word = "not-testable"
    else:
        word = "no-evidence"
    power = found.columns or best
    return Verdict(
        base=base.name, part=part, word=word, comparison=found, comparisons=total, log_p=log_p,
        strongest=best, norms=norms, share=share, matched=matched, controls=controls,
        reasons=tuple(reasons), architecture=architecture, aligned_z=aligned_z, units=units,
        least_share=least_share(power, needed_z(thresholds.log_p, total)) if power else None,
    )  # fmt: skip


def _touched(
    found: Comparison, thresholds: Thresholds, *, over: bool, norms: Score | None,
    share: float | None, controls: Controls,
) -> tuple[Word, list[str]]:  # fmt: skip
    """Tell weight evidence of descent from weights that are related in some way."""
    inside = bool(found.columns or found.layers)
    agrees = norms is not None and (norms.permutation_z or 0.0) >= thresholds.norm_z
    size = max(share or 0.0, norms.share if norms else 0.0)
    held = all(
        z is None or abs(z) < thresholds.control_z
        for z in (controls.exchanged_z, controls.unrelated_z)
    )
    if not held:
        return "related", ["control-failed"]
    # With rows of embeddings alone, norms must be there to speak for the layers.
    if over and size >= thresholds.share and (agrees or (norms is None and inside)):
        return "derived", []
    reasons = ["retraining", "minority", "same-seed"]
    if not over:
        reasons.insert(0, "norms-only" if norms and not found.outside else "outside-only")
    elif norms is not None and not agrees:
        reasons.insert(0, "tests-disagree")
    return "related", reasons


def _identical(candidate: Base, base: Base, found: Comparison, part: str) -> bool:
    """Tell whether all that was read is equal, and a whole large tensor with it."""
    ours, theirs = candidate.sketch.witness.get(part), base.sketch.witness.get(part)
    equal = 0 < found.digests_compared == len(found.identical)
    return bool(ours) and ours == theirs and equal


def _matched_norms(
    found: Comparison, matched: tuple[LayerMatch, ...], ours: Prepared, theirs: Prepared
) -> Score | None:
    """Return the norm test over the layers that match, where these are not simply all."""
    plain = all(m.layer == m.base_layer for m in matched) and found.norms is not None
    if not matched or (plain and len(matched) == len(found.layers)):
        return found.norms
    layers = {m.layer: m.base_layer for m in matched}
    return norms_of(ours, theirs, layers, outside=False)


def _share(found: Comparison, matched: tuple[LayerMatch, ...], best: Score | None) -> float | None:
    if matched:
        return sum(found.share(m.score) for m in matched) / len(matched)
    score = found.columns or best
    return found.share(score) if score else None


def _controls(ours: Prepared, theirs: Prepared, unrelated: tuple[str, Prepared] | None) -> Controls:
    name, other = unrelated or ("", None)
    usable = other is not None and form_of(theirs.part, other.part) is not None
    return Controls(
        exchanged_z=control_z(theirs, Prepared(stranger(ours.part))),
        unrelated_z=control_z(theirs, other) if other is not None and usable else None,
        unrelated=name if usable else "", self_z=self_z(ours),
    )  # fmt: skip


def judge_all(
    candidate: Sketch, bases: Iterable[Sketch], thresholds: Thresholds,
    aligned: Mapping[tuple[str, str], float] | None = None,
    units: Mapping[tuple[str, str], Score] | None = None,
) -> list[tuple[Verdict, Sketch]]:  # fmt: skip
    """Test a model against many, each base held only as long as it is needed.

    Args:
        aligned: the outcomes of the aligned test, by base and part.
        units: those of the unit test.

    Returns:
        Verdicts with the bases they are about (weights left out where nothing was found),
        the strongest first.
    """
    ours = Base.of(candidate)
    found: list[tuple[Comparison, Sketch]] = []
    strangers: dict[tuple[str, int], tuple[str, Prepared]] = {}
    for sketch in bases:
        base = Base.of(sketch)
        for part in ours.parts.keys() & base.parts.keys():
            outcome = compare(ours.parts[part], base.parts[part])
            if _worth_keeping(outcome):
                found.append((outcome, sketch))
                continue
            found.append((_in_short(outcome), _without_weights(sketch)))
            width = base.parts[part].part.shape.width
            if outcome.form and (part, width) not in strangers:
                strangers[part, width] = (base.name, Prepared(base.parts[part].part))
    aligned, units = aligned or {}, units or {}
    total = sum(outcome.comparisons for outcome, _ in found) + len(units)
    verdicts = [
        (
            judge(
                # Prepared anew: what is prepared for one base is not kept for all.
                ours, Base.of(sketch), outcome, thresholds, total=total,
                aligned_z=aligned.get((sketch.name, outcome.part)),
                units=units.get((sketch.name, outcome.part)),
                unrelated=strangers.get((outcome.part, ours.parts[outcome.part].part.shape.width)),
            ),
            sketch,
        )
        for outcome, sketch in found
    ]  # fmt: skip
    return sorted(
        verdicts, key=lambda v: (WORDS.index(v[0].word), -(v[0].share or 0), v[0].base, v[0].part)
    )


def _worth_keeping(found: Comparison) -> bool:
    """Tell whether a base could still draw a verdict, so that controls need its weights."""
    best = strongest(found)
    scores = (best, found.norms, *found.outside.values())
    return any(score is not None and score.log_p < _WORTH for score in scores)


def _in_short(found: Comparison) -> Comparison:
    """Return a comparison with no more layers than say how close it came."""
    best = max(found.layers, key=lambda match: match.score.z, default=None)
    return replace(found, layers=(best,) if best else ())


def _without_weights(sketch: Sketch) -> Sketch:
    return replace(sketch, parts=tuple(replace(p, norms={}, rows={}) for p in sketch.parts))
