"""Whole scans of trees that nobody means well with: the neighbours' findings are still there."""

from __future__ import annotations

import codecs
import io
import json
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import provenance

LOADER = 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/{}-7b")\n'
CLIENT = 'from openai import OpenAI\nOpenAI().responses.create(model="gpt-4o")\n'
NEIGHBOURS = {
    ("service:openai", "app.py", 2), ("model:openai/gpt-4o", "app.py", 2),
    ("pkg:pypi/torch@2.3.1", "requirements.txt", 1),
}  # fmt: skip
GIBIBYTE = 1 << 30
DEEP = 100_000
HANG = 120
"""Seconds after which a scan hangs; none of these takes three."""


class Scanned:
    """One scan of a tree with the neighbours in it, and short views of its report."""

    def __init__(self, tree: Path) -> None:
        put(tree, "app.py", CLIENT)
        put(tree, "requirements.txt", "torch==2.3.1\n")
        done = provenance("scan", tree, "--format", "json", cwd=tree.parent, timeout=HANG)
        assert done.code == 1, done.err  # the neighbours' finding gates, whatever else is there
        self.report: dict[str, Any] = done.json
        self.found = {
            (one["id"], place["path"], place["line"])
            for one in self.report["components"] for place in one.get("occurrences", ())
        }  # fmt: skip
        assert self.found >= NEIGHBOURS

    def gaps(self, reason: str) -> dict[str, int]:
        """Path and line of every gap of a kind."""
        places = [gap["occurrence"] for gap in self.report["gaps"] if gap["reason"] == reason]
        return {place["path"]: place["line"] for place in places}

    def models(self) -> set[tuple[str, str, int]]:
        """Name, path and line of every model of the invented publisher."""
        start = "pkg:huggingface/acme/"
        return {(one.removeprefix(start).removesuffix("-7b"), path, line)
                for one, path, line in self.found if one.startswith(start)}  # fmt: skip

    def no_bug(self) -> None:
        """No reader failed; that would be a gap of this kind."""
        assert self.gaps("extractor-failed") == {}


def put(tree: Path, name: str, content: str | bytes) -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def sparse(tree: Path, name: str, size: int = GIBIBYTE, head: bytes = b"") -> None:
    """A file of a size that takes no room on disk."""
    put(tree, name, head)
    os.truncate(tree / name, size)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


# -- size ----------------------------------------


def test_files_of_no_bytes(tree: Path) -> None:
    silent = ("a.py", "a.yaml", "a.toml", "a.ts", "a.go", "README.md", "Dockerfile", "uv.lock",
              "poetry.lock", "yarn.lock", "Cargo.lock", "go.mod", "Makefile", ".env")  # fmt: skip
    broken = {"a.ipynb": 1, "bom.json": 1, "package.json": 1, "package-lock.json": 1, "pom.xml": 1,
              "a.gguf": 0, "a.safetensors": 0}  # fmt: skip
    for name in (*silent, *broken):
        put(tree, f"empty/{name}", b"")
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.gaps("malformed-file") == {f"empty/{k}": v for k, v in broken.items()}


def test_files_of_a_gibibyte(tree: Path) -> None:
    for name in ("a.py", "a.json", "a.yaml"):
        sparse(tree, name)
    sparse(tree, "zero.gguf")
    sparse(tree, "zero.safetensors")
    sparse(tree, "many.gguf", head=b"GGUF\x03\0\0\0" + b"\xff" * 16)
    sparse(tree, "long.safetensors", head=b"\xff" * 7 + b"\0{")
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.gaps("too-large") == {"a.py": 0, "a.json": 0, "a.yaml": 0}
    assert scanned.gaps("malformed-file") == dict.fromkeys(
        ("zero.gguf", "zero.safetensors", "many.gguf", "long.safetensors"), 0
    )


def test_lines_of_many_megabytes(tree: Path) -> None:
    sparse(tree, "a.js", 50 << 20, b"x")
    put(tree, "b.py", b'x = "' + b"acme/x-7b " * 5_000_000 + b'"')
    loader = LOADER.format("long").encode().rstrip(b"\n")
    put(tree, "c.py", loader + b'; x = "' + b"some words " * 1_300_000 + b'"')
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.gaps("too-large") == {"a.js": 0, "b.py": 0}
    assert scanned.models() == {("long", "c.py", 2)}


# -- depth ----------------------------------------


def test_nesting_without_end(tree: Path) -> None:
    many = "[" * DEEP
    broken = {
        "package.json": '{"dependencies":' * DEEP,
        "bom.json": '{"bomFormat":"CycloneDX","components":' + '[{"components":' * DEEP,
        "lab.ipynb": '{"cells":' + many,
        "train.yaml": "model: " + many,
        "compose.yml": "services: " + "{a: " * DEEP,
        "environment.yml": "dependencies: " + many,
        "pyproject.toml": f"a = {many}{']' * DEEP}",
        "Cargo.toml": "[a" + ".a" * DEEP + "]",
        "app.toml": "model" + ".a" * DEEP + " = 1",
        "pom.xml": "<project>" + "<a>" * DEEP,
        "README.md": f"---\nbase_model: {many}\n---\n",
        "call.py": LOADER.format("call").replace("(", "(" * DEEP).replace(")", ")" * DEEP),
        "minus.py": LOADER.format("minus") + "x = " + "-" * DEEP + "1\n",
    }
    for name, content in broken.items():
        put(tree, name, content)
    put(tree, "steps.yaml", "\n".join(" " * depth + "a:" for depth in range(2_000)) + " model: x")
    put(tree, "app.ts", 'import OpenAI from "openai";\nnew OpenAI(' + "(" * DEEP)
    put(tree, "run.sh", "vllm serve acme/shell-7b\necho " + "$(" * DEEP)
    scanned = Scanned(tree)
    scanned.no_bug()
    assert set(scanned.gaps("malformed-file")) >= set(broken)
    # What is written plainly is found without the syntax tree.
    assert scanned.models() >= {("call", "call.py", 2), ("minus", "minus.py", 2),
                                ("shell", "run.sh", 1)}  # fmt: skip


def test_anchors_that_expand_without_end(tree: Path) -> None:
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    bomb = "\n".join(["a0: &a0 acme/bomb-7b", *rows])
    put(tree, "bomb.yaml", f"model: acme/first-7b\n{bomb}\nbase_model: acme/last-7b\n")
    put(tree, "merge.yaml", "a: &a {<<: *a, model: acme/merge-7b}\n")
    put(tree, "compose.yml", f'services:\n  a: {{image: "redis:7"}}\n{bomb}\n')
    put(tree, "environment.yml", "dependencies: &d\n- numpy\n- *d\n")
    put(tree, "README.md", f"---\nbase_model: acme/card-7b\n{bomb}\n---\n")
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><project>&b;</project>'
    put(tree, "pom.xml", entities)
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.models() >= {
        ("first", "bomb.yaml", 1), ("last", "bomb.yaml", 14), ("merge", "merge.yaml", 1),
        ("card", "README.md", 2),
    }  # fmt: skip
    assert ("pkg:docker/redis@7", "compose.yml", 2) in scanned.found
    assert ("pkg:pypi/numpy", "environment.yml", 2) in scanned.found
    assert scanned.gaps("malformed-file") == {"pom.xml": 1}


# -- text ----------------------------------------


def test_encodings_line_ends_and_dialects(tree: Path) -> None:
    put(tree, "latin.py", b"# \xff\xe9\n" + LOADER.format("latin").encode())
    put(tree, "wide.py", LOADER.format("wide").encode("utf-16"))
    put(tree, "wide/requirements.txt", "numpy==1.26\n".encode("utf-16"))
    put(tree, "mark.py", codecs.BOM_UTF8 + LOADER.format("mark").encode())
    put(tree, "Chat.cs", codecs.BOM_UTF8 + b"using OpenAI;\r\n")
    put(tree, "crlf.py", LOADER.format("crlf").replace("\n", "\r\n"))
    put(tree, "crlf.yaml", "a: 1\r\nmodel: acme/yaml-7b\r\n")
    put(tree, "latin/requirements.txt", b"\xef\xbb\xbfscipy==1.0\r\n# \xff\r\npandas==2\r\n")
    put(tree, "tabs.py", f"if 1:\n\tx = 1\n        y = 2\n{LOADER.format('tabs')}")
    put(tree, "two.py", f'print "x"\n{LOADER.format("two")}exec "a"\n')
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.models() == {
        ("latin", "latin.py", 3), ("wide", "wide.py", 2), ("mark", "mark.py", 2),
        ("crlf", "crlf.py", 2), ("yaml", "crlf.yaml", 2), ("tabs", "tabs.py", 5),
        ("two", "two.py", 3),
    }  # fmt: skip
    assert scanned.found >= {
        ("pkg:pypi/numpy@1.26", "wide/requirements.txt", 1),
        ("pkg:pypi/scipy@1.0", "latin/requirements.txt", 1),
        ("pkg:pypi/pandas@2", "latin/requirements.txt", 3),
        ("pkg:pypi/transformers", "mark.py", 1), ("pkg:nuget/OpenAI", "Chat.cs", 1),
    }  # fmt: skip
    assert scanned.gaps("malformed-file") == {"tabs.py": 3, "two.py": 1}
    assert scanned.gaps("undecodable-bytes") == {"latin/requirements.txt": 0}


def test_notebooks_old_and_broken(tree: Path) -> None:
    cell = {"cell_type": "code", "language": "python", "input": LOADER.format("three")}
    old = {"nbformat": 3, "worksheets": [{"cells": [cell]}]}
    put(tree, "three.ipynb", json.dumps(old).replace('"input"', '\n"input"'))
    put(tree, "cut.ipynb", '{"cells": [{"cell_type": "code",\n "source": ["impo')
    put(tree, "odd.ipynb", '{"cells": {"a": 1}, "nbformat": "x"}')
    put(tree, "list.ipynb", "[1, 2]")
    odd = [{"cell_type": "code", "source": source} for source in ({"a": 1}, [1, None, 2.5], None)]
    put(tree, "source.ipynb", json.dumps({"cells": [*odd, None, 7]}))
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.models() == {("three", "three.ipynb", 2)}
    assert scanned.gaps("malformed-file").get("cut.ipynb") == 2


def test_archives_are_not_opened(tree: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.py", LOADER.format("inside"))
        archive.writestr("../../outside.py", LOADER.format("outside"))
        archive.writestr("zeros", bytes(5_000_000))
    names = ("a.zip", "a.whl", "a.tar.gz", "a.npz", "a.bin", "a.keras", "z.py", "z.yaml", "z.json")
    for name in names:
        put(tree, name, made.getvalue())
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.models() == set()
    assert scanned.gaps("malformed-file").get("a.keras") == 0
    assert not (tree.parent / "outside.py").exists()


# -- names and kinds of files ----------------------------------------


def test_names_that_are_no_names(tree: Path) -> None:
    for name in ("a\nb.py", "a\x1b[31mb.py", "-rf.py", "a b\"'.py", "\u202egpj.py", "a\tb.py"):
        put(tree, name, LOADER.format("name"))
    raw = os.fsencode(tree) + b"/\xff\xfe.py"
    try:
        with open(raw, "wb") as stream:
            stream.write(LOADER.format("name").encode())
    except OSError:
        pytest.skip("this file system takes text only")
    scanned = Scanned(tree)
    scanned.no_bug()
    assert len(scanned.models()) == 7
    page = provenance("scan", tree, cwd=tree.parent, timeout=HANG)
    assert page.code == 1
    assert "\x1b[31mb" not in page.out + page.err  # no file paints the terminal
    assert "\u202e" not in page.out + page.err


def test_links_that_loop_and_pipes(tree: Path) -> None:
    put(tree, "real/inner.py", LOADER.format("inner"))
    for name, target in (("loop", "."), ("real/up", ".."), ("a.py", "b.py"), ("b.py", "a.py"),
                         ("self.py", "self.py"), ("gone.py", "nowhere.py"),
                         ("out.py", "/etc/passwd")):  # fmt: skip
        (tree / name).symlink_to(target)
    for name in ("pipe.py", "pipe.gguf", "requirements-pipe.txt"):
        os.mkfifo(tree / name)
    (tree / "folder.py").mkdir()
    scanned = Scanned(tree)
    scanned.no_bug()
    assert scanned.models() == {("inner", "real/inner.py", 2)}
    assert set(scanned.gaps("broken-link")) == {"a.py", "b.py", "self.py", "gone.py"}
    assert set(scanned.gaps("link-outside-tree")) == {"out.py"}
    pipes = {"pipe.py", "pipe.gguf", "requirements-pipe.txt"}
    assert set(scanned.gaps("not-a-regular-file")) == pipes


def test_files_that_change_while_they_are_read(tree: Path) -> None:
    stop = threading.Event()

    def unrest() -> None:
        long, short = LOADER.format("busy") * 5_000, LOADER.format("busy")
        while not stop.is_set():
            for number in range(5):
                put(tree, f"busy{number}.py", long)
                put(tree, f"busy{number}.py", short)
                (tree / f"busy{number}.py").unlink()
                put(tree, f"new{number}.json", '{"model":')

    thread = threading.Thread(target=unrest)
    thread.start()
    try:
        for _ in range(3):
            scanned = Scanned(tree)
            scanned.no_bug()
            assert {name for name, _, _ in scanned.models()} <= {"busy"}
    finally:
        stop.set()
        thread.join()
