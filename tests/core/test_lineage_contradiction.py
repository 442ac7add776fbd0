"""Statements on one model's descent that do not fit together, from files to the finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provenance.i18n import LANGUAGES
from tests.support.command import provenance
from tests.support.report_check import check_report

LOCAL = "model:local/m"
QWEN, LLAMA = "pkg:huggingface/Qwen/Qwen2.5-7B", "pkg:huggingface/meta-llama/Llama-3.1-8B"
SCRATCH = "---\nlibrary_name: transformers\n{front}---\n# Zeta\n\nZeta was trained from scratch.\n"


def card(front: str, body: str = "") -> str:
    return f"---\nlibrary_name: transformers\n{front}---\n{body}\n"


def config(trace: str = "") -> str:
    return json.dumps({"model_type": "zeta", "_name_or_path": trace}, indent=1)


def scan(folder: Path, files: dict[str, str], lang: str = "en") -> dict[str, Any]:
    (folder / "m").mkdir()
    for name, text in files.items():
        (folder / "m" / name).write_text(text, "utf-8")
    run = provenance(
        "scan", folder, "-f", "json", "-q", "--exit-zero", "--lang", lang, cwd=folder
    )  # fmt: skip
    check_report(run.json)
    report: dict[str, Any] = run.json
    return report


def findings(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        item["rule"].removeprefix("lineage-contradiction/"): item
        for item in report["findings"]
        if item["rule"].startswith("lineage-contradiction/")
    }


def lineage(report: dict[str, Any], component: str = LOCAL) -> Any:
    return next(c["lineage"] for c in report["components"] if c["id"] == component)


def test_from_scratch_beside_a_trace(tmp_path: Path) -> None:
    files = {"README.md": SCRATCH.format(front=""), "config.json": config("Qwen/Qwen2.5-7B")}
    report = scan(tmp_path, files)
    found = findings(report)
    assert set(found) == {"from-scratch"}
    item = found["from-scratch"]
    assert (item["component"], item["severity"], item["confidence"]) == (LOCAL, "medium", "medium")
    assert item["params"]["named"] == QWEN
    assert [one["reference"] for one in item["citations"]] == ["m/README.md:6", "m/config.json:3"]
    assert "the publisher should be asked which holds" in item["message"]
    (contradiction,) = lineage(report)["contradictions"]
    assert (contradiction["kind"], contradiction["declared"]) == ("from-scratch", [])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_right_of_reply_and_no_accusation(lang: str, tmp_path: Path) -> None:
    files = {
        "README.md": SCRATCH.format(front=""), "config.json": config("Qwen/Qwen2.5-7B"),
        "tokenizer_config.json": json.dumps({"name_or_path": "Qwen/Qwen2.5-7B"}),
        "NOTICE": "Built with Llama\n",
    }  # fmt: skip
    found = findings(scan(tmp_path, files, lang))
    assert set(found) == {"from-scratch", "tokenizer", "notice"}
    for item in found.values():
        assert ("publisher" if lang == "en" else "发布方") in item["message"]
        for word in ("violat", "stolen", "fake", "lie", "illegal", "违", "抄袭", "造假"):
            assert word not in item["message"]


def test_another_base_of_another_origin(tmp_path: Path) -> None:
    files = {"README.md": card(f"base_model: {LLAMA[16:]}\n"), "config.json": config(QWEN[16:])}
    report = scan(tmp_path, files)
    item = findings(report)["other-base"]
    assert (item["severity"], item["confidence"]) == ("medium", "medium")
    assert (item["params"]["bases"], item["params"]["named"]) == (LLAMA, QWEN)
    bases = {step["target"]: step["bases"] for step in lineage(report)["steps"]
             if step["source"] == LOCAL}  # fmt: skip
    assert bases == {LLAMA: ["declared"], QWEN: ["trace"]}


def test_a_step_in_between_of_the_same_law_weighs_little(tmp_path: Path) -> None:
    files = {
        "README.md": card("base_model: meta-llama/Llama-3.1-8B\n"),
        "config.json": config("meta-llama/Zz-Unrecorded"),
    }
    item = findings(scan(tmp_path, files))["other-base"]
    assert (item["severity"], item["confidence"]) == ("low", "low")


@pytest.mark.parametrize(
    ("front", "trace"),
    [
        ("base_model: meta-llama/Llama-3.1-8B\n", "meta-llama/Llama-3.1-8B"),
        ("base_model: meta-llama/Llama-3.1-8B\n", "META-LLAMA/llama-3.1-8b"),
        # Both descend from Llama-3.1-8B, as rows of data/lineage.csv say.
        ("base_model: deepseek-ai/DeepSeek-R1-Distill-Llama-8B\n", "meta-llama/Llama-3.1-8B"),
        ("base_model: meta-llama/Llama-3.1-8B\n", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"),
        ("base_model: meta-llama/Llama-3.1-8B-Instruct\n",
         "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"),
        ("base_model: meta-llama/Llama-3.1-8B\n", "/srv/run-7/checkpoint-100"),
        ("", "Qwen/Qwen2.5-7B"),
    ],
)  # fmt: skip
def test_kin_copies_and_the_silent_contradict_nothing(
    front: str, trace: str, tmp_path: Path
) -> None:
    files = {"README.md": card(front), "config.json": config(trace)}
    assert findings(scan(tmp_path, files)) == {}


def test_a_tokenizer_of_another_line_is_a_weak_sign(tmp_path: Path) -> None:
    files = {
        "README.md": card("base_model: meta-llama/Llama-3.1-8B\n"), "config.json": config(),
        "tokenizer_config.json": json.dumps({"name_or_path": "Qwen/Qwen2.5-7B"}),
    }  # fmt: skip
    item = findings(scan(tmp_path, files))["tokenizer"]
    assert (item["severity"], item["confidence"]) == ("low", "low")
    assert "prove no descent" in item["message"]


@pytest.mark.parametrize(
    ("front", "rules"),
    [
        ("base_model: Qwen/Qwen2.5-7B\n", {"notice"}),
        ("base_model: meta-llama/Llama-3.1-8B\n", set()),
        ("license: llama3.2\nbase_model: Qwen/Qwen2.5-7B\n", set()),
    ],
)
def test_a_notice_for_a_license_nobody_is_under(
    front: str, rules: set[str], tmp_path: Path
) -> None:
    files = {"README.md": card(front), "config.json": config(), "NOTICE": "Built with Llama\n"}
    assert set(findings(scan(tmp_path, files))) == rules


def test_a_notice_of_a_model_that_declares_nothing_is_a_question(tmp_path: Path) -> None:
    files = {"README.md": card("license: mit\n"), "LICENSE": "Gemma Terms of Use\n"}
    report = scan(tmp_path, files)
    assert findings(report) == {}
    (gap,) = [gap for gap in report["gaps"] if gap["reason"] == "notice-names-license"]
    assert (gap["subject"], gap["occurrence"]) == (LOCAL, {"path": "m/LICENSE", "line": 1})
    assert "LicenseRef-gemma-terms" in gap["message"]


def test_the_weight_is_the_policy_s(tmp_path: Path) -> None:
    files = {"README.md": SCRATCH.format(front=""), "config.json": config("Qwen/Qwen2.5-7B")}
    scan(tmp_path, files)
    shipped = (Path(__file__).parents[2] / "data" / "policies" / "us-exposure.toml").read_text()
    policy = tmp_path / "strict.toml"
    policy.write_text(shipped.replace('contradiction = "medium"', 'contradiction = "high"'))
    run = provenance("scan", tmp_path, "-f", "json", "-q", "--policy", policy, cwd=tmp_path)
    assert findings(run.json)["from-scratch"]["severity"] == "high"
    assert run.code == 1


def test_the_chain_in_the_report_and_in_words(tmp_path: Path) -> None:
    files = {
        "README.md": card("base_model: deepseek-ai/DeepSeek-R1-Distill-Llama-8B\n"
                          "base_model_relation: quantized\ndatasets: [tatsu-lab/alpaca]\n"),
        "config.json": config(),
    }  # fmt: skip
    report = scan(tmp_path, files)
    found = lineage(report)
    assert next((s["source"], s["target"], s["how"], s["bases"]) for s in found["steps"]) == (
        LOCAL, "pkg:huggingface/deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "quantization",
        ["declared"],
    )  # fmt: skip
    assert found["roots"] == [LLAMA]
    assert found["trained_on"] == ["dataset:huggingface/tatsu-lab/alpaca"]
    assert found["contradictions"] == []
    assert lineage(report, LLAMA) is None
    told = provenance("explain", LOCAL, tmp_path, "--lang", "en", cwd=tmp_path).out
    assert "quantization: deepseek-ai/DeepSeek-R1-Distill-Llama-8B (declared)" in told
    assert "the chain ends at meta-llama/Llama-3.1-8B" in told
    text = provenance("scan", tmp_path, "-q", "--exit-zero", "--lang", "zh-CN", cwd=tmp_path).out
    assert "谱系" in text and "量化: deepseek-ai/" in text
