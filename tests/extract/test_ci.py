"""Workflows: what they use is development."""

from __future__ import annotations

import pytest

from provenance.extract.deploy import ci
from tests.support.reading import gaps, ids
from tests.support.settings_files import at, direct

WORKFLOW = """\
on: push
jobs:
  test:
    container: python:3.11
    services:
      redis: {image: "redis:7"}
    env: {OPENAI_API_KEY: "${{ secrets.X }}"}
    steps:
      - uses: actions/checkout@v4
        with: {model: acme/none-7b}
      - run: |
          pip install ruff
          huggingface-cli download acme/ci-7b
      - run: pip install torch==${{ matrix.torch }} ${{ matrix.pkg }}
"""


def test_github() -> None:
    found = direct(ci, ".github/workflows/test.yml", WORKFLOW)
    assert ids(found, "container") == {"pkg:docker/python@3.11", "pkg:docker/redis@7"}
    assert at(found, "pkg:docker/redis@7") == [(6, "development")]
    assert at(found, "service:openai") == [(7, "development")]
    assert at(found, "pkg:pypi/ruff") == [(12, "development")]
    assert at(found, "pkg:huggingface/acme/ci-7b") == [(13, "development")]
    assert ids(found, "package") == {"pkg:pypi/ruff", "pkg:pypi/torch"}
    assert gaps(found) == {("${matrix_pkg}", "dynamic-name", 14)}


def test_gitlab() -> None:
    found = direct(
        ci, ".gitlab-ci.yml",
        """\
        image: pytorch/pytorch:2.1-cuda12.1
        test:
          services: ["postgres:13", {name: "redis:6"}]
          script:
            - pip install vllm
            - python eval.py --model acme/gl-7b
        """,
    )  # fmt: skip
    assert ids(found, "container") == {
        "pkg:docker/pytorch/pytorch@2.1-cuda12.1", "pkg:docker/postgres@13", "pkg:docker/redis@6",
    }  # fmt: skip
    assert at(found, "pkg:pypi/vllm") == [(5, "development")]
    assert at(found, "pkg:huggingface/acme/gl-7b") == [(6, "development")]


@pytest.mark.parametrize(
    "path", [".github/workflows/a.yml", ".gitlab-ci.yml", ".circleci/config.yml", "x/action.yml"]
)
def test_wanted_names(path: str) -> None:
    assert ci.accepts(path)


def test_unwanted_names() -> None:
    assert not ci.accepts(".github/dependabot.yml")


def test_a_name_in_a_matrix_is_of_what_the_jobs_build() -> None:
    found = direct(
        ci, ".github/workflows/images.yml",
        """\
        on: push
        jobs:
          build:
            strategy:
              matrix:
                include: [{image: worker}, {image: "python:3.12"}, {image: ghcr.io/acme/base}]
        """,
    )  # fmt: skip
    assert ids(found, "container") == {"pkg:docker/python@3.12", "pkg:docker/ghcr.io/acme/base"}
