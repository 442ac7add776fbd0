"""Local stores of models: the hub's cache, ModelScope's, Ollama's, and plain folders.

A store's paths say which repository its files were fetched from. That is how they came
here, and so which model they are, as surely as a loader's literal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias, cast

from msgspec.structs import replace

from provenance import ids
from provenance.artifacts import ollama
from provenance.artifacts.source import ArtifactError
from provenance.extract.collect import Collector
from provenance.extract.models import base_names
from provenance.model import ComponentId, Confidence, Document, Extraction, Occurrence
from provenance.patterns import lazy
from provenance.registry.tables import evidence_of
from provenance.vocabulary import Vocabulary

NAME = "local-store"

Sibling: TypeAlias = Callable[[str], bytes | None] | None

_HUB_CACHE = lazy(r"(?:^|/)models--([^/]+)/snapshots/([^/]+)(?:/|$)")
_MODELSCOPE = lazy(r"(?:^|/)hub/(?:models/)?(?!models/)([\w.-]+)/([\w.-]+)(?=/|$)")
_MODELSCOPE_MARKS = (".msc", ".mdl")
"""Pickled lists that ModelScope's client keeps in a model's folder; never read."""
_MANIFEST = lazy(
    r"(?P<store>.*?/?)manifests/(?P<host>[\w-]+(?:\.[\w-]+)+)/(?P<space>[\w.-]+)/"
    r"(?P<name>[\w.-]+)/(?P<tag>[\w.-]+)"
)


def accepts(path: str) -> bool:
    """Accept Ollama's manifests, and the files that mark a model's folder of ModelScope."""
    name = path.rpartition("/")[2]
    return name in _MODELSCOPE_MARKS or bool(_MANIFEST.fullmatch(path))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the model that a store's own file speaks of."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    folder, _, name = document.path.rpartition("/")
    if name in _MODELSCOPE_MARKS:
        found = _MODELSCOPE.search(folder)
        if found and found.end() == len(folder) and (repository := _unmasked(found)):
            where = collector.occurrence(0, name)
            model = collector.modelscope_model(repository, where)
            collector.link(ids.PROJECT, model, "contains", where)
        return collector.done()
    match = _MANIFEST.fullmatch(document.path)
    if match and b"application/vnd.ollama.image." in document.data:
        try:
            manifest = ollama.read_manifest(document.data)
        except ArtifactError as error:
            collector.gap(collector.path, "malformed-file", detail=error.detail, format="JSON")
        else:
            _manifest(match, manifest, collector, vocabulary)
    return collector.done()


def _manifest(
    match: re.Match[str], manifest: ollama.Manifest, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record a pulled model, by the name it was pulled by, and the blob that holds it."""
    where = collector.occurrence(1, f"{match['name']}:{match['tag']}")
    model = _pulled(match, where, collector, vocabulary)
    collector.link(ids.PROJECT, model, "contains", where)
    for layer in manifest.of_kind("model"):
        path = f"{match['store']}blobs/{layer.blob}"
        digest = collector.occurrence(1, layer.blob)
        file = collector.component(ids.local_model(path), "model", path, digest)
        collector.link(ids.PROJECT, file, "contains", digest)
        # The name is known by its origin, the file by what its header declares.
        collector.link(file, model, "same-as", digest)
        collector.link(model, file, "same-as", digest)
        published(file, layer.sha256, digest, collector, vocabulary)
    for layer in manifest.of_kind("license"):
        collector.gap(model, "license-text-not-read", 1, digest=layer.blob)
    for layer in manifest.of_kind("adapter"):
        collector.gap(model, "adapter-without-base", 1, digest=layer.blob)


def _pulled(
    match: re.Match[str], where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId:
    """Record the model of a manifest; Ollama pulls from its library, hubs, and other hosts."""
    host, repository = match["host"], f"{match['space']}/{match['name']}"
    service = vocabulary.service_of_host(host)
    if service == ids.HUB and ids.is_hub_repository(repository):
        return collector.hub_model(repository, where)
    channel = vocabulary.runtime_channel("ollama")
    if service != channel or channel is None:
        channel, repository = service or ids.service(host), f"{host}/{repository}"
    name = f"{repository.removeprefix('library/')}:{match['tag']}"
    model = collector.component(ids.api_model("ollama", name), "model", name, where)
    collector.link(model, collector.service(channel, where), "delivered-by", where)
    return model


def record_folder(
    folder: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary,
    sibling: Sibling,
) -> ComponentId:  # fmt: skip
    """Record the model whose files lie in a folder: a hub's, where a cache says so, or a local one.

    Args:
        sibling: :attr:`Document.sibling`, through which ModelScope's marks are looked for.
    """
    model = model_of(folder, vocabulary, sibling)
    if model.startswith("model:local/"):
        collector.component(model, "model", folder or ".", where)
    else:
        base_names.seen(model, where, collector)
    collector.link(ids.PROJECT, model, "contains", where)
    return model


def model_of(folder: str, vocabulary: Vocabulary, sibling: Sibling) -> ComponentId:
    """Return the id of the model whose files lie in a folder, recording nothing."""
    repository = _in_modelscope(folder, sibling)
    return (
        _cached(folder, vocabulary)
        or (ids.modelscope_model(repository) if repository else None)
        or ids.local_model(folder)
    )


def published(
    model: ComponentId, sha256: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record which published file of weights one is, where its digest is known."""
    row = vocabulary.descent.published(sha256)
    if row is not None and not ids.same_repository(row.component, model):
        at = replace(where, confidence=cast("Confidence", row.confidence))
        known = base_names.seen(row.component, at, collector)
        collector.link(model, known, "same-as", at, evidence=(evidence_of(row),))


def is_cached(folder: str, sibling: Sibling) -> bool:
    """Tell whether a folder lies in a hub's cache and so has a model's name of its own."""
    return bool(_HUB_CACHE.search(folder) or _in_modelscope(folder, sibling))


def _cached(folder: str, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the repository and revision whose snapshot in the hub's cache a folder is."""
    match = _HUB_CACHE.search(folder)
    if match is None:
        return None
    repository, revision = match.group(1).replace("--", "/"), match.group(2)
    if "/" not in repository:  # a name of the time before namespaces
        repository = ids.short(vocabulary.alias(repository) or "")
    return ids.hub_model(repository, revision) if ids.is_hub_repository(repository) else None


def _in_modelscope(folder: str, sibling: Sibling) -> str | None:
    """Return the repository whose marked folder in ModelScope's cache this is, or is inside."""
    match = _MODELSCOPE.search(folder)
    if match is None or sibling is None:
        return None
    marked = folder[: match.end()]
    if not any(sibling(f"{marked}/{mark}") is not None for mark in _MODELSCOPE_MARKS):
        return None
    return _unmasked(match)


def _unmasked(match: re.Match[str]) -> str | None:
    """Return ``namespace/name``; the cache writes three underscores for a dot."""
    repository = f"{match.group(1)}/{match.group(2).replace('___', '.')}"
    return repository if ids.is_hub_repository(repository) else None
