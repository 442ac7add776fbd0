"""Units of systemd, Procfiles and pipelines of Jenkins (``launcher``), and files of their kin."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, lines, read


def test_a_unit_of_systemd() -> None:
    found = read(
        "deploy/vllm.service",
        """\
        [Unit]
        Description=runs acme/no-7b
        [Service]
        Environment="MODEL=acme/enc-7b" HF_ENDPOINT=https://hf-mirror.com
        ExecStartPre=-/usr/bin/docker pull vllm/vllm-openai:v0.6.0
        ExecStart=/usr/bin/vllm serve acme/chat-7b \\
            --port 8000
        """,
    )
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [6]
    assert lines(found, "pkg:huggingface/acme/enc-7b") == [4]
    assert lines(found, "service:hf-mirror") == [4]
    assert lines(found, "pkg:docker/vllm/vllm-openai@v0.6.0") == [5]
    assert "pkg:huggingface/acme/no-7b" not in ids(found)


def test_a_quadlet() -> None:
    found = read("ollama.container", "[Container]\nImage=docker.io/ollama/ollama:0.3\n")
    assert lines(found, "pkg:docker/ollama/ollama@0.3") == [2]


def test_a_procfile() -> None:
    found = read("Procfile", "web: python serve.py --model_name_or_path acme/chat-7b\n# a: b\n")
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [1]


def test_a_pipeline_of_jenkins() -> None:
    found = read(
        "ci/Jenkinsfile",
        """\
        pipeline {
          agent { docker { image 'nvcr.io/nvidia/pytorch:24.01-py3' } }
          environment {
            MODEL = 'acme/chat-7b'
          }
          stages { stage('x') { steps {
            // sh 'pip install old==1.0'
            sh 'pip install openai==1.0.0'
            sh(script: \"\"\"
              pip install tiktoken
              vllm serve acme/other-7b
            \"\"\")
          } } }
        }
        """,
    )
    assert lines(found, "pkg:docker/nvcr.io/nvidia/pytorch@24.01-py3") == [2]
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [4]
    assert lines(found, "pkg:pypi/openai@1.0.0") == [8]
    assert lines(found, "pkg:pypi/tiktoken") == [10]
    assert lines(found, "pkg:huggingface/acme/other-7b") == [11]
    assert {c.usage for c in found.components} == {"development"}
    assert "pkg:pypi/old@1.0" not in ids(found)


def test_an_earthfile() -> None:
    found = read("Earthfile", "VERSION 0.8\nFROM python:3.11\nx:\n    RUN pip install openai\n")
    assert lines(found, "pkg:docker/python@3.11") == [2]
    assert lines(found, "pkg:pypi/openai") == [4]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("cog.yaml", 'build:\n  cuda: "12.1"\n  python_packages:\n    - torch==2.1.0\n',
         {"platform:nvidia-cuda", "pkg:pypi/torch@2.1.0"}),
        ("bentofile.yaml", "python:\n  packages: [torch==2.1.0]\n", {"pkg:pypi/torch@2.1.0"}),
        ("truss/config.yaml", "model_cache:\n  - repo_id: acme/odd-name\n",
         {"pkg:huggingface/acme/odd-name"}),
        ("train.yaml", "dataset:\n  repo_id: acme/odd-name\n",
         {"dataset:huggingface/acme/odd-name"}),
        ("sky.yaml", "resources:\n  accelerators: A100:8\nrun: pip install x\n",
         {"platform:nvidia-cuda"}),
        ("playbook.yml", "- tasks:\n    - shell: ollama pull mistral:7b\n",
         {"model:ollama/mistral:7b"}),
        ("dvc.yaml", "stages:\n  a:\n    cmd: python t.py --model_name_or_path acme/chat-7b\n",
         {"pkg:huggingface/acme/chat-7b"}),
        ("MLproject", 'entry_points: {main: {command: "python t.py --model_name acme/chat-7b"}}\n',
         {"pkg:huggingface/acme/chat-7b"}),
        ("promptfooconfig.yaml", "providers:\n  - openai:chat:gpt-4o\n  - ollama:chat:llama3.1\n",
         {"model:openai/gpt-4o", "model:ollama/llama3.1"}),
        (".devcontainer/devcontainer.json", '{"postCreateCommand": "ollama pull phi3 && true"}',
         {"model:ollama/phi3"}),
        ("wrangler.toml", '[ai]\nbinding = "AI"\n', {"service:cloudflare-workers-ai"}),
        ("run.py", '@app.function(gpu="H100")\ndef f(): ...\n', {"platform:nvidia-cuda"}),
        ("run.py", 'image = image.pip_install(\n    "vllm==0.6.1",\n    "acme-x",\n)\n',
         {"pkg:pypi/vllm@0.6.1", "pkg:pypi/acme-x"}),
    ],
)  # fmt: skip
def test_forms_of_tools(path: str, text: str, wanted: set[str]) -> None:
    assert wanted <= ids(read(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "trainer:\n  accelerator: gpu\n  gpus: 1\nmodel: {}\n"),
        ("a.yaml", "accelerator: auto\nmodel_size: t4x\n"),
        ("run.py", 'f(gpu="auto")\ng(gpu=0)\n'),
    ],
)
def test_settings_that_name_no_card(path: str, text: str) -> None:
    assert ids(read(path, text), "platform") == set()


def test_packages_of_a_session_are_for_development() -> None:
    found = read("noxfile.py", 'def t(session):\n    session.install("pytest", "-e", ".")\n')
    assert component(found, "pkg:pypi/pytest").usage == "development"
    assert ids(found, "package") == {"pkg:pypi/pytest"}
