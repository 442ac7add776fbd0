"""Models in several files: the names shards have, and the index that lists them."""

from __future__ import annotations

import json

from msgspec import Struct

from provenance.artifacts.source import MAX_TENSORS, ArtifactError
from provenance.patterns import lazy

MAX_INDEX = 16 * 1024 * 1024
"""Bytes; an index takes some hundred for a tensor."""

_SHARD = lazy(r"(.+)-(\d{5})-of-(\d{5})(\.[A-Za-z0-9]{1,15})")
_FILE = lazy(r"[\w][\w.-]{0,254}")


def whole_name(name: str) -> str:
    """Return the name the model's file would have in one piece.

    ``model-00001-of-00003.safetensors`` and ``model.safetensors.index.json`` both are
    ``model.safetensors``.
    """
    shard = _SHARD.fullmatch(name)
    return shard.group(1) + shard.group(4) if shard else name.removesuffix(".index.json")


def is_further_shard(name: str) -> bool:
    """Tell whether a name is that of a shard other than the first."""
    shard = _SHARD.fullmatch(name)
    return bool(shard) and shard.group(2) not in ("00000", "00001")  # type: ignore[union-attr]


class ShardIndex(Struct, frozen=True, kw_only=True):
    """The index of a model in several files."""

    files: tuple[str, ...]
    """Sorted; each lies beside the index."""
    tensors: int


def read_index(data: bytes) -> ShardIndex:
    """Return the files an index lists.

    Raises:
        ArtifactError: no JSON, no map of tensors to files, or a file elsewhere.
    """
    if len(data) > MAX_INDEX:
        raise ArtifactError(f"an index of more than {MAX_INDEX} bytes")
    if data.count(b'"') > 8 * MAX_TENSORS:
        raise ArtifactError(f"more than {2 * MAX_TENSORS} tensors")
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"the index is no JSON ({type(error).__name__})") from error
    where = loaded.get("weight_map") if isinstance(loaded, dict) else None
    if not isinstance(where, dict):
        raise ArtifactError("the index has no weight_map")
    files = set()
    for name in where.values():
        if not isinstance(name, str) or not _FILE.fullmatch(name):
            raise ArtifactError("the weight_map names what is no file beside it")
        files.add(name)
    return ShardIndex(files=tuple(sorted(files)), tensors=len(where))
