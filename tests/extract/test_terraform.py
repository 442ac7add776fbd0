"""Terraform: defaults, locals, references, blocks."""

from __future__ import annotations

from provenance.extract.deploy import terraform
from provenance.model import Extraction
from tests.support.reading import component, ids, lines
from tests.support.settings_files import at, direct

MAIN = """\
terraform {
  required_providers { aws = { source = "hashicorp/aws-llama-7b", version = "5.0" } }
}
variable "tei_model_id" { default = "acme/emb-7b" }
variable "llm_model" {
  description = "like acme/desc-7b"
  type        = string
  default     = "acme/chat-7b" # or acme/no-7b
}
variable "org" { default = "acme" }
variable "name" {
  default = "joined-7b"
}
locals {
  model = "${var.org}/${var.name}"
  image = "vllm/vllm-openai:v0.6"
  again = local.model
}
resource "azurerm_cognitive_deployment" "gpt" {
  name = "gpt-deploy"
  model {
    format  = "OpenAI"
    name    = "gpt-4o"
    version = "2024"
  }
}
resource "aws_x" "y" {
  model_id  = "anthropic.claude-3-sonnet-20240229-v1:0"
  user_data = <<-EOT
    MODEL="acme/heredoc-7b"
  EOT
  environment = {
    "MODEL_NAME" = "acme/env-7b"
    OPENAI_API_KEY = var.key
  }
  # model = "acme/commented-7b"
  env = [{ name = "HF_MODEL_ID", value = "acme/pair-7b" }]
}
"""


def tf(text: str = MAIN, path: str = "infra/main.tf") -> Extraction:
    return direct(terraform, path, text)


def test_models() -> None:
    found = tf()
    assert ids(found, "model") == {
        "pkg:huggingface/acme/emb-7b", "pkg:huggingface/acme/chat-7b",
        "pkg:huggingface/acme/joined-7b", "pkg:huggingface/acme/env-7b",
        "pkg:huggingface/acme/pair-7b", "pkg:huggingface/acme/commented-7b",
        "model:azure-openai/gpt-4o", "model:bedrock/anthropic.claude-3-sonnet-20240229-v1:0",
    }  # fmt: skip
    assert lines(found, "pkg:huggingface/acme/emb-7b") == [4]
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [8]
    assert lines(found, "pkg:huggingface/acme/joined-7b")[0] == 15
    assert lines(found, "model:azure-openai/gpt-4o") == [23]
    assert lines(found, "pkg:huggingface/acme/env-7b") == [33]
    assert at(found, "pkg:huggingface/acme/commented-7b") == [(36, "commented")]


def test_a_default_is_less_sure() -> None:
    (place,) = component(tf(), "pkg:huggingface/acme/emb-7b").occurrences
    assert place.confidence == "medium"


def test_images_and_services() -> None:
    found = tf()
    assert ids(found, "container") == {"pkg:docker/vllm/vllm-openai@v0.6"}
    assert lines(found, "service:openai") == [34]
    assert "service:aws-bedrock" in ids(found)


def test_values_of_variables() -> None:
    found = tf('llm_model = "acme/x-7b"\n', "prod.tfvars")
    assert lines(found, "pkg:huggingface/acme/x-7b") == [1]


def test_lock_files_name_providers_only() -> None:
    found = tf(
        'provider "registry/acme/llama-7b" {\n model = "acme/x-7b"\n}', ".terraform.lock.hcl"
    )
    assert not ids(found)


CLOUD = """\
terraform {
  required_providers {
    aws    = { source = "hashicorp/aws", version = ">= 5.70" }
    nebius = { source = "registry.example.com/nebius/nebius" }
    helm   = { source = "hashicorp/helm" }
  }
}
provider "google" {
  region = "europe-west4"
}
resource "azurerm_search_service" "docs" {
  name = "docs"
}
resource "google_container_node_pool" "gpu" {
  node_config {
    machine_type = "n1-standard-4"
    guest_accelerator { type = "nvidia-l4" }
  }
}
resource "aws_instance" "train" {
  instance_type = "trn1.32xlarge"
}
variable "vm_size" {
  default = "Standard_NC24ads_A100_v4"
}
variable "gpu_type" {
  default = "nvidia-tesla-t4"
}
"""


def test_clouds_and_their_machines() -> None:
    found = tf(CLOUD)
    assert ids(found, "service") == {
        "service:aws", "service:nebius-cloud", "service:google-cloud", "service:azure-ai-search",
    }  # fmt: skip
    assert lines(found, "service:google-cloud") == [8]
    assert ids(found, "platform") == {"platform:aws-neuron", "platform:nvidia-cuda"}
    assert lines(found, "platform:nvidia-cuda") == [24, 27]
