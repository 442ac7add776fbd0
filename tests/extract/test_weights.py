"""Files of weights in a tree: what they are, whose they are, and what their headers declare."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.extract.models import weights
from provenance.model import Document, Extraction, LicenseDeclaration
from provenance.siblings import Siblings
from tests.support.artifacts import archive, floats, gguf, onnx, safetensors
from tests.support.reading import (
    component,
    gaps,
    ids,
    lines,
    links,
    places,
    texts,
    vocabulary,
)

BASE = "pkg:huggingface/acme/Acme-7B"
HUB = "service:huggingface-hub"
PICKLE = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(30)
OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
CONFIG = b'{"model_type": "acme", "architectures": ["AcmeForCausalLM"]}'
CARD = b"---\nlicense: mit\nlibrary_name: transformers\n---\n"
F32 = floats(0, 4)
PLAIN = safetensors(F32, bytes(4))


def read(path: str, data: bytes, beside: dict[str, bytes] | None = None) -> Extraction:
    assert weights.accepts(path)
    tree = beside or {}
    return weights.extract(Document(path=path, data=data, sibling=Siblings(tree.get)), vocabulary())


def in_windows(path: str, data: bytes) -> Extraction:
    """Read as the walk hands out large files: a beginning, and the rest on request."""
    document = Document(
        path=path, data=data[: weights.HEAD_BYTES], size=len(data),
        read=lambda offset, length: data[offset : offset + length],
    )  # fmt: skip
    return weights.extract(document, vocabulary())


def derived(found: Extraction) -> set[tuple[str, str | None, str | None]]:
    return {(k.target, k.how, k.basis) for k in found.links if k.relation == "derived-from"}


def written_licenses(found: Extraction) -> list[tuple[str, str]]:
    return [(item.component, item.raw) for item in found.licenses]


def reasons(found: Extraction) -> set[tuple[str, str]]:
    return {(subject, reason) for subject, reason, _ in gaps(found)}


def params(found: Extraction, reason: str) -> dict[str, str]:
    (gap,) = [gap for gap in found.gaps if gap.reason == reason]
    return dict(gap.params)


# -- which files are weights ----------------------------------------


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a/net.safetensors", PLAIN),
        ("a/net.gguf", gguf()),
        ("a/ggml-base.bin", b"lmgg" + bytes(40)),
        ("a/net.onnx", onnx()),
        ("a/net.jit", archive("net/constants.pkl", "net/code/net.py", "net/data.pkl")),
        ("a/net.keras", archive("config.json", "metadata.json", "model.weights.h5")),
        ("a/lid.bin", b"\xba\x16\x4f\x2f" + bytes(40)),
        ("a/net.tflite", b"\x1c\0\0\0TFL3" + bytes(40)),
        ("a/net.npz", archive("layer.weight.npy", "layer.bias.npy")),
        ("a/net.h5", b"\x89HDF\r\n\x1a\n" + bytes(50) + b"keras_version"),
        ("a/tf_model.h5", b"\x89HDF\r\n\x1a\n" + bytes(50)),
        ("a/net.nemo", b"model_config.yaml" + bytes(100)),
        ("a/saved_model.pb", b"\x08\x01\x12\x04\x0a\x02\x08\x01"),
        ("a/inference.pdiparams", bytes(40)),
        ("a/openvino_model.bin", bytes(40)),
        ("a/trees.bst", b"binf" + bytes(40)),
        ("a/trees.cbm", b"CBM1" + bytes(40)),
        ("a/trees.pmml", b'<?xml version="1.0"?>\n<PMML xmlns="http://www.dmg.org/PMML-4_4">'),
    ],
)
def test_a_file_of_weights_is_a_model_of_the_project(path: str, data: bytes) -> None:
    found = read(path, data)
    local = f"model:local/{path}"
    assert ids(found) == {local}
    assert links(found) == {("project:", "contains", local)}
    (place,) = places(found, local)
    assert (place.line, place.as_written, place.confidence) == (0, path[2:], "high")
    assert component(found, local).name == path
    assert not found.gaps


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a/firmware.bin", b"\x7fELF" + bytes(50)),
        ("a/firmware.bin", archive("META-INF/MANIFEST.MF")),
        ("a/cache.bin", b"\x80\x04\x95" + bytes(8) + b"}."),
        ("a/site.pth", b"import acme\n"),
        ("a/page.pt", b"<html tal:content='x'/>"),
        ("a/data.h5", b"\x89HDF\r\n\x1a\n" + bytes(50)),
        ("a/data.npz", archive("x_train.npy", "y_train.npy")),
        ("a/notes.ckpt", b"step 7"),
        ("a/other.pdmodel", b"text\n"),
        ("a/things.pt", archive("word/document.xml")),
        ("a/broken.bin", b"PK\x03\x04" + bytes(50)),
        ("a/empty.pt", b""),
        ("a/cache.pkl", b"\x80\x04\x95" + bytes(8) + b"}."),
        ("a/model.pkl", b"text\n"),
        ("a/rows.pmml", b"<rows/>"),
    ],
)
def test_other_files_with_such_endings_are_passed_over(path: str, data: bytes) -> None:
    assert read(path, data) == Extraction()


@pytest.mark.parametrize("name", ["optimizer.pt", "training_args.bin", "scheduler.pt", "scaler.pt",
                                  "rng_state_0.pth", "sha256-00ff"])  # fmt: skip
def test_state_of_training_and_stray_digests_are_not_wanted(name: str) -> None:
    assert not weights.accepts(f"run/{name}")


@pytest.mark.parametrize("name", ["x.py", "model.json", "index.json", "safetensors", ".gguf"])
def test_other_names_are_not_wanted(name: str) -> None:
    assert not weights.accepts(f"a/{name}")


@pytest.mark.parametrize("name", ["NET.GGUF", "saved_model.pb", "pytorch_model.bin.index.json"])
def test_names_are_wanted_in_any_case(name: str) -> None:
    assert weights.accepts(name)


def test_blobs_of_a_store_are_wanted() -> None:
    assert weights.accepts(f"models/blobs/sha256-{OID}")
    assert ids(read(f"models/blobs/sha256-{OID}", gguf())) == {
        f"model:local/models/blobs/sha256-{OID}"
    }
    assert read(f"models/blobs/sha256-{OID}", b"MIT License\n") == Extraction()


@pytest.mark.parametrize(
    ("path", "data", "format_name"),
    [
        ("a/net.safetensors", b"<html>not found</html>", "safetensors"),
        ("a/net.safetensors", b"", "safetensors"),
        ("a/net.gguf", b"404\n", "GGUF"),
        ("a/net.onnx", b"", "ONNX"),
        ("a/net.tflite", bytes(40), "TFLite"),
        ("a/net.keras", archive("word/document.xml"), "Keras"),
        ("a/net.keras", b"PK\x03\x04" + bytes(9), "Keras"),
    ],
)
def test_an_ending_that_promises_weights_and_holds_none(
    path: str, data: bytes, format_name: str
) -> None:
    found = read(path, data)
    assert gaps(found) == {(path, "malformed-file", 0)}
    assert params(found, "malformed-file")["format"] == format_name
    assert not found.components


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a/net.safetensors", safetensors(floats(0, 8), bytes(4))),
        ("a/net.safetensors", safetensors({}, length=1 << 40)),
        ("a/net.gguf", gguf(version=9)),
        ("a/net.gguf", b"GGUF\x03\0\0\0"),
        ("a/net.onnx", b"\x08\x08\x3a\x7f"),
        ("a/net.pt", b"PK\x03\x04" + bytes(50)),
        ("a/pytorch_model.bin", b"PK\x03\x04" + bytes(50)),
    ],
)
def test_broken_weights_are_weights_and_a_gap(path: str, data: bytes) -> None:
    found = read(path, data)
    assert ids(found) == {f"model:local/{path}"}
    assert (path, "malformed-file", 0) in gaps(found)


# -- pickles ----------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("net.pt", PICKLE),
        ("net.pth", archive("net/data.pkl", "net/data/0", "net/data/1")),
        ("last.ckpt", archive("archive/data.pkl")),
        ("pytorch_model.bin", PICKLE),
        ("net.pdparams", b"\x80\x02}q\x00."),
        ("net.pt", b"\x80\x04\x95" + bytes(8) + b"}."),
        ("model.bin", b"\x80\x03}q\x00."),
        ("model.joblib", b"\x80\x03csklearn.svm._classes\nSVC\nq\x00)"),
        ("iris.pkl", b"\x80\x03csklearn.svm._classes\nSVC\nq\x00)"),
        ("model.joblib", b"\x78\x9c" + bytes(40)),
    ],
)
def test_a_pickle_is_named_and_never_read(name: str, data: bytes) -> None:
    found = read(f"a/{name}", data)
    local = f"model:local/a/{name}"
    assert ids(found) == {local}
    assert gaps(found) == {(local, "pickle-not-read", 0)}
    assert params(found, "pickle-not-read") == {"file": name}
    assert places(found, local)[0].confidence == "medium"


# -- LFS ----------------------------------------


def test_a_pointer_stands_for_weights_that_are_elsewhere() -> None:
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 4096\n"
    found = read("a/net.safetensors", text.encode())
    assert ids(found) == {"model:local/a/net.safetensors"}
    assert gaps(found) == {("model:local/a/net.safetensors", "weights-not-here", 1)}
    assert params(found, "weights-not-here") == {"digest": f"sha256:{OID}", "size": "4096"}


@pytest.mark.parametrize(
    ("name", "models"),
    [("corpus.bin", 0), ("train.h5", 0), ("pytorch_model.bin", 1), ("net.pt", 1), ("net.onnx", 1)],
)
def test_a_pointer_with_an_ending_of_any_data_needs_a_telling_name(name: str, models: int) -> None:
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 4096\n"
    found = read(f"a/{name}", text.encode())
    assert len(found.components) == len(found.gaps) == models


def test_a_pointer_with_a_published_digest_is_that_model() -> None:
    digest = "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 4096\n"
    found = read("a/vision.pt", text.encode())
    clip = "pkg:huggingface/openai/clip-vit-large-patch14"
    (link,) = [k for k in found.links if k.target == clip]
    assert (link.source, link.relation) == ("model:local/a/vision.pt", "same-as")
    assert [item.reference for item in link.evidence] == ["PyPI: openai-clip 1.0.1 clip/clip.py"]
    assert [(p.line, p.confidence) for p in places(found, clip)] == [(2, "medium")]


def test_a_broken_pointer() -> None:
    found = read("a/net.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:7\n")
    assert gaps(found) == {("a/net.pt", "malformed-file", 0)}
    assert not found.components


# -- whose they are ----------------------------------------


@pytest.mark.parametrize(
    ("path", "beside", "model"),
    [
        ("m/model.safetensors", {"m/config.json": CONFIG}, "model:local/m"),
        ("m/model.safetensors", {"m/README.md": CARD}, "model:local/m"),
        ("m/net.safetensors", {"m/adapter_config.json": b'{"peft_type": "LORA"}'}, "model:local/m"),
        ("model.safetensors", {"config.json": CONFIG}, "model:local/."),
        ("m/onnx/net.safetensors", {"m/config.json": CONFIG}, "model:local/m"),
        ("m/unet/net.safetensors", {"m/model_index.json": b"{}"}, "model:local/m"),
        ("m/2_Dense/net.safetensors", {"m/modules.json": b"[]"}, "model:local/m"),
        ("m/sub/net.safetensors", {"m/config.json": CONFIG}, "model:local/m/sub/net.safetensors"),
        ("m/net.safetensors", {"m/config.json": b'{"port": 80}'}, "model:local/m/net.safetensors"),
        ("m/net.safetensors", {"m/README.md": b"# Notes\n"}, "model:local/m/net.safetensors"),
        ("m/net.safetensors", {"m/README.md": b"---\ntask_categories: [x]\n---\n"},
         "model:local/m/net.safetensors"),
        ("net.safetensors", {}, "model:local/net.safetensors"),
    ],
)  # fmt: skip
def test_weights_are_their_folder_s_model_where_it_is_one(
    path: str, beside: dict[str, bytes], model: str
) -> None:
    assert ids(read(path, PLAIN, beside)) == {model}


def test_without_knowledge_of_the_folder_a_file_stands_for_itself() -> None:
    document = Document(path="m/net.safetensors", data=PLAIN)
    assert ids(weights.extract(document, vocabulary())) == {"model:local/m/net.safetensors"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_shards_are_one_model(number: int) -> None:
    name = f"model-0000{number}-of-00003.safetensors"
    found = read(f"m/{name}", PLAIN)
    assert ids(found) == {"model:local/m/model.safetensors"}
    assert places(found, "model:local/m/model.safetensors")[0].as_written == name


def test_only_the_first_shard_of_a_pickle_asks() -> None:
    first = read("m/pytorch_model-00001-of-00002.bin", PICKLE)
    second = read("m/pytorch_model-00002-of-00002.bin", PICKLE)
    assert ids(first) == ids(second) == {"model:local/m/pytorch_model.bin"}
    assert reasons(first) == {("model:local/m/pytorch_model.bin", "pickle-not-read")}
    assert not second.gaps


def test_an_index_is_its_shards_model() -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors",
                            "b": "model-00002-of-00002.safetensors"}}  # fmt: skip
    data = json.dumps(index).encode()
    found = read("m/model.safetensors.index.json", data)
    assert ids(found) == {"model:local/m/model.safetensors"}
    assert lines(found, "model:local/m/model.safetensors") == [1]
    large = json.dumps({"weight_map": {f"t{n}": "m.bin" for n in range(9000)}}).encode()
    assert len(large) > weights.HEAD_BYTES
    assert ids(in_windows("pytorch_model.bin.index.json", large)) == {
        "model:local/pytorch_model.bin"
    }


def test_a_broken_index_is_a_gap() -> None:
    found = read("m/model.safetensors.index.json", b'{"weight_map": {"a": "../b"}}')
    assert gaps(found) == {("m/model.safetensors.index.json", "malformed-file", 0)}
    assert not found.components


def test_weights_in_the_hub_s_cache_are_the_repository_s() -> None:
    revision = "c" * 40
    path = f"hub/models--acme--Acme-7B/snapshots/{revision}/model.safetensors"
    found = read(path, PLAIN)
    model = f"{BASE}@{revision}"
    assert ids(found, "model") == {model}
    assert component(found, model).version == revision
    assert links(found) == {("project:", "contains", model), (model, "delivered-by", HUB)}


# -- what GGUF declares ----------------------------------------


def test_a_base_by_its_address() -> None:
    found = read("a/chat.gguf", gguf({
        "general.name": "Chat", "general.organization": "Other Labs",
        "general.base_model.count": 1, "general.base_model.0.name": "Acme 7B",
        "general.base_model.0.organization": "Acme",
        "general.base_model.0.repo_url": "https://huggingface.co/acme/Acme-7B",
    }))  # fmt: skip
    assert derived(found) == {(BASE, "unknown", "declared")}
    assert (BASE, "delivered-by", HUB) in links(found)
    assert ids(found, "model") == {"model:local/a/chat.gguf", BASE}
    assert lines(found, BASE) == [0]
    assert not found.gaps


@pytest.mark.parametrize(
    ("keys", "how"),
    [
        ({"general.type": "adapter"}, "adapter"),
        ({"general.tags": ["merge"]}, "unknown"),  # of a single base nothing is merged
        ({}, "unknown"),
    ],
)
def test_how_a_single_base_was_used(keys: dict[str, object], how: str) -> None:
    address = {"general.base_model.0.repo_url": "https://huggingface.co/acme/Acme-7B"}
    assert derived(read("a/x.gguf", gguf({**keys, **address}))) == {(BASE, how, "declared")}


def test_a_merge_has_all_its_parents() -> None:
    found = read("a/x.gguf", gguf({
        "general.tags": ["merge"],
        "general.base_model.0.repo_url": "https://huggingface.co/acme/Acme-7B",
        "general.base_model.1.url": "https://hf.co/acme/Other-7B/tree/main",
    }))  # fmt: skip
    assert derived(found) == {
        (BASE, "merge", "declared"),
        ("pkg:huggingface/acme/Other-7B", "merge", "declared"),
    }


@pytest.mark.parametrize(
    ("file_type", "how"), [(0, "conversion"), (1, "conversion"), (32, "conversion"),
                           (15, "quantization")]
)  # fmt: skip
@pytest.mark.parametrize("key", ["huggingface.repository", "repo_url", "url"])
def test_what_a_file_was_converted_from(key: str, file_type: int, how: str) -> None:
    value = "acme/Acme-7B" if "." in key else "https://huggingface.co/acme/Acme-7B"
    data = gguf({f"general.source.{key}": value, "general.file_type": file_type})
    assert derived(read("a/x.gguf", data)) == {(BASE, how, "declared")}


def test_a_base_on_modelscope() -> None:
    found = read("a/x.gguf", gguf(
        {"general.base_model.0.repo_url": "https://www.modelscope.cn/models/acme/Acme-7B"}
    ))  # fmt: skip
    assert derived(found) == {("model:modelscope/acme/Acme-7B", "unknown", "declared")}


@pytest.mark.parametrize(
    ("keys", "subject"),
    [
        ({"organization": "Acme", "name": "Acme 7B"}, "Acme/Acme 7B"),
        ({"repo_url": "https://git.acme.example/x"}, "https://git.acme.example/x"),
        ({"repo_url": "https://huggingface.co/spaces/acme"}, "https://huggingface.co/spaces/acme"),
        ({"repo_url": "https://huggingface.co/acme"}, "https://huggingface.co/acme"),
        ({"name": "Acme"}, "Acme"),
    ],
)
def test_a_base_that_cannot_be_found_by_its_name_is_a_gap(
    keys: dict[str, str], subject: str
) -> None:
    data = gguf({f"general.base_model.0.{key}": value for key, value in keys.items()})
    found = read("a/x.gguf", data)
    assert gaps(found) == {(subject, "base-model-unresolved", 0)}
    assert not derived(found)


def test_names_alone_are_a_question_and_no_claim() -> None:
    found = read("a/x.gguf", gguf({
        "general.name": "Acme 7B", "general.organization": "Acme", "general.basename": "Acme",
    }))  # fmt: skip
    assert ids(found) == {"model:local/a/x.gguf"}
    assert gaps(found) == {("model:local/a/x.gguf", "header-names-no-base", 0)}
    assert params(found, "header-names-no-base") == {
        "names": "organization Acme, basename Acme, name Acme 7B"
    }


@pytest.mark.parametrize(
    ("keys", "raw"),
    [
        ({"general.license": "apache-2.0"}, "apache-2.0"),
        ({"general.license": "other", "general.license.name": "acme-license"}, "acme-license"),
        ({"general.license.name": "acme-license"}, "acme-license"),
    ],
)
def test_the_license_of_a_gguf(keys: dict[str, object], raw: str) -> None:
    found = read("a/x.gguf", gguf(keys))
    (declared,) = found.licenses
    assert isinstance(declared, LicenseDeclaration)
    assert (declared.component, declared.raw) == ("model:local/a/x.gguf", raw)
    assert (declared.evidence.source, declared.evidence.reference) == ("tree", "a/x.gguf:0")


def test_a_license_given_as_other_is_a_gap() -> None:
    found = read("a/x.gguf", gguf({"general.license": "other"}))
    assert reasons(found) == {("model:local/a/x.gguf", "license-other")}
    assert not found.licenses


def test_datasets_of_a_gguf() -> None:
    found = read("a/x.gguf", gguf({
        "general.datasets": ["acme/corpus", "squad", "our own"],
        "general.dataset.0.repo_url": "https://huggingface.co/acme/dialogues",
    }))  # fmt: skip
    assert links(found, "trained-on") == {
        ("model:local/a/x.gguf", "trained-on", f"dataset:huggingface/{name}")
        for name in ("acme/corpus", "rajpurkar/squad", "acme/dialogues")
    }
    assert reasons(found) == {("our own", "short-name-unresolved")}


# -- what safetensors and ONNX declare ----------------------------------------


@pytest.mark.parametrize(
    ("metadata", "how"),
    [
        ({"base_model": "acme/Acme-7B"}, "unknown"),
        ({"ss_sd_model_name": "acme/Acme-7B", "ss_network_module": "networks.lora"}, "adapter"),
        ({"base_model": "https://huggingface.co/acme/Acme-7B",
          "modelspec.architecture": "acme-v1/lora"}, "adapter"),
        ({"modelspec.merged_from": "acme/Acme-7B"}, "merge"),
    ],
)  # fmt: skip
def test_the_base_in_safetensors_metadata(metadata: dict[str, str], how: str) -> None:
    found = read("a/x.safetensors", safetensors(floats(0, 4, **metadata), bytes(4)))
    assert derived(found) == {(BASE, how, "declared")}
    assert not found.gaps


@pytest.mark.parametrize("name", ["sd15.safetensors", "models/sd15.safetensors", "out/checkpoint"])
def test_a_file_s_name_is_no_base_that_could_be_found(name: str) -> None:
    data = safetensors(floats(0, 4, ss_sd_model_name=name), bytes(4))
    found = read("a/x.safetensors", data)
    assert gaps(found) == {(name, "base-model-unresolved", 0)}
    assert ids(found) == {"model:local/a/x.safetensors"}


def test_a_version_of_an_architecture_is_only_a_question() -> None:
    data = safetensors(floats(0, 4, ss_base_model_version="acme_v1", format="pt"), bytes(4))
    found = read("a/x.safetensors", data)
    assert params(found, "header-names-no-base") == {"names": "base model version acme_v1"}


def test_metadata_behind_a_long_header_is_read_through_windows() -> None:
    header = floats(*[n * 4 for pair in ((k, k + 1) for k in range(2000)) for n in pair])
    header["__metadata__"] = {"base_model": "acme/Acme-7B", "modelspec.license": "CC-BY-4.0"}
    data = safetensors(header, bytes(8000))
    assert len(data) > weights.HEAD_BYTES
    found = in_windows("x.safetensors", data)
    assert derived(found) == {(BASE, "unknown", "declared")}
    assert written_licenses(found) == [("model:local/x.safetensors", "CC-BY-4.0")]


def test_onnx_metadata_at_the_end_of_a_large_file() -> None:
    data = onnx({"license": "AGPL-3.0 License (https://acme.example/license)",
                 "base_model": "acme/Acme-7B"}, graph=bytes(1_000_000))  # fmt: skip
    found = in_windows("x.onnx", data)
    assert derived(found) == {(BASE, "unknown", "declared")}
    assert written_licenses(found) == [("model:local/x.onnx", "AGPL-3.0")]
    assert not found.gaps


def test_the_directory_at_the_end_of_a_large_zip_file() -> None:
    data = archive("net/constants.pkl", "net/data/0", content=bytes(500_000))
    assert ids(in_windows("net.pt", data)) == {"model:local/net.pt"}


@pytest.mark.parametrize(("name", "models"), [("crime_embedding.pth", 0), ("lora.pth", 1)])
def test_a_tensor_alone_is_a_model_only_by_its_name(name: str, models: int) -> None:
    found = read(f"kept/{name}", archive("x/data.pkl", "x/data/0", "x/version"))
    assert len(found.components) == len(found.gaps) == models


def test_usage_follows_the_path() -> None:
    found = read("tests/data/x.safetensors", PLAIN)
    assert component(found, "model:local/tests/data/x.safetensors").usage == "test"


# -- whatever the bytes ----------------------------------------

STARTS = {
    "a/x.gguf": gguf({"general.base_model.0.repo_url": "https://huggingface.co/acme/x",
                      "general.license": "mit", "general.datasets": ["a/b"]}),
    "a/x.safetensors": safetensors(floats(0, 4, base_model="acme/x", license="mit"), bytes(4)),
    "a/x.onnx": onnx({"base_model": "acme/x", "license": "mit"}),
    "a/x.pt": archive("x/data.pkl", "x/data/0"),
    "a/x.bin": PICKLE,
    "a/model.safetensors.index.json": b'{"weight_map": {"a": "b.bin"}}',
}  # fmt: skip


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(st.data())
def test_nothing_is_raised_and_every_link_has_its_ends(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(STARTS)))
    whole = bytearray(STARTS[data.draw(st.sampled_from([path, *sorted(STARTS)]))])
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read(path, bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    known = {item.id for item in found.components} | {"project:"}
    assert all({link.source, link.target} <= known for link in found.links)
    for text in texts(found):
        text.encode()
