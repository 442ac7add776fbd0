"""``hook``, ``explain`` and ``registry``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provenance.registry import Registry
from tests.support.command import provenance, write
from tests.support.report_check import validator

HOSTED = (
    "from openai import OpenAI\nclient = OpenAI()\n"
    'client.chat.completions.create(model="gpt-4o", messages=[])\n'
)
CONTRACT = {"query", "id", "jurisdictions", "effective_jurisdictions", "origins", "licenses"}


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        tmp_path_factory.mktemp("hosted"),
        src__app_py=HOSTED,
        src__local_py='AutoModel.from_pretrained("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")\n',
        requirements_txt="torch==2.3.1\nopenai>=1\n",
    )


# -- hook --------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [{}, {"notes_txt": "x"}, {"app_py": "import json\n"}])
def test_the_hook_is_silent_where_there_is_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    done = provenance("hook", cwd=write(tmp_path, **files))
    assert (done.code, done.out, done.err) == (0, "", "")


def test_the_hook_prints_one_line_per_finding(hosted: Path) -> None:
    done = provenance("hook", cwd=hosted)
    assert (done.code, done.err) == (1, "")
    lines = done.out.splitlines()
    assert len(lines) == 2
    assert all(re.match(r"src/app\.py:[23]: \[high\] ", line) for line in lines)
    assert {line.rpartition(" (")[2].rstrip(")") for line in lines} == {
        "model:openai/gpt-4o",
        "service:openai",
    }


def test_the_hook_takes_threshold_policy_and_language(hosted: Path) -> None:
    assert len(provenance("hook", "--fail-on", "low", cwd=hosted).out.splitlines()) > 4
    done = provenance("hook", "--fail-on", "never", cwd=hosted)
    assert (done.code, done.out) == (0, "")
    chinese = provenance("hook", "--lang", "zh-CN", cwd=hosted).out
    assert "[高]" in chinese
    assert chinese.count("\n") == 2
    assert provenance("hook", "--policy", "absent", cwd=hosted).code == 2


def test_the_hook_agrees_with_the_scan(hosted: Path) -> None:
    for threshold in ("high", "medium", "low", "info"):
        scan = provenance("scan", "-f", "json", "--fail-on", threshold, cwd=hosted)
        order = ["info", "low", "medium", "high"]
        above = [
            f for f in scan.json["findings"] if order.index(f["severity"]) >= order.index(threshold)
        ]
        hook = provenance("hook", "--fail-on", threshold, cwd=hosted)
        assert hook.code == scan.code
        assert len(hook.out.splitlines()) == len(above)


def test_the_hook_never_goes_online(hosted: Path) -> None:
    assert provenance("hook", "--online", cwd=hosted).code == 2


def test_a_hostile_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    name = "evil\x1b[2J\r\n\u202e"
    (tmp_path / f"{name}.py").write_text(HOSTED)
    for args in (["hook"], ["scan", "-v"], ["explain", "openai"]):
        done = provenance(*args, cwd=tmp_path)
        assert done.code in (0, 1)
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out
        assert "\r" not in done.out


# -- explain -----------------------------------------------------------------------------------


def test_explain_prints_paths_evidence_and_places(hosted: Path) -> None:
    done = provenance("explain", "Distill-Llama", cwd=hosted)
    assert done.code == 0
    out = done.out
    assert "CN: publisher" in out
    assert "US: base by" in out
    assert "https://" in out
    assert "as of 20" in out
    assert "src/local.py:1" in out
    assert "LicenseRef-llama-3.1" in out
    assert "exposure" not in out.partition("\n")[0]
    assert any(
        "DeepSeek-R1-Distill-Llama-8B → " in line
        or "→ deepseek-ai/DeepSeek-R1-Distill-Llama-8B" in line
        for line in out.splitlines()
    )


def test_explain_takes_an_id_without_its_version(hosted: Path) -> None:
    for name in ("pkg:pypi/torch", "pkg:pypi/torch@2.3.1", "TORCH"):
        done = provenance("explain", name, cwd=hosted)
        assert done.code == 0
        assert "pkg:pypi/torch@2.3.1" in done.out
        assert "requirements.txt:1" in done.out


def test_explain_in_chinese(hosted: Path) -> None:
    done = provenance("explain", "service:openai", "--lang", "zh-CN", cwd=hosted)
    assert "来源主张" in done.out
    assert "自项目起的路径" in done.out


def test_explain_suggests_near_names(hosted: Path) -> None:
    done = provenance("explain", "pkg:pypi/trch", cwd=hosted)
    assert (done.code, done.out) == (2, "")
    assert "pkg:pypi/trch is not in this project" in done.err
    assert "hint: did you mean: " in done.err
    assert "pkg:pypi/torch" in done.err


def test_explain_without_anything_to_audit(tmp_path: Path) -> None:
    assert provenance("explain", "torch", cwd=tmp_path).code == 3
    assert provenance("explain", "torch", "absent", cwd=tmp_path).code == 2


# -- registry lookup ---------------------------------------------------------------------------

QUERIES = {
    "pkg:pypi/torch": ("pkg:pypi/torch", ["US"]),
    "torch": ("pkg:pypi/torch", ["US"]),
    "pkg:pypi/torch@2.3.1": ("pkg:pypi/torch@2.3.1", ["US"]),
    "huggingface:Qwen": ("huggingface:Qwen", ["CN"]),
    "Qwen/Qwen2-7B": ("pkg:huggingface/Qwen/Qwen2-7B", ["CN"]),
    "pkg:huggingface/meta-llama/Llama-3.1-8B": ("pkg:huggingface/meta-llama/Llama-3.1-8B", ["US"]),
    "model:openai/gpt-4o": ("model:openai/gpt-4o", ["US"]),
    "dataset:huggingface/tatsu-lab/alpaca": ("dataset:huggingface/tatsu-lab/alpaca", ["US"]),
    "service:openai": ("service:openai", ["US"]),
    "host:api.openai.com": ("service:openai", ["US"]),
    "env:OPENAI_API_KEY": ("service:openai", ["US"]),
    "pkg:docker/nvcr.io/nvidia/pytorch@24.05-py3": (
        "pkg:docker/nvcr.io/nvidia/pytorch@24.05-py3",
        ["US"],
    ),
    "platform:nvidia-cuda": ("platform:nvidia-cuda", ["US"]),
    "platform:ascend-cann": ("platform:ascend-cann", ["CN"]),
}


def test_lookup_json_for_every_kind(tmp_path: Path) -> None:
    done = provenance("registry", "lookup", *QUERIES, "--format", "json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert [answer["query"] for answer in done.json] == list(QUERIES)
    definitions = validator().schema["$defs"]  # type: ignore[index]
    origin = validator().evolve(schema={"$defs": definitions, "$ref": "#/$defs/origin"})
    license_ = validator().evolve(schema={"$defs": definitions, "$ref": "#/$defs/license"})
    for answer in done.json:
        component, own = QUERIES[answer["query"]]
        assert set(answer) >= CONTRACT
        assert answer["id"] == component
        assert set(own) <= set(answer["jurisdictions"])
        assert set(answer["jurisdictions"]) <= set(answer["effective_jurisdictions"])
        assert answer["origins"]
        for claim in answer["origins"]:
            for one in claim["evidence"]:
                if not one["note"]:
                    del one["note"]
            origin.validate(claim)
        for item in answer["licenses"]:
            for one in item["evidence"]:
                if not one["note"]:
                    del one["note"]
            license_.validate(item)


def test_lookup_reads_ids_from_stdin(tmp_path: Path) -> None:
    done = provenance(
        "registry",
        "lookup",
        "-",
        "-f",
        "json",
        cwd=tmp_path,
        stdin="torch\n\n  huggingface:Qwen \n",
    )
    assert [answer["id"] for answer in done.json] == ["pkg:pypi/torch", "huggingface:Qwen"]


def test_lookup_of_nothing(tmp_path: Path) -> None:
    done = provenance("registry", "lookup", "-", "-f", "json", cwd=tmp_path)
    assert (done.code, done.json) == (0, [])
    assert provenance("registry", "lookup", cwd=tmp_path).code == 2


def test_lookup_of_the_unknown_is_no_error_and_says_so(tmp_path: Path) -> None:
    done = provenance("registry", "lookup", "nobody-xyz/m", "host:nobody.example", cwd=tmp_path)
    assert done.code == 0
    assert done.out.count("nothing is known of") == 2
    assert "huggingface:nobody-xyz" in done.out
    json = provenance("registry", "lookup", "nobody-xyz/m", "-f", "json", cwd=tmp_path).json
    assert json[0]["jurisdictions"] == []
    assert json[0]["origins"] == []


def test_lookup_as_text_cites_its_evidence(tmp_path: Path) -> None:
    done = provenance("registry", "lookup", "Qwen/Qwen2-7B", "--lang", "en", cwd=tmp_path)
    assert done.out.startswith("Qwen/Qwen2-7B → pkg:huggingface/Qwen/Qwen2-7B\n")
    assert "CN: publisher" in done.out
    assert "as of 20" in done.out
    chinese = provenance("registry", "lookup", "torch", "--lang", "zh-CN", cwd=tmp_path)
    assert "可信度" in chinese.out


def test_lookup_does_not_repeat_control_characters(tmp_path: Path) -> None:
    done = provenance("registry", "lookup", "a\x1b]0;title\x07b\u202e", cwd=tmp_path)
    assert done.code == 0
    assert all(char.isprintable() or char == "\n" for char in done.out)


# -- registry validate and stats ---------------------------------------------------------------


def test_validate(tmp_path: Path) -> None:
    done = provenance("registry", "validate", cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    digest, rows = Registry().digest
    assert done.err == f"{rows} rows, 0 problems, digest {digest[:12]}\n"


def test_validate_with_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from provenance import registry
    from provenance.cli import main
    from tests.support.small_data import org, small_registry

    small_registry(tmp_path, organizations=[org("a", "XX")])
    monkeypatch.setattr(registry, "data_directory", lambda: tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["registry", "validate"])
    assert stop.value.code == 1
    captured = capsys.readouterr()
    assert captured.out == "data/organizations.csv: a: seat 'XX' is no known jurisdiction\n"


def test_stats(tmp_path: Path) -> None:
    done = provenance("registry", "stats", "-f", "json", cwd=tmp_path)
    assert done.code == 0
    assert sum(done.json["rows"].values()) == Registry().digest[1]
    assert done.json["claims by source"]["without a source"] == 0
    assert "claims by role" in provenance("registry", "stats", cwd=tmp_path).out
