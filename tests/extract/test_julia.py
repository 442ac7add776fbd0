"""Project.toml and Manifest.toml of Julia."""

from __future__ import annotations

import time

import pytest

from provenance.extract.manifests import julia
from tests.support.reading import component, gaps, ids, lines, links, requirement
from tests.support.settings_files import at, direct
from tests.support.sound import sound

ONE = "587475ba-b771-5e3f-ad9e-33799f191a9c"

PROJECT = """\
    name = "Talk"
    uuid = "587475ba-b771-5e3f-ad9e-33799f191a9c"
    license = "MIT"

    [deps]
    Flux = "587475ba-b771-5e3f-ad9e-33799f191a9c"
    CUDA = "052768ef-5323-5732-b1bb-66c8b64840ba"
    LinearAlgebra = "37e2e46d-f89d-539d-b4ee-838fcccc9c8e"
    Far = "0a1b2c3d-5323-5732-b1bb-66c8b64840ba"
    Forked = "1a1b2c3d-5323-5732-b1bb-66c8b64840ba"
    NotOne = "a name"

    [weakdeps]
    CUDA = "052768ef-5323-5732-b1bb-66c8b64840ba"

    [extras]
    CUDA = "052768ef-5323-5732-b1bb-66c8b64840ba"
    Aqua = "4c88cf16-eb10-579e-8560-4a9242c79595"
    Test = "8dfed614-e22c-5e08-85e1-65c5234f0b40"

    [sources]
    Far = { path = "../Far.jl" }
    Forked = { url = "https://github.com/acme/Forked.jl", rev = "main" }

    [compat]
    Flux = "0.13, 0.14"
    Aqua = "=0.8.4"
    julia = "1.9"
"""

MANIFEST = """\
    # This file is machine-generated - editing it directly is not advised

    julia_version = "1.10.2"
    manifest_format = "2.0"
    project_hash = "0a1b2c"

    [[deps.Flux]]
    deps = ["Adapt", "LinearAlgebra", "Lost", "Near"]
    git-tree-sha1 = "5a626d6ef24ae0a8590c22dc12096fb65eb66325"
    uuid = "587475ba-b771-5e3f-ad9e-33799f191a9c"
    version = "0.14.15"
    weakdeps = ["AMDGPU"]

    [[deps.Adapt]]
    git-tree-sha1 = "6a55b747d1812e699320963ffde36f1ebdda4099"
    uuid = "79e6a3ab-5dfb-504d-930d-738a2a938a0e"
    version = "4.0.4"

    [[deps.LinearAlgebra]]
    deps = ["Libdl"]
    uuid = "37e2e46d-f89d-539d-b4ee-838fcccc9c8e"

    [[deps.Near]]
    path = "../../Near"
    uuid = "79e6a3ab-0000-504d-930d-738a2a938a0e"
    version = "0.1.0"

    [[deps.Talk]]
    git-tree-sha1 = "7a55b747d1812e699320963ffde36f1ebdda4099"
    repo-rev = "main"
    repo-url = "https://github.com/acme/Talk.jl.git"
    uuid = "99e6a3ab-5dfb-504d-930d-738a2a938a0e"
    version = "1.0.0"

        [deps.Talk.deps]
        Flux = "587475ba-b771-5e3f-ad9e-33799f191a9c"
"""


def test_declared_packages() -> None:
    found = direct(julia, "Project.toml", PROJECT)
    assert {c.id: c.usage for c in found.components if c.kind == "package"} == {
        "pkg:julia/Flux": "used",
        "pkg:julia/Forked": "used",
        "pkg:julia/CUDA": "optional",
        "pkg:julia/Aqua@0.8.4": "test",
    }
    assert at(found, "pkg:julia/Flux") == [(6, "used")]
    assert lines(found, "pkg:julia/CUDA") == [14]
    assert requirement(found, "pkg:julia/Flux") == "0.13, 0.14"
    assert requirement(found, "pkg:julia/CUDA") is None
    assert ("pkg:julia/Forked", "delivered-by", "service:github") in links(found)
    assert gaps(found) == {("Far", "local-requirement", 9)}
    assert found.project_name == "Talk"
    (declared,) = found.licenses
    assert (declared.raw, declared.evidence.reference) == ("MIT", "Project.toml:3")


def test_locked_packages() -> None:
    found = direct(julia, "Manifest-v1.10.toml", MANIFEST)
    assert ids(found, "package") == {
        "pkg:julia/Flux@0.14.15", "pkg:julia/Adapt@4.0.4", "pkg:julia/Talk@1.0.0",
    }  # fmt: skip
    assert links(found) == {
        ("pkg:julia/Flux@0.14.15", "depends-on", "pkg:julia/Adapt@4.0.4"),
        ("pkg:julia/Talk@1.0.0", "depends-on", "pkg:julia/Flux@0.14.15"),
        ("pkg:julia/Talk@1.0.0", "delivered-by", "service:github"),
    }
    assert not component(found, "pkg:julia/Adapt@4.0.4").direct
    assert lines(found, "pkg:julia/Adapt@4.0.4") == [14]
    assert {o.line for k in found.links if k.relation == "depends-on" for o in k.occurrences} == {
        8, 35,
    }  # fmt: skip
    assert gaps(found) == {
        ("Near", "local-requirement", 23), ("Lost", "not-in-lock", 8),
    }  # fmt: skip


def test_the_first_format_of_a_manifest_and_two_packages_of_one_name() -> None:
    two = ONE.replace("5", "6", 1)
    found = direct(
        julia,
        "sub/JuliaManifest.toml",
        f"""\
        [[A]]
        uuid = "{ONE}"
        version = "1.0.0"
        git-tree-sha1 = "aa"

        [[A]]
        uuid = "{two}"
        version = "2.0.0"
        git-tree-sha1 = "ab"

        [[B]]
        uuid = "052768ef-5323-5732-b1bb-66c8b64840ba"
        version = "1.2.3+0"
        git-tree-sha1 = "ac"
            [B.deps]
            A = "{two}"
        """,
    )
    assert links(found) == {("pkg:julia/B@1.2.3%2B0", "depends-on", "pkg:julia/A@2.0.0")}
    assert lines(found, "pkg:julia/A@2.0.0") == [6]


def test_other_files_of_the_name_are_settings() -> None:
    assert not julia.accepts("project.toml")
    found = direct(julia, "Project.toml", '[llm]\nprovider = "openai"\nmodel = "gpt-4o"\n')
    assert ids(found, "model") == {"model:openai/gpt-4o"}


def test_broken_files_are_gaps() -> None:
    assert gaps(direct(julia, "Project.toml", "[deps\n")) == {
        ("Project.toml", "malformed-file", 1)
    }  # fmt: skip
    odd = f'deps = 3\n[[A]]\nuuid = "{ONE}"\ndeps = [1, {{}}]\nversion = 2\ngit-tree-sha1 = 3\n'
    assert ids(direct(julia, "Manifest.toml", odd)) <= {"pkg:julia/A"}


@pytest.mark.parametrize("path", ["Project.toml", "Manifest.toml"])
@pytest.mark.parametrize("unit", ["[[deps.", "[[a]]\n", "[", "a = ", '"', " ", ".a", "[deps]\n"])
def test_a_long_line_stays_cheap(path: str, unit: str) -> None:
    data = (f'uuid = "{ONE}"\n' + unit * (200_000 // len(unit))).encode()
    begin = time.process_time()
    sound(julia, path, data)
    assert time.process_time() - begin < 5
