"""Quoted names of API models outside calls: asked for, told apart, or only tabled."""

from __future__ import annotations

import pytest

from provenance.model import Extraction
from tests.support.reading import component, ids, read, reasons


def models(path: str, text: str) -> set[str]:
    return ids(read(path, text), "model")


MINI, MAIN = "model:openai/gpt-4o-mini", "model:openai/gpt-4.1"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", 'const model = fast ? "gpt-4o-mini" : "gpt-4.1";\n'),
        ("a.py", 'model = "gpt-4o-mini" if fast else "gpt-4.1"\n'),
        ("a.py", 'if model == "gpt-4o-mini":\n    model = "gpt-4.1"\n'),
    ],
)
def test_either_side_of_a_choice_is_named(path: str, text: str) -> None:
    assert models(path, text) == {MINI, MAIN}


@pytest.mark.parametrize(
    "text",
    [
        'LIMITS = {"gpt-4o-mini": 128000, "gpt-4.1": 8}\n',
        'LIMITS = {\n    "gpt-4o-mini": 128000,\n    "gpt-4.1": 8,\n}\n',
        'tool_patterns = ["gpt-4o-mini", "gpt-4.1"]\n',
        'capable = any(m in name for m in ["gpt-4o-mini", "gpt-4.1"])\n',
        'encoding = tiktoken.encoding_for_model("gpt-4o-mini")\n',
        'family = "gpt-4.1-"\n',
    ],
)
def test_what_tells_models_apart_asks_for_none(text: str) -> None:
    assert models("a.py", text) == set()


def test_a_code_host_serves_no_models() -> None:
    text = 'URL = "https://github.com/acme/x/archive/main.zip"\nname = "llama3-chat-7b"\n'
    assert models("a.py", text) == set()


def test_short_names_of_the_hub_that_can_mean_nothing_else() -> None:
    found = read("a.py", 'CHOICES = ["all-MiniLM-L6-v2", "quick-brown-fox-7"]\n')
    assert ids(found, "model") == {"pkg:huggingface/sentence-transformers/all-MiniLM-L6-v2"}
    assert component(found, next(iter(ids(found, "model")))).occurrences[0].confidence == "medium"


def test_an_alias_of_a_local_server_is_no_model_of_the_provider() -> None:
    found: Extraction = read(
        "a.py",
        """\
        from openai import OpenAI
        client = OpenAI(base_url="http://localhost:8000/v1")
        client.chat.completions.create(model="gpt-4o-mini", messages=[])
        """,
    )
    assert ids(found, "model") == set()
    assert ("alias-of-local-model", 3) in reasons(found)


@pytest.mark.parametrize(
    "text",
    [
        'if name.lower().startswith("o1"):\n    data = {"model": name}\n',
        'if name.startswith(("gpt-4.1", "gpt-4o-mini")):\n    pass\n',
        'at = row["models"].index("gpt-4o-mini")\n',
        'ok = "gpt-4o-mini" in row["models"]\n',
        'mini = [c for c in row["answers"] if c["model"] == "gpt-4o-mini"]\n',
        'data.filter(lambda row: row["model"] != "gpt-4o-mini")\n',
        'if name.startswith("acme/chat-7b"):\n    pass\n',
        'if name.startswith("openai/gpt-4o-mini"):\n    pass\n',
    ],
)
def test_names_in_data_are_told_apart_and_not_asked(text: str) -> None:
    assert models("a.py", "import openai\n" + text) == set()


@pytest.mark.parametrize(
    "text",
    [
        'if config["model"] == "gpt-4o-mini":\n    run()\n',
        'if args.model == "gpt-4o-mini":\n    run()\n',
        'names.append("gpt-4o-mini")\n',
    ],
)
def test_a_setting_that_is_compared_may_be_asked(text: str) -> None:
    assert models("a.py", text) == {MINI}


@pytest.mark.parametrize(
    ("host", "name", "expected"),
    [
        ("", "deepseek-v4-flash", "model:deepseek/deepseek-v4-flash"),
        ("", "kimi-k2.6", "model:moonshot/kimi-k2.6"),
        # A cloud that is known to serve another maker's name, and another platform of the maker.
        ("https://dashscope.aliyuncs.com/v1", "kimi-k2.6", "model:dashscope/kimi-k2.6"),
        ("https://api.moonshot.ai/v1", "kimi-k2.6", "model:moonshot-intl/kimi-k2.6"),
        ("https://api.z.ai/api/paas/v4", "glm-4.6", "model:zai/glm-4.6"),
        # Nobody else's.
        ("https://dashscope.aliyuncs.com/v1", "gpt-4o-mini", MINI),
        ("https://api.deepseek.com/v1", "gpt-4o-mini", MINI),
        # Capitals are a label, except where the maker writes so.
        ("https://api.minimax.io/v1", "MiniMax-M2.7", "model:minimax-intl/MiniMax-M2.7"),
        ("https://api.deepseek.com/v1", "DeepSeek-V4-Flash", ""),
        ("", "MiniMax-M2.7", ""),
    ],
)
def test_who_serves_a_name_that_several_have(host: str, name: str, expected: str) -> None:
    text = f'NAMES = ["{name}"]\n' + (f'URL = "{host}"\n' if host else "")
    assert models("a.py", text) == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", 'const all = [{\n  id: "gpt-4o-mini",\n  object: "model" }];\n'),
        ("a.ts", 'if (x === "gpt-4o-mini") { say({ id: "gpt-4o-mini", object: "model" }) }\n'),
        ("a.py", 'return {"data": [{"id": "gpt-4o-mini", "object": "model"}]}\n'),
    ],
)
def test_a_name_that_a_server_says_it_has_is_not_asked_for(path: str, text: str) -> None:
    assert models(path, text) == set()
    assert models(path, text + 'ask("gpt-4o-mini");\n') == {MINI}


def test_settings_of_a_request_in_a_provider_s_branch_are_no_models() -> None:
    text = (
        'if self.provider == "anthropic":\n'
        "    body = {\n"
        '        "max_tokens": self.model_config.get("max_tokens", 2000),\n'
        '        "anthropic_version": "bedrock-2023-05-31",\n'
        "    }\n"
    )
    assert models("a.py", text) == set()


@pytest.mark.parametrize("path", ["a.py", "a.ts"])
def test_what_ollama_runs_itself(path: str) -> None:
    found = read(path, 'MODELS = ["kimi-k2.5:cloud", "qwen3-coder:480b-cloud"]\n')
    assert {i for i in ids(found) if i.startswith("model:")} == {
        "model:ollama-cloud/kimi-k2.5:cloud", "model:ollama-cloud/qwen3-coder:480b-cloud",
    }  # fmt: skip


def test_files_that_a_tool_publishes_under_a_key_of_models() -> None:
    found = read(
        "a.py",
        'def load(model_name="yolov8n.pt"): ...\nMODEL = "best.pt"\nPICTURES = "yolov8x.pt"\n',
    )
    assert ids(found, "model") == {"model:ultralytics/yolov8n"}


def test_folders_that_are_called_after_models_are_none() -> None:
    text = 'generated_folders = ["gemini-2.0-flash_text"]\nMODELS = ["gemini-2.0-flash"]\n'
    assert ids(read("a.py", text), "model") == {"model:google-gemini/gemini-2.0-flash"}
