"""JavaScript: what a call leaves unsaid, and names that functions are given."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.javascript import source as javascript
from provenance.model import Document, Extraction
from provenance.registry import Registry
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary
from tests.support.reading import component, gaps, ids, lines, reasons


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return Vocabulary(Registry())


def scan(
    words: Vocabulary, text: str, path: str = "src/a.ts", tree: dict[str, str] | None = None
) -> Extraction:
    files = {name: textwrap.dedent(content).encode() for name, content in (tree or {}).items()}
    document = Document(path=path, data=textwrap.dedent(text).encode(), sibling=Siblings(files.get))
    return javascript.extract(document, words)


# -- defaults of libraries ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "call", "model"),
    [
        ("@langchain/openai", "new OpenAIEmbeddings()", "model:openai/text-embedding-ada-002"),
        ("langchain/embeddings/openai", "new OpenAIEmbeddings({ openAIApiKey: key })",
         "model:openai/text-embedding-ada-002"),
        ("@langchain/ollama", "new OllamaEmbeddings({ baseUrl: url })",
         "model:ollama/mxbai-embed-large"),
        ("@langchain/community/embeddings/hf_transformers",
         "new HuggingFaceTransformersEmbeddings()", "pkg:huggingface/Xenova/all-MiniLM-L6-v2"),
        ("@xenova/transformers", "await pipeline('sentiment-analysis')",
         "pkg:huggingface/Xenova/distilbert-base-uncased-finetuned-sst-2-english"),
    ],
)  # fmt: skip
def test_a_call_that_names_nothing_uses_what_its_library_does(
    words: Vocabulary, module: str, call: str, model: str
) -> None:
    name = call.removeprefix("await ").removeprefix("new ").partition("(")[0]
    found = scan(words, f"import {{ {name} }} from '{module}';\nconst it = {call};\n")
    assert ids(found, "model") == {model}
    assert [o.confidence for o in component(found, model).occurrences] == ["medium"]
    assert ("implicit-default", 2) in reasons(found)


@pytest.mark.parametrize(
    "call",
    [
        "new OpenAIEmbeddings({ ...options })",
        "new OpenAIEmbeddings(options)",
        "new OpenAIEmbeddings(...given)",
        "new OpenAIEmbeddings({ model: name })",
        "new OpenAIEmbeddings({}, { basePath: 'http://localhost:8080/v1' })",
    ],
)
def test_what_may_name_a_model_elsewhere_implies_none(words: Vocabulary, call: str) -> None:
    found = scan(words, f"import {{ OpenAIEmbeddings }} from '@langchain/openai';\n{call};\n")
    assert ids(found, "model") == set()


def test_a_task_without_a_known_default_implies_none(words: Vocabulary) -> None:
    found = scan(words, """\
        import { pipeline } from "@xenova/transformers";
        const it = await pipeline(task);
        """)  # fmt: skip
    assert ids(found, "model") == set()


# -- services with ids of their own --------------------------------------------------------------


def test_fal_is_asked_for_its_own_endpoints(words: Vocabulary) -> None:
    found = scan(words, """\
        import * as fal from "@fal-ai/serverless-client";
        import { fal as client } from "@fal-ai/client";
        const a = await fal.subscribe("fal-ai/stable-diffusion-v3-medium", { input });
        const b = await client.queue.submit("fal-ai/flux/dev", { input });
        const shown = { id: "fal-ai/fast-sdxl" };
        """)  # fmt: skip
    assert ids(found, "model") == {
        "model:fal/fal-ai/stable-diffusion-v3-medium", "model:fal/fal-ai/flux/dev",
        "model:fal/fal-ai/fast-sdxl",
    }  # fmt: skip
    assert "service:fal" in ids(found, "service")


def test_replicate_of_langchain_without_the_digest(words: Vocabulary) -> None:
    found = scan(words, """\
        import { Replicate } from "langchain/llms/replicate";
        const model = new Replicate({
          model:
            "a16z-infra/llama13b-v2-chat:df7690f1994d94e96ad9d568eac121aecf50684a",
        });
        """)  # fmt: skip
    assert ids(found, "model") == {"model:replicate/a16z-infra/llama13b-v2-chat"}
    assert lines(found, "model:replicate/a16z-infra/llama13b-v2-chat") == [4]


# -- names that functions are given ---------------------------------------------------------------

_CLIENT = """\
    import OpenAI from "openai";
    const groq = new OpenAI({ baseURL: "https://api.groq.com/openai/v1" });
    """


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (("async function ask(text, model) {\n"
         "  return groq.chat.completions.create({ model, messages: [] });\n}"),
         'ask("hi", "llama3-8b-8192")'),
        ("const ask = (model) => groq.chat.completions.create({ model: model, messages });",
         'ask("llama3-8b-8192")'),
        (("async function ask({ model: name, text }) {\n"
         "  return groq.chat.completions.create({ model: name, messages: [] });\n}"),
         'ask({ model: "llama3-8b-8192", text })'),
        (("async function ask(options) {\n"
         "  return groq.chat.completions.create({ model: options.model ?? fallback });\n}"),
         'ask({ model: "llama3-8b-8192" })'),
        (("async function ask(model) {\n"
         "  return groq.chat.completions.create({ model, messages: [] });\n}\n"
         "function twice(name) { return ask(name); }"),
         'twice("llama3-8b-8192")'),
    ],
)  # fmt: skip
def test_a_function_of_the_same_source(words: Vocabulary, function: str, call: str) -> None:
    found = scan(words, f"{textwrap.dedent(_CLIENT)}{function}\nawait {call};\n")
    assert ids(found, "model") == {"model:groq/llama3-8b-8192"}


@pytest.mark.parametrize(
    ("exported", "imported"),
    [
        ("export async function ask(model: string) {", "{ ask }"),
        ("export default async function ask(model: string) {", "ask"),
    ],
)
def test_a_function_of_another_module(words: Vocabulary, exported: str, imported: str) -> None:
    other = (
        f"{textwrap.dedent(_CLIENT)}{exported}\n"
        "  return groq.chat.completions.create({ model, messages: [] });\n}\n"
    )
    text = f'import {imported} from "./llm";\nawait ask("llama3-8b-8192");\n'
    found = scan(words, text, tree={"src/llm.ts": other})
    assert ids(found, "model") == {"model:groq/llama3-8b-8192"}
    assert lines(found, "model:groq/llama3-8b-8192") == [2]
    assert not gaps(found)


def test_a_table_of_one_module_given_to_a_function_of_another(words: Vocabulary) -> None:
    found = scan(
        words,
        """\
        import OpenAI from "openai";
        import { ask } from "./llm";
        import { tools } from "./tools";
        await ask(tools.fast.model);
        const picked = tools.lists[0];
        await ask(picked.model);
        const { model: late } = tools[kind];
        await ask(late);
        """,
        tree={
            "src/llm.ts": _CLIENT
            + "export const ask = (m) => groq.chat.completions.create({ model: m });\n",
            "src/tools.ts": 'export const tools = { fast: { model: "llama3-8b-8192" },\n'
            '  lists: [{ model: "acme" }] };\n',
        },
    )
    assert ids(found, "model") == {"model:groq/llama3-8b-8192", "model:groq/acme"}
    assert component(found, "model:groq/llama3-8b-8192").occurrences[0].path == "src/tools.ts"


@pytest.mark.parametrize(
    ("inner", "expected"), [("", {"model:groq/acme"}), ("model = pick()", set())]
)
def test_a_name_that_shadows_the_argument_is_not_it(
    words: Vocabulary, inner: str, expected: set[str]
) -> None:
    declared = f"const {inner};" if inner else ""
    found = scan(words, f"""{textwrap.dedent(_CLIENT)}
function ask(model) {{
  const late = () => {{ {declared} return groq.chat.completions.create({{ model }}); }};
}}
ask("acme");
""")  # fmt: skip
    # Of two functions the inner one is asked, which nobody calls by a name.
    assert ids(found, "model") == expected


def test_one_setting_of_a_runtime_and_an_api(words: Vocabulary) -> None:
    found = scan(words, """\
        import { OpenAIEmbeddings } from "@langchain/openai";
        import { OllamaEmbeddings } from "@langchain/ollama";
        const name = "text-embedding-3-small";
        const a = local ? new OllamaEmbeddings({ model: name })
                        : new OpenAIEmbeddings({ model: name });
        const b = new OllamaEmbeddings({ model: "nomic-embed-text" });
        """)  # fmt: skip
    assert ids(found, "model") == {
        "model:openai/text-embedding-3-small", "model:ollama/nomic-embed-text",
    }  # fmt: skip
    assert ("alias-of-local-model", 3) in reasons(found)
