"""Whole invented repositories against their expected reports, in both languages.

``python -m tests.golden.update`` rewrites the expected files.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.golden.update import CODES, HERE, LANGUAGES, NAMES, reports
from tests.support.command import provenance
from tests.support.report_check import check_report

FORBIDDEN = re.compile(
    r"\b(?:il)?legal(?:ly|ity)?\b(?! (?:advice|entit))|\bcompliant\b|\bcleared\b|\bEAR99\b|\bECCN\b"
    r"|\bde[- ]minimis\b|\bSEAL[- ]?\d|合规|合法|违法|已放行",
    re.IGNORECASE,
)


def expected(name: str, file: str) -> str:
    return (HERE / name / file).read_text("utf-8")


def columns(line: str) -> int:
    """Return the width of a line on a terminal: wide and full-width characters count two."""
    return sum(
        0
        if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in line
    )


def restored(text: str) -> dict[str, Any]:
    """Return an expected JSON report with the digests that were normalised away."""
    report: dict[str, Any] = json.loads(text)
    report["inputs"]["registry"]["sha256"] = report["inputs"]["policy"]["sha256"] = "0" * 64
    return report


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_reports_are_as_expected(name: str, lang: str, tmp_path: Path) -> None:
    code, found = reports(name, lang, tmp_path / "one", PYTHONHASHSEED="1")
    for file, text in found.items():
        assert text == expected(name, file), f"python -m tests.golden.update {name}"
    assert code == CODES[name]
    again = reports(name, lang, tmp_path / "two", PYTHONHASHSEED="2")
    assert again == (code, found)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_expected_json_keeps_the_contract(name: str, lang: str) -> None:
    report = check_report(restored(expected(name, f"expected.{lang}.json")))
    assert report["created"] == "2026-03-01T00:00:00Z"
    assert report["lang"] == lang
    for item in [*report["findings"], *report["gaps"]]:
        assert not FORBIDDEN.search(item["message"]), item["message"]


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same(name: str) -> None:
    def without_words(lang: str) -> Any:
        report = restored(expected(name, f"expected.{lang}.json"))
        del report["lang"]
        for item in [*report["findings"], *report["gaps"]]:
            del item["message"]
        for item in report["substitutes"]:
            del item["terms"]["caution"]
        return report

    assert without_words("en") == without_words("zh-CN")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_text_fits_its_width_and_is_no_verdict(name: str, lang: str) -> None:
    text = expected(name, f"expected.{lang}.txt")
    wide = [line for line in text.splitlines() if columns(line) > 100]
    assert wide == []
    words = re.sub(r"https?://\S+", "", text)  # an address is cited as it is
    assert [line for line in words.splitlines() if FORBIDDEN.search(line)] == []
    assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_the_box_closes_in_chinese_too(name: str) -> None:
    top, *rest = expected(name, "expected.zh-CN.txt").splitlines()
    bottom = next(number for number, line in enumerate(rest) if line.startswith("╰"))
    assert {columns(line) for line in (top, *rest[: bottom + 1])} == {100}


def component(name: str, wanted: str) -> dict[str, Any]:
    report = json.loads(expected(name, "expected.en.json"))
    (found,) = [c for c in report["components"] if c["id"] == wanted]
    return found  # type: ignore[no-any-return]


def test_what_the_expected_reports_must_say_whatever_else_changes() -> None:
    """The points of each repository, apart from the bytes, so that an update cannot lose them."""
    distilled = component("rag-app", "pkg:huggingface/deepseek-ai/DeepSeek-R1-Distill-Llama-8B")
    assert distilled["effective_jurisdictions"] == ["CN", "US"]
    assert component("rag-app", "service:deepseek")["jurisdictions"] == ["CN"]
    assert component("rag-app", "model:openai/gpt-4o")["jurisdictions"] == ["US"]
    assert component("rag-app", "pkg:pypi/wandb@0.17.0")["usage"] == "development"
    assert component("rag-app", "pkg:pypi/torch@2.3.1")["usage"] == "optional"
    tuned = component("zh-finetune", "model:local/.")
    assert "US" in tuned["effective_jurisdictions"]
    assert "model:local/." in tuned["unknown"]
    adapter = component("zh-finetune", "model:local/adapter")
    assert adapter["effective_jurisdictions"] == ["CN"]
    commented = component("zh-finetune", "pkg:pypi/deepspeed@0.14.2")
    assert commented["usage"] == "commented"
    assert component("eu-stack", "service:mistral")["jurisdictions"] == ["FR"]
    assert component("eu-stack", "service:anthropic")["usage"] == "documentation"
    gaps = json.loads(expected("messy", "expected.en.json"))["gaps"]
    missing = [gap["reason"] for gap in gaps if gap["subject"] == "requirements/missing.txt"]
    assert missing == ["include-missing"]
    reasons = {gap["reason"] for gap in gaps}
    assert reasons >= {
        "not-a-requirement",
        "unknown-option",
        "include-missing",
        "include-outside-tree",
        "remote-include",
        "private-channel",
        "local-requirement",
        "requirement-without-name",
        "undecodable-bytes",
        "malformed-file",
        "endpoint-at-runtime",
        "dynamic-name",
        "short-name-unresolved",
        "local-model-not-in-tree",
        "unmapped-import",
        "link-outside-tree",
        "broken-link",
    }


@pytest.mark.parametrize("policy", ["cn-only", "eu-sovereignty"])
@pytest.mark.parametrize("name", NAMES)
def test_the_other_policies_keep_the_contract_too(name: str, policy: str) -> None:
    done = provenance("scan", "-f", "json", "--policy", policy, HERE / name / "repo", cwd=HERE)
    assert done.code in (0, 1)
    check_report(done.json)
