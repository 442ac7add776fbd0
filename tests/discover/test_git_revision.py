"""The commit of a checkout, read from ``.git`` without running git."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.discover.reading import git_revision

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


@pytest.fixture
def git(tmp_path: Path) -> Path:
    folder = tmp_path / ".git"
    (folder / "refs" / "heads" / "team").mkdir(parents=True)
    return folder


def test_no_checkout(tmp_path: Path) -> None:
    assert git_revision(tmp_path) is None


def test_a_branch(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/team/main\n")
    (git / "refs" / "heads" / "team" / "main").write_text(f"{SHA}\n")
    assert git_revision(git.parent) == SHA


def test_a_detached_head(git: Path) -> None:
    (git / "HEAD").write_text(f"{SHA}\n")
    assert git_revision(git.parent) == SHA


def test_packed_refs(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(
        "# pack-refs with: peeled fully-peeled sorted\n"
        f"{OTHER} refs/heads/not-main\n{OTHER} refs/remotes/refs/heads/main\n"
        f"{SHA} refs/heads/main\n^{OTHER}\n"
    )
    assert git_revision(git.parent) == SHA


def test_a_loose_ref_is_newer_than_a_packed_one(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text(SHA)
    (git / "packed-refs").write_text(f"{OTHER} refs/heads/main\n")
    assert git_revision(git.parent) == SHA


def test_a_branch_without_commit(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert git_revision(git.parent) is None


def test_a_sha_256_repository_keeps_all_64_digits(git: Path) -> None:
    long = SHA + "0123456789abcdef01234567"
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text(f"{long}\n")
    assert git_revision(git.parent) == long
    (git / "HEAD").write_text(f"{long}\n")
    assert git_revision(git.parent) == long


@pytest.mark.parametrize("head", ["", "abc", "ref: ", "z" * 40, f"{SHA} and more", "ref: refs"])
def test_what_is_no_commit_is_none(git: Path, head: str) -> None:
    (git / "HEAD").write_text(head)
    assert git_revision(git.parent) is None


def test_a_ref_that_holds_no_commit_is_none(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text("a secret of forty letters, by some mistake")
    assert git_revision(git.parent) is None


def test_bytes_that_are_no_text_are_none(git: Path) -> None:
    (git / "HEAD").write_bytes(b"\xff\xfe\x00")
    assert git_revision(git.parent) is None


@pytest.mark.parametrize("form", ["absolute", "parents", "link"])
def test_a_ref_never_leads_out_of_the_repository(git: Path, tmp_path: Path, form: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text(SHA)
    name = {"absolute": str(outside), "parents": "../outside", "link": "refs/heads/main"}[form]
    if form == "link":
        (git / "refs" / "heads" / "main").symlink_to(outside)
    (git / "HEAD").write_text(f"ref: {name}\n")
    assert git_revision(git.parent) is None
