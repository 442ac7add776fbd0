"""The two repositories of the question this tool began with, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provenance.policy import EXPOSURES
from tests.support.command import provenance, write
from tests.support.report_check import check_report

LLAMA_8B = "pkg:huggingface/deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
CHINESE = "pkg:huggingface/FlagAlpha/Llama3-Chinese-8B-Instruct"
KINDS = ("model", "service", "package", "dataset", "container", "platform")


@pytest.fixture(scope="module")
def distilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        tmp_path_factory.mktemp("one"),
        app_py='AutoModel.from_pretrained("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")\n',
    )


@pytest.fixture(scope="module")
def finetuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        tmp_path_factory.mktemp("two"), app_py='load("FlagAlpha/Llama3-Chinese-8B-Instruct")\n'
    )


def report_of(folder: Path, *args: str | Path) -> dict[str, Any]:
    return check_report(provenance("scan", "-f", "json", *args, cwd=folder).json)


def component(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [c for c in report["components"] if c["id"] == name]
    return found  # type: ignore[no-any-return]


def test_a_distilled_model_is_chinese_and_american_with_the_path(distilled: Path) -> None:
    report = report_of(distilled)
    found = component(report, LLAMA_8B)
    assert found["jurisdictions"] == ["CN"]
    assert found["effective_jurisdictions"] == ["CN", "US"]
    assert report["summary"]["by_jurisdiction"]["CN"] >= 1
    assert report["summary"]["by_jurisdiction"]["US"] >= 1
    (finding,) = [f for f in report["findings"] if f["rule"] == "exposure/derived-weights"]
    assert finding["component"] == LLAMA_8B
    assert finding["path"][0].startswith("project:")
    assert finding["path"][1] == LLAMA_8B
    assert "llama" in finding["path"][-1].lower()
    assert finding["path"][-1].startswith("pkg:huggingface/meta-llama/")
    assert finding["citations"]
    assert any("LicenseRef-llama" in item["expression"] for item in found["licenses"])


def test_a_bare_call_of_an_unknown_function_is_not_empty(finetuned: Path) -> None:
    report = report_of(finetuned)
    found = component(report, CHINESE)
    assert "US" in found["effective_jurisdictions"]
    assert CHINESE in found["unknown"]
    rules = {f["rule"] for f in report["findings"] if f["component"] == CHINESE}
    assert {"exposure/derived-weights", "unknown-origin/model"} <= rules
    assert any(gap["subject"] == CHINESE for gap in report["gaps"])
    assert provenance("scan", cwd=finetuned).out.count("Llama3-Chinese-8B-Instruct") >= 2


def test_both_fail_where_only_chinese_is_allowed_and_unknown_weighs(
    distilled: Path, finetuned: Path, tmp_path: Path
) -> None:
    rules = write(
        tmp_path,
        mine_toml="\n".join(
            [
                'id = "mine"',
                'allow = ["CN"]',
                'fail_on = "medium"',
                "[exposure]",
                *(f'{name} = "medium"' for name in EXPOSURES),
                "[unknown]",
                *(f'{name} = "medium"' for name in KINDS),
            ]
        ),
    )
    for folder in (distilled, finetuned):
        done = provenance("scan", "--policy", rules / "mine.toml", "-f", "json", cwd=folder)
        assert done.code == 1
        report = check_report(done.json)
        assert report["inputs"]["policy"]["id"] == "mine"
        assert any(f["severity"] == "medium" for f in report["findings"])
        shipped = provenance("scan", "--policy", "cn-only", cwd=folder)
        assert shipped.code == 1
        assert provenance("hook", "--policy", "cn-only", cwd=folder).code == 1


def test_unknown_alone_fails_that_policy(tmp_path: Path) -> None:
    write(tmp_path, app_py='AutoModel.from_pretrained("nobody-xyz/some-model-7b")\n')
    done = provenance("scan", "--policy", "cn-only", "-f", "json", cwd=tmp_path)
    assert done.code == 1
    rules = {f["rule"] for f in done.json["findings"] if "nobody-xyz" in f["component"]}
    assert rules == {"unknown-origin/model"}
    text = provenance("scan", cwd=tmp_path).out
    assert "nobody-xyz" in text
