"""mix.exs, mix.lock, rebar.config and rebar.lock."""

from __future__ import annotations

import time

import pytest

from provenance.extract.manifests import hex as hex_
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, links, places, requirement
from tests.support.settings_files import direct
from tests.support.sound import sound

MIX = '''\
    defmodule Chat.MixProject do
      use Mix.Project

      @moduledoc """
      Talks. {:nothing, "~> 1.0"}
      """

      def project do
        [app: :chat, version: "0.1.0", deps: deps(), docs: [quote: ?", main: "Chat"]]
      end

      def application, do: [mod: {Chat.Application, []}, env: [{:level, "info"}]]

      defp deps do
        [
          {:bumblebee, "~> 0.5.3"},
          {:exla, ">= 0.7.0 and < 1.0.0",
            only: [:dev, :test],
            runtime: false},
          # {:torchx, "~> 0.7"},
          # see {:shared, config}
          {:jason, "== 1.4.1"},
          {:nx, nx_version(), optional: true},
          {:langchain, github: "acme/langchain", branch: "main"},
          {:ortex, git: "https://git.example.com/acme/ortex.git"},
          {:mox, "1.1.0", only: :test},
          {:store, in_umbrella: true},
          {:near, path: "apps/near"}, {:far, path: "../far"},
          {:secret, "~> 2.0", organization: "acme"},
          {:client, "~> 1.0", [hex: :real_client, only: :docs]}
        ]
      end

      defp rest(path), do: {:ok, path =~ ~r/[(#{]/}
    end
'''

LOCK = """\
    %{
      "axon": {:git, "https://github.com/acme/axon.git", "0a1b2c", [branch: "main"]},
      "jason": {:hex, :jason, "1.4.1", "af", [:mix], [{:decimal, "~> 1.0 or ~> 2.0", [hex: :decimal, repo: "hexpm", optional: true]}], "hexpm", "fb"},
      "nx": {:hex, :nx, "0.7.3", "51", [:mix], [{:complex, "~> 0.5", [hex: :complex, repo: "hexpm", optional: false]}, {:lost, "~> 1.0", [hex: :lost, repo: "hexpm", optional: false]}], "hexpm", "5f"},
      "complex": {:hex, :complex, "0.5.0", "af", [:mix], [], "hexpm", "26"},
      "secret": {:hex, :secret, "2.0.1", "aa", [:mix], [{:jason, "~> 1.4", [hex: :jason, repo: "hexpm", optional: false]}], "hexpm:acme", "bb"},
    }
"""  # noqa: E501

REBAR = """\
    %% {deps, [{old, "1.0"}]}.
    {erl_opts, [debug_info, {d, 'X', "1.0"}]}.
    {deps, [
      recon,
      {jsx, "3.1.0"},
      {hackney, "~> 1.20"},
      {cowboy, ".*", {git, "https://github.com/acme/cowboy.git",
                      {tag, "2.9.0"}}},
      {client, {pkg, real_client}}
    ]}.
    {project_plugins, [rebar3_hex]}.
    {profiles, [{test, [{deps, [meck]}]}, {prod, [{relx, [{dev_mode, false}]}]}]}.
"""

REBAR_LOCK = """\
    {"1.2.0",
    [{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1},
     {<<"cowboy">>,
      {git,"https://github.com/acme/cowboy.git",
           {ref,"0a1b2c"}},
      0},
     {<<"jsx">>,{pkg,<<"jsx">>,<<"3.1.0">>},0}]}.
    [
    {pkg_hash,[
     {<<"cowlib">>, <<"0B9FF9">>}]}
    ].
"""


def mix(content: str) -> Extraction:
    return direct(hex_, "mix.exs", content)


def test_declared_packages() -> None:
    found = mix(MIX)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:hex/bumblebee": "used",
        "pkg:hex/exla": "development",
        "pkg:hex/torchx": "commented",
        "pkg:hex/jason@1.4.1": "used",
        "pkg:hex/nx": "optional",
        "pkg:hex/langchain": "used",
        "pkg:hex/ortex": "used",
        "pkg:hex/mox@1.1.0": "test",
        "pkg:hex/acme/secret": "used",
        "pkg:hex/real_client": "documentation",
    }
    assert gaps(found) == {("far", "local-requirement", 28)}
    assert found.project_name == "chat"
    assert ("pkg:hex/langchain", "delivered-by", "service:github") in links(found)
    assert ("pkg:hex/ortex", "delivered-by", "service:git.example.com") in links(found)


def test_lines_and_requirements() -> None:
    found = mix(MIX)
    assert lines(found, "pkg:hex/exla") == [17]
    assert lines(found, "pkg:hex/torchx") == [20]
    assert lines(found, "pkg:hex/real_client") == [30]
    assert requirement(found, "pkg:hex/bumblebee") == "~> 0.5.3"
    assert requirement(found, "pkg:hex/nx") is None
    (place,) = places(found, "pkg:hex/exla")
    assert place.as_written == (
        '{:exla, ">= 0.7.0 and < 1.0.0", only: [:dev, :test], runtime: false}'
    )


def test_locked_packages() -> None:
    found = direct(hex_, "mix.lock", LOCK)
    assert ids(found, "package") == {
        "pkg:hex/axon", "pkg:hex/jason@1.4.1", "pkg:hex/nx@0.7.3", "pkg:hex/complex@0.5.0",
        "pkg:hex/acme/secret@2.0.1",
    }  # fmt: skip
    assert links(found) == {
        ("pkg:hex/axon", "delivered-by", "service:github"),
        ("pkg:hex/nx@0.7.3", "depends-on", "pkg:hex/complex@0.5.0"),
        ("pkg:hex/acme/secret@2.0.1", "depends-on", "pkg:hex/jason@1.4.1"),
    }
    assert requirement(found, "pkg:hex/complex@0.5.0") == "~> 0.5"
    assert lines(found, "pkg:hex/complex@0.5.0") == [5]
    assert gaps(found) == {("lost", "not-in-lock", 4)}  # decimal is optional


def test_rebar() -> None:
    found = direct(hex_, "rebar.config", REBAR)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:hex/recon": "used",
        "pkg:hex/jsx@3.1.0": "used",
        "pkg:hex/hackney": "used",
        "pkg:hex/cowboy": "used",
        "pkg:hex/real_client": "used",
        "pkg:hex/rebar3_hex": "development",
        "pkg:hex/meck": "test",
    }
    assert lines(found, "pkg:hex/cowboy") == [7]
    assert requirement(found, "pkg:hex/cowboy") is None
    assert requirement(found, "pkg:hex/hackney") == "~> 1.20"
    assert ("pkg:hex/cowboy", "delivered-by", "service:github") in links(found)


def test_rebar_lock() -> None:
    found = direct(hex_, "rebar.lock", REBAR_LOCK)
    assert ids(found, "package") == {
        "pkg:hex/cowlib@2.11.0", "pkg:hex/cowboy", "pkg:hex/jsx@3.1.0",
    }  # fmt: skip
    assert component(found, "pkg:hex/jsx@3.1.0").direct
    assert not component(found, "pkg:hex/cowlib@2.11.0").direct
    assert lines(found, "pkg:hex/cowboy") == [3]
    assert ("pkg:hex/cowboy", "delivered-by", "service:github") in links(found)


def test_what_is_no_lock_is_a_gap() -> None:
    assert gaps(direct(hex_, "mix.lock", "nothing")) == {("mix.lock", "malformed-file", 1)}
    assert gaps(direct(hex_, "mix.lock", "%{\n}\n")) == set()
    assert ids(mix("defp deps do\n[{:a, {:b")) == set()


@pytest.mark.parametrize("path", ["mix.exs", "mix.lock", "rebar.config", "rebar.lock"])
@pytest.mark.parametrize(
    "unit",
    ["{", "{:a,", '"', '"""', "'''", "~r/", "~s(", "#", "?", ":a", "def deps ", "{:a, [", "<<",
     '{:a, "1.0"} ', '{deps, [{a, "1"}]}. ', '"a": {:hex, :a, "1", [', "%", "$", "\\",
     '{:a, "~> 1 and 1 and', "1 or "],
)  # fmt: skip
def test_a_long_line_stays_cheap(path: str, unit: str) -> None:
    data = (unit * (200_000 // len(unit))).encode()
    begin = time.process_time()
    sound(hex_, path, data)
    assert time.process_time() - begin < 5
