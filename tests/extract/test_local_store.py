"""Caches and stores of models: the paths and manifests that say what was fetched from where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.extract.collect import Collector
from provenance.extract.models import store as local_store
from provenance.extract.models import weights
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.artifacts import floats, gguf, safetensors
from tests.support.reading import component, gaps, ids, lines, links, places, vocabulary

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
LICENSE = "a" * 64
IMAGE = "application/vnd.ollama.image."
STORE = "ollama/models"
LIBRARY = f"{STORE}/manifests/registry.ollama.ai/library"
BLOB = f"model:local/{STORE}/blobs/sha256-{OID}"
PLAIN = safetensors(floats(0, 4), bytes(4))


def manifest(*layers: tuple[str, str]) -> bytes:
    made = [{"mediaType": IMAGE + kind, "digest": f"sha256:{digest}", "size": 9}
            for kind, digest in layers]  # fmt: skip
    return json.dumps({"schemaVersion": 2, "config": {}, "layers": made}).encode()


def read(path: str, data: bytes = b"") -> Extraction:
    assert local_store.accepts(path)
    return local_store.extract(Document(path=path, data=data), vocabulary())


# -- Ollama ----------------------------------------


def test_a_pulled_model_is_the_library_s_and_its_blob_the_same() -> None:
    found = read(f"{LIBRARY}/llama3/8b", manifest(("model", OID), ("params", "b" * 64)))
    model = "model:ollama/llama3:8b"
    assert ids(found, "model") == {model, BLOB}
    assert links(found) == {
        ("project:", "contains", model),
        ("project:", "contains", BLOB),
        (model, "delivered-by", "service:ollama-library"),
        (model, "same-as", BLOB),
        (BLOB, "same-as", model),
    }
    assert lines(found, model) == [1]
    assert places(found, model)[0].as_written == "llama3:8b"
    assert places(found, BLOB)[0].as_written == f"sha256-{OID}"
    assert not found.gaps


def test_the_blob_of_a_manifest_is_the_file_that_lies_in_the_store() -> None:
    path = f"{STORE}/blobs/sha256-{OID}"
    data = gguf({"general.base_model.0.repo_url": "https://huggingface.co/acme/Acme-7B"})
    found = weights.extract(Document(path=path, data=data), vocabulary())
    assert links(found, "derived-from") == {(BLOB, "derived-from", "pkg:huggingface/acme/Acme-7B")}


def test_a_license_layer_is_a_digest_we_did_not_read() -> None:
    found = read(f"{LIBRARY}/llama3/latest", manifest(("model", OID), ("license", LICENSE)))
    assert gaps(found) == {("model:ollama/llama3:latest", "license-text-not-read", 1)}
    assert found.gaps[0].params == (("digest", f"sha256-{LICENSE}"),)


def test_an_adapter_layer_does_not_say_of_what() -> None:
    found = read(f"{LIBRARY}/mine/latest", manifest(("model", OID), ("adapter", LICENSE)))
    assert gaps(found) == {("model:ollama/mine:latest", "adapter-without-base", 1)}


@pytest.mark.parametrize(
    ("place", "model", "channel"),
    [
        ("registry.ollama.ai/someone/chat/7b", "model:ollama/someone/chat:7b",
         "service:ollama-library"),
        ("hf.co/acme/Acme-7B-GGUF/Q4_K_M", "pkg:huggingface/acme/Acme-7B-GGUF",
         "service:huggingface-hub"),
        ("models.acme.example/team/chat/1.0", "model:ollama/models.acme.example/team/chat:1.0",
         "service:models.acme.example"),
    ],
)  # fmt: skip
def test_models_of_other_owners_and_hosts(place: str, model: str, channel: str) -> None:
    found = read(f"{STORE}/manifests/{place}", manifest(("model", OID)))
    assert component(found, model).kind == "model"
    assert (model, "delivered-by", channel) in links(found)


def test_a_store_at_the_root() -> None:
    path = "manifests/registry.ollama.ai/library/llama3/8b"
    assert f"model:local/blobs/sha256-{OID}" in ids(read(path, manifest(("model", OID))))


@pytest.mark.parametrize(
    "path",
    ["manifests/deployment.yaml", "manifests/base/app/deploy/kustomization.yaml", "latest",
     f"{LIBRARY}/llama3", "k8s/manifests/a/b/c/d", "a/.mdlx"],
)  # fmt: skip
def test_unwanted_paths(path: str) -> None:
    assert not local_store.accepts(path)


def test_other_programs_manifests_say_nothing() -> None:
    path = "manifests/ghcr.io/acme/app/latest"
    assert read(path, b'{"layers": [{"mediaType": "application/vnd.oci.image"}]}') == Extraction()
    assert read(path, b"not json") == Extraction()


@pytest.mark.parametrize(
    "data",
    [b'{"layers": [{"mediaType": "application/vnd.ollama.image.model"}]}',
     manifest(("model", "../../../etc/passwd")), manifest(("model", OID))[:-5]],
)  # fmt: skip
def test_a_broken_manifest_is_a_gap(data: bytes) -> None:
    found = read(f"{LIBRARY}/llama3/8b", data)
    assert gaps(found) == {(f"{LIBRARY}/llama3/8b", "malformed-file", 0)}
    assert not found.components


# -- caches ----------------------------------------


def owner(folder: str, *present: str) -> str:
    """The id of the model whose files lie in a folder, with these other files in the tree."""
    collector = Collector(f"{folder}/x", "test")
    tree = dict.fromkeys(present, b"")
    return local_store.record_folder(
        folder, collector.occurrence(0, "x"), collector, vocabulary(), tree.get
    )


@pytest.mark.parametrize(
    ("folder", "model"),
    [
        ("hub/models--acme--Acme-7B/snapshots/0f0f", "pkg:huggingface/acme/Acme-7B@0f0f"),
        ("models--acme--Acme-7B/snapshots/0f0f/unet", "pkg:huggingface/acme/Acme-7B@0f0f"),
        ("models--bert-base-uncased/snapshots/1a",
         "pkg:huggingface/google-bert/bert-base-uncased@1a"),
        ("models--nobody-knows-this/snapshots/1a",
         "model:local/models--nobody-knows-this/snapshots/1a"),
        ("models--acme--Acme-7B/blobs", "model:local/models--acme--Acme-7B/blobs"),
        ("datasets--acme--corpus/snapshots/1a", "model:local/datasets--acme--corpus/snapshots/1a"),
        ("xmodels--acme--Acme-7B/snapshots/1a",
         "model:local/xmodels--acme--Acme-7B/snapshots/1a"),
    ],
)  # fmt: skip
def test_the_hub_s_cache_by_its_paths(folder: str, model: str) -> None:
    assert owner(folder) == model


@pytest.mark.parametrize("mark", [".msc", ".mdl"])
@pytest.mark.parametrize("store", ["modelscope/hub/models", "modelscope/hub", "hub/models"])
def test_modelscope_s_cache_by_its_marks(store: str, mark: str) -> None:
    folder = f"{store}/acme/Acme-2___5-7B"
    model = "model:modelscope/acme/Acme-2.5-7B"
    assert owner(folder, f"{folder}/{mark}") == model
    assert owner(f"{folder}/onnx", f"{folder}/{mark}") == model
    assert owner(folder) == f"model:local/{folder}"
    found = read(f"{folder}/{mark}", b"\x80\x04]\x94.")
    assert ids(found, "model") == {model}
    assert links(found) == {
        ("project:", "contains", model), (model, "delivered-by", "service:modelscope"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", ["simulink/.mdl", "hub/models/._____temp/acme/.mdl", "hub/models/acme/.mdl"]
)
def test_marks_elsewhere_say_nothing(path: str) -> None:
    assert read(path) == Extraction()


def test_weights_in_modelscope_s_cache() -> None:
    folder = "hub/models/acme/Acme-7B"
    tree = {f"{folder}/.msc": b"\x80\x04]\x94.", f"{folder}/config.json": b'{"model_type": "a"}'}
    document = Document(path=f"{folder}/x.safetensors", data=PLAIN, sibling=Siblings(tree.get))
    found = weights.extract(document, vocabulary())
    assert ids(found, "model") == {"model:modelscope/acme/Acme-7B"}


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(st.data())
def test_nothing_is_raised_and_every_link_has_its_ends(data: st.DataObject) -> None:
    whole = bytearray(manifest(("model", OID), ("license", LICENSE), ("adapter", OID)))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read(f"{LIBRARY}/x/y", bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    known = {item.id for item in found.components} | {"project:"}
    assert all({link.source, link.target} <= known for link in found.links)


def test_a_blob_with_a_published_digest_is_that_model() -> None:
    digest = "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9"
    found = read(f"{LIBRARY}/whisper/tiny", manifest(("model", digest)))
    blob = f"model:local/{STORE}/blobs/sha256-{digest}"
    (link,) = [k for k in found.links if k.target == "pkg:huggingface/openai/whisper-tiny"]
    assert (link.source, link.relation) == (blob, "same-as")
    assert [(item.source, item.confidence) for item in link.evidence] == [("registry", "medium")]
