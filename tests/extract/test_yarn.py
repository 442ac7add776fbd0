"""yarn.lock, classic and berry: descriptors find their entries."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from provenance.discover import Walk
from provenance.documents import extract_all
from provenance.extract import extractor_for
from provenance.extract.locks import yarn
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, links, requirement, vocabulary

CLASSIC = """\
    # yarn lockfile v1


    "@acme/kit@^1.0.0", "@acme/kit@^1.1.0":
      version "1.1.2"
      resolved "https://packages.example.com/kit-1.1.2.tgz#0a1b2c"
      dependencies:
        chat "^2.0.0"
        lost "^9"

    alias@npm:openai@^4.0.0:
      version "4.20.1"

    chat@^2.0.0:
      version "2.3.0"
      optionalDependencies:
        "@acme/kit" "^1.0.0"
        fsevents "~2.3.1"
"""

BERRY = """\
    __metadata:
      version: 8

    "app@workspace:.":
      version: 0.0.0-use.local
      resolution: "app@workspace:."
      dependencies:
        "@acme/core": "workspace:^"
        alias: "npm:openai@^4.0.0"
        typescript: "npm:^5.4.0"
        fsevents: "npm:^2.3.0"
      dependenciesMeta:
        fsevents:
          optional: true
      languageName: unknown
      linkType: soft

    "@acme/core@workspace:^, @acme/core@workspace:packages/core":
      version: 0.0.0-use.local
      resolution: "@acme/core@workspace:packages/core"
      linkType: soft

    "alias@npm:openai@^4.0.0":
      version: 4.20.1
      resolution: "openai@npm:4.20.1"
      dependencies:
        node-fetch: ^2.6.7
      peerDependencies:
        zod: ^3
      checksum: 10c0/aa
      linkType: hard

    "node-fetch@npm:^2.6.7":
      version: 2.7.0
      resolution: "node-fetch@npm:2.7.0"

    "typescript@npm:^5.4.0":
      version: 5.4.5
      resolution: "typescript@npm:5.4.5"

    "typescript@patch:typescript@npm%3A^5.4.0#optional!builtin<compat/typescript>":
      version: 5.4.5
      resolution: "typescript@patch:typescript@npm%3A5.4.5#optional!builtin<compat>::hash=1"

    "kit@https://github.com/acme/kit.git#commit=0a1b2c":
      version: 1.0.0
      resolution: "kit@https://github.com/acme/kit.git#commit=0a1b2c"
"""


def lock(content: str) -> Extraction:
    return extracted(yarn, "yarn.lock", content)


def test_classic_packages_and_edges() -> None:
    found = lock(CLASSIC)
    assert ids(found, "package") == {
        "pkg:npm/%40acme/kit@1.1.2", "pkg:npm/openai@4.20.1", "pkg:npm/chat@2.3.0",
    }  # fmt: skip
    assert links(found) == {
        ("pkg:npm/%40acme/kit@1.1.2", "delivered-by", "service:packages.example.com"),
        ("pkg:npm/%40acme/kit@1.1.2", "depends-on", "pkg:npm/chat@2.3.0"),
        ("pkg:npm/chat@2.3.0", "depends-on", "pkg:npm/%40acme/kit@1.1.2"),
    }
    assert requirement(found, "pkg:npm/chat@2.3.0") == "^2.0.0"
    assert lines(found, "pkg:npm/openai@4.20.1") == [11]
    assert not component(found, "pkg:npm/chat@2.3.0").direct
    # fsevents is optional and was left out; lost is asked for and not there.
    assert gaps(found) == {("lost", "not-in-lock", 9)}


def test_berry_packages_and_edges() -> None:
    found = lock(BERRY)
    assert {(c.id, c.direct) for c in found.components if c.kind == "package"} == {
        ("pkg:npm/openai@4.20.1", True),
        ("pkg:npm/typescript@5.4.5", True),
        ("pkg:npm/node-fetch@2.7.0", False),
        ("pkg:npm/kit@1.0.0", False),
    }
    assert links(found) == {
        ("project:", "depends-on", "pkg:npm/openai@4.20.1"),
        ("project:", "depends-on", "pkg:npm/typescript@5.4.5"),
        ("pkg:npm/openai@4.20.1", "depends-on", "pkg:npm/node-fetch@2.7.0"),
        ("pkg:npm/kit@1.0.0", "delivered-by", "service:github"),
    }
    assert lines(found, "pkg:npm/typescript@5.4.5") == [10, 37, 41]
    assert requirement(found, "pkg:npm/typescript@5.4.5") == "^5.4.0"
    assert not found.gaps


def test_keys_too_long_for_a_line() -> None:
    found = lock(
        """\
        __metadata:
          version: 6

        ? "a@npm:^1.0.0, a@npm:^1.1.0"
        :
          version: 1.1.0
          resolution: "a@npm:1.1.0"
        """
    )
    assert ids(found) == {"pkg:npm/a@1.1.0"}


def test_a_range_that_the_manifest_overrides_finds_the_only_version() -> None:
    found = lock(
        """\
        # yarn lockfile v1

        a@^1:
          version "1.0.0"
          dependencies:
            one "^1"
            two "^9"

        one@7.0.0:
          version "7.0.0"

        two@^1:
          version "1.0.0"

        two@^2:
          version "2.0.0"
        """
    )
    assert links(found) == {("pkg:npm/a@1.0.0", "depends-on", "pkg:npm/one@7.0.0")}
    assert gaps(found) == {("two", "not-in-lock", 7)}


def test_what_is_no_lock_is_a_gap() -> None:
    assert gaps(lock("{ not a lock }\n")) == {("yarn.lock", "malformed-file", 1)}
    conflict = '# yarn lockfile v1\n\n<<<<<<< HEAD\na@^1:\n  version "1.0.0"\n'
    found = lock(conflict)
    assert gaps(found) == {("yarn.lock", "malformed-file", 3)}
    assert ids(found) == {"pkg:npm/a@1.0.0"}


def test_an_empty_lock_says_nothing() -> None:
    assert not lock("# yarn lockfile v1\n").gaps
    assert not lock("").gaps


def test_the_manifest_beside_the_lock_tells_what_is_for_development(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(
        json.dumps({"dependencies": {"chat": "^2.0.0"}, "devDependencies": {"tool": "^1.0.0"}})
    )
    (tmp_path / "yarn.lock").write_text(
        textwrap.dedent("""\
        # yarn lockfile v1

        chat@^2.0.0:
          version "2.3.0"
          dependencies:
            both "^1.0.0"

        both@^1.0.0:
          version "1.4.0"

        tool@^1.0.0:
          version "1.0.3"
          dependencies:
            both "^1.0.0"
            only-tool "^5"

        only-tool@^5:
          version "5.0.0"

        stray@^1:
          version "1.0.0"
    """)
    )

    def usages() -> dict[str, str]:
        walk = Walk(root=tmp_path, wanted=extractor_for)
        (found,) = [e for e in extract_all(walk, vocabulary()) if len(e.components) == 5]
        return {c.name: c.usage for c in found.components}

    assert usages() == {
        "chat": "used", "both": "used", "tool": "development", "only-tool": "development",
        "stray": "used",
    }  # fmt: skip
    (tmp_path / "package.json").write_text(
        json.dumps({"workspaces": ["packages/*"], "devDependencies": {"tool": "^1.0.0"}})
    )
    assert set(usages().values()) == {"used"}
