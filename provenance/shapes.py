"""What bare strings look like: files, paths, MIME types, names with a size in them."""

from __future__ import annotations

import re

from provenance import ids
from provenance.patterns import lazy

_MIME = frozenset(
    "application audio font http image message model multipart text video chemical".split()
)
_FOLDERS = frozenset(
    "src lib libs data dataset datasets model models test tests doc docs app apps api bin build "
    "config configs conf checkpoint checkpoints ckpt ckpts output outputs out save saves saved "
    "results weights cache tmp var etc usr opt home mnt assets static public scripts tools utils "
    "examples example packages node_modules train val eval loss metrics refs heads origin "
    "feature feat fix hotfix release bugfix chore dist logs pretrained finetuned finetune "
    "finetuning internal cmd pkg".split()
)
_METHODS = frozenset("lora qlora dora peft sft dpo ppo grpo rlhf ptq qat gptq awq".split())
"""What is done to models."""
_FILE = lazy(
    r"\.(?:py|md|rst|txt|jsonl?|ya?ml|toml|ini|cfg|csv|tsv|parquet|png|jpe?g|gif|svg|webp|html?|"
    r"css|[jt]sx?|vue|sh|ipynb|log|xml|pdf|zip|gz|tar|whl|so|c|cc|cpp|cu|h|hpp|go|rs|java|mp[34]|"
    r"wav|lock|proto|sql|git|pt|pth|ckpt|bin|safetensors|onnx|npz?|pkl)$",
    re.IGNORECASE,
)
PLACEHOLDER_OWNER = (
    r"(?:(?:my|hf|your|some|demo|test)[-_]?)?(?:user|username|org|organi[sz]ation|namespace)\d*"
    r"|owner|author|fake|dummy|foo|fixture|any|some|not-a-[\w-]{1,20}|nonexistent"
)
"""The owner of a repository that documentation writes where a reader is to put one."""
_PLACEHOLDER_OWNER = lazy(PLACEHOLDER_OWNER)
_SIZE = lazy(r"(?:^|[-_.])(?:a?\d+(?:\.\d+)?|\d+x\d+)[bm](?:$|[-_.])", re.IGNORECASE)
_CLOUD = lazy(r"[\w.-]+:(?:[\w.]+-)?cloud")
_TAG = lazy(r"(?:\d{1,2}x|e)?\d{1,3}(?:\.\d{1,2})?[bm](?:-[\w.-]{1,40})?")
_NUMBER = lazy(r"[\d.-]+[bkm]?|v\d+(?:alpha|beta)?\d*", re.IGNORECASE)
"""A number, also of an API's version (``v1/models``)."""


def is_cloud_name(name: str) -> bool:
    """Tell whether a name is marked as what Ollama runs itself; https://docs.ollama.com/cloud."""
    return bool(_CLOUD.fullmatch(name))


def is_tag(text: str) -> bool:
    """Tell whether a text is a tag of Ollama that says a size: ``7b``, ``8x7b-instruct``.

    What its cloud runs has one too (``480b-cloud``), and is no model of a server of one's own.
    """
    return bool(_TAG.fullmatch(text)) and not text.endswith("-cloud")


def is_placeholder_owner(owner: str) -> bool:
    """Tell whether the owner of a repository only stands where a reader is to put one."""
    return bool(_PLACEHOLDER_OWNER.fullmatch(owner.lower()))


def has_size(name: str) -> bool:
    """Tell whether a name has a number of parameters in it (``-7b``, ``8x7B``)."""
    return bool(_SIZE.search(name))


def is_file_name(text: str) -> bool:
    """Tell whether a text ends like the name of a file."""
    return bool(_FILE.search(text))


def as_repository(name: str) -> str:
    """Return a model's name in the form of a hub repository, whoever may own one without.

    Of a path that is its end; a tag behind a colon is no part of the name.
    """
    return "/".join(name.split("/")[-2:]) if "/" in name else f"tag/{name.partition(':')[0]}"


def may_be_repository(text: str) -> bool:
    """Tell whether a text has the form of a hub id and of nothing more usual."""
    if not ids.is_hub_repository(text) or is_file_name(text):
        return False
    namespace, _, name = text.lower().partition("/")
    if name.replace("-", "") in _METHODS or name.endswith(("opt-in", "opt-out")):
        return False  # ``full-parameter/LoRA``: one or the other
    if len(name) < 2 and len(namespace) < 2:
        return False  # ``w/o``, ``n/a``
    if is_placeholder_owner(namespace):
        return False
    return not (namespace in _MIME or namespace in _FOLDERS or _NUMBER.fullmatch(namespace))
