"""INI-like and TOML settings."""

from __future__ import annotations

import pytest

from provenance.extract.config import ini_config, toml_config
from tests.support.reading import gaps, ids, lines, places, read, reasons
from tests.support.settings_files import at, direct


def test_sections_keys_and_comments() -> None:
    found = direct(
        ini_config, "app.ini",
        "[model]\nname = acme/x-7b ; chosen\n#old_model = acme/old-7b\n"
        "[data]\ndataset: acme/set\noutput_model = acme/out-7b\n",
    )  # fmt: skip
    assert lines(found, "pkg:huggingface/acme/x-7b") == [2]
    assert at(found, "pkg:huggingface/acme/old-7b") == [(3, "commented")]
    assert lines(found, "dataset:huggingface/acme/set") == [5]
    assert len(ids(found, "model")) == 2


def test_properties_of_spring() -> None:
    found = direct(
        ini_config, "application.properties",
        "spring.ai.ollama.chat.options.model=llama3.1:8b\nlangchain4j.open-ai.api-key=x\n",
    )  # fmt: skip
    assert "model:ollama/llama3.1:8b" in ids(found)


def test_toml() -> None:
    found = direct(
        toml_config, "config/app.toml",
        '[model]\nname = "acme/x-7b"\n[[models]]\nid = "acme/a-7b"\n[[models]]\nid = "acme/b-7b"\n',
    )  # fmt: skip
    assert lines(found, "pkg:huggingface/acme/x-7b") == [2]
    assert lines(found, "pkg:huggingface/acme/a-7b") == [4]
    assert lines(found, "pkg:huggingface/acme/b-7b") == [6]


def test_broken_toml_is_a_gap() -> None:
    assert reasons(direct(toml_config, "a.toml", "model = \n")) == {("malformed-file", 1)}


@pytest.mark.parametrize("path", ["pyproject.toml", "Cargo.toml", "uv.toml", "ruff.toml"])
def test_manifests_are_left_to_others(path: str) -> None:
    assert not toml_config.accepts(path)


@pytest.mark.parametrize("path", ["setup.cfg", "tox.ini", "pytest.ini"])
def test_tools_own_files(path: str) -> None:
    assert not ini_config.accepts(path)


def test_properties_name_the_provider_in_the_key() -> None:
    found = direct(
        ini_config,
        "src/main/resources/application.properties",
        """\
        spring.ai.azure.openai.chat.options.deployment-name=chatty
        langchain4j.ollama.chat-model.model-name=phi3
        quarkus.langchain4j.openai.chat-model.model-name=gpt-4
        """,
    )
    assert ids(found, "model") == {
        "model:azure-openai/chatty", "model:ollama/phi3", "model:openai/gpt-4",
    }  # fmt: skip


def test_sections_of_frameworks_name_the_service() -> None:
    found = read(
        "app/application.properties",
        "quarkus.langchain4j.watsonx.api-key=${KEY}\n"
        "quarkus.langchain4j.ai.gemini.log-requests=true\n"
        "quarkus.langchain4j.chat-model.provider=vertexai-gemini\n"
        "quarkus.langchain4j.openai.base-url=http://localhost:8000/v1\n"
        "quarkus.langchain4j.openai.api-key=x\n"
        "quarkus.langchain4j.ollama.timeout=60s\n"
        "quarkus.http.port=8080\n",
    )
    assert ids(found, "service") == {
        "service:watsonx", "service:google-gemini", "service:google-vertex-ai",
    }  # fmt: skip


def test_properties_of_a_profile() -> None:
    found = read(
        "app/application.properties",
        "%dev.quarkus.langchain4j.openai.chat-model.model-name=gpt-4o-mini\n",
    )
    assert ids(found, "model") == {"model:openai/gpt-4o-mini"}


def test_defaults_of_placeholders() -> None:
    found = read(
        "src/main/resources/application.properties",
        """\
        spring.ai.openai.chat.options.model=${AI_MODEL:gpt-4o-mini}
        spring.ai.mistralai.chat.options.model=${app.model:mistral-small-latest}
        spring.ai.anthropic.chat.options.model=${ANTHROPIC_MODEL}
        """,
    )
    assert ids(found, "model") == {"model:openai/gpt-4o-mini", "model:mistral/mistral-small-latest"}
    assert {o.confidence for o in places(found, "model:openai/gpt-4o-mini")} == {"medium"}
    assert ("${ANTHROPIC_MODEL}", "dynamic-name", 3) in gaps(found)


def test_a_section_of_a_service_that_answers_without_a_model() -> None:
    found = read("src/application.properties", "quarkus.langchain4j.tavily.max-results=5\n")
    assert lines(found, "service:tavily") == [1]


def test_images_and_commands_of_properties() -> None:
    found = read(
        "src/application.properties",
        """\
        quarkus.datasource.devservices.image-name=pgvector/pgvector:pg17
        quarkus.langchain4j.mcp.time.command=docker,run,--rm,-i,mcp/time
        app.image=logo.png
        quarkus.container-image.name=own
        """,
    )
    assert ids(found, "container") == {
        "pkg:docker/pgvector/pgvector@pg17", "pkg:docker/mcp/time",
    }  # fmt: skip
