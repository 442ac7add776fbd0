"""Registers: tables whose entries say by which provider a model is asked for."""

from __future__ import annotations

import pytest

from provenance.model import Extraction
from tests.support.reading import ids, lines, read


def direct(found: Extraction) -> set[str]:
    return {c.id for c in found.components if c.kind == "model" and c.direct}


def test_the_provider_of_an_entry_serves_its_model() -> None:
    found = read(
        "llm.py",
        """\
        MODELS = {
            "Qwen/Qwen3-8B": {"provider": "siliconflow", "type": "chat", "context_length": 32000},
            "bailian:fast": {"provider": "aliyun_bailian", "raw_model": "qwen3-rerank"},
            "deepseek-chat": {"provider": "deepseek", "type": "chat"},
        }
        TASKS = {"rewrite": {"model": "bailian:fast", "fallbacks": ["Qwen/Qwen3-8B"]}}
        """,
    )
    assert direct(found) == {
        "model:siliconflow/Qwen/Qwen3-8B", "model:dashscope/qwen3-rerank",
        "model:deepseek/deepseek-chat",
    }  # fmt: skip
    assert lines(found, "model:siliconflow/Qwen/Qwen3-8B") == [2, 6]
    assert lines(found, "model:dashscope/qwen3-rerank") == [3, 6]


def test_a_list_under_a_provider_and_a_kind() -> None:
    found = read(
        "models.ts",
        """\
        const FALLBACK_MODELS: Record<string, string[]> = {
          siliconflow: {
            chat: ['Qwen/Qwen3-235B-A22B-Instruct-2507'],
          },
          aliyun_bailian: { chat: ['aliyun_bailian:qwen3-max'] },
        }
        """,
    )
    assert direct(found) == {
        "model:siliconflow/Qwen/Qwen3-235B-A22B-Instruct-2507", "model:dashscope/qwen3-max",
    }  # fmt: skip


@pytest.mark.parametrize(
    "entry",
    [
        # A price list, a server that speaks a protocol, a label, a repository at a hub's client.
        '"acme/chat-7b": {"provider": "siliconflow", "input_cost_per_token": 1, "context": 2}',
        '"acme/chat-7b": {"provider": "openai", "context": 2}',
        '"Shown Name": {"provider": "siliconflow", "context": 2}',
        '"m": InferenceClient(model="acme/chat-7b", provider="siliconflow")',
    ],
)
def test_what_is_no_register(entry: str) -> None:
    found = read("llm.py", f"TABLE = {{\n    {entry},\n}}\n")
    assert not {i for i in ids(found, "model") if i.startswith("model:siliconflow")}


def test_a_constant_that_begins_with_a_provider() -> None:
    found = read(
        "models.py",
        """\
        class Model(StrEnum):
            GROQ_QWEN = "qwen/qwen3-32b"
            GROQ_SABA = "mistral-saba-24b"
            OPENAI_STYLE = "acme/chat-7b"
            DEFAULT_MODEL = "acme/other-7b"
        """,
    )
    assert {"model:groq/qwen/qwen3-32b", "model:groq/mistral-saba-24b"} <= ids(found, "model")
    assert {"pkg:huggingface/acme/chat-7b", "pkg:huggingface/acme/other-7b"} <= ids(found, "model")


def test_the_key_may_stand_in_the_entry() -> None:
    found = read(
        "models.ts",
        """\
        export const MODELS = [
          { id: 'Qwen/Qwen3-8B', provider: 'siliconflow', label: 'Qwen' },
          { label: 'Small', provider: 'dashscope', chatModel: 'qwen-plus' },
        ]
        """,
    )
    assert direct(found) == {"model:siliconflow/Qwen/Qwen3-8B", "model:dashscope/qwen-plus"}
