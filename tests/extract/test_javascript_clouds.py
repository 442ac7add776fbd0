"""JavaScript and TypeScript: images, models and services that infrastructure is made of."""

from __future__ import annotations

import textwrap

from provenance.extract.javascript import source as javascript
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, ids, lines, links, read

DLC = "pkg:docker/763104351884.dkr.ecr.us-east-1.amazonaws.com"


def stack(text: str) -> Extraction:
    return extracted(javascript, "lib/stack.ts", textwrap.dedent(text))


def test_images_of_constructs() -> None:
    found = stack("""\
        import * as cdk from "aws-cdk-lib";
        import * as ecs from "aws-cdk-lib/aws-ecs";
        import { aws_codebuild as build } from "aws-cdk-lib";
        import * as docker from "@pulumi/docker";
        const image = process.env.CI ? cdk.DockerImage.fromRegistry("dummy-image")
          : cdk.DockerImage.fromRegistry("public.ecr.aws/sam/build-nodejs18.x:latest");
        task.addContainer("x", { image: ecs.ContainerImage.fromRegistry("grafana/grafana") });
        build.LinuxBuildImage.fromDockerRegistry("node:20");
        new docker.RemoteImage("db", { name: "postgres:16" });
        ecs.ContainerImage.fromRegistry(props.image);
        """)
    assert ids(found, "container") == {
        "pkg:docker/public.ecr.aws/sam/build-nodejs18.x@latest", "pkg:docker/grafana/grafana",
        "pkg:docker/node@20", "pkg:docker/postgres@16",
    }  # fmt: skip
    assert lines(found, "pkg:docker/public.ecr.aws/sam/build-nodejs18.x@latest") == [6]


def test_models_and_images_by_constants() -> None:
    found = stack("""\
        import {
          JumpStartModel, DeepLearningContainerImage as Image,
        } from "@cdklabs/generative-ai-cdk-constructs";
        import * as genai from "@cdklabs/generative-ai-cdk-constructs";
        new Endpoint({ model: JumpStartModel.META_TEXTGENERATION_LLAMA_2_13B_F_2_0_2 });
        new Endpoint({ model: genai.JumpStartModel.HUGGINGFACE_LLM_QWEN_1_5B_1_1_0 });
        // JumpStartModel.HUGGINGFACE_ASR_WHISPER_BASE_1_0_0
        const a = Image.HUGGINGFACE_PYTORCH_TGI_INFERENCE_2_0_1_TGI1_1_0_GPU_PY39_CU118;
        const b = Image.fromDeepLearningContainerImage("djl-inference", "0.22.1-cu118");
        """)
    assert ids(found, "model") == {
        "model:aws-sagemaker/meta-textgeneration-llama-2-13b-f",
        "model:aws-sagemaker/huggingface-llm-qwen-1-5b",
        "model:aws-sagemaker/huggingface-asr-whisper-base",
    }
    assert component(found, "model:aws-sagemaker/huggingface-asr-whisper-base").usage == "commented"
    served = "model:aws-sagemaker/meta-textgeneration-llama-2-13b-f"
    assert (served, "served-by", "service:aws-sagemaker") in links(found)
    assert ids(found, "container") == {
        f"{DLC}/huggingface-pytorch-tgi-inference", f"{DLC}/djl-inference@0.22.1-cu118",
    }  # fmt: skip
    assert "platform:nvidia-cuda" in ids(found)


def test_images_of_deep_learning_containers_are_known_by_their_form() -> None:
    found = stack("""\
        const A = "huggingface-pytorch-inference:2.0.0-transformers4.28.1-gpu-py310-cu118";
        const b = `763104351884.dkr.ecr.${region}.amazonaws.com/pytorch-training:2.1.0-cpu-py310`;
        const c = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:0.27.0-cu122";
        const d = "model-inference:1.0.0-x", e = "pytorch-inference:latest";
        """)
    assert {c.partition("@")[0] for c in ids(found, "container")} == {
        f"{DLC}/huggingface-pytorch-inference", f"{DLC}/pytorch-training",
        "pkg:docker/123456789012.dkr.ecr.eu-west-1.amazonaws.com/djl-inference",
    }  # fmt: skip


def test_services_of_constructs_and_of_signed_requests() -> None:
    found = stack("""\
        import * as oss from "aws-cdk-lib/aws-opensearchserverless";
        import { AwsSigv4Signer } from "@opensearch-project/opensearch/aws";
        new oss.CfnCollection(this, "c", { name: "x" });
        new Client({ ...AwsSigv4Signer({ region, service: "aoss" }), node });
        """)
    assert lines(found, "service:aws-opensearch-serverless") == [3, 4]
    python = read("a.py", """\
        from requests_aws4auth import AWS4Auth
        service = "aoss"
        auth = AWS4Auth(key, secret, region, service, session_token=token)
        """)  # fmt: skip
    assert lines(python, "service:aws-opensearch-serverless") == [2]
    assert not ids(
        read("a.py", "from opensearchpy import AWSV4SignerAuth\nAWSV4SignerAuth(c, r, 'es')\n"),
        "service",
    )
