"""JavaScript and TypeScript: packages, clients, models, where they stand, what is unknown."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract.javascript import source as javascript
from provenance.model import Document, Extraction
from provenance.registry import Registry
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary
from tests.support.reading import component, gaps, ids, lines, links, reasons

_FAMILIES = """\
identifier,component,source,as_of,confidence,note
family:claude-3-*,service:anthropic,test,2026-11-22,high,
family:gpt-4*,service:openai,test,2026-11-22,high,
family:text-embedding-3-*,service:openai,test,2026-11-22,high,
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    file = tmp_path_factory.mktemp("overlay") / "families.csv"
    file.write_text(_FAMILIES, "utf-8")
    return Vocabulary(Registry(overlays=[file]))


def scan(
    words: Vocabulary, text: str, path: str = "src/a.ts", tree: dict[str, str] | None = None
) -> Extraction:
    files = {name: textwrap.dedent(content).encode() for name, content in (tree or {}).items()}
    document = Document(path=path, data=textwrap.dedent(text).encode(), sibling=Siblings(files.get))
    return javascript.extract(document, words)


# -- packages ----------------------------------------------------------------------------


def test_packages_are_imported_in_every_form(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from 'openai';
        import {
          generateText,
        } from "ai";
        const { Pinecone } = require('@pinecone-database/pinecone');
        const late = await import("langchain/chat_models/openai");
        export { z } from "zod";
        import "dotenv/config";
        """)  # fmt: skip
    assert ids(found, "package") == {
        "pkg:npm/openai", "pkg:npm/ai", "pkg:npm/%40pinecone-database/pinecone",
        "pkg:npm/langchain", "pkg:npm/zod", "pkg:npm/dotenv",
    }  # fmt: skip
    assert lines(found, "pkg:npm/ai") == [4]
    assert ("project:", "depends-on", "pkg:npm/ai") in links(found, "depends-on")


def test_own_files_built_ins_types_and_comments_are_no_packages(words: Vocabulary) -> None:
    found = scan(words, """\
        import fs from "node:fs";
        import path from 'path';
        import { a } from "./a";
        import { b } from "@/lib/b";
        import { c } from "~/c";
        import d from "components/Button";
        import type { E } from "e-types";
        // one may import f from "f" as well
        const text = 'select * from "g"';
        import { h } from "#internal";
        """)  # fmt: skip
    assert ids(found, "package") == set()


def test_an_import_that_was_commented_out_is_a_package_of_that_usage(words: Vocabulary) -> None:
    found = scan(words, """\
        // import axios from "axios";
        // import { fetch as get, Kind } from "@acme/api/http";
        //const z = require('z-pack');
        import a from "a-pack";
        // import b from "a-pack";
        // import type { T } from "t-pack";
        // import d from "@/lib/d";
        // so import e from "e" first
        """)  # fmt: skip
    usages = {c.id: c.usage for c in found.components if c.kind == "package"}
    assert usages == {
        "pkg:npm/axios": "commented", "pkg:npm/%40acme/api": "commented",
        "pkg:npm/z-pack": "commented", "pkg:npm/a-pack": "used",
    }  # fmt: skip


def test_deno_and_cdn_spellings_name_the_package(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "npm:openai@4.20.1";
        import { z } from "https://esm.sh/@scope/name@1.2.3/sub";
        """)  # fmt: skip
    assert ids(found, "package") == {"pkg:npm/openai", "pkg:npm/%40scope/name"}


# -- clients and models --------------------------------------------------------------------


def test_client_and_method_name_service_and_model(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });

        export async function ask() {
          return client.chat.completions.create({
            model: "gpt-4o-mini",
            messages: [],
          });
        }
        """)  # fmt: skip
    assert lines(found, "service:openai") == [2, 6]
    assert lines(found, "model:openai/gpt-4o-mini") == [6]
    assert component(found, "model:openai/gpt-4o-mini").occurrences[0].confidence == "high"
    assert ("model:openai/gpt-4o-mini", "served-by", "service:openai") in links(found)
    assert component(found, "model:openai/gpt-4o-mini").functions == ("llm.api",)


def test_local_base_url_makes_the_model_an_alias(words: Vocabulary) -> None:
    found = scan(words, """\
        import { OpenAI } from "openai";
        const base = "http://localhost:11434/v1";
        const client = new OpenAI({ baseURL: base, apiKey: "x" });
        await client.chat.completions.create({ model: "gpt-4", messages: [] });
        """)  # fmt: skip
    assert ids(found) == {"pkg:npm/openai"}
    assert gaps(found) == {("gpt-4", "alias-of-local-model", 4)}
    assert [(service, place.line) for service, place in found.redirects] == [("service:openai", 2)]


@pytest.mark.parametrize("written", ["`http://localhost:${port}/v1`", '"http://localhost:" + port'])
def test_local_base_url_at_an_unknown_port(words: Vocabulary, written: str) -> None:
    found = scan(words, f"""\
        import {{ OpenAI }} from "openai";
        const client = new OpenAI({{ baseURL: {written} }});
        await client.chat.completions.create({{ model: "gpt-4", messages: [] }});
        """)  # fmt: skip
    assert ids(found) == {"pkg:npm/openai"}
    assert gaps(found) == {("gpt-4", "alias-of-local-model", 3)}


def test_base_url_of_another_host_is_that_hosts_service(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        const c = new OpenAI({ baseURL: `https://api.groq.com/openai/v1` });
        await c.chat.completions.create({ model: "llama3-70b-8192", messages: [] });
        """)  # fmt: skip
    assert ids(found, "model") == {"model:groq/llama3-70b-8192"}
    assert ids(found, "service") == {"service:groq"}


def test_endpoint_of_the_environment_is_a_gap(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        const c = new OpenAI({ baseURL: process.env.LLM_URL });
        """)  # fmt: skip
    assert reasons(found) == {("endpoint-at-runtime", 2)}


def test_providers_are_called_with_a_models_name(words: Vocabulary) -> None:
    found = scan(words, """\
        import { generateText } from "ai";
        import { openai } from "@ai-sdk/openai";
        import { createAnthropic } from "@ai-sdk/anthropic";
        const anthropic = createAnthropic({});
        await generateText({ model: openai("gpt-4o"), prompt });
        await generateText({ model: anthropic("claude-3-5-sonnet-latest"), prompt });
        const e = openai.embedding("text-embedding-3-small");
        """)  # fmt: skip
    assert ids(found, "model") == {
        "model:openai/gpt-4o", "model:anthropic/claude-3-5-sonnet-latest",
        "model:openai/text-embedding-3-small",
    }  # fmt: skip
    assert lines(found, "model:openai/gpt-4o") == [5]
    assert not gaps(found)


def test_langchain_ollama_bedrock_and_transformers(words: Vocabulary) -> None:
    found = scan(words, """\
        import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
        import { ChatOllama } from "@langchain/ollama";
        import { InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
        import { pipeline } from "@xenova/transformers";
        new ChatOpenAI({ modelName: "x1", configuration: { baseURL: "https://api.deepseek.com" } });
        new OpenAIEmbeddings();
        new ChatOllama({ model: "qwen2:7b" });
        new InvokeModelCommand({ modelId: "anthropic.claude-v2" });
        await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2");
        """)  # fmt: skip
    assert ids(found, "model") == {
        "model:deepseek/x1", "model:ollama/qwen2:7b", "model:bedrock/anthropic.claude-v2",
        "pkg:huggingface/Xenova/all-MiniLM-L6-v2", "model:openai/text-embedding-ada-002",
    }  # fmt: skip
    assert lines(found, "service:openai") == [6]


# -- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "expression", "model", "line", "confidence"),
    [
        ('const M = "gpt-4o";', "M", "gpt-4o", 3, "high"),
        ('const M = { fast: { id: "gpt-4o" } } as const;', "M.fast.id", "gpt-4o", 3, "high"),
        ('const M = { fast: "gpt-4o" };', 'M["fast"]', "gpt-4o", 3, "high"),
        ('enum M { Fast = "gpt-4o" }', "M.Fast", "gpt-4o", 3, "high"),
        ('const size = "mini";', "`gpt-4o-${size}`", "gpt-4o-mini", 4, "high"),
        ("", 'process.env.MODEL ?? "gpt-4o"', "gpt-4o", 4, "medium"),
        ("", 'process.env.MODEL || "gpt-4o"', "gpt-4o", 4, "medium"),
        ('const s = z.string().default("gpt-4o");', "s", "gpt-4o", 3, "medium"),
        ('const pick = () => "gpt-4o";', "pick()", "gpt-4o", 3, "high"),
        ('const [m, setM] = useState("gpt-4o");', "m", "gpt-4o", 3, "medium"),
        ('const { m = "gpt-4o" } = props;', "m", "gpt-4o", 3, "medium"),
    ],
)  # fmt: skip
def test_values_are_followed(
    words: Vocabulary, declared: str, expression: str, model: str, line: int, confidence: str
) -> None:
    text = (
        'import OpenAI from "openai";\nconst c = new OpenAI();\n'
        f"{declared}\nc.chat.completions.create({{ model: {expression} }});\n"
    )
    found = scan(words, text)
    place = component(found, f"model:openai/{model}").occurrences[0]
    assert (place.line, place.confidence) == (line, confidence)
    assert ids(found, "model") == {f"model:openai/{model}"}


def test_both_sides_of_a_condition_count(words: Vocabulary) -> None:
    found = scan(words, """\
        import Anthropic from "@anthropic-ai/sdk";
        const c = new Anthropic();
        function run(model = "claude-3-opus-latest") {
          return c.messages.create({ model: fast ? "claude-3-haiku-latest" : model });
        }
        """)  # fmt: skip
    assert lines(found, "model:anthropic/claude-3-haiku-latest") == [4]
    assert lines(found, "model:anthropic/claude-3-opus-latest") == [3]


def test_what_only_runs_tell_is_a_gap(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        const c = new OpenAI();
        c.chat.completions.create({ model: request.model });
        """)  # fmt: skip
    assert gaps(found) == {("request.model", "dynamic-name", 3)}


def test_client_and_constant_of_another_file(words: Vocabulary) -> None:
    found = scan(
        words,
        """\
        import { client } from "@/lib/ai";
        import { MODEL } from "../config";
        await client.chat.completions.create({ model: MODEL, messages: [] });
        """,
        "src/app/a.ts",
        {
            "src/lib/ai.ts": """\
                import OpenAI from "openai";
                export const client = new OpenAI({ baseURL: "https://api.groq.com/openai/v1" });
                """,
            "src/config.ts": '\nexport const MODEL = "llama3-8b-8192";\n',
        },
    )
    place = component(found, "model:groq/llama3-8b-8192").occurrences[0]
    assert (place.path, place.line) == ("src/config.ts", 2)


# -- outside calls -------------------------------------------------------------------------


def test_catalogues_name_models_of_known_families(words: Vocabulary) -> None:
    found = scan(words, """\
        export const MODELS = [
          { id: "gpt-4o", name: "GPT-4o" },
          { id: "claude-3-haiku-20240307", name: "Haiku" },
        ];
        // { id: "gpt-4-turbo" }
        if (model === "gpt-4-32k") limit = 1;
        """)  # fmt: skip
    seen = {c.id: c.occurrences[0] for c in found.components if c.kind == "model"}
    assert {(i, o.line, o.usage, o.confidence) for i, o in seen.items()} == {
        ("model:openai/gpt-4o", 2, "used", "medium"),
        ("model:anthropic/claude-3-haiku-20240307", 3, "used", "medium"),
        ("model:openai/gpt-4-turbo", 5, "commented", "medium"),
        ("model:openai/gpt-4-32k", 6, "used", "low"),
    }


def test_request_body_belongs_to_the_only_host(words: Vocabulary) -> None:
    found = scan(words, """\
        await fetch("https://api.groq.com/openai/v1/chat/completions", {
          method: "POST",
          body: JSON.stringify({ model: "llama3-70b-8192", messages }),
        });
        """)  # fmt: skip
    assert lines(found, "model:groq/llama3-70b-8192") == [3]


def test_bundles_are_not_parsed(words: Vocabulary) -> None:
    text = 'import OpenAI from "openai";new OpenAI();fetch("https://api.groq.com/openai/v1/x")\n'
    assert ids(scan(words, text, "public/app.min.js")) == {"service:groq"}
    assert ids(scan(words, text, "dist/app.js")) == {"service:groq"}
    assert ids(scan(words, text + "x" * 20_001, "app.js")) == {"service:groq"}


def test_scripts_of_components_keep_their_lines(words: Vocabulary) -> None:
    found = scan(words, """\
        <template><p>it's from "nowhere"</p></template>
        <script setup lang="ts">
        import Anthropic from "@anthropic-ai/sdk";
        const c = new Anthropic();
        </script>
        """, "src/Chat.vue")  # fmt: skip
    assert lines(found, "service:anthropic") == [4]
    assert ids(found, "package") == {"pkg:npm/%40anthropic-ai/sdk"}


def test_of_type_declarations_only_disabled_imports_tell_anything(words: Vocabulary) -> None:
    found = scan(words, """\
        import type { A } from "acme";
        import { B } from "beta";
        // import { Result } from "neverthrow";
        /** import { C } from "gamma"; */
        declare const url: "https://api.openai.com/v1";
        """, path="src/app.d.ts")  # fmt: skip
    assert ids(found) == {"pkg:npm/neverthrow"}
    assert component(found, "pkg:npm/neverthrow").usage == "commented"


def test_a_disabled_require_is_commented(words: Vocabulary) -> None:
    found = scan(words, """\
        // require('dotenv').config();
        // require("acme")
        // see require('beta') for more
        """)  # fmt: skip
    assert ids(found) == {"pkg:npm/dotenv", "pkg:npm/acme"}
    assert component(found, "pkg:npm/dotenv").usage == "commented"


def test_hosts_that_a_source_tells_apart_are_a_weak_sign(words: Vocabulary) -> None:
    found = scan(words, """\
        if (!new URL(endpoint).hostname.endsWith(".upstash.io")) deny();
        if ("gateway.ai.cloudflare.com" == parts[2]) rebuild();
        if (host === "github.com" || name.endsWith(".png")) skip();
        const page = "api.cohere.com";
        """)  # fmt: skip
    assert ids(found) == {"service:upstash", "service:cloudflare-ai-gateway"}
    assert component(found, "service:upstash").occurrences[0].confidence == "low"


# -- in the browser ----------------------------------------------------------------------


def test_builds_of_webllm_and_what_was_put_aside(words: Vocabulary) -> None:
    found = scan(words, """\
        import * as webllm from "@mlc-ai/web-llm";
        const first = "phi-2-q4f32_1-MLC-1k";
        // const first = "Acme-Own-Build";
        await webllm.CreateWebWorkerMLCEngine(worker, [first, "gemma-2b-it-q4f16_1-MLC"], {});
        const engine = new webllm.MLCEngine();
        await engine.reload("own-build");
        // await engine.reload("Qwen3-4B-q4f16_1-MLC");
        """)  # fmt: skip
    made = {
        item.id.removeprefix("model:web-llm/"): item.usage
        for item in found.components if item.id.startswith("model:web-llm/")
    }  # fmt: skip
    assert made == {
        "phi-2-q4f32_1-MLC-1k": "used", "gemma-2b-it-q4f16_1-MLC": "used",
        "own-build": "used", "Acme-Own-Build": "commented", "Qwen3-4B-q4f16_1-MLC": "commented",
    }  # fmt: skip
    assert (
        "model:web-llm/phi-2-q4f32_1-MLC-1k", "same-as", "pkg:huggingface/mlc-ai/phi-2-q4f32_1-MLC"
    ) in links(found)  # fmt: skip
    assert not component(found, "pkg:huggingface/mlc-ai/phi-2-q4f32_1-MLC").direct
    assert not gaps(found)


def test_a_commented_name_near_the_one_of_a_call(words: Vocabulary) -> None:
    found = scan(words, """\
        import ollama from "ollama";
        const other = "x";
        // const other = "acme-other";
        await ollama.chat({
          model: "llama3.2",
          // model: "acme-small",
          // name: "acme-name",
        });
        """)  # fmt: skip
    assert ids(found, "model") == {"model:ollama/llama3.2", "model:ollama/acme-small"}
    assert component(found, "model:ollama/acme-small").usage == "commented"


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("const a = await navigator.gpu.requestAdapter();", "used"),
        ("const a = await (navigator as any).gpu?.requestAdapter({});", "used"),
        ('await pipeline("fill-mask", "acme/bert", { device: "webgpu" });', "optional"),
        ("// navigator.gpu.requestAdapter()", "commented"),
    ],
)
def test_the_gpu_of_a_browser(words: Vocabulary, line: str, usage: str) -> None:
    assert component(scan(words, line), "platform:webgpu").usage == usage


def test_a_browser_is_only_asked_whether_it_has_a_gpu(words: Vocabulary) -> None:
    assert not ids(scan(words, "if (!navigator.gpu) alert('webgpu');"), "platform")


# -- handed on in an object --------------------------------------------------------------

EMBED = """\
    const URL = "https://api.jina.ai/v1/embeddings";
    export async function embed(texts: string[], tracker?: any, options: { model?: string } = {}) {
      return batch(texts, options);
    }
    async function batch(texts: string[], options: { model?: string }) {
      const request = { model: options.model || "jina-embeddings-v3", input: texts };
      return axios.post(URL, request);
    }
    """


def test_an_option_that_ends_in_the_body_of_a_request(words: Vocabulary) -> None:
    tree = {"src/tools/embed.ts": EMBED}
    found = scan(words, """\
        import { embed } from "./tools/embed";
        embed([{ image: data }], tracker, { size: 512, model: "own-clip-v2" });
        embed(texts, tracker, { name: "own-clip-v1" });
        """, tree=tree)  # fmt: skip
    assert ids(found, "model") == {"model:jina/own-clip-v2"}
    assert lines(found, "model:jina/own-clip-v2") == [2]
    assert not gaps(found)


def test_a_body_in_a_source_of_several_services_is_nobody_s(words: Vocabulary) -> None:
    tree = {"src/tools/embed.ts": f'{EMBED}const other = "https://api.cohere.com/v2/embed";\n'}
    found = scan(words, """\
        import { embed } from "./tools/embed";
        embed([], tracker, { model: "own-embed-2505" });
        """, tree=tree)  # fmt: skip
    assert not ids(found, "model")


def test_a_provider_that_a_branch_requires(words: Vocabulary) -> None:
    found = scan(words, """\
        if (provider === "vertex") {
          const createVertex = require("@ai-sdk/google-vertex").createVertex;
          return createVertex({ project })("gemini-x");
        }
        """)  # fmt: skip
    assert lines(found, "service:google-vertex-ai") == [3]
    assert "model:google-vertex-ai/gemini-x" in ids(found)


# -- hostile -------------------------------------------------------------------------------


def test_nesting_and_growth_are_bounded(words: Vocabulary) -> None:
    head = 'import OpenAI from "openai"; const c = new OpenAI();\n'
    spreads = "".join(f"const a{n}={{...a{n + 1},...a{n + 1},...a{n + 1}}};\n" for n in range(200))
    endless = "function f() { return g() }\nfunction g() { return f() }\n" * 50
    endless += "f().chat.completions.create({model: f()});\n" * 20
    for text in (endless, "(\n" * 20_000, "(\n" * 9_000 + "1" + ")\n" * 9_000, "/*\n" * 20_000,
                 spreads + "c.chat.completions.create({model: a0.x});\n",
                 'const z = "a" +\n' + '"b" +\n' * 5_000 + '"";\nc.responses.create({model: z})',
                 ):  # fmt: skip
        assert "pkg:npm/openai" in ids(scan(words, head + text))


fragments = st.lists(
    st.sampled_from(
        ['import OpenAI from "openai";', "new OpenAI({baseURL:",
         "c.chat.completions.create({model:", "const c =", "`${", "}", "{", "(", ")", "[", "]",
         '"gpt-4o"', "'", '"', "/*", "*/", "//",
         "=>", "...", "enum M {", "export default", "class A { x =", "this.x", "??", "?", ":", ";",
         "\n", "<a>", "</a>", "\x00", "é", "\\", "M.a[", "function f(a=", "await import(", "f("]
    ) | st.text(max_size=4),
    max_size=40,
).map("\n".join)  # fmt: skip


@settings(max_examples=100, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(text=fragments, path=st.sampled_from(["a.ts", "a.js", "a.tsx", "a.vue"]))
def test_no_source_makes_the_reader_raise(words: Vocabulary, text: str, path: str) -> None:
    found = scan(words, 'import OpenAI from "openai";\n' + text, path)
    known = {c.id for c in found.components} | {"project:"}
    assert all({link.source, link.target} <= known for link in found.links)


def test_the_table_has_a_row_once_and_in_order() -> None:
    text = (Path(__file__).parents[2] / "data" / "calls_js.csv").read_text("utf-8")
    keys = [line.partition(",")[0] for line in text.splitlines()[1:]]
    assert keys == sorted(set(keys))


def test_commands_that_a_script_runs(words: Vocabulary) -> None:
    found = scan(words, """\
        import { execSync } from "node:child_process";
        execSync("ollama pull llama3:8b");
        execSync(`npx -y @acme/tool@1.2 --model ${name}`);
        template.runCmd(['pip install vllm==0.9.1', 'echo done']);
        // execSync("ollama pull gone");
        console.log("ollama pull shown");
        run("npx");
        """)  # fmt: skip
    assert {
        ("model:ollama/llama3:8b", 2), ("pkg:npm/%40acme/tool@1.2", 3), ("pkg:pypi/vllm@0.9.1", 4),
    } <= {(c.id, o.line) for c in found.components for o in c.occurrences}  # fmt: skip
    assert not [item for item in ids(found) if "gone" in item or "shown" in item]


PROVIDERS = {
    "src/lib/ai.ts": """\
        import { gateway } from "ai";
        import { groq } from "@ai-sdk/groq";
        import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
        const own = createOpenAICompatible({ name: "own", baseURL: "http://localhost:1234/v1" });
        export const providers = testing
          ? { groq: (id: string) => mock(id) }
          : {
              groq: (id: string) => groq(id),
              gateway: (id: string) => gateway(id),
              own: (id: string) => own(id),
            };
        """
}


def test_an_object_of_providers_in_another_file(words: Vocabulary) -> None:
    found = scan(
        words,
        """\
        import { providers } from "@/lib/ai";
        export const MODELS = {
          fast: providers.groq("llama3-8b-8192"),
          plain: providers.groq("saba"),
          routed: providers.gateway("zai/glm-4.7-flash"),
          here: providers.own("acme/chat-7b"),
          alias: providers.own("gpt-4o"),
        };
        """,
        "src/models.ts",
        PROVIDERS,
    )
    assert lines(found, "model:groq/llama3-8b-8192") == [3]
    assert lines(found, "model:groq/saba") == [4]
    assert lines(found, "model:vercel-ai-gateway/zai/glm-4.7-flash") == [5]
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [6]
    assert ("gpt-4o", "alias-of-local-model", 7) in gaps(found)
    assert "service:openai" not in ids(found)


def test_methods_that_are_no_providers(words: Vocabulary) -> None:
    found = scan(
        words,
        """\
        import { router } from "@/lib/ai";
        router.groq("llama3-8b-8192x");
        router.get("users/acme");
        """,
        "src/models.ts",
        {"src/lib/ai.ts": "export const router = { get: (path: string) => path };\n"},
    )
    assert ids(found, "service") == set()


def test_a_name_is_of_the_block_that_declares_it(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        import Anthropic from "@anthropic-ai/sdk";
        export async function ask(provider) {
          if (provider === "openai") {
            const names = { a: "gpt-4o" };
            const model = names[provider] || "gpt-4o-mini";
            await new OpenAI().chat.completions.create({ model });
          } else {
            const names = { a: "claude-3-5-sonnet" };
            const model = names[provider] || "claude-3-opus";
            await new Anthropic().messages.create({ model });
          }
        }
        """)  # fmt: skip
    assert {i for i in ids(found, "model") if i.startswith("model:")} == {
        "model:openai/gpt-4o", "model:openai/gpt-4o-mini",
        "model:anthropic/claude-3-5-sonnet", "model:anthropic/claude-3-opus",
    }  # fmt: skip


def test_what_var_declares_and_what_is_assigned_later_is_the_function_s(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        function one(fast) {
          let model;
          if (fast) { var client = new OpenAI(); model = "gpt-4o-mini"; }
          return client.chat.completions.create({ model });
        }
        function two() {
          let model;
          model = "claude-3-opus";
          return send(model);
        }
        """)  # fmt: skip
    assert {i for i in ids(found, "model") if i.startswith("model:openai/")} == {
        "model:openai/gpt-4o-mini"
    }


def test_a_page_that_asks_where_it_came_from(words: Vocabulary) -> None:
    found = scan(words, """\
        import OpenAI from "openai";
        const base = localStorage.getItem("base") || `${window.location.origin}`;
        const client = new OpenAI({ baseURL: base + "/v1" });
        client.chat.completions.create({ model: "gpt-4o" });
        """)  # fmt: skip
    assert "service:openai" not in {c.id for c in found.components if c.usage == "used"}
    assert "model:openai/gpt-4o" not in ids(found)
