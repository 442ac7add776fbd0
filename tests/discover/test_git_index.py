"""What git tracks, read from an index that git itself wrote."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.discover import Walk
from provenance.discover.git_index import tracked

NAMES = (".env", "build/a.py", "build/deep/b.py", "data/größe ß.txt", "x" * 200 + "/c.py")

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git writes the index")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ("git", "-c", "user.name=a", "-c", "user.email=a@b", *words),
        cwd=folder, check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip


def checkout(folder: Path, *options: str) -> Path:
    git(folder, *options, "init", "-q")
    (folder / ".gitignore").write_text("build/\n.env\n")
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    git(folder, "add", "-f", ".gitignore", *NAMES)
    return folder


@needs_git
@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_of_the_format(tmp_path: Path, version: str) -> None:
    checkout(tmp_path)
    (tmp_path / "later.py").write_text("")
    git(tmp_path, "add", "-N", "later.py")  # an extended entry
    git(tmp_path, "update-index", "--index-version", version)
    listed = set(git(tmp_path, "ls-files", "-z").split("\0")) - {""}
    found = tracked(tmp_path)
    assert {name for name in found if not name.endswith("/")} == listed
    assert {"build/", "build/deep/", "data/"} <= found


@needs_git
def test_longer_hashes(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    (tmp_path / "a.py").write_text("x = 1\n")
    git(tmp_path, "add", "a.py")
    assert tracked(tmp_path) == {"a.py"}


@needs_git
def test_a_tracked_file_is_walked_though_it_is_ignored(tmp_path: Path) -> None:
    checkout(tmp_path)
    (tmp_path / "build" / "made.py").write_text("x = 1\n")
    walk = Walk(root=tmp_path, wanted=lambda path: path.endswith((".py", ".env")))
    found = [document.path for document in walk.documents()]
    assert found == [".env", "build/a.py", "build/deep/b.py", "x" * 200 + "/c.py"]
    assert walk.ignored == 2  # with git's own folder


@given(st.binary(max_size=300))
def test_bytes_that_are_no_index(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()
        for start in (b"", b"DIRC\0\0\0\2\0\0\0\3", b"DIRC\0\0\0\4\xff\xff\xff\xff"):
            (Path(folder) / ".git" / "index").write_bytes(start + data)
            assert isinstance(tracked(Path(folder)), frozenset)


def test_no_index(tmp_path: Path) -> None:
    assert tracked(tmp_path) == frozenset()
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert tracked(tmp_path) == frozenset()
