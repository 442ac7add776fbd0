"""Kubernetes manifests, Helm values and templates."""

from __future__ import annotations

import pytest

from provenance.extract.config import yaml_config
from provenance.extract.deploy import kubernetes
from provenance.model import Extraction
from tests.support.reading import ids, lines
from tests.support.settings_files import direct

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: tgi
          image: ghcr.io/acme/tgi:2.0
          args: ["--model-id", "acme/tgi-7b"]
          env:
            - name: MODEL_NAME
              value: acme/other-7b
            - name: OPENAI_API_KEY
              valueFrom: {secretKeyRef: {name: x, key: y}}
          resources:
            limits:
              nvidia.com/gpu: 1
              huawei.com/Ascend910: "2"
              amd.com/gpu: 0
---
apiVersion: v1
kind: ConfigMap
data:
  EMBEDDING_MODEL: acme/cm-7b
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
spec:
  predictor:
    model:
      storageUri: hf://acme/kserve-7b
"""


def manifest(text: str = MANIFEST) -> Extraction:
    return direct(yaml_config, "deploy/app.yaml", text)


def test_a_manifest() -> None:
    found = manifest()
    assert lines(found, "pkg:docker/ghcr.io/acme/tgi@2.0") == [8]
    assert lines(found, "pkg:huggingface/acme/tgi-7b") == [9]
    assert lines(found, "pkg:huggingface/acme/other-7b") == [12]
    assert lines(found, "service:openai") == [13]
    assert lines(found, "platform:nvidia-cuda") == [17]
    assert lines(found, "platform:ascend-cann") == [18]
    assert "platform:amd-rocm" not in ids(found)
    assert lines(found, "pkg:huggingface/acme/cm-7b") == [24]
    assert lines(found, "pkg:huggingface/acme/kserve-7b") == [31]
    assert len(ids(found, "model")) == 4
    assert not found.gaps


def test_helm_values() -> None:
    found = direct(
        kubernetes, "charts/x/values.yaml",
        """\
        image:
          repository: vllm/vllm-openai
          tag: "v0.6.1"
        tei:
          image: {registry: ghcr.io, repository: acme/embeddings-inference, tag: 1.5}
        ollama:
          models:
            pull:
              - llama3:8b
        model: acme/values-7b
        """,
    )  # fmt: skip
    assert ids(found, "container") == {
        "pkg:docker/vllm/vllm-openai@v0.6.1", "pkg:docker/ghcr.io/acme/embeddings-inference@1.5",
    }  # fmt: skip
    assert ids(found, "model") == {"model:ollama/llama3:8b", "pkg:huggingface/acme/values-7b"}
    assert lines(found, "model:ollama/llama3:8b") == [9]


def test_helm_templates_have_literal_lines_only() -> None:
    found = direct(
        kubernetes, "charts/x/templates/deployment.yaml",
        """\
        {{- if .Values.gpu }}
        kind: Deployment
        {{- end }}
              image: acme/side:1
              image: "{{ .Values.image }}"
              env:
                - name: MODEL_ID
                  value: acme/tpl-7b
        """,
    )  # fmt: skip
    assert ids(found, "container") == {"pkg:docker/acme/side@1"}
    assert lines(found, "pkg:huggingface/acme/tpl-7b") == [8]
    assert not found.gaps


@pytest.mark.parametrize("path", ["values.yaml", "values-gpu.yaml", "charts/a/templates/x.yaml"])
def test_wanted_names(path: str) -> None:
    assert kubernetes.accepts(path)


def test_definitions_of_resources_run_nothing() -> None:
    text = "apiVersion: v1\nkind: CustomResourceDefinition\nspec:\n  model: acme/x-7b\n"
    assert not ids(manifest(text))


TEMPLATE = """\
# made by templatefile()
modelSpec:
  - name: tiny
    repository: vllm/vllm-openai
    tag: v0.15.1
    modelURL: /data/models/tiny
    host: ${ingress_host}
    nodeSelector:
      cloud.google.com/gke-tpu-accelerator: tpu-v5-lite-podslice
      node.kubernetes.io/instance-type: g5.xlarge
    initContainer:
      image: python:3.11-slim
      command: ["/bin/sh", "-c"]
      args:
        - |
          pip install "huggingface_hub" &&
          hf download acme/tiny-7b --local-dir /data/models/tiny
"""


def test_values_that_terraform_makes() -> None:
    found = direct(kubernetes, "terraform/helm/gpu.tpl", TEMPLATE)
    assert ids(found, "container") == {
        "pkg:docker/vllm/vllm-openai@v0.15.1", "pkg:docker/python@3.11-slim",
    }  # fmt: skip
    assert "pkg:huggingface/acme/tiny-7b" in ids(found, "model")
    assert lines(found, "pkg:huggingface/acme/tiny-7b") == [17]
    assert "pkg:pypi/huggingface-hub" in ids(found, "package")
    assert ids(found, "platform") == {"platform:google-tpu", "platform:nvidia-cuda"}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("deploy/values.yaml.tpl", True),
        ("terraform/modules/helm/x.tftpl", True),
        ("web/page.tpl", False),
        ("prod.env.tpl", False),
    ],
)
def test_templates_by_their_path(path: str, wanted: bool) -> None:
    assert kubernetes.accepts(path) is wanted


def test_a_template_that_is_no_yaml_is_no_gap() -> None:
    found = direct(kubernetes, "helm/node.tpl", "%{ if gpu ~}\nkind: [x\n%{ endif ~}\n")
    assert not found.gaps
