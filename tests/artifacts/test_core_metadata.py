"""What ``METADATA`` files say, sound and broken; equal to packaging's parser on sound ones."""

from __future__ import annotations

import textwrap
from importlib.metadata import distributions

import pytest
from packaging.metadata import parse_email

from provenance.artifacts import core_metadata
from provenance.artifacts.source import ArtifactError
from provenance.model import Evidence
from tests.support.fenced import fenced

SAYS = Evidence(source="index", reference="X: demo 1.0 METADATA", as_of="2026-11-28")


def read(text: str) -> core_metadata.CoreMetadata:
    return core_metadata.read(textwrap.dedent(text).lstrip().encode())


SOUND = """
    Metadata-Version: 2.4
    Name: Demo_Pkg
    Version: 1.0.post1
    Author-email: A <a@example.org>, b@corp.example
    Maintainer-email: "C, D" <c@example.org>
    License-Expression: MIT OR Apache-2.0
    License-File: LICENSE
    License-File: licenses/NOTICE
    Classifier: Programming Language :: Python :: 3
    Classifier: License :: OSI Approved :: MIT License
    Project-URL: Source, https://github.com/Example-Org/demo
    Project-URL: Sponsor, https://github.com/sponsors/somebody
    Project-URL: Documentation, https://github.com/other/docs
    Requires-Python: >=3.10
    Requires-Dist: click>=8.1
    Requires-Dist: rich; extra == "pretty"
    Provides-Extra: pretty
    Description-Content-Type: text/markdown

    Name: not-this-one
    License: GPL
"""


def test_fields_of_a_sound_file() -> None:
    found = read(SOUND)
    assert (found.name, found.version, found.requires_python) == ("Demo_Pkg", "1.0.post1", ">=3.10")
    assert found.requires_dist == ("click>=8.1", 'rich; extra == "pretty"')
    assert found.provides_extra == ("pretty",)
    assert found.license_expression == "MIT OR Apache-2.0"
    assert found.license == ""
    assert found.license_files == ("LICENSE", "licenses/NOTICE")
    assert found.classifiers == ("License :: OSI Approved :: MIT License",)
    assert found.urls[0] == ("Source", "https://github.com/Example-Org/demo")
    assert found.mail_domains == ("corp.example", "example.org")


def test_homes_are_repositories_and_mail_domains_not_sponsors_or_documentation() -> None:
    assert read(SOUND).homes == ("github:example-org", "domain:corp.example", "domain:example.org")
    one = read("Name: x\nHome-page: http://www.github.com/Acme\nAuthor-email: UNKNOWN\n")
    assert one.homes == ("github:acme",)
    for url in (
        "https://github.com.evil.example/acme/x",
        "https://github.com/sponsors/x",
        "https://example.org/github.com/acme",
        "git@github.com:acme/x",
        "UNKNOWN",
    ):
        assert read(f"Name: x\nHome-page: {url}\n").homes == (), url


def test_each_statement_on_the_license_is_kept_apart() -> None:
    metadata = read(
        "Name: x\nLicense: BSD\nLicense-Expression: MIT\n"
        "Classifier: License :: OSI Approved :: Apache Software License\n"
    )
    found, gaps = metadata.licenses("pkg:pypi/x@1", "index", SAYS)
    assert [(item.scheme, item.raw) for item in found] == [
        ("spdx", "MIT"),
        ("classifier", "License :: OSI Approved :: Apache Software License"),
        ("field", "BSD"),
    ]
    assert {(item.component, item.declared_by, item.evidence) for item in found} == {
        ("pkg:pypi/x@1", "index", SAYS)
    }
    assert gaps == ()


@pytest.mark.parametrize(
    ("text", "reason", "files"),
    [
        ("Name: x\n", "license-not-declared", "–"),
        ("Name: x\nLicense: UNKNOWN\nClassifier: Typing :: Typed\n", "license-not-declared", "–"),
        ("Name: x\nLicense-File: LICENSE\nLicense-File: AUTHORS\n", "license-in-file",
         "LICENSE, AUTHORS"),
    ],
)  # fmt: skip
def test_no_statement_is_a_gap_that_names_the_files(text: str, reason: str, files: str) -> None:
    found, (gap,) = read(text).licenses("pkg:pypi/x@1", "index", SAYS)
    assert found == ()
    assert (gap.subject, gap.reason, dict(gap.params)["files"]) == ("pkg:pypi/x@1", reason, files)
    assert dict(gap.params)["detail"] == "X: demo 1.0 METADATA"


def test_a_pasted_text_is_unfolded() -> None:
    folded = (
        "Name: x\nLicense: MIT License\n        \n        Copyright\n       |more\nVersion: 1\n"
    )
    found = core_metadata.read(folded.encode())
    assert found.license == "MIT License\n\nCopyright\nmore"
    assert found.version == "1"


@pytest.mark.parametrize(
    "data",
    [
        b"Name: x\r\nbroken line\r\nVersion: 2\r\n\r\nVersion: 3\r\n",
        b"Name: x\rVersion: 2\r\rVersion: 3",
        b"\xef\xbb\xbfName: x\nVersion: 2",
        b"Author: \xe9\xff\nName: x\nName: y\nVersion: 2\nVersion: 4\n",
        b": nothing\nName: x\n  \nVersion: 2\n" + b"Keywords: " + b"k" * 9_000,
        b" folded first\nName: x\nVersion: 2\nRequires-Dist:\nProject-URL: nowhere\n",
    ],
)
def test_broken_files_are_read_as_far_as_they_go(data: bytes) -> None:
    found = core_metadata.read(data)
    assert (found.name, found.version) == ("x", "2")
    assert (found.requires_dist, found.urls) == ((), ())


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "no package is named"),
        (b"<html><body>Not found</body></html>", "no package is named"),
        (b"Version: 1\n\nName: x\n", "no package is named"),
        (b"Name: ../../etc/passwd\n", "the name is none of a package"),
        (b"Name: x\n" + b"Keywords: y\n" * 100_000, "a header of more than 1048576 bytes"),
    ],
)
def test_what_is_no_metadata_is_refused(data: bytes, detail: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        core_metadata.read(data)
    assert caught.value.detail == detail


def test_values_are_bounded() -> None:
    many = "".join(f"Requires-Dist: a{number}\n" for number in range(9_000))
    found = core_metadata.read(f"Name: x\nLicense: {'l' * 70_000}\n{many}".encode())
    assert len(found.requires_dist) == 5_000
    assert found.license == ""


def test_a_hostile_file_costs_little() -> None:
    code = (
        "from provenance.artifacts import core_metadata as c\n"
        "for data in (b'Name: x\\nAuthor-email: ' + b'a@' * 400000,"
        " b'Name: x\\n' + b' \\n' * 500000,"
        " b'\\n' * 100_000_000, b'Name: x\\nLicense:' + b'\\n \\t' * 300000,"
        " b'A' * 100_000_000):\n"
        "    try: print(c.read(data).name)\n"
        "    except ValueError as error: print(error)\n"
    )
    assert fenced(code).splitlines() == ["x", "x", "no package is named", "x",
                                         "a header of more than 1048576 bytes"]  # fmt: skip


def test_sound_files_read_as_packaging_reads_them() -> None:
    seen = 0
    for distribution in distributions():
        text = distribution.read_text("METADATA")
        if not text:
            continue
        seen += 1
        found, (theirs, _) = core_metadata.read(text.encode()), parse_email(text)
        assert (found.name, found.version) == (theirs["name"], theirs["version"])
        assert found.requires_dist == tuple(
            " ".join(r.split()) for r in theirs.get("requires_dist", ())
        )
        assert found.license_expression == theirs.get("license_expression", "")
        assert found.license_files == tuple(theirs.get("license_files", ()))
        labels = {label: url for label, url in found.urls if (label, url) != found.urls[0]}
        assert labels.items() <= theirs.get("project_urls", {}).items()
    assert seen > 50
