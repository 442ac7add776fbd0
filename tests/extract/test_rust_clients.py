"""Rust: ``use`` declarations, clients by their modules, whom a method's client asks."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.languages.uses import uses_of
from tests.support.reading import gaps, ids, lines, read


def test_what_declarations_bring_in() -> None:
    uses = uses_of(b"""\
use rig::{
    completion::Prompt, // and what follows
    providers::{azure, gemini, openai::{self, Client as OpenAi, GPT_4O}},
};
pub(crate) use std::env::args;
use self::own::Thing;
use crate::deep::*;
use ::serde;
fn main() { let use_ = 1; }
""")
    assert uses.paths == {
        "Prompt": ("rig", "completion", "Prompt"),
        "azure": ("rig", "providers", "azure"),
        "gemini": ("rig", "providers", "gemini"),
        "openai": ("rig", "providers", "openai"),
        "OpenAi": ("rig", "providers", "openai", "Client"),
        "GPT_4O": ("rig", "providers", "openai", "GPT_4O"),
        "args": ("std", "env", "args"),
        "Thing": ("own", "Thing"),
        "serde": ("serde",),
    }
    assert uses.declares(10)
    assert not uses.declares(290)


def test_each_client_is_asked_for_its_own_models() -> None:
    text = """\
    use rig::providers::{azure, huggingface};
    use rig::{providers::{groq, ollama::Client as Ollama}, prelude::*};
    async fn a() {
        let client = azure::Client::from_env()?;
        let heard = client.transcription_model("whisper");
    }
    async fn b() {
        let client = huggingface::Client::from_env()?;
        let heard = client.transcription_model("whisper-large-v3");
    }
    async fn c() {
        let client = Ollama::builder()
            .api_key(Nothing)
            .base_url("http://localhost:11434/v1")
            .build()?;
        let model = client.embedding_model("bge-m3");
        let agent = client
            .agent("deepseek-r1")
            .build();
    }
    async fn d(client: &Anything) {
        let words = groq::Client::new(&key)?.extractor::<Words>("llama-9-70b").build();
        let other = client.agent("whose");
    }
    """
    found = read("src/main.rs", textwrap.dedent(text))
    assert ids(found, "model") == {
        "model:azure-openai/whisper", "model:huggingface-inference/whisper-large-v3",
        "model:ollama/bge-m3", "model:ollama/deepseek-r1", "model:groq/llama-9-70b",
    }  # fmt: skip
    assert ids(found, "service") == {
        "service:azure-openai", "service:huggingface-inference", "service:groq",
        "service:ollama-library",
    }  # fmt: skip
    assert lines(found, "model:ollama/deepseek-r1") == [18]


def test_the_only_client_of_a_source_is_meant_where_none_is_named() -> None:
    text = """\
    use rig::providers::cohere::Client;
    struct Talk { client: Client }
    fn make() -> Talk { Talk { client: Client::from_env() } }
    fn ask(talk: &Talk) { talk.client.completion_model("command-mine").run() }
    """
    assert ids(read("src/a.rs", textwrap.dedent(text)), "model") == {"model:cohere/command-mine"}


@pytest.mark.parametrize(
    ("address", "models", "questions"),
    [
        ("http://localhost:8000/v1", set(), {("house-words", "alias-of-local-model", 3)}),
        ("https://api.deepseek.com", {"model:deepseek/house-words"}, set()),
        ("http://{host}/v1", {"model:openai/house-words"}, set()),
    ],
)
def test_the_base_url_decides(
    address: str, models: set[str], questions: set[tuple[str, str, int]]
) -> None:
    found = read("src/a.rs", f"""\
        use rig::providers::openai;
        let client = openai::Client::builder().api_key(k).base_url("{address}").build()?;
        let agent = client.agent("house-words").build();
        """)  # fmt: skip
    assert ids(found, "model") == models
    assert gaps(found) == questions
    assert not any("{" in one for one in ids(found))
