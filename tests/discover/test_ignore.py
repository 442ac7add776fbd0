""".gitignore: git's rules by pathspec, applied lazily and folder by folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from provenance.discover import Ignore, Walk, is_ignored


def read_paths(root: Path, *names: str, **ignores: str) -> list[str]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    for folder, text in ignores.items():
        (root / folder.strip("_") / ".gitignore").write_text(text)
    walk = Walk(root=root, wanted=lambda path: path.endswith(".py"))
    return [document.path for document in walk.documents()]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ("a.py\n", ["b.py", "sub/c.py"]),
        ("/a.py\n", ["b.py", "sub/a.py", "sub/c.py"]),
        ("sub/\n", ["a.py", "b.py"]),
        ("/sub\n", ["a.py", "b.py"]),
        ("*.py\n!a.py\n", ["a.py", "sub/a.py"]),
        ("*.py\n!/a.py\n", ["a.py"]),
        ("!a.py\n*.py\n", []),
        ("sub/\n!sub/a.py\n", ["a.py", "b.py"]),
        ("sub/*\n!sub/a.py\n", ["a.py", "b.py", "sub/a.py"]),
        ("**/c.py\n", ["a.py", "b.py", "sub/a.py"]),
        ("sub/**\n", ["a.py", "b.py"]),
        ("[ab].py\n", ["sub/c.py"]),
        ("?.py\n", []),
        ("# a.py\n\n   \n", ["a.py", "b.py", "sub/a.py", "sub/c.py"]),
        ("a.py   \n", ["b.py", "sub/c.py"]),
        ("a.py\r\nb.py\r\n", ["sub/c.py"]),
        ("b.py\\\n", ["a.py", "b.py", "sub/a.py", "sub/c.py"]),
        ("\\a.py\n", ["b.py", "sub/c.py"]),
    ],
)
def test_patterns(tmp_path: Path, patterns: str, left: list[str]) -> None:
    names = ("a.py", "b.py", "sub/a.py", "sub/c.py")
    assert read_paths(tmp_path, *names, _=patterns) == left


def test_a_nested_file_speaks_for_its_folder_and_has_the_last_word(tmp_path: Path) -> None:
    names = ("a.py", "sub/a.py", "sub/b.py", "sub/deep/a.py", "sub/deep/b.py", "other/b.py")
    assert read_paths(
        tmp_path, *names, _="a.py\n", sub="!a.py\n/b.py\n"
    ) == ["other/b.py", "sub/a.py", "sub/deep/a.py", "sub/deep/b.py"]  # fmt: skip


def test_ignored_files_and_folders_are_counted(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.py", "b.py", "sub/c.py", "sub/d.py"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".gitignore").write_text("a.py\nsub/\n")
    walk = Walk(root=tmp_path, wanted=lambda path: path.endswith(".py"))
    assert [d.path for d in walk.documents()] == ["b.py"]
    assert walk.ignored == 2


@pytest.mark.parametrize("bad", ["!", "\\", "a.py\\", "[z-a]", "/[z-a]/x", "[", "[[:nope:]]", "//"])
def test_a_line_that_means_nothing_does_not_disable_the_others(tmp_path: Path, bad: str) -> None:
    assert read_paths(tmp_path, "a.py", "b.py", _=f"{bad}\nb.py\n") == ["a.py"]


def test_bytes_that_are_no_text_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\x00\nb.py\n")
    assert read_paths(tmp_path, "a.py", "b.py") == ["a.py"]


def test_a_byte_order_mark_is_not_part_of_the_first_pattern(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfb.py\n")
    assert read_paths(tmp_path, "a.py", "b.py") == ["a.py"]


def test_a_gitignore_that_is_a_folder_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    assert read_paths(tmp_path, "a.py") == ["a.py"]


# -- the lazy prefilter decides as pathspec does on all lines ----------

NAMES = ["a", "b", "ab", "build", "x.py", "a.py", "b.txt", ".env", "a b", "*", "[a]", "é"]
PARTS = [
    *NAMES, "*", "**", "?", "*.py", "a*", "*b", "a*b", "**b", "[ab]", "[!a]", "[a-c].py", "?.py",
    "\\*", "\\[a]", "bu\\ild", "b?ild", "a**b", "***", "", "\\ ", "#", "\\#a", "!a", "\\!a",
]  # fmt: skip
patterns = st.builds(
    lambda negated, rooted, parts, folder, space: (
        f"{negated}{rooted}{'/'.join(parts)}{folder}{space}"
    ),
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
    st.sampled_from(["", "", " ", "\t", "\\ "]),
)
paths = st.builds(
    lambda parts, folder: "/".join(parts) + folder,
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)


def accepted(line: str) -> bool:
    """Whether pathspec takes the line, and the reader would hand it over."""
    if not line.strip() or line.startswith("#"):
        return False
    try:
        GitIgnoreSpec.from_lines([line])
    except Exception:
        return False
    return True


@settings(max_examples=600, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(st.lists(patterns, min_size=1, max_size=6), st.lists(paths, min_size=1, max_size=5))
@example(["build/", "!build/a.py"], ["build/a.py", "build/"])
@example(["*", "!*.py", "!*/"], ["a/x.py", "a/", "b.txt"])
@example([" a", "b\t", "\\ "], ["a", " a", "b"])
def test_the_lazy_filter_equals_pathspec_on_all_lines(lines: list[str], wanted: list[str]) -> None:
    lines = [line for line in lines if accepted(line)]
    spec = GitIgnoreSpec.from_lines(lines)
    lazy = Ignore("", lines)
    for path in wanted:
        assert lazy.check(path) == spec.check_file(path).include, (lines, path)


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(st.lists(patterns, max_size=4), st.lists(patterns, max_size=4), paths)
def test_the_innermost_file_with_an_opinion_decides(
    outer: list[str], inner: list[str], path: str
) -> None:
    outer, inner = [x for x in outer if accepted(x)], [x for x in inner if accepted(x)]
    verdict = GitIgnoreSpec.from_lines(inner).check_file(path).include
    if verdict is None:
        verdict = GitIgnoreSpec.from_lines(outer).check_file(f"sub/{path}").include
    ignores = (Ignore("", outer), Ignore("sub", inner))
    assert is_ignored(f"sub/{path}", ignores) is bool(verdict)


def test_templates_are_there_to_be_shared(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".env*\n*.yaml*\n")
    for name in (".env", ".env.local", ".env.example", "a.yaml", "a.yaml.dist"):
        (tmp_path / name).write_text("x")
    walk = Walk(root=tmp_path, wanted=lambda path: path != ".gitignore")
    assert [document.path for document in walk.documents()] == [".env.example", "a.yaml.dist"]


def test_sources_that_are_kept_out_by_their_names_are_modules_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / ".gitignore").write_text("/app/asking.py\n*_api.py\n!kept.py\n# no.py\n")
    (tmp_path / "app" / ".gitignore").write_text("secret_client.py  \n")
    walk = Walk(root=tmp_path, wanted=lambda path: path.endswith(".py"))
    assert not list(walk.documents())
    assert walk.modules == {"app", "app/asking.py", "app/secret_client.py"}
