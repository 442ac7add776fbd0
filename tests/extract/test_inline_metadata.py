"""Inline script metadata: requirements in a comment of a Python file."""

from __future__ import annotations

import pytest

from provenance.extract.python import source as python_source
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, links
from tests.support.settings_files import at, direct

SCRIPT = """\
#!/usr/bin/env -S uv run
# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "acme-lib>=2",  # the engine
#
#     'beta[extra]==1.5',
# ]
# ///
import acme
"""


def script(text: str = SCRIPT, path: str = "make.py") -> Extraction:
    return direct(python_source, path, text)


def test_what_a_script_asks_for() -> None:
    found = script()
    assert ids(found, "package") == {"pkg:pypi/acme-lib", "pkg:pypi/beta@1.5"}
    assert at(found, "pkg:pypi/acme-lib") == [(5, "used")]
    assert at(found, "pkg:pypi/beta@1.5") == [(7, "used")]
    assert component(found, "pkg:pypi/beta@1.5").version == "1.5"
    assert ("project:", "depends-on", "pkg:pypi/acme-lib") in links(found)
    assert ("pkg:pypi/acme-lib", "delivered-by", "service:pypi") in links(found)
    assert not found.gaps


@pytest.mark.parametrize(
    ("path", "usage"),
    [("examples/make.py", "example"), ("tests/test_it.py", "test"), ("docs/conf.py",
     "documentation")],
)  # fmt: skip
def test_the_path_says_the_usage(path: str, usage: str) -> None:
    assert at(script(path=path), "pkg:pypi/acme-lib") == [(5, usage)]


def test_line_breaks_of_windows() -> None:
    assert at(script(SCRIPT.replace("\n", "\r\n")), "pkg:pypi/beta@1.5") == [(7, "used")]


def test_an_index_and_a_source_of_uv() -> None:
    found = script(
        "# /// script\n# dependencies = ['acme']\n# [tool.uv.sources]\n"
        "# acme = { git = 'https://github.com/acme/acme' }\n# ///\n"
    )
    assert ("pkg:pypi/acme", "delivered-by", "service:github") in links(found)


@pytest.mark.parametrize(
    "text",
    [
        "# /// script\n# dependencies = ['acme']\nimport os\n# ///\n",
        "# /// script\n# dependencies = ['acme']\n",
        "# /// pyproject\n# dependencies = ['acme']\n# ///\n",
        'TEXT = """\n# /// script\n# dependencies = ["acme"]\n# ///\n"""\n',
        "if True:\n    # /// script\n    # dependencies = ['acme']\n    # ///\n",
        "# see # /// script\n# dependencies = ['acme']\n# ///\n",
        '# /// script\n# requires-python = ">=3.11"\n# ///\n',
    ],
)
def test_what_is_no_metadata(text: str) -> None:
    found = script(text)
    assert not ids(found, "package")
    assert not found.gaps


def test_broken_metadata_is_a_gap() -> None:
    found = script("import os\n# /// script\n# dependencies = [\n# ///\n")
    assert gaps(found) == {("make.py", "malformed-file", 2)}
