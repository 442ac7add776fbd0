"""Gemfile, gem specifications and Gemfile.lock."""

from __future__ import annotations

from provenance.extract.manifests import gemfile
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, links, requirement

GEMFILE = """\
    source "https://gems.example.com"
    ruby "3.3.0"

    gem "ruby-openai", "~> 7.3"
    gem 'anthropic', '0.3.2', require: false
    # gem "cohere-ruby", "~> 0.9"
    gem "langchainrb", github: "acme/langchainrb", branch: "main"
    gem "near", path: "gems/near"
    gem "far", path: "../far"

    group :development, :test do
      gem "rubocop"
      platforms :ruby do
        gem "debug", ">= 1.0", "< 2"
      end
    end
    gem "rspec", group: :test
    gem "onnxruntime"
"""

LOCK = """\
    GIT
      remote: https://github.com/acme/langchainrb.git
      revision: 0a1b2c
      branch: main
      specs:
        langchainrb (0.19.0)
          faraday (>= 2)

    PATH
      remote: ../far
      specs:
        far (0.1.0)

    GEM
      specs:
        faraday (2.12.0)
          lost (~> 1)
        onnxruntime (0.9.2-x86_64-linux)
          ffi
        ffi (1.17.0)

    PLATFORMS
      x86_64-linux

    DEPENDENCIES
      langchainrb!
      onnxruntime (~> 0.9)

    BUNDLED WITH
       2.5.0
"""


def test_gemfile() -> None:
    found = extracted(gemfile, "Gemfile", GEMFILE)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:gem/ruby-openai": "used",
        "pkg:gem/anthropic@0.3.2": "used",
        "pkg:gem/cohere-ruby": "commented",
        "pkg:gem/langchainrb": "used",
        "pkg:gem/rubocop": "development",
        "pkg:gem/debug": "development",
        "pkg:gem/rspec": "test",
        "pkg:gem/onnxruntime": "used",
    }
    assert requirement(found, "pkg:gem/ruby-openai") == "~> 7.3"
    assert lines(found, "pkg:gem/debug") == [14]
    assert ("pkg:gem/langchainrb", "delivered-by", "service:github") in links(found)
    assert gaps(found) == {("far", "local-requirement", 9)}


def test_specification() -> None:
    found = extracted(
        gemfile,
        "kit.gemspec",
        """\
        Gem::Specification.new do |spec|
          spec.add_dependency "ruby-openai", "~> 7.0"
          spec.add_development_dependency("rake", "13.2.1")
        end
        """,
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:gem/ruby-openai": "used", "pkg:gem/rake@13.2.1": "development",
    }  # fmt: skip


def test_lock() -> None:
    found = extracted(gemfile, "Gemfile.lock", LOCK)
    assert links(found) == {
        ("project:", "depends-on", "pkg:gem/langchainrb@0.19.0"),
        ("project:", "depends-on", "pkg:gem/onnxruntime@0.9.2"),
        ("pkg:gem/langchainrb@0.19.0", "depends-on", "pkg:gem/faraday@2.12.0"),
        ("pkg:gem/onnxruntime@0.9.2", "depends-on", "pkg:gem/ffi@1.17.0"),
        ("pkg:gem/langchainrb@0.19.0", "delivered-by", "service:github"),
    }
    assert component(found, "pkg:gem/onnxruntime@0.9.2").direct
    assert lines(found, "pkg:gem/ffi@1.17.0") == [20]
    assert gaps(found) == {
        ("far", "local-requirement", 12),
        ("lost", "not-in-lock", 17),
    }


def test_what_is_no_lock_is_a_gap() -> None:
    assert gaps(extracted(gemfile, "Gemfile.lock", "{}")) == {("Gemfile.lock", "malformed-file", 1)}
    assert ids(extracted(gemfile, "Gemfile", "end\nend\n")) == set()
