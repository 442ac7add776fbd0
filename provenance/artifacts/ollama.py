"""Ollama's manifests: which blob of the store is a model's weights, license, template."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from provenance.artifacts.source import ArtifactError
from provenance.patterns import lazy

MAX_LAYERS = 10_000
_PREFIX = "application/vnd.ollama.image."
_DIGEST = lazy(r"sha256[:-]([0-9a-f]{64})")


class Layer(Struct, frozen=True, kw_only=True):
    """One part of a model: ``model``, ``license``, ``params``, ``adapter`` and the like."""

    kind: str
    sha256: str
    size: int

    @property
    def blob(self) -> str:
        """The name of its file in the store's ``blobs``."""
        return f"sha256-{self.sha256}"


class Manifest(Struct, frozen=True, kw_only=True):
    """The layers of one model in the order they stand."""

    layers: tuple[Layer, ...]

    def of_kind(self, kind: str) -> tuple[Layer, ...]:
        """Return the layers of one kind."""
        return tuple(layer for layer in self.layers if layer.kind == kind)


def read_manifest(data: bytes) -> Manifest:
    """Return the layers of a manifest; those of other programs' kinds are left out.

    Raises:
        ArtifactError: no JSON object with layers, or a digest that is none.
    """
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"no JSON ({type(error).__name__})") from error
    layers = loaded.get("layers") if isinstance(loaded, dict) else None
    if not isinstance(layers, list) or len(layers) > MAX_LAYERS:
        raise ArtifactError("no list of layers")
    return Manifest(layers=tuple(found for item in layers if (found := _layer(item))))


def _layer(item: Any) -> Layer | None:
    kind = item.get("mediaType") if isinstance(item, dict) else None
    if not isinstance(kind, str) or not kind.startswith(_PREFIX):
        return None
    digest, size = item.get("digest"), item.get("size")
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    if match is None or type(size) is not int or size < 0:
        raise ArtifactError("a layer without digest or size")
    return Layer(kind=kind.removeprefix(_PREFIX), sha256=match.group(1), size=size)
