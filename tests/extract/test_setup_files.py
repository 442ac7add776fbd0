"""setup.py by its syntax tree, and setup.cfg."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.manifests import setup_cfg, setup_py
from provenance.model import Document, Extraction, Include, Location
from tests.support.reading import gaps, ids, lines, requirement, vocabulary


def py(text: str, path: str = "setup.py") -> Extraction:
    data = textwrap.dedent(text).encode()
    return setup_py.extract(Document(path=path, data=data), vocabulary())


def cfg(text: str, path: str = "setup.cfg") -> Extraction:
    data = textwrap.dedent(text).encode()
    return setup_cfg.extract(Document(path=path, data=data), vocabulary())


def usages(found: Extraction) -> dict[str, str]:
    return {c.id.removeprefix("pkg:pypi/"): c.usage for c in found.components
            if c.kind == "package"}  # fmt: skip


# -- setup.py ----------------------------------------


def test_lists_by_name_addition_and_later_changes() -> None:
    found = py(
        """\
        from setuptools import setup
        VERSION = "2.1"
        BASE = ["acme-core>=1", f"acme-pin=={VERSION}"]
        more = ["acme-more"]
        more += ["acme-late"]
        more.append("acme-last")
        setup(
            name="shop",
            install_requires=BASE + more,
            tests_require=["acme-check"],
            setup_requires=("acme-build",),
        )
        """
    )
    assert usages(found) == {
        "acme-core": "used", "acme-pin@2.1": "used", "acme-more": "used", "acme-late": "used",
        "acme-last": "used", "acme-check": "test", "acme-build": "development",
    }  # fmt: skip
    assert lines(found, "pkg:pypi/acme-core") == [3]
    assert lines(found, "pkg:pypi/acme-last") == [6]
    assert found.project_name == "shop"
    assert not found.gaps


def test_extras() -> None:
    found = py(
        """\
        import setuptools
        extras = {"gpu": ["acme-gpu"], "docs": ["acme-pages"]}
        extras["dev"] = extras["docs"] + ["acme-lint"]
        extras[':python_version < "3.9"'] = ["acme-back"]
        setuptools.setup(extras_require=extras)
        """
    )
    assert usages(found) == {
        "acme-gpu": "optional", "acme-pages": "development", "acme-lint": "development",
        "acme-back": "used",
    }  # fmt: skip
    assert requirement(found, "pkg:pypi/acme-back") == 'python_version < "3.9"'


@pytest.mark.parametrize(
    "text",
    [
        'setup(install_requires=open("requirements.txt").read().splitlines())',
        'setup(\ninstall_requires=[l for l in open("requirements.txt") if l])',
        """\
        with open(os.path.join(here, "requirements.txt")) as f:
            found = f.read().splitlines()
        setup(install_requires=found)
        """,
        """\
        def read_it():
            return open("requirements.txt").readlines()
        setup(install_requires=read_it())
        """,
        'setup(install_requires=parse("requirements.txt"))',
    ],
)
def test_a_file_that_is_read_is_an_include(text: str) -> None:
    found = py(text)
    (include,) = found.includes
    assert (include.path, include.kind) == ("requirements.txt", "requirements")
    assert not ids(found, "package")
    assert not found.gaps


def test_an_include_is_beside_the_file() -> None:
    found = py('setup(install_requires=load("requirements/base.txt"))', "libs/a/setup.py")
    assert found.includes == (
        Include(path="libs/a/requirements/base.txt", kind="requirements",
                location=Location(path="libs/a/setup.py", line=1)),
    )  # fmt: skip


def test_what_is_made_at_run_time_is_a_gap() -> None:
    found = py("setup(\n  install_requires=fetch(),\n  extras_require=other.extras)")
    assert gaps(found) == {
        ("install_requires", "dynamic-name", 2), ("extras_require", "dynamic-name", 3),
    }  # fmt: skip


def test_one_string_of_many_lines() -> None:
    found = py('setup(install_requires="""\nacme-a\nacme-b>=1\n""")')
    assert lines(found, "pkg:pypi/acme-a") == [2]
    assert lines(found, "pkg:pypi/acme-b") == [3]


def test_nothing_is_executed_and_doubling_names_end() -> None:
    assert not ids(py("import os\nos.abort()\nsetup(install_requires=[])"), "package")
    names = "\n".join(f"a{n} = a{n - 1} + a{n - 1}" for n in range(1, 60))
    assert ids(py(f'a0 = ["acme"]\n{names}\nsetup(install_requires=a59)')) is not None
    assert usages(py("a = a + ['acme']\nsetup(install_requires=a)")) == {"acme": "used"}


def test_a_setup_py_that_sets_up_something_else_is_plain_source() -> None:
    found = py("import acme\n")
    assert [item.module for item in found.imports] == ["acme"]


def test_an_example_s_setup_is_an_example() -> None:
    assert usages(py('setup(install_requires=["acme"])', "examples/a/setup.py")) == {
        "acme": "example"
    }


# -- setup.cfg ----------------------------------------

CFG = """\
[metadata]
name = shop
license = MIT

[options]
python_requires = >=3.9
install_requires =
    acme-core>=1
    # a note
    acme-pin==2.1 ; python_version < "3.12"
    acme-tail  # why
tests_require = acme-check

[options.extras_require]
gpu =
    acme-gpu
docs = acme-pages
all: acme-all

[flake8]
install_requires = acme-not
"""


def test_setup_cfg() -> None:
    found = cfg(CFG)
    assert usages(found) == {
        "acme-core": "used", "acme-pin@2.1": "used", "acme-tail": "used", "acme-check": "test",
        "acme-gpu": "optional", "acme-pages": "documentation", "acme-all": "optional",
    }  # fmt: skip
    assert lines(found, "pkg:pypi/acme-core") == [8]
    assert lines(found, "pkg:pypi/acme-pin@2.1") == [10]
    assert lines(found, "pkg:pypi/acme-check") == [12]
    assert lines(found, "pkg:pypi/acme-gpu") == [16]
    assert found.project_name == "shop"
    assert [(i.raw, i.evidence.reference) for i in found.licenses] == [("MIT", "setup.cfg:3")]


def test_files_named_in_setup_cfg() -> None:
    found = cfg("[options]\ninstall_requires = file: requirements.txt, requirements/gpu.txt\n")
    assert [(i.path, i.location.line) for i in found.includes] == [
        ("requirements.txt", 2), ("requirements/gpu.txt", 2),
    ]  # fmt: skip


def test_carriage_returns_and_an_odd_line() -> None:
    found = cfg("[options]\r\nthis is odd\r\ninstall_requires =\r\n  acme\r\n  acme core =\r\n")
    assert lines(found, "pkg:pypi/acme") == [4]
    assert gaps(found) == {("acme core =", "not-a-requirement", 5)}
