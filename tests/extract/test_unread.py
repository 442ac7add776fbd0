"""Manifests without a reader are a question, never silence."""

from __future__ import annotations

import pytest

from tests.support.reading import gaps, ids, read


@pytest.mark.parametrize(
    ("path", "manager"),
    [
        ("build.sbt", "sbt"), ("ios/Podfile", "CocoaPods"), ("acme.cabal", "Cabal"),
        ("lua/acme-1.0-1.rockspec", "LuaRocks"), ("MODULE.bazel", "Bazel"),
    ],
)  # fmt: skip
def test_a_manifest_nobody_reads(path: str, manager: str) -> None:
    found = read(path, "whatever it declares\n")
    assert not ids(found)
    assert gaps(found) == {(path, "manifest-unread", 0)}
    assert dict(found.gaps[0].params) == {"manager": manager}
