"""Names that a runtime or framework gives to models, followed to whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import provenance

SOURCE = """
import ollama, whisper
from faster_whisper import WhisperModel
{call}
"""


@pytest.mark.parametrize(
    ("call", "component", "effective"),
    [
        ('ollama.chat(model="llama3:70b")', "model:ollama/llama3:70b", ["US"]),
        ('ollama.chat(model="qwen2.5")', "model:ollama/qwen2.5", ["CN"]),
        ('ollama.chat(model="deepseek-r1:7b")', "model:ollama/deepseek-r1:7b", ["CN", "US"]),
        ('whisper.load_model("small")', "model:openai-whisper/small", ["US"]),
        (
            'WhisperModel("large-v2")',
            "pkg:huggingface/Systran/faster-whisper-large-v2",
            ["FR", "US"],
        ),
    ],
)
def test_a_runtimes_name_leads_to_the_roots(
    tmp_path: Path, call: str, component: str, effective: list[str]
) -> None:
    (tmp_path / "app.py").write_text(SOURCE.format(call=call))
    report = provenance("scan", tmp_path, "-f", "json", "-q", "--exit-zero", cwd=tmp_path).json
    found = {item["id"]: item for item in report["components"] if item["direct"]}
    assert found[component]["effective_jurisdictions"] == effective


def test_a_published_model_served_elsewhere_is_no_closed_model(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from huggingface_hub import InferenceClient\n"
        'InferenceClient(model="meta-llama/Llama-3.1-8B")\n'
    )
    report = provenance("scan", tmp_path, "-f", "json", "-q", "--exit-zero", cwd=tmp_path).json
    rules = {f["rule"] for f in report["findings"] if "Llama-3.1-8B" in f["component"]}
    assert rules == {"exposure/open-weights"}
