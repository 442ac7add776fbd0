"""Records of catalogues: which service a name without a family is of."""

from __future__ import annotations

import pytest

from provenance.extract.javascript import source as javascript
from provenance.extract.records import provider_beside
from provenance.model import Document
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary
from tests.support.reading import component, ids


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return Vocabulary(Registry())


def beside(words: Vocabulary, text: str, name: str) -> str | None:
    data = text.encode()
    at = data.index(f'"{name}"'.encode())
    return provider_beside(data, at, at + len(name) + 2, words)


@pytest.mark.parametrize(
    ("record", "service"),
    [
        ('{ id: "llama3-8b-8192", provider: "groq", context: 8192 }', "service:groq"),
        ('{"provider": "Together_AI", "model": "llama3-8b-8192"}', "service:together"),
        ('Model{ID: "llama3-8b-8192", Provider: "cerebras"}', "service:cerebras"),
        ('{ id: "llama3-8b-8192", name: "Groq Llama 3 8B" }', "service:groq"),
        ('{ id: "llama3-8b-8192", provider: "deepinfra" }', "service:deepinfra"),
        # the maker, not who serves it
        ('{ id: "llama3-8b-8192", name: "Mistral Large" }', None),
        # of another record
        ('[{ provider: "groq" }, { id: "llama3-8b-8192" }]', None),
        # what people see, beside the name that is asked for
        ('{ modelId: "x", modelName: "llama3-8b-8192", provider: "groq" }', None),
        ('{ id: "llama3-8b-8192", provider: "nobody" }', None),
        ('{ id: "llama3-8b-8192", name: "groq-llama3" }', None),
    ],
)
def test_the_record_around_a_name(words: Vocabulary, record: str, service: str | None) -> None:
    assert beside(words, record, "llama3-8b-8192") == service


def test_a_table_in_a_source(words: Vocabulary) -> None:
    data = b"""\
export const models = [
  { id: "llama3-8b-8192", label: "Groq: Llama 3", rag: true },
  { id: "gpt-4o", provider: "openai" },
];
"""
    found = javascript.extract(Document(path="src/models.ts", data=data), words)
    assert ids(found, "model") == {"model:groq/llama3-8b-8192", "model:openai/gpt-4o"}
    places = component(found, "model:groq/llama3-8b-8192").occurrences
    assert [(place.line, place.confidence) for place in places] == [(2, "medium")]
