"""Submodules: repositories that a checkout brings in."""

from __future__ import annotations

import pytest
from packageurl import PackageURL

from provenance.extract import extractor_for
from provenance.extract.manifests import gitmodules
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, links
from tests.support.settings_files import at, direct


def submodules(text: str, path: str = ".gitmodules") -> Extraction:
    return direct(gitmodules, path, text)


def one(url: str, *more: str, path: str = "third_party/acme") -> Extraction:
    body = "".join(f"\t{line}\n" for line in (f"path = {path}", f"url = {url}", *more))
    return submodules(f'[submodule "{path}"]\n{body}')


def test_the_file_is_found_by_its_name() -> None:
    assert extractor_for(".gitmodules") is gitmodules
    assert extractor_for("vendor/acme/.gitmodules") is gitmodules
    assert extractor_for("gitmodules.txt") is not gitmodules


def test_a_submodule_is_a_package_without_a_version() -> None:
    found = one("https://github.com/Acme/Speech.git")
    assert ids(found, "package") == {"pkg:github/acme/speech"}
    assert at(found, "pkg:github/acme/speech") == [(3, "used")]
    assert component(found, "pkg:github/acme/speech").version is None
    assert ("project:", "depends-on", "pkg:github/acme/speech") in links(found)
    assert ("pkg:github/acme/speech", "delivered-by", "service:github") in links(found)
    assert not found.gaps


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com:acme/speech.git", "pkg:github/acme/speech"),
        ("ssh://git@github.com/acme/speech", "pkg:github/acme/speech"),
        ("https://user:secret@github.com/acme/speech/", "pkg:github/acme/speech"),
        ("git://github.com/acme/speech.cpp.git  # pinned", "pkg:github/acme/speech.cpp"),
        ('"https://bitbucket.org/acme/speech"', "pkg:bitbucket/acme/speech"),
        ("https://gitlab.com/acme/group/speech.git", "pkg:gitlab/acme/group/speech"),
    ],
)
def test_forms_of_addresses(url: str, expected: str) -> None:
    found = one(url)
    assert ids(found, "package") == {expected}
    assert PackageURL.from_string(expected).to_string() == expected
    assert not any(
        "secret" in place.as_written for c in found.components for place in c.occurrences
    )


@pytest.mark.parametrize(
    "url",
    ["../speech.git", "./speech", "/srv/git/speech.git", "https://gitee.com/acme/speech.git",
     "https://git.acme.example/acme/speech.git", "https://github.com/acme"],
)  # fmt: skip
def test_what_names_no_repository_of_a_known_host_is_a_gap(url: str) -> None:
    found = one(url)
    assert not ids(found, "package")
    assert gaps(found) == {(url, "requirement-without-name", 3)}


def test_a_repository_of_a_hub_is_its_model() -> None:
    found = one("https://huggingface.co/acme/speech-7b")
    assert ids(found, "model") == {"pkg:huggingface/acme/speech-7b"}
    assert not found.gaps


def test_a_branch_is_the_requirement() -> None:
    found = one("https://github.com/acme/speech", "branch = main")
    assert [k.requirement for k in found.links if k.relation == "depends-on"] == ["main"]


@pytest.mark.parametrize(
    ("path", "usage"),
    [("third_party/acme", "used"), ("docs/themes/acme", "documentation"), ("tests/data", "test"),
     ("examples/acme", "example"), ("test", "test")],
)  # fmt: skip
def test_the_folder_says_the_usage(path: str, usage: str) -> None:
    found = one("https://github.com/acme/speech", path=path)
    assert at(found, "pkg:github/acme/speech") == [(3, usage)]


def test_what_is_not_updated_is_optional() -> None:
    found = one("https://github.com/acme/speech", "update = none")
    assert at(found, "pkg:github/acme/speech") == [(3, "optional")]


def test_several_sections_and_what_is_none() -> None:
    found = submodules(
        '# comment\n[core]\n\turl = https://github.com/acme/no\n[submodule "a"]\r\n'
        'url=https://github.com/acme/a\n[submodule "b"]\n  URL = https://github.com/acme/b ; x\n'
        '[submodule "c"]\n\tpath = c\n'
    )
    assert ids(found, "package") == {"pkg:github/acme/a", "pkg:github/acme/b"}
    assert lines(found, "pkg:github/acme/b") == [7]
    assert gaps(found) == {("c", "requirement-without-name", 8)}
