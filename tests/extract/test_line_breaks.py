"""Lines are counted as editors count them, whatever Python or YAML take for a line's end."""

from __future__ import annotations

import pytest

from provenance.extract import extractor
from tests.support.reading import gaps
from tests.support.samples import SAMPLES
from tests.support.sound import sound

BREAKS = ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("odd", BREAKS)
def test_a_separator_is_no_line_end(odd: str) -> None:
    for name, path, text, component in (
        ("manifests.go_mod", "go.mod", "// a{}b\nrequire x.example/a v1.0.0\n",
         "pkg:golang/x.example/a@v1.0.0"),
        ("manifests.gemfile", "Gemfile", "# a{}b\ngem 'rspec'\n", "pkg:gem/rspec"),
        ("manifests.gradle", "gradle.lockfile", "# a{}b\na.b:c:1=compileClasspath\n",
         "pkg:maven/a.b/c@1"),
        ("locks.yarn", "yarn.lock", '# a{}b\nacme@^1:\n  version "1.0.0"\n',
         "pkg:npm/acme@1.0.0"),
    ):  # fmt: skip
        found = sound(extractor(name), path, text.format(odd).encode())
        (one,) = [item for item in found.components if item.id == component]
        assert [place.line for place in one.occurrences] == [2], name


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029"])
def test_yaml_counts_as_editors_do(odd: str) -> None:
    text = f"a: x{odd}y\nmodel: acme/chat-7b\n"
    found = sound(extractor("config.yaml_config"), "a.yaml", text.encode())
    (model,) = [item for item in found.components if item.kind == "model"]
    assert [place.line for place in model.occurrences] == [2]


@pytest.mark.parametrize("name", ["deploy.compose", "deploy.ci", "deploy.kubernetes"])
@pytest.mark.parametrize(("text", "line"), [("[", 1), ("{", 1), ("a: 1\ns: {", 2)])
def test_what_ends_too_early_is_reported_on_its_last_line(name: str, text: str, line: int) -> None:
    path = SAMPLES[name][0].path
    found = sound(extractor(name), path, text.encode())
    assert gaps(found) <= {(path, "malformed-file", line)}


def test_a_number_without_end_is_malformed() -> None:
    text = "model = 'acme/chat-7b'\nbig = " + "9" * 5_000 + "\n"
    found = sound(extractor("config.toml_config"), "a.toml", text.encode())
    assert {(subject, reason) for subject, reason, _ in gaps(found)} == {
        ("a.toml", "malformed-file")
    }
