"""Other files are read once, answers found once, and what they rest on is noted for all."""

from __future__ import annotations

from collections import Counter

import pytest

from provenance.siblings import Looked, Siblings, digest_of


class Files:
    """Some files, with how often each was asked for."""

    def __init__(self, **files: str) -> None:
        self.files = {name: text.encode() for name, text in files.items()}
        self.asked: Counter[str] = Counter()

    def __call__(self, path: str) -> bytes | None:
        self.asked[path] += 1
        return self.files.get(path)


def everything(looked: Looked) -> set[str]:
    return set(looked.paths).union(*(everything(part) for part in looked.parts))


def test_a_file_is_read_once_whether_it_is_there_or_not() -> None:
    files = Files(a="1")
    siblings = Siblings(files)
    assert [siblings("a"), siblings("a"), siblings("b"), siblings("b")] == [b"1", b"1", None, None]
    assert files.asked == {"a": 1, "b": 1}
    assert siblings.digests() == {"a": digest_of(b"1"), "b": None}


def test_an_answer_is_found_once_and_noted_by_all_that_ask() -> None:
    siblings = Siblings(Files(a="1", b="2"))
    worked: list[str] = []

    def size() -> int:
        worked.append("size")
        return len(siblings("a") or b"") + len(siblings("gone") or b"")

    notes = []
    for own in ("b", "c"):
        with siblings.noted() as noted:
            siblings(own)
            assert siblings.once("size", size) == 1
        notes.append(noted.done())
    assert worked == ["size"]
    assert [everything(looked) for looked in notes] == [{"a", "gone", "b"}, {"a", "gone", "c"}]
    assert [looked.paths for looked in notes] == [("b",), ("c",)]
    assert notes[0].parts == notes[1].parts


def test_answers_rest_on_answers() -> None:
    siblings = Siblings(Files(a="1"))
    with siblings.noted() as notes:
        siblings.once("outer", lambda: siblings.once("inner", lambda: siblings("a")))
    looked = notes.done()  # what only passes on is left out
    assert (looked.paths, looked.parts) == (("a",), ())


def test_an_answer_that_fails_is_asked_again() -> None:
    siblings = Siblings(Files(a="1"))

    def fails() -> None:
        siblings("a")
        raise ValueError("broken")

    with siblings.noted() as notes:
        for _ in range(2):
            with pytest.raises(ValueError, match="broken"):
                siblings.once("broken", fails)
        siblings("b")
    assert "b" in notes.done().paths


def test_of_a_large_tree_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.siblings.MAX_HELD", 25)
    files = Files(a="x" * 10, b="x" * 10, c="x" * 10, d="x" * 100)
    siblings = Siblings(files)
    for path in "abcd":
        assert siblings(path) == files.files[path]
    assert siblings("a") == b"x" * 10
    assert files.asked == {"a": 2, "b": 1, "c": 1, "d": 1}
    assert siblings.digests() == {path: digest_of(data) for path, data in files.files.items()}
