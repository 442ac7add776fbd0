"""Calls in languages without a parser: builders, hosts of containers, constants, defaults."""

from __future__ import annotations

import pytest

from provenance.extract.languages.arguments import read_arguments
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, read, reasons

_LANGCHAIN4J = "import dev.langchain4j.model.openai.OpenAiChatModel;\n"


def java(body: str, imports: str = _LANGCHAIN4J) -> Extraction:
    return read("src/main/java/A.java", f"{imports}\nclass A {{\n{body}\n}}\n")


@pytest.mark.parametrize(
    ("setters", "model"),
    [
        ('.apiKey(key).modelName("gpt-4o")', "model:openai/gpt-4o"),
        (".apiKey(key)\n  .modelName(GPT_4_O_MINI) // small\n  .logRequests(true)",
         "model:openai/gpt-4o-mini"),
        ('.modelName(OpenAiChatModelName.GPT_4_1)', "model:openai/gpt-4.1"),
        ('.baseUrl("https://api.cerebras.ai/v1").modelName("llama3.1-8b")',
         "model:cerebras/llama3.1-8b"),
        ('.modelName(System.getenv().getOrDefault("M", "gpt-4o"))', "model:openai/gpt-4o"),
    ],
)  # fmt: skip
def test_a_builder_of_langchain4j(setters: str, model: str) -> None:
    found = java(f"ChatModel m = OpenAiChatModel.builder(){setters}.build();")
    assert ids(found, "model") == {model}


def test_a_constant_of_the_same_source() -> None:
    found = java(
        'static final String NAME = "gemini-pro";\n'
        "var m = VertexAiGeminiChatModel.builder().modelName(NAME).project(p).build();",
        "import dev.langchain4j.model.vertexai.VertexAiGeminiChatModel;\n",
    )
    assert ids(found, "model") == {"model:google-vertex-ai/gemini-pro"}
    assert lines(found, "model:google-vertex-ai/gemini-pro") == [4]


def test_constants_that_are_no_models_and_names_given_late() -> None:
    found = java(
        "var a = OpenAiChatModel.builder().modelName(MODEL_NAME).build();\n"
        "var b = OpenAiChatModel.builder().modelName(name).build();\n"
        '// var c = OpenAiChatModel.builder().modelName("gpt-4").build();\n'
    )
    assert {c.id: c.usage for c in found.components if c.kind == "model"} == {
        "model:openai/gpt-4": "commented"
    }


def test_a_local_server_and_a_runtime() -> None:
    found = java(
        'var a = OpenAiChatModel.builder().baseUrl("http://localhost:8000/v1")'
        '.modelName("served-here").build();\n'
        'var b = OllamaChatModel.builder().baseUrl(url).modelName("llama3.1").build();',
        "import dev.langchain4j.model.openai.*;\nimport dev.langchain4j.model.ollama.*;\n",
    )
    assert ids(found, "model") == {"model:ollama/llama3.1"}
    assert ("alias-of-local-model", 5) in reasons(found)


def test_the_same_name_without_the_library_is_not_its_call() -> None:
    found = java(
        'var a = OpenAiChatModel.builder().modelName("x-1").build();', "import com.acme.*;\n"
    )
    assert ids(found, "model") == set()


def test_parameters_ask_the_only_service_of_the_source() -> None:
    found = java(
        'var m = WatsonxChatModel.builder().modelName("ibm/granite-4-h-small").build();\n'
        'var p = ChatRequestParameters.builder().modelName("mistralai/mistral-small").build();',
        "import dev.langchain4j.model.watsonx.WatsonxChatModel;\n"
        "import dev.langchain4j.model.chat.request.ChatRequestParameters;\n",
    )
    assert {i for i in ids(found, "model") if component(found, i).direct} == {
        "model:watsonx/ibm/granite-4-h-small", "model:watsonx/mistralai/mistral-small",
    }  # fmt: skip


def test_weights_that_a_class_bundles() -> None:
    found = java(
        "EmbeddingModel m = new BgeSmallEnV15QuantizedEmbeddingModel();",
        "import dev.langchain4j.model.embedding.onnx.bgesmallenv15q"
        ".BgeSmallEnV15QuantizedEmbeddingModel;\n",
    )
    assert ids(found, "model") == {"pkg:huggingface/BAAI/bge-small-en-v1.5"}
    assert ("implicit-default", 4) in reasons(found)


def test_containers_of_tests() -> None:
    found = java(
        'static final String OLLAMA_IMAGE = "ollama/ollama:latest";\n'
        'var a = new QdrantContainer("qdrant/qdrant:v1.9");\n'
        'var b = new PostgreSQLContainer<>(DockerImageName.parse("pgvector/pgvector:pg16"));\n'
        "var c = new RedisStackContainer(DEFAULT_IMAGE_NAME.withTag(DEFAULT_TAG));\n"
        'var d = ollama.execInContainer("ollama", "pull", model);\n'
        "var e = new GenericContainer<>(image);",
        "import org.testcontainers.containers.GenericContainer;\n"
        "import com.redis.testcontainers.RedisStackContainer;\n",
    )
    assert ids(found, "container") == {
        "pkg:docker/ollama/ollama@latest", "pkg:docker/qdrant/qdrant@v1.9",
        "pkg:docker/pgvector/pgvector@pg16", "pkg:docker/redis/redis-stack",
    }  # fmt: skip


def test_an_aspire_host() -> None:
    found = read(
        "src/AppHost/Program.cs",
        """\
        var builder = DistributedApplication.CreateBuilder(args);
        var db = builder
            .AddPostgres("db", password: secret).WithPgAdmin();
        var vectors = builder.AddQdrant("vectors");
        var storage = builder.AddAzureStorage("files");
        storage.RunAsEmulator(r => { r.WithDataVolume(); });
        var bus = builder.AddAzureServiceBus("bus");
        var ollama = builder.AddOllama("ollama").WithImageTag("1");
        var chat = ollama.AddModel("chat", "llama3.2");
        var openai = builder.AddAzureOpenAI("ai");
        openai.AddDeployment("chat2", "gpt-4o", "2024-08-06");
        builder.AddContainer("cache", "acme/cache:2").WithImage("acme/other", tag: "3");
        """,
    )
    assert ids(found, "container") == {
        "pkg:docker/postgres", "pkg:docker/dpage/pgadmin4", "pkg:docker/qdrant/qdrant",
        "pkg:docker/mcr.microsoft.com/azure-storage/azurite", "pkg:docker/ollama/ollama",
        "pkg:docker/acme/cache@2", "pkg:docker/acme/other",
    }  # fmt: skip
    assert ids(found, "model") == {"model:ollama/llama3.2", "model:azure-openai/gpt-4o"}
    assert lines(found, "pkg:docker/mcr.microsoft.com/azure-storage/azurite") == [6]
    assert component(found, "pkg:docker/postgres").occurrences[0].confidence == "medium"
    assert ("pkg:docker/postgres", "implicit-default", 3) in gaps(found)


def test_health_checks_start_no_container() -> None:
    found = read(
        "src/Api/Program.cs",
        'builder.Services.AddHealthChecks().AddRedis("localhost").AddRabbitMQ("localhost");\n',
    )
    assert ids(found) == set()


def test_clients_of_dotnet() -> None:
    found = read(
        "src/Api/Program.cs",
        """\
        using Microsoft.SemanticKernel;
        using SmartComponents.LocalEmbeddings.SemanticKernel;
        using OllamaSharp;
        const string Small = "mistral-small-latest";
        kernel.AddAzureOpenAIChatCompletion(deploymentName: "chatty", endpoint: e, apiKey: k);
        kernel.AddMistralChatCompletion(Small, key);
        services.AddScoped<ITextEmbeddingGenerationService, LocalTextEmbeddingGenerationService>();
        var client = new OllamaApiClient(new Uri("http://localhost:11434"), "phi3");
        """,
    )
    assert ids(found, "model") == {
        "model:azure-openai/chatty", "model:mistral/mistral-small-latest", "model:ollama/phi3",
        "pkg:huggingface/TaylorAI/bge-micro-v2",
    }  # fmt: skip


def test_a_local_address_beside_a_runtimes_client_is_the_runtimes() -> None:
    found = read(
        "src/Api/Clients.cs",
        """\
        using OpenAI;
        uri ??= new Uri("http://localhost:11434");
        var local = new OllamaChatClient(uri, name);
        var far = new OpenAIClient(key);
        """,
    )
    assert "service:openai" in ids(found)
    assert not found.redirects


def test_go_and_rust() -> None:
    go = read(
        "main.go",
        """\
        package main

        import (
            "github.com/ollama/ollama/api"
            "github.com/tmc/langchaingo/llms/anthropic"
            "github.com/testcontainers/testcontainers-go"
        )

        const small = "claude-3-haiku-20240307"

        func main() {
            llm, err := anthropic.New(anthropic.WithModel(small))
            req := &api.ChatRequest{
                Model: "llama3.2",
                Messages: messages,
            }
            box := testcontainers.ContainerRequest{Image: "redis:7", ExposedPorts: ports}
        }
        """,
    )
    assert ids(go, "model") == {"model:anthropic/claude-3-haiku-20240307", "model:ollama/llama3.2"}
    assert ids(go, "container") == {"pkg:docker/redis@7"}
    rust = read(
        "src/main.rs",
        """\
        use ollama_rs::generation::completion::request::GenerationRequest;
        fn main() {
            let request = GenerationRequest::new("llama2:latest".to_string(), prompt);
        }
        """,
    )
    assert ids(rust, "model") == {"model:ollama/llama2:latest"}


@pytest.mark.parametrize(
    ("text", "positions", "named"),
    [
        ("(a, b(c, d), \"e, f\")", ["a", " b(c, d)", ' "e, f"'], {}),
        ("(m: 1, n = 2)", [], {"m": "1", "n": "2"}),
        ("() /* x */\n  .set(\"v\") // y\n  .both(1, 2).get()", [], {"set": '"v"'}),
        ("(u) { Model = \"m\" }", ["u"], {"Model": '"m" '}),
        ("{ Model: \"m\",\n }", [], {"Model": '"m"'}),
        ("(a == b, std::x)", ["a == b", " std::x"], {}),
    ],
)  # fmt: skip
def test_arguments(text: str, positions: list[str], named: dict[str, str]) -> None:
    data = text.encode()
    found = read_arguments(data, 0)
    assert found is not None
    assert [data[s.start : s.end].decode() for s in found.positions] == positions
    assert {key: data[s.start : s.end].decode() for key, s in found.named.items()} == named


@pytest.mark.parametrize("text", ["(a", "(a]", "(" * 5000, '("a', "(" + "a," * 100 + ")"])
def test_brackets_that_do_not_close(text: str) -> None:
    assert read_arguments(text.encode(), 0) is None


def test_at_an_unknown_address_a_name_tells_its_family_alone() -> None:
    found = java("""\
      String name = "deepseek-chat";
    //  String name = "deepseek-reasoner";
      Object a = OpenAiChatModel.builder().baseUrl(baseUrl).modelName(name).build();
    """)
    assert ids(found, "model") == {
        "model:deepseek/deepseek-chat",
        "model:deepseek/deepseek-reasoner",
    }
    assert component(found, "model:deepseek/deepseek-chat").usage == "used"
    assert component(found, "model:deepseek/deepseek-reasoner").usage == "commented"
    assert ("deepseek-chat", "provider-unresolved", 4) in gaps(found)
    own = java('Object a = OpenAiChatModel.builder().baseUrl(url).modelName("gpt-4o").build();')
    assert ids(own, "model") == {"model:openai/gpt-4o"}
