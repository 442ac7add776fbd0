"""Environment files: one setting a line, commented ones too."""

from __future__ import annotations

import pytest

from provenance.extract.config import env_file
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines
from tests.support.settings_files import at, direct, redirects


def env(text: str) -> Extraction:
    return direct(env_file, ".env.example", text)


@pytest.mark.parametrize(
    "path",
    [".env", ".env.example", "a/.env.local", "env.example", "prod.env", "example.env",
     "docker/stack.env", ".env-sample", ".env.local.example"],
)  # fmt: skip
def test_wanted_names(path: str) -> None:
    assert env_file.accepts(path)


@pytest.mark.parametrize("path", ["env.py", ".env.d.ts", "environment.yml", "myenv.txt", "envoy"])
def test_unwanted_names(path: str) -> None:
    assert not env_file.accepts(path)


def test_models_and_comments() -> None:
    found = env(
        """\
        # the model, OPENAI_API_KEY=none is prose of many words
        MODEL_PATH=acme/Acme-7B-Chat  # chosen
        #EMBED_MODEL="acme/emb-7b"
        export ORG=acme
        FULL_MODEL='x'
        JOINED_MODEL="${ORG}/joined"
        MODEL_NAME=<your-model>
        CHAT_MODEL=your-org/your-model-7b
        """
    )
    assert at(found, "pkg:huggingface/acme/Acme-7B-Chat") == [(2, "used")]
    assert at(found, "pkg:huggingface/acme/emb-7b") == [(3, "commented")]
    assert at(found, "pkg:huggingface/acme/joined") == [(6, "used")]
    assert len(ids(found, "model")) == 3
    assert not ids(found, "service") - {"service:huggingface-hub"}
    assert gaps(found) == {("<your-model>", "dynamic-name", 7)}


def test_the_name_of_a_key_is_a_weak_sign() -> None:
    found = env("OPENAI_API_KEY=\nTAVILY_API_KEY=sk-xxx\n")
    assert ids(found) == {"service:openai", "service:tavily"}
    assert [p.confidence for p in component(found, "service:openai").occurrences] == ["low"]
    assert lines(found, "service:tavily") == [2]


def test_a_base_url_decides_the_service() -> None:
    found = env("OPENAI_BASE_URL=https://api.deepseek.com/v1\nANTHROPIC_BASE_URL=http://proxy:80\n")
    assert ids(found) == {"service:deepseek"}
    assert redirects(found) == {("service:openai", 1), ("service:anthropic", 2)}
    assert ids(env("OPENAI_BASE_URL=https://api.openai.com/v1")) == {"service:openai"}


def test_a_bare_name_beside_ollama_is_its_model() -> None:
    found = env("OLLAMA_BASE_URL=http://localhost:11434\nLLM=llama3:8b\n")
    assert "model:ollama/llama3:8b" in ids(found)
    assert lines(found, "model:ollama/llama3:8b") == [2]
    assert gaps(env("LLM=llama3-8b")) == {("llama3-8b", "provider-unresolved", 1)}


def test_platform_variables() -> None:
    found = env("CUDA_VISIBLE_DEVICES=0\n")
    assert ids(found) == {"platform:nvidia-cuda"}


def test_binary_files_of_the_name_are_left_alone() -> None:
    found = direct(env_file, "a.env", b"\x00\x01MODEL=acme/x-7b")
    assert not ids(found)


def test_the_provider_of_a_model_stands_in_a_variable_beside_it() -> None:
    found = env("EMBEDDING_MODEL=nomic-embed-text\nEMBEDDING_PROVIDER=ollama\nMODEL=llama3-x\n")
    assert ids(found, "model") == {"model:ollama/nomic-embed-text", "model:ollama/llama3-x"}
    asked = env("LLM_PROVIDER=openai\nLLM_MODEL=support-chat\n")
    assert ids(asked, "model") == {"model:openai/support-chat"}


def test_a_host_of_one_s_own_is_where_the_key_beside_it_goes() -> None:
    found = env("QDRANT_HOST=localhost\nQDRANT_API_KEY=\nPINECONE_API_KEY=x\n")
    assert redirects(found) == {("service:qdrant-cloud", 1)}
    there = env("QDRANT_HOST=a.eu.cloud.qdrant.io\nQDRANT_API_KEY=\n")
    assert redirects(there) == set()


def test_a_bare_name_that_ollama_would_not_write_so_is_not_its_model() -> None:
    found = env("OLLAMA_BASE_URL=http://localhost:11434\nMODEL=Acme-R1-7B\n")
    assert not ids(found, "model")
    assert gaps(found) == {("Acme-R1-7B", "provider-unresolved", 2)}
