"""Source code, documentation and models."""

from __future__ import annotations

from tests.support.artifacts import archive, floats, gguf, onnx, safetensors
from tests.support.samples.made import HUB, MODEL, Sample, json_text, text

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

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "models.card": (
        text("a/README.md", """
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
        json_text("a/config.json", {"_name_or_path": MODEL, "model_type": "llama",
                                "architectures": ["A"]}),
        json_text("a/adapter_config.json", {"base_model_name_or_path": MODEL, "peft_type": "LORA",
                                        "revision": None}),
    ),
    "models.merge": (
        text("out/mergekit_config.yml", """
            slices:
            - sources:
              - model: acme/chat-7b+acme/lora
                layer_range: [0, 24]
              - model: {model: {path: acme/code-7b, revision: main}}
            base_model: acme/base-7b
            merge_method: dare_ties
            """),
        text("out/mergekit_moe_config.yml", """
            experts:
            - source_model: acme/math-7b
            """),
    ),
    "models.weights": (
        Sample("a/model.safetensors", safetensors(floats(0, 8, base_model=MODEL), bytes(8))),
        Sample("a/model.gguf", gguf(
            {"general.architecture": "llama", "general.name": "x",
             "general.base_model.0.repo_url": HUB, "general.tags": ["a", "b"]},
            [("t", (2, 2), 0, 0)], data=bytes(32))),
        Sample("a/model.onnx", onnx({"base_model": MODEL})),
        Sample("a/model.pt", archive("x/data.pkl", "x/data/0", "x/version")),
        Sample("a/model.keras",
               archive("metadata.json", "config.json", "model.weights.h5", content=b"{}")),
        Sample("a/model.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:"
               + b"0" * 64 + b"\nsize 12\n"),
        json_text("a/model.safetensors.index.json",
              {"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}),
        Sample("a/model.h5", b"\x89HDF\r\n\x1a\n" + bytes(20) + b"keras_version"),
        Sample("a/model.pth", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(9)),
        Sample("a/model.tflite", bytes(4) + b"TFL3" + bytes(20)),
    ),
    "models.store": (
        json_text("models/manifests/registry.ollama.ai/library/llama3/8b", {
            "schemaVersion": 2,
            "layers": [{"mediaType": f"application/vnd.ollama.image.{kind}", "size": 3,
                        "digest": "sha256:" + "0" * 64}
                       for kind in ("model", "license", "adapter")],
        }),
        Sample("hub/acme/chat/.msc", b"\x80\x02."),
    ),
    "python.notebook": (
        json_text("a/lab.ipynb", {
            "cells": [
                {"cell_type": "markdown", "source": HUB},
                {"cell_type": "code", "source": ["%pip install openai\n", "!vllm serve a/b-7b\n",
                                                 "AutoModel.from_pretrained('acme/chat-7b')"],
                 "outputs": [{"text": "acme/out-7b"}]},
            ],
            "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4,
        }),
        json_text("a/old.ipynb", {
            "worksheets": [{"cells": [{"cell_type": "code", "input": "import openai",
                                       "language": "python"}]}], "nbformat": 3,
        }),
    ),
    "python.source": (text("a/app.py", _SCRIPT),),
    "javascript.source": (
        text("a/app.ts", """
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
        text("a/app.vue", """
            <template><p>{{ x }}</p></template>
            <script setup lang="ts">
            import { openai } from "@ai-sdk/openai";
            const m = openai("gpt-4o");
            </script>
            """),
    ),
    "languages.native": (
        text("a/run.cu", """
            #ifdef USE_ROCM
            #include <hip/hip_runtime.h>
            #else
            #  include "cuda_runtime.h" // x
            #endif
            __global__ void k(float *x) { x[0] = R"q(a)q"[0]; } /* a comment */
            void f() { k<<<1, 32>>>(x); }
            """),
        text("a/main.mm", """
            @import CoreML;
            #import <Metal/Metal.h>
            auto url = "https://api.openai.com/v1"; auto m = "gpt-4o";
            """),
    ),
    "languages.source": (
        text("a/main.go", """
            package main
            import ( "fmt"; openai "github.com/sashabaranov/go-openai" )
            const Model = "gpt-4o" /* a comment */
            func main() { c := openai.NewClient(""); c.Create(Request{Model: Model, X: `a
            b`}) }
            """),
        text("a/Chat.java", """
            import com.openai.client.OpenAIClient;
            class Chat { static final String M = "gpt-4o"; // x
              String t = \"\"\"
                https://api.openai.com/v1\"\"\"; Object o = Builder.model(M).build(); }
            """),
        text("a/Chat.cs", 'using OpenAI;\nvar c = new Client(model: "gpt-4o", @"a""b", key);\n'),
        text("a/main.rs", 'use async_openai::Client; const M: &str = r#"gpt-4o"#; // "x\n'),
        text("a/a.rb", """
            require "openai"
            =begin
            x
            =end
            OpenAI::Client.new.chat(parameters: { model: 'gpt-4o' })
            """),
        text("a/a.php", "<?php use OpenAI\\Client; # x\n$m = ['model' => 'gpt-4o'];\n"),
        text("a/a.swift", 'import OpenAI\nlet m = "gpt-4o"\n'),
        text("a/a.dart", "import 'package:dio/dio.dart';\nfinal m = 'gpt-4o';\n"),
        text("a/a.ex", '# x\ndef f, do: "gpt-4o"\n'),
        text("a/a.R", 'library(torch)\nm <- "gpt-4o"\n'),
        text("a/a.jl", 'using Flux\nm = "gpt-4o" #= x =#\n'),
        text("a/a.lua", 'local m = "gpt-4o" -- [[ x ]]\n'),
        text("a/a.kt", 'import com.aallam.openai.api\nval m = ModelId("gpt-4o")\n'),
        text("a/a.scala", 'import io.cequence.openaiscala\nval m = """gpt-4o"""\n'),
    ),
    "markdown": (
        text("docs/use.md", """
            # Use
            See [it](https://huggingface.co/acme/chat-7b) and `acme/other-7b`.

            ```bash
            pip install openai
            vllm serve acme/chat-7b
            ```

            <!-- acme/old-7b -->

                indented("acme/chat-7b")
            """),
        text("docs/use.rst", """
            .. code-block:: python

               AutoModel.from_pretrained("acme/chat-7b")

            `Chat <https://huggingface.co/acme/chat-7b>`_
            """),
    ),
}  # fmt: skip
