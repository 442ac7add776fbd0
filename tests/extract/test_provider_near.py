"""The provider that the lines around a name say."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'KNOWN = {\n    Supplier.OPENAI: {\n        "gpt-4.1": Config(window=1),\n    },\n'
            '    Supplier.GROQ: {\n        "deepseek-r1-distill-llama-70b": Config(window=1),\n'
            "    },\n}\n",
            {"model:openai/gpt-4.1", "model:groq/deepseek-r1-distill-llama-70b"},
            id="keys of a table under the provider's key",
        ),
        pytest.param(
            'KNOWN = {"groq": {"meta-llama/llama-4-scout": Config(window=1)}}\n',
            {"model:groq/meta-llama/llama-4-scout", "pkg:huggingface/meta-llama/llama-4-scout"},
            id="a path under the provider's key",
        ),
        pytest.param(
            'def pick(self):\n    return {self.JINA: "jina-reranker-v2-base-multilingual"}[self]\n',
            {"model:jina/jina-reranker-v2-base-multilingual"},
            id="a default by an enumeration's member",
        ),
        pytest.param(
            'C = {"m": os.getenv("WATSONX_CHAT_MODEL", "ibm/granite-13b-chat-v2")}\n',
            {"model:watsonx/ibm/granite-13b-chat-v2", "pkg:huggingface/ibm/granite-13b-chat-v2"},
            id="the default of a provider's variable",
        ),
        pytest.param(
            'CONFIG = {"FAST_LLM": "openai:gpt-5.4-mini"}\n', {"model:openai/gpt-5.4-mini"},
            id="provider and model in one string",
        ),
    ],
)  # fmt: skip
def test_the_provider_is_said_beside(text: str, expected: set[str]) -> None:
    assert ids(read("app.py", text), "model") == expected


GROQ = "model:groq/llama3-70b-8192"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param(
            "app.py",
            'class A:\n    def __init__(self):\n        self.models = {\n'
            '            "GROQ": [("Llama 3", "llama3-70b-8192"), ("GEMMA-7B", "gemma-7b-it")],\n'
            '            "OPENAI": [("GPT 4.1", "gpt-4.1")],\n'
            '            "NOBODY": [("A", "llama3-8b-8192")],\n'
            "        }\n",
            {GROQ, "model:groq/gemma-7b-it", "model:openai/gpt-4.1"},
            id="pairs of a label and a name",
        ),
        pytest.param(
            "app.py", 'M = {"Azure": ["gpt-4.1"], "groq": ["llama3-70b-8192"]}\n',
            {"model:azure-openai/gpt-4.1", GROQ},
            id="bare names, and a host of another's family",
        ),
        pytest.param(
            "app.ts",
            'export const models = {\n  groq: [{ id: "llama3-70b-8192", family: "llama-3-8b" }],\n'
            '  OLLAMA: ["llama3-8b"],\n};\n',
            {GROQ, "model:ollama/llama3-8b"},
            id="records, and a runtime",
        ),
        pytest.param(
            "a.json",
            '{"models": {"groq": ["llama3-70b-8192"], "Cerebras": [{"id": "llama3.1-8b"}]}}',
            {GROQ, "model:cerebras/llama3.1-8b"},
            id="settings in JSON",
        ),
        pytest.param(
            "a.yaml", "models:\n  groq:\n  - llama3-70b-8192\n  openai: gpt-4.1\n",
            {GROQ, "model:openai/gpt-4.1"},
            id="settings in YAML",
        ),
    ],
)  # fmt: skip
def test_a_provider_is_the_key_over_a_list(path: str, text: str, expected: set[str]) -> None:
    assert ids(read(path, text), "model") == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", 'T = {"groq": [("llama3-70b-8192", 8192)]}\n'),
        ("app.py", 'MAX_TOKENS = {"groq": ["llama3-70b-8192"]}\n'),
        ("app.py", 'T = {"acme": ["llama3-70b-8192"], "groq": ["2024-05-01-preview"]}\n'),
        ("app.py", 'T = {"groq": [{"family": "llama3-70b-8192"}]}\n'),
        ("app.py", 'T = {"groq": load(["llama3-70b-8192"])}\n'),
        ("a.yaml", "models: {}\nversions:\n  groq: 0.9.1\n  openai: v1-beta-2\n"),
        ("a.json", '{"models": {"acme": ["llama3-70b-8192"]}}'),
    ],
)
def test_what_a_provider_s_key_stands_over_is_not_always_a_model(path: str, text: str) -> None:
    assert {i for i in ids(read(path, text), "model") if "groq" in i or "openai" in i} == set()


@pytest.mark.parametrize(
    "text",
    [
        'COSTS = {"openai": {"gpt-4.1": Rate(2.0, 8.0)}}\n',
        'TABLE = {"openai": {"gpt-4.1": {"input_cost_per_token": 2.0}}}\n',
        'TABLE = {"openai": {"gpt-4.1": 1047576}}\n',
        "raise ValueError(\"Eg 'openai:gpt-4o-mini'\")\n",
        'TABLE = {"settings": {"some-key-2": Config(x=1)}}\n',
    ],
)
def test_what_is_known_or_an_example_names_none(text: str) -> None:
    assert ids(read("app.py", text), "model") == set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("WATSONX_MODEL=ibm/granite-13b-chat-v2", "model:watsonx/ibm/granite-13b-chat-v2"),
        ("AZURE_OPENAI_MODEL=gpt-4o", "model:azure-openai/gpt-4o"),
        # a word of the family alone, and a runtime of one's own
        ("LLAMA_MODEL=TheBloke/orca_mini_3B-GGML", "pkg:huggingface/TheBloke/orca_mini_3B-GGML"),
        ("OLLAMA_MODEL=deepseek-r1:7b", "model:ollama/deepseek-r1:7b"),
    ],
)
def test_a_variable_begins_with_its_provider(line: str, expected: str) -> None:
    found = {c.id for c in read(".env", line).components if c.kind == "model" and c.direct}
    assert found == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('phones = ["w", "o3", "sh"]\n', set()),  # a syllable
        ('phones = ["w", "o3"]  # OpenAI\n', {"model:openai/o3"}),
        ('model = "o3"\n', {"model:openai/o3"}),
    ],
)
def test_a_very_short_name_needs_its_provider(text: str, expected: set[str]) -> None:
    assert ids(read("app.py", text), "model") == expected
