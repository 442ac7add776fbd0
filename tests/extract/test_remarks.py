"""What comments say of models in words."""

from __future__ import annotations

from tests.support.reading import component, ids, lines, read


def test_names_after_the_word_ollama() -> None:
    text = (
        "export const config = {\n"
        "  model: x, // OpenAI: 'gpt-4' // Ollama 'mistral', 'llama3' etc\n"
        "  key: y, // Ollama: 'ollama' is the default\n"
        "  other: \"Ollama 'llama2'\",\n"
        "}\n"
    )
    found = read("config.ts", text)
    assert {i for i in ids(found, "model") if "ollama" in i} == {
        "model:ollama/mistral", "model:ollama/llama3",
    }  # fmt: skip
    assert component(found, "model:ollama/llama3").usage == "commented"


def test_sentences_of_settings() -> None:
    text = (
        "# The model could be deepseek-chat or deepseek-reasoner\n"
        "# Azure model: gpt-4o-mini\n"
        "# see gpt-4o\n"
        "DEEPSEEK_MODEL=deepseek-chat\n"
    )
    found = read(".env.example", text)
    assert ids(found, "model") == {
        "model:deepseek/deepseek-chat", "model:deepseek/deepseek-reasoner",
        "model:azure-openai/gpt-4o-mini",
    }  # fmt: skip
    assert component(found, "model:deepseek/deepseek-reasoner").usage == "commented"
    assert lines(found, "model:deepseek/deepseek-chat") == [1, 4]
