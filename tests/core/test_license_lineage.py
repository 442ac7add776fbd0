"""A card's own license beside the terms of what the model is made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.command import provenance

CARD = """---
license: {license}
base_model: {base}
base_model_relation: adapter
---
"""


def findings(tmp_path: Path, declared: str, base: str) -> list[dict[str, Any]]:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "README.md").write_text(CARD.format(license=declared, base=base))
    report = provenance("scan", tmp_path, "-f", "json", "-q", "--exit-zero", cwd=tmp_path).json
    return [item for item in report["findings"] if item["rule"].startswith("license-lineage/")]


def test_apache_on_a_llama_adapter_is_said(tmp_path: Path) -> None:
    found = findings(tmp_path, "apache-2.0", "meta-llama/Llama-3.1-8B")
    assert [item["component"] for item in found] == ["model:local/adapter"]
    assert found[0]["params"]["inherited"] == "LicenseRef-llama-3.1"
    assert {"mau-limit", "name-prefix"} <= set(found[0]["params"]["terms"].split())
    assert found[0]["path"][-1] == "pkg:huggingface/meta-llama/Llama-3.1-8B"
    assert "asks for more" in found[0]["message"]


def test_the_base_models_own_license_is_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, "llama3.1", "meta-llama/Llama-3.1-8B") == []


def test_mild_differences_are_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, "mit", "Qwen/Qwen2.5-7B-Instruct") == []


def test_a_card_without_a_license_is_not_meant(tmp_path: Path) -> None:
    assert findings(tmp_path, "other", "meta-llama/Llama-3.1-8B") == []
