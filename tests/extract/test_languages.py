"""Sources read without a parser: SDK imports, clients, names of models, comments."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract.languages import source as languages
from provenance.extract.languages.constants import model_name
from provenance.model import Document, Extraction
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary
from tests.support.reading import component, gaps, ids, lines

_ROWS = """\
identifier,component,source,as_of,confidence,note
client:pkg:nuget/Azure.AI.OpenAI,service:azure-openai,test,2026-11-22,high,
client:pkg:nuget/OpenAI,service:openai,test,2026-11-22,high,
family:claude-3-*,service:anthropic,test,2026-11-22,high,
family:gpt-3.5-*,service:openai,test,2026-11-22,high,
family:gpt-35-turbo*,service:openai,test,2026-11-22,high,
family:gpt-4*,service:openai,test,2026-11-22,high,
import:cargo:async_openai,pkg:cargo/async-openai,test,2026-11-22,high,
import:maven:com.anthropic,pkg:maven/com.anthropic/anthropic-java,test,2026-11-22,high,
import:nuget:Azure.AI.OpenAI,pkg:nuget/Azure.AI.OpenAI,test,2026-11-22,high,
import:nuget:OpenAI,pkg:nuget/OpenAI,test,2026-11-22,high,
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    file = tmp_path_factory.mktemp("overlay") / "rows.csv"
    file.write_text(_ROWS, "utf-8")
    return Vocabulary(Registry(overlays=[file]))


def scan(words: Vocabulary, path: str, text: str) -> Extraction:
    return languages.extract(Document(path=path, data=textwrap.dedent(text).encode()), words)


def test_go_client_and_constant(words: Vocabulary) -> None:
    found = scan(words, "main.go", """\
        package main

        import (
            "context"
            openai "github.com/sashabaranov/go-openai"
            // "github.com/openai/openai-go"
        )

        func main() {
            client := openai.NewClient(os.Getenv("OPENAI_API_KEY"))
            client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{
                Model: openai.GPT4oMini,
            })
            other := openai.AdaSimilarity
            third := openai.GPT9Unheard
        }
        """)  # fmt: skip
    assert ids(found, "package") == {"pkg:golang/github.com/sashabaranov/go-openai"}
    assert lines(found, "pkg:golang/github.com/sashabaranov/go-openai") == [5]
    assert lines(found, "model:openai/gpt-4o-mini") == [12]
    assert lines(found, "service:openai") == [10, 12]
    assert gaps(found) == {("openai.GPT9Unheard", "model-constant-unresolved", 15)}


def test_go_base_url_on_this_machine_is_an_alias(words: Vocabulary) -> None:
    found = scan(words, "local.go", """\
        import "github.com/openai/openai-go"
        func f() {
            c := openai.NewClient(option.WithBaseURL("http://localhost:8080/v1"))
            m := Params{Model: "gpt-4o"}
        }
        """)  # fmt: skip
    assert ids(found) == {"pkg:golang/github.com/openai/openai-go"}
    assert gaps(found) == {("gpt-4o", "alias-of-local-model", 4)}
    assert [s for s, _ in found.redirects] == ["service:openai"]


def test_java_builder(words: Vocabulary) -> None:
    found = scan(words, "src/main/java/A.java", '''\
        import com.anthropic.client.AnthropicClient;
        class A {
          // model("claude-3-opus-latest")
          AnthropicClient c = AnthropicOkHttpClient.fromEnv();
          Params p = Params.builder().model("claude-3-haiku-latest").build();
          String text = """
              it's a "quoted" text // no comment
              """;
          Object m = ChatModel.GPT_4O_MINI;
        }
        ''')  # fmt: skip
    assert ids(found, "package") == {"pkg:maven/com.anthropic/anthropic-java"}
    assert lines(found, "service:anthropic") == [3, 4, 5]
    assert lines(found, "model:openai/gpt-4o-mini") == [9]  # whoever else is asked
    assert component(found, "model:anthropic/claude-3-opus-latest").usage == "commented"
    assert lines(found, "model:anthropic/claude-3-haiku-latest") == [5]


def test_csharp_asks_the_service_its_client_is_named_for(words: Vocabulary) -> None:
    found = scan(words, "Chat.cs", """\
        using Azure.AI.OpenAI;
        using OpenAI;
        var path = @"c:\\";
        var client = new AzureOpenAIClient(new Uri(endpoint), key);
        var chat = client.GetChatClient("gpt-4o");
        """)  # fmt: skip
    assert ids(found, "package") == {"pkg:nuget/Azure.AI.OpenAI", "pkg:nuget/OpenAI"}
    assert ids(found, "service") == {"service:azure-openai"}
    assert lines(found, "model:azure-openai/gpt-4o") == [5]


def test_rust_strings_run_over_lines(words: Vocabulary) -> None:
    found = scan(words, "src/main.rs", """\
        use async_openai::{types::Request, Client};
        fn main<'a>() {
            let q = "a
              // still text";
            let c = Client::new();
            let r = Request::default().model("gpt-4").build();
        }
        """)  # fmt: skip
    assert lines(found, "pkg:cargo/async-openai") == [1]
    assert lines(found, "model:openai/gpt-4") == [6]
    assert lines(found, "service:openai") == [5, 6]


@pytest.mark.parametrize(
    ("path", "text", "usage"),
    [
        ("a.rb", '# model: "gpt-4"\n', "commented"),
        ("a.rb", 'x = "#{y} # z"; ask(model: "gpt-4")\n', "used"),
        ("a.php", "<?php # 'model' => 'gpt-4'\n", "commented"),
        ("a.php", "<?php ask(['model' => 'gpt-4']);\n", "used"),
        ("a.kt", 'val model: String = "gpt-4"\n', "used"),
        ("a.swift", 'let model = "gpt-4"\n', "used"),
        ("a_test.go", 'var model = "gpt-4"\n', "test"),
        ("a.go", 'var re = `/*`; var model = "gpt-4"\n', "used"),
        ("a.cs", 'var c = \'"\'; // "\nvar model = "gpt-4";\n', "used"),
    ],
)
def test_comments_and_strings_are_told_apart(
    words: Vocabulary, path: str, text: str, usage: str
) -> None:
    assert component(scan(words, path, text), "model:openai/gpt-4").usage == usage


def test_addresses_variables_and_hub_ids(words: Vocabulary) -> None:
    found = scan(words, "a.go", """\
        url := "https://api.deepseek.com/chat/completions"
        key := os.Getenv("DEEPSEEK_API_KEY")
        weights := "Qwen/Qwen2.5-7B-Instruct"
        """)  # fmt: skip
    assert lines(found, "service:deepseek") == [1, 2]
    assert lines(found, "pkg:huggingface/Qwen/Qwen2.5-7B-Instruct") == [3]


@pytest.mark.parametrize(
    ("constant", "name"),
    [
        ("GPT4o", "gpt-4o"), ("GPT4oMini", "gpt-4o-mini"), ("GPT_4_O_MINI", "gpt-4o-mini"),
        ("GPT3Dot5Turbo", "gpt-3.5-turbo"), ("GPT_3_5_TURBO", "gpt-3.5-turbo"),
        ("GPT4TurboPreview", "gpt-4-turbo-preview"), ("GPT40613", "gpt-4-0613"),
        ("CLAUDE_3_5_SONNET_LATEST", "claude-3-5-sonnet-latest"), ("O3_MINI", "o3-mini"),
        ("ClaudeSonnet4_5", "claude-sonnet-4-5"), ("GEMINI_2_5_PRO", "gemini-2.5-pro"),
        ("TEXT_EMBEDDING_3_SMALL", "text-embedding-3-small"), ("Whisper1", "whisper-1"),
    ],
)  # fmt: skip
def test_constants_spell_a_name(constant: str, name: str) -> None:
    assert model_name(constant) == name


pieces = st.lists(
    st.sampled_from(
        ['import "github.com/openai/openai-go"', "using OpenAI;", "openai.NewClient(", '"gpt-4"',
         "model:", "'", '"', '"""', "`", "/*", "*/", "//", "#", "=begin", "=end", "@\"", "\\", "\n",
         "base_url: \"http://localhost\"", "openai.GPT4", "\x00", "é", "<?php", "require 'openai'"]
    ) | st.text(max_size=4),
    max_size=30,
).map("\n".join)  # fmt: skip


@settings(max_examples=100, deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(text=pieces, ending=st.sampled_from(["go", "java", "kt", "cs", "rs", "rb", "php", "swift"]))
def test_no_source_makes_the_reader_raise(words: Vocabulary, text: str, ending: str) -> None:
    found = languages.extract(
        Document(path=f"a.{ending}", data=text.encode("utf-8", "surrogatepass")), words
    )
    known = {c.id for c in found.components} | {"project:"}
    assert all({link.source, link.target} <= known for link in found.links)


def test_every_source_of_these_languages_is_wanted() -> None:
    for name in ("a.go", "b/c.java", "a.kt", "a.cs", "a.rs", "a.rb", "a.php", "a.swift"):
        assert languages.accepts(name)
    assert not languages.accepts(Path("Makefile").name)
