"""Pipfile and Pipfile.lock."""

from __future__ import annotations

import json

from provenance.extract.manifests import pipfile
from provenance.model import Document, Extraction
from tests.support.reading import (
    PACKAGE_INDEX,
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    requirement,
    texts,
    vocabulary,
)

PIPFILE = f"""\
[[source]]
url = "{PACKAGE_INDEX}"
verify_ssl = true
name = "pypi"

[[source]]
url = "https://download.pytorch.org/whl/cpu"
name = "torch"

[packages]
acme-core = "*"
Acme_Pin = "==2.1.0"
acme-extra = {{extras = ["fast"], version = ">=3", markers = "sys_platform == 'linux'"}}
acme-torch = {{version = "==2.3", index = "torch"}}
acme-git = {{git = "https://github.com/acme/tool.git", ref = "main"}}
acme-near = {{path = "./near", editable = true}}

[dev-packages]
acme-check = ">=8"

[docs]
acme-pages = "*"

[requires]
python_version = "3.11"
"""


def read(path: str, text: str | bytes) -> Extraction:
    data = text if isinstance(text, bytes) else text.encode()
    return pipfile.extract(Document(path=path, data=data), vocabulary())


def test_wanted_names() -> None:
    assert pipfile.accepts("Pipfile")
    assert pipfile.accepts("a/Pipfile.lock")
    assert not pipfile.accepts("Pipfile.toml")


def test_declared_packages() -> None:
    found = read("Pipfile", PIPFILE)
    assert {c.id: (c.usage, lines(found, c.id)) for c in found.components
            if c.kind == "package"} == {
        "pkg:pypi/acme-core": ("used", [11]), "pkg:pypi/acme-pin@2.1.0": ("used", [12]),
        "pkg:pypi/acme-extra": ("used", [13]), "pkg:pypi/acme-torch@2.3": ("used", [14]),
        "pkg:pypi/acme-git": ("used", [15]), "pkg:pypi/acme-near": ("used", [16]),
        "pkg:pypi/acme-check": ("development", [19]),
        "pkg:pypi/acme-pages": ("documentation", [22]),
    }  # fmt: skip
    assert requirement(found, "pkg:pypi/acme-extra") == "[fast]>=3 ; sys_platform == 'linux'"
    channels = {a.removeprefix("pkg:pypi/"): c for a, _, c in links(found, "delivered-by")}
    assert channels == {
        "acme-core": "service:pypi", "acme-pin@2.1.0": "service:pypi",
        "acme-extra": "service:pypi", "acme-torch@2.3": "service:pytorch-index",
        "acme-git": "service:github", "acme-check": "service:pypi", "acme-pages": "service:pypi",
    }  # fmt: skip
    assert gaps(found) == {("acme-near", "local-requirement", 16)}


def test_a_private_source_is_named_by_its_host() -> None:
    url = "http://10.0.0.9/simple"
    found = read("Pipfile", f'[[source]]\nurl = "{url}"\nname = "x"\n[packages]\nacme = "*"\n')
    assert gaps(found) == {(url, "private-channel", 2)}
    assert links(found, "delivered-by") == {("pkg:pypi/acme", "delivered-by", "service:10.0.0.9")}


LOCK = json.dumps(
    {
        "_meta": {"sources": [{"name": "pypi", "url": PACKAGE_INDEX},
                              {"name": "torch", "url": "https://download.pytorch.org/whl/cpu"}]},
        "default": {
            "acme-core": {"version": "==1.0", "index": "pypi", "hashes": ["sha256:00"]},
            "acme-torch": {"version": "==2.3", "index": "torch"},
            "acme-git": {"git": "https://github.com/acme/tool.git", "ref": "00"},
            "acme-near": {"path": "./near", "editable": True},
        },
        "develop": {
            "acme-check": {"version": "==8.0", "markers": "python_version >= '3.9'"},
            "acme-core": {"version": "==1.0"},
        },
    },
    indent=4,
)  # fmt: skip


def test_locked_packages() -> None:
    found = read("Pipfile.lock", LOCK)
    assert {c.id: (c.usage, c.direct) for c in found.components if c.kind == "package"} == {
        "pkg:pypi/acme-core@1.0": ("used", False), "pkg:pypi/acme-torch@2.3": ("used", False),
        "pkg:pypi/acme-git": ("used", False), "pkg:pypi/acme-near": ("used", False),
        "pkg:pypi/acme-check@8.0": ("development", False),
    }  # fmt: skip
    assert lines(found, "pkg:pypi/acme-torch@2.3") == [line_with(LOCK, '"acme-torch"')]
    assert lines(found, "pkg:pypi/acme-check@8.0") == [line_with(LOCK, '"acme-check"')]
    channels = {a.removeprefix("pkg:pypi/"): c for a, _, c in links(found, "delivered-by")}
    assert channels == {
        "acme-core@1.0": "service:pypi", "acme-torch@2.3": "service:pytorch-index",
        "acme-git": "service:github", "acme-check@8.0": "service:pypi",
    }  # fmt: skip
    near = line_with(LOCK, '"acme-near"')
    assert gaps(found) == {
        ("acme-near", "local-requirement", near), ("Pipfile.lock", "lock-without-edges", 0),
    }  # fmt: skip
    assert [text for text in texts(found) if PACKAGE_INDEX.split("/")[2] in text] == []


def test_trouble() -> None:
    assert gaps(read("Pipfile", "[packages\n")) == {("Pipfile", "malformed-file", 1)}
    assert gaps(read("Pipfile.lock", '{\n"a": }')) == {("Pipfile.lock", "malformed-file", 2)}
    assert read("Pipfile.lock", '{"default": [1], "develop": {"a": 7}}').gaps
    assert ids(read("Pipfile.lock", "[]")) == set()


def test_an_example_s_pipfile_is_an_example() -> None:
    found = read("examples/Pipfile", PIPFILE)
    assert component(found, "pkg:pypi/acme-core").usage == "example"
