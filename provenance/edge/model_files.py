"""Opens a model wherever it lies: a file, a folder, a URL, a hub id; headers only."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from provenance.artifacts import gguf, lfs, safetensors, shards
from provenance.artifacts.source import ArtifactError, Source, exactly
from provenance.edge import hub_environment
from provenance.edge.ranges import Client, HttpFile, LocalFile, Refused, Traffic
from provenance.errors import NothingToAudit, UsageError
from provenance.fingerprint.layout import Model, WeightFile
from provenance.patterns import lazy

MAX_SHARDS = 1_000
_MAX_CONFIG = 1 << 20
_HUB = lazy(
    r"(?:pkg:huggingface/|hf://|huggingface:)?([\w.-]{1,96}/[\w.-]{1,96})(?:@([\w.-]{1,100}))?"
)
_INDEX, _WHOLE = "model.safetensors.index.json", "model.safetensors"
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt"})
_ADAPTERS = frozenset({"adapter_model.safetensors"})
_RMS_KEY = ".attention.layer_norm_rms_epsilon"
Open = Callable[[str], Source]


def open_model(name: str, *, online: bool, traffic: Traffic, environ: Mapping[str, str]) -> Model:
    """Return a model's headers.

    Raises:
        UsageError: no such path, or a remote name without leave to go online.
        NothingToAudit: nothing there that can be read.
        ArtifactError: a file that is not what its format demands.
    """
    path = Path(name)
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return _files(name, [path.name], lambda _: LocalFile(path), _config(path.parent))
    hub = _HUB.fullmatch(name)
    url = name if name.startswith(("http://", "https://")) else ""
    if not url and hub is None:
        raise UsageError(f"{name}: no such model", hint="a file, a folder, a URL or owner/name")
    if not online:
        raise UsageError(f"{name} lies elsewhere", hint="--online permits to read it by ranges")
    access = hub_environment.access(environ)
    client = Client(traffic, endpoint=access.endpoint, token=access.token)
    if access.offline:
        raise UsageError(f"{name} lies elsewhere", hint="HF_HUB_OFFLINE is set")
    if url:
        folder, _, file = url.partition("?")[0].rpartition("/")
        beside = _text(client, f"{folder}/config.json", _MAX_CONFIG)
        return _files(name, [file or folder], lambda _: HttpFile(client, url), _loaded(beside))
    assert hub is not None  # noqa: S101 - one of the two
    base = f"{access.endpoint}/{hub[1]}/resolve/{hub[2] or 'main'}"
    return _hub(name, base, client)


def _folder(folder: Path) -> Model:
    return open_files(folder, [entry.name for entry in folder.iterdir() if entry.is_file()])


def open_files(folder: Path, files: Collection[str]) -> Model:
    """Return the headers of one model of which these files of a folder are.

    Raises:
        NothingToAudit, ArtifactError: see :func:`open_model`.
    """
    names = sorted(files)
    tensors = [n for n in names if n.endswith(".safetensors") and n not in _ADAPTERS]
    ggufs = [n for n in names if n.endswith(".gguf")]
    unread = [(n, "pickle, never loaded") for n in names if Path(n).suffix in _PICKLES]
    unread += [(n, "an adapter: merge it, or test its base") for n in names if n in _ADAPTERS]
    missing: list[str] = []
    if _INDEX in names:
        listed = shards.read_index((folder / _INDEX).read_bytes()[: shards.MAX_INDEX + 1]).files
        missing = [n for n in listed if n not in names]
        tensors = [n for n in listed if n in names]
    elif _WHOLE in names:
        tensors = [_WHOLE]
    # One model: where a folder holds several quantizations, the first by name stands for all.
    chosen = tensors or _one_model(ggufs)
    if not chosen:
        said = f": {unread[0][0]} ({unread[0][1]})" if unread else ""
        raise NothingToAudit(f"{folder}: no weights that can be read{said}")
    model = _files(str(folder), chosen, lambda n: LocalFile(folder / n), _config(folder))
    return replace(model, missing=tuple(missing), unread=(*model.unread, *unread))


def _one_model(ggufs: list[str]) -> list[str]:
    first = next((n for n in ggufs if not n.startswith("mmproj")), "")
    return [n for n in ggufs if shards.whole_name(n) == shards.whole_name(first)] if first else []


def _hub(name: str, base: str, client: Client) -> Model:
    index = _text(client, f"{base}/{_INDEX}", shards.MAX_INDEX)
    files = list(shards.read_index(index).files) if index else [_WHOLE]
    config = _loaded(_text(client, f"{base}/config.json", _MAX_CONFIG))
    return _files(name, files, lambda file: HttpFile(client, f"{base}/{file}"), config)


def _text(client: Client, url: str, most: int) -> bytes:
    """Return a small file; nothing where there is none, or one of another size."""
    try:
        source = HttpFile(client, url)
    except Refused as error:
        if error.reason != "not-found":
            raise
        return b""
    return exactly(source, 0, source.size) if source.size <= most else b""


def _files(name: str, names: list[str], opened: Open, config: Mapping[str, Any]) -> Model:
    """Read the header of each file; a shard that cannot be read is named, one alone is an error."""
    if len(names) > MAX_SHARDS:
        raise ArtifactError(f"more than {MAX_SHARDS} files")
    found, missing, unread = [], [], []
    for each in names:
        try:
            file, said = _file(each, opened(each))
        except Refused as error:
            if error.reason != "not-found" or len(names) == 1:
                raise
            missing.append(each)
        except ArtifactError as error:
            if len(names) == 1:
                raise
            unread.append((each, error.detail))
        else:
            found.append(file)
            config = {**said, **config}
    if not found:
        raise NothingToAudit(f"{name}: no weights that can be read")
    return Model(
        name=name, files=tuple(found), config=config, missing=tuple(missing), unread=tuple(unread)
    )


def _file(name: str, source: Source) -> tuple[WeightFile, dict[str, Any]]:
    """Return a file by its header, and what the header says that a configuration would."""
    head = source.read(0, 1024)
    if lfs.read_pointer(head if source.size == len(head) else b""):
        raise ArtifactError("a Git LFS pointer: the weights are not here")
    if head.startswith(gguf.MAGIC):
        header = gguf.read_header(source)
        tensors = tuple(replace(t, shape=t.shape[::-1]) for t in header.tensors)
        rms = any(key.endswith(_RMS_KEY) for key in header.metadata)
        said = {"model_type": header.text("general.architecture")}
        return (
            WeightFile(name=name, source=source, tensors=tensors, gguf=True),
            {**said, **({"rms_norm_eps": 1} if rms else {})},
        )
    if safetensors.is_safetensors(head):
        return WeightFile(
            name=name, source=source, tensors=safetensors.read_header(source).tensors
        ), {}
    if Path(name).suffix in _PICKLES or head[:2] in (b"PK", b"\x80\x02", b"\x80\x04"):
        raise ArtifactError("a pickle or an archive of one: named, never loaded")
    raise ArtifactError("neither safetensors nor GGUF")


def _config(folder: Path) -> Mapping[str, Any]:
    path = folder / "config.json"
    if not path.is_file():  # a pipe of that name would never end
        return {}
    try:
        with path.open("rb") as stream:
            return _loaded(stream.read(_MAX_CONFIG))
    except OSError:
        return {}


def _loaded(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
