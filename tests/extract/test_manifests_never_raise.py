"""Python's manifests and locks: whatever the bytes are, an answer and never an exception."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract.locks import conda as conda_lock
from provenance.extract.locks import pdm as pdm_lock
from provenance.extract.locks import pixi as pixi_lock
from provenance.extract.locks import poetry as poetry_lock
from provenance.extract.locks import pylock
from provenance.extract.locks import uv as uv_lock
from provenance.extract.manifests import conda, pipfile, pixi, pyproject, setup_cfg, setup_py
from provenance.model import Document
from tests.support.reading import texts, vocabulary

bounded = settings(
    max_examples=60, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
READERS: dict[str, ModuleType] = {
    "environment.yml": conda, "conda-lock.yml": conda_lock, "pdm.lock": pdm_lock,
    "Pipfile": pipfile, "Pipfile.lock": pipfile, "pixi.toml": pixi, "pixi.lock": pixi_lock,
    "poetry.lock": poetry_lock, "pylock.toml": pylock, "pyproject.toml": pyproject,
    "setup.cfg": setup_cfg, "setup.py": setup_py, "uv.lock": uv_lock,
}  # fmt: skip
FRAGMENTS = [
    "[[package]]\n", "[[packages]]\n", 'name = "acme"\n', 'version = "1"\n', "version = 7\n",
    "dependencies = [", '{ name = "acme", extra = ["x"] }, ', '"acme>=1; extra == \'x\'"', "]\n",
    'source = { registry = "https://x.example" }\n', "source = { virtual = \".\" }\n",
    "groups = [\"dev\"]\n", 'marker = "\'x\' in extras"\n', "[package.dependencies]\n",
    'acme = {version = "*", markers = "os_name == \'nt\'"}\n', "[packages]\n", "[tool.pixi]\n",
    "[dependencies]\n", "[tool.uv.sources]\nacme = ", "[options]\ninstall_requires =\n",
    "  acme>=1\n", "setup(", "install_requires=", "a + a", "open('requirements.txt')", ")", "\n",
    "a = ", "[", "{", "}", ", ", "'", '"', "dependencies:\n", "- ", "acme=1.0\n", "pip:\n", "  ",
    "package:\n", "packages:\n", "- name: acme\n", "- conda: https://x/y-1-0.conda\n", "&a ", "*a",
    "  depends:\n", "  - python >=3\n", "\x00", "\r\n", "é", "模", ": ", "file: ", "::",
]  # fmt: skip
soup = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=40).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["default", "develop", "_meta", "sources", "acme", "version", "git"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def check(path: str, data: bytes) -> None:
    found = READERS[path].extract(Document(path=path, data=data), vocabulary())
    known = {component.id for component in found.components} | {"project:"}
    last = data.count(b"\n") + data.count(b"\r") + 1
    for link in found.links:
        assert {link.source, link.target} <= known  # or the graph refuses the whole report
    for component in found.components:
        assert component.occurrences
        assert all(0 <= place.line <= last for place in component.occurrences)
    for text in texts(found):
        text.encode()


def test_every_reader_wants_its_example() -> None:
    assert [path for path, reader in READERS.items() if not reader.accepts(path)] == []


@pytest.mark.parametrize("path", sorted(READERS))
@bounded
@given(text=soup)
def test_no_text_makes_a_reader_raise(path: str, text: str) -> None:
    check(path, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("path", sorted(READERS))
@settings(bounded, max_examples=15)
@given(data=st.binary(max_size=200))
def test_no_bytes_make_a_reader_raise(path: str, data: bytes) -> None:
    check(path, data)


@bounded
@given(value=values)
def test_no_json_makes_the_lock_reader_raise(value: object) -> None:
    check("Pipfile.lock", json.dumps(value).encode())


@pytest.mark.parametrize("path", sorted(READERS))
def test_deep_nesting_is_answered(path: str) -> None:
    deep = 20_000
    for text in (
        "a = " + "[" * deep,
        "a: " + "{" * deep,
        "setup(install_requires=" + "(" * deep,
        "[" * deep,
        "- " * deep + "dependencies",
        "dependencies: " + "[" * 5_000,
    ):
        check(path, text.encode())
