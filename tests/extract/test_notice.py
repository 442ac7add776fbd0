"""License and notice files beside a model, as statements of what it may be made from."""

from __future__ import annotations

import json

import pytest

from provenance.extract.models import folder as model_folder
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import vocabulary

LOCAL = "model:local/m"
CONFIG = json.dumps({"model_type": "llama"}).encode()
LLAMA = {"LicenseRef-llama-3.1", "LicenseRef-llama-3.2", "LicenseRef-llama-3.3",
         "LicenseRef-llama-4"}  # fmt: skip


def read(**files: str) -> Extraction:
    there = {f"m/{name.replace('_', '.')}": text.encode() for name, text in files.items()}
    document = Document(path="m/config.json", data=CONFIG, sibling=Siblings(there.get))
    return model_folder.extract(document, vocabulary())


def stated(found: Extraction) -> list[tuple[set[str], str]]:
    assert {item.component for item in found.statements} <= {LOCAL}
    assert {(item.says, item.evidence.confidence) for item in found.statements} <= {
        ("notice", "low")
    }
    return [(set(item.subject.split()), item.evidence.reference) for item in found.statements]


@pytest.mark.parametrize(
    ("text", "license_name", "line"),
    [
        ("META LLAMA 3 COMMUNITY LICENSE AGREEMENT\nMeta Llama 3 Version", "LicenseRef-llama-3", 1),
        ("\n\n  **LLAMA 3.3 COMMUNITY LICENSE AGREEMENT**\n", "LicenseRef-llama-3.3", 3),
        ("# Gemma Terms of Use\n", "LicenseRef-gemma-terms", 1),
        ("Qwen LICENSE AGREEMENT\n\nQwen LICENSE AGREEMENT Release", "LicenseRef-qwen-2024", 1),
        ("DEEPSEEK LICENSE AGREEMENT\n\nVersion 1.0", "LicenseRef-deepseek-la-1.0", 1),
    ],
)
def test_the_title_of_a_license(text: str, license_name: str, line: int) -> None:
    assert stated(read(LICENSE=text)) == [({license_name}, f"m/LICENSE:{line}")]
    assert stated(read(LICENSE_txt=text)) == [({license_name}, f"m/LICENSE.txt:{line}")]


@pytest.mark.parametrize(
    "text",
    ["Apache License\nVersion 2.0", "", "\n" * 9 + "Our terms\n" * 6 + "Gemma Terms of Use\n",
     "See the Gemma Terms of Use\n", "Built with Llama\n"],
)  # fmt: skip
def test_other_licenses_say_nothing(text: str) -> None:
    assert stated(read(LICENSE=text)) == []


def test_the_sentence_of_a_notice() -> None:
    text = "Zeta 1\n\nBuilt with Llama. Llama 3.1 is licensed under the Llama 3.1 Community License"
    assert stated(read(NOTICE=text)) == [
        (LLAMA, "m/NOTICE:3"), ({"LicenseRef-llama-3.1"}, "m/NOTICE:3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Built with LlamaIndex", "Rebuilt with Llamas", "Built with Llama.cpp", "llama"]
)
def test_other_llamas(text: str) -> None:
    assert stated(read(NOTICE=text)) == []


def test_llama_3_is_not_llama_3_1() -> None:
    assert stated(read(NOTICE="Built with Meta Llama 3.1")) == []
    assert stated(read(NOTICE="Built with Meta Llama 3")) == [
        ({"LicenseRef-llama-3"}, "m/NOTICE:1")
    ]


def test_binary_files_and_long_ones() -> None:
    assert stated(read(NOTICE="\x00" * 1000)) == []
    assert stated(read(NOTICE="x\n" * 70_000 + "Built with Llama\n")) == []
