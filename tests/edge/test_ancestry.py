"""The port ``Ancestry``: bounds on what is read, names of bases, files that changed meanwhile."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from provenance.cli.lineage_run import Lineage
from provenance.cli.lineage_scan import examine
from provenance.edge import ancestry, sketches
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


class Opened:
    """How often files are opened, by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.on = False
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and event == "open" and isinstance(args[0], str | os.PathLike):
            self.counts[Path(args[0]).name] += 1


@pytest.fixture(scope="module")
def ears() -> Opened:
    return Opened()  # an audit hook cannot be taken off again


@pytest.fixture
def opened(ears: Opened) -> Iterator[Counter[str]]:
    ears.counts.clear()
    ears.on = True
    yield ears.counts
    ears.on = False


def many(tree: Path) -> dict[str, tuple[str, ...]]:
    """Three models in a tree, by component."""
    for name in ("n", "o"):
        model_folder(tree / name, llama(1, **BIG))
    return {f"model:local/{name}": (f"{name}/model.safetensors",) for name in "mno"}


def test_the_database_is_read_once_for_all_models(
    tree: Path, tmp_path: Path, opened: Counter[str]
) -> None:
    path, files = built(tmp_path, "acme/base"), many(tree)
    opened.clear()
    asked = Sketched(path, tree, REGISTRY)
    assert asked.database == ("bases.db", hashlib.sha256(path.read_bytes()).hexdigest(), 1)
    assert len(asked.matches(files).links) == 3
    assert opened["bases.db"] == 2  # by the scan, and by this test


def test_lineage_scan_reads_the_database_once_for_all_models(
    tree: Path, tmp_path: Path, opened: Counter[str]
) -> None:
    path = built(tmp_path, "acme/base")
    names = [str(tree / name.rpartition("/")[2]) for name in many(tree)]
    opened.clear()
    run = Lineage.start(online=False, budget=None, tell=lambda _: None)
    assert {examine(run, name, path)["verdict"] for name in names} == {"identical"}
    assert opened["bases.db"] == 1


def test_what_was_checked_is_what_is_compared(tree: Path, tmp_path: Path) -> None:
    """A file that changes, or goes, after it was checked changes no verdict."""
    path = built(tmp_path, "acme/base")
    asked = Sketched(path, tree, REGISTRY)
    path.write_text(path.read_text().replace("acme/base", "acme/evil"))
    first = asked.matches(FILES)
    assert [link.target for link in first.links] == ["pkg:huggingface/acme/base"]
    path.unlink()
    assert asked.matches(FILES) == first


@pytest.mark.parametrize("change", ["row", "whole"])
def test_a_database_too_large_to_keep_is_read_again_and_may_not_change(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(sketches, "KEPT", 1000)
    path = built(tmp_path, "acme/base")
    text = path.read_text()
    asked = Sketched(path, tree, REGISTRY)
    assert len(asked.matches(many(tree)).links) == 3
    if change == "row":
        path.write_text(text.replace("acme/base", "acme/evil"))
    else:
        built(tmp_path, "acme/evil")
    found = asked.matches(FILES)
    assert found.links == ()
    [gap] = found.gaps
    assert "changed while it was used" in dict(gap.params)["detail"]


def test_weights_that_are_gone_meanwhile_are_a_gap(tree: Path, tmp_path: Path) -> None:
    asked = Sketched(built(tmp_path, "acme/base"), tree, REGISTRY)
    (tree / "m" / "model.safetensors").unlink()
    found = asked.matches(FILES)
    assert (found.links, len(found.gaps)) == ((), 1)


def test_a_pipe_for_a_configuration_does_not_hang(tree: Path, tmp_path: Path) -> None:
    (tree / "m" / "config.json").unlink()
    os.mkfifo(tree / "m" / "config.json")
    assert Sketched(built(tmp_path, "acme/base"), tree, REGISTRY).matches(FILES).links
