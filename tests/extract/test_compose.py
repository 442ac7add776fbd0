"""Compose: images, variables with defaults, merges, commands, devices."""

from __future__ import annotations

import pytest

from provenance.extract.deploy import compose
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import component, gaps, ids, lines, read, vocabulary
from tests.support.settings_files import direct, redirects

STACK = """\
x-llm: &llm
  image: ollama/ollama:0.3
  deploy:
    resources:
      reservations:
        devices:
          - driver: nvidia
            capabilities: [gpu]
services:
  llm:
    <<: *llm
    entrypoint: ["/bin/sh", "-c", "ollama serve & ollama pull qwen2:7b"]
  tei:
    image: ghcr.io/acme/tei:1.5
    command: --model-id ${TEI_MODEL:-acme/embed-7b} --port 80
  vllm:
    image: vllm/vllm-openai:${VLLM_TAG:-v0.6.0}
    command:
      - --model
      - acme/chat-7b
  app:
    build:
      args:
        - MODEL_ID=acme/arg-7b
    environment:
      - LLM=${LLM:-llama3}
      - EMBEDDING_MODEL=${EMBEDDING_MODEL-acme/emb-7b}
      - OPENAI_API_BASE=http://vllm:8000/v1
      - OPENAI_API_KEY
  other:
    image: acme/x
    environment:
      CHAT_MODEL: acme/map-7b
      RERANK_MODEL: $RERANK
"""


def stack(text: str = STACK) -> Extraction:
    return direct(compose, "docker-compose.yml", text)


@pytest.mark.parametrize(
    "path",
    ["docker-compose.yml", "compose.yaml", "a/docker-compose.gpu.yaml", "compose-dev.yml",
     "docker-compose.override.yml", "gpu.compose.yaml"],
)  # fmt: skip
def test_wanted_names(path: str) -> None:
    assert compose.accepts(path)


def test_unwanted_names() -> None:
    assert not compose.accepts("composer.json")
    assert not compose.accepts("decompose_model.yaml")


def test_images() -> None:
    found = stack()
    assert ids(found, "container") == {
        "pkg:docker/ollama/ollama@0.3", "pkg:docker/ghcr.io/acme/tei@1.5",
        "pkg:docker/vllm/vllm-openai@v0.6.0", "pkg:docker/acme/x",
    }  # fmt: skip
    assert lines(found, "pkg:docker/ollama/ollama@0.3") == [2]
    assert lines(found, "platform:nvidia-cuda") == [7]


def test_models() -> None:
    found = stack()
    assert ids(found, "model") == {
        "model:ollama/qwen2:7b", "model:ollama/llama3", "pkg:huggingface/acme/embed-7b",
        "pkg:huggingface/acme/chat-7b", "pkg:huggingface/acme/arg-7b",
        "pkg:huggingface/acme/emb-7b", "pkg:huggingface/acme/map-7b",
    }  # fmt: skip
    assert lines(found, "model:ollama/qwen2:7b") == [12]
    assert lines(found, "pkg:huggingface/acme/embed-7b") == [15]
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [20]
    assert lines(found, "pkg:huggingface/acme/arg-7b") == [24]
    assert lines(found, "model:ollama/llama3") == [26]
    assert [p.confidence for p in component(found, "model:ollama/llama3").occurrences] == ["medium"]
    assert lines(found, "pkg:huggingface/acme/map-7b") == [33]
    assert gaps(found) == {("$RERANK", "dynamic-name", 34)}


def test_a_services_name_is_a_local_host() -> None:
    found = stack()
    assert redirects(found) == {("service:openai", 28)}
    assert "service:openai" not in ids(found)


def test_the_first_version_has_services_at_the_top() -> None:
    assert ids(stack("web:\n  image: acme/x:1\n"), "container") == {"pkg:docker/acme/x@1"}


def test_models_of_dockers_runner() -> None:
    found = stack("services:\n  a: {image: acme/x}\nmodels:\n  m:\n    model: hf.co/acme/m-7b:Q4\n")
    assert lines(found, "pkg:huggingface/acme/m-7b") == [5]


def test_services_put_out_of_use() -> None:
    found = stack("services:\n  a:\n    image: acme/x:1\n  # b:\n  #   image: qdrant/qdrant:v1\n")
    assert component(found, "pkg:docker/qdrant/qdrant@v1").usage == "commented"
    assert lines(found, "pkg:docker/qdrant/qdrant@v1") == [5]


@pytest.mark.parametrize(
    ("variables", "model"),
    [
        (
            "APP_LLM_MODELENGINE: nvidia-ai-endpoints",
            "model:nvidia-nim-api/meta/llama3-8b-instruct",
        ),
        ("APP_LLM_PROVIDER: ${P:-groq}", "model:groq/meta/llama3-8b-instruct"),
        ("APP_OTHER_PROVIDER: groq", "pkg:huggingface/meta/llama3-8b-instruct"),
        (
            "APP_LLM_PROVIDER: groq\n      APP_LLM_SERVERURL: http://nim:8000",
            "pkg:huggingface/meta/llama3-8b-instruct",
        ),
    ],
)
def test_the_provider_of_a_model_stands_in_a_variable_beside_it(variables: str, model: str) -> None:
    found = read(
        "docker-compose.yml",
        "services:\n  a:\n    image: acme/x:1\n    environment:\n"
        '      APP_LLM_MODELNAME: ${APP_LLM_MODELNAME:-"meta/llama3-8b-instruct"}\n'
        f"      {variables}\n",
    )
    asked = {i for i in ids(found, "model") if i.startswith("model:")}
    assert asked == ({model} if model.startswith("model:") else set())
    assert component(found, "pkg:huggingface/meta/llama3-8b-instruct").direct is not bool(asked)


OWN = """\
services:
  app:
    build: {context: ./app}
    image: ${REPO:-acme}/app:${TAG:-latest}
  worker:
    image: acme/app:1.2
  attu:
    build: ./attu
    image: zilliz/attu:v2.3.5
  db:
    image: postgres:16
volumes:
  app:
    name: acme/app
"""


def own(*files: str) -> Extraction:
    """The services above, in a tree that holds these files."""
    there = Siblings(dict.fromkeys(files, b"FROM scratch\n").get)
    document = Document(path="deploy/compose.yaml", data=OWN.encode(), sibling=there)
    return compose.extract(document, vocabulary())


def test_what_a_service_builds_is_no_image_from_elsewhere() -> None:
    found = own()
    assert ids(found, "container") == {"pkg:docker/postgres@16"}
    assert not found.own and not found.gaps


def test_an_image_is_the_tree_s_own_where_its_dockerfile_is_here() -> None:
    assert own("deploy/app/Dockerfile", "deploy/attu/Dockerfile").own == ("pkg:docker/acme/app",)
    assert not own("app/Dockerfile").own


def test_the_image_that_a_build_is_told_to_begin_from() -> None:
    found = stack("""\
services:
  ocr:
    build:
      context: .
      args:
        BASE_IMAGE: ${PADDLE:-registry.example.com/paddle/paddle:3.0.0}
        SAVE_IMAGE: "yes"
""")
    (image,) = (c for c in found.components if c.kind == "container")
    assert image.id == "pkg:docker/registry.example.com/paddle/paddle@3.0.0"
    assert [(p.line, p.confidence) for p in image.occurrences] == [(6, "medium")]
