"""What the tests of the hub look-up share: one model, a Hub for the double, one answer."""

from __future__ import annotations

from typing import Any

from provenance.edge.hub import Hub, HubFailure, HubRecord
from tests.support.hub_double import Behaviour, HubDouble, Repo

NOW = "2026-01-02T03:04:05Z"
A = "pkg:huggingface/ns/a"
CARD = {"license": "mit", "license_name": "n", "license_link": "l", "datasets": ["x/d", "C4"]}
INFO: dict[str, Any] = {
    "sha": "ab" * 20,
    "cardData": {**CARD, "base_model": "ns/card", "base_model_relation": "merge"},
    "baseModels": {"relation": "finetune", "models": [{"_id": "1", "id": "ns/base"}]},
    "tags": ["license:mit", "base_model:ns/tag"],
    "library_name": "transformers",
    "pipeline_tag": "text-generation",
    "gated": "manual",
    "createdAt": "2024-01-02T03:04:05.000Z",
    "lastModified": "2025-02-03T04:05:06.789Z",
    "downloads": 9,
}


def hub(double: HubDouble | str, **changes: Any) -> Hub:
    """A Hub for the double (or a URL); waits are not slept unless `sleep` is given."""
    options: dict[str, Any] = {
        "endpoint": double if isinstance(double, str) else double.url,
        "token": None,
        "cache_dir": None,
        "offline": False,
        "now": lambda: NOW,
        "sleep": lambda _: None,
        "timeout": 5.0,
    }
    return Hub(**{**options, **changes})


def repo(name: str = "ns/a", info: dict[str, Any] | None = None, **behaviour: Any) -> Repo:
    """A model with `info`, INFO unless given."""
    return Repo(name, info=INFO if info is None else info, behaviour=Behaviour(**behaviour))


def one(found: Hub, identifier: str = A) -> HubRecord:
    """The one record."""
    (result,) = found.lookup([identifier])
    assert isinstance(result, HubRecord), result
    return result


def failed(found: Hub, identifier: str = A) -> HubFailure:
    """The one failure."""
    (result,) = found.lookup([identifier])
    assert isinstance(result, HubFailure), result
    assert result.id == identifier and result.detail
    return result
