"""Platforms in the words of markers, uv and pip; the indexes that uv is told to ask."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from provenance.config import PLATFORMS
from provenance.edge.resolver_uv import configured_indexes
from provenance.edge.resolvers import choose, explanation, hosts_of, public_index, shortened
from provenance.edge.targets import Target
from provenance.extract.channels import REGISTRY_HOSTS
from tests.support.stacks import UV


@pytest.mark.parametrize(
    ("name", "triple", "tag", "markers"),
    [
        ("linux-x86_64", "x86_64-unknown-linux-gnu", "manylinux_2_17_x86_64",
         ("linux", "Linux", "posix", "x86_64")),
        ("linux-aarch64", "aarch64-unknown-linux-gnu", "manylinux2014_aarch64",
         ("linux", "Linux", "posix", "aarch64")),
        ("macos-arm64", "aarch64-apple-darwin", "macosx_14_0_arm64",
         ("darwin", "Darwin", "posix", "arm64")),
        ("macos-x86_64", "x86_64-apple-darwin", "macosx_14_0_x86_64",
         ("darwin", "Darwin", "posix", "x86_64")),
        ("windows-x86_64", "x86_64-pc-windows-msvc", "win_amd64",
         ("win32", "Windows", "nt", "AMD64")),
        ("windows-arm64", "aarch64-pc-windows-msvc", "win_arm64",
         ("win32", "Windows", "nt", "ARM64")),
    ],
)  # fmt: skip
def test_a_platform_by_its_names(
    name: str, triple: str, tag: str, markers: tuple[str, str, str, str]
) -> None:
    target = Target(name, "3.12")
    assert target.for_uv == triple
    assert tag in target.for_pip
    found = target.markers
    assert markers == tuple(
        found[key] for key in ("sys_platform", "platform_system", "os_name", "platform_machine")
    )
    assert (found["python_version"], found["python_full_version"]) == ("3.12", "3.12.0")


def test_every_platform_is_known() -> None:
    assert len(PLATFORMS) == 6
    assert all(Target(name).for_uv and Target(name).for_pip for name in PLATFORMS)


def test_without_a_target_it_is_this_interpreter() -> None:
    from packaging.markers import default_environment

    assert Target().is_here
    assert Target().markers == default_environment()
    assert Target("", "3.9.4").markers["python_full_version"] == "3.9.4"
    assert Target().label.endswith(f"Python {platform.python_version().rpartition('.')[0]}")


def test_uv_comes_before_pip(tmp_path: Path) -> None:
    found = choose({"PATH": str(tmp_path)})
    assert found is not None
    assert (found.command, found.label.partition(" ")[0]) == ("uv pip compile", "uv")
    assert UV.parent == Path(sys.executable).parent


def test_the_indexes_of_the_environment(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "system")}
    assert configured_indexes(home) == [public_index()]
    assert configured_indexes({**home, "UV_DEFAULT_INDEX": "https://a.example/simple"}) == [
        "https://a.example/simple"
    ]
    assert configured_indexes(
        {**home, "UV_INDEX": "own=https://b.example/simple https://c.example/x?y=z"}
    ) == ["https://b.example/simple", "https://c.example/x?y=z", public_index()]


def test_the_indexes_of_the_users_file(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "uv"
    folder.mkdir(parents=True)
    home = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "system")}
    (folder / "uv.toml").write_text(
        'extra-index-url = ["https://a.example/simple"]\n[pip]\nindex-url = "https://b.example"\n'
        '[[index]]\nurl = "https://c.example/simple"\n'
    )
    assert configured_indexes(home) == [
        "https://a.example/simple", "https://b.example", "https://c.example/simple"
    ]  # fmt: skip
    assert configured_indexes({**home, "UV_NO_CONFIG": "1"}) == [public_index()]
    (folder / "uv.toml").write_bytes(b"\xff not toml")
    assert configured_indexes(home) == [public_index()]


def test_hosts_of_addresses() -> None:
    index, files, *_ = REGISTRY_HOSTS
    assert hosts_of(["https://bot:s3cret@a.example:8443/simple", "file:///opt/wheels", "odd"]) == (
        "a.example:8443",
    )
    assert hosts_of([public_index()]) == tuple(sorted((index, files)))
    assert hosts_of(["https://[broken/simple", "http://a.example:x/"]) == ()


def test_a_programs_words_are_made_plain() -> None:
    said = explanation("error: \x1b[31mno\x07\n  https://bot:s3cret@a.example/simple \u202eX")
    assert said == "error: \\x1b[31mno\\x07 https://…@a.example/simple \\u202eX"
    assert shortened("a" * 5000 + "b" * 5000) == "a" * 750 + " … " + "b" * 750
    assert shortened("a" * 1500) == "a" * 1500
