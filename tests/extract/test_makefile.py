"""Makefiles and justfiles."""

from __future__ import annotations

import pytest

from provenance.extract.shell import makefile
from tests.support.reading import component, gaps, ids, lines
from tests.support.settings_files import at, direct


def test_variables_and_recipes() -> None:
    found = direct(
        makefile, "Makefile",
        "ORG ?= acme\n"
        "NAME := mk-7b # x\n"
        "MODEL = $(ORG)/$(NAME)\n"
        "# OLD_MODEL = acme/old-7b\n"
        "run:\n"
        "\t@python serve.py \\\n"
        "\t  --model $(MODEL)\n"
        "\t-docker run --gpus all vllm/x:v1 --model acme/dock-7b\n"
        "\tcurl $$URL --model $(shell cat name)\n"
        "install: run\n"
        "\tpip install vllm\n",
    )  # fmt: skip
    assert lines(found, "pkg:huggingface/acme/mk-7b") == [3, 7]
    assert {p.confidence for p in component(found, "pkg:huggingface/acme/mk-7b").occurrences} == {
        "medium"
    }
    assert at(found, "pkg:huggingface/acme/old-7b") == [(4, "commented")]
    assert lines(found, "pkg:huggingface/acme/dock-7b") == [8]
    assert lines(found, "pkg:docker/vllm/x@v1") == [8]
    assert lines(found, "pkg:pypi/vllm") == [11]
    assert {reason for _, reason, _ in gaps(found)} == {"dynamic-name"}


def test_a_justfile() -> None:
    found = direct(
        makefile, "justfile", 'model := "acme/just-7b"\n\nrun:\n    vllm serve {{model}}\n'
    )
    assert lines(found, "pkg:huggingface/acme/just-7b") == [1, 4]


@pytest.mark.parametrize("path", ["Makefile", "GNUmakefile", "build/rules.mk", "Makefile.gpu"])
def test_wanted_names(path: str) -> None:
    assert makefile.accepts(path)


def test_spaces_are_no_recipe() -> None:
    assert not ids(direct(makefile, "Makefile", "a:\n    pip install x\n"))


def test_what_another_recipe_builds_is_no_image_from_elsewhere() -> None:
    found = direct(
        makefile, "Makefile",
        "IMAGE := acme/api\nTAG ?= latest\n"
        "run:\n\tdocker run -p 80:80 $(IMAGE):$(TAG)\n\tdocker run redis:7\n"
        "build:\n\tdocker build -f app/Dockerfile -t $(IMAGE):$(TAG) ./app\n",
    )  # fmt: skip
    assert ids(found, "container") == {"pkg:docker/redis@7"}


def test_targets_for_developers() -> None:
    found = direct(
        makefile, "Makefile",
        "install:\n\tpip install acme-app\ninstall-dev: install\n\tpip install acme-types\n"
        "lint:\n\tuvx acme-lint\ndev:\n\tpip install acme-server\n",
    )  # fmt: skip
    assert at(found, "pkg:pypi/acme-app") == [(2, "used")]
    assert at(found, "pkg:pypi/acme-types") == [(4, "development")]
    assert at(found, "pkg:pypi/acme-lint") == [(6, "development")]
    assert at(found, "pkg:pypi/acme-server") == [(8, "used")]
