"""Dockerfiles: images, arguments, and the shell they run."""

from __future__ import annotations

import pytest

from provenance.extract import extractor_for
from provenance.extract.deploy import dockerfile
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, links
from tests.support.settings_files import at, direct, imports


def docker(text: str, path: str = "Dockerfile") -> Extraction:
    return direct(dockerfile, path, text)


@pytest.mark.parametrize(
    "path",
    ["Dockerfile", "a/Dockerfile.cuda12", "dockerfile", "api.dockerfile", "Containerfile",
     "docker/Dockerfile-dev", "gpu.Dockerfile", "file-import-dockerfile", "web_dockerfile",
     "dockerfile-gpu", "api.Dockerfile.dev"],
)  # fmt: skip
def test_wanted_names(path: str) -> None:
    assert extractor_for(path) is dockerfile


@pytest.mark.parametrize(
    "path", [".dockerignore", "Dockerfile.dockerignore", "dockerfile_reader.py", "Dockerfile.md",
             "scan-dockerfile-path.yml", "mydockerfile"],
)  # fmt: skip
def test_unwanted_names(path: str) -> None:
    assert not dockerfile.accepts(path)


def test_a_comment_that_is_an_image_is_another_base() -> None:
    found = docker(
        "# registry.acme.example/tools/base:1.2\n# see docs.acme.example/setup\n"
        "# nginx:1.2\nFROM registry.acme.example/tools/base:1.1\n"
    )
    assert ids(found, "container") == {
        "pkg:docker/registry.acme.example/tools/base@1.1",
        "pkg:docker/registry.acme.example/tools/base@1.2",
    }
    assert at(found, "pkg:docker/registry.acme.example/tools/base@1.2") == [(1, "commented")]


def test_of_other_names_the_text_begins_as_a_dockerfile_does() -> None:
    text = "# the job\n\nARG TAG=3\nFROM quay.io/acme/job:1\nRUN pip install torch\n"
    assert ids(docker(text, "shared/job-dockerfile"), "container") == {
        "pkg:docker/quay.io/acme/job@1"
    }
    prose = f"How the image is built:\n{text}"
    assert not docker(prose, "shared/job-dockerfile").components
    assert ids(docker(f"LABEL a=b\n{text}"), "container") == {"pkg:docker/quay.io/acme/job@1"}


def test_a_pair_of_arguments_makes_a_model() -> None:
    found = docker(
        """\
        ARG ORG=acme
        ARG NAME=Acme-7B
        FROM python:3.11
        RUN huggingface-cli download ${ORG}/${NAME}
        ENV MODEL_ID=${ORG}/${NAME}
        """
    )
    assert lines(found, "pkg:huggingface/acme/Acme-7B") == [4, 5]
    assert {p.confidence for p in component(found, "pkg:huggingface/acme/Acme-7B").occurrences} == {
        "medium"
    }


def test_stages_platforms_digests_and_copies() -> None:
    found = docker(
        """\
        ARG TAG=12.1.0
        FROM --platform=linux/amd64 nvidia/cuda:${TAG}-devel AS Base
        FROM base
        FROM acme/app@sha256:0011223344556677
        COPY --from=ghcr.io/astral-sh/uv:0.4 /uv /bin/
        COPY --from=base /x /y
        COPY --from=0 /x /y
        FROM scratch
        """
    )
    assert ids(found, "container") == {
        "pkg:docker/nvidia/cuda@12.1.0-devel",
        "pkg:docker/acme/app@sha256:0011223344556677",
        "pkg:docker/ghcr.io/astral-sh/uv@0.4",
    }
    assert lines(found, "pkg:docker/nvidia/cuda@12.1.0-devel") == [2]
    assert lines(found, "platform:nvidia-cuda") == [2]
    assert (
        "pkg:docker/ghcr.io/astral-sh/uv@0.4", "delivered-by", "service:github"
    ) in links(found)  # fmt: skip
    assert not found.gaps


@pytest.mark.parametrize(
    ("image", "platform"),
    [
        ("pytorch/pytorch:2.1-cuda12.1-cudnn8", "nvidia-cuda"),
        ("nvcr.io/nvidia/pytorch:24.05-py3", "nvidia-cuda"),
        ("rocm/vllm:latest", "amd-rocm"),
        ("ascendai/cann:8.0-910b", "ascend-cann"),
        ("vault.habana.ai/gaudi-docker/1.18", "intel-gaudi"),
    ],
)
def test_what_a_base_image_runs_on(image: str, platform: str) -> None:
    assert ids(docker(f"FROM {image}\n"), "platform") == {f"platform:{platform}"}


def test_plain_images_run_on_nothing_special() -> None:
    assert not ids(docker("FROM python:3.11-slim\nFROM ubuntu\n"), "platform")


def test_run_with_continuations_comments_and_options() -> None:
    found = docker(
        """\
        FROM python
        RUN --mount=type=cache,target=/var/cache pip install \\
            # the client
            openai==1.2 \\

            "transformers>=4" && \\
            pip install peft
        """
    )
    assert lines(found, "pkg:pypi/openai@1.2") == [4]
    assert lines(found, "pkg:pypi/transformers") == [6]
    assert lines(found, "pkg:pypi/peft") == [7]


def test_run_as_here_document() -> None:
    found = docker("FROM a/b\nRUN <<EOT\npip install peft\nEOT\nRUN pip install trl\n")
    assert lines(found, "pkg:pypi/peft") == [3]
    assert lines(found, "pkg:pypi/trl") == [5]


def test_list_form_and_settings() -> None:
    found = docker(
        """\
        FROM a/b
        ENV EMBED acme/embed-7b
        ENV LLM_MODEL=acme/llm-7b \\
            OTHER="acme/other-7b"
        ENTRYPOINT ["python", "-m", "vllm.entrypoints.openai.api_server"]
        CMD ["--model", "acme/served-7b"]
        """
    )
    assert lines(found, "pkg:huggingface/acme/embed-7b") == [2]
    assert lines(found, "pkg:huggingface/acme/llm-7b") == [3]
    assert lines(found, "pkg:huggingface/acme/other-7b") == [4]
    assert lines(found, "pkg:huggingface/acme/served-7b") == [6]
    assert imports(found) == {("vllm.entrypoints.openai.api_server", 5)}


def test_a_download_address_in_an_argument() -> None:
    found = docker(
        "FROM a/b\nARG MODEL_URL=https://huggingface.co/acme/A-GGUF/resolve/main/a.gguf\n"
        "RUN wget $MODEL_URL\n"
    )
    assert lines(found, "pkg:huggingface/acme/A-GGUF") == [2, 3]


def test_comments_are_commented() -> None:
    found = docker("# FROM acme/old:1\nFROM a/b\n# RUN pip install peft\n# from here on\n")
    assert at(found, "pkg:docker/acme/old@1") == [(1, "commented")]
    assert at(found, "pkg:pypi/peft") == [(3, "commented")]
    assert ids(found, "container") == {"pkg:docker/acme/old@1", "pkg:docker/a/b"}


def test_an_unknown_image_is_a_gap_and_an_unknown_tag_is_not() -> None:
    found = docker("FROM $BASE\nFROM acme/x:${TAG}\n")
    assert gaps(found) == {("$BASE", "dynamic-name", 1)}
    assert ids(found, "container") == {"pkg:docker/acme/x"}


def test_what_a_later_run_builds_from_a_repository() -> None:
    found = docker(
        """\
        FROM acme/x:1
        RUN git clone "https://github.com/acme/engine" \\
            "/usr/src/engine-src"
        RUN pip install --upgrade pip
        RUN cd "/usr/src/engine-src" && \\
            "/venv/bin/pip" install --no-build-isolation -e .
        """
    )
    assert lines(found, "pkg:github/acme/engine") == [2]
    own = docker("FROM acme/x:1\nRUN git clone https://github.com/acme/e /e\nRUN pip install .\n")
    assert "pkg:github/acme/e" not in ids(own)
