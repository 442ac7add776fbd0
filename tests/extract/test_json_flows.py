"""Flows of n8n, Flowise and Langflow, written as their builders save them."""

from __future__ import annotations

import json

import pytest

from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, read, reasons


def flow(text: str, path: str = "flows/chat.json") -> Extraction:
    return read(path, text)


def n8n(*nodes: str) -> Extraction:
    body = ",\n".join(nodes)
    return flow('{"nodes": [\n' + body + '\n], "connections": {}}\n')


def n8n_node(name: str, parameters: str, version: str = "1") -> str:
    return (
        f'{{"parameters": {parameters}, "id": "a", "name": "N", '
        f'"type": "@n8n/n8n-nodes-langchain.{name}", "typeVersion": {version}}}'
    )


@pytest.mark.parametrize(
    ("node", "model"),
    [
        (n8n_node("lmChatOpenAi", '{"model": "gpt-4o-mini", "options": {}}'),
         "model:openai/gpt-4o-mini"),
        (n8n_node("lmChatOpenAi", '{"model": {"__rl": true, "value": "gpt-4o", "mode": "list", '
                  '"cachedResultName": "GPT-4O"}}', "1.2"), "model:openai/gpt-4o"),
        (n8n_node("lmChatOllama", '{"model": "llama3.1:latest"}'), "model:ollama/llama3.1:latest"),
        (n8n_node("lmChatGroq", '{"model": "llama-3.3-70b-versatile"}'),
         "model:groq/llama-3.3-70b-versatile"),
        (n8n_node("lmChatGoogleGemini", '{"modelName": "models/gemini-2.0-flash"}'),
         "model:google-gemini/gemini-2.0-flash"),
        (n8n_node("lmChatAzureOpenAi", '{"model": "gpt-4o"}'), "model:azure-openai/gpt-4o"),
        (n8n_node("lmChatOpenAi", '{"model": "deepseek-chat", "options": '
                  '{"baseURL": "https://api.deepseek.com"}}'), "model:deepseek/deepseek-chat"),
        (n8n_node("openAi", '{"modelId": {"__rl": true, "value": "gpt-4o", "mode": "list"}}'),
         "model:openai/gpt-4o"),
    ],
)  # fmt: skip
def test_nodes_of_n8n(node: str, model: str) -> None:
    found = n8n(node)
    assert ids(found, "model") == {model}
    assert lines(found, model) == [2]
    assert not gaps(found)


@pytest.mark.parametrize(
    ("version", "model"),
    [("1", "model:openai/text-embedding-ada-002"), ("1.2", "model:openai/text-embedding-3-small")],
)
def test_what_a_node_leaves_unsaid_depends_on_its_version(version: str, model: str) -> None:
    found = n8n(n8n_node("embeddingsOpenAi", '{"options": {}}', version))
    assert ids(found, "model") == {model}
    assert component(found, model).occurrences[0].confidence == "medium"
    assert ("implicit-default", 2) in reasons(found)


def test_a_name_that_is_not_of_the_service_is_asked_elsewhere() -> None:
    found = n8n(
        n8n_node("lmChatOpenAi", '{"model": {"value": "qwen2.5:14b-8k", "mode": "list"}}'),
        n8n_node("embeddingsOllama", '{"model": "nomic-embed-text:latest"}'),
    )
    assert ids(found, "model") == {
        "model:ollama/qwen2.5:14b-8k", "model:ollama/nomic-embed-text:latest",
    }  # fmt: skip
    assert "service:openai" not in ids(found)
    assert ("endpoint-at-runtime", 2) in reasons(found)


def test_services_without_models_and_names_computed_late() -> None:
    found = n8n(
        n8n_node("vectorStorePinecone", '{"pineconeIndex": {"value": "docs"}}'),
        n8n_node("vectorStoreQdrant", "{}"),
        n8n_node("lmChatAnthropic", '{"model": "={{ $json.model }}"}'),
    )
    assert ids(found, "service") == {"service:pinecone"}
    assert ids(found, "model") == set()
    assert reasons(found) == {("dynamic-name", 4)}


def test_flowise() -> None:
    found = flow(
        """\
        {"nodes": [
          {"id": "chatOllama_0", "type": "customNode", "data": {
            "name": "chatOllama", "category": "Chat Models", "baseClasses": ["ChatOllama"],
            "inputParams": [{"name": "modelName", "type": "string", "placeholder": "llama2"}],
            "inputs": {"baseUrl": "http://host.docker.internal:11434",
                       "modelName": "qwen2.5-coder:32b"}}},
          {"id": "chatOpenAI_0", "data": {
            "name": "chatOpenAI", "baseClasses": ["ChatOpenAI"],
            "inputs": {"modelName": "served-here", "basepath": "http://vllm:8000/v1"}}},
          {"id": "llmAgentflow_0", "data": {
            "name": "llmAgentflow", "baseClasses": ["LLM"],
            "inputs": {"llmModel": "chatMistralAI",
                       "llmModelConfig": {"modelName": "mistral-small-latest"}}}},
          {"id": "toolAgent_0", "data": {
            "name": "toolAgent", "baseClasses": ["AgentExecutor"],
            "inputs": {"model": "{{chatOllama_0.data.instance}}"}}},
          {"id": "braveSearchAPI_0", "data": {
            "name": "braveSearchAPI", "baseClasses": ["Tool"], "inputs": {}}}
        ], "edges": []}
        """
    )
    assert ids(found, "model") == {
        "model:ollama/qwen2.5-coder:32b", "model:mistral/mistral-small-latest",
    }  # fmt: skip
    assert lines(found, "model:ollama/qwen2.5-coder:32b") == [6]
    assert lines(found, "service:brave-search") == [18]
    assert reasons(found) == {("alias-of-local-model", 9)}


def test_langflow() -> None:
    found = flow(
        """\
        {"data": {"nodes": [
          {"data": {"type": "GroqModel", "node": {"base_classes": ["LanguageModel"], "template": {
            "_type": "Component",
            "base_url": {"value": "https://api.groq.com"},
            "model_name": {"value": "llama-3.1-8b-instant", "options": ["gemma2-9b-it"]}}}}},
          {"data": {"type": "Agent", "node": {"base_classes": ["Message"], "template": {
            "agent_llm": {"value": "Anthropic", "options": ["OpenAI", "Anthropic"]},
            "model_name": {"value": "claude-3-5-haiku-latest"}}}}}
        ]}}
        """
    )
    assert ids(found, "model") == {
        "model:groq/llama-3.1-8b-instant", "model:anthropic/claude-3-5-haiku-latest",
    }  # fmt: skip


def test_a_script_in_a_string_is_read_where_the_string_stands() -> None:
    script = (
        "/* tools */\nconst fetch = require('node-fetch');\n"
        "const { OllamaEmbeddings } = require('@langchain/ollama');\n"
        "const e = new OllamaEmbeddings({ model: 'nomic-embed-text' });\nreturn e;"
    )
    tool = {"name": "t", "schema": "[]", "func": script, "description": "uses require('nothing')"}
    found = flow(json.dumps(tool, indent=2))
    assert ids(found, "package") == {"pkg:npm/node-fetch", "pkg:npm/%40langchain/ollama"}
    assert lines(found, "pkg:npm/node-fetch") == [4]
    assert ids(found, "model") == {"model:ollama/nomic-embed-text"}


def test_a_large_flow_is_no_data() -> None:
    node = n8n_node("lmChatOpenAi", '{"model": "gpt-4o-mini"}')
    filler = ",\n".join(
        f'{{"parameters": {{"content": "{"x" * 900}"}}, "type": "n8n-nodes-base.stickyNote"}}'
        for _ in range(400)
    )
    found = n8n(node, filler)
    assert ids(found, "model") == {"model:openai/gpt-4o-mini"}
