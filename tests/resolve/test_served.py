"""Bare names of open weights: the service that is asked for them elsewhere in the tree."""

from __future__ import annotations

from provenance.registry import Registry
from provenance.resolve import RESOLVERS
from provenance.resolve.inventory import Inventory, merge
from tests.support.reading import read, vocabulary

WEIGHTS = "pkg:huggingface/Qwen/Qwen3-8B"
SERVED = "model:siliconflow/Qwen/Qwen3-8B"
CLIENT = """\
from openai import OpenAI
client = OpenAI(base_url="https://api.siliconflow.cn/v1")
client.chat.completions.create(model="Qwen/Qwen3-8B", messages=[])
"""


def resolved(**sources: str) -> Inventory:
    """Read Python files by their names, and resolve what they say together."""
    found = merge(
        Inventory(root=".", registry=Registry(), vocabulary=vocabulary(), modules=frozenset()),
        [read(f"{name}.py", text) for name, text in sources.items()],
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


def test_a_bare_name_of_what_another_hub_has() -> None:
    loads = """\
from funasr import AutoModel
from config import ASR
AutoModel(model="iic/SenseVoiceSmall")
"""
    found = resolved(a=loads, config='ASR = "iic/SenseVoiceSmall"\n')
    assert places(found, "model:modelscope/iic/SenseVoiceSmall") == ["a.py", "config.py"]
    weights = found.components.get("pkg:huggingface/iic/SenseVoiceSmall")
    assert weights is None or not weights.direct
