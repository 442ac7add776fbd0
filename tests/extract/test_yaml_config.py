"""YAML settings: recipes, pipelines, routers, catalogues; and what is none of these."""

from __future__ import annotations

import pytest

from provenance.extract.config import yaml_config
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, read, reasons
from tests.support.settings_files import at, direct


def yml(text: str, path: str = "config/train.yaml") -> Extraction:
    return direct(yaml_config, path, text)


def test_a_training_recipe() -> None:
    found = yml(
        """\
        # base_model: acme/old-7b
        base_model: acme/Base-7B
        adapter: lora
        datasets:
          - path: tatsu-lab/alpaca
            type: alpaca
        dataset_mixer:
          acme/ultra: 1.0
        output_dir: ./out/acme-7b
        hub_model_id: acme/out-7b
        report_to: wandb
        """
    )
    assert at(found, "pkg:huggingface/acme/old-7b") == [(1, "commented")]
    assert at(found, "pkg:huggingface/acme/Base-7B") == [(2, "used")]
    assert lines(found, "dataset:huggingface/tatsu-lab/alpaca") == [5]
    assert lines(found, "dataset:huggingface/acme/ultra") == [8]
    assert lines(found, "service:wandb") == [11]
    assert len(ids(found, "model")) == 2
    assert not found.gaps


def test_merges_and_pipelines() -> None:
    found = yml(
        """\
        models:
          - model: acme/a-7b
            parameters: {weight: 0.5}
          - model: acme/b-7b
        base_model: acme/c-7b
        components:
          e: {type: haystack.X, init_parameters: {model: intfloat/e5-base-v2}}
        """
    )
    assert ids(found, "model") == {
        "pkg:huggingface/acme/a-7b", "pkg:huggingface/acme/b-7b", "pkg:huggingface/acme/c-7b",
        "pkg:huggingface/intfloat/e5-base-v2",
    }  # fmt: skip
    assert lines(found, "pkg:huggingface/intfloat/e5-base-v2") == [7]


def test_a_router() -> None:
    found = yml(
        """\
        model_list:
          - model_name: gpt-4
            litellm_params:
              model: azure/gpt-4o
              api_base: os.environ/AZURE_API_BASE
          - model_name: mine
            litellm_params:
              model: openai/qwen-local
              api_base: http://localhost:8000/v1
          - model_name: other
            litellm_params: {model: ollama/llama3}
        """
    )
    assert ids(found, "model") == {"model:azure-openai/gpt-4o", "model:ollama/llama3"}
    assert lines(found, "model:azure-openai/gpt-4o") == [4]
    assert gaps(found) == {("openai/qwen-local", "alias-of-local-model", 8)}


def test_a_provider_beside_or_above() -> None:
    found = yml(
        """\
        llm:
          provider: openai
          model: acme-own
        embedder:
          provider: ollama
          config: {model: nomic-embed-text}
        """
    )
    assert ids(found, "model") == {"model:openai/acme-own", "model:ollama/nomic-embed-text"}


def test_a_catalogue_by_provider() -> None:
    found = yml(
        """\
        apis:
          groq:
            base-url: https://api.groq.com/openai/v1
            models:
              llama3-70b-8192: {max: 1}
          ollama:
            base-url: http://localhost:11434
            models:
              "llama3.2:3b":
                aliases: [x]
        """
    )
    assert ids(found, "model") == {"model:groq/llama3-70b-8192", "model:ollama/llama3.2:3b"}
    assert lines(found, "model:ollama/llama3.2:3b") == [9]


def test_interpolation_within_the_file() -> None:
    found = yml(
        """\
        org: acme
        model:
          name: ${org}/${short.name}
        short: {name: omega}
        encoder: ${oc.env:ENCODER,acme/enc-7b}
        llm: ${oc.env:LLM}
        """
    )
    assert lines(found, "pkg:huggingface/acme/omega") == [3]
    (place,) = component(found, "pkg:huggingface/acme/enc-7b").occurrences
    assert (place.line, place.confidence) == (5, "medium")
    assert reasons(found) == {("dynamic-name", 6)}


def test_shell_and_packages_in_settings() -> None:
    found = yml(
        """\
        build:
          python_packages:
            - "torch==2.1"
        run: |
          pip install deepspeed
          python x.py --model_name_or_path acme/sky-7b
        """
    )
    assert lines(found, "pkg:pypi/torch@2.1") == [3]
    assert lines(found, "pkg:pypi/deepspeed") == [5]
    assert lines(found, "pkg:huggingface/acme/sky-7b") == [6]


def test_manifests_and_compose_services_are_told_by_content() -> None:
    manifest = yml("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: acme/x:1\n")
    assert component(manifest, "pkg:docker/acme/x@1").occurrences[0].extractor == "kubernetes"
    stack = yml("services:\n  a:\n    image: acme/x:1\n    command: --model acme/m-7b\n")
    assert lines(stack, "pkg:huggingface/acme/m-7b") == [4]


@pytest.mark.parametrize(
    "text",
    [
        "openapi: 3.0.0\nmodel: acme/x-7b\n",
        "image: ./logo.png\nmodel: train\n",
        "output:\n  model: acme/x-7b\n",
        "model: 7\nllm: true\nencoder: utf-8\n",
        "model: your-org/your-model\n",
        "on: push\nrefs: refs/heads/llama-7b\n",
        "# any prose: about models\nkey: text/plain\n",
    ],
)
def test_what_is_no_model(text: str) -> None:
    found = yml(text)
    assert not ids(found)
    assert not found.gaps


@pytest.mark.parametrize(
    "path", ["pnpm-lock.yaml", "mkdocs.yml", ".pre-commit-config.yaml", "locales/en.yml"]
)
def test_unwanted_names(path: str) -> None:
    assert not yaml_config.accepts(path)


def test_templates_are_read_by_the_line() -> None:
    found = yml("{% if x %}\nmodel: acme/x-7b\n{% endif %}\nimage: {{ image }}\n")
    assert lines(found, "pkg:huggingface/acme/x-7b") == [2]
    assert not found.gaps


def test_a_broken_file_is_a_gap() -> None:
    assert reasons(yml("model: [acme/x-7b\nb: }\n")) == {("malformed-file", 2)}


def test_a_deployment_as_azure_describes_it() -> None:
    found = yml(
        """\
        deployments:
          - name: judge
            model:
              format: OpenAI
              name: gpt-4o
            sku:
              name: GlobalStandard
        """
    )
    assert ids(found, "model") == {"model:azure-openai/gpt-4o"}


def test_a_section_named_after_a_provider() -> None:
    found = yml(
        """\
        spring:
          ai:
            openai:
              base-url: https://api.groq.com/openai
              chat:
                options:
                  model: llama-3.1-8b-instant
            azure:
              openai:
                chat:
                  options: {deployment-name: chatty}
            ollama:
              embedding:
                options: {model: nomic-embed-text}
        langchain4j:
          open-ai:
            chat-model: {model-name: gpt-4o-mini}
        """
    )
    assert ids(found, "model") == {
        "model:groq/llama-3.1-8b-instant", "model:azure-openai/chatty",
        "model:ollama/nomic-embed-text", "model:openai/gpt-4o-mini",
    }  # fmt: skip


def test_a_section_does_not_make_open_weights_a_makers_own() -> None:
    found = yml(
        """\
        deepseek:
          model: deepseek-ai/DeepSeek-V3
        github:
          model: acme-1
        perplexity:
          model_id: gpt2
        """
    )
    assert ids(found, "model") == {
        "pkg:huggingface/deepseek-ai/DeepSeek-V3", "pkg:huggingface/openai-community/gpt2",
    }  # fmt: skip


def test_a_provider_as_dify_names_its_plugins() -> None:
    found = yml(
        """\
        nodes:
          - data:
              model: {mode: chat, name: deepseek-r1-distill-llama-70b,
                      provider: langgenius/groq/groq}
          - data:
              model: {name: qwen-max, provider: langgenius/tongyi/tongyi}
        """
    )
    assert ids(found, "model") == {
        "model:groq/deepseek-r1-distill-llama-70b", "model:dashscope/qwen-max",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "trainer:\n  logger: [console, wandb]\n",
        "trainer:\n  logger:\n    - wandb\n",
        "loggers: wandb\n",
        "report_to: 'tensorboard,wandb'\n",
    ],
)
def test_loggers_that_are_hosted(text: str) -> None:
    assert "service:wandb" in ids(yml(text))


@pytest.mark.parametrize("text", ["logger: [console]\n", "logger:\n  name: wandb-run\n",
                                  "loggers:\n  wandb:\n    level: WARNING\n"])  # fmt: skip
def test_loggers_that_are_not(text: str) -> None:
    assert not ids(yml(text), "service")


def test_files_of_data_by_their_address() -> None:
    found = yml(
        """\
        datasets:
          acme_vqa:
            homepage: https://acme.example/data/train.json
            schema_url: https://acme.example/data/schema.json
            build_info:
              annotations:
                train:
                  url:
                    - https://files.acme.example/vqa/acme_vqa.json?raw=1
                    - https://files.acme.example/vqa/acme_val.zip
                  storage: /path/to/acme_val.zip
              images:
                url: https://files.acme.example/banner.png
        evaluation:
          url: https://files.acme.example/plan.json
        metadata:
          annotations:
            url: https://files.acme.example/notes.json
        """
    )
    assert ids(found, "dataset") == {
        "dataset:url/files.acme.example/vqa/acme_vqa.json",
        "dataset:url/files.acme.example/vqa/acme_val.zip",
    }
    assert lines(found, "dataset:url/files.acme.example/vqa/acme_val.zip") == [10]


def test_defaults_of_placeholders_and_the_address_beside() -> None:
    found = read(
        "src/main/resources/application.yml",
        """\
        spring:
          ai:
            openai:
              base-url: ${BASE:https://api.groq.com/openai/v1}
              chat:
                options:
                  model: ${MODEL:${OTHER:llama3-8b-8192}}
        part: ${ID:0:8}
        stage: ${opt:stage}
        """,
    )
    assert ids(found, "model") == {"model:groq/llama3-8b-8192"}
    assert "service:openai" not in ids(found)


def test_a_data_set_under_the_word_data() -> None:
    found = read("train.yml", "data:\n  type: hub\n  path: acme/alpaca-7k\nmodel: acme/chat-7b\n")
    assert ids(found, "dataset") == {"dataset:huggingface/acme/alpaca-7k"}
    assert ids(found, "model") == {"pkg:huggingface/acme/chat-7b"}


SOURCES = """\
sources:
  - id: names
    type: http
    url: https://zenodo.org/records/1/files/v2-names-data.zip?download=1
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("src/dataset_agent/sources.yaml", {"zenodo.org/records/1/files/v2-names-data.zip"}),
        ("src/agent/sources.yaml", set()),
    ],
)
def test_sources_in_a_folder_that_prepares_data(path: str, found: set[str]) -> None:
    assert ids(read(path, SOURCES), "dataset") == {f"dataset:url/{where}" for where in found}


def test_alternatives_in_comments() -> None:
    found = read(
        "config.yaml",
        """\
        base_model: acme/chat-7b
        # Alternatives:
        # - "acme/other-8b"
        #  - docs/readme
        """,
    )
    assert component(found, "pkg:huggingface/acme/other-8b").usage == "commented"
    assert "pkg:huggingface/docs/readme" not in ids(found)
