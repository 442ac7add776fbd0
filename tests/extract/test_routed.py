"""Names as routers write them: whose they are, whom the source asks, what only looks like one."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from provenance.extract import extractor_for
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import component, ids, read, vocabulary

CATALOGUE = """\
export const offered = [
  { id: "anthropic/claude-opus-4.5", name: "Claude Opus 4.5", provider: "anthropic" },
  { id: "xai/grok-code-fast-1", name: "Grok Code", provider: "xai" },
  { id: 'google/gemini-3-pro-preview', name: "Gemini", provider: "google" },
  { id: "google/gemma-2-9b-it", name: "Gemma", provider: "google" },
];
"""
MAKERS = {
    "model:anthropic/claude-opus-4.5",
    "model:xai/grok-code-fast-1",
    "model:google-gemini/gemini-3-pro-preview",
    "pkg:huggingface/google/gemma-2-9b-it",
}


def read_in(files: Mapping[str, str], path: str) -> Extraction:
    """Read one of the files of a tree."""
    tree = {name: textwrap.dedent(text).encode() for name, text in files.items()}
    extractor = extractor_for(path)
    assert extractor is not None
    document = Document(path=path, data=tree[path], sibling=Siblings(tree.get))
    return extractor.extract(document, vocabulary())


def models(found: Extraction) -> set[str]:
    return {c.id for c in found.components if c.kind == "model" and c.direct}


@pytest.mark.parametrize("path", ["lib/offered.ts", "offered.mjs", "offered.js"])
def test_the_maker_of_a_name_is_told_by_its_family(path: str) -> None:
    found = read(path, CATALOGUE)
    assert models(found) == MAKERS
    [place] = component(found, "model:anthropic/claude-opus-4.5").occurrences
    assert (place.line, place.confidence, place.usage) == (2, "medium", "used")
    assert component(found, "service:anthropic").occurrences[0].confidence == "low"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'OFFERED = ["openai/gpt-4.1-mini", "x-ai/grok-4", "intfloat/e5-base"]\n'),
        ("a.go", 'var offered = []string{"openai/gpt-4.1-mini", "x-ai/grok-4"}\n'),
        ("a.json", '{"models": [{"id": "openai/gpt-4.1-mini"}, {"id": "x-ai/grok-4"}]}'),
        ("a.json", '{"models": ["openai/gpt-4.1-mini", "x-ai/grok-4"]}'),
        ("a.yaml", "models:\n- id: openai/gpt-4.1-mini\n- id: x-ai/grok-4\n"),
        ("a.yaml", "llm:\n  fallback: x-ai/grok-4\n  model: openai/gpt-4.1-mini\n"),
    ],
)
def test_every_language_and_setting_may_list_them(path: str, text: str) -> None:
    wanted = {"model:openai/gpt-4.1-mini", "model:xai/grok-4"}
    assert models(read(path, text)) >= wanted
    assert not any("huggingface/openai" in name for name in ids(read(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'PRICES = {"openai/gpt-4.1": 2.0, "x-ai/grok-4": 3.0}\n'),
        ("a.py", 'CONTEXT = {\n    "openai/gpt-4.1": 1047576,\n}\n'),
        ("a.py", 'INPUT_COSTS = [("openai/gpt-4.1", 2.0), ("x-ai/grok-4", 3.0)]\n'),
        ("a.py", 'NO_TOOLS_MODELS = ["openai/gpt-4.1"]\n'),
        ("a.py", 'if "openai/gpt-4.1" in model:\n    pass\n'),
        ("a.py", 'encoding = tiktoken.encoding_for_model("openai/gpt-4.1")\n'),
        ("a.py", "raise ValueError(\"Use 'openai/gpt-4.1', for one\")\n"),
        ("a.ts", 'const limits = { "openai/gpt-4.1": { inputCost: 2, window: 10 } };\n'),
        ("a.ts", "export const supportedModels = ['openai/gpt-4.1'].map(shown);\n"),
        ("a.json", '{"models": [{"id": "openai/gpt-4.1", "pricing": {"input": 2}}]}'),
        ("a.ts", 'import { x } from "openai/shims";\nconst t = "google/fonts-v2";\n'),
        ("dist/a.min.js", 'var m="openai/gpt-4.1";\n'),
    ],
)
def test_what_is_known_of_models_asks_for_none(path: str, text: str) -> None:
    assert ids(read(path, text), "model") == set()


def test_settings_under_a_name_offer_it() -> None:
    text = 'export const MODELS = {\n  "openai/gpt-4.1": { label: "GPT", tools: true },\n};\n'
    assert models(read("a.ts", text)) == {"model:openai/gpt-4.1"}


def test_usage_is_that_of_the_place() -> None:
    text = 'M = "openai/gpt-4.1"\n'
    assert component(read("tests/test_a.py", text), "model:openai/gpt-4.1").usage == "test"
    found = read("a.ts", '// fallback: "openai/gpt-4.1"\nconst model = 1;\n')
    assert component(found, "model:openai/gpt-4.1").usage == "commented"


# -- whom the source asks ----------------------------------------------------------------------

GATEWAY = "model:vercel-ai-gateway/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'const URL = "https://openrouter.ai/api/v1";\nconst m = "openai/gpt-4.1:free";\n',
            "model:openrouter/openai/gpt-4.1:free",
            id="the address",
        ),
        pytest.param(
            'const key = process.env.OPENROUTER_API_KEY;\nconst m = `openai/gpt-4.1`;\n',
            "model:openrouter/openai/gpt-4.1",
            id="the key",
        ),
        pytest.param(
            'import { gateway } from "@ai-sdk/gateway";\nconst m = "openai/gpt-4.1";\n',
            f"{GATEWAY}openai/gpt-4.1",
            id="the client",
        ),
        pytest.param(
            'const m = "openrouter/openai/gpt-4.1";\n', "model:openrouter/openai/gpt-4.1",
            id="the name itself",
        ),
        pytest.param(
            '// see https://openrouter.ai/models\nconst m = "openai/gpt-4.1";\n',
            "model:openai/gpt-4.1",
            id="a comment says nothing",
        ),
        pytest.param(
            'const a = process.env.OPENROUTER_API_KEY, b = process.env.AI_GATEWAY_API_KEY;\n'
            'const m = "openai/gpt-4.1";\n',
            "model:openai/gpt-4.1",
            id="two routers",
        ),
    ],
)  # fmt: skip
def test_the_source_speaks_of_a_router(text: str, expected: str) -> None:
    assert models(read("a.ts", text)) == {expected}


def test_an_imported_module_speaks_of_a_router() -> None:
    files = {
        "src/offered.ts": 'import { ask } from "./client";\nexport const M = "openai/gpt-4.1";\n',
        "src/client.ts": 'export const ask = make("https://openrouter.ai/api/v1");\n',
        "app/offered.py": 'from app.client import ask\n\nM = "openai/gpt-4.1"\n',
        "app/client.py": 'ask = make("https://openrouter.ai/api/v1")\n',
        "app/other.py": 'import os\n\nM = "openai/gpt-4.1"\n',
    }
    routed, plain = {"model:openrouter/openai/gpt-4.1"}, {"model:openai/gpt-4.1"}
    assert models(read_in(files, "src/offered.ts")) == routed
    assert models(read_in(files, "app/offered.py")) == routed
    assert models(read_in(files, "app/other.py")) == plain


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ('"@ai-sdk/gateway": "1"', f"{GATEWAY}openai/gpt-4.1"),
        ('"@openrouter/ai-sdk-provider": "1", "ai": "5"', "model:openrouter/openai/gpt-4.1"),
        ('"ai": "5"', f"{GATEWAY}openai/gpt-4.1"),
        ('"ai": "4", "@ai-sdk/openai": "1"', "model:openai/gpt-4.1"),
        ('"@ai-sdk/gateway": "1", "@ai-sdk/openai": "1"', "model:openai/gpt-4.1"),
        ('"react": "19"', "model:openai/gpt-4.1"),
    ],
)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/lib/offered.ts", 'export const M = [{ id: "openai/gpt-4.1" }];\n'),
        ("app/lib/offered.json", '{"models": [{"id": "openai/gpt-4.1"}]}'),
    ],
)
def test_the_manifest_above_declares_a_router(
    packages: str, expected: str, path: str, text: str
) -> None:
    manifest = f'{{"dependencies": {{{packages}}}}}'
    files = {path: text, "app/package.json": manifest, "package.json": "{}"}
    assert models(read_in(files, path)) == {expected}


@pytest.mark.parametrize("manifest", ["[", "[]", '{"dependencies": []}', '{"dependencies": null}'])
def test_a_manifest_that_is_none_says_nothing(manifest: str) -> None:
    files = {"a.ts": 'const m = "openai/gpt-4.1";\n', "package.json": manifest}
    assert models(read_in(files, "a.ts")) == {"model:openai/gpt-4.1"}


# -- calls -------------------------------------------------------------------------------------


PICK = """\
import { gateway } from "ai";
function pick(id) {
  return gateway.languageModel(id);
}
pick("openai/gpt-4.1");
"""


@pytest.mark.parametrize(
    "text",
    [
        PICK,
        'import { gateway } from "@ai-sdk/gateway";\ngateway.languageModel("openai/gpt-4.1");\n',
        'import { gateway } from "ai";\ngateway("openai/gpt-4.1");\n',
        'import { createGateway } from "ai";\nconst g = createGateway();\ng("openai/gpt-4.1");\n',
        'import { streamText } from "ai";\nstreamText({ model: "openai/gpt-4.1", prompt });\n',
    ],
)  # fmt: skip
def test_calls_of_the_gateway(text: str) -> None:
    found = read("a.ts", text)
    assert models(found) == {f"{GATEWAY}openai/gpt-4.1"}
    assert "service:vercel-ai-gateway" in ids(found)


def test_a_model_object_needs_no_gateway() -> None:
    found = read(
        "a.ts",
        'import { streamText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
        'streamText({ model: openai("gpt-4.1"), prompt });\n',
    )
    assert models(found) == {"model:openai/gpt-4.1"}
    assert "service:vercel-ai-gateway" not in ids(found)


def test_a_maker_s_own_name_at_another_host_is_no_hub_repository() -> None:
    text = '{"provider": "siliconflow", "model": "deepseek/deepseek-v4-flash"}'
    assert ids(read("config/app.json", text), "model") == {
        "model:siliconflow/deepseek/deepseek-v4-flash"
    }


def test_the_example_of_an_environment_tells_the_router() -> None:
    files = {
        "package.json": '{"dependencies": {"openai": "^4"}}',
        "src/models.ts": 'export const offered = ["anthropic/claude-opus-4.5"];\n',
        ".env.example": "OPENROUTER_API_KEY=\n",
    }
    assert models(read_in(files, "src/models.ts")) == {"model:openrouter/anthropic/claude-opus-4.5"}
    files[".env.example"] = "OPENAI_API_KEY=\n"
    assert models(read_in(files, "src/models.ts")) == {"model:anthropic/claude-opus-4.5"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", 'export const offered = ["deepseek/deepseek-chat-v3:free"];\n'),
        ("a.py", 'OFFERED = ["deepseek/deepseek-chat-v3:free"]\n'),
        (".env.example", "MODEL=deepseek/deepseek-chat-v3:free\n"),
        ("a.yaml", "model: deepseek/deepseek-chat-v3:free\n"),
    ],
)
def test_a_variant_that_one_router_alone_has(path: str, text: str) -> None:
    assert models(read(path, text)) == {"model:openrouter/deepseek/deepseek-chat-v3:free"}


ASKED = 'URL = "https://openrouter.ai/api/v1/chat/completions"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Its maker's API has no such name, so a router is asked for the weights.
        (ASKED + 'FAST = "deepseek/deepseek-r1"\n', "model:openrouter/deepseek/deepseek-r1"),
        ('FAST = "deepseek/deepseek-r1"\n', "model:deepseek/deepseek-r1"),
        # Beside a name that no hub has, open weights are the router's as well.
        (ASKED + 'ALL = ["x-ai/grok-4.1-fast", "acme/chat-7b-instruct"]\n',
         "model:openrouter/acme/chat-7b-instruct"),
        (ASKED + 'ALL = ["acme/chat-7b", "acme/chat-7b-instruct"]\n',
         "pkg:huggingface/acme/chat-7b-instruct"),
        ('ALL = ["x-ai/grok-4.1-fast", "acme/chat-7b-instruct"]\n',
         "pkg:huggingface/acme/chat-7b-instruct"),
        (ASKED + 'ALL = ["x-ai/grok-4.1-fast", "Acme/Chat-7B"]\n',
         "pkg:huggingface/Acme/Chat-7B"),
    ],
)  # fmt: skip
def test_open_weights_that_a_router_is_asked_for(text: str, expected: str) -> None:
    assert expected in ids(read("app/llm.py", text), "model")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (".env.example", "OPENROUTER_API_KEY=\n{}MODEL=anthropic/claude-sonnet-4.5\n"),
        ("openrouter.env.template",
         "OPENROUTER_API_KEY=\n{}# MODEL=anthropic/claude-sonnet-4.5\n"),
        ("docker-compose.yml", ("services:\n  a:\n    image: acme/a\n    environment:\n"
         "      - OPENROUTER_API_KEY=x\n      - MODEL=anthropic/claude-sonnet-4.5\n{}")),
    ],
)  # fmt: skip
def test_the_variables_beside_a_name_tell_the_router(path: str, form: str) -> None:
    assert ids(read(path, form.format("")), "model") == {
        "model:openrouter/anthropic/claude-sonnet-4.5"
    }
    own = "      - ANTHROPIC_API_KEY=x\n" if path.endswith("yml") else "ANTHROPIC_API_KEY=x\n"
    assert ids(read(path, form.format(own)), "model") == {"model:anthropic/claude-sonnet-4.5"}
