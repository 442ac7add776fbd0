"""One table of every extractor: a file it wants, and small valid documents to mutate.

The tests of hostile input and the fuzzer (``fuzz/run.py``) both start from here. An
extractor without an entry fails ``tests/extract/test_never_raises.py``.
"""

from __future__ import annotations

import json
import textwrap
from typing import NamedTuple

from tests.support.artifacts import archive, floats, gguf, onnx, safetensors

MODEL = "acme/chat-7b"
HUB = "https://huggingface.co/acme/chat-7b"


class Sample(NamedTuple):
    """A path that an extractor accepts, and what may stand there."""

    path: str
    data: bytes


def _text(path: str, content: str) -> Sample:
    return Sample(path, textwrap.dedent(content).lstrip("\n").encode())


def _json(path: str, content: object) -> Sample:
    return Sample(path, json.dumps(content, indent=1).encode())


_TOML_LOCK = """
    version = 1
    [[package]]
    name = "acme"
    version = "1.2"
    source = { registry = "https://index.example.com/simple" }
    dependencies = [{ name = "torch", extra = ["cpu"], marker = "os_name == 'nt'" }]
    [package.optional-dependencies]
    dev = [{ name = "pytest" }]
    [[package]]
    name = "torch"
    version = "2.3.1"
    """
_SCRIPT = """
    import os
    from transformers import AutoModel, pipeline as pipe
    from openai import OpenAI
    NAME = os.environ.get("MODEL", "acme/chat-7b")  # "acme/old-7b"
    TABLE = {"small": "acme/chat-1b", "large": f"acme/{os.sep}-7b"}
    class Settings:
        model: str = "acme/chat-7b"
    def load(size="small", *rest, base_url='http://localhost:8000/v1', **more):
        \"\"\"See https://huggingface.co/datasets/acme/talk.\"\"\"
        AutoModel.from_pretrained(TABLE[size], revision="abc")
        return OpenAI(base_url=base_url).chat.completions.create(model="gpt-4o-mini")
    load(size=[x for x in "ab" if x][0])
    """
_SHELL = """
    #!/bin/sh
    ORG=acme; NAME="${2:-chat-7b}"  # a comment
    export OPENAI_BASE_URL=http://localhost:8000/v1
    pip install 'transformers[torch]>=4' -r requirements.txt && npm i openai@4
    if [ -n "$X" ]; then
      vllm serve "${ORG}/${NAME}" --dtype auto \\
        --served-model-name gpt-4o
    fi
    cat <<EOF > out.txt
    huggingface-cli download acme/chat-7b $(echo x) `date`
    EOF
    docker run --gpus all -e MODEL=acme/chat-7b vllm/vllm-openai:v0.6 --model acme/chat-7b
    curl -L https://huggingface.co/acme/chat-7b/resolve/main/a.gguf -o a.gguf
    """
_PIXI = """
    [project]
    name = "app"
    channels = ["conda-forge"]
    platforms = ["linux-64"]
    [dependencies]
    pytorch = { version = ">=2", channel = "pytorch" }
    [pypi-dependencies]
    openai = "*"
    [feature.test.target.win-64.dependencies]
    pytest = ">=8"
    """

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "manifests.requirements": (
        _text("a/requirements.txt", """
            -r base.txt
            --index-url https://index.example.com/simple
            acme[extra]==1.2 ; python_version < "3.12"  # why
            torch>=2 \\
                --hash=sha256:00
            git+https://user:pass@git.example.com/a/acme.git@v1#egg=acme
            -e ./local
            """),
    ),
    "manifests.pyproject": (
        _text("pyproject.toml", """
            [project]
            name = "app"
            dependencies = ["acme>=1", "torch; extra == 'x'"]
            [project.optional-dependencies]
            dev = ["pytest"]
            [dependency-groups]
            test = ["pytest", {include-group = "dev"}]
            [tool.poetry.dependencies]
            acme = { version = "^1", optional = true, git = "https://git.example.com/a" }
            [tool.uv.sources]
            acme = { path = "../acme" }
            """),
    ),
    "locks.uv": (_text("uv.lock", _TOML_LOCK),),
    "locks.poetry": (_text("poetry.lock", _TOML_LOCK + """
    [package.dependencies]
    acme = {version = "*", markers = "os_name == 'nt'"}
    """),),
    "locks.pdm": (_text("pdm.lock", _TOML_LOCK.replace("dependencies =", "groups = ['dev']\n    #")),),
    "locks.pylock": (_text("pylock.toml", _TOML_LOCK.replace("package", "packages")),),
    "manifests.pipfile": (
        _text("Pipfile", """
            [[source]]
            url = "https://index.example.com/simple"
            [packages]
            acme = {version = "*", extras = ["a"], markers = "os_name == 'nt'"}
            [dev-packages]
            pytest = "*"
            """),
        _json("Pipfile.lock", {
            "_meta": {"sources": [{"name": "x", "url": "https://index.example.com/simple"}]},
            "default": {"acme": {"version": "==1.2", "index": "x"}},
            "develop": {"pytest": {"git": "https://git.example.com/a", "ref": "main"}},
        }),
    ),
    "manifests.setup_cfg": (
        _text("setup.cfg", """
            [metadata]
            name = app
            [options]
            install_requires =
                acme>=1
                torch ; python_version < "3.12"
            [options.extras_require]
            dev = pytest
            """),
    ),
    "manifests.setup_py": (
        _text("setup.py", """
            from setuptools import setup
            base = ["acme>=1"]
            extra = {"dev": base + ["pytest"], "x": [f"torch=={1}"]}
            setup(name="app", install_requires=base, extras_require=dict(extra, y=["a"]),
                  tests_require=open("requirements.txt").read().splitlines())
            """),
    ),
    "manifests.pixi": (_text("pixi.toml", _PIXI),),
    "locks.pixi": (
        _text("pixi.lock", """
            version: 6
            environments:
              default:
                channels:
                - url: https://conda.anaconda.org/conda-forge/
                packages:
                  linux-64:
                  - conda: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
                  - pypi: https://files.example.com/torch-2.3.1-py3-none-any.whl
            packages:
            - conda: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
              depends:
              - python >=3.11
              license: MIT
            - pypi: https://files.example.com/torch-2.3.1-py3-none-any.whl
              name: torch
              version: 2.3.1
              requires_dist:
              - acme>=1
            """),
    ),
    "locks.conda": (
        _text("conda-lock.yml", """
            version: 1
            metadata:
              channels:
              - url: conda-forge
            package:
            - name: acme
              version: '1.2'
              manager: conda
              platform: linux-64
              dependencies:
                python: '>=3.11'
              url: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
              category: dev
              optional: true
            """),
    ),
    "manifests.conda": (
        _text("environment.yml", """
            name: app
            channels: [pytorch, &c conda-forge]
            dependencies:
              - pytorch::pytorch>=2
              - acme=1.2=py_0
              - pip:
                - openai>=1
                - -r requirements.txt
            """),
    ),
    "manifests.npm": (
        _json("package.json", {
            "name": "app", "workspaces": ["packages/*"],
            "dependencies": {"openai": "^4", "alias": "npm:@acme/kit@1", "x": "file:../x"},
            "devDependencies": {"g": "git+https://git.example.com/a.git#v1"},
            "peerDependencies": {"p": "*"}, "peerDependenciesMeta": {"p": {"optional": True}},
        }),
    ),
    "locks.npm": (
        _json("package-lock.json", {
            "name": "app", "lockfileVersion": 3,
            "packages": {
                "": {"dependencies": {"openai": "^4"}, "workspaces": ["packages/*"]},
                "node_modules/openai": {"version": "4.1.0", "license": "MIT",
                                        "dependencies": {"zod": "^3"}},
                "node_modules/openai/node_modules/zod": {"version": "3.2.0", "optional": True},
                "node_modules/kit": {"resolved": "packages/kit", "link": True},
            },
        }),
        _json("npm-shrinkwrap.json", {
            "lockfileVersion": 1,
            "dependencies": {"openai": {"version": "4.1.0", "requires": {"zod": "^3"},
                                        "dependencies": {"zod": {"version": "3.2.0"}}}},
        }),
    ),
    "locks.yarn": (
        _text("yarn.lock", """
            "@acme/kit@^1.0.0", "@acme/kit@^1.1.0":
              version "1.1.2"
              resolved "https://packages.example.com/kit-1.1.2.tgz#0a1b2c"
              dependencies:
                chat "^2.0.0"

            alias@npm:openai@^4.0.0:
              version "4.20.1"
            """),
        _text("yarn.lock", """
            __metadata:
              version: 8

            "app@workspace:.":
              version: 0.0.0-use.local
              resolution: "app@workspace:."
              dependencies:
                alias: "npm:openai@^4.0.0"
              languageName: unknown

            "alias@npm:openai@^4.0.0":
              version: 4.20.1
              resolution: "openai@npm:4.20.1"
            """),
    ),
    "locks.pnpm": (
        _text("pnpm-lock.yaml", """
            lockfileVersion: '9.0'
            importers:
              .:
                dependencies:
                  chat:
                    specifier: npm:openai@^4.0.0
                    version: openai@4.20.1(zod@3.23.8)
                devDependencies:
                  core:
                    specifier: workspace:^
                    version: link:packages/core
            packages:
              openai@4.20.1:
                resolution: {integrity: sha512-0, tarball: https://packages.example.com/a.tgz}
              zod@3.23.8:
                resolution: {integrity: sha512-0}
            snapshots:
              openai@4.20.1(zod@3.23.8):
                dependencies:
                  zod: 3.23.8
              zod@3.23.8: {}
            """),
        _text("pnpm-lock.yaml", """
            lockfileVersion: 5.4
            specifiers:
              openai: ^4
            dependencies:
              openai: 4.20.1_zod@3.23.8
            packages:
              /openai/4.20.1_zod@3.23.8:
                dependencies: {zod: 3.23.8}
                dev: false
            """),
    ),
    "manifests.go_mod": (
        _text("go.mod", """
            module github.com/acme/app
            require github.com/openai/openai-go v0.1.0-alpha.62
            require (
            \tgithub.com/acme/old v1.0.0 // indirect
            )
            replace github.com/acme/old => github.com/acme/new v1.5.0
            """),
    ),
    "manifests.cargo": (
        _text("Cargo.toml", """
            [package]
            name = "app"
            [dependencies]
            tokio = { version = "1", features = ["full"], optional = true }
            llm = { package = "async-openai", git = "https://git.example.com/a", branch = "x" }
            [target.'cfg(unix)'.dev-dependencies]
            candle-core = "0.6"
            [workspace.dependencies]
            serde.workspace = true
            """),
    ),
    "locks.cargo": (
        _text("Cargo.lock", """
            version = 3
            [[package]]
            name = "app"
            version = "0.1.0"
            dependencies = ["tokio 1.2.0 (registry+https://index.example.com)", "serde"]
            [[package]]
            name = "tokio"
            version = "1.2.0"
            source = "registry+https://index.example.com"
            """),
    ),
    "manifests.maven": (
        _text("pom.xml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <groupId>com.acme</groupId><artifactId>app</artifactId><version>1.0</version>
              <properties><v>${lc}.35.0</v><lc>0</lc></properties>
              <dependencies><dependency>
                <groupId>com.openai</groupId><artifactId>openai-java</artifactId>
                <version>${v}</version><scope>test</scope><optional>true</optional>
              </dependency></dependencies>
            </project>
            """),
    ),
    "manifests.gradle": (
        _text("build.gradle", """
            ext { v = '1.0.0' }
            def tika = "2.9.2"
            dependencies {
                implementation "org.springframework.ai:spring-ai-core:${v}"
                api group: 'com.openai', name: 'openai-java', version: tika
                testImplementation("a.b:c:5.+") { exclude module: 'x' }
                // runtimeOnly 'old.group:old:1.0'
            }
            """),
        _text("gradle/libs.versions.toml", """
            [versions]
            openai = "0.8.1"
            junit = { strictly = "[5.10, 6[", prefer = "5.11.0" }
            [libraries]
            openai = { module = "com.openai:openai-java", version.ref = "openai" }
            chain = "dev.langchain4j:langchain4j:0.35.0"
            """),
        _text("gradle.lockfile", """
            # locked
            com.openai:openai-java:0.8.1=compileClasspath,testRuntimeClasspath
            empty=annotationProcessor
            """),
    ),
    "manifests.nuget": (
        _text("App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><V>1.30.0</V></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" />
                <PackageReference Include="Microsoft.SemanticKernel" Version="$(v)" />
                <PackageReference Include="OllamaSharp"><Version>[4,5)</Version></PackageReference>
              </ItemGroup>
            </Project>
            """),
        _json("packages.lock.json", {
            "version": 1,
            "dependencies": {"net8.0": {
                "Azure.AI.OpenAI": {"type": "Direct", "resolved": "2.1.0",
                                    "dependencies": {"Azure.Core": "1.4"}},
                "Azure.Core": {"type": "Transitive", "resolved": "1.4.0"},
            }},
        }),
        _text("packages.config", '<packages><package id="OpenAI" version="1.0" /></packages>'),
    ),
    "manifests.gemfile": (
        _text("Gemfile", """
            source "https://gems.example.com"
            gem "ruby-openai", "~> 7.0", require: false
            group :test do
              gem 'rspec', git: "https://git.example.com/a.git"
            end
            """),
        _text("Gemfile.lock", """
            GEM
              remote: https://gems.example.com/
              specs:
                ruby-openai (7.0.1)
                  faraday (>= 1)
                faraday (2.1.0)

            DEPENDENCIES
              ruby-openai (~> 7.0)!
            """),
    ),
    "bills.sbom": (
        _json("bom.json", {
            "bomFormat": "CycloneDX", "specVersion": "1.5",
            "metadata": {"component": {"type": "application", "name": "app", "bom-ref": "r"}},
            "components": [
                {"type": "library", "name": "openai", "version": "1.2", "bom-ref": "o",
                 "purl": "pkg:pypi/openai@1.2?a=b", "licenses": [{"license": {"id": "MIT"}}],
                 "components": [{"type": "machine-learning-model", "name": MODEL}]},
                {"type": "data", "name": "talk", "externalReferences": [{"url": HUB}]},
            ],
            "services": [{"name": "api", "endpoints": ["https://api.openai.com/v1"]}],
            "dependencies": [{"ref": "r", "dependsOn": ["o"]}],
        }),
        _json("app.spdx.json", {
            "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "app",
            "packages": [{
                "SPDXID": "SPDXRef-a", "name": "acme", "versionInfo": "1.2",
                "licenseDeclared": "MIT", "downloadLocation": "NOASSERTION",
                "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40a/b@1"}],
            }],
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT",
                               "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}],
        }),
        _json("app.spdx3.json", {
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": [
                {"type": "software_Package", "spdxId": "a", "name": "acme",
                 "software_packageVersion": "1", "software_packageUrl": "pkg:pypi/acme@1"},
                {"type": "ai_AIPackage", "spdxId": "m", "name": MODEL},
                {"type": "Relationship", "from": "a", "to": ["m"], "relationshipType": "dependsOn"},
            ],
        }),
    ),
    "models.card": (
        _text("a/README.md", """
            ---
            license: other
            license_name: acme
            base_model: [acme/base-7b, &x acme/other-7b]
            base_model_relation: merge
            datasets:
            - acme/talk
            model-index:
            - results: [{dataset: {name: x, type: acme/test}}]
            ---
            # Chat
            `pip install transformers`, see https://huggingface.co/acme/chat-7b.
            ```python
            AutoModel.from_pretrained("acme/chat-7b")
            ```
            """),
    ),
    "models.folder": (
        _json("a/config.json", {"_name_or_path": MODEL, "model_type": "llama",
                                "architectures": ["A"]}),
        _json("a/adapter_config.json", {"base_model_name_or_path": MODEL, "peft_type": "LORA",
                                        "revision": None}),
    ),
    "deploy.dockerfile": (
        _text("Dockerfile", """
            # syntax=docker/dockerfile:1
            ARG ORG=acme NAME=chat-7b
            FROM --platform=$BUILDPLATFORM nvidia/cuda:12.4.0-base AS base
            ENV MODEL=${ORG}/${NAME} HF_HOME="/x y"
            RUN --mount=type=cache,target=/root pip install vllm==0.6 \\
                # a comment
                && huggingface-cli download $MODEL
            RUN <<EOF
            npm i openai
            EOF
            COPY --from=ghcr.io/astral-sh/uv:0.4 /uv /bin/
            CMD ["vllm", "serve", "acme/chat-7b"]
            """),
    ),
    "deploy.compose": (
        _text("compose.yml", """
            x-env: &env
              MODEL: ${LLM:-acme/chat-7b}
            services:
              app:
                image: ollama/ollama:${TAG:-latest}
                build: {context: ., args: [BASE=python:3.11]}
                environment: {<<: *env, OPENAI_BASE_URL: "http://llm:8000/v1"}
                command: ["--model", "acme/chat-7b"]
                deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}
            """),
    ),
    "deploy.ci": (
        _text(".github/workflows/a.yml", """
            on: push
            env: {MODEL: acme/chat-7b}
            jobs:
              test:
                container: {image: "python:3.11"}
                services: {db: {image: postgres}}
                steps:
                - uses: acme/act@v1
                - run: |
                    pip install openai
                    vllm serve $MODEL
            """),
        _text(".gitlab-ci.yml", """
            image: python:3.11
            variables: {MODEL: acme/chat-7b}
            .base: &base
              script: [pip install openai, [echo a]]
            test:
              <<: *base
              services: [{name: postgres}]
            """),
    ),
    "deploy.kubernetes": (
        _text("values.yaml", """
            image: {repository: vllm/vllm-openai, tag: v0.6}
            model: acme/chat-7b
            env:
            - name: OPENAI_BASE_URL
              value: http://localhost/v1
            resources: {limits: {nvidia.com/gpu: 1}}
            """),
        _text("charts/a/templates/deploy.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            spec:
              containers:
              - image: "{{ .Values.image | default "vllm/vllm-openai:v0.6" }}"
                args: ["--model", "acme/chat-7b"]
                {{- if .Values.x }}
                env: [{name: MODEL, value: acme/chat-7b}]
                {{- end }}
            """),
    ),
    "deploy.terraform": (
        _text("a.tf", """
            variable "model" {
              type    = string
              default = "acme/chat-7b"  # why
            }
            locals { org = "acme", full = "${local.org}/${var.model}" }
            resource "aws_x" "a" {
              image = "vllm/vllm-openai:v0.6"
              env   = { MODEL = var.model, "A" = <<-EOT
                acme/chat-7b
              EOT
              }
            }
            """),
    ),
    "deploy.modelfile": (
        _text("Modelfile", '''
            FROM hf.co/acme/chat-7b:Q4
            ADAPTER ./lora.gguf
            PARAMETER temperature 1
            SYSTEM """
            FROM here
            """
            '''),
    ),
    "shell.makefile": (
        _text("Makefile", """
            ORG ?= acme
            MODEL := $(ORG)/chat-7b
            define X
            a
            endef
            run: build ; @echo $(MODEL)
            \t@vllm serve $(MODEL) \\
            \t  --port 1
            \tpip install openai
            """),
        _text("justfile", """
            model := "acme/chat-7b"
            run size='7b':
                vllm serve {{model}}
            """),
    ),
    "config.env_file": (
        _text(".env", """
            # OPENAI_API_KEY=x
            export OPENAI_BASE_URL='http://localhost:8000/v1'
            MODEL="acme/chat-7b"
            ANTHROPIC_API_KEY=
            """),
    ),
    "shell.script": (_text("run.sh", _SHELL),),
    "models.weights": (
        Sample("a/model.safetensors", safetensors(floats(0, 8, base_model=MODEL), bytes(8))),
        Sample("a/model.gguf", gguf(
            {"general.architecture": "llama", "general.name": "x",
             "general.base_model.0.repo_url": HUB, "general.tags": ["a", "b"]},
            [("t", (2, 2), 0, 0)], data=bytes(32))),
        Sample("a/model.onnx", onnx({"base_model": MODEL})),
        Sample("a/model.pt", archive("x/data.pkl", "x/data/0", "x/version")),
        Sample("a/model.keras", archive("metadata.json", "config.json", content=b"{}")),
        Sample("a/model.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:"
               + b"0" * 64 + b"\nsize 12\n"),
        _json("a/model.safetensors.index.json",
              {"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}),
        Sample("a/model.h5", b"\x89HDF\r\n\x1a\n" + bytes(20) + b"keras_version"),
        Sample("a/model.pth", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(9)),
        Sample("a/model.tflite", bytes(4) + b"TFL3" + bytes(20)),
    ),
    "models.store": (
        _json("models/manifests/registry.ollama.ai/library/llama3/8b", {
            "schemaVersion": 2,
            "layers": [{"mediaType": f"application/vnd.ollama.image.{kind}", "size": 3,
                        "digest": "sha256:" + "0" * 64}
                       for kind in ("model", "license", "adapter")],
        }),
        Sample("hub/acme/chat/.msc", b"\x80\x02."),
    ),
    "python.notebook": (
        _json("a/lab.ipynb", {
            "cells": [
                {"cell_type": "markdown", "source": HUB},
                {"cell_type": "code", "source": ["%pip install openai\n", "!vllm serve a/b-7b\n",
                                                 "AutoModel.from_pretrained('acme/chat-7b')"],
                 "outputs": [{"text": "acme/out-7b"}]},
            ],
            "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4,
        }),
        _json("a/old.ipynb", {
            "worksheets": [{"cells": [{"cell_type": "code", "input": "import openai",
                                       "language": "python"}]}], "nbformat": 3,
        }),
    ),
    "python.source": (_text("a/app.py", _SCRIPT),),
    "javascript.source": (
        _text("a/app.ts", """
            import OpenAI from "openai"; // a comment
            import { generateText as g } from 'ai';
            const { pipeline } = require("@xenova/transformers");
            const table: Record<string, string> = { small: "acme/chat-1b", ...other };
            export class A { model = process.env.MODEL ?? `acme/${table.small}`; }
            async function run(name = "gpt-4o", { base } = { base: "http://localhost/v1" }) {
              const c = new OpenAI({ baseURL: base, apiKey: "x" });
              await c.chat.completions.create({ model: name, messages: [] });
              return await pipeline("text", table["small"], /re\\/gex/g);
            }
            """),
        _text("a/app.vue", """
            <template><p>{{ x }}</p></template>
            <script setup lang="ts">
            import { openai } from "@ai-sdk/openai";
            const m = openai("gpt-4o");
            </script>
            """),
    ),
    "languages.source": (
        _text("a/main.go", """
            package main
            import ( "fmt"; openai "github.com/sashabaranov/go-openai" )
            const Model = "gpt-4o" /* a comment */
            func main() { c := openai.NewClient(""); c.Create(Request{Model: Model, X: `a
            b`}) }
            """),
        _text("a/Chat.java", """
            import com.openai.client.OpenAIClient;
            class Chat { static final String M = "gpt-4o"; // x
              String t = \"\"\"
                https://api.openai.com/v1\"\"\"; Object o = Builder.model(M).build(); }
            """),
        _text("a/Chat.cs", 'using OpenAI;\nvar c = new ChatClient(model: "gpt-4o", @"a""b", key);\n'),
        _text("a/main.rs", 'use async_openai::Client; const M: &str = r#"gpt-4o"#; // "x\n'),
        _text("a/a.rb", """
            require "openai"
            =begin
            x
            =end
            OpenAI::Client.new.chat(parameters: { model: 'gpt-4o' })
            """),
        _text("a/a.php", "<?php use OpenAI\\Client; # x\n$m = ['model' => 'gpt-4o'];\n"),
        _text("a/a.swift", 'import OpenAI\nlet m = "gpt-4o"\n'),
        _text("a/a.kt", 'import com.aallam.openai.api\nval m = ModelId("gpt-4o")\n'),
        _text("a/a.scala", 'import io.cequence.openaiscala\nval m = """gpt-4o"""\n'),
    ),
    "config.yaml_config": (
        _text("a/train.yaml", """
            base_model: &b acme/chat-7b
            datasets:
            - {path: acme/talk, split: train}
            litellm_settings: {x: 1}
            model_list:
            - model_name: gpt
              litellm_params: {model: openai/gpt-4o, api_base: http://localhost/v1}
            models: [{model: *b, parameters: {weight: 0.5}}]
            text: |
              acme/old-7b
            n: {<<: *b}
            """),
    ),
    "config.toml_config": (
        _text("a/app.toml", """
            model = "acme/chat-7b"
            [llm]
            provider = "openai"
            base_url = "http://localhost:8000/v1"
            names = ["gpt-4o", 'acme/x-7b']
            text = '''
            a'''
            """),
    ),
    "config.ini_config": (
        _text("a/app.ini", """
            [llm]
            model = acme/chat-7b
            ; old = acme/old-7b
            provider: openai
            api_base = http://localhost:8000/v1
            long = a
              b
            """),
    ),
    "config.json_config": (
        _text("a/app.json", """
            {"mcpServers": {"a": {"command": "npx", "args": ["-y", "@acme/kit@1"],
             "env": {"OPENAI_BASE_URL": "http://localhost:8000/v1"}}},
             // a comment
             "models": [{"provider": "openai", "model": "gpt-4o"}, {"model": "acme/chat-7b"}],}
            """),
    ),
    "markdown": (
        _text("docs/use.md", """
            # Use
            See [it](https://huggingface.co/acme/chat-7b) and `acme/other-7b`.

            ```bash
            pip install openai
            vllm serve acme/chat-7b
            ```

            <!-- acme/old-7b -->

                indented("acme/chat-7b")
            """),
        _text("docs/use.rst", """
            .. code-block:: python

               AutoModel.from_pretrained("acme/chat-7b")

            `Chat <https://huggingface.co/acme/chat-7b>`_
            """),
    ),
}  # fmt: skip
"""Valid documents by extractor; the first path stands for it wherever one is enough."""
