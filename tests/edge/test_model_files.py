"""Models opened wherever they lie; what is broken, gated or a pickle is said as such."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from provenance.artifacts.source import ArtifactError
from provenance.edge.model_files import open_model
from provenance.edge.ranges import Refused, Traffic
from provenance.errors import NothingToAudit, UsageError
from provenance.fingerprint.layout import Model
from tests.support.artifacts import gguf
from tests.support.weight_files import llama, model_folder, safetensors_of, serving


def opened(name: str | Path, *, online: bool = False, **environ: str) -> Model:
    return open_model(str(name), online=online, traffic=Traffic(), environ=environ)


def shards(folder: Path, *, leave_out: str = "") -> Path:
    model = llama(1)
    names = sorted(model)
    parts = {"model-00001-of-00002.safetensors": names[:10],
             "model-00002-of-00002.safetensors": names[10:]}  # fmt: skip
    folder.mkdir()
    weight_map = {name: file for file, held in parts.items() for name in held}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    for file, held in parts.items():
        if file != leave_out:
            (folder / file).write_bytes(safetensors_of({name: model[name] for name in held}))
    return folder


def test_shards_are_one_model(tmp_path: Path) -> None:
    model = opened(shards(tmp_path / "m"))
    assert sum(len(file.tensors) for file in model.files) == len(llama(1))
    assert model.missing == ()


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    model = opened(shards(tmp_path / "m", leave_out="model-00002-of-00002.safetensors"))
    assert model.missing == ("model-00002-of-00002.safetensors",)


def test_a_truncated_shard_is_named(tmp_path: Path) -> None:
    folder = shards(tmp_path / "m")
    cut = folder / "model-00002-of-00002.safetensors"
    cut.write_bytes(cut.read_bytes()[:-100])
    model = opened(folder)
    assert [(name, "beyond the file" in why) for name, why in model.unread] == [(cut.name, True)]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (struct.pack("<Q", 100 * 1024 * 1024) + b'{"' + b" " * 2000, "a header of"),
        (safetensors_of({"a": np.zeros(4, "f4")})[:-4], "beyond the file"),
        (struct.pack("<Q", 70) + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,-4]}}   '
         + b" " * 300, "proper dtype"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 16, "tensors and"),
        (b"PK\x03\x04" + bytes(100), "pickle"),
        (b"\x80\x02}q\x00.", "pickle"),
        (b"plain text", "neither"),
        (b"", "neither"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(tmp_path: Path, data: bytes, detail: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match=detail):
        opened(path)


def test_an_lfs_pointer_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n")
    with pytest.raises(ArtifactError, match="pointer"):
        opened(path)


def test_pickles_are_named_and_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch never'\ntR.")
    with pytest.raises(NothingToAudit, match="never loaded"):
        opened(tmp_path)
    model_folder(tmp_path, llama(1))
    assert opened(tmp_path).unread == (("pytorch_model.bin", "pickle, never loaded"),)


def test_gguf_shapes_are_turned_and_its_norm_is_read_from_metadata(tmp_path: Path) -> None:
    values = {"general.architecture": "llama", "llama.attention.layer_norm_rms_epsilon": 1e-5}
    data = gguf(values, [("blk.0.attn_v.weight", (64, 32), 0, 0)], data=bytes(64 * 32 * 4))
    path = tmp_path / "m.gguf"
    path.write_bytes(data + bytes(64))
    model = opened(path)
    assert model.files[0].tensors[0].shape == (32, 64)
    assert "rms_norm_eps" in model.config


def test_a_remote_name_needs_leave(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies elsewhere"):
        opened("meta-llama/Llama-3.1-8B")
    with pytest.raises(UsageError, match="no such model"):
        opened(str(tmp_path / "nothing" / "there"))
    with pytest.raises(UsageError) as caught:
        opened("owner/name", online=True, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE" in caught.value.hint


def test_a_hub_model_by_its_endpoint_and_revision(tmp_path: Path) -> None:
    folder = shards(tmp_path / "m")
    files = {f"/owner/name/resolve/v2/{p.name}": p.read_bytes() for p in folder.iterdir()}
    files["/owner/name/resolve/v2/config.json"] = b'{"rms_norm_eps": 1e-6}'
    with serving(files) as hub:
        model = opened("owner/name@v2", online=True, HF_ENDPOINT=hub.url, HF_TOKEN="hf_mine")
        assert len(model.files) == 2
        assert model.config == {"rms_norm_eps": 1e-6}
        assert {asked[2] for asked in hub.asked} == {"Bearer hf_mine"}


def test_a_shard_the_hub_does_not_have_is_named(tmp_path: Path) -> None:
    folder = shards(tmp_path / "m", leave_out="model-00001-of-00002.safetensors")
    files = {f"/o/n/resolve/main/{p.name}": p.read_bytes() for p in folder.iterdir()}
    with serving(files) as hub:
        model = opened("o/n", online=True, HF_ENDPOINT=hub.url)
    assert model.missing == ("model-00001-of-00002.safetensors",)


def test_a_url_elsewhere_gets_no_token() -> None:
    with serving({"/f.safetensors": safetensors_of(llama(1))}) as server:
        url = f"{server.url}/f.safetensors"
        opened(url, online=True, HF_TOKEN="hf_mine", HF_ENDPOINT="http://127.0.0.1:9")
        assert {asked[2] for asked in server.asked} == {""}


def test_gated_is_said_as_gated() -> None:
    def gated(handler: object) -> bool:
        handler.send_response(401)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    with serving({}, gated) as hub, pytest.raises(Refused) as caught:
        opened("o/n", online=True, HF_ENDPOINT=hub.url)
    assert (caught.value.reason, "gated" in caught.value.detail) == ("gated", True)
