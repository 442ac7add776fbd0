"""package.json: what npm, yarn and pnpm would take each specifier for."""

from __future__ import annotations

import pytest

from provenance.extract.manifests import npm
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import (
    component,
    gaps,
    ids,
    lines,
    links,
    places,
    requirement,
)

MANIFEST = """\
    {
      "name": "chat-app",
      "license": "Apache-2.0",
      "dependencies": {
        "openai": "^4.20.0",
        "@anthropic-ai/sdk": "0.32.1",
        "chat": "npm:@acme/chat-kit@~2.1.0",
        "any": "*"
      },
      "devDependencies": {
        "typescript": "=5.4.2"
      },
      "optionalDependencies": {
        "onnxruntime-node": "1.17.x"
      },
      "peerDependencies": {
        "react": ">=18",
        "zod": "^3"
      },
      "peerDependenciesMeta": {
        "zod": {"optional": true}
      }
    }
"""


def manifest(content: str, path: str = "package.json") -> Extraction:
    return extracted(npm, path, content)


def one(name: str, spec: str) -> Extraction:
    return manifest(f'{{"dependencies": {{"{name}": "{spec}"}}}}')


def test_sections_become_usages() -> None:
    found = manifest(MANIFEST)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:npm/openai": "used",
        "pkg:npm/%40anthropic-ai/sdk@0.32.1": "used",
        "pkg:npm/%40acme/chat-kit": "used",
        "pkg:npm/any": "used",
        "pkg:npm/typescript@5.4.2": "development",
        "pkg:npm/onnxruntime-node": "optional",
        "pkg:npm/react": "used",
        "pkg:npm/zod": "optional",
    }
    assert found.project_name == "chat-app"
    assert not found.gaps


def test_lines_and_requirements() -> None:
    found = manifest(MANIFEST)
    assert lines(found, "pkg:npm/openai") == [5]
    assert lines(found, "pkg:npm/%40acme/chat-kit") == [7]
    assert lines(found, "pkg:npm/typescript@5.4.2") == [11]
    assert lines(found, "pkg:npm/zod") == [18]
    assert places(found, "pkg:npm/openai")[0].as_written == '"openai": "^4.20.0"'
    assert requirement(found, "pkg:npm/%40acme/chat-kit") == "~2.1.0"
    assert requirement(found, "pkg:npm/any") is None


def test_registry_packages_come_from_npm() -> None:
    assert ("pkg:npm/openai", "delivered-by", "service:npm") in links(manifest(MANIFEST))


def test_only_the_topmost_file_speaks_for_the_project() -> None:
    top, inner = manifest(MANIFEST), manifest(MANIFEST, "web/package.json")
    (declared,) = top.licenses
    assert (declared.component, declared.raw, declared.scheme) == ("project:", "Apache-2.0", "spdx")
    assert declared.evidence.reference == "package.json:3"
    assert inner.project_name is None
    assert inner.licenses == ()


@pytest.mark.parametrize(
    ("spec", "channel"),
    [
        ("git+https://github.com/acme/kit.git#v1", "service:github"),
        ("github:acme/kit", "service:github"),
        ("acme/kit#semver:^1", "service:github"),
        ("git@github.com:acme/kit.git", "service:github"),
        ("https://files.example.com/kit-1.0.0.tgz", "service:files.example.com"),
    ],
)
def test_other_sources_are_channels(spec: str, channel: str) -> None:
    assert links(one("kit", spec)) == {
        ("project:", "depends-on", "pkg:npm/kit"),
        ("pkg:npm/kit", "delivered-by", channel),
    }


def test_workspace_packages_are_read_where_they_lie() -> None:
    found = one("@acme/core", "workspace:^")
    assert ids(found) == set()
    assert not found.gaps


@pytest.mark.parametrize(
    ("path", "spec", "gap"),
    [
        ("package.json", "file:./packages/core", False),
        ("app/package.json", "link:../core", False),
        ("package.json", "file:../elsewhere", True),
        ("package.json", "file:vendor/core-1.0.0.tgz", True),
    ],
)
def test_local_packages_outside_the_tree_are_gaps(path: str, spec: str, gap: bool) -> None:
    found = manifest(f'{{"dependencies": {{"core": "{spec}"}}}}', path)
    assert ids(found) == set()
    assert gaps(found) == ({("core", "local-requirement", 1)} if gap else set())


def test_a_private_host_is_a_gap() -> None:
    found = one("kit", "http://nexus.local/kit.tgz")
    assert gaps(found) == {("http://nexus.local", "private-channel", 1)}


def test_a_patched_package_is_the_package() -> None:
    assert "pkg:npm/next@14.2.1" in ids(one("next", "patch:next@npm%3A14.2.1#./p.patch"))


def test_values_of_other_types_are_left_out() -> None:
    found = manifest(
        '{"dependencies": {"a": 1, "b": null, "c": {"x": "1"}}, "devDependencies": []}'
    )
    assert ids(found) == set()


@pytest.mark.parametrize("broken", ["{", '{"dependencies": {"a": }', "[" * 100_000, "\x00"])
def test_broken_files_are_gaps(broken: str) -> None:
    (gap,) = manifest(broken).gaps
    assert gap.reason == "malformed-file"
    assert dict(gap.params)["format"] == "JSON"


def test_usage_of_the_folder_holds() -> None:
    found = manifest('{"dependencies": {"openai": "^4"}}', "examples/chat/package.json")
    assert component(found, "pkg:npm/openai").usage == "example"
