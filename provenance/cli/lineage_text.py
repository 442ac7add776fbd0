"""Verdicts in words: what was found, what it stands on, what it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenance.fingerprint.thresholds import Thresholds
from provenance.fingerprint.verdict import WORDS
from provenance.i18n import Messages
from provenance.render.wording import clean

MAX_SHOWN = 20
"""Bases that are told in full; the JSON has all."""
_TOLD = ("identical", "derived", "related", "consistent", "architecture-compatible")
_WITH_P = ("derived", "related")
_TO_EXPLAIN = (*_WITH_P, "consistent")


def told(result: Mapping[str, Any], words: Messages, thresholds: Thresholds) -> str:
    """Return one model's result as text."""
    word = result["verdict"]
    lines = [f"{clean(result['model'])}: {words(f'weights.verdict-{word}')}"]
    if result.get("reason"):
        lines.append(f"  {clean(result['reason'])}")
    for base in result["declared"]:
        lines.append("  " + words("weights.declares", base=clean(base["base"]),
                                  how=clean(base["how"] or "unknown")))  # fmt: skip
    shown = [v for v in result["verdicts"] if v["verdict"] in _TOLD]
    for verdict in shown[:MAX_SHOWN]:
        lines += _verdict(verdict, words, thresholds)
    if len(shown) > MAX_SHOWN:
        lines.append("  " + words("weights.more", count=len(shown) - MAX_SHOWN))
    lines += _footing(result, words)
    return "\n".join(lines) + "\n"


def _verdict(verdict: Mapping[str, Any], words: Messages, thresholds: Thresholds) -> list[str]:
    word = verdict["verdict"]
    lines = [
        "  " + words("weights.against", base=clean(verdict["base"]), component=verdict["component"],
                     verdict=words(f"weights.verdict-{word}"))
    ]  # fmt: skip
    if word == "architecture-compatible":
        lines.append("    " + words("weights.architecture-note"))
    if (word in _WITH_P or "turned" in verdict["reasons"]) and verdict["p"] is not None:
        lines.append("    " + words("weights.statement", p=_p(verdict)))
    lines += [f"    {text}" for text in _statistics(verdict, words)]
    if word in _TO_EXPLAIN or word == "identical":
        lines.append("    " + words("weights.direction"))
    lines += ["    " + words(f"weights.reason-{reason}") for reason in verdict["reasons"]]
    if word in _TO_EXPLAIN:
        lines.append("    " + words("weights.reply", date=thresholds.frozen_on))
    return lines


def _statistics(verdict: Mapping[str, Any], words: Messages) -> list[str]:
    lines = []
    scores = verdict["statistics"]
    if scores["columns"]:
        lines.append(words(
            "weights.columns", z=scores["columns"]["z"], ceiling=scores["columns"]["ceiling"],
            share=verdict["share"], form=words(f"weights.form-{scores['form']}"),
            comparisons=verdict["comparisons"],
        ))  # fmt: skip
    if scores["norms"]:
        lines.append(words(
            "weights.norms", z=scores["norms"]["permutation_z"], share=scores["norms"]["share"],
            vectors=scores["norms"]["vectors"],
        ))  # fmt: skip
    for kind, score in scores["outside"].items():
        if score:
            lines.append(words(f"weights.outside-{kind}", z=score["z"], share=score["share"]))
    if scores["aligned_z"] is not None:
        lines.append(words("weights.aligned", z=scores["aligned_z"]))
    if scores["units"]:
        lines.append(words("weights.units", z=scores["units"]["z"], share=scores["units"]["share"],
                           ceiling=scores["units"]["ceiling"]))  # fmt: skip
    layers = verdict.get("layers", ())
    if layers:
        pairs = words("label.comma").join(f"{m['layer']}←{m['base_layer']}" for m in layers)
        lines.append(words("weights.layers", count=len(layers), pairs=pairs))
    equal = verdict["identical_slices"]
    if equal["equal"]:
        lines.append(words("weights.slices", equal=len(equal["equal"]), of=equal["of"]))
    controls = verdict["controls"]
    if controls:
        unknown = words("weights.none")
        lines.append(words(
            "weights.controls", exchanged=_z(controls["exchanged_z"], unknown),
            unrelated=_z(controls["unrelated_z"], unknown), itself=_z(controls["self_z"], unknown),
        ))  # fmt: skip
    return lines


def _footing(result: Mapping[str, Any], words: Messages) -> list[str]:
    """Return what stands under every result: counts, bytes, power, limits."""
    if "bytes_read" not in result:
        return []
    total = result["bytes_total"]
    lines = [words("weights.tested", count=result["bases_tested"],
                   others=result["bases_of_other_width"])]  # fmt: skip
    if total:
        percent = f"{100 * result['bytes_read'] / total:.3g}"
        lines.append(
            words("weights.read", read=f"{result['bytes_read'] / 1e6:.2f}", percent=percent)
        )
    if tokenizer := result.get("tokenizer"):
        lines.append(words(
            "weights.tokenizer", jaccard=tokenizer["jaccard"], rare=tokenizer["rare"],
            aligned=tokenizer["aligned"], merges=tokenizer["merges"],
        ))  # fmt: skip
    powers = [v["power"]["least_share"] for v in result["verdicts"] if "power" in v]
    powers = [power for power in powers if power is not None]
    if powers:
        lines.append(words("weights.power", share=max(powers)))
    for component in result["components"]:
        for item in component["not_testable"]:
            first, reason = clean(item["first"]), clean(item["reason"])
            lines.append(
                words("weights.untested", count=item["tensors"], first=first, reason=reason)
            )
    for verdict in result["verdicts"][:MAX_SHOWN]:
        for test, reason in verdict["not_testable"]:
            lines.append(words("weights.no-test", base=clean(verdict["base"]), test=test,
                               reason=reason))  # fmt: skip
    lines += [words("weights.missing", file=clean(name)) for name in result["missing"]]
    lines += [
        words("weights.unread", file=clean(name), reason=clean(reason))
        for name, reason in result["unread"]
    ]
    lines.append(words("weights.limits"))
    return [f"  {line}" for line in lines]


def explained(words: Messages, word: str | None) -> str:
    """Return what one verdict, or each, requires, and what the tests rest on."""
    chosen = (word,) if word else WORDS
    lines = [
        f"{words(f'weights.verdict-{each}')} ({each})\n  {words(f'weights.requires-{each}')}"
        for each in chosen
    ]
    return "\n".join([*lines, words("weights.assumptions"), words("weights.limits")]) + "\n"


def _p(verdict: Mapping[str, Any]) -> str:
    return f"{verdict['p']:.1e}" if not verdict["p_is_floor"] else f"{verdict['p']:g}"


def _z(value: float | None, unknown: str) -> str:
    return unknown if value is None else f"{value:.1f}"
