"""Manifests, locks and bills of other ecosystems: whatever the bytes, no exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.extract.bills import sbom
from provenance.extract.locks import cargo as cargo_lock
from provenance.extract.locks import npm as npm_lock
from provenance.extract.locks import pnpm, yarn
from provenance.extract.manifests import cargo, gemfile, go_mod, gradle, maven, npm, nuget
from tests.extract.test_cargo import LOCK as CARGO_LOCK
from tests.extract.test_cargo import MANIFEST as CARGO
from tests.extract.test_gemfile import GEMFILE
from tests.extract.test_gemfile import LOCK as GEMFILE_LOCK
from tests.extract.test_go_mod import MODULE
from tests.extract.test_gradle import CATALOG, GROOVY
from tests.extract.test_maven import POM
from tests.extract.test_npm import MANIFEST as PACKAGE
from tests.extract.test_npm_lock import LOCK as PACKAGE_LOCK
from tests.extract.test_nuget import PROJECT
from tests.extract.test_pnpm import NINE
from tests.extract.test_sbom import JVM
from tests.extract.test_yarn import BERRY, CLASSIC
from tests.support.direct import extracted

SAMPLES = [
    (npm, "package.json", PACKAGE), (npm_lock, "package-lock.json", PACKAGE_LOCK),
    (yarn, "yarn.lock", CLASSIC), (yarn, "yarn.lock", BERRY), (pnpm, "pnpm-lock.yaml", NINE),
    (go_mod, "go.mod", MODULE), (cargo, "Cargo.toml", CARGO),
    (cargo_lock, "Cargo.lock", CARGO_LOCK), (maven, "pom.xml", POM),
    (gradle, "build.gradle", GROOVY), (gradle, "libs.versions.toml", CATALOG),
    (nuget, "App.csproj", PROJECT), (nuget, "packages.lock.json", '{"dependencies": {"x": {}}}'),
    (gemfile, "Gemfile", GEMFILE), (gemfile, "Gemfile.lock", GEMFILE_LOCK), (sbom, "bom.json", JVM),
]  # fmt: skip
each = pytest.mark.parametrize(
    ("module", "path", "sample"),
    SAMPLES,
    ids=[f"{path}-{n}" for n, (_, path, _) in enumerate(SAMPLES)],
)


@each
@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(
    edits=st.lists(
        st.tuples(
            st.integers(0, 4000), st.integers(0, 60),
            st.one_of(st.binary(max_size=6), st.sampled_from([
                b"{", b"}", b"[", b"]", b'"', b"'", b":", b"null", b"1", b"<", b">", b"${", b"\n",
                b"  ", b"@", b"/", b"npm:", b"\xff", b"\x00", b"://", b"\\u0000", b"file:", b"]",
            ])),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_never_raises(module, path, sample, edits) -> None:  # type: ignore[no-untyped-def]
    data = bytearray(sample.encode())
    for at, length, new in edits:
        data[at : at + length] = new
    extracted(module, path, bytes(data))


@each
@settings(max_examples=20, derandomize=True, database=None, deadline=None)
@given(data=st.binary(max_size=200))
def test_never_raises_on_anything(module, path, sample, data) -> None:  # type: ignore[no-untyped-def]
    extracted(module, path, data)


@pytest.mark.parametrize(
    ("module", "path", "data"),
    [
        (gradle, "build.gradle", b"implementation" * 20_000),
        (gradle, "build.gradle", b"implementation " * 20_000),
        (gradle, "build.gradle", b"x = 'a' " * 30_000),
        (gradle, "build.gradle", b"'" + b"\\" * 200_000),
        (gemfile, "Gemfile", b"group " * 40_000),
        (gemfile, "Gemfile", b"gem 'a'" + b", 'b'" * 50_000),
        (go_mod, "go.mod", b"require (" * 30_000),
        (yarn, "yarn.lock", b'"a@1", ' * 30_000 + b":\n"),
        (pnpm, "pnpm-lock.yaml", b"lockfileVersion: 9\npackages:\n" + b"  ? ? : : \n" * 20_000),
        (maven, "pom.xml", b"<project>" + b"${a}" * 50_000 + b"</project>"),
        (cargo, "Cargo.toml", b"[" * 100_000),
        (sbom, "bom.json", b'{"bomFormat": "CycloneDX", "name": "' * 10_000),
        (npm_lock, "package-lock.json",
         b'{"packages": {"' + b"a/" * 50_000 + b'node_modules/b": {"dependencies": {"c": "1"}}}}'),
    ],
)  # fmt: skip
def test_repetition_stays_cheap(module, path, data) -> None:  # type: ignore[no-untyped-def]
    begin = time.process_time()
    extracted(module, path, data)
    assert time.process_time() - begin < 20
