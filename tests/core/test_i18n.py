"""Wording: both languages hold the same ids and placeholders, and everything used has words."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from provenance.descent import BASES, HOWS, Disagreement
from provenance.edge import hub_records, index_http, index_records
from provenance.i18n import LANGUAGES, Messages, language_of, messages
from provenance.model import CONFIDENCES, SEVERITIES, USAGES, Kind, Role
from provenance.policy import EXPOSURES
from provenance.registry import Registry
from tests.support.small_data import DATA, ROOT

SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in ROOT.glob("provenance/**/*.py")}
OUTSIDE_REASONS = [f"hub-{reason}" for reason in get_args(hub_records.Reason)] + [
    f"index-{reason}" for reason in (*get_args(index_http.Reason), *index_records.LASTING)
]
WORDS = {lang: messages(Registry(), lang) for lang in LANGUAGES}


def raw(lang: str) -> dict[str, str]:
    data = tomllib.loads((DATA / "messages" / f"{lang}.toml").read_text("utf-8"))
    return {f"{group}.{key}": text for group, items in data.items() for key, text in items.items()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def constants(node: ast.expr) -> list[str]:
    """Return the strings an expression may be, as far as it says."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in constants(value)]
    return []


def gap_sites() -> Iterator[tuple[Path, int, list[str], set[str] | None]]:
    """Yield (file, line, reasons, params or None when computed) of every gap that is made."""
    for path, tree in SOURCES.items():
        names = {
            target.id: constants(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            keywords = {k.arg: k.value for k in node.keywords if k.arg}
            if called == "Gap":
                reason: ast.expr | None = keywords.get("reason")
                params = _pairs(keywords.get("params"))
            elif called in ("gap", "_gap") and len(node.args) >= 2:
                reason = node.args[1]
                params = set(keywords) - {"line"}
                if any(k.arg is None for k in node.keywords):
                    params = None  # type: ignore[assignment]
            else:
                continue
            if reason is None:
                continue
            found = constants(reason)
            if isinstance(reason, ast.Name):
                found = names.get(reason.id, [])
            yield path, node.lineno, found, params


def _pairs(node: ast.expr | None) -> set[str] | None:
    if node is None:
        return set()
    if isinstance(node, ast.Tuple) and all(
        isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant) for pair in node.elts
    ):
        return {str(pair.elts[0].value) for pair in node.elts}  # type: ignore[attr-defined]
    return None


def test_both_languages_have_the_same_ids_in_the_same_order() -> None:
    assert list(raw("en")) == list(raw("zh-CN"))
    assert WORDS["en"].ids() == WORDS["zh-CN"].ids()


@pytest.mark.parametrize("message", sorted(raw("en")))
def test_both_languages_have_the_same_placeholders(message: str) -> None:
    english, chinese = raw("en")[message], raw("zh-CN")[message]
    assert placeholders(english) == placeholders(chinese)
    assert english.strip()
    assert chinese.strip()


def test_gap_sites_are_found() -> None:
    reasons = {reason for _, _, found, _ in gap_sites() for reason in found}
    assert len(reasons) > 25
    assert {"dynamic-name", "unreadable", "unknown-origin", "include-missing"} <= reasons


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_gap_reason_used_has_words(lang: str) -> None:
    reasons = {reason for _, _, found, _ in gap_sites() for reason in found}
    for reason in sorted({*reasons, *OUTSIDE_REASONS}):
        assert f"gap.{reason}" in WORDS[lang], reason
        assert f"reason.{reason}" in WORDS[lang], reason


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_gap_gives_what_its_words_ask_for(lang: str) -> None:
    texts = raw(lang)
    for path, line, reasons, params in gap_sites():
        for reason in reasons:
            if params is None:
                continue
            wanted = placeholders(texts[f"gap.{reason}"]) - {"subject"}
            if reason == "publisher-community":
                continue  # its parameter is there exactly when its reason is
            assert wanted <= params, f"{path.name}:{line} {reason}: {wanted - params}"


def test_every_reason_with_words_is_used() -> None:
    used = {reason for _, _, found, _ in gap_sites() for reason in found} | set(OUTSIDE_REASONS)
    said = {key.removeprefix("gap.") for key in raw("en") if key.startswith("gap.")}
    text = "\n".join(path.read_text("utf-8") for path in SOURCES)
    assert {one for one in said - used if f'"{one}"' not in text} == set()


GROUPS = {
    "severity": SEVERITIES,
    "confidence": CONFIDENCES,
    "usage": USAGES,
    "kind": get_args(Kind),
    "role": (*get_args(Role), "base-by-weights"),
    "tier": ("clean", "partial", "unclear"),
    "layer": ("weights", "code", "runtime"),
    "state": ("none_found", "unclear", "exposed", "vendor-hosted", "not_applicable"),
    "rule": [
        "license-lineage/undeclared-terms",
        "lineage/undeclared-base",
        "dependency-confusion/extra-index",
        "vulnerability/known",
    ]
    + [f"lineage-contradiction/{name}" for name in get_args(Disagreement)]
    + [f"exposure/{name}" for name in EXPOSURES]
    + [f"unknown-origin/{name}" for name in (*get_args(Kind)[1:], "ancestor")],
}
GROUPS["finding"] = GROUPS["rule"]
GROUPS["by-weights"] = ("exposure", "unknown-origin")
GROUPS["rule"] = [*GROUPS["rule"], *(f"{name}/by-weights" for name in GROUPS["by-weights"])]
GROUPS["how"] = HOWS
GROUPS["basis"] = BASES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_value_of_a_vocabulary_has_words(lang: str, group: str) -> None:
    expected = {f"{group}.{value}" for value in GROUPS[group]}
    found = {key for key in raw(lang) if key.partition(".")[0] == group}
    assert expected == found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_named_in_the_code_is_there(lang: str) -> None:
    groups = {key.partition(".")[0] for key in raw(lang)}
    pattern = re.compile(rf"(?:{'|'.join(sorted(groups))})\.[a-z][a-z-]*")
    named = set()
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = (
                    node.func.attr
                    if isinstance(node.func, ast.Attribute)
                    else getattr(node.func, "id", "")
                )
                if called == "words":
                    named |= set(constants(node.args[0]))
    assert len(named) > 20
    assert {name for name in named if pattern.fullmatch(name)} == named
    assert {name for name in named if name not in WORDS[lang]} == set()


# -- wording that no result may have -----------------------------------------------------------

FORBIDDEN = {
    "en": re.compile(
        r"\b(?:il)?legal(?:ly|ity)?\b(?! (?:advice|entit))|\blawful|\bcomplian(?:t|ce)\b"
        r"|\bcleared\b"
        r"|\bEAR99\b|\bECCN\b|\bde[- ]minimis\b|\bSEAL[- ]?\d|\bapproved\b|\bsafe\b",
        re.IGNORECASE,
    ),
    "zh-CN": re.compile(r"合规|合法|违法|非法|违规|已放行|放行|EAR99|ECCN|安全可控|批准"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_a_verdict(lang: str) -> None:
    said = {key: text for key, text in raw(lang).items() if FORBIDDEN[lang].search(text)}
    assert said == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_disclaimer_says_what_a_report_is_not(lang: str) -> None:
    text = raw(lang)["footer.disclaimer"]
    assert ("not legal advice" if lang == "en" else "不是法律意见") in text


def test_unknown_never_prints_as_no() -> None:
    for lang, nothing in (("en", re.compile(r": no\b")), ("zh-CN", re.compile(r"：(?:无|没有)$"))):
        for key in ("decision.unknown", "decision.none-found", "decision.exposed-outside"):
            assert not nothing.search(raw(lang)[key])


# -- the function ------------------------------------------------------------------------------


def test_parameters_are_filled_and_missing_ones_stay_visible() -> None:
    words = Messages("en", {"a.b": "{x} and {y}"})
    assert words("a.b", x="1", y="2") == "1 and 2"
    assert words("a.b", x="{y}") == "{y} and {y}"
    with pytest.raises(KeyError):
        words("a.c")


@pytest.mark.parametrize(
    ("value", "lang"),
    [
        ("zh_CN.UTF-8", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("ZH", "zh-CN"),
        ("en_US", "en"),
        ("", "en"),
        ("C", "en"),
        ("fr", "en"),
    ],
)
def test_language_of(value: str, lang: str) -> None:
    assert language_of(value) == lang
