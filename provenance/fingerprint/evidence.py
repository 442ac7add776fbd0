"""A verdict as JSON: every number it stands on, and one evidence record for each test."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

from msgspec.structs import asdict

from provenance import __version__
from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.statistics import Score
from provenance.fingerprint.thresholds import Thresholds
from provenance.fingerprint.verdict import Verdict

TOLD = ("identical", "derived", "related", "consistent", "architecture-compatible")
"""Verdicts that are told in full; of others the word and the statistics are."""


def verdict_json(
    verdict: Verdict, candidate: Sketch, base: Sketch, thresholds: Thresholds
) -> dict[str, Any]:
    """Return a verdict with its statistics, controls, power and evidence."""
    found, p = verdict.comparison, verdict.p(thresholds)
    data: dict[str, Any] = {
        "base": verdict.base, "component": verdict.part, "verdict": verdict.word,
        "p": _number(p), "p_is_floor": p is not None and p <= thresholds.p_floor,
        "log10_p": _number(verdict.log_p / _LN10) if verdict.log_p is not None else None,
        "comparisons": verdict.comparisons, "share": _number(verdict.share),
        "norm_correlation": _number(verdict.norms.share) if verdict.norms else None,
        "dimension": candidate_width(candidate, verdict.part),
        "statistics": _statistics(verdict),
        "not_testable": [list(item) for item in found.not_testable],
    }  # fmt: skip
    if verdict.word not in TOLD:
        return data
    controls = verdict.controls
    return {
        **data,
        "architecture_compatible": verdict.architecture,
        "layers": [
            {"layer": m.layer, "base_layer": m.base_layer, "z": _number(m.score.z),
             "share": _number(found.share(m.score))}
            for m in verdict.matched
        ],
        "identical_slices": {"of": found.digests_compared, "equal": list(found.identical)},
        "controls": asdict(controls) if controls else None,
        "reasons": list(verdict.reasons),
        "power": {"least_share": _number(verdict.least_share)},
        "direction": None,
        "evidence": _records(verdict, candidate, base),
    }  # fmt: skip


_LN10 = log(10.0)


def candidate_width(candidate: Sketch, part: str) -> int | None:
    """Return the width of a part's stream."""
    found = candidate.part(part)
    return found.shape.width if found else None


def _statistics(verdict: Verdict) -> dict[str, Any]:
    found = verdict.comparison
    return {
        "columns": _score(found.columns), "norms": _score(verdict.norms or found.norms),
        "outside": {kind: _score(score) for kind, score in sorted(found.outside.items())},
        "strongest_z": _number(verdict.strongest.z) if verdict.strongest else None,
        "aligned_z": _number(verdict.aligned_z), "units": _score(verdict.units),
        "form": found.form,
    }  # fmt: skip


def _score(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "z": _number(score.z), "ceiling": _number(sqrt(score.coins)), "coins": score.coins,
        "vectors": score.vectors, "share": _number(score.share),
        "permutation_z": _number(score.permutation_z),
        "bound": "hoeffding",
    }  # fmt: skip


def _records(verdict: Verdict, candidate: Sketch, base: Sketch) -> list[dict[str, Any]]:
    """Return the tests as evidence; the digests of what they read stand with the component."""
    found = verdict.comparison

    def record(level: int, signal: str, value: Any, **more: Any) -> dict[str, Any]:
        return {
            "level": level, "signal": signal, "subject": candidate.name, "object": base.name,
            "value": value, **more, "bytes_read": candidate.bytes_read,
            "tool_version": __version__,
        }  # fmt: skip

    records = []
    if verdict.architecture:
        records.append(record(1, "shape-key", "equal"))
    if found.identical:
        records.append(record(1, "equal-slices", list(found.identical)))
    tests = (
        ("columns", found.columns),
        ("layers", max((m.score for m in found.layers), key=lambda s: s.z, default=None)),
        ("norms", verdict.norms or found.norms),
        ("units", verdict.units),
    )
    for signal, score in tests:
        if score is None:
            continue
        records.append(
            record(
                2, signal, _number(score.z), n=score.coins, null="independent initialisation",
                log10_p=_number(score.log_p / _LN10),
            )
        )  # fmt: skip
    return records


def _number(value: float | None) -> float | None:
    """Return a number with no more digits than it deserves."""
    return None if value is None else float(f"{value:.4g}")
