"""poetry.lock: groups, forks by marker, extras, sources."""

from __future__ import annotations

import pytest

from provenance.extract.locks import poetry as poetry_lock
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import PACKAGE_INDEX, component, gaps, ids, lines, links, vocabulary

LOCK = f"""\
[[package]]
name = "Acme_Num"
version = "1.26"
optional = false
groups = ["main"]
markers = "python_version < \\"3.11\\""
files = [
    {{file = "x.whl", hash = "sha256:00"}},
]

[[package]]
name = "acme-num"
version = "2.1"
optional = false
groups = ["main"]
markers = "python_version >= \\"3.11\\""

[[package]]
name = "acme-frame"
version = "3.0"
optional = false
groups = ["main", "test"]
markers = {{main = "python_version >= \\"3.11\\""}}

[package.dependencies]
acme-num = [
    {{version = ">=1.20", markers = "python_version < \\"3.11\\""}},
    {{version = ">=1.26", markers = "python_version >= \\"3.11\\""}},
]
acme-h2 = {{version = ">=3,<5", optional = true, markers = "extra == \\"http2\\""}}
acme-win = {{version = "*", markers = "sys_platform == \\"win32\\""}}

[[package]]
name = "acme-h2"
version = "4.0"
optional = true
groups = ["main"]
markers = "extra == \\"docs\\""

[package.dependencies]
acme-frame = "*"

[package.source]
type = "legacy"
url = "https://download.pytorch.org/whl/cpu"
reference = "torch"

[[package]]
name = "acme-vec"
version = "1.0"
optional = true
groups = ["main"]
markers = "extra == \\"vec\\""

[package.source]
type = "legacy"
url = "{PACKAGE_INDEX}"
reference = "idx"

[[package]]
name = "acme-git"
version = "0.5"
optional = false
groups = ["dev"]

[package.source]
type = "git"
url = "git@github.com:acme/git.git"
reference = "HEAD"

[[package]]
name = "acme-near"
version = "0.1"
optional = false
groups = ["docs"]

[package.source]
type = "directory"
url = "libs/near"

[metadata]
lock-version = "2.1"
"""


def lock(text: str = LOCK) -> Extraction:
    return poetry_lock.extract(Document(path="poetry.lock", data=text.encode()), vocabulary())


def test_packages_usages_and_lines() -> None:
    found = lock()
    assert {
        c.id.removeprefix("pkg:pypi/"): (c.usage, lines(found, c.id)[0], c.direct)
        for c in found.components
        if c.kind == "package"
    } == {
        "acme-num@1.26": ("used", 2, False),
        "acme-num@2.1": ("used", 12, False),
        "acme-frame@3.0": ("used", 19, False),
        "acme-h2@4.0": ("documentation", 34, False),
        "acme-vec@1.0": ("optional", 49, False),
        "acme-git@0.5": ("development", 61, False),
        "acme-near@0.1": ("documentation", 72, False),
    }


def test_an_edge_leads_to_the_version_whose_environments_meet_its_own() -> None:
    found = lock()
    edges = {
        (k.source.removeprefix("pkg:pypi/"), k.target.removeprefix("pkg:pypi/"), k.requirement,
         k.occurrences[0].line)
        for k in found.links if k.relation == "depends-on"
    }  # fmt: skip
    assert edges == {
        ("acme-frame@3.0", "acme-num@1.26", '>=1.20 ; python_version < "3.11"', 26),
        ("acme-frame@3.0", "acme-num@2.1", '>=1.26 ; python_version >= "3.11"', 26),
        ("acme-frame@3.0", "acme-h2@4.0", '>=3,<5 ; extra == "http2"', 30),
        ("acme-h2@4.0", "acme-frame@3.0", None, 41),
    }


def test_sources() -> None:
    found = lock()
    assert {(a.removeprefix("pkg:pypi/"), c) for a, _, c in links(found, "delivered-by")} == {
        ("acme-num@1.26", "service:pypi"), ("acme-num@2.1", "service:pypi"),
        ("acme-frame@3.0", "service:pypi"), ("acme-h2@4.0", "service:pytorch-index"),
        ("acme-vec@1.0", "service:pypi"), ("acme-git@0.5", "service:github"),
    }  # fmt: skip
    assert gaps(found) == {("acme-near", "local-requirement", 72)}


@pytest.mark.parametrize(
    ("fields", "usage"),
    [
        ('category = "dev"', "development"), ('category = "main"', "used"),
        ("optional = true", "optional"), ('groups = ["test", "dev"]', "development"),
        ('groups = ["main", "dev"]', "used"), ('groups = ["tests"]', "test"), ("", "used"),
    ],
)  # fmt: skip
def test_usage_as_older_and_newer_files_tell_it(fields: str, usage: str) -> None:
    found = lock(f'[[package]]\nname = "acme"\nversion = "1"\n{fields}\n')
    assert component(found, "pkg:pypi/acme@1").usage == usage


def test_odd_records() -> None:
    found = lock('[[package]]\nversion = "1"\n\n[[package]]\nname = "acme"\nversion = 7\n')
    assert ids(found, "package") == {"pkg:pypi/acme"}
    assert gaps(found) == {("poetry.lock", "malformed-file", 1)}


SILENT = "".join(
    f'[[package]]\nname = "{name}"\nversion = "1.0"\noptional = false\n{below}\n'
    for name, below in (
        ("acme-web", '[package.dependencies]\nacme-base = "*"\n'),
        ("acme-base", ""),
        ("acme-lint", '[package.dependencies]\nacme-base = "*"\nacme-rules = "*"\n'),
        ("acme-rules", ""),
        ("acme-tests", ""),
        ("acme-lost", ""),
    )
)
ASKS = """\
[tool.poetry.dependencies]
python = "^3.11"
acme-web = "^1.0"
[tool.poetry.group.lint.dependencies]
acme-lint = "^1.0"
[tool.poetry.group.test.dependencies]
acme-tests = "^1.0"
"""


def beside(files: dict[str, str]) -> dict[str, str]:
    document = Document(
        path="app/poetry.lock", data=SILENT.encode(),
        sibling=Siblings({path: text.encode() for path, text in files.items()}.get),
    )  # fmt: skip
    found = poetry_lock.extract(document, vocabulary())
    return {c.name: c.usage for c in found.components if c.kind == "package"}


def test_a_lock_that_names_no_groups_is_told_by_the_manifest_beside_it() -> None:
    assert beside({"app/pyproject.toml": ASKS}) == {
        "acme-web": "used", "acme-base": "used", "acme-lint": "development",
        "acme-rules": "development", "acme-tests": "test", "acme-lost": "used",
    }  # fmt: skip


@pytest.mark.parametrize("files", [{}, {"app/pyproject.toml": "[tool.poetry"}])
def test_without_a_manifest_everything_of_such_a_lock_is_used(files: dict[str, str]) -> None:
    assert set(beside(files).values()) == {"used"}
