"""Lists of models that lie in the folder of a provider."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, links, read


def go(*names: str, kind: str = "[]string") -> str:
    entries = "".join(f'\t"{name}",\n' for name in names)
    return f"package constants\n\nvar ModelList = {kind}{{\n{entries}}}\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param(
            "adaptor/siliconflow/constants.go",
            go("Qwen/Qwen2-7B-Instruct", "Pro/THUDM/glm-4-9b-chat"),
            {"model:siliconflow/Qwen/Qwen2-7B-Instruct",
             "model:siliconflow/Pro/THUDM/glm-4-9b-chat"},
            id="paths at a provider that serves others' weights",
        ),
        pytest.param(
            "adaptor/zhipu/constants.go", go("glm-4-plus", "glm-4v", "emohaa"),
            {"model:zhipu/glm-4-plus", "model:zhipu/glm-4v", "model:zhipu/emohaa"},
            id="a name that reads like no model's, among the provider's own",
        ),
        pytest.param(
            "relay/vertexai/claude/adapter.go", go("claude-3-opus@20240229"),
            {"model:google-vertex-ai/claude-3-opus@20240229"},
            id="the outer folder decides",
        ),
        pytest.param(
            "adaptor/baiduv2/constants.go", go("ernie-4.0-8k", "deepseek-r1"),
            {"model:qianfan/ernie-4.0-8k", "model:qianfan/deepseek-r1"},
            id="a vague name, where the list has models of its own",
        ),
        pytest.param(
            "adaptor/cloudflare/constant.go", go("@cf/meta/llama-3-8b-instruct"),
            {"model:cloudflare-workers-ai/@cf/meta/llama-3-8b-instruct"},
            id="names that begin with a sign",
        ),
        pytest.param(
            "channel/ollama/constants.go", go("llama3:8b", "qwen2:7b"),
            {"model:ollama/llama3:8b", "model:ollama/qwen2:7b"},
            id="a runtime of one's own",
        ),
        pytest.param(
            "adaptor/zhipu/constants.go",
            "package zhipu\n\nvar ModelList = []model.Config{\n"
            '\t{\n\t\tModel: "glm-4-plus",\n\t\tOwner: model.Zhipu,\n\t},\n'
            '\t{\n\t\tModel: "embedding-3",\n\t},\n}\n',
            {"model:zhipu/glm-4-plus", "model:zhipu/embedding-3"},
            id="entries that are records",
        ),
        pytest.param(
            "providers/groq.py", 'MODELS = ["llama3-70b-8192", "gemma2-9b-it"]\n',
            {"model:groq/llama3-70b-8192", "model:groq/gemma2-9b-it"},
            id="a Python file",
        ),
        pytest.param(
            "src/providers/groq.ts", 'export const models = ["llama3-70b-8192"];\n',
            {"model:groq/llama3-70b-8192"},
            id="a TypeScript file",
        ),
    ],
)  # fmt: skip
def test_the_folder_says_whose_the_models_are(path: str, text: str, expected: set[str]) -> None:
    hosted = {found for found in ids(read(path, text), "model") if found.startswith("model:")}
    assert hosted == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("tencent/view.go", go("main.css", "left", "right"), id="no models"),
        pytest.param("aws/roles.go", go("reader", "writer"), id="words under a vague name"),
        pytest.param(
            "adaptor/openrouter/constants.go",
            'var ModelRatio = map[string]float64{\n\t"01-ai/yi-large": 1.5,\n}\n', id="prices",
        ),
        pytest.param(
            "billing/openai.go",
            'switch name {\ncase "ibm-granite/granite-3.0-8b-instruct",\n'
            '\t"meta/llama-2-70b-chat":\n\treturn 2.5\n}\n',
            id="numbers that cases return",
        ),
    ],
)  # fmt: skip
def test_what_is_no_list_of_models_names_none(path: str, text: str) -> None:
    assert ids(read(path, text), "model") == set()


def test_a_list_of_nobodys_folder_is_read_by_its_names() -> None:
    assert ids(read("app/constants.go", go("gpt-4o")), "model") == {"model:openai/gpt-4o"}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("providers/zhipu/embed.ts",
         "export const C = {\n  model: {\n    param: 'm',\n    default: 'embedding-2',\n  },\n};\n",
         {"model:zhipu/embedding-2"}),
        ("providers/inference-net/index.ts",
         "export default { chatComplete: params([], { model: 'llama3' }) };\n",
         {"model:inference-net/llama3"}),
        ("providers/azure-openai/image.ts", "const C = { model: { default: 'dall-e-3' } };\n",
         {"model:azure-openai/dall-e-3"}),
        ("src/form.ts", "const C = { model: { default: 'embedding-2' } };\n", set()),
        ("providers/zhipu/form.ts", "const C = { model: { default: 'your-model-id' } };\n", set()),
    ],
)  # fmt: skip
def test_defaults_of_a_parameter_in_a_provider_s_folder(
    path: str, text: str, expected: set[str]
) -> None:
    assert ids(read(path, text), "model") == expected


def test_open_weights_behind_a_provider_keep_their_own_origin() -> None:
    found = read("adaptor/novita/constants.go", go("meta-llama/llama-3-8b-instruct"))
    assert ("model:novita/meta-llama/llama-3-8b-instruct", "same-as",
            "pkg:huggingface/meta-llama/llama-3-8b-instruct") in links(found)  # fmt: skip


def test_a_repository_on_a_code_host_is_no_model() -> None:
    text = 'DEFAULT_GITHUB_REPO = "acme/qwen-web-7b"\nMODEL = "acme/qwen-chat-7b"\n'
    assert ids(read("update.py", text), "model") == {"pkg:huggingface/acme/qwen-chat-7b"}
