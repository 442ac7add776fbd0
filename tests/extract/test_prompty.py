"""Prompty: the front matter configures a model, the prompt is text."""

from __future__ import annotations

from tests.support.reading import component, gaps, ids, lines, read

PROMPTY = """\
    ---
    name: Coherence
    model:
      api: chat
      configuration:
        type: azure_openai
        azure_deployment: gpt-4o-mini
        azure_endpoint: ${ENV:AZURE_OPENAI_ENDPOINT}
      parameters:
        max_tokens: 128
    ---
    system:
    model: gpt-4-turbo is what the text talks of
"""


def test_the_model_of_the_front_matter() -> None:
    found = read("src/coherence.prompty", PROMPTY)
    assert ids(found, "model") == {"model:azure-openai/gpt-4o-mini"}
    assert lines(found, "model:azure-openai/gpt-4o-mini") == [7]
    assert component(found, "model:azure-openai/gpt-4o-mini").usage == "used"


def test_a_prompt_without_front_matter_names_nothing() -> None:
    assert ids(read("a.prompty", "model: gpt-4o\n")) == set()
    assert ids(read("a.prompty", "---\nmodel: gpt-4o\n")) == set()


def test_broken_front_matter_is_a_gap() -> None:
    found = read("a.prompty", "---\nmodel: [gpt-4o\n---\nsystem:\n")
    assert {reason for _, reason, _ in gaps(found)} == {"malformed-file"}
