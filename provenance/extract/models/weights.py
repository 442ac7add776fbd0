"""Files of weights: recognised by their first bytes, read by header and directory alone.

The model is the folder's where its configuration or card makes it one, the hub's in a
hub's cache, else the file's own; shards are one file. No weight is read and nothing is
unpickled: what only a pickle could tell is a gap.
"""

from __future__ import annotations

import re
from functools import lru_cache

from provenance import ids
from provenance.artifacts import gguf, lfs, onnx, safetensors, shards, zipped
from provenance.artifacts.source import ArtifactError
from provenance.extract.collect import Collector
from provenance.extract.models import card as model_card
from provenance.extract.models import claims as weights_claims
from provenance.extract.models import folder as model_folder
from provenance.extract.models import store as local_store
from provenance.model import ComponentId, Document, Extraction, Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "weights"
HEAD_BYTES = 64 * 1024

_ENDINGS = frozenset(
    ".safetensors .gguf .ggml .onnx .pt .pth .ptl .jit .torchscript .bin .ckpt .keras .h5 .hdf5 "
    ".tflite .npz .nemo .pdparams .pdiparams .pdmodel .joblib .pkl .pickle .bst .cbm .pmml".split()
)
_NAMES = frozenset({
    "saved_model.pb", "flax_model.msgpack", "model.safetensors.index.json",
    "diffusion_pytorch_model.safetensors.index.json", "pytorch_model.bin.index.json",
    "tf_model.h5.index.json", "flax_model.msgpack.index.json",
})  # fmt: skip
_PICKLE = lazy(
    rb"\x80[\x02-\x05](?:\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19\.|\x95.{8}|[}\](c)])", re.DOTALL
)
"""PyTorch's legacy magic number, or the way a pickle of protocol 2 to 5 begins."""
_SIGNATURES = (
    (gguf.MAGIC, "GGUF"), (zipped.MAGIC, "zip"), (b"\x89HDF\r\n\x1a\n", "HDF5"),
    (b"lmgg", "GGML"), (b"fmgg", "GGML"), (b"tjgg", "GGML"), (b"algg", "GGML"),
    (b"\xba\x16\x4f\x2f", "fastText"), (b"CBM1", "CatBoost"),
)  # fmt: skip
_BY_NAME = {
    ".onnx": "ONNX", ".nemo": "NeMo", ".pdiparams": "Paddle", ".pdmodel": "Paddle",
    ".pb": "TensorFlow", ".msgpack": "Flax", ".bst": "XGBoost",
}  # fmt: skip
"""Formats without a signature of their own, by endings that mean nothing else."""
_CERTAIN = {".safetensors": "safetensors", ".gguf": "GGUF", ".onnx": "ONNX", ".tflite": "TFLite",
            ".keras": "Keras"}  # fmt: skip
"""Endings that promise a format: a file that is something else is a broken one."""
_OBJECTS = frozenset({".joblib", ".pkl", ".pickle"})
"""Endings of any object of Python; a model only by its name or the library it begins with."""
_ESTIMATORS = lazy(rb"sklearn|xgboost|lightgbm|catboost|torch\b|transformers|spacy")
_PICKLED = frozenset({".pt", ".pth", ".ptl", ".bin", ".ckpt", ".pdparams", ".jit", ".torchscript"})
_AMBIGUOUS = frozenset({".bin", ".h5", ".hdf5", ".npz", *_OBJECTS})
"""Endings of any data: a file that cannot be looked into needs a telling name as well."""
_MODEL_NAME = lazy(r"model|weight|adapter|checkpoint|ckpt|lora|encoder|decoder", re.I)
_NO_MODEL = lazy(
    r"(?:training_args|optimizer|scheduler|scaler)\.(?:bin|pt|pth)|rng_state.*\.pth|random_states.*"
)
"""State of a training run that lies beside checkpoints."""
_BINARY = lazy(rb"[\x00-\x08\x0e-\x1f]")
"""Bytes that no text has."""
_KERAS_MARKS = (b"model_config", b"model_weights", b"layer_names", b"weight_names",
                b"keras_version")  # fmt: skip
_WHOLES = ("model_index.json", "modules.json")
"""Files of a folder whose subfolders are parts of one model."""
_VARIANTS = frozenset({"onnx", "openvino"})
"""Subfolders that hold the same model in another format."""


class _File:
    """A document as the readers of ``artifacts`` want it."""

    def __init__(self, document: Document) -> None:
        self.size = document.size if document.size >= 0 else len(document.data)
        self.read = document.window


def accepts(path: str) -> bool:
    """Accept what may be weights by its name, and the index of shards."""
    ending, name = _ending(path)
    if name.startswith("sha256-"):
        return f"/{path}".endswith(f"/blobs/{name}")
    name = name.lower()
    return (ending in _ENDINGS or name in _NAMES) and not _NO_MODEL.fullmatch(name)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the model a file of weights belongs to, with what its header declares."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    head, (ending, name) = document.data, _ending(document.path)
    try:
        pointer = lfs.read_pointer(head)
    except ArtifactError as error:
        collector.gap(collector.path, "malformed-file", detail=error.detail, format="Git LFS")
        return collector.done()
    if pointer and ending in _AMBIGUOUS and not _MODEL_NAME.search(name):
        return collector.done()  # what it stands for could be any data
    if pointer:
        model = _model(document, collector.occurrence(0, name), collector, vocabulary)
        collector.gap(
            model, "weights-not-here", 1, digest=f"sha256:{pointer.sha256}", size=str(pointer.size)
        )
        where = collector.occurrence(2, f"sha256:{pointer.sha256}")
        local_store.published(model, pointer.sha256, where, collector, vocabulary)
    elif name.endswith(".index.json"):
        _index(document, collector, vocabulary)
    elif found := _format(head, ending, name):
        _weights(found, document, collector, vocabulary)
    elif ending in _CERTAIN:
        detail = "it is empty" if not head else "it does not begin so"
        collector.gap(collector.path, "malformed-file", detail=detail, format=_CERTAIN[ending])
    return collector.done()


def _ending(path: str) -> tuple[str, str]:
    """Return the lower-case ending and the name of a file."""
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return (f".{ending.lower()}" if dot and stem else "", name)


def _format(head: bytes, ending: str, name: str) -> str:
    """Return the format that a file's first bytes and ending show, "" when it is no weights."""
    found = next((word for magic, word in _SIGNATURES if head.startswith(magic)), "")
    if found == "HDF5":
        return found if _is_keras(head, name) else ""
    if found:
        return found
    if head[4:8] == b"TFL3":
        return "TFLite"
    if safetensors.is_safetensors(head) or (ending == ".safetensors" and head[8:9] == b"{"):
        return "safetensors"
    if ending in _PICKLED and _PICKLE.match(head):
        legacy = head[2:3] == b"\x8a"
        return "pickle" if legacy or ending != ".bin" or _MODEL_NAME.search(name) else ""
    if ending in _OBJECTS:
        pickled = _PICKLE.match(head) or (ending == ".joblib" and head[:1] == b"\x78")
        told = _MODEL_NAME.search(name) or _ESTIMATORS.search(head[:4096])
        return "pickle" if pickled and told else ""
    if ending == ".pmml":
        return "PMML" if b"<PMML" in head[:2048] else ""
    if not _BINARY.search(head):
        return ""
    if ending == ".bin" and name.lower().startswith("openvino_"):
        return "OpenVINO"
    return _BY_NAME.get(ending, "")


def _is_keras(head: bytes, name: str) -> bool:
    """Tell Keras's HDF5 files from the many that hold data."""
    return any(mark in head for mark in _KERAS_MARKS) or bool(_MODEL_NAME.search(name))


def _weights(found: str, document: Document, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record a file of weights and what its header declares."""
    ending, name = _ending(document.path)
    claims, trouble = weights_claims.Claims(), ""
    try:
        found, claims = _read(found, document)
    except ArtifactError as error:
        trouble = error.detail
    if found == "tensor" and not _MODEL_NAME.search(name):
        return  # what a program keeps for later: an embedding, features
    if not found or (trouble and found == "zip" and not _must_be_torch(ending, name)):
        if ending in _CERTAIN:
            detail = trouble or "a zip file of other things"
            collector.gap(collector.path, "malformed-file", detail=detail, format=_CERTAIN[ending])
        return
    pickled = found in ("pickle", "pytorch", "tensor")
    where = collector.occurrence(0, name, confidence="medium" if pickled else "high")
    model = _model(document, where, collector, vocabulary)
    weights_claims.record(claims, model, collector, vocabulary)
    if trouble:
        collector.gap(collector.path, "malformed-file", detail=trouble, format=found)
    if pickled and not shards.is_further_shard(name):
        collector.gap(model, "pickle-not-read", file=name)


def _read(found: str, document: Document) -> tuple[str, weights_claims.Claims]:
    """Return what a file is, zip files told apart, and what its header claims."""
    source = _File(document)
    if found == "GGUF":
        return found, weights_claims.of_gguf(gguf.read_header(source))
    if found == "safetensors":
        return found, weights_claims.of_pairs(safetensors.read_header(source).metadata)
    if found == "ONNX":
        return found, weights_claims.of_pairs(onnx.read_header(source).metadata)
    if found == "zip":
        found = zipped.read_directory(source).kind
    return found, weights_claims.Claims()


def _must_be_torch(ending: str, name: str) -> bool:
    """Tell whether a zip file whose directory cannot be read can only be PyTorch's."""
    return ending in _PICKLED - _AMBIGUOUS or (ending == ".bin" and bool(_MODEL_NAME.search(name)))


def _index(document: Document, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the model whose shards an index lists."""
    size = min(max(document.size, len(document.data)), shards.MAX_INDEX + 1)
    try:
        index = shards.read_index(document.window(0, size))
    except ArtifactError as error:
        collector.gap(collector.path, "malformed-file", detail=error.detail, format="JSON")
        return
    where = collector.occurrence(1, f"{len(index.files)} files")
    _model(document, where, collector, vocabulary)


# -- whose weights they are ----------------------------------------


def _model(
    document: Document, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId:
    """Record the model that a file is part of: of its folder, of the one above, or its own."""
    folder, slash, name = document.path.rpartition("/")
    for whole in _folders(folder):
        if _describes_model(document, whole, inside=whole != folder, vocabulary=vocabulary):
            return local_store.record_folder(whole, where, collector, vocabulary, document.sibling)
    path = f"{folder}{slash}{shards.whole_name(name)}"
    model = collector.component(ids.local_model(path), "model", path, where)
    collector.link(ids.PROJECT, model, "contains", where)
    return model


def _folders(folder: str) -> tuple[str, ...]:
    """Return the folders whose model a file may belong to, the likeliest first."""
    above = folder.rpartition("/")[0]
    return (folder, above) if folder else (folder,)


def _describes_model(
    document: Document, folder: str, *, inside: bool, vocabulary: Vocabulary
) -> bool:
    """Tell whether the folder as a whole is one model."""
    if local_store.is_cached(folder, document.sibling):
        return True
    if document.sibling is None:
        return False
    start = f"{folder}/" if folder else ""
    if any(document.sibling(f"{start}{name}") for name in _WHOLES):
        return True
    if inside and document.path[len(start) :].partition("/")[0] not in _VARIANTS:
        return False
    readers = {
        "config.json": model_folder, "adapter_config.json": model_folder, "README.md": model_card,
    }  # fmt: skip
    for name, reader in readers.items():
        data = document.sibling(f"{start}{name}")
        if data and _names_model(reader.NAME, f"{start}{name}", data, vocabulary):
            return True
    return False


@lru_cache(maxsize=8)
def _names_model(reader: str, path: str, data: bytes, vocabulary: Vocabulary) -> bool:
    """Tell whether the reader of a file beside the weights makes its folder a model.

    Asked again for every shard, and so remembered.
    """
    module = model_folder if reader == model_folder.NAME else model_card
    found = module.extract(Document(path=path, data=data), vocabulary)
    wanted = ids.local_model(path.rpartition("/")[0])
    return any(component.id == wanted for component in found.components)
