"""What earlier runs found is used only while it is certainly still true."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgpack
import pytest
from msgspec import Struct

from provenance import descent, model
from provenance.discover import Walk
from provenance.documents import extract_all
from provenance.edge import scan_memory
from provenance.edge.scan_memory import ScanMemory, stamp
from provenance.model import Extraction
from provenance.registry import Registry
from provenance.siblings import digest_of
from provenance.vocabulary import Vocabulary

LATER = 4_000_000_000.0
"""A run so late that every file of the test is old."""
VOCABULARY = Vocabulary(Registry())


class Tree:
    """A tree, its memory, and what the last run had to extract."""

    def __init__(self, root: Path) -> None:
        self.root, self.cache = root / "tree", root / "cache"
        self.root.mkdir()
        self.extracted: list[str] = []

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *, now: float = LATER, stamp: str = "1") -> list[Extraction]:
        self.extracted = []
        memory = ScanMemory(self.root, stamp, folder=self.cache, now=now)
        walk = Walk(root=self.root, wanted=memory.wanted)
        found = extract_all(walk, VOCABULARY, self._spread, memory)
        assert walk.read == len(found)
        return found

    def _spread(
        self, work: Callable[[Sequence[Any]], Any], items: Sequence[Any], sizes: Sequence[int]
    ) -> list[Any]:
        self.extracted = [item.path for item in items]
        assert list(sizes) == [
            1 if item.head else (self.root / item.path).stat().st_size for item in items
        ]
        return [work(items)]

    @property
    def file(self) -> Path:
        (found,) = self.cache.iterdir()
        return found


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.write(
        "app.py",
        "from settings import MODEL\nfrom transformers import AutoModel\n"
        "AutoModel.from_pretrained(MODEL)\n",
    )
    made.write("settings.py", 'MODEL = "acme/acme-7b-chat"\n')
    made.write("requirements.txt", "transformers==4.50.0\n")
    return made


def models(found: list[Extraction]) -> set[str]:
    return {c.id for e in found for c in e.components if c.kind == "model"}


def test_an_unchanged_tree_is_not_read_again(tree: Tree) -> None:
    first = tree.run()
    assert tree.extracted == ["app.py", "requirements.txt", "settings.py"]
    assert models(first) == {"pkg:huggingface/acme/acme-7b-chat"}
    assert tree.run() == first
    assert tree.extracted == []


def test_a_change_reaches_the_files_that_looked_into_it(tree: Tree) -> None:
    tree.run()
    tree.write("settings.py", 'MODEL = "acme/acme-70b-chat"\n')
    assert models(tree.run()) == {"pkg:huggingface/acme/acme-70b-chat"}
    assert tree.extracted == ["app.py", "settings.py"]


def test_a_module_that_appears_is_looked_into(tree: Tree) -> None:
    (tree.root / "settings.py").unlink()
    assert models(tree.run()) == set()
    tree.write("settings.py", 'MODEL = "acme/acme-7b-chat"\n')
    assert models(tree.run()) == {"pkg:huggingface/acme/acme-7b-chat"}
    assert tree.extracted == ["app.py", "settings.py"]


WRAPPED = {
    "lib/far.py": "from transformers import AutoModel\ndef far(name):\n"
    "    return AutoModel.from_pretrained(name)\n",
    "lib/near.py": "from lib.far import far\ndef near(name):\n    return far(name)\n",
    "one.py": 'from lib.near import near\nnear("acme/one")\n',
    "two.py": 'from lib.near import near\nnear("acme/two")\n',
}


def test_a_change_far_away_reaches_all_that_rest_on_it(tree: Tree) -> None:
    for name, text in WRAPPED.items():
        tree.write(name, text)
    first = tree.run()
    assert {"pkg:huggingface/acme/one", "pkg:huggingface/acme/two"} < models(first)
    assert tree.run() == first
    assert tree.extracted == []
    tree.write("lib/far.py", "def far(name):\n    return name\n")
    assert models(tree.run()) == {"pkg:huggingface/acme/acme-7b-chat"}
    assert {"lib/far.py", "lib/near.py", "one.py", "two.py"} == set(tree.extracted)
    tree.write("lib/far.py", WRAPPED["lib/far.py"])
    assert models(tree.run()) == models(first)


def test_what_many_rest_on_is_stored_once(tree: Tree) -> None:
    def entries() -> int:
        tree.run()
        return len(msgpack.unpackb(tree.file.read_bytes()[16:])["looked"])

    for name, text in WRAPPED.items():
        tree.write(name, text)
    few = entries()
    for number in range(20):
        tree.write(f"more{number}.py", WRAPPED["one.py"])
    assert entries() == few


def test_a_file_that_changes_during_the_scan_is_not_relied_on(tree: Tree) -> None:
    memory = ScanMemory(tree.root, "1", folder=tree.cache, now=LATER)
    walk = Walk(root=tree.root, wanted=memory.wanted)

    def halves(work: Callable[[Sequence[Any]], Any], items: Sequence[Any], size: int) -> list[Any]:
        batch = work(items)
        return [batch, batch._replace(results={}, digests={"settings.py": b"something else"})]

    extract_all(walk, VOCABULARY, halves, memory)
    tree.run()
    assert "app.py" in tree.extracted


def test_a_file_that_goes_is_forgotten(tree: Tree) -> None:
    tree.run()
    size = tree.file.stat().st_size
    (tree.root / "requirements.txt").unlink()
    assert len(tree.run()) == 2
    assert tree.file.stat().st_size < size


def test_a_file_just_written_is_read_again_and_told_by_its_bytes(tree: Tree) -> None:
    """Within the grain of time stamps a file can change unseen."""
    now = os.stat(tree.root / "app.py").st_mtime + 1
    first = tree.run(now=now)
    assert tree.run(now=now) == first
    assert tree.extracted == ["app.py", "requirements.txt", "settings.py"]
    stored = msgpack.unpackb(tree.file.read_bytes()[16:])
    assert stored["identities"] == {}


def test_the_same_bytes_under_a_new_time_are_recalled(tree: Tree) -> None:
    first = tree.run()
    for name in ("app.py", "settings.py"):
        os.utime(tree.root / name, (1, 1))
    assert tree.run() == first
    assert tree.run() == first
    assert tree.extracted == []


def test_another_program_starts_anew(tree: Tree) -> None:
    tree.run()
    tree.run(stamp="2")
    assert tree.extracted == ["app.py", "requirements.txt", "settings.py"]


def spoilt(stored: dict[str, Any]) -> list[bytes]:
    results = stored["results"]
    digest, looked, _ = results["app.py"]

    def sealed(content: object) -> bytes:
        data = content if isinstance(content, bytes) else msgpack.packb(content)
        return digest_of(data) + data

    def saying(payload: bytes) -> bytes:
        return sealed({**stored, "results": {"app.py": [digest, looked, payload]}})

    return [
        b"",
        sealed(stored)[:-30],
        sealed(stored).replace(b"transformers", b"transfarmers"),
        sealed(b"\xc1" * 40),
        sealed(b"\x91" * 5_000),  # lists in lists
        sealed([1, 2]),
        sealed({**stored, "results": 3}),
        sealed({**stored, "identities": {"app.py": [1]}}),
        sealed({**stored, "heads": {"app.py": "0"}}),
        saying(b"\xc1"),
        saying(b"\x01"),
        saying(msgpack.packb(msgpack.ExtType(99, b"\x90"))),
        saying(msgpack.packb(msgpack.ExtType(0, b"\x90"))),
    ]


def test_a_spoilt_memory_costs_time_and_no_result(tree: Tree) -> None:
    first = tree.run()
    stored = msgpack.unpackb(tree.file.read_bytes()[16:])
    for content in spoilt(stored):
        tree.file.write_bytes(content)
        assert tree.run() == first
        assert "app.py" in tree.extracted


def test_a_folder_that_refuses_costs_no_result(tree: Tree, tmp_path: Path) -> None:
    first = tree.run()
    tree.cache = tmp_path / "file"
    tree.cache.write_text("no folder")
    assert tree.run() == first


def test_weights_are_read_each_time(tree: Tree) -> None:
    (tree.root / "model.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
    tree.run()
    tree.run()
    assert tree.extracted == ["model.safetensors"]


def test_the_trees_used_last_are_kept(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_memory, "MAX_TREES", 2)
    tree.run()
    own = tree.file
    for number in range(3):
        other = tree.cache / f"{number}.msgpack"
        other.write_bytes(b"")
        os.utime(other, (number, number))
    tree.write("settings.py", 'MODEL = "acme/acme-13b-chat"\n')
    tree.run()
    assert sorted(path.name for path in tree.cache.iterdir()) == sorted([own.name, "2.msgpack"])


def test_the_stamp_follows_code_data_and_overlays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "data" / "a.csv").write_text("a\n")
    (tmp_path / "code" / "a.py").write_text("a = 1\n")

    def now(*overlays: str) -> str:
        return stamp(tmp_path / "code", tmp_path / "data", overlays)

    first = now()
    assert now() == first
    assert now("0af1") != first
    (tmp_path / "data" / "a.csv").write_text("ab\n")
    second = now()
    assert second != first
    (tmp_path / "code" / "b.py").write_text("")
    assert now() not in (first, second)


def test_a_scan_of_an_unchanged_tree_imports_no_reader(tree: Tree) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "provenance", "scan", "-f", "json",
               "--exit-zero", str(tree.root)]  # fmt: skip
    for path in tree.root.rglob("*"):
        os.utime(path, (1, 1))
    time.sleep(scan_memory.SETTLED + 0.1)  # files just written are read once more

    def imported() -> set[str]:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        return {name for name in names if name.startswith("provenance.extract.python")}

    assert "provenance.extract.python.calls" in imported()
    assert imported() == set()


def test_every_part_of_an_extraction_can_be_kept() -> None:
    """A new type in the model has to be known to the memory, or scans would fail."""
    known, seen, pending = set(scan_memory._TYPES), {Extraction}, [Extraction]
    while pending:
        for hint in get_type_hints(pending.pop(), {**vars(model), **vars(descent)}).values():
            for part in _parts(hint):
                if isinstance(part, type) and issubclass(part, Struct):
                    assert part in known, part
                    if part not in seen:
                        seen.add(part)
                        pending.append(part)


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for inner in get_args(hint):
        yield from _parts(inner)
