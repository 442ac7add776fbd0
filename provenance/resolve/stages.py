"""Stages of a component's life here, as the places it stands at tell: train, serve, deploy.

Only words of paths count, each whole. A place that says nothing gives no stage.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from provenance.patterns import lazy
from provenance.resolve.inventory import Inventory

STAGES = ("data", "train", "evaluate", "serve", "application", "infrastructure")
"""In the order of a product's life."""

_WORDS = {
    word: stage
    for stage, words in {
        "data": "preprocess preprocessing prepare preparation ingest ingestion ingester etl crawl "
                "crawler scrape scraper curation",
        "train": "train training trainer trainers finetune finetuning pretrain pretraining sft dpo "
                 "ppo grpo orpo rlhf lora qlora distill distillation",
        "evaluate": "eval evals evaluate evaluation evaluator benchmark benchmarks bench metrics",
        "serve": "serve server serving inference infer deploy deployment worker workers endpoint "
                 "endpoints predict predictor vllm",
        "application": "app apps application web webui ui frontend chat chatbot bot cli client "
                       "streamlit gradio",
        "infrastructure": "dockerfile containerfile docker compose helm chart charts k8s "
                          "kubernetes kustomize terraform tf infra infrastructure ansible github "
                          "gitlab ci devcontainer modelfile",
    }.items()
    for word in words.split()
}  # fmt: skip
_SPLIT = lazy(r"[/._\-\s]+")


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with the stage of every component whose places tell it."""
    for component in tuple(inventory.components.values()):
        found = {
            stage
            for place in component.occurrences
            if place.usage == component.usage
            for stage in stages_of_path(place.path)
        }
        if found:
            inventory.components[component.id] = replace(
                component, stage=tuple(stage for stage in STAGES if stage in found)
            )
    return inventory


@lru_cache(maxsize=4096)
def stages_of_path(path: str) -> tuple[str, ...]:
    """Return the stages that the words of a path name."""
    words = _SPLIT.split(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", path).lower())
    return tuple(dict.fromkeys(_WORDS[word] for word in words if word in _WORDS))
