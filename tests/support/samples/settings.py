"""Settings, infrastructure and shell."""

from __future__ import annotations

from tests.support.samples.made import Sample, text

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

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "deploy.dockerfile": (
        text("Dockerfile", """
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
        text("compose.yml", """
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
        text(".github/workflows/a.yml", """
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
        text(".gitlab-ci.yml", """
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
        text("values.yaml", """
            image: {repository: vllm/vllm-openai, tag: v0.6}
            model: acme/chat-7b
            env:
            - name: OPENAI_BASE_URL
              value: http://localhost/v1
            resources: {limits: {nvidia.com/gpu: 1}}
            """),
        text("charts/a/templates/deploy.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            spec:
              containers:
              - image: vllm/vllm-openai:v0.6
                args: ["--model", {{ .Values.model | default "acme/chat-7b" | quote }}]
                {{- if .Values.x }}
                env: [{name: MODEL, value: acme/chat-7b}]
                {{- end }}
            """),
    ),
    "deploy.bicep": (
        text("main.bicep", """
            @description('Name of the model')
            @allowed([ 'gpt-4o', 'gpt-4o-mini' ])
            param azureOpenAIModelName string = 'gpt-4o-mini' // was 'gpt-35-turbo'
            param image string = 'mcr.microsoft.com/azuredocs/hello:1'
            resource a 'Microsoft.CognitiveServices/accounts@2023-05-01' = { /* x */ }
            """),
    ),
    "deploy.terraform": (
        text("a.tf", """
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
        text("Modelfile", '''
            FROM hf.co/acme/chat-7b:Q4
            ADAPTER ./lora.gguf
            PARAMETER temperature 1
            SYSTEM """
            FROM here
            """
            '''),
    ),
    "shell.makefile": (
        text("Makefile", """
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
        text("justfile", """
            model := "acme/chat-7b"
            run size='7b':
                vllm serve {{model}}
            """),
    ),
    "config.env_file": (
        text(".env", """
            # OPENAI_API_KEY=x
            export OPENAI_BASE_URL='http://localhost:8000/v1'
            MODEL="acme/chat-7b"
            ANTHROPIC_API_KEY=
            """),
    ),
    "config.sql": (
        text("a.sql", """
            -- a comment
            INSERT INTO models (id, provider) VALUES ('gpt-4o', 'openai'), ('acme/chat-7b', NULL);
            /* another */ ALTER TABLE chats ALTER COLUMN model SET DEFAULT 'openai/gpt-4o';
            """),
    ),
    "shell.script": (text("run.sh", _SHELL),),
    "shell.launchers": (
        text("a.service", """
            [Service]
            Environment="MODEL=acme/chat-7b"
            ExecStart=/usr/bin/vllm serve acme/chat-7b \\
              --port 1
            """),
        text("Procfile", """
            web: python serve.py --model acme/chat-7b
            """),
        text("Jenkinsfile", """
            pipeline { agent { docker { image 'vllm/vllm-openai:v0.6' } }
              environment {
                MODEL = 'acme/chat-7b'
              }
              // sh 'x'
              steps { sh 'pip install openai'
                sh(script: \"\"\"
                vllm serve acme/chat-7b
                \"\"\") } }
            """),
    ),
    "shell.windows": (
        text("run.bat", """
            @echo off
            rem python old.py --model acme/old-7b
            set "MODEL=acme/chat-7b"
            if not exist venv python -m pip install torch ^
                transformers
            vllm serve %MODEL%
            """),
        text("run.ps1", """
            <# what it does #>
            $env:MODEL = "acme/chat-7b"
            & .\\venv\\python.exe -m pip install openai `
              tiktoken
            vllm serve $env:MODEL
            """),
    ),
    "config.yaml_config": (
        text("a/train.yaml", """
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
    "config.prompty": (
        text("a/judge.prompty", """
            ---
            name: judge
            model:
              configuration: {type: azure_openai, azure_deployment: gpt-4o}
            ---
            system:
            You are {{name}}
            """),
    ),
    "config.toml_config": (
        text("a/app.toml", """
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
        text("a/app.ini", """
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
        text("a/app.json", """
            {"mcpServers": {"a": {"command": "npx", "args": ["-y", "@acme/kit@1"],
             "env": {"OPENAI_BASE_URL": "http://localhost:8000/v1"}}},
             // a comment
             "models": [{"provider": "openai", "model": "gpt-4o"}, {"model": "acme/chat-7b"}],}
            """),
    ),
}  # fmt: skip
