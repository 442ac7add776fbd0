"""Cargo.toml and Cargo.lock."""

from __future__ import annotations

from provenance.extract.locks import cargo as cargo_lock
from provenance.extract.manifests import cargo
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, links, places, requirement

MANIFEST = """\
    [package]
    name = "chat"
    license = "MIT OR Apache-2.0"

    [dependencies]
    async-openai = "0.25"
    candle = { package = "candle-core", version = "=0.8.1", optional = true }
    near = { path = "crates/near" }
    far = { path = "../far" }
    tch = { git = "https://github.com/acme/tch-rs", branch = "main" }
    serde.workspace = true

    [dependencies.tokenizers]
    version = "*"

    [dev-dependencies]
    insta = "1"

    [build-dependencies]
    cc = "1.0"

    [target.'cfg(target_os = "linux")'.dependencies]
    cudarc = "0.12"

    [workspace.dependencies]
    serde = { version = "1.0.200", features = ["derive"] }
"""

LOCK = """\
    version = 3

    [[package]]
    name = "chat"
    version = "0.1.0"
    dependencies = [
     "async-openai",
     "rand 0.8.5",
     "near",
    ]

    [[package]]
    name = "near"
    version = "0.1.0"

    [[package]]
    name = "async-openai"
    version = "0.25.0"
    source = "registry+https://github.com/rust-lang/crates.io-index"
    checksum = "aa"
    dependencies = [
     "rand 0.9.0",
     "lost",
    ]

    [[package]]
    name = "rand"
    version = "0.8.5"
    source = "registry+https://github.com/rust-lang/crates.io-index"

    [[package]]
    name = "rand"
    version = "0.9.0"
    source = "git+https://github.com/acme/rand?branch=main#0a1b2c"
"""


def manifest(content: str) -> Extraction:
    return extracted(cargo, "Cargo.toml", content)


def lock(content: str) -> Extraction:
    return extracted(cargo_lock, "Cargo.lock", content)


def test_declared_crates() -> None:
    found = manifest(MANIFEST)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:cargo/async-openai": "used",
        "pkg:cargo/candle-core@0.8.1": "optional",
        "pkg:cargo/tch": "used",
        "pkg:cargo/serde": "used",
        "pkg:cargo/tokenizers": "used",
        "pkg:cargo/insta": "development",
        "pkg:cargo/cc": "development",
        "pkg:cargo/cudarc": "used",
    }
    assert ("pkg:cargo/tch", "delivered-by", "service:github") in links(found)
    assert gaps(found) == {("far", "local-requirement", 9)}
    assert found.project_name == "chat"


def test_features_that_build_for_an_accelerator() -> None:
    found = manifest('[features]\ncuda = ["candle-core/cuda"]\nmetal = []\nserde = []\n')
    assert {(c.id, c.usage) for c in found.components} == {
        ("platform:nvidia-cuda", "optional"), ("platform:apple-mps", "optional"),
    }  # fmt: skip
    assert lines(found, "platform:apple-mps") == [3]


def test_lines_and_requirements() -> None:
    found = manifest(MANIFEST)
    assert lines(found, "pkg:cargo/candle-core@0.8.1") == [7]
    assert lines(found, "pkg:cargo/serde") == [11, 26]
    assert lines(found, "pkg:cargo/tokenizers") == [13]
    assert lines(found, "pkg:cargo/cudarc") == [23]
    assert requirement(found, "pkg:cargo/async-openai") == "0.25"
    assert requirement(found, "pkg:cargo/serde") == "1.0.200"  # inherited
    assert requirement(found, "pkg:cargo/tokenizers") is None
    assert places(found, "pkg:cargo/insta")[0].as_written == 'insta = "1"'
    (declared,) = found.licenses
    assert (declared.raw, declared.evidence.reference) == ("MIT OR Apache-2.0", "Cargo.toml:3")


def test_locked_crates() -> None:
    found = lock(LOCK)
    assert links(found) == {
        ("project:", "depends-on", "pkg:cargo/async-openai@0.25.0"),
        ("project:", "depends-on", "pkg:cargo/rand@0.8.5"),
        ("pkg:cargo/async-openai@0.25.0", "depends-on", "pkg:cargo/rand@0.9.0"),
        ("pkg:cargo/rand@0.9.0", "delivered-by", "service:github"),
        ("pkg:cargo/async-openai@0.25.0", "delivered-by", "service:crates-io"),
        ("pkg:cargo/rand@0.8.5", "delivered-by", "service:crates-io"),
    }
    assert component(found, "pkg:cargo/rand@0.8.5").direct
    assert not component(found, "pkg:cargo/rand@0.9.0").direct
    assert lines(found, "pkg:cargo/async-openai@0.25.0") == [7, 17]
    assert gaps(found) == {("lost", "not-in-lock", 23)}


def test_broken_files_are_gaps() -> None:
    assert gaps(manifest("[dependencies\n")) == {("Cargo.toml", "malformed-file", 1)}
    assert gaps(lock('[[package]]\nversion = "1"\n')) == {("Cargo.lock", "malformed-file", 1)}
    assert ids(manifest("dependencies = 3\n[target]\nx = 1\n")) == set()
