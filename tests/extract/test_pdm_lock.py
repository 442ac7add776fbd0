"""pdm.lock and pylock.toml: groups, records of extras, markers, edges or their absence."""

from __future__ import annotations

import pytest

from provenance.extract.locks import pdm as pdm_lock
from provenance.extract.locks import pylock
from provenance.model import Document, Extraction
from tests.support.reading import (
    PACKAGE_INDEX,
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    vocabulary,
)

LOCK = """\
[metadata]
groups = ["default", "dev"]

[[package]]
name = "acme-http"
version = "1.0"
groups = ["default"]
dependencies = [
    "acme-idna",
    "acme-num>=1.20; python_version < \\"3.11\\"",
    "acme-num>=1.26; python_version >= \\"3.11\\"",
    "acme-absent; sys_platform == \\"win32\\"",
]
files = [
    {file = "x.whl", hash = "sha256:00"},
]

[[package]]
name = "acme-http"
version = "1.0"
extras = ["http2"]
groups = ["dev"]
dependencies = [
    "acme-h2<5,>=3",
    "acme-http==1.0",
]

[[package]]
name = "acme-h2"
version = "4.0"
groups = ["dev"]
url = "https://download.pytorch.org/whl/cpu/acme_h2-4.0-py3-none-any.whl"

[[package]]
name = "acme-idna"
version = "3.7"
groups = ["default"]
git = "https://github.com/acme/idna.git"

[[package]]
name = "acme-num"
version = "1.26"
groups = ["default"]
marker = "python_version < \\"3.11\\""

[[package]]
name = "acme-num"
version = "2.1"
groups = ["default"]
marker = "python_version >= \\"3.11\\""

[[package]]
name = "acme-near"
version = "0.1"
groups = ["dev"]
path = "./near"
"""


def lock(text: str = LOCK) -> Extraction:
    return pdm_lock.extract(Document(path="pdm.lock", data=text.encode()), vocabulary())


def depends(found: Extraction) -> set[tuple[str, str, str | None, int]]:
    return {
        (k.source.removeprefix("pkg:pypi/"), k.target.removeprefix("pkg:pypi/"), k.requirement,
         k.occurrences[0].line)
        for k in found.links if k.relation == "depends-on"
    }  # fmt: skip


def test_packages_and_usages() -> None:
    found = lock()
    assert {c.id.removeprefix("pkg:pypi/"): c.usage for c in found.components
            if c.kind == "package"} == {
        "acme-http@1.0": "used", "acme-h2@4.0": "development", "acme-idna@3.7": "used",
        "acme-num@1.26": "used", "acme-num@2.1": "used", "acme-near@0.1": "development",
    }  # fmt: skip
    assert lines(found, "pkg:pypi/acme-http@1.0") == [5]


@pytest.mark.parametrize(
    ("groups", "usage"),
    [('["default", "dev"]', "used"), ('["dev"]', "development"), ('["docs"]', "documentation"),
     ('["vec"]', "optional"), ('["vec", "test"]', "optional")],
)  # fmt: skip
def test_a_group_that_may_be_an_extra_is_optional(groups: str, usage: str) -> None:
    found = lock(f'[[package]]\nname = "acme"\nversion = "1"\ngroups = {groups}\n')
    assert component(found, "pkg:pypi/acme@1").usage == usage


def test_edges_of_forks_and_of_extras() -> None:
    assert depends(lock()) == {
        ("acme-http@1.0", "acme-idna@3.7", None, 9),
        ("acme-http@1.0", "acme-num@1.26", '>=1.20 ; python_version < "3.11"', 10),
        ("acme-http@1.0", "acme-num@2.1", '>=1.26 ; python_version >= "3.11"', 11),
        ("acme-http@1.0", "acme-h2@4.0", "<5,>=3 ; extra == 'http2'", 24),
    }


def test_sources() -> None:
    found = lock()
    channels = {a.removeprefix("pkg:pypi/"): c for a, _, c in links(found, "delivered-by")}
    assert channels == {
        "acme-http@1.0": "service:pypi", "acme-num@1.26": "service:pypi",
        "acme-num@2.1": "service:pypi", "acme-h2@4.0": "service:pytorch-index",
        "acme-idna@3.7": "service:github",
    }  # fmt: skip
    assert gaps(found) == {("acme-near", "local-requirement", line_with(LOCK, "acme-near"))}


def test_static_addresses_name_the_channel() -> None:
    found = lock(
        '[[package]]\nname = "acme"\nversion = "1"\nfiles = [\n'
        '    {url = "https://wheels.acme.example/acme-1.tar.gz", hash = "sha256:00"},\n]\n'
    )
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme@1", "delivered-by", "service:wheels.acme.example")
    }


# -- pylock.toml ----------------------------------------

PYLOCK = f"""\
lock-version = "1.0"
default-groups = ["default"]

[[packages]]
name = "acme-http"
version = "1.0"
index = "{PACKAGE_INDEX}"
dependencies = [{{ name = "acme-h2", version = "4.0" }}]

[[packages]]
name = "acme-h2"
version = "4.0"
marker = "'http2' in extras"
wheels = [{{ url = "https://download.pytorch.org/whl/acme_h2-4.0-py3-none-any.whl" }}]

[[packages]]
name = "acme-check"
version = "8.0"
marker = "'test' in dependency_groups"
vcs = {{ type = "git", url = "https://github.com/acme/check", commit-id = "00" }}

[[packages]]
name = "acme-both"
version = "2.0"
marker = "'default' in dependency_groups or 'dev' in dependency_groups"

[[packages]]
name = "acme-near"
directory = {{ path = "libs/near" }}

[[packages]]
name = "shop"
directory = {{ path = "." }}
"""


def py(text: str = PYLOCK) -> Extraction:
    return pylock.extract(Document(path="pylock.toml", data=text.encode()), vocabulary())


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("pylock.toml", True), ("a/pylock.dev.toml", True), ("pylock.a.b.toml", False),
     ("my-pylock.toml", False)],
)  # fmt: skip
def test_names_of_pylock(path: str, wanted: bool) -> None:
    assert pylock.accepts(path) is wanted


def test_pylock() -> None:
    found = py()
    assert {c.id.removeprefix("pkg:pypi/"): (c.usage, lines(found, c.id)) for c in found.components
            if c.kind == "package"} == {
        "acme-http@1.0": ("used", [5]), "acme-h2@4.0": ("optional", [11]),
        "acme-check@8.0": ("test", [17]), "acme-both@2.0": ("used", [23]),
        "acme-near": ("used", [28]),
    }  # fmt: skip
    assert depends(found) == {("acme-http@1.0", "acme-h2@4.0", None, 8)}
    assert {(a.removeprefix("pkg:pypi/"), c) for a, _, c in links(found, "delivered-by")} == {
        ("acme-http@1.0", "service:pypi"), ("acme-h2@4.0", "service:pytorch-index"),
        ("acme-check@8.0", "service:github"), ("acme-both@2.0", "service:pypi"),
    }  # fmt: skip
    assert gaps(found) == {("acme-near", "local-requirement", 28)}


def test_a_lock_that_tells_no_edges_says_so() -> None:
    found = py('[[packages]]\nname = "acme"\nversion = "1"\n')
    assert ids(found, "package") == {"pkg:pypi/acme@1"}
    assert gaps(found) == {("pylock.toml", "lock-without-edges", 0)}


def test_a_marker_that_holds_without_an_extra_is_used() -> None:
    found = py("[[packages]]\nname = \"acme\"\nmarker = \"'x' in extras or sys_platform == 'a'\"\n")
    assert component(found, "pkg:pypi/acme").usage == "used"
