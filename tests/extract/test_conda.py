"""Conda environments and locks, pixi manifests and locks."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.locks import conda as conda_lock
from provenance.extract.locks import pixi as pixi_lock
from provenance.extract.manifests import conda, pixi
from provenance.model import Document, Extraction
from tests.support.reading import (
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    requirement,
    vocabulary,
)

ENVIRONMENT = """\
name: shop
channels:
  - pytorch
  - conda-forge
dependencies:
  - python=3.11
  - pytorch==2.3.1
  - conda-forge::Acme_Core>=1.0,<2  # a note
  - acme-build=1.2.3=py311_0
  - acme-fuzzy=1.2
  - cudatoolkit=11.8
  - librosa
  - libacme
  - acme-brackets[version='>=2']
  - pip
  - pip:
      - acme-pip==3.0
      - -r requirements.txt
      - --extra-index-url https://download.pytorch.org/whl/cpu
"""


def env(text: str = ENVIRONMENT, path: str = "environment.yml") -> Extraction:
    return conda.extract(Document(path=path, data=text.encode()), vocabulary())


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("environment.yml", True), ("environment.yaml", True), ("a/environment-gpu.yml", True),
        ("env.yml", True), ("conda.yaml", True), ("conda_env.yml", True), ("dev-env.yml", True),
        ("conda-lock.yml", False), ("docker-compose.yml", False), ("environment.json", False),
        ("values.yaml", False),
    ],
)  # fmt: skip
def test_wanted_names(path: str, wanted: bool) -> None:
    assert conda.accepts(path) is wanted


def test_an_environment() -> None:
    found = env()
    assert {c.id: lines(found, c.id) for c in found.components if c.kind == "package"} == {
        "pkg:conda/python": [6], "pkg:pypi/torch@2.3.1": [7], "pkg:pypi/acme-core": [8],
        "pkg:pypi/acme-build@1.2.3": [9], "pkg:pypi/acme-fuzzy": [10], "pkg:pypi/librosa": [12],
        "pkg:conda/libacme": [13], "pkg:pypi/acme-brackets": [14], "pkg:pypi/pip": [15],
        "pkg:pypi/acme-pip@3.0": [17],
    }  # fmt: skip
    assert ids(found, "platform") == {"platform:nvidia-cuda"}
    assert lines(found, "platform:nvidia-cuda") == [11]
    assert requirement(found, "pkg:pypi/acme-core") == ">=1.0,<2"
    assert requirement(found, "pkg:pypi/acme-fuzzy") == "=1.2"
    assert requirement(found, "pkg:pypi/acme-brackets") == ">=2"
    assert [(i.path, i.location.line) for i in found.includes] == [("requirements.txt", 18)]
    assert not found.gaps


def test_channels() -> None:
    found = env()
    channels: dict[str, set[str]] = {}
    for source, _, target in links(found, "delivered-by"):
        channels.setdefault(source.removeprefix("pkg:pypi/"), set()).add(target)
    assert channels["torch@2.3.1"] == {"service:anaconda", "service:conda-forge"}
    assert channels["acme-core"] == {"service:conda-forge"}
    assert channels["acme-pip@3.0"] == {"service:pypi", "service:pytorch-index"}


@pytest.mark.parametrize(
    ("channel", "service"),
    [
        ("defaults", "service:anaconda"), ("nvidia", "service:anaconda"),
        ("conda-forge", "service:conda-forge"),
        ("https://conda.anaconda.org/conda-forge/", "service:conda-forge"),
        ("https://repo.anaconda.com/pkgs/main", "service:anaconda"),
        ("https://mirrors.acme.example/cloud/conda-forge", "service:mirrors.acme.example"),
    ],
)  # fmt: skip
def test_what_a_channel_is(channel: str, service: str) -> None:
    found = env(f"channels: [{channel}]\ndependencies: [acme]\n")
    assert links(found, "delivered-by") == {("pkg:pypi/acme", "delivered-by", service)}


def test_without_channels_the_default_ones_deliver() -> None:
    found = env("dependencies:\n- acme\n")
    assert links(found, "delivered-by") == {("pkg:pypi/acme", "delivered-by", "service:anaconda")}


def test_a_private_channel_is_a_gap() -> None:
    url = "http://10.0.0.9/conda"
    assert (url, "private-channel", 2) in gaps(env(f"channels:\n- {url}\ndependencies: []\n"))


def test_other_yaml_and_broken_yaml() -> None:
    assert env("services:\n  a: 1\n# dependencies\n") == Extraction()
    assert gaps(env("dependencies:\n- a\n- [b\n")) == {("environment.yml", "malformed-file", 4)}
    assert {r for _, r, _ in gaps(env("dependencies: " + "[" * 20_000))} == {"malformed-file"}


def test_a_specification_that_is_none_is_a_gap() -> None:
    assert gaps(env("dependencies:\n- '=='\n")) == {("==", "not-a-requirement", 2)}


def test_anchors_that_expand_without_end_are_not_expanded() -> None:
    rows = [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    text = "a0: &a0 [x, x]\n" + "\n".join(rows) + "\ndependencies: *a59\n"
    assert env(text) == Extraction()


# -- conda-lock ----------------------------------------

LOCK = textwrap.dedent(
    """\
    version: 1
    metadata:
      channels:
      - url: conda-forge
    package:
    - name: pytorch
      version: 2.3.1
      manager: conda
      platform: linux-64
      dependencies:
        __glibc: '>=2.17'
        libacme: '>=1,<2'
        python: '>=3.11,<3.12.0a0'
      url: https://mirrors.acme.example/cloud/conda-forge/linux-64/pytorch-2.3.1-h0_0.conda
      hash:
        md5: '00'
      category: main
      optional: false
    - name: libacme
      version: '1.5'
      manager: conda
      platform: linux-64
      dependencies: {}
      url: https://conda.anaconda.org/conda-forge/linux-64/libacme-1.5-0.conda
      category: main
      optional: false
    - name: python
      version: 3.11.4
      manager: conda
      platform: linux-64
      dependencies: {}
      url: https://conda.anaconda.org/pytorch/linux-64/python-3.11.4-0.conda
      category: main
      optional: false
    - name: acme-check
      version: '8.0'
      manager: pip
      platform: linux-64
      dependencies:
        torch: '>=2'
      url: https://wheels.acme.example/acme_check-8.0.whl
      category: test
      optional: true
    """
)


def test_conda_lock() -> None:
    found = conda_lock.extract(Document(path="conda-lock.yml", data=LOCK.encode()), vocabulary())
    assert {c.id: (lines(found, c.id), c.usage) for c in found.components
            if c.kind == "package"} == {
        "pkg:pypi/torch@2.3.1": ([6], "used"), "pkg:conda/libacme@1.5": ([19], "used"),
        "pkg:conda/python@3.11.4": ([27], "used"), "pkg:pypi/acme-check@8.0": ([35], "test"),
    }  # fmt: skip
    assert {(k.source, k.target, k.requirement, k.occurrences[0].line) for k in found.links
            if k.relation == "depends-on"} == {
        ("pkg:pypi/torch@2.3.1", "pkg:conda/libacme@1.5", ">=1,<2", 12),
        ("pkg:pypi/torch@2.3.1", "pkg:conda/python@3.11.4", ">=3.11,<3.12.0a0", 13),
        ("pkg:pypi/acme-check@8.0", "pkg:pypi/torch@2.3.1", ">=2", 40),
    }  # fmt: skip
    assert links(found, "delivered-by") == {
        ("pkg:pypi/torch@2.3.1", "delivered-by", "service:mirrors.acme.example"),
        ("pkg:conda/libacme@1.5", "delivered-by", "service:conda-forge"),
        ("pkg:conda/python@3.11.4", "delivered-by", "service:anaconda"),
        ("pkg:pypi/acme-check@8.0", "delivered-by", "service:wheels.acme.example"),
    }
    assert not found.gaps


def test_a_conda_lock_of_another_shape_is_a_gap() -> None:
    found = conda_lock.extract(Document(path="conda-lock.yml", data=b"a: 1\n"), vocabulary())
    assert gaps(found) == {("conda-lock.yml", "malformed-file", 0)}


# -- pixi ----------------------------------------

PIXI = """\
[workspace]
name = "shop"
channels = ["conda-forge", "https://conda.anaconda.org/pytorch"]

[dependencies]
python = ">=3.11"
acme-core = { version = "==1.0", channel = "conda-forge" }

[pypi-dependencies]
acme-pip = { version = ">=2", extras = ["fast"] }
shop = { path = ".", editable = true }

[feature.test.dependencies]
acme-check = "*"

[feature.gpu.target.linux-64.dependencies]
cuda-toolkit = "12.*"
pytorch = "2.3.*"

[build-dependencies]
acme-build = "*"
"""


def manifest(text: str = PIXI) -> Extraction:
    return pixi.extract(Document(path="pixi.toml", data=text.encode()), vocabulary())


def test_pixi_manifest() -> None:
    found = manifest()
    assert {c.id: (lines(found, c.id), c.usage) for c in found.components
            if c.kind == "package"} == {
        "pkg:conda/python": ([6], "used"), "pkg:pypi/acme-core@1.0": ([7], "used"),
        "pkg:pypi/acme-pip": ([10], "used"), "pkg:pypi/shop": ([11], "used"),
        "pkg:pypi/acme-check": ([14], "test"), "pkg:pypi/torch": ([18], "used"),
        "pkg:pypi/acme-build": ([21], "development"),
    }  # fmt: skip
    assert lines(found, "platform:nvidia-cuda") == [17]
    assert gaps(found) == {("shop", "local-requirement", 11)}
    assert {c for a, _, c in links(found, "delivered-by") if a == "pkg:pypi/acme-core@1.0"} == {
        "service:conda-forge"
    }
    assert {c for a, _, c in links(found, "delivered-by") if a == "pkg:pypi/torch"} == {
        "service:conda-forge", "service:anaconda",
    }  # fmt: skip
    assert found.project_name == "shop"


PIXI_LOCK = textwrap.dedent(
    """\
    version: 6
    environments:
      default:
        channels:
        - url: https://conda.anaconda.org/conda-forge/
        packages:
          linux-64:
          - conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.3.1-cuda_0.conda
          - pypi: https://wheels.acme.example/acme_pip-3.0-py3-none-any.whl
      test:
        packages:
          linux-64:
          - conda: https://conda.anaconda.org/conda-forge/noarch/acme-check-8.0-py_0.conda
    packages:
    - conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.3.1-cuda_0.conda
      sha256: '00'
      depends:
      - __glibc >=2.17,<3.0.a0
      - libacme >=1.5
      license: BSD-3-Clause
      purls:
      - pkg:pypi/torch?source=hash-mapping
      size: 1
    - conda: https://conda.anaconda.org/conda-forge/linux-64/libacme-1.5-h0_0.tar.bz2
      purls: []
    - conda: https://conda.anaconda.org/conda-forge/noarch/acme-check-8.0-py_0.conda
      depends:
      - python >=3.9
    - pypi: https://wheels.acme.example/acme_pip-3.0-py3-none-any.whl
      name: acme-pip
      version: '3.0'
      requires_dist:
      - torch>=2
      - acme-absent ; extra == 'x'
      requires_python: '>=3.9'
    - pypi: ./
      name: shop
      version: 0.1.0
      editable: true
    """
)


def test_pixi_lock() -> None:
    found = pixi_lock.extract(Document(path="pixi.lock", data=PIXI_LOCK.encode()), vocabulary())
    assert {c.id: (lines(found, c.id), c.usage) for c in found.components
            if c.kind == "package"} == {
        "pkg:pypi/torch@2.3.1": ([15], "used"), "pkg:conda/libacme@1.5": ([24], "used"),
        "pkg:pypi/acme-check@8.0": ([26], "test"), "pkg:pypi/acme-pip@3.0": ([29], "used"),
    }  # fmt: skip
    assert {(k.source, k.target, k.requirement) for k in found.links
            if k.relation == "depends-on"} == {
        ("pkg:pypi/torch@2.3.1", "pkg:conda/libacme@1.5", ">=1.5"),
        ("pkg:pypi/acme-pip@3.0", "pkg:pypi/torch@2.3.1", ">=2"),
    }  # fmt: skip
    assert [(i.component, i.raw, i.evidence.reference) for i in found.licenses] == [
        ("pkg:pypi/torch@2.3.1", "BSD-3-Clause", "pixi.lock:15")
    ]
    assert not found.gaps


def test_version_five_names_its_fields() -> None:
    text = textwrap.dedent(
        """\
        version: 5
        packages:
        - kind: conda
          name: acme-core
          version: '1.0'
          url: https://conda.anaconda.org/conda-forge/noarch/acme-core-1.0-py_0.conda
          depends:
          - python >=3.9
        - kind: conda
          name: acme-native
          version: '2.0'
          url: https://conda.anaconda.org/conda-forge/linux-64/acme-native-2.0-0.conda
        """
    )
    found = pixi_lock.extract(Document(path="pixi.lock", data=text.encode()), vocabulary())
    assert ids(found, "package") == {"pkg:pypi/acme-core@1.0", "pkg:conda/acme-native@2.0"}
    assert component(found, "pkg:pypi/acme-core@1.0").occurrences[0].line == 3
    assert line_with(text, "name: acme-native") == 10
