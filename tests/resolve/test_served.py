"""Bare names of open weights: the service that is asked for them elsewhere in the tree."""

from __future__ import annotations

import pytest

from provenance.extract.python import source
from provenance.model import Document
from provenance.registry import Registry
from provenance.resolve import RESOLVERS
from provenance.resolve.inventory import Inventory, merge
from provenance.siblings import Siblings
from tests.support.reading import vocabulary

WEIGHTS = "pkg:huggingface/Qwen/Qwen3-8B"
SERVED = "model:siliconflow/Qwen/Qwen3-8B"
CLIENT = """\
from openai import OpenAI
client = OpenAI(base_url="https://api.siliconflow.cn/v1")
client.chat.completions.create(model="Qwen/Qwen3-8B", messages=[])
"""


def resolved(**sources: str) -> Inventory:
    """Read Python files by their names, and resolve what they say together."""
    tree = {f"{name}.py": text.encode() for name, text in sources.items()}
    siblings = Siblings(tree.get)
    found = merge(
        Inventory(root=".", registry=Registry(), vocabulary=vocabulary(), modules=frozenset()),
        [
            source.extract(Document(path=path, data=data, sibling=siblings), vocabulary())
            for path, data in tree.items()
        ],
    )
    for resolve in RESOLVERS:
        found = resolve(found)
    return found


def places(found: Inventory, wanted: str) -> list[str]:
    return sorted(place.path for place in found.components[wanted].occurrences)


def test_a_bare_name_is_asked_of_who_serves_it() -> None:
    found = resolved(a=CLIENT, labels='SHOWN = {"small": "Qwen/Qwen3-8B"}\n')
    assert places(found, SERVED) == ["a.py", "labels.py"]
    assert not found.components[WEIGHTS].direct


def test_weights_that_are_loaded_stay_what_they_are() -> None:
    loads = "from transformers import AutoModel\nAutoModel.from_pretrained('Qwen/Qwen3-8B')\n"
    found = resolved(a=CLIENT, b=loads)
    assert places(found, SERVED) == ["a.py"]
    assert "b.py" in places(found, WEIGHTS)
    assert found.components[WEIGHTS].direct


def test_two_services_leave_it_open() -> None:
    other = CLIENT.replace("api.siliconflow.cn", "api.together.xyz")
    found = resolved(a=CLIENT, b=other, c='X = ["Qwen/Qwen3-8B"]\n')
    assert "c.py" in places(found, WEIGHTS)
    assert places(found, SERVED) == ["a.py"]


CONSTANT = 'ASR = "iic/SenseVoiceSmall"\n'
LOADED = "from funasr import AutoModel\nfrom config import ASR\nAutoModel(model=ASR)\n"


def test_a_constant_that_is_loaded_from_another_hub() -> None:
    found = resolved(main=LOADED, config=CONSTANT)
    assert places(found, "model:modelscope/iic/SenseVoiceSmall") == ["config.py"]
    weights = found.components.get("pkg:huggingface/iic/SenseVoiceSmall")
    assert weights is None or not weights.direct


def test_a_name_beside_that_of_another_hub_stays_what_it_is() -> None:
    table = """\
MODELS = {
    "Chat-7B": {
        DownloadSource.DEFAULT: "acme/chat-7b-hf",
        DownloadSource.MODELSCOPE: "acme/chat-7b-hf",
    },
}
"""
    found = resolved(table=table)
    assert found.components["pkg:huggingface/acme/chat-7b-hf"].direct
    assert [p.line for p in found.components["pkg:huggingface/acme/chat-7b-hf"].occurrences] == [3]
    assert [p.line for p in found.components["model:modelscope/acme/chat-7b-hf"].occurrences] == [4]
    assert not [i for i in found.components if "inference" in i]  # a hub is no API of models


@pytest.mark.parametrize("name", ["acme/chat-7b-ms", "modelscope/Chat-7b-ms"])
def test_a_key_that_names_a_hub_means_its_weights(name: str) -> None:
    found = resolved(table=f'X = {{Source.MODELSCOPE: "{name}"}}\n')
    assert [i for i in found.components if i.startswith("model:")] == [f"model:modelscope/{name}"]


def test_where_a_loader_takes_any_name_a_bare_one_may_be_meant_for_it() -> None:
    loads = "from transformers import AutoModel\ndef f(n): AutoModel.from_pretrained(n)\n"
    found = resolved(a=CLIENT, b=loads, c='X = ["Qwen/Qwen3-8B"]\n')
    assert "c.py" in places(found, WEIGHTS)
    assert found.components[WEIGHTS].direct
