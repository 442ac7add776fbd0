"""Swift: packages by the address of their repository, as the package manager knows them."""

from __future__ import annotations

import pytest

from tests.support.reading import component, gaps, ids, lines, links, read, requirement

MANIFEST = """\
// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "Acme",
    dependencies: [
        .package(url: "https://github.com/MacPaw/OpenAI.git", from: "0.2.4"),
        .package(name: "Anthropic", url: "git@github.com:acme/anthropic-swift.git", exact: "1.3.0"),
        // .package(url: "https://github.com/acme/old", branch: "main"),
        .package(
            url: "https://gitlab.example.com/ml/tools",
            branch: "main"
        ),
        .package(path: "../Local"),
    ],
    targets: [.target(name: "Acme", dependencies: [.product(name: "OpenAI", package: "OpenAI")])]
)
"""
OPENAI = "pkg:swift/github.com/MacPaw/OpenAI"


def test_manifest() -> None:
    found = read("Package.swift", MANIFEST)
    assert ids(found, "package") == {
        OPENAI, "pkg:swift/github.com/acme/anthropic-swift@1.3.0",
        "pkg:swift/github.com/acme/old", "pkg:swift/gitlab.example.com/ml/tools",
    }  # fmt: skip
    assert lines(found, OPENAI) == [7]
    assert requirement(found, OPENAI) == 'from: "0.2.4"'
    assert component(found, "pkg:swift/github.com/acme/old").usage == "commented"
    assert lines(found, "pkg:swift/gitlab.example.com/ml/tools") == [11]
    assert (OPENAI, "delivered-by", "service:github") in links(found)


PINS = """\
{"pins": [
  {"identity": "openai", "location": "https://github.com/MacPaw/OpenAI.git",
   "state": {"revision": "ab", "version": "0.2.9"}},
  {"location": 3}, 4], "version": 2}
"""
OLD_PINS = """\
{"object": {"pins": [
  {"package": "OpenAI", "repositoryURL": "https://github.com/MacPaw/OpenAI",
   "state": {"version": "0.2.9"}}]}, "version": 1}
"""


@pytest.mark.parametrize("text", [PINS, OLD_PINS])
def test_lock(text: str) -> None:
    found = read("App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved", text)
    assert ids(found, "package") == {f"{OPENAI}@0.2.9"}
    assert (f"{OPENAI}@0.2.9", "delivered-by", "service:github") in links(found)


def test_broken() -> None:
    assert {g[1] for g in gaps(read("Package.resolved", "[]"))} == {"malformed-file"}
    assert ids(read("Package.swift", '.package(url: "not an address", from: "1")')) == set()
