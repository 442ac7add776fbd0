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


LLAMA = "meta-llama/Llama-3-70b-chat-hf"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", 'export const groqModels = ["llama3-70b-8192", "gemma-7b-it"];\n',
         {GROQ, "model:groq/gemma-7b-it"}),
        ("a.ts", 'const groqModels: M[] = [{ id: "llama3-70b-8192", name: "Llama 3" }];\n', {GROQ}),
        ("a.py", 'DEFAULT_GROQ_CHAT_MODELS: list[str] = ["llama3-70b-8192"]\n', {GROQ}),
        ("a.go", 'package a\n\nvar groqModels = []string{"llama3-70b-8192", "gemma-7b-it"}\n',
         {GROQ, "model:groq/gemma-7b-it"}),
        ("A.java",
         'class A {\n  static final List<String> GROQ_MODELS = List.of("llama3-70b-8192");\n}\n',
         {GROQ}),
        ("A.kt", 'val groqModels = listOf("llama3-70b-8192")\n', {GROQ}),
        ("a.rs", 'const GROQ_MODELS: &[&str] = &["llama3-70b-8192"];\n', {GROQ}),
        ("a.php", '<?php\n$groqModels = ["llama3-70b-8192"];\n', {GROQ}),
        ("a.py", f'TOGETHER_MODELS = ["{LLAMA}"]\n',
         {f"model:together/{LLAMA}", f"pkg:huggingface/{LLAMA}"}),
        ("a.py", f'TOGETHER_MODELS = {{"llama": "{LLAMA}"}}\n',
         {f"model:together/{LLAMA}", f"pkg:huggingface/{LLAMA}"}),
        ("a.ts", 'const siliconflowModels = ["Pro/deepseek-ai/DeepSeek-V3"];\n',
         {"model:siliconflow/Pro/deepseek-ai/DeepSeek-V3"}),
        ("a.py", 'OPENROUTER_MODELS = ["openai/gpt-4o", "acme/some-3-8b:free"]\n',
         {"model:openrouter/openai/gpt-4o", "model:openrouter/acme/some-3-8b:free"}),
        ("a.py", f'replicate_models = {{"acme/chat-13b:{"0f" * 32}"}}\n',
         {"model:replicate/acme/chat-13b"}),
        ("a.ts", 'const iflytekModels = ["general", "generalv3", "generalv3.5"];\n',
         {"model:spark/general", "model:spark/generalv3", "model:spark/generalv3.5"}),
        ("a.ts", 'const bytedanceModels = ["Doubao-lite-4k", "Doubao-pro-32k"];\n',
         {"model:volcengine-ark/Doubao-lite-4k", "model:volcengine-ark/Doubao-pro-32k"}),
        ("a.ts", 'const chatglmModels = ["glm-4", "glm-4v", "cogview-3"];\n',
         {"model:zhipu/glm-4", "model:zhipu/glm-4v", "model:zhipu/cogview-3"}),
    ],
)  # fmt: skip
def test_a_variable_s_name_says_whose_a_list_is(path: str, text: str, expected: set[str]) -> None:
    assert ids(read(path, text), "model") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # who has models of its own, and names of anything
        (f'MISTRAL_MODELS = ["{LLAMA}"]\n', {f"pkg:huggingface/{LLAMA}"}),
        (f'JINA_MODELS = ["{LLAMA}"]\n', {f"pkg:huggingface/{LLAMA}"}),
        (f'smallest_models = ["{LLAMA}"]\n', {f"pkg:huggingface/{LLAMA}"}),
        ('OPENAI_MODELS = ["fast", "gpt4", "smart"]\n', set()),
        ('OPENAI_MODELS = ["custom", "gpt-4o", "gpt-4.1", "GPT-4o"]\n',
         {"model:openai/gpt-4o", "model:openai/gpt-4.1"}),
        # said of other models, or of none
        ('GROQ_MODELS_WITHOUT_TOOLS = ["llama3-70b-8192"]\n', set()),
        ('UNSUPPORTED_GROQ_MODELS = ["llama3-70b-8192"]\n', set()),
        ('GROQ_HOSTS = ["llama3-70b-8192"]\n', set()),
    ],
)  # fmt: skip
def test_not_every_name_of_a_list_says_whose_it_is(text: str, expected: set[str]) -> None:
    assert ids(read("app.py", text), "model") == expected


def test_a_commented_entry_of_a_list_stays_commented() -> None:
    text = 'const zhipuModels = [\n  "glm-4",\n  "glm-4-plus",\n  // "cogvideox",\n];\n'
    usages = {c.id: c.usage for c in read("a.ts", text).components if c.kind == "model"}
    assert usages["model:zhipu/cogvideox"] == "commented"
    assert usages["model:zhipu/glm-4"] == "used"


@pytest.mark.parametrize(
    "text",
    [
        'const openai = m.startsWith("o1") || m.startsWith("o3-mini");\n',
        'const openai = m.includes("o1");\n',
        'const openai = "x";\nif (m === "o1") run();\n',
    ],
)
def test_what_names_are_told_apart_by_in_a_script_is_none(text: str) -> None:
    assert ids(read("app.ts", f"const model = {{}};\n{text}"), "model") == set()


def test_several_beginnings_of_names_are_none() -> None:
    text = 'openai = name.startswith(("o1", "o3-mini", "gpt-4o"))\nmodel = "gpt-4.1"\n'
    assert ids(read("app.py", text), "model") == {"model:openai/gpt-4.1"}


def test_versions_of_an_api_are_no_namespaces() -> None:
    text = 'const model = { list: "v1/models", beta: "v1beta/models", all: "v2/llama-3-8b" };\n'
    assert ids(read("app.ts", text), "model") == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.py",
            (
                'class GroqModel(str, Enum):\n    """What there is."""\n\n    A = "llama-3-70b"\n'
                '    # More.\n    B = ("llama-3.1-8b", Kind.TEXT)\n\n\nOTHER = "llama-3-9b"\n'
            ),
        ),
        ("a.ts", 'enum GroqModel {\n  A = "llama-3-70b",\n  B = "llama-3.1-8b",\n}\n'),
    ],
)
def test_an_enumeration_that_a_provider_s_name_begins(path: str, text: str) -> None:
    assert {i for i in ids(read(path, text)) if i.startswith("model:")} == {
        "model:groq/llama-3-70b", "model:groq/llama-3.1-8b",
    }  # fmt: skip


def test_a_default_that_is_called_after_its_provider() -> None:
    found = read("llm.py", 'DEFAULT_VOLCENGINE_MODEL = "glm-5.2"\n')
    assert ids(found, "model") == {"model:volcengine-ark/glm-5.2"}
