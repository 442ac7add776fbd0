"""Names with a tag: Ollama's, in every language, and nobody else's."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, read

LISTED = {"model:ollama/llama3.2:3b", "model:ollama/mistral:7b", "model:ollama/mixtral:8x7b"}


def models(found: object) -> set[str]:
    return {i for i in ids(found, "model") if i.startswith("model:")}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'X = ["llama3.2:3b", "mistral:7b", "mixtral:8x7b"]\n'),
        ("a.ts", "export const X = ['llama3.2:3b', 'mistral:7b', 'mixtral:8x7b'];\n"),
        ("a.go", 'var x = []string{"llama3.2:3b", "mistral:7b", "mixtral:8x7b"}\n'),
    ],
)
def test_lists_of_names(path: str, text: str) -> None:
    found = read(path, text)
    assert models(found) == LISTED
    assert {p.confidence for p in component(found, "model:ollama/mistral:7b").occurrences} == {
        "medium"
    }
    assert "service:mistral" not in ids(found)


@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
def test_a_size_is_no_model_of_the_provider_before_it(path: str) -> None:
    text = '{"model": "mistral:7b-instruct"}' if path == "a.json" else "model: mistral:7b-instruct"
    assert models(read(path, text)) == {"model:ollama/mistral:7b-instruct"}


@pytest.mark.parametrize(
    "text",
    [
        'LIMITS = {"llama3.2:3b": 131072, "mistral:7b": 32768}\n',
        'IMAGE = "postgres:16b"\n',
        'if name.startswith("llama3.2:3b"):\n    size = 3\n',
        'X = "mistral:latest"\n',  # nothing speaks of a runtime; a container has such a tag
    ],
)
def test_what_only_looks_alike(text: str) -> None:
    assert not models(read("a.py", text))


def test_the_newest_of_a_name_where_the_source_speaks_of_the_runtime() -> None:
    text = 'HOST = "http://ollama:11434"\nX = ["mistral:latest", "phi3:mini"]\n'
    assert models(read("a.py", text)) == {
        "model:ollama/mistral:latest", "model:ollama/phi3:mini",
    }  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "client = ollama.Client()\nclient.chat(model=NAME)\n",
        (
            "class A:\n    def __init__(self):\n        self.o = ollama.AsyncClient()\n"
            "    async def run(self):\n        await self.o.generate(NAME)\n"
        ),
        "ollama.AsyncClient().embed(model=NAME)\n",
    ],
)
def test_clients_of_the_runtime(code: str) -> None:
    found = read("a.py", f'import ollama\nNAME = "acme-own"\n{code}')
    assert models(found) == {"model:ollama/acme-own"}
