"""pnpm-lock.yaml in the shapes of versions 5, 6 and 9."""

from __future__ import annotations

from provenance.extract.locks import pnpm
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import gaps, ids, lines, links

NINE = """\
    lockfileVersion: '9.0'

    settings:
      autoInstallPeers: true

    importers:

      .:
        dependencies:
          '@acme/core':
            specifier: workspace:^
            version: link:packages/core
          chat:
            specifier: npm:openai@^4.0.0
            version: openai@4.20.1(zod@3.23.8)
        devDependencies:
          vitest:
            specifier: ^2.0.0
            version: 2.1.9

      packages/core:
        dependencies:
          sibling:
            specifier: workspace:^
            version: link:../sibling
          outside:
            specifier: link:../../../elsewhere
            version: link:../../../elsewhere

    packages:

      openai@4.20.1:
        resolution: {integrity: sha512-aa==}
        peerDependencies:
          zod: ^3.23.8

      zod@3.23.8:
        resolution: {integrity: sha512-bb==}

      vitest@2.1.9:
        resolution: {integrity: sha512-cc==}

      fsevents@2.3.3:
        resolution: {integrity: sha512-dd==}

      'kit@https://codeload.github.com/acme/kit/tar.gz/0a1b2c':
        resolution: {tarball: https://codeload.github.com/acme/kit/tar.gz/0a1b2c}
        version: 1.0.0

    snapshots:

      openai@4.20.1(zod@3.23.8):
        optionalDependencies:
          zod: 3.23.8

      zod@3.23.8: {}

      vitest@2.1.9:
        dependencies:
          kit: https://codeload.github.com/acme/kit/tar.gz/0a1b2c
          lost: 1.0.0
        optionalDependencies:
          fsevents: 2.3.3

      fsevents@2.3.3:
        optional: true

      'kit@https://codeload.github.com/acme/kit/tar.gz/0a1b2c': {}
"""


def lock(content: str) -> Extraction:
    return extracted(pnpm, "pnpm-lock.yaml", content)


def usages(found: Extraction) -> set[tuple[str, str, bool]]:
    return {(c.id, c.usage, c.direct) for c in found.components if c.kind == "package"}


def test_version_nine() -> None:
    found = lock(NINE)
    assert usages(found) == {
        ("pkg:npm/openai@4.20.1", "used", True),
        ("pkg:npm/zod@3.23.8", "optional", False),
        ("pkg:npm/vitest@2.1.9", "development", True),
        ("pkg:npm/kit@1.0.0", "development", False),
        ("pkg:npm/fsevents@2.3.3", "development", False),
    }
    assert links(found) == {
        ("project:", "depends-on", "pkg:npm/openai@4.20.1"),
        ("project:", "depends-on", "pkg:npm/vitest@2.1.9"),
        ("pkg:npm/openai@4.20.1", "depends-on", "pkg:npm/zod@3.23.8"),
        ("pkg:npm/vitest@2.1.9", "depends-on", "pkg:npm/kit@1.0.0"),
        ("pkg:npm/vitest@2.1.9", "depends-on", "pkg:npm/fsevents@2.3.3"),
        ("pkg:npm/kit@1.0.0", "delivered-by", "service:github"),
    }
    assert gaps(found) == {
        ("outside", "local-requirement", 28),
        ("lost", "not-in-lock", 61),
    }


def test_lines() -> None:
    found = lock(NINE)
    assert lines(found, "pkg:npm/openai@4.20.1") == [15, 32]
    assert lines(found, "pkg:npm/kit@1.0.0") == [46]


def test_version_six() -> None:
    found = lock(
        """\
        lockfileVersion: '6.0'

        dependencies:
          '@acme/kit':
            specifier: ^1.0.0
            version: 1.1.2(react@18.3.1)
          alias:
            specifier: npm:openai@^4
            version: /openai@4.20.1

        packages:

          /@acme/kit@1.1.2(react@18.3.1):
            resolution: {integrity: sha512-aa==}
            dependencies:
              react: 18.3.1
            dev: false

          /openai@4.20.1:
            resolution: {integrity: sha512-bb==}
            dev: false

          /react@18.3.1:
            resolution: {integrity: sha512-cc==}
            dev: true
        """
    )
    assert usages(found) == {
        ("pkg:npm/%40acme/kit@1.1.2", "used", True),
        ("pkg:npm/openai@4.20.1", "used", True),
        ("pkg:npm/react@18.3.1", "development", False),
    }
    assert ("pkg:npm/%40acme/kit@1.1.2", "depends-on", "pkg:npm/react@18.3.1") in links(found)


def test_version_five() -> None:
    found = lock(
        """\
        lockfileVersion: 5.4

        specifiers:
          '@acme/kit': ^1.0.0
          fork: github:acme/fork

        dependencies:
          '@acme/kit': 1.1.2_react@18.3.1
          fork: github.com/acme/fork/0a1b2c

        packages:

          /@acme/kit/1.1.2_react@18.3.1:
            dependencies:
              react: 18.3.1

          /react/18.3.1:
            resolution: {integrity: sha512-cc==}

          github.com/acme/fork/0a1b2c:
            resolution: {tarball: https://codeload.github.com/acme/fork/tar.gz/0a1b2c}
            name: fork
            version: 0.3.0
        """
    )
    assert links(found) == {
        ("project:", "depends-on", "pkg:npm/%40acme/kit@1.1.2"),
        ("project:", "depends-on", "pkg:npm/fork@0.3.0"),
        ("pkg:npm/%40acme/kit@1.1.2", "depends-on", "pkg:npm/react@18.3.1"),
        ("pkg:npm/fork@0.3.0", "delivered-by", "service:github"),
    }


def test_keys_too_long_for_a_line() -> None:
    found = lock(
        """\
        lockfileVersion: '6.0'
        packages:
          ? /a@1.0.0(b@2.0.0)
          : dependencies:
              b: 2.0.0
          /b@2.0.0: {}
        """
    )
    assert ("pkg:npm/a@1.0.0", "depends-on", "pkg:npm/b@2.0.0") in links(found)


def test_what_is_no_lock_is_a_gap() -> None:
    assert gaps(lock("hello: world\n")) == {("pnpm-lock.yaml", "malformed-file", 1)}
    assert ids(lock("")) == set()


def test_a_peer_does_not_make_a_development_package_one_of_production() -> None:
    found = lock(
        """\
        lockfileVersion: '9.0'

        importers:

          .:
            dependencies:
              loader:
                specifier: ^1.0.0
                version: 1.0.0(ts-node@10.9.2)
            devDependencies:
              ts-node:
                specifier: ^10
                version: 10.9.2

        packages:

          loader@1.0.0:
            resolution: {integrity: sha512-aa==}
            peerDependencies:
              ts-node: '>=9.0.0'
            peerDependenciesMeta:
              ts-node:
                optional: true

          make-error@1.3.6:
            resolution: {integrity: sha512-bb==}

          ts-node@10.9.2:
            resolution: {integrity: sha512-cc==}

        snapshots:

          loader@1.0.0(ts-node@10.9.2):
            optionalDependencies:
              ts-node: 10.9.2

          make-error@1.3.6: {}

          ts-node@10.9.2:
            dependencies:
              make-error: 1.3.6
        """
    )
    assert usages(found) == {
        ("pkg:npm/loader@1.0.0", "used", True),
        ("pkg:npm/ts-node@10.9.2", "development", True),
        ("pkg:npm/make-error@1.3.6", "development", False),
    }
