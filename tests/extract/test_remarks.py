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


def test_lists_of_models_in_docstrings_and_comments() -> None:
    found = read(
        "bot.py",
        '''\
        """Bot.

        Supported models:
        - deepseek-chat       (no thinking)
        - ``deepseek-reasoner``
        - GPT-4
        - nothing known

        Limits of models.
        - gpt-4o: 128000
        """
        # Available models:
        # 1. gpt-4.1
        # 2) gpt-4.1-mini
        name = 1
        ''',
    )
    assert {c.id: c.usage for c in found.components if c.kind == "model"} == {
        "model:deepseek/deepseek-chat": "documentation",
        "model:deepseek/deepseek-reasoner": "documentation",
        "model:openai/gpt-4.1": "commented",
        "model:openai/gpt-4.1-mini": "commented",
    }
    assert lines(found, "model:openai/gpt-4.1-mini") == [14]


def test_the_choice_that_a_comment_beside_a_setting_gives() -> None:
    found = read(
        "bot.py",
        """\
        MODEL = "generalv3.5"  # lite | generalv2 | pro-128k
        # gpt-4o or gpt-4o-mini
        model_name: str = pick()
        # gpt-4.1, gpt-4.1-mini have limits
        size = 3
        model = pick()  # needs gpt-4.1
        """,
    )
    assert {c.id: c.usage for c in found.components if c.kind == "model"} == {
        "model:spark/generalv3.5": "used",
        "model:spark/generalv2": "commented",
        "model:spark/pro-128k": "commented",
        "model:openai/gpt-4o": "commented",
        "model:openai/gpt-4o-mini": "commented",
    }
