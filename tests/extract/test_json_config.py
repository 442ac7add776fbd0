"""JSON settings; data is data."""

from __future__ import annotations

import json

import pytest

from provenance.extract.config import json_config
from provenance.model import Extraction
from tests.support.reading import ids, lines, reasons
from tests.support.settings_files import direct


def js(text: str, path: str = "config/app.json") -> Extraction:
    return direct(json_config, path, text)


def test_servers_of_the_model_context_protocol() -> None:
    found = js(
        """\
        {"mcpServers": {
          "gh": {"command": "npx", "args": ["-y", "@acme/server-github@1.2.0"]},
          "local": {"command": "npx", "args": ["next-devtools-mcp@latest"]},
          "py": {"command": "uvx", "args": ["mcp-server-acme", "--x"],
                 "env": {"OPENAI_API_KEY": "…"}},
          "box": {"command": "docker", "args": ["run", "-i", "--rm",
                                                "ghcr.io/acme/mcp:1"]},
          "far": {"url": "https://mcp.acme.example/sse"},
          "near": {"url": "http://localhost:3000/sse"}
        }}
        """,
        ".cursor/mcp.json",
    )
    assert ids(found, "package") == {
        "pkg:npm/%40acme/server-github@1.2.0", "pkg:npm/next-devtools-mcp",
        "pkg:pypi/mcp-server-acme",
    }  # fmt: skip
    assert lines(found, "pkg:npm/%40acme/server-github@1.2.0") == [2]
    assert lines(found, "service:openai") == [5]
    assert lines(found, "pkg:docker/ghcr.io/acme/mcp@1") == [7]
    assert lines(found, "service:mcp.acme.example") == [8]
    assert not found.gaps


def test_settings_of_an_application() -> None:
    found = js(
        """\
        {
          // chosen by hand
          "llm": {"provider": "openai", "model": "acme-own"},
          "embedding_model": "acme/emb-7b",
          "models": [{"id": "acme/cat-7b", "name": "acme/shown-7b"}],
        }
        """
    )
    assert ids(found, "model") == {
        "model:openai/acme-own", "pkg:huggingface/acme/emb-7b", "pkg:huggingface/acme/cat-7b",
    }  # fmt: skip
    assert lines(found, "pkg:huggingface/acme/emb-7b") == [4]


@pytest.mark.parametrize(
    "content",
    [
        [{"instruction": "a", "output": "b", "model": "acme/x-7b"}],
        [{"conversations": [{"from": "gpt", "value": "x"}], "model": "acme/x-7b"}],
        [{"model": "acme/x-7b"}] * 51,
        {"openapi": "3.0.0", "model": "acme/x-7b"},
        {"panels": [], "model": "acme/x-7b"},
        {"architectures": ["X"], "model": "acme/x-7b"},
    ],
)
def test_data_is_data(content: object) -> None:
    found = js(json.dumps(content))
    assert not ids(found)
    assert not found.gaps


def test_a_large_file_is_data() -> None:
    assert not ids(js('{"model": "acme/x-7b", "a": "' + "x" * json_config.MAX_BYTES + '"}'))


@pytest.mark.parametrize(
    "path",
    ["package.json", "package-lock.json", "tsconfig.json", "data/train.json", "x/locales/en.json",
     "grafana/dash.json", "tokenizer_config.json", "sbom.cdx.json", "eval_results.json", "a.jsonl"],
)  # fmt: skip
def test_unwanted_names(path: str) -> None:
    assert not json_config.accepts(path)


def test_a_broken_file_is_a_gap() -> None:
    assert reasons(js('{"model": "acme/x-7b"\n')) == {("malformed-file", 2)}


def test_the_image_of_a_development_container() -> None:
    text = '{\n  "image": "mcr.acme.example/dev/universal:2",\n  "features": {}\n}\n'
    found = js(text, ".devcontainer/devcontainer.json")
    assert lines(found, "pkg:docker/mcr.acme.example/dev/universal@2") == [2]


def test_settings_of_dotnet() -> None:
    found = js(
        """\
        {
          "AzureOpenAI": {
            "Endpoint": "https://acme.openai.azure.com/", "ChatDeployment": "gpt-4o",
            "EmbeddingDeploymentName": "your-deployment-name"
          },
          "ConnectionStrings": {
            "chat": "Endpoint=https://acme.openai.azure.com/;Key=x;Deployment=chatty",
            "todo": "Endpoint=https://acme.openai.azure.com/;Key=x;Deployment=your-deployment-name",
            "db": "Host=localhost;Database=model;Username=sa"
          },
          "Ollama": {"Model": "phi3", "Endpoint": "http://localhost:11434"}
        }
        """,
        "appsettings.json",
    )
    assert ids(found, "model") == {
        "model:azure-openai/gpt-4o", "model:azure-openai/chatty", "model:ollama/phi3",
    }  # fmt: skip
    assert lines(found, "model:azure-openai/chatty") == [7]


def test_a_catalogue_under_the_slug_of_a_service() -> None:
    found = js(
        """\
        {
          "aleph-alpha": {"requiresKey": true, "models": {"luminous-base": {"enabled": false}}},
          "big-brother": {"models": {"luminous-base": {"enabled": false}}}
        }
        """,
        "server/models.json",
    )
    assert ids(found, "model") == {"model:aleph-alpha/luminous-base"}


def test_a_hosted_logger() -> None:
    found = direct(json_config, "train.json", '{"logger": ["console", "wandb"]}')
    assert lines(found, "service:wandb") == [1]
    assert not ids(direct(json_config, "train.json", '{"report_to": "none"}'))


def test_sections_named_for_a_product() -> None:
    found = js(
        """\
        {
          "Services": {
            "AzureAISearch": {"Auth": "AzureIdentity", "APIKey": "", "Endpoint": "https://<...>"},
            "AzureAIDocIntel": {"Endpoint": "https://acme.example.com/read"},
            "AzureOpenAIText": {"Endpoint": "https://<x>.openai.azure.com/", "Tokenizer": "o200k"},
            "AzureAIContentSafety": {"Endpoint": "http://localhost:5000"},
            "AzureSpeech": {"Retries": 3},
            "Shop": {"Endpoint": "", "APIKey": ""}
          }
        }
        """,
        "src/appsettings.json",
    )
    assert {c.id: c.usage for c in found.components} == {
        "service:azure-ai-search": "optional", "service:azure-document-intelligence": "used",
        "service:azure-openai": "optional",
    }  # fmt: skip
    assert lines(found, "service:azure-ai-search") == [3]


def test_the_name_of_a_tokenizer_is_no_model() -> None:
    found = js(
        """\
        {
          "openai": {"base_url": "https://api.openai.com/v1", "model": "gpt-4o",
                     "EmbeddingModelTokenizer": "cl100k", "tokenizer": "acme/words-7b"},
          "ollama": {"tokenizer_name": "cl100k_base", "Tokenizer": "gpt2"}
        }
        """,
        "settings.json",
    )
    assert ids(found, "model") == {
        "model:openai/gpt-4o", "pkg:huggingface/acme/words-7b",
        "pkg:huggingface/openai-community/gpt2",
    }  # fmt: skip


def test_a_provider_in_capitals_beside_a_local_address() -> None:
    found = js(
        """\
        {"AI": {"TextGeneration": {
          "Provider": "Ollama",
          "ModelId": "llama3.1:latest",
          "Endpoint": "http://localhost:11434"
        }}}
        """,
        "appsettings.json",
    )
    assert ids(found, "model") == {"model:ollama/llama3.1:latest"}
    assert not reasons(found)
