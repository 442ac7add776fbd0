"""What packages write about their license, read by the shipped tables; and what is left unread."""

from __future__ import annotations

import pytest

from provenance.attribute.license import Licenses
from provenance.attribute.license_words import Words, read
from provenance.graph import Graph
from provenance.model import Component, Evidence, Gap, LicenseDeclaration
from provenance.registry import Registry

REGISTRY = Registry()
PACKAGE = "pkg:pypi/zz-unheard-of@1.0"
MIT_TEXT = "MIT License\n\nCopyright (c) 2026 Acme\n\nPermission is hereby granted, …\n"
APACHE_TEXT = (
    "\n        Apache License\n     Version 2.0, January 2004\n  http://www.apache.org/…\n"
)


def said(raw: str, scheme: str = "field", by: str = "index") -> LicenseDeclaration:
    return LicenseDeclaration(
        component=PACKAGE, raw=raw, declared_by=by, scheme=scheme,  # type: ignore[arg-type]
        evidence=Evidence(source="index", reference="PyPI: zz 1.0 METADATA", as_of="2026-11-28"),
    )  # fmt: skip


def classified(name: str) -> LicenseDeclaration:
    return said(f"License :: OSI Approved :: {name}", "classifier")


def judged(*declarations: LicenseDeclaration) -> tuple[list[str], dict[str, Gap]]:
    root = Component(id="project:x", kind="project", name="x")
    package = Component(id=PACKAGE, kind="package", name="zz")
    licenses = Licenses(Graph("project:x", [root, package], []), REGISTRY, declarations)
    found = [item.expression for item in licenses.own(PACKAGE)]
    return found, {gap.reason: gap for gap in licenses.gaps()}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MIT", "MIT"),
        ("mit license", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("Apache-2.0", "Apache-2.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache Licence 2.0", "Apache-2.0"),
        ("Apache Software License (Apache 2.0)", "Apache-2.0"),
        ("Apache", "LicenseRef-apache-family"),
        ("BSD", "LicenseRef-bsd-family"),
        ("BSD 3-clause", "BSD-3-Clause"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ('BSD 3-Clause "New" or "Revised" License', "BSD-3-Clause"),
        ("FreeBSD", "BSD-2-Clause"),
        ("BSD 3-Clause OR Apache-2.0", "BSD-3-Clause OR Apache-2.0"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("GPLv3", "LicenseRef-gpl-3.0-family"),
        ("GPL-3.0", "LicenseRef-gpl-3.0-family"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL-3.0-only", "GPL-3.0-only"),
        ("AGPL-3.0", "LicenseRef-agpl-3.0-family"),
        ("LGPL-2.1-only", "LGPL-2.1-only"),
        ("MPL 2.0", "MPL-2.0"),
        ("ISC license", "ISC"),
        ("PSF-2.0", "PSF-2.0"),
        ("PSF", "LicenseRef-psf-family"),
        ("Elastic-2.0", "Elastic-2.0"),
        ("NVIDIA Proprietary Software", "LicenseRef-NVIDIA-Proprietary"),
        ("木兰宽松许可证 第2版", "MulanPSL-2.0"),
        (MIT_TEXT, "MIT"),
        (APACHE_TEXT, "Apache-2.0"),
        (f"Copyright 2018 Databricks, Inc.  All rights reserved.\n\n{APACHE_TEXT}", "Apache-2.0"),
    ],
)
def test_words_that_stand_for_a_license(written: str, expected: str) -> None:
    assert read(said(written), REGISTRY).expression == expected


@pytest.mark.parametrize(
    "written",
    [
        "MIT License, Apache License, Version 2.0", "LGPL with exceptions", "MIT-like", "Apache 3",
        "MITx", "MIT and Apache 2.0", "BSD OR Apache-2.0", "Acme License 1.0", "GPL/MIT dual",
    ],
)  # fmt: skip
def test_words_that_resemble_a_license_are_not_taken_for_it(written: str) -> None:
    assert read(said(written), REGISTRY) == Words(problem="license-unrecognised")


@pytest.mark.parametrize(
    "written",
    [
        "Redistribution and use in source and binary forms\n\nMIT License\n",
        "Acme License\n\nMIT License\n",
        "Modified MIT License\n\nCopyright\n",
        "MIT License with a twist\n\nCopyright\n",
        "Copyright (c) 2026 Acme\n\nPermission is hereby granted\n",
        "x" * 300,
    ],
)
def test_a_text_is_known_by_its_title_line_alone(written: str) -> None:
    found = read(said(written), REGISTRY)
    assert (found.expression, found.problem) == ("", "license-text-unrecognised")


@pytest.mark.parametrize(
    "written", ["LICENSE", "LICENSE.txt", "see LICENSE file", "SEE LICENSE IN EULA.md", "Other"]
)
def test_words_that_name_no_license_leave_the_question(written: str) -> None:
    found, gaps = judged(said(written))
    assert found == []
    assert list(gaps) == ["license-not-declared"]
    assert written in dict(gaps["license-not-declared"].params)["detail"]
    assert judged(said(written), classified("MIT License")) == (["MIT"], {})


def test_every_classifier_of_the_table_is_read_as_one() -> None:
    names = [row for row in REGISTRY.license_names.values() if row.name.startswith("license ::")]
    assert len(names) > 50
    assert read(classified("MIT License"), REGISTRY).expression == "MIT"
    assert read(classified("Nokia Whatever"), REGISTRY).problem == "license-unrecognised"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((classified("BSD License"), said("BSD-3-Clause")), ["BSD-3-Clause"]),
        ((said("Apache-2.0", "spdx"), classified("Apache Software License")), ["Apache-2.0"]),
        ((classified("Apache Software License"), said("Apache")), ["LicenseRef-apache-family"]),
        ((said("MIT OR Apache-2.0", "spdx"), classified("MIT License"),
          classified("Apache Software License")), ["MIT OR Apache-2.0"]),
        ((classified("MIT License"), said("MIT OR Apache-2.0")), ["MIT OR Apache-2.0"]),
        ((said("MIT", "spdx"), said("MIT")), ["MIT"]),
        ((classified("GNU Affero General Public License v3 or later (AGPLv3+)"),
          said("AGPL-3.0")), ["AGPL-3.0-or-later"]),
        ((said("License :: Other/Proprietary License", "classifier"),
          said("LicenseRef-NVIDIA-Proprietary")), ["LicenseRef-NVIDIA-Proprietary"]),
        ((said("GPL", "field"), classified("GNU General Public License v3 (GPLv3)"),
          said("GPL-3.0-or-later", "spdx")), ["GPL-3.0-or-later"]),
    ],
)  # fmt: skip
def test_statements_that_agree_are_one_claim(
    statements: tuple[LicenseDeclaration, ...], expected: list[str]
) -> None:
    assert judged(*statements) == (expected, {})


@pytest.mark.parametrize(
    ("statements", "expected", "reason"),
    [
        ((said("MIT", "spdx"), classified("BSD License")), ["MIT", "LicenseRef-bsd-family"],
         "license-contradiction"),
        ((said("BSD-2-Clause"), said("BSD-3-Clause", "spdx")), ["BSD-2-Clause", "BSD-3-Clause"],
         "license-contradiction"),
        ((classified("GNU General Public License v2 (GPLv2)"), said("GPL-3.0-or-later")),
         ["LicenseRef-gpl-2.0-family", "GPL-3.0-or-later"], "license-contradiction"),
        ((classified("MIT License"), classified("Apache Software License")),
         ["MIT", "LicenseRef-apache-family"], "license-relation-unclear"),
        ((said("MIT"), said("Apache-2.0", "spdx", "tree")), ["MIT", "Apache-2.0"],
         "license-contradiction"),
    ],
)  # fmt: skip
def test_statements_that_do_not_agree_stay_and_are_a_gap(
    statements: tuple[LicenseDeclaration, ...], expected: list[str], reason: str
) -> None:
    found, gaps = judged(*statements)
    assert found == expected
    assert list(gaps) == [reason]
    for expression in expected:
        assert expression in dict(gaps[reason].params)["licenses"]


def test_a_row_of_the_registry_that_says_otherwise_is_a_gap() -> None:
    package = "pkg:pypi/torchao@0.1"
    root = Component(id="project:x", kind="project", name="x")
    graph = Graph("project:x", [root, Component(id=package, kind="package", name="t")], [])
    for raw, reasons in (("BSD-3-Clause", []), ("MIT", ["license-contradiction"])):
        declared = LicenseDeclaration(
            component=package, raw=raw, declared_by="index", scheme="spdx",
            evidence=Evidence(source="index", reference="x"),
        )  # fmt: skip
        licenses = Licenses(graph, REGISTRY, [declared])
        assert [item.declared_by for item in licenses.own(package)] == ["index", "registry"]
        assert [gap.reason for gap in licenses.gaps()] == reasons


def test_a_title_is_less_sure_than_a_name() -> None:
    root = Component(id="project:x", kind="project", name="x")
    graph = Graph("project:x", [root, Component(id=PACKAGE, kind="package", name="t")], [])
    for raw, scheme, confidence in (("MIT", "field", "high"), (MIT_TEXT, "text", "medium")):
        (item,) = Licenses(graph, REGISTRY, [said(raw, scheme)]).own(PACKAGE)
        assert (item.expression, item.evidence[0].confidence) == ("MIT", confidence)
        assert item.terms == ("notice",)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("(MIT OR CC0-1.0)", "MIT OR CC0-1.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("UNLICENSED", "LicenseRef-proprietary"),
        ("LicenseRef-Acme-1.0 AND MIT", "LicenseRef-Acme-1.0 AND MIT"),
    ],
)
def test_what_locks_of_other_ecosystems_declare(raw: str, expected: str) -> None:
    assert judged(said(raw, "spdx", "tree")) == ([expected], {})


def test_a_name_that_nobody_knows_is_kept_as_written() -> None:
    found, gaps = judged(said("Acme License 1.0"))
    assert found == ["LicenseRef-Acme-License-1.0"]
    assert list(gaps) == ["license-unrecognised"]
