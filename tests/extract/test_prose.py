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


def test_conditions_settings_and_alternatives_name_nothing() -> None:
    found = read(
        "README.md",
        """\
    Weak models (Alpaca/Mistral, Qwen3-4B/4.5B) need embedding/reranking; see acme/text-7b.
    `count == 2` and `ratio==1` and `acme-eval == 0.6`; pass `--model Qwen/Qwen3-Reranker-*`.
    With Ollama, `embedding_model`, `rerankers` and `reranker.enabled` are read; pull `llama3`.
    """,
    )
    assert ids(found, "model") == {"pkg:huggingface/acme/text-7b", "model:ollama/llama3"}
    assert ids(found, "package") == {"pkg:pypi/acme-eval@0.6", "pkg:pypi/ratio@1"}
