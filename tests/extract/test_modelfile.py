"""Ollama Modelfiles."""

from __future__ import annotations

from provenance.extract.deploy import modelfile
from tests.support.reading import gaps, ids, lines
from tests.support.settings_files import at, direct


def test_bases_adapters_and_prompts() -> None:
    found = direct(
        modelfile, "Modelfile",
        '# FROM llama2\nFROM llama3:8b\nADAPTER ./lora.gguf\nSYSTEM """\nFROM nothing\n"""\n',
    )  # fmt: skip
    assert ids(found, "model") == {
        "model:ollama/llama2", "model:ollama/llama3:8b", "model:local/lora.gguf",
    }  # fmt: skip
    assert at(found, "model:ollama/llama2") == [(1, "commented")]
    assert lines(found, "model:ollama/llama3:8b") == [2]
    assert gaps(found) == {("model:local/lora.gguf", "local-model-not-in-tree", 3)}


def test_a_hub_repository() -> None:
    found = direct(modelfile, "a.modelfile", "FROM hf.co/acme/x-GGUF:Q4_K_M\n")
    assert lines(found, "pkg:huggingface/acme/x-GGUF") == [1]


def test_an_adapter_is_made_from_what_stands_before_it() -> None:
    found = direct(
        modelfile, "chat/Modelfile",
        "ADAPTER ./early.gguf\nFROM llama3:8b\nADAPTER ./lora.gguf\n# ADAPTER ./old.gguf\n",
    )  # fmt: skip
    derived = {(k.source, k.target, k.how, k.basis) for k in found.links if k.how}
    assert derived == {
        ("model:local/chat/lora.gguf", "model:ollama/llama3:8b", "adapter", "declared")
    }


def test_paths_are_those_beside_the_file() -> None:
    found = direct(modelfile, "a/b/Modelfile", "FROM ../weights/x.gguf\n")
    assert ids(found, "model") == {"model:local/a/weights/x.gguf"}
    assert ids(direct(modelfile, "a/Modelfile", "FROM /srv/x.gguf\n"), "model") == {
        "model:local/srv/x.gguf"
    }
