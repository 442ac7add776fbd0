"""What stands beside a literal: its service, its table; pages of hubs."""

from __future__ import annotations

import pytest

from provenance.extract.surroundings import keys_around, service_beside
from tests.support.reading import ids, read, vocabulary


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('dict(model_type="acme/x-7b", api_base="https://api.siliconflow.cn/v1/chat")',
         "siliconflow"),
        ('{"model": "acme/x-7b", "base_url": "http://localhost:8000/v1"}', "local"),
        ('Config(model="acme/x-7b", provider=Provider(provider="ollama"))', "ollama"),
        ('Config(model="acme/x-7b", provider="openrouter")', "openrouter"),
        ('[{"model": "acme/x-7b"}, {"base_url": "https://api.siliconflow.cn/v1"}]', None),
        ('f("acme/x-7b")', None),
    ],
)  # fmt: skip
def test_the_service_beside_a_name(text: str, expected: str | None) -> None:
    data = text.encode()
    assert service_beside(data, data.find(b"acme/"), vocabulary()) == expected


def test_keys_of_the_brackets_around() -> None:
    data = b'mixture = {"datasets": [{"id": "acme/x"}]}'
    assert list(keys_around(data, data.find(b"acme"))) == ["datasets", "mixture"]


def test_a_literal_in_a_table_of_datasets() -> None:
    found = read(
        "app.py",
        """\
        mixture = {"datasets": [
            {"id": "acme/chat-7b-sft"},
            {"model": "acme/judge-7b"},
        ]}
        model = dict(name="acme/asked-7b", model_type="acme/asked-7b",
                     api_base="https://api.siliconflow.cn/v1")
        table = {"m": "acme/blank-7b "}
        """,
    )
    assert ids(found, "dataset") == {"dataset:huggingface/acme/chat-7b-sft"}
    assert ids(found, "model") == {
        "pkg:huggingface/acme/judge-7b", "pkg:huggingface/acme/asked-7b",
        "model:siliconflow/acme/asked-7b", "pkg:huggingface/acme/blank-7b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ollama.com/library/deepseek-r1", "model:ollama/deepseek-r1"),
        ("https://ollama.com/library/deepseek-r1:1.5b.", "model:ollama/deepseek-r1:1.5b"),
        ("https://civitai.com/models/136268/kohaku-v2", "model:civitai/136268"),
        ("https://www.kaggle.com/datasets/acme/some-data", "dataset:kaggle/acme/some-data"),
        ("https://www.openslr.org/resources/60/dev.tar.gz", "dataset:openslr/60"),
        ("https://huggingface.co/api/datasets/acme/news/parquet/default/train/0.parquet",
         "dataset:huggingface/acme/news"),
        ("https://huggingface.co/api/models/acme/x-7b", "pkg:huggingface/acme/x-7b"),
        ("https://datasets-server.huggingface.co/rows?dataset=acme%2Fnews&split=train",
         "dataset:huggingface/acme/news"),
    ],
)  # fmt: skip
def test_pages_of_hubs(url: str, expected: str) -> None:
    assert expected in ids(read("README.md", f"See {url}\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('t = 0 if "o3" not in name and "gpt-5" not in name else 1\n', set()),
        ('big = "o4-mini" in self.model\n', set()),
        ('if model in ["o3", "o4-mini"]:\n    pass\n', set()),
        ('for model in ["o3", "o4-mini"]:\n    ask(model)\n',
         {"model:openai/o3", "model:openai/o4-mini"}),
    ],
)  # fmt: skip
def test_names_that_others_are_held_against(text: str, expected: set[str]) -> None:
    assert ids(read("app.py", text), "model") == expected
