"""Stages come from whole words of paths and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.resolve.stages import stages_of_path
from tests.support.command import provenance, write


@pytest.mark.parametrize(
    ("path", "stages"),
    [
        ("scripts/train_sft.py", ("train",)),
        ("eval/run.sh", ("evaluate",)),
        ("deploy/Dockerfile", ("serve", "infrastructure")),
        ("charts/llm/values.yaml", ("infrastructure",)),
        ("src/chatBot.ts", ("application",)),
        ("src/trainable.py", ()),
        ("restraint/appendix.md", ()),
    ],
)
def test_words_of_a_path(path: str, stages: tuple[str, ...]) -> None:
    assert stages_of_path(path) == stages


def test_a_component_has_the_stages_of_its_used_places(tmp_path: Path) -> None:
    load = 'from transformers import AutoModel\nAutoModel.from_pretrained("Qwen/Qwen2-7B")\n'
    write(tmp_path, train__run_py=load, serving__api_py=load, tests__test_eval_py=load)
    report = provenance("scan", "-f", "json", "--exit-zero", cwd=tmp_path).json
    stages = {c["id"]: c["stage"] for c in report["components"]}
    assert stages["pkg:huggingface/Qwen/Qwen2-7B"] == ["train", "serve"]
    assert stages["pkg:pypi/transformers"] == ["train", "serve"]
