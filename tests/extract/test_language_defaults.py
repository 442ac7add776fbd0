"""Languages without a parser: defaults of a provider's class, constants, gems, tags."""

from __future__ import annotations

import textwrap

import pytest

from tests.support.reading import component, gaps, ids, lines, read


def test_defaults_of_a_class_named_after_a_provider() -> None:
    text = """\
    module Talk
      class Cohere < Base
        DEFAULTS = {
          temperature: 0.0,
          chat_model: "command",
          embedding_model: "tiny",
          # completion_model: "left-out-1"
          dimension: "wide"
        }.freeze
      end
      class Ollama < Base
        DEFAULTS = { embedding_model: "nomic-embed-text" }.freeze
      end
      class Replicate
        DEFAULTS = { chat_model: "acme/llama-9-7b" }.freeze
      end
      class Shop
        DEFAULTS = { chat_model: "word" }.freeze
      end
    end
    """
    found = read("lib/talk.rb", textwrap.dedent(text))
    assert ids(found, "model") == {
        "model:cohere/command", "model:cohere/tiny", "model:ollama/nomic-embed-text",
        "model:replicate/acme/llama-9-7b",
    }  # fmt: skip
    assert lines(found, "model:cohere/tiny") == [6]
    assert component(found, "model:cohere/tiny").occurrences[0].confidence == "medium"


def test_constants_of_a_class_named_after_a_provider() -> None:
    text = """\
    public class GroqClient {
        private static final String DEFAULT_MODEL = "llama3-8b-8192";
        static final String OTHER_MODEL = "gpt-4o-mini";
    }
    """
    found = read("src/GroqClient.java", textwrap.dedent(text))
    assert ids(found, "model") == {"model:groq/llama3-8b-8192", "model:openai/gpt-4o-mini"}


def test_gems_by_their_own_names() -> None:
    text = """\
    require "json"
    begin
      require "fast_words"
    rescue LoadError
    end
    class A
      depends_on "qdrant-ruby", req: "qdrant"
      depends_on "roo-xls"
      # depends_on "left-out"
      def b = gem("rails")
    end
    gem 'cohere-ruby', '~> 1.0'
    """
    found = read("lib/a.rb", textwrap.dedent(text))
    assert {c.id: c.usage for c in found.components} == {
        "pkg:gem/qdrant-ruby": "used", "pkg:gem/roo-xls": "used", "pkg:gem/cohere-ruby": "used",
    }  # fmt: skip
    assert [(i.module, i.names, i.occurrence.usage) for i in found.imports] == [
        ("json", (), "used"), ("fast_words", (), "optional"),
        ("qdrant", ("qdrant-ruby",), "used"),
    ]  # fmt: skip
    assert {i.ecosystem for i in found.imports} == {"gem"}


def test_a_formula_asks_for_no_gems() -> None:
    text = """\
    class Words < Formula
      depends_on "cmake" => :build
      depends_on "openssl@3"
    end
    """
    assert not ids(read("Formula/words.rb", textwrap.dedent(text)))


@pytest.mark.parametrize(
    "line",
    [
        'if ["gpt-4-0314", "gpt-4-0613"].include?(name)',
        'if name.include?("gpt-4-0314")',
        'if name == "gpt-4-0314"',
        'elsif name == "gpt-4-0314" && fast',
        'case name\nwhen "gpt-3.5-turbo-0301", "gpt-4-0314"',
        'SIZES = { "gpt-4-0314" => 8192 }',
    ],
)
def test_ruby_tells_models_apart(line: str) -> None:
    assert not ids(read("lib/a.rb", f"{line}\nend\n"), "model")


@pytest.mark.parametrize(
    "line",
    [
        'ask(model: "gpt-4-0314")', 'name = fast ? "gpt-4-0314" : other',
        'MODELS = ["gpt-4-0314"]', 'ask(:model => "gpt-4-0314")',
        'return "gpt-4-0314" if fast == "yes"',
    ],
)  # fmt: skip
def test_ruby_names_models(line: str) -> None:
    assert ids(read("lib/a.rb", f"{line}\n"), "model") == {"model:openai/gpt-4-0314"}


def test_calls_of_gems() -> None:
    text = """\
    require "replicate"
    Replicate.client.retrieve_model("acme/paint-7b")
    llm = Langchain::LLM::Cohere.new(api_key: key)
    store = Langchain::Vectorsearch::Pinecone.new(api_key: key)
    """
    found = read("app.rb", textwrap.dedent(text))
    assert ids(found, "model") == {"model:replicate/acme/paint-7b"}
    assert {"service:cohere", "service:pinecone"} <= ids(found, "service")


def test_constants_of_a_provider_s_module() -> None:
    text = """\
    use rig::providers::{cohere, deepseek, gemini, groq};
    use rig::providers::xai::GROK_3_MINI;
    fn main() {
        let a = client.agent(gemini::completion::GEMINI_2_0_FLASH);
        let b = client.agent(deepseek::DEEPSEEK_CHAT);
        let c = client.embedding_model(cohere::EMBED_ENGLISH_V3, "search");
        let d = client.agent(groq::LLAMA_9_70B_8192);
        // client.agent(deepseek::DEEPSEEK_REASONER)
        let e = get(deepseek::BASE_URL);
    }
    """
    found = read("src/main.rs", textwrap.dedent(text))
    assert ids(found, "model") == {
        "model:google-gemini/gemini-2.0-flash", "model:deepseek/deepseek-chat",
        "model:cohere/embed-english-v3.0",
    }  # fmt: skip
    assert gaps(found) == {("groq::LLAMA_9_70B_8192", "model-constant-unresolved", 7)}


@pytest.mark.parametrize(
    ("path", "text", "models"),
    [
        ("a.go", ('import openai "github.com/sashabaranov/go-openai"\n'
                 "var r = openai.EmbeddingRequest{Model: openai.SmallEmbedding3}\n"
                 "// openai.LargeEmbedding3\n"),
         {"model:openai/text-embedding-3-small"}),
        ("a.go", "var r = openai.SmallEmbedding3\n", set()),
        ("a.rs", ("use fastembed::{EmbeddingModel, TextEmbedding};\n"
                 "let m = InitOptions::new(EmbeddingModel::BGESmallENV15);\n"),
         {"pkg:huggingface/Xenova/bge-small-en-v1.5"}),
        ("a.rs", ("use rig::providers::{gemini, groq::{self, LLAMA_3_8B_8192 as SMALL}};\n"
                  "use rig_vertexai::completion::GEMINI_2_5_PRO;\n"
                  "let a = x.ask(gemini::embedding::EMBEDDING_001);\n"
                  "let b = x.ask(SMALL); let c = GEMINI_2_5_PRO;\n"
                  "let d = rig::providers::ollama::LLAVA; let e = mine::SMALL;\n"),
         {"model:google-gemini/gemini-embedding-001", "model:groq/llama3-8b-8192",
          "model:google-vertex-ai/gemini-2.5-pro", "model:ollama/llava"}),
        ("a.rs", "use rig::providers::groq::LLAMA_3_8B_8192;\n", set()),
    ],
)  # fmt: skip
def test_constants_that_the_data_has(path: str, text: str, models: set[str]) -> None:
    assert ids(read(path, text), "model") == models


def test_constants_are_of_their_own_provider() -> None:
    text = """\
    import com.openai.client.okhttp.OpenAIOkHttpClient;
    class A { void f() {
      OpenAIClient client = OpenAIOkHttpClient.fromEnv();
      var m = Params.builder().model(Model.CLAUDE_3_7_SONNET_LATEST).build();
    }}
    """
    found = read("src/A.java", textwrap.dedent(text))
    assert ids(found, "model") == {"model:anthropic/claude-3-7-sonnet-latest"}


def test_repositories_that_are_fetched() -> None:
    text = """\
    use hf_hub::{api::sync::Api, Repo};
    let repo = api.model("acme/words".to_string());
    let rows = api.dataset("acme/talks".to_string());
    """
    found = read("src/main.rs", textwrap.dedent(text))
    assert ids(found, "model") == {"pkg:huggingface/acme/words"}
    assert ids(found, "dataset") == {"dataset:huggingface/acme/talks"}


def test_tags_beside_a_client_of_ollama() -> None:
    text = """\
    using Azure.AI.OpenAI;
    var azure = new AzureOpenAIClient(new Uri("https://x.openai.azure.com"), key);
    var ollama = new OllamaApiClient(new Uri("http://localhost:11434"));
    ollama.SelectedModel = "llama3.1:8b";
    """
    found = read("src/A.cs", textwrap.dedent(text))
    assert ids(found, "model") == {"model:ollama/llama3.1:8b"}


def test_a_cloud_s_class_and_the_families_that_it_serves() -> None:
    text = """\
    class GoogleVertexAI < Base
      DEFAULTS = { embedding_model: "textembedding-gecko", chat_model: "gemini-1.0-pro" }.freeze
    end
    class AzureOpenAI
      DEFAULTS = { chat_model: "gpt-4o-mini", other_model: "claude-3-haiku-20240307" }.freeze
    end
    class GooglePalm < Base
      DEFAULTS = { chat_model: "chat-bison-001", embeddings_model_name: "embedding-gecko-001" }
    end
    """
    found = read("lib/a.rb", textwrap.dedent(text))
    assert ids(found, "model") == {
        "model:google-vertex-ai/textembedding-gecko", "model:google-vertex-ai/gemini-1.0-pro",
        "model:azure-openai/gpt-4o-mini", "model:anthropic/claude-3-haiku-20240307",
        "model:google-palm/chat-bison-001", "model:google-palm/embedding-gecko-001",
    }  # fmt: skip


def test_a_client_at_an_address_given_is_of_the_provider_of_its_class() -> None:
    text = """\
    class Azure < OpenAI
      def initialize(url)
        depends_on "ruby-openai", req: "openai"
        @client = ::OpenAI::Client.new(access_token: key, uri_base: url)
      end
    end
    """
    assert ids(read("lib/a.rb", textwrap.dedent(text)), "service") == {"service:azure-openai"}
    plain = textwrap.dedent(text).replace(", uri_base: url", "")
    assert ids(read("lib/a.rb", plain), "service") == {"service:openai"}


def test_the_default_of_a_setting_that_is_put_in() -> None:
    found = read(
        "A.java",
        """\
        class A {
          @Value("${app.ai.model:gpt-4o}") String model;
          @Value("${app.title:Shop 24}") String title;
        }
        """,
    )
    assert ids(found, "model") == {"model:openai/gpt-4o"}
    assert lines(found, "model:openai/gpt-4o") == [2]
