"""DESCRIPTION of R packages and renv.lock."""

from __future__ import annotations

import json
import time

import pytest

from provenance.extract.manifests import cran
from provenance.extract.manifests.cran_lock import license_words
from tests.support.reading import component, gaps, ids, lines, links, requirement
from tests.support.settings_files import at, direct
from tests.support.sound import sound

DESCRIPTION = """\
    Package: talk
    Title: Talks with Models
    Version: 0.1.0
    Authors@R: person("Ann", "Lee",
        role = c("aut", "cre"))
    Description: Uses torch, openai and what
        else there is.
    License: GPL (>= 2) | file LICENSE
    Depends:
        R (>= 4.1.0),
        torch (>= 0.12.0)
    Imports: stats, methods, cli, data.table (== 1.15.4),
        ellmer
    LinkingTo:
        Rcpp
    Suggests:
        testthat (>= 3.0.0),
        talk
    Config/Needs/website: pkgdown, acme/theme
    Remotes:
        tidyverse/ellmer@main,
        git::https://git.example.com/acme/cli.git
    RoxygenNote: 7.3.1
"""

LOCK = {
    "R": {
        "Version": "4.4.1",
        "Repositories": [
            {"Name": "CRAN", "URL": "https://cloud.r-project.org"},
            {"Name": "house", "URL": "https://packages.example.com/r"},
        ],
    },
    "Packages": {
        "R6": {
            "Package": "R6", "Version": "2.5.1", "Source": "Repository", "Repository": "CRAN",
            "Requirements": ["R"], "License": "MIT + file LICENSE",
        },
        "ellmer": {
            "Package": "ellmer", "Version": "0.1.0", "Source": "GitHub", "RemoteType": "github",
            "RemoteUsername": "tidyverse", "RemoteRepo": "ellmer", "RemoteSha": "0a1b2c",
            "Requirements": ["R6", "methods", "lost"],
        },
        "inner": {
            "Package": "inner", "Version": "1.0", "Source": "Repository", "Repository": "house",
            "Imports": ["R6 (>= 2.4)", "R (>= 4.0)", "utils"], "Suggests": ["testthat"],
        },
    },
}  # fmt: skip


def test_description() -> None:
    found = direct(cran, "DESCRIPTION", DESCRIPTION)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:cran/torch": "used",
        "pkg:cran/cli": "used",
        "pkg:cran/data.table@1.15.4": "used",
        "pkg:cran/ellmer": "used",
        "pkg:cran/Rcpp": "used",
        "pkg:cran/testthat": "optional",
        "pkg:cran/pkgdown": "development",
    }
    assert at(found, "pkg:cran/torch") == [(11, "used")]
    assert lines(found, "pkg:cran/ellmer") == [13]
    assert lines(found, "pkg:cran/pkgdown") == [19]
    assert requirement(found, "pkg:cran/torch") == ">= 0.12.0"
    assert found.project_name == "talk"
    assert links(found, "delivered-by") == {
        ("pkg:cran/ellmer", "delivered-by", "service:github"),
        ("pkg:cran/cli", "delivered-by", "service:git.example.com"),
    }
    (declared,) = found.licenses
    assert (declared.raw, declared.evidence.reference) == ("GPL-2.0-or-later", "DESCRIPTION:8")


def test_a_description_in_words_is_no_package() -> None:
    found = direct(cran, "DESCRIPTION", "Depends: on the weather,\n  torch\nTitle: x\n")
    assert (ids(found), gaps(found)) == (set(), set())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("MIT + file LICENSE", "MIT"), ("GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only"),
        ("LGPL (>= 2.1)", "LGPL-2.1-or-later"), ("BSD_3_clause + file LICENSE", "BSD-3-Clause"),
        ("Apache License (>= 2)", "Apache-2.0"), ("file LICENSE", ""),
        ("CC0", "CC0"),
    ],
)  # fmt: skip
def test_licenses_in_the_words_of_spdx(written: str, words: str) -> None:
    assert license_words(written) == words


def test_lock() -> None:
    text = json.dumps(LOCK, indent=2)
    found = direct(cran, "renv.lock", text)
    assert ids(found, "package") == {
        "pkg:cran/R6@2.5.1", "pkg:cran/ellmer@0.1.0", "pkg:cran/inner@1.0",
    }  # fmt: skip
    assert links(found) == {
        ("pkg:cran/ellmer@0.1.0", "delivered-by", "service:github"),
        ("pkg:cran/inner@1.0", "delivered-by", "service:packages.example.com"),
        ("project:", "depends-on", "pkg:cran/ellmer@0.1.0"),
        ("project:", "depends-on", "pkg:cran/inner@1.0"),
        ("pkg:cran/ellmer@0.1.0", "depends-on", "pkg:cran/R6@2.5.1"),
        ("pkg:cran/inner@1.0", "depends-on", "pkg:cran/R6@2.5.1"),
    }
    assert component(found, "pkg:cran/inner@1.0").direct
    assert not component(found, "pkg:cran/R6@2.5.1").direct
    line = text[: text.index('"ellmer": {')].count("\n") + 1
    assert lines(found, "pkg:cran/ellmer@0.1.0") == [line]
    assert gaps(found) == {("lost", "not-in-lock", line)}
    assert [item.raw for item in found.licenses] == ["MIT"]


def test_broken_files() -> None:
    assert gaps(direct(cran, "renv.lock", "{")) == {("renv.lock", "malformed-file", 1)}
    assert gaps(direct(cran, "renv.lock", "[]")) == {("renv.lock", "malformed-file", 0)}
    odd = '{"R": [], "Packages": {"a": 3, "b": {"Version": 1, "Imports": {"x": 1}, "Source": 2}}}'
    assert ids(direct(cran, "renv.lock", odd)) == {"pkg:cran/b"}


@pytest.mark.parametrize("path", ["DESCRIPTION", "renv.lock"])
@pytest.mark.parametrize(
    "unit",
    ["a,", "a (", "a (>= ", " ", "\t", "A=", "a::", "Imports:", "Imports: a\n", ",", '"a": {'],
)  # fmt: skip
def test_a_long_line_stays_cheap(path: str, unit: str) -> None:
    data = ("Package: a\nRemotes: x\nImports: " + unit * (200_000 // len(unit))).encode()
    begin = time.process_time()
    sound(cran, path, data)
    sound(cran, path, ("{" + unit * (200_000 // len(unit))).encode())
    assert time.process_time() - begin < 5
