"""The options for installed environments and resolvers, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.test_installed import install, venv
from tests.support.command import provenance
from tests.support.package_index import PackageIndex, wheel
from tests.support.report_check import check_report
from tests.support.stacks import environment


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "requirements.txt").write_text("alpha>=1\n")
    return folder


def test_scan_tree_and_explain_read_an_environment(project: Path, tmp_path: Path) -> None:
    place = venv(tmp_path)
    install(place, "alpha", "1.5", "beta[x]>=2 ; python_version > '3'")
    install(place, "beta", "2")
    report = provenance("scan", ".", "--venv", place, "-f", "json", "--exit-zero", cwd=project)
    check_report(report.json)
    links = {
        (link["source"], link["target"]): link["basis"]
        for link in report.json["links"]
        if link["relation"] == "depends-on"
    }
    assert links == {
        ("project:shop", "pkg:pypi/alpha@1.5"): "declared",
        ("pkg:pypi/alpha@1.5", "pkg:pypi/beta@2"): "installed",
    }
    shown = provenance("tree", ".", "--venv", place, cwd=project)
    assert "beta@2" in shown.out
    told = provenance("explain", "beta", ".", "--venv", place, cwd=project)
    assert "alpha@1.5 –depends-on (installed)→ beta@2 [x]>=2" in told.out
    assert "beta-2.dist-info/METADATA  beta 2  [installed, used, high]" in told.out


def test_scan_resolves_and_names_the_host(project: Path, tmp_path: Path) -> None:
    with PackageIndex(wheel("alpha", "1.5", "beta"), wheel("beta", "2")) as index:
        env = environment(index, tmp_path)
        arguments = ("scan", ".", "--resolve", "--platform", "linux-aarch64",
                     "--python-version", "3.12", "--exit-zero")  # fmt: skip
        text = provenance(*arguments, cwd=project, env=env)
        chinese = provenance(*arguments, "--lang", "zh-CN", cwd=project, env=env)
        report = provenance(*arguments, "-f", "json", cwd=project, env=env).json
    check_report(report)
    assert f"Hosts contacted: {index.host}" in text.out
    assert index.host in chinese.out
    assert report["inputs"]["hosts_contacted"] == [index.host]
    (link,) = [one for one in report["links"] if one["target"] == "pkg:pypi/beta@2"]
    assert link["basis"] == "resolved"
    (evidence,) = link["evidence"]
    assert evidence["reference"].endswith(": linux-aarch64, Python 3.12")


def test_nothing_is_asked_without_the_option(project: Path, tmp_path: Path) -> None:
    with PackageIndex(wheel("alpha", "1.5")) as index:
        provenance("scan", ".", "--platform", "linux-aarch64", "--exit-zero", cwd=project,
                   env=environment(index, tmp_path))  # fmt: skip
    assert index.asked == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--venv", "absent"), "no installed Python environment"),
        (("--python", "absent"), "no such interpreter"),
        (("--platform", "linux-arch64"), "did you mean linux-aarch64?"),
        (("--python-version", "2.7"), "a version like 3.12"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(
    project: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = provenance("scan", ".", *arguments, cwd=project)
    assert done.code == 2
    assert message in done.err
