"""Elixir, R, Julia and Lua: packages where an import is one, models, hosts, comments."""

from __future__ import annotations

from tests.support.reading import component, ids, lines, read

MISTRAL = "pkg:huggingface/mistralai/Mistral-7B-Instruct-v0.2"


def test_elixir() -> None:
    found = read(
        "lib/a.ex",
        """\
        defmodule A do
          # "acme/old-7b"
          def load, do: Bumblebee.load_model({:hf, "mistralai/Mistral-7B-Instruct-v0.2"})
          def ask(c), do: Req.post("https://api.openai.com/v1/chat", json: %{model: "gpt-4o"})
          @doc \"\"\"
          A "quoted" word and it's # no comment
          \"\"\"
          def also, do: "gpt-4o-#{c}"
        end
        """,
    )
    assert lines(found, MISTRAL) == [3]
    assert component(found, "pkg:huggingface/acme/old-7b").usage == "commented"
    assert lines(found, "model:openai/gpt-4o") == [4]
    assert lines(found, "service:openai") == [4]


def test_r() -> None:
    found = read(
        "R/chat.R",
        """\
        library(ellmer)
        suppressPackageStartupMessages(library("torch"))
        if (!requireNamespace("keras3", quietly = TRUE)) stop()
        library(stats)
        # library(old)
        my.library(other)
        chat <- chat_openai(model = "gpt-4o-mini")
        """,
    )
    assert ids(found, "package") == {"pkg:cran/ellmer", "pkg:cran/torch", "pkg:cran/keras3"}
    assert lines(found, "pkg:cran/torch") == [2]
    assert lines(found, "model:openai/gpt-4o-mini") == [7]


def test_julia() -> None:
    found = read("src/a.jl", 'using OpenAI\nr = ask(key, "gpt-4o-mini")\n#= "gpt-4o"\n=#\n')
    assert lines(found, "model:openai/gpt-4o-mini") == [2]
    assert component(found, "model:openai/gpt-4o").usage == "commented"
    assert not ids(found, "package")


def test_lua() -> None:
    found = read(
        "init.lua",
        """\
        --[[ "gpt-4o" ]]
        local url = "https://api.mistral.ai/v1/chat/completions"
        local body = { model = "mistral-small-latest" } -- 'gpt-4o'
        """,
    )
    assert lines(found, "service:mistral") == [2, 3]
    assert lines(found, "model:mistral/mistral-small-latest") == [3]
    assert component(found, "model:openai/gpt-4o").usage == "commented"


def test_a_package_of_one_s_own_is_imported_by_name_in_dart() -> None:
    found = read("lib/a.dart", "import 'package:dio/dio.dart';\nimport 'dart:io';\n")
    assert ids(found, "package") == {"pkg:pub/dio"}
