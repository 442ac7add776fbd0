"""The port ``Ancestry``: bounds on what is read, names of bases, files that changed meanwhile."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.edge import ancestry
from provenance.edge.ancestry import Sketched
from provenance.edge.model_files import open_files
from provenance.edge.sketches import Tables, sketch_of
from provenance.fingerprint import database
from provenance.registry import Registry
from tests.support.weight_files import llama, model_folder

BIG = {"width": 128, "layers": 3}
REGISTRY = Registry()
FILES = {"model:local/m": ("m/model.safetensors",)}


def built(folder: Path, *names: str) -> Path:
    """A database in which one model stands under several names."""
    files = model_folder(folder / "base", llama(1, **BIG))
    model = open_files(files, ["model.safetensors"])
    sketch = sketch_of(model, Tables.of(REGISTRY), witness=True, admit=lambda *_: None)
    path = folder / "bases.db"
    rows = [database.row_of(replace(sketch, name=name)) for name in names]
    path.write_text(database.written(rows, "2026-11-28"))
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    model_folder(tmp_path / "tree" / "m", llama(1, **BIG))
    return tmp_path / "tree"


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("acme/base", "pkg:huggingface/acme/base"),
        ("acme/base@0123abc", "pkg:huggingface/acme/base"),
        ("hf://acme/base", "pkg:huggingface/acme/base"),
        ("pkg:huggingface/acme/base@main", "pkg:huggingface/acme/base"),
        ("model:modelscope/acme/base", "model:modelscope/acme/base"),
        ("https://example.org/base.gguf", "model:url/example.org/base.gguf"),
        ("gpt2", "pkg:huggingface/openai-community/gpt2"),
        ("./bases/one", "model:sketch/./bases/one"),
        ("in house\nbase", "model:sketch/in house base"),
        # What lies in the tree has an id of its own, which no row may claim.
        ("model:local/m", "model:sketch/model:local/m"),
    ],
)
def test_a_row_is_known_by_its_name(tree: Path, tmp_path: Path, name: str, component: str) -> None:
    [link] = Sketched(built(tmp_path, name), tree, REGISTRY).matches(FILES).links
    assert (link.target, link.basis, link.how) == (component, "weights", "unknown")
    assert link.evidence[0].as_of == "2026-11-28"


def test_all_bases_over_the_line_are_told(tree: Path, tmp_path: Path) -> None:
    found = Sketched(built(tmp_path, "acme/b", "acme/a"), tree, REGISTRY).matches(FILES)
    assert [link.target for link in found.links] == [
        "pkg:huggingface/acme/a", "pkg:huggingface/acme/b",
    ]  # fmt: skip
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("bound", "value", "detail"),
    [
        ("MODEL_BYTES", 1000, "bytes would be read, more than 1000"),
        ("SCAN_BYTES", 1000, "more than 1000 bytes would be read in this scan"),
        ("SCAN_SECONDS", -1.0, "not done within -1 s"),
    ],
)
def test_bytes_and_time_are_bounded(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    bound: str, value: float, detail: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(ancestry, bound, value)
    found = Sketched(built(tmp_path, "acme/base"), tree, REGISTRY).matches(FILES)
    assert found.links == ()
    [gap] = found.gaps
    assert (gap.subject, gap.reason) == ("model:local/m", "weights-not-compared")
    assert detail in dict(gap.params)["detail"]


def test_what_is_gone_or_changed_meanwhile_is_a_gap(tree: Path, tmp_path: Path) -> None:
    path = built(tmp_path, "acme/base")
    asked = Sketched(path, tree, REGISTRY)
    path.write_text(path.read_text().replace("acme/base", "acme/evil"))
    [gap] = asked.matches(FILES).gaps
    assert "acme/evil" in dict(gap.params)["detail"]
    (tree / "m" / "model.safetensors").unlink()
    assert asked.matches(FILES).links == ()


def test_a_pipe_for_a_configuration_does_not_hang(tree: Path, tmp_path: Path) -> None:
    (tree / "m" / "config.json").unlink()
    os.mkfifo(tree / "m" / "config.json")
    assert Sketched(built(tmp_path, "acme/base"), tree, REGISTRY).matches(FILES).links
