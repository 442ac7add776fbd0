"""Branches that exclude each other, and which reading of a name fits."""

from __future__ import annotations

import pytest

from tests.support.reading import gaps, ids, read

HUBS = """\
from huggingface_hub import snapshot_download as fetch_hf
from modelscope import snapshot_download as fetch_ms


def download(source):
    if source == "HF":
        name = "acme/one-7b"
    else:
        name = "acme/two-7b"
    if {test}:
        fetch_hf(name)
    else:
        fetch_ms(name)
"""


def hub_models(source: str) -> set[str]:
    return {name for name in ids(read("app.py", source), "model") if "acme" in name}


@pytest.mark.parametrize("test", ['source == "HF"', 'not source != "HF"'])
def test_a_call_gets_what_its_branch_binds(test: str) -> None:
    assert hub_models(HUBS.format(test=test)) == {
        "pkg:huggingface/acme/one-7b", "model:modelscope/acme/two-7b",
    }  # fmt: skip


@pytest.mark.parametrize("test", ['other == "HF"', "source"])
def test_of_other_conditions_nothing_is_known(test: str) -> None:
    assert hub_models(HUBS.format(test=test)) == {
        "pkg:huggingface/acme/one-7b", "pkg:huggingface/acme/two-7b",
        "model:modelscope/acme/one-7b", "model:modelscope/acme/two-7b",
    }  # fmt: skip


def test_a_chain_and_a_match_exclude_too() -> None:
    source = """\
    from transformers import AutoModel


    def load(kind):
        match kind:
            case "a":
                name = "acme/one-7b"
            case "b":
                name = "acme/two-7b"
        match kind:
            case "a":
                return AutoModel.from_pretrained(name, revision="abc")
    """
    found = {c for c in ids(read("app.py", source), "model") if c.endswith("@abc")}
    assert found == {"pkg:huggingface/acme/one-7b@abc"}


CLIENTS = """\
from anthropic import Anthropic
from openai import OpenAI


class Config:
    model = "{name}"


class Bot:
    config = Config()

    def __init__(self, provider):
        if provider == "a":
            self.one = Anthropic()
            self.one.messages.create(model=self.config.model)
        else:
            self.two = OpenAI()
            self.two.chat.completions.create(model=self.config.model)
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o", {"model:openai/gpt-4o"}),
        ("claude-sonnet-4-5", {"model:anthropic/claude-sonnet-4-5"}),
    ],
)
def test_a_default_is_no_model_of_every_provider(name: str, expected: set[str]) -> None:
    assert ids(read("app.py", CLIENTS.format(name=name)), "model") == expected


def test_a_runtime_s_tag_is_no_model_of_a_maker_of_others() -> None:
    found = read("app.py", "from anthropic import Anthropic\n"
                 'Anthropic().messages.create(model="qwen3:4b")\n')  # fmt: skip
    assert ids(found, "model") == set()
    assert ("qwen3:4b", "provider-unresolved", 2) in gaps(found)
