"""The small texts among artifacts: LFS pointers, indexes of shards, Ollama's manifests."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.artifacts.lfs import Pointer, read_pointer
from provenance.artifacts.ollama import Layer, read_manifest
from provenance.artifacts.shards import ShardIndex, is_further_shard, read_index, whole_name
from provenance.artifacts.source import ArtifactError
from tests.support.artifacts import detail

bounded = settings(max_examples=100, deadline=None, database=None, derandomize=True)
OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"
IMAGE = "application/vnd.ollama.image."


# -- LFS ----------------------------------------


@pytest.mark.parametrize("text", [POINTER, POINTER.replace("\n", "\r\n"), POINTER + "ext-0-a b\n"])
def test_a_pointer(text: str) -> None:
    assert read_pointer(text.encode()) == Pointer(sha256=OID, size=12345)


@pytest.mark.parametrize("data", [b"", b"GGUF", b"version 1\n", POINTER.encode() + bytes(2000)])
def test_other_files_are_no_pointers(data: bytes) -> None:
    assert read_pointer(data) is None


@pytest.mark.parametrize(
    "text", [POINTER.replace(OID, OID[:-1]), POINTER.replace("12345", "-1"), POINTER[:60]]
)
def test_a_broken_pointer_is_refused(text: str) -> None:
    assert "without digest or size" in detail(read_pointer, text.encode())


# -- shards ----------------------------------------


@pytest.mark.parametrize(
    ("name", "whole", "further"),
    [
        ("model-00001-of-00003.safetensors", "model.safetensors", False),
        ("model-00003-of-00003.safetensors", "model.safetensors", True),
        ("model.safetensors.index.json", "model.safetensors", False),
        ("acme-7b-Q4_K_M-00002-of-00002.gguf", "acme-7b-Q4_K_M.gguf", True),
        ("model.fp16-00001-of-00002.safetensors", "model.fp16.safetensors", False),
        ("model.safetensors", "model.safetensors", False),
        ("model-1-of-3.bin", "model-1-of-3.bin", False),
    ],
)
def test_the_names_of_shards(name: str, whole: str, further: bool) -> None:
    assert (whole_name(name), is_further_shard(name)) == (whole, further)


def test_an_index() -> None:
    text = {"metadata": {"total_size": 9},
            "weight_map": {"a": "m-00002-of-00002.bin", "b": "m-00001-of-00002.bin",
                           "c": "m-00001-of-00002.bin"}}  # fmt: skip
    assert read_index(json.dumps(text).encode()) == ShardIndex(
        files=("m-00001-of-00002.bin", "m-00002-of-00002.bin"), tensors=3
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON"), ("[" * 100_000, "no JSON"), ("[]", "weight_map"), ("{}", "weight_map"),
        ('{"weight_map": {"a": 1}}', "no file beside"),
        ('{"weight_map": {"a": "../../etc/passwd"}}', "no file beside"),
        ('{"weight_map": {"a": "/etc/passwd"}}', "no file beside"),
        ('{"weight_map": {"a": ""}}', "no file beside"),
        ('"' * 800_001, "more than 200000 tensors"),
    ],
)  # fmt: skip
def test_a_broken_index_is_refused(text: str, why: str) -> None:
    assert why in detail(read_index, text.encode())


# -- Ollama ----------------------------------------


def test_a_manifest() -> None:
    text = {"layers": [
        {"mediaType": IMAGE + "model", "digest": f"sha256:{OID}", "size": 10},
        {"mediaType": "application/vnd.oci.image.layer", "digest": "x", "size": 1},
        {"mediaType": IMAGE + "license", "digest": f"sha256:{'0' * 64}", "size": 2},
    ]}  # fmt: skip
    found = read_manifest(json.dumps(text).encode())
    assert found.of_kind("model") == (Layer(kind="model", sha256=OID, size=10),)
    assert found.of_kind("model")[0].blob == f"sha256-{OID}"
    assert [layer.kind for layer in found.layers] == ["model", "license"]


@pytest.mark.parametrize("digest", ["../../../etc/passwd", "sha256:" + "g" * 64, None, 7,
                                    f"sha256:{OID}/..", f"md5:{OID}"])  # fmt: skip
def test_a_digest_that_is_none_is_refused(digest: object) -> None:
    text = {"layers": [{"mediaType": IMAGE + "model", "digest": digest, "size": 1}]}
    assert "without digest" in detail(read_manifest, json.dumps(text).encode())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"layers": {}}', "[" * 100_000])
def test_other_json_is_no_manifest(text: str) -> None:
    assert detail(read_manifest, text.encode())


@pytest.mark.parametrize("read", [read_pointer, read_index, read_manifest])
@bounded
@given(data=st.binary(max_size=60) | st.text(max_size=30).map(
    lambda text: (POINTER[:50] + text).encode("utf-8", "replace")))  # fmt: skip
def test_whatever_the_bytes_nothing_else_is_raised(read, data: bytes) -> None:
    try:
        read(data)
    except ArtifactError as error:
        assert error.detail
