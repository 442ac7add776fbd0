"""The walk: what is read, in which order, and what becomes a gap instead."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provenance import discover
from provenance.discover import MAX_FILE_BYTES, SKIPPED_FOLDERS, Walk
from tests.support.fenced import fenced

WANTED = ("requirements.txt", "README.md")


def wanted(path: str) -> bool:
    return path.endswith((*WANTED, ".py"))


def plant(root: Path, *names: str, content: str = "acme\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def walk(root: Path, wants: Callable[[str], object] = wanted) -> tuple[list[str], Walk]:
    one = Walk(root=root, wanted=wants)
    return [document.path for document in one.documents()], one


def reasons(one: Walk) -> set[tuple[str, str]]:
    return {(gap.subject, gap.reason) for gap in one.gaps}


# -- order and choice ----------------------------------------


def test_order_is_stable_whatever_the_disk_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "z.py", "b/y.py", "a/x.py", "a/b/w.py", "B/v.py", "a.py", "a-b/u.py")
    first, _ = walk(tmp_path)
    assert first == ["a.py", "z.py", "B/v.py", "a/x.py", "a/b/w.py", "a-b/u.py", "b/y.py"]
    scandir = os.scandir

    class Backwards:
        def __init__(self, folder: Any) -> None:
            with scandir(folder) as listing:
                self.entries = sorted(listing, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> Any:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(discover.os, "scandir", Backwards)
    assert walk(tmp_path)[0] == first


def test_documents_carry_their_bytes_and_the_walk_counts(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt", "notes.txt", "lib/core.py", "venv/x.py")
    one = Walk(root=tmp_path, wanted=wanted)
    documents = {document.path: document.data for document in one.documents()}
    assert documents == {"requirements.txt": b"acme\n", "lib/core.py": b"acme\n"}
    assert (one.seen, one.read, one.ignored) == (3, 2, 1)
    assert one.modules == {"lib", "lib/core.py"}
    assert one.gaps == []


@pytest.mark.parametrize("folder", sorted(SKIPPED_FOLDERS))
def test_folders_of_tools_are_skipped(tmp_path: Path, folder: str) -> None:
    plant(tmp_path, f"{folder}/x.py", f"sub/{folder}/x.py", f"x{folder}/x.py", f"f/{folder}x.py")
    assert walk(tmp_path)[0] == sorted([f"f/{folder}x.py", f"x{folder}/x.py"])


def test_a_file_named_like_a_skipped_folder_is_read(tmp_path: Path) -> None:
    plant(tmp_path, "venv")
    assert walk(tmp_path, lambda path: True)[0] == ["venv"]


def test_a_single_file_is_a_tree_of_one(tmp_path: Path) -> None:
    plant(tmp_path, "requirements.txt", "other.py")
    paths, one = walk(tmp_path / "requirements.txt")
    assert paths == ["requirements.txt"]
    assert (one.seen, one.read) == (1, 1)


def test_an_empty_folder_is_no_trouble(tmp_path: Path) -> None:
    assert walk(tmp_path)[0] == []


@pytest.mark.parametrize(
    "name",
    ["new\nline", "tab\there", "esc\x1b[31mred", "back\\slash", "空 格", " lead", "*?[x]", "-r"],
)
def test_strange_names_are_kept_as_they_are(tmp_path: Path, name: str) -> None:
    plant(tmp_path, f"{name}/requirements.txt", f"{name}.py")
    assert walk(tmp_path)[0] == [f"{name}.py", f"{name}/requirements.txt"]


# -- depth ----------------------------------------


def test_folders_too_deep_are_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "MAX_DEPTH", 3)
    plant(tmp_path, "a/b/c/x.py", "a/b/c/d/y.py", "a/b/c/d/e/z.py")
    paths, one = walk(tmp_path)
    assert paths == ["a/b/c/x.py"]
    assert reasons(one) == {("a/b/c/d", "too-deep")}


def test_the_limit_is_far_from_what_people_make(tmp_path: Path) -> None:
    deep = "/".join("d" for _ in range(60))
    plant(tmp_path, f"{deep}/x.py")
    assert walk(tmp_path)[0] == [f"{deep}/x.py"]


# -- links ----------------------------------------


def test_links_to_files_and_folders_of_the_tree(tmp_path: Path) -> None:
    plant(tmp_path, "real/x.py")
    (tmp_path / "file.py").symlink_to("real/x.py")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "real" / "loop").symlink_to("..")
    (tmp_path / "self").symlink_to(".")
    paths, one = walk(tmp_path)
    assert paths == ["file.py", "real/x.py"]
    assert one.gaps == []


@pytest.mark.parametrize("kind", ["file", "folder", "nothing"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_link_out_of_the_tree_is_a_gap_and_not_followed(
    tmp_path: Path, kind: str, relative: bool
) -> None:
    plant(tmp_path, "outside/x.py", "tree/y.py", "tree-sibling/z.py")
    target = {"file": "outside/x.py", "folder": "tree-sibling", "nothing": "gone.py"}[kind]
    link = tmp_path / "tree" / "link.py"
    link.symlink_to(f"../{target}" if relative else tmp_path / target)
    paths, one = walk(tmp_path / "tree")
    assert paths == ["y.py"]
    assert reasons(one) == {("link.py", "link-outside-tree")}


@pytest.mark.parametrize("target", ["gone.py", "link.py"])
def test_a_broken_link_is_a_gap(tmp_path: Path, target: str) -> None:
    (tmp_path / "link.py").symlink_to(target)
    paths, one = walk(tmp_path)
    assert paths == []
    assert reasons(one) == {("link.py", "broken-link")}


def test_the_tree_itself_may_be_a_link(tmp_path: Path) -> None:
    plant(tmp_path, "real/x.py", "real/y.py")
    (tmp_path / "real" / "z.py").symlink_to("x.py")
    (tmp_path / "tree").symlink_to("real")
    assert walk(tmp_path / "tree")[0] == ["x.py", "y.py", "z.py"]


# -- what cannot be read ----------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", ".gitignore", ".git/HEAD"])
def test_a_pipe_does_not_hang_the_scan(tmp_path: Path, name: str) -> None:
    plant(tmp_path, "x.py", ".git/config")
    os.mkfifo(tmp_path / name)
    code = """
import sys
from pathlib import Path
from provenance.discover import Walk
from provenance.discover.reading import git_revision
root = Path(sys.argv[1])
walk = Walk(root=root, wanted=lambda path: path.endswith((".py", "requirements.txt")))
print([d.path for d in walk.documents()], [(g.subject, g.reason) for g in walk.gaps if
      g.subject == "requirements.txt"], git_revision(root))
"""
    gap = [(name, "not-a-regular-file")] if name == "requirements.txt" else []
    assert fenced(code, str(tmp_path)) == f"['x.py'] {gap} None"


def test_a_gitignore_that_leads_to_an_endless_device_is_not_read(tmp_path: Path) -> None:
    plant(tmp_path, "x.py")
    (tmp_path / ".gitignore").symlink_to("/dev/zero")
    code = """
import sys
from pathlib import Path
from provenance.discover import Walk
walk = Walk(root=Path(sys.argv[1]), wanted=lambda path: path.endswith(".py"))
print([document.path for document in walk.documents()])
"""
    assert fenced(code, str(tmp_path)) == "['x.py']"


def refuse(function: Any, name: str, error: OSError) -> Any:
    def guarded(path: Any, *rest: Any, **named: Any) -> Any:
        if str(path).endswith(name):
            raise error
        return function(path, *rest, **named)

    return guarded


def test_an_unreadable_file_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "a.py", "b.py")
    denied = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(discover.os, "open", refuse(os.open, "a.py", denied))
    paths, one = walk(tmp_path)
    assert paths == ["b.py"]
    assert reasons(one) == {("a.py", "unreadable")}
    assert dict(one.gaps[0].params) == {"detail": "Permission denied"}
    assert one.read == 1


def test_an_unreadable_folder_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "a/x.py", "b/y.py")
    denied = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(discover.os, "scandir", refuse(os.scandir, "/a", denied))
    paths, one = walk(tmp_path)
    assert paths == ["b/y.py"]
    assert reasons(one) == {("a", "unreadable")}


def test_a_read_that_fails_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "a.py")

    def fails(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(discover.os, "read", fails)
    paths, one = walk(tmp_path)
    assert paths == []
    assert reasons(one) == {("a.py", "unreadable")}


def test_a_file_that_vanishes_is_a_gap(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b.py")

    def vanishing(path: str) -> bool:
        if path == "a.py":
            (tmp_path / path).unlink()
        return wanted(path)

    paths, one = walk(tmp_path, vanishing)
    assert paths == ["b.py"]
    assert reasons(one) == {("a.py", "unreadable")}


def test_a_folder_that_vanishes_is_a_gap(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "sub/b.py")
    one = Walk(root=tmp_path, wanted=wanted)
    documents = one.documents()
    assert next(documents).path == "a.py"
    (tmp_path / "sub" / "b.py").unlink()
    (tmp_path / "sub").rmdir()
    assert list(documents) == []
    assert reasons(one) == {("sub", "unreadable")}


def test_a_huge_file_is_a_gap_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "requirements.txt", "x.py")
    os.truncate(tmp_path / "requirements.txt", 200 * 1024 * 1024)
    total, read = [0], os.read

    def counted(handle: int, size: int) -> bytes:
        data = read(handle, size)
        total[0] += len(data)
        return data

    monkeypatch.setattr(discover.os, "read", counted)
    paths, one = walk(tmp_path)
    assert paths == ["x.py"]
    assert reasons(one) == {("requirements.txt", "too-large")}
    assert total[0] < 1024


def test_the_size_limit_is_inclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "MAX_FILE_BYTES", 10)
    plant(tmp_path, "a.py", content="x" * 10)
    plant(tmp_path, "b.py", content="x" * 11)
    paths, one = walk(tmp_path)
    assert paths == ["a.py"]
    assert reasons(one) == {("b.py", "too-large")}
    assert MAX_FILE_BYTES > 1_000_000


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="asks /proc for a file's name")
def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, "MAX_FILE_BYTES", 1000)
    plant(tmp_path, "a.py", "b.py", content="x" * 10)
    fstat = os.fstat

    def growing(handle: int) -> os.stat_result:
        status = fstat(handle)
        path = os.readlink(f"/proc/self/fd/{handle}")
        with open(path, "a") as file:
            file.write("y" * (20 if path.endswith("a.py") else 5000))
        return status

    monkeypatch.setattr(discover.os, "fstat", growing)
    one = Walk(root=tmp_path, wanted=wanted)
    assert [(d.path, len(d.data)) for d in one.documents()] == [("a.py", 30)]
    assert reasons(one) == {("b.py", "too-large")}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_readers_get_utf8_without_a_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "app.py").write_bytes("模型 = 1\n".encode(encoding))
    (document,) = Walk(root=tmp_path, wanted=wanted).documents()
    assert document.data == "模型 = 1\n".encode()
    assert document.sibling
    assert document.sibling("app.py") == document.data
