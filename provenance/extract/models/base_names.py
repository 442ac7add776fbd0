"""What a name in a model's files means as a base: a repository, its address, a path of a cache.

Cards, adapters, merges, headers and left-over traces write the same names; here they are
read alike. What is none of these forms is a gap where it was meant as a declaration, and
nothing where it is only a trace.
"""

from __future__ import annotations

from provenance import ids
from provenance.extract.collect import Collector
from provenance.model import ComponentId, Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

ADDRESS = lazy(
    r"(?:https?://)?(?:www\.)?(?P<host>huggingface\.co|hf\.co|hf-mirror\.com|modelscope\.(?:cn|ai))"
    r"/(?:models/)?(?P<sort>datasets/)?(?!(?:spaces|docs|collections|papers|datasets|models)/)"
    r"(?P<repository>[\w.-]+/[\w.-]+)"
)
"""The page of a repository of a hub, or a file in it."""
_HUB_CACHE = lazy(r"(?:^|[/\\])models--([\w.-]+?)--([\w.-]+)[/\\]snapshots[/\\]([0-9a-f]{40})?")
_MODELSCOPE_CACHE = lazy(r"[/\\]modelscope[/\\]hub[/\\](?:models[/\\])?([\w.-]+)[/\\]([\w.-]+)")
_COMMIT = lazy(r"[0-9a-f]{40}")


def meant(written: str, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the model that a name means, None when it is of no known form."""
    address = ADDRESS.match(written)
    if address and not address["sort"]:
        if address["host"].startswith("modelscope"):
            return ids.modelscope_model(address["repository"])
        written = address["repository"]
    if ids.is_hub_repository(written):
        return ids.hub_model(written)
    return vocabulary.alias(written) or _cached(written)


def _cached(written: str) -> ComponentId | None:
    """Return the repository whose copy in a hub's cache a path leads to."""
    found = _HUB_CACHE.search(written)
    if found and ids.is_hub_repository(name := f"{found[1]}/{found[2]}"):
        return ids.hub_model(name, found[3])
    found = _MODELSCOPE_CACHE.search(written)
    if found and ids.is_hub_repository(name := f"{found[1]}/{found[2].replace('___', '.')}"):
        return ids.modelscope_model(name)
    return None


def record(
    written: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary, *,
    revision: object = None,
) -> ComponentId | None:  # fmt: skip
    """Record the model that is declared as a base; None and a gap when the name means none.

    Args:
        revision: what stands beside the name; a branch moves and says nothing, a commit does not.
    """
    model = meant(written, vocabulary)
    if model is None:
        collector.gap(written, "base-model-unresolved", where)
        return None
    if isinstance(revision, str) and _COMMIT.fullmatch(revision) and ids.version_of(model) is None:
        model = f"{model}@{revision}" if model.startswith("pkg:") else model
    return seen(model, where, collector)


def seen(model: ComponentId, where: Occurrence, collector: Collector) -> ComponentId:
    """Record a model of either hub by its id."""
    if model.startswith("model:modelscope/"):
        return collector.modelscope_model(model.removeprefix("model:modelscope/"), where)
    version = ids.version_of(model)
    if version:
        name = ids.short(ids.without_version(model))
        collector.component(model, "model", name, where, version=version)
    return collector.hub_model(model, where)
