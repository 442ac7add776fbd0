"""An installed environment, read without running it; equal to what ``pip inspect`` says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provenance.edge.environments import of_python, of_venv
from provenance.edge.installed_packages import InstalledPackages
from provenance.errors import UsageError
from provenance.model import Report
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary
from tests.support.command import environment as small_environment
from tests.support.package_index import metadata
from tests.support.stacks import TODAY, audited, edges, nodes, reasons, usages


def installed(tree: Path, venv: Path) -> Report:
    """Scan a tree with an environment."""
    return audited(
        tree, InstalledPackages(of_venv(venv), vocabulary=Vocabulary(Registry()), today=TODAY)
    )


def tree(folder: Path, requirements: str = "") -> Path:
    """Write a tree that asks for packages; one line of code keeps an empty one a tree."""
    place = folder / "tree"
    place.mkdir(exist_ok=True)
    (place / "requirements.txt").write_text(requirements)
    (place / "app.py").write_text("pass\n")
    return place


def venv(folder: Path, *, config: str = "version = 3.11.7\n", layout: str = "") -> Path:
    """Make the folders of an environment without an interpreter."""
    place = folder / "venv"
    (place / (layout or "lib/python3.11/site-packages")).mkdir(parents=True)
    (place / "pyvenv.cfg").write_text(f"home = /nowhere/bin\n{config}")
    return place


def install(
    place: Path, name: str, version: str, *requires: str, tag: str = "py3-none-any",
    stem: str = "", direct: object = None, lines: tuple[str, ...] = (),
) -> Path:  # fmt: skip
    """Put a distribution's metadata into an environment."""
    (packages,) = [*place.glob("lib/*/site-packages"), *place.glob("Lib/site-packages")]
    folder = packages / f"{stem or f'{name}-{version}'}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(metadata(name, version, requires, extra_lines=lines))
    (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")
    if direct is not None:
        (folder / "direct_url.json").write_text(json.dumps(direct))
    return folder


# -- equality with the environment's own tool --------------------------------------------------


def test_the_graph_is_the_one_pip_inspects(tmp_path: Path) -> None:
    """Every distribution of this environment, and every requirement that holds in it."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    ours = installed(tree(tmp_path), Path(sys.prefix))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "inspect", "--local"], capture_output=True, check=True,
        timeout=120, env=small_environment(),
    )  # fmt: skip
    said = json.loads(done.stdout)
    found = [item["metadata"] for item in said["installed"]]
    names = {canonicalize_name(one["name"]): one for one in found}
    assert nodes(ours) == {f"{name}@{one['version']}" for name, one in names.items()}
    # An extra counts where somebody asks for it; pip does not say, so it is followed here.
    asked: dict[str, set[str]] = {name: {""} for name in names}
    theirs: set[tuple[str, str]] = set()
    for _ in range(20):
        for name, one in names.items():
            for text in one.get("requires_dist", []):
                requirement = Requirement(text)
                target = canonicalize_name(requirement.name)
                marker = requirement.marker
                if target in names and any(
                    not marker or marker.evaluate({**said["environment"], "extra": extra})
                    for extra in asked[name]
                ):
                    asked[target] |= requirement.extras
                    theirs |= {(name, target)} - {(name, name)}
    assert {edge for edge in edges(ours) if edge[0]} == theirs
    assert len(names) > 30
    assert len(theirs) > 50


def test_a_scan_by_command_reads_an_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provenance", "scan", str(tree(tmp_path, "rich>=13\n")), "-f",
         "json", "-q", "--exit-zero", "--python", sys.executable],
        capture_output=True, text=True, check=True, timeout=60, env=small_environment(),
    )  # fmt: skip
    report = json.loads(done.stdout)
    names = {one["name"] for one in report["components"] if one["kind"] == "package"}
    assert {"rich", "markdown-it-py", "mdurl", "pygments"} == names
    bases = {link["basis"] for link in report["links"] if link["relation"] == "depends-on"}
    assert bases == {"declared", "installed"}
    assert report["inputs"]["hosts_contacted"] == []


# -- what is taken from it ---------------------------------------------------------------------


def test_only_what_is_declared_leads_on_and_everything_when_nothing_is(tmp_path: Path) -> None:
    place = venv(tmp_path)
    install(place, "alpha", "1.0", "Beta_Lib[fast]>=1", 'gone; sys_platform == "win32"')
    install(place, "Beta.Lib", "1.2", 'speed; extra == "fast"', "alpha", stem="beta_lib-1.2")
    install(place, "speed", "0.1")
    install(place, "unrelated", "3", "speed")
    report = installed(tree(tmp_path, "alpha>=1\n"), place)
    assert nodes(report) == {"alpha@1.0", "beta-lib@1.2", "speed@0.1"}
    assert edges(report) == {
        ("", "alpha"), ("alpha", "beta-lib"), ("beta-lib", "speed"), ("beta-lib", "alpha"),
    }  # fmt: skip
    (link,) = [one for one in report.links if one.target == "pkg:pypi/beta-lib@1.2"]
    assert (link.basis, link.requirement) == ("installed", "[fast]>=1")
    (where,) = link.occurrences
    assert (where.path, where.line, where.extractor) == (
        "alpha-1.0.dist-info/METADATA", 4, "installed"
    )  # fmt: skip
    everything = installed(tree(tmp_path, ""), place)
    assert nodes(everything) == {"alpha@1.0", "beta-lib@1.2", "speed@0.1", "unrelated@3"}


def test_usage_follows_the_way(tmp_path: Path) -> None:
    place, project = venv(tmp_path), tree(tmp_path, "alpha\n")
    (project / "requirements-dev.txt").write_text("linter\nalpha[fast]\n")
    install(place, "alpha", "1", "common", 'speed; extra == "fast"')
    install(place, "linter", "1", "common", "only-dev")
    for name in ("common", "speed", "only-dev"):
        install(place, name, "1", stem=f"{name.replace('-', '_')}-1")
    assert usages(installed(project, place)) == {
        "alpha": "used", "common": "used", "linter": "development", "only-dev": "development",
        "speed": "development",
    }  # fmt: skip


def test_licenses_and_where_it_was_installed_from(tmp_path: Path) -> None:
    place = venv(tmp_path)
    address = {"url": "https://github.com/acme/alpha", "vcs_info": {"vcs": "git"}}
    install(place, "alpha", "1", lines=("License-Expression: Apache-2.0",), direct=address)
    install(place, "beta", "1", direct={"url": "file:///home/me/beta", "dir_info": {}})
    report = installed(tree(tmp_path, "alpha\nbeta\n"), place)
    (claim,) = report.attributions["pkg:pypi/alpha@1"].licenses
    assert (claim.expression, claim.declared_by) == ("Apache-2.0", "installed")
    assert (claim.evidence[0].reference, claim.evidence[0].as_of) == (
        "alpha-1.dist-info/METADATA", TODAY
    )  # fmt: skip
    assert {
        (link.source, link.target) for link in report.links if link.relation == "delivered-by"
    } >= {("pkg:pypi/alpha@1", "service:github")}
    assert reasons(report)["installed-from-path"] == ["pkg:pypi/beta@1"]


def test_markers_are_those_of_the_environment(tmp_path: Path) -> None:
    place = venv(tmp_path, config="version_info = 3.8.2.final.0\n", layout="Lib/site-packages")
    install(place, "alpha", "1", 'win; sys_platform == "win32"', 'old; python_version < "3.9"',
            'new; python_version >= "3.9"', 'arm; platform_machine == "ARM64"',
            tag="cp38-cp38-win_arm64")  # fmt: skip
    for name in ("win", "old", "new", "arm"):
        install(place, name, "1")
    assert nodes(installed(tree(tmp_path, "alpha\n"), place)) == {
        "alpha@1", "win@1", "old@1", "arm@1"
    }  # fmt: skip


def test_a_lock_is_not_overridden_by_what_is_installed(tmp_path: Path) -> None:
    place, project = venv(tmp_path), tree(tmp_path, "alpha\nbeta\n")
    (project / "poetry.lock").write_text(
        '[[package]]\nname = "alpha"\nversion = "1.0"\n\n'
        '[[package]]\nname = "beta"\nversion = "2"\n'
    )
    install(place, "alpha", "1.1", "gamma")
    install(place, "beta", "2", "gamma", lines=("License-Expression: MIT",))
    install(place, "gamma", "1")
    report = installed(project, place)
    assert {"alpha@1.0", "beta@2"} <= nodes(report)
    assert "alpha@1.1" not in nodes(report)
    (gap,) = [one for one in report.gaps if one.reason == "installed-differs"]
    assert dict(gap.params) == {"installed": "1.1", "pinned": "1.0"}
    assert [one.expression for one in report.attributions["pkg:pypi/beta@2"].licenses] == ["MIT"]


def test_spellings_of_one_version_are_one_component(tmp_path: Path) -> None:
    place = venv(tmp_path)
    install(place, "alpha", "1.0.0")
    install(place, "beta", "2.3.1+cu118")
    assert nodes(installed(tree(tmp_path, "Alpha==1.0\nbeta==2.3.1\n"), place)) == {
        "alpha@1.0", "beta@2.3.1"
    }  # fmt: skip


# -- what is missing or wrong ------------------------------------------------------------------


def test_what_is_not_installed_or_does_not_fit_is_said(tmp_path: Path) -> None:
    place = venv(tmp_path)
    install(place, "alpha", "1", "gone>=2", "beta>=3")
    install(place, "beta", "2")
    report = installed(tree(tmp_path, "alpha\nabsent\n"), place)
    said = {(gap.reason, gap.subject): dict(gap.params) for gap in report.gaps}
    assert said["not-installed", "pkg:pypi/gone"]["asked_by"] == "alpha"
    assert said["not-installed", "pkg:pypi/absent"]["asked_by"] == "–"
    assert said["requirement-unmet", "pkg:pypi/beta"]["requirement"] == "beta>=3"
    assert {"absent", "beta@2", "alpha@1"} == nodes(report)


def test_metadata_that_lies_is_a_gap(tmp_path: Path) -> None:
    place = venv(tmp_path)
    install(place, "torch", "2.9", stem="alpha-1")
    install(place, "beta", "9", stem="beta-1")
    report = installed(tree(tmp_path, "alpha\nbeta\n"), place)
    assert sorted(reasons(report)["index-identity-mismatch"]) == [
        "alpha-1.dist-info", "beta-1.dist-info"
    ]  # fmt: skip
    assert nodes(report) == {"alpha", "beta"}


def test_hostile_metadata_is_bounded(tmp_path: Path) -> None:
    place = venv(tmp_path)
    folder = install(place, "huge", "1")
    with (folder / "METADATA").open("wb") as stream:
        stream.write(b"Metadata-Version: 2.1\nName: huge\nVersion: 1\nSummary: ")
        stream.truncate(100 * 1024 * 1024)
    os.mkfifo(install(place, "pipe", "1") / "direct_url.json")
    folder = install(place, "waits", "1")
    (folder / "METADATA").unlink()
    os.mkfifo(folder / "METADATA")
    shutil.rmtree(install(place, "empty", "1"))
    (folder.parent / "empty-1.dist-info").mkdir()
    (folder.parent / "~ld-1.dist-info").mkdir()
    install(place, "odd", "1", "no requirement at all !!", "x; marker", "fine")
    install(place, "fine", "1", direct=["not", "an", "object"])
    install(place, "deep", "1", "(" * 5000)
    started = time.monotonic()
    report = installed(tree(tmp_path, "huge\npipe\nwaits\nempty\nodd\ndeep\n"), place)
    assert time.monotonic() - started < 10
    assert sorted(reasons(report)["installed-unreadable"]) == [
        "empty-1.dist-info", "huge-1.dist-info", "waits-1.dist-info"
    ]  # fmt: skip
    assert {"pipe@1", "odd@1", "fine@1", "deep@1", "huge", "waits", "empty"} == nodes(report)


def test_nothing_of_the_environment_is_run(tmp_path: Path) -> None:
    place, mark = venv(tmp_path), tmp_path / "ran"
    folder = install(place, "alpha", "1").parent
    (folder / "alpha.py").write_text(f"open({str(mark)!r}, 'w')\n")
    (folder / "evil.pth").write_text(f"import os; open({str(mark)!r}, 'w')\n")
    (folder / "sitecustomize.py").write_text(f"open({str(mark)!r}, 'w')\n")
    binary = place / "bin" / "python"
    binary.parent.mkdir()
    binary.write_text(f"#!/bin/sh\ntouch {mark}\n")
    binary.chmod(0o755)
    found = of_python(binary)
    source = InstalledPackages(found, vocabulary=Vocabulary(Registry()), today=TODAY)
    assert nodes(audited(tree(tmp_path, "alpha\n"), source)) == {"alpha@1"}
    assert not mark.exists()


# -- where environments lie --------------------------------------------------------------------


def test_an_environment_may_stand_on_the_systems(tmp_path: Path) -> None:
    system = tmp_path / "usr"
    for name in ("lib/python3.11/dist-packages", "lib/python3/dist-packages",
                 "lib/python3.10/site-packages"):  # fmt: skip
        (system / name).mkdir(parents=True)
    config = f"version = 3.11.2\ninclude-system-site-packages = true\nhome = {system}/bin\n"
    place = venv(tmp_path, config=config)
    (place / "pyvenv.cfg").write_text(config)
    relative = [path.relative_to(tmp_path).as_posix() for path in of_venv(place).folders]
    assert relative == [
        "venv/lib/python3.11/site-packages", "usr/lib/python3.11/dist-packages",
        "usr/lib/python3/dist-packages",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_folder_without_packages_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no installed Python environment"):
        of_venv(tmp_path / name)
    with pytest.raises(UsageError, match="no such interpreter"):
        of_python(tmp_path / name)
