"""PHP: what Composer's manifest asks for, and the graph of its lock."""

from __future__ import annotations

from tests.support.reading import component, gaps, ids, lines, links, read, requirement

MANIFEST = """\
{
  "name": "acme/shop",
  "license": "MIT",
  "require": {
    "php": "^8.2",
    "ext-json": "*",
    "openai-php/client": "^0.10",
    "Theodo-Group/LLPhant": "0.9.1"
  },
  "require-dev": {
    "phpunit/phpunit": "^11"
  }
}
"""
LOCK = """\
{
  "packages": [
    {
      "name": "openai-php/client",
      "version": "v0.10.3",
      "dist": {"type": "zip", "url": "https://api.github.com/repos/openai-php/client/zipball/1"},
      "require": {"php": "^8.1.0", "psr/http-client": "^1.0.3"},
      "license": ["MIT"]
    },
    {
      "name": "psr/http-client",
      "version": "1.0.3"
    }
  ],
  "packages-dev": [
    {"name": "phpunit/phpunit", "version": "11.5.2"},
    {"version": "1"},
    7
  ]
}
"""
CLIENT = "pkg:composer/openai-php/client"


def test_manifest() -> None:
    found = read("composer.json", MANIFEST)
    assert ids(found) == {
        CLIENT, "pkg:composer/theodo-group/llphant@0.9.1", "pkg:composer/phpunit/phpunit",
    }  # fmt: skip
    assert lines(found, CLIENT) == [7]
    assert requirement(found, CLIENT) == "^0.10"
    assert component(found, "pkg:composer/phpunit/phpunit").usage == "development"
    assert found.own == ("pkg:composer/acme/shop",)
    assert [item.raw for item in found.licenses] == ["MIT"]


def test_lock() -> None:
    found = read("composer.lock", LOCK)
    client = f"{CLIENT}@0.10.3"
    assert ids(found, "package") == {
        client, "pkg:composer/psr/http-client@1.0.3", "pkg:composer/phpunit/phpunit@11.5.2",
    }  # fmt: skip
    assert lines(found, client) == [4]
    assert (client, "depends-on", "pkg:composer/psr/http-client@1.0.3") in links(found)
    assert (client, "delivered-by", "service:github") in links(found)
    assert component(found, "pkg:composer/phpunit/phpunit@11.5.2").usage == "development"
    assert not component(found, client).direct


def test_broken() -> None:
    assert {reason for _, reason, _ in gaps(read("composer.json", '{"require": '))} == {
        "malformed-file"
    }
    odd = read("composer.lock", '{"packages": {"a": 1}, "packages-dev": [{"name": 3}]}')
    assert ids(odd) == set()
