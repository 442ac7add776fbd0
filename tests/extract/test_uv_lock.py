"""uv.lock: roots, forks, extras, groups, sources."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.locks import uv as uv_lock
from provenance.model import Document, Extraction
from tests.support.reading import (
    PACKAGE_INDEX,
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    texts,
    vocabulary,
)

LOCK = textwrap.dedent(
    f"""\
    version = 1
    requires-python = ">=3.10"

    [[package]]
    name = "acme-http"
    version = "1.0"
    source = {{ registry = "{PACKAGE_INDEX}" }}
    dependencies = [
        {{ name = "acme-idna" }},
        {{ name = "acme-num", version = "1.26", marker = "python_full_version < '3.11'" }},
        {{ name = "acme-num", version = "2.1", marker = "python_full_version >= '3.11'" }},
    ]
    sdist = {{ url = "https://files.acme.example/acme_http-1.0.tar.gz", hash = "sha256:00" }}
    wheels = [
        {{ url = "https://files.acme.example/acme_http-1.0-py3-none-any.whl", hash = "sha256:00" }},
    ]

    [package.optional-dependencies]
    fast = [
        {{ name = "acme-h2" }},
    ]

    [[package]]
    name = "acme-h2"
    version = "4.0"
    source = {{ registry = "https://download.pytorch.org/whl/cpu" }}

    [[package]]
    name = "acme-idna"
    version = "3.7"
    source = {{ git = "https://github.com/acme/idna?rev=main#0123456789abcdef" }}
    dependencies = [
        {{ name = "acme-http" }},
    ]

    [[package]]
    name = "acme-num"
    version = "1.26"
    source = {{ registry = "{PACKAGE_INDEX}" }}

    [[package]]
    name = "acme-num"
    version = "2.1"
    source = {{ registry = "{PACKAGE_INDEX}" }}

    [[package]]
    name = "acme-near"
    source = {{ directory = "libs/near" }}

    [[package]]
    name = "acme-check"
    version = "8.0"
    source = {{ registry = "{PACKAGE_INDEX}" }}
    dependencies = [
        {{ name = "acme-http", extra = ["fast"] }},
        {{ name = "acme-plug" }},
    ]

    [[package]]
    name = "acme-plug"
    version = "1.5"
    source = {{ registry = "{PACKAGE_INDEX}" }}

    [[package]]
    name = "shop"
    version = "0.1.0"
    source = {{ virtual = "." }}
    dependencies = [
        {{ name = "acme-http" }},
    ]

    [package.optional-dependencies]
    near = [
        {{ name = "acme-near" }},
    ]

    [package.dev-dependencies]
    test = [
        {{ name = "acme-check" }},
    ]
    """
)


def lock(text: str = LOCK, path: str = "uv.lock") -> Extraction:
    return uv_lock.extract(Document(path=path, data=text.encode()), vocabulary())


def depends(found: Extraction) -> set[tuple[str, str, str | None]]:
    return {
        (k.source.removeprefix("pkg:pypi/"), k.target.removeprefix("pkg:pypi/"), k.requirement)
        for k in found.links
        if k.relation == "depends-on"
    }


def test_wanted_names() -> None:
    assert uv_lock.accepts("uv.lock")
    assert uv_lock.accepts("services/api/uv.lock")
    assert not uv_lock.accepts("my-uv.lock")


def test_every_package_with_its_version_and_line_but_not_the_project_itself() -> None:
    found = lock()
    assert {i: lines(found, i) for i in ids(found, "package")} == {
        "pkg:pypi/acme-http@1.0": [5], "pkg:pypi/acme-h2@4.0": [24],
        "pkg:pypi/acme-idna@3.7": [29], "pkg:pypi/acme-num@1.26": [37],
        "pkg:pypi/acme-num@2.1": [42], "pkg:pypi/acme-near": [47],
        "pkg:pypi/acme-check@8.0": [51], "pkg:pypi/acme-plug@1.5": [60],
    }  # fmt: skip


def test_edges_lead_to_the_version_that_the_lock_names() -> None:
    assert depends(lock()) == {
        ("project:", "acme-http@1.0", None),
        ("project:", "acme-near", None),
        ("project:", "acme-check@8.0", None),
        ("acme-http@1.0", "acme-idna@3.7", None),
        ("acme-http@1.0", "acme-num@1.26", "python_full_version < '3.11'"),
        ("acme-http@1.0", "acme-num@2.1", "python_full_version >= '3.11'"),
        ("acme-http@1.0", "acme-h2@4.0", "extra == 'fast'"),
        ("acme-idna@3.7", "acme-http@1.0", None),
        ("acme-check@8.0", "acme-http@1.0", None),
        ("acme-check@8.0", "acme-plug@1.5", None),
    }


def test_an_edge_stands_where_it_is_written() -> None:
    found = lock()
    (link,) = [k for k in found.links if k.target == "pkg:pypi/acme-num@2.1"
               and k.relation == "depends-on"]  # fmt: skip
    line = line_with(LOCK, '"acme-num", version = "2.1"')
    assert [place.line for place in link.occurrences] == [line]


def test_usage_spreads_from_the_roots_and_through_extras_only_where_they_are_asked_for() -> None:
    found = lock()
    assert {c.id.removeprefix("pkg:pypi/"): c.usage for c in found.components
            if c.kind == "package"} == {
        "acme-http@1.0": "used", "acme-idna@3.7": "used", "acme-num@1.26": "used",
        "acme-num@2.1": "used", "acme-near": "optional", "acme-check@8.0": "test",
        "acme-plug@1.5": "test", "acme-h2@4.0": "test",
    }  # fmt: skip


def test_only_what_the_project_asks_for_is_direct() -> None:
    assert {c.id for c in lock().components if c.kind == "package" and c.direct} == {
        "pkg:pypi/acme-http@1.0", "pkg:pypi/acme-near", "pkg:pypi/acme-check@8.0",
    }  # fmt: skip


def test_sources_are_channels_and_a_folder_is_a_gap() -> None:
    found = lock()
    channels = {a: c for a, _, c in links(found, "delivered-by")}
    assert channels["pkg:pypi/acme-http@1.0"] == "service:pypi"
    assert channels["pkg:pypi/acme-h2@4.0"] == "service:pytorch-index"
    assert channels["pkg:pypi/acme-idna@3.7"] == "service:github"
    assert "pkg:pypi/acme-near" not in channels
    assert gaps(found) == {("acme-near", "local-requirement", 47)}


def test_the_host_of_the_public_index_is_never_written_out() -> None:
    host = PACKAGE_INDEX.split("/")[2]
    assert [text for text in texts(lock()) if host in text] == []


def test_members_of_a_workspace_are_the_project() -> None:
    found = lock(
        textwrap.dedent(
            f"""\
            [manifest]
            members = ["app", "Lib_Core"]

            [[package]]
            name = "app"
            source = {{ editable = "app" }}
            dependencies = [{{ name = "lib-core" }}, {{ name = "acme" }}]

            [[package]]
            name = "lib-core"
            source = {{ editable = "core" }}
            dependencies = [{{ name = "acme" }}]

            [[package]]
            name = "acme"
            version = "1"
            source = {{ registry = "{PACKAGE_INDEX}" }}
            """
        )
    )
    assert ids(found, "package") == {"pkg:pypi/acme@1"}
    assert links(found, "depends-on") == {("project:", "depends-on", "pkg:pypi/acme@1")}
    assert not found.gaps


def test_a_dependency_that_is_not_locked_is_a_gap() -> None:
    found = lock('[[package]]\nname = "acme"\nversion = "1"\ndependencies = [{ name = "lost" }]\n')
    assert gaps(found) == {("lost", "not-in-lock", 4)}


@pytest.mark.parametrize(
    ("text", "subject", "line"),
    [
        ('[[package]]\nname = "a"\n= 1\n', "uv.lock", 3),
        ('[[package]]\nname = "a"\nwheels = [\n  {},\n]\n[[package]\n', "uv.lock", 6),
        ('[[package]]\nversion = "1"\n', "uv.lock", 1),
    ],
)
def test_malformed(text: str, subject: str, line: int) -> None:
    assert (subject, "malformed-file", line) in gaps(lock(text))


def test_a_name_with_versions_without_end_is_no_quadratic_work() -> None:
    records = [f'[[package]]\nname = "acme"\nversion = "{n}"\n'
               'dependencies = [{ name = "acme" }]\n' for n in range(2_000)]  # fmt: skip
    found = lock("".join(records))
    assert len(ids(found, "package")) == 2_000
    assert {(subject, reason) for subject, reason, _ in gaps(found)} == {
        ("pkg:pypi/acme", "malformed-file")
    }


def test_the_path_s_usage_holds() -> None:
    assert component(lock(path="examples/x/uv.lock"), "pkg:pypi/acme-http@1.0").usage == "example"
