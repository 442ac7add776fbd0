"""package-lock.json, versions 1 and 3: Node's look-up, npm's flags, licenses, channels."""

from __future__ import annotations

import json

from provenance.extract.channels import REGISTRY_HOSTS
from provenance.extract.locks import npm as npm_lock
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, links, requirement

NPM = next(host for host, service in REGISTRY_HOSTS.items() if service == "service:npm")
"""The registry's host, so that no file holds its name."""

LOCK = """\
    {
      "name": "app",
      "lockfileVersion": 3,
      "packages": {
        "": {
          "name": "app",
          "workspaces": ["packages/core"],
          "dependencies": {"openai": "^4.0.0", "chat": "npm:@acme/chat@^1"},
          "devDependencies": {"jest": "^29"}
        },
        "node_modules/@acme/core": {
          "resolved": "packages/core",
          "link": true
        },
        "node_modules/chat": {
          "name": "@acme/chat",
          "version": "1.2.0",
          "license": "MIT",
          "peerDependencies": {"react": ">=18", "vue": "*"},
          "peerDependenciesMeta": {"vue": {"optional": true}}
        },
        "node_modules/jest": {
          "version": "29.7.0",
          "dev": true,
          "dependencies": {"node-fetch": "^3"},
          "license": "(MIT OR Apache-2.0)"
        },
        "node_modules/jest/node_modules/node-fetch": {
          "version": "3.3.2",
          "dev": true
        },
        "node_modules/node-fetch": {
          "version": "2.7.0"
        },
        "node_modules/fsevents": {
          "version": "2.3.3",
          "optional": true
        },
        "node_modules/openai": {
          "version": "4.20.1",
          "dependencies": {"node-fetch": "^2.6.7"},
          "optionalDependencies": {"fsevents": "*", "gone": "*"}
        },
        "packages/core": {
          "name": "@acme/core",
          "dependencies": {"node-fetch": "^2"}
        }
      }
    }
"""


def lock(content: str) -> Extraction:
    return extracted(npm_lock, "package-lock.json", content)


def test_every_entry_is_a_package_with_its_usage() -> None:
    found = lock(LOCK)
    assert {(c.id, c.usage, c.direct) for c in found.components} == {
        ("pkg:npm/%40acme/chat@1.2.0", "used", True),
        ("pkg:npm/jest@29.7.0", "development", True),
        ("pkg:npm/node-fetch@3.3.2", "development", False),
        ("pkg:npm/node-fetch@2.7.0", "used", True),  # the workspace asks for it
        ("pkg:npm/fsevents@2.3.3", "optional", False),
        ("pkg:npm/openai@4.20.1", "used", True),
    }


def test_edges_resolve_as_node_looks_packages_up() -> None:
    found = lock(LOCK)
    assert links(found, "depends-on") == {
        ("project:", "depends-on", "pkg:npm/openai@4.20.1"),
        ("project:", "depends-on", "pkg:npm/%40acme/chat@1.2.0"),
        ("project:", "depends-on", "pkg:npm/jest@29.7.0"),
        ("project:", "depends-on", "pkg:npm/node-fetch@2.7.0"),
        ("pkg:npm/jest@29.7.0", "depends-on", "pkg:npm/node-fetch@3.3.2"),
        ("pkg:npm/openai@4.20.1", "depends-on", "pkg:npm/node-fetch@2.7.0"),
        ("pkg:npm/openai@4.20.1", "depends-on", "pkg:npm/fsevents@2.3.3"),
    }
    assert requirement(found, "pkg:npm/node-fetch@3.3.2") == "^3"


def test_what_is_asked_for_and_missing_is_a_gap() -> None:
    # react is a peer that nobody brought; vue and gone are optional.
    assert gaps(lock(LOCK)) == {("react", "not-in-lock", 19)}


def test_lines() -> None:
    found = lock(LOCK)
    assert lines(found, "pkg:npm/jest@29.7.0") == [9, 22]
    assert lines(found, "pkg:npm/node-fetch@3.3.2") == [28]
    assert lines(found, "pkg:npm/openai@4.20.1") == [8, 39]


def test_licenses_are_declared_where_the_entry_begins() -> None:
    assert {(d.component, d.raw, d.evidence.reference) for d in lock(LOCK).licenses} == {
        ("pkg:npm/%40acme/chat@1.2.0", "MIT", "package-lock.json:15"),
        ("pkg:npm/jest@29.7.0", "(MIT OR Apache-2.0)", "package-lock.json:22"),
    }


def entry(**fields: object) -> Extraction:
    return lock(
        json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a": fields}}, indent=1)
    )


def test_channels_are_named_and_the_public_one_is_npm() -> None:
    found = entry(version="1.0.0", resolved=f"https://{NPM}/a/-/a-1.0.0.tgz")
    assert links(found) == {("pkg:npm/a@1.0.0", "delivered-by", "service:npm")}
    found = entry(version="1.0.0", resolved="git+ssh://git@github.com/acme/a.git#0a1b2c")
    assert links(found) == {("pkg:npm/a@1.0.0", "delivered-by", "service:github")}


def test_a_private_mirror_is_one_gap_for_all_it_delivers() -> None:
    packages = {
        f"node_modules/{name}": {"version": "1.0.0", "resolved": f"http://10.0.0.7/{name}.tgz"}
        for name in ("a", "b")
    }
    found = lock(json.dumps({"packages": packages}, indent=1))
    assert [(g.subject, g.reason) for g in found.gaps] == [("http://10.0.0.7", "private-channel")]


def test_version_one_nests() -> None:
    found = lock(
        """\
        {
          "lockfileVersion": 1,
          "requires": true,
          "dependencies": {
            "jest": {
              "version": "29.7.0",
              "dev": true,
              "requires": {"node-fetch": "^3"},
              "dependencies": {
                "node-fetch": {"version": "3.3.2", "dev": true}
              }
            },
            "node-fetch": {"version": "2.7.0"},
            "openai": {
              "version": "npm:@acme/openai@4.20.1",
              "requires": {"node-fetch": "^2.6.7", "lost": "1"}
            },
            "kit": {"version": "git+https://github.com/acme/kit.git#0a1b2c"}
          }
        }
        """
    )
    assert links(found) == {
        ("pkg:npm/jest@29.7.0", "depends-on", "pkg:npm/node-fetch@3.3.2"),
        ("pkg:npm/%40acme/openai@4.20.1", "depends-on", "pkg:npm/node-fetch@2.7.0"),
        ("pkg:npm/kit", "delivered-by", "service:github"),
    }
    assert component(found, "pkg:npm/node-fetch@3.3.2").usage == "development"
    assert lines(found, "pkg:npm/node-fetch@3.3.2") == [10]
    assert lines(found, "pkg:npm/node-fetch@2.7.0") == [13]
    assert gaps(found) == {("lost", "not-in-lock", 16)}


def test_versions_may_begin_with_a_v() -> None:
    assert ids(entry(version="v1.30.0")) == {"pkg:npm/a@v1.30.0"}


def test_circles_end() -> None:
    packages = {
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1", "b": "1"}},
    }
    assert links(lock(json.dumps({"packages": packages}))) == {
        ("pkg:npm/a@1.0.0", "depends-on", "pkg:npm/b@1.0.0"),
        ("pkg:npm/b@1.0.0", "depends-on", "pkg:npm/a@1.0.0"),
    }


def test_broken_files_are_gaps() -> None:
    (gap,) = lock('{"packages": {').gaps
    assert gap.reason == "malformed-file"
    assert ids(lock('{"packages": {"node_modules/a": 7, "": []}}')) == set()


PEERS = """\
    {
      "lockfileVersion": 3,
      "packages": {
        "": {
          "dependencies": {"ui": "^1", "charts": "^1"},
          "devDependencies": {"@types/react": "^18", "tailwindcss": "^3", "@types/d3": "^4"}
        },
        "node_modules/@types/d3": {"version": "4.0.8"},
        "node_modules/@types/react": {"version": "18.2.48", "dependencies": {"csstype": "^3"}},
        "node_modules/charts": {
          "version": "1.0.0",
          "dependencies": {"@types/d3": "^4"},
          "peerDependencies": {"react": ">=18"}
        },
        "node_modules/csstype": {"version": "3.1.3"},
        "node_modules/react": {"version": "18.2.0", "peer": true},
        "node_modules/tailwindcss": {"version": "3.4.1", "devOptional": true},
        "node_modules/ui": {
          "version": "1.0.0",
          "peerDependencies": {"@types/react": "*", "tailwindcss": ">=3", "react": "*"},
          "peerDependenciesMeta": {"@types/react": {"optional": true}}
        }
      }
    }
"""


def test_a_peer_does_not_make_a_development_package_one_of_production() -> None:
    found = lock(PEERS)
    assert {(c.id, c.usage) for c in found.components} == {
        ("pkg:npm/ui@1.0.0", "used"),
        ("pkg:npm/charts@1.0.0", "used"),
        ("pkg:npm/react@18.2.0", "used"),  # the project does not declare it: npm brought it
        ("pkg:npm/%40types/d3@4.0.8", "development"),  # charts depends on it, for its types
        ("pkg:npm/%40types/react@18.2.48", "development"),
        ("pkg:npm/csstype@3.1.3", "development"),
        ("pkg:npm/tailwindcss@3.4.1", "development"),
    }
