"""Tables of what is known of models, against tables that offer them."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, read


@pytest.mark.parametrize(
    "text",
    [
        'PRICES = (\n    (("gpt-5.5",), 5.0, 30.0),\n    (("o3", "o3-mini"), 2.0, 8.0),\n)\n',
        'rows = [("gpt-4o", 128000), ("claude-opus-4-1", 200_000)]\n',
        'NO_SUPPORT_TEMPERATURE_MODELS = [\n    "o1-mini",\n    "deepseek/deepseek-reasoner",\n]\n',
        'SUPPORT_REASONING_EFFORT_MODELS = frozenset({"gpt-5.4"})\n',
        'MODELS_WITH_VISION: list[str] = ["gpt-4o"]\n',
        'GEO = ("claude-opus-4-7",)\nif any(p in name for p in GEO):\n    rate = 1.1\n',
        'FAMILY = ["gpt-5"]\nfor p in FAMILY: ok = name.startswith(p)\n',
    ],
)
def test_what_is_known_of_models_names_none(text: str) -> None:
    assert ids(read("app.py", text), "model") == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('OPENAI_MODELS = ["gpt-4o"]\nok = name in OPENAI_MODELS\n', "model:openai/gpt-4o"),
        ('rows = [("gpt-4o", "a chat model"), ("x", "y")]\n', "model:openai/gpt-4o"),
        ('answer = ask("gpt-4o", 0.7, 100)\n', "model:openai/gpt-4o"),
        ('PRICES = {"x": 1}\nMODEL = "gpt-4o"\n', "model:openai/gpt-4o"),
        ('for name in ["gpt-4o"]:\n    run(name)\n', "model:openai/gpt-4o"),
    ],
)
def test_what_offers_a_choice_names_it(text: str, expected: str) -> None:
    assert ids(read("app.py", text), "model") == {expected}


def test_a_long_table_is_known_to_its_end() -> None:
    rows = "".join(f'    "gpt-5.{n}-mini",  # told apart by its name\n' for n in range(60))
    assert ids(read("app.py", f"UNSUPPORTED_MODELS = [\n{rows}]\n"), "model") == set()


@pytest.mark.parametrize(
    "text",
    [
        'if model == "claude-3-opus":\n    return "claude-3-opus-20240229"\n',
        'if model == "claude-3-opus":\n    return const.CLAUDE_3_OPUS\n',
        'if model == "claude-3-opus":  # old\n    return "claude-3-opus-20240229"\n',
        'if (model === "claude-3-opus") { return "claude-3-opus-20240229"; }\n',
        'if model == "claude-3-opus":\n    return 4096\n',
    ],
)
def test_an_alias_that_another_name_is_put_for(text: str) -> None:
    found = ids(read("app.js" if "===" in text else "app.py", text), "model")
    assert found <= {"model:anthropic/claude-3-opus-20240229"}
    assert found or "20240229" not in text


@pytest.mark.parametrize(
    "text",
    [
        'if model == "claude-3-opus":\n    return ask(model)\n',
        'if model == "claude-3-opus":\n    place = "eu"\n',
        'ok = model == "claude-3-opus"\n',
    ],
)
def test_a_name_that_something_is_compared_with_and_kept(text: str) -> None:
    assert ids(read("app.py", text), "model") == {"model:anthropic/claude-3-opus"}


def test_a_hub_id_that_a_name_must_be_among_is_a_weak_sign() -> None:
    text = 'if name in ["acme/old-7b", ]:\n    pass\nfor name in ["acme/new-7b"]:\n    load(name)\n'
    found = read("app.py", text)
    sure = {c.id: c.occurrences[0].confidence for c in found.components if c.kind == "model"}
    assert sure == {
        "pkg:huggingface/acme/old-7b": "low", "pkg:huggingface/acme/new-7b": "medium",
    }  # fmt: skip
