"""Sentences, lists and tables of documentation."""

from __future__ import annotations

from tests.support.reading import component, ids, lines, read

TEXT = """\
# Acme

## Dataset preparation

1. DIV2K: http://data.acme.example/DIV2K/DIV2K_train_HR.zip
2. code: https://github.com/acme/tool/archive/main.zip

## Install

Needs `acme-eval==0.6.2`; also install `flashinfer` and install `thing-nobody-knows`.
Binary: https://acme.example/tool.zip

## Ollama

Tested with `llama3`, `llama3:70b` and `mistral`; not `gpt-4o`.

## Settings

| name | meaning | default |
|---|---|---|
| `OLLAMA_MODEL` | the model | llama2 |
| OTHER | text | llama9 |

Trained on [acme/pairs-7b](https://huggingface.co/datasets/acme/pairs-7b).

```bash
acme run --docker-image python:3.11
```
"""


def test_what_documentation_names() -> None:
    found = read("README.md", TEXT)
    assert ids(found, "dataset") == {
        "dataset:url/data.acme.example/DIV2K/DIV2K_train_HR.zip",
        "dataset:huggingface/acme/pairs-7b",
    }
    assert ids(found, "package") == {"pkg:pypi/acme-eval@0.6.2", "pkg:pypi/flashinfer"}
    assert {i for i in ids(found, "model") if "ollama" in i} == {
        "model:ollama/llama3", "model:ollama/llama3:70b", "model:ollama/mistral",
        "model:ollama/llama2",
    }  # fmt: skip
    assert ids(found, "container") == {"pkg:docker/python@3.11"}
    assert component(found, "model:ollama/llama2").usage == "documentation"


def test_markdown_cells_are_documentation_on_their_own_lines() -> None:
    text = (
        '{"cells": [\n'
        '{"cell_type": "markdown", "source": [\n"An unclosed fence\\n",\n"```bash\\n",\n'
        '"pip install acme-cell"]},\n'
        '{"cell_type": "markdown", "source": [\n"uses acme/text-7b\\n"]},\n'
        '{"cell_type": "code", "source": [\n"import acme_code\\n"]}\n]}\n'
    )
    found = read("a.ipynb", text)
    assert component(found, "pkg:pypi/acme-cell").usage == "documentation"
    assert lines(found, "pkg:pypi/acme-cell") == [5]
    assert lines(found, "pkg:huggingface/acme/text-7b") == [7]
    assert [(i.module, i.occurrence.line) for i in found.imports] == [("acme_code", 9)]


def test_words_of_a_sentence_are_no_models() -> None:
    text = (
        "Pick embedding/reranker models, Alpaca/Mistral style, Qwen3-4B/4.5B or bge/mxbai.\n"
        "Set `confidence_score==0` and `message_count==10`; install `helm` first.\n\n"
        "With Ollama: `embedding_model`, `reranker.enabled`, `rerankers`.\n\n"
        "Pick `acme/Mistral` or acme/mistral-7b.\n"
    )
    found = read("README.md", text)
    assert ids(found, "model") == {
        "pkg:huggingface/acme/Mistral", "pkg:huggingface/acme/mistral-7b",
    }  # fmt: skip
    assert not ids(found, "package")


def test_a_pattern_of_names_is_no_name() -> None:
    text = "Pass `--reranker Qwen/Qwen3-Reranker-*` or Qwen/Qwen3-Reranker-4B.\n"
    assert ids(read("README.md", text), "model") == {"pkg:huggingface/Qwen/Qwen3-Reranker-4B"}


def test_tags_as_ollama_alone_writes_them() -> None:
    text = (
        "- `key`: the model (e.g., `gpt-4o-mini`, `llama3.1:latest`).\n"
        "- `embedding`: e.g. `nomic-embed-text`, `text-embedding-3-large`.\n"
    )
    assert ids(read("API.md", text), "model") == {
        "model:openai/gpt-4o-mini", "model:openai/text-embedding-3-large",
        "model:ollama/llama3.1:latest", "model:ollama/nomic-embed-text",
    }  # fmt: skip


def test_models_of_a_document_about_azure_are_deployed_there() -> None:
    text = "Azure OpenAI access is needed. Quota for `gpt-4o-mini`; see azure-openai docs.\n"
    assert ids(read("README.md", text), "model") == {"model:azure-openai/gpt-4o-mini"}
    both = text + "OpenAI works as well: set OPENAI_API_KEY from platform.openai.com.\n"
    assert ids(read("README.md", both), "model") == {"model:openai/gpt-4o-mini"}


def test_images_in_parts() -> None:
    text = (
        "```yaml\nloraController:\n  image:\n    repository: acme/lora-controller-7b\n"
        "    tag: latest\n```\n"
    )
    found = read("README.md", text)
    assert ids(found, "container") == {"pkg:docker/acme/lora-controller-7b@latest"}
    assert not ids(found, "model")


def test_a_sentence_that_names_the_model_of_the_document_s_api() -> None:
    text = (
        "```\nhttps://deepsearch.jina.ai/v1/chat/completions\n```\n"
        "See [the schema](https://platform.openai.com/docs/api-reference/chat/create).\n"
        "The model name is `own-search-v1`, not `own-search-v2`.\n"
    )
    found = read("README.md", text)
    assert lines(found, "model:jina/own-search-v1") == [5]
    assert ids(found, "model") == {"model:jina/own-search-v1"}
    two = f"{text}\nhttps://api.cohere.com/v1/rerank\n"
    assert not ids(read("README.md", two), "model")
    assert not ids(read("README.md", text.replace("deepsearch.jina.ai", "localhost")), "model")
