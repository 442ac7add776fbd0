"""Real uv and real pip against an index on the loopback: the graph, and all that goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provenance.model import Gap, Location, Report
from tests.support.package_index import File, PackageIndex, sdist, wheel
from tests.support.stacks import UV, audited, edges, environment, nodes, reasons, resolved, usages

TOOLS = ("uv", "pip")
STACK = (
    wheel("app-core", "1.0", "Beta_Lib[fast]>=1", 'gamma>=2; sys_platform == "win32"',
          'delta; extra == "opt"'),
    wheel("Beta.Lib", "1.2", "cyc-a", 'speed; extra == "fast"', 'arm-kit; '
          'platform_machine == "aarch64"', 'old-typing; python_version < "3.11"'),
    wheel("beta-lib", "0.9"),
    wheel("cyc-a", "1", "cyc-b"), wheel("cyc-b", "1", "cyc-a"),
    wheel("speed", "0.1"), wheel("gamma", "3", "delta"), wheel("delta", "4"),
    wheel("arm-kit", "2", "speed", tag="py3-none-manylinux_2_17_aarch64"),
    wheel("old-typing", "5"), wheel("lint-tool", "7", "delta"),
)  # fmt: skip


def tree(folder: Path, requirements: str, **more: str) -> Path:
    """Write a tree with a requirements file and others (``name_txt``)."""
    place = folder / "tree"
    place.mkdir()
    (place / "requirements.txt").write_text(requirements)
    for name, text in more.items():
        path = place / name.replace("__", "/").replace("_txt", ".txt").replace("_toml", ".toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return place


def said(report: Report, name: str) -> Gap:
    """Return the only thing that was said of a package's resolution."""
    (found,) = [
        gap
        for gap in report.gaps
        if gap.subject == f"pkg:pypi/{name}" and gap.reason.startswith("resolver-")
    ]
    return found


# -- the graph ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TOOLS)
def test_the_whole_graph_with_extras_markers_and_a_cycle(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK) as index:
        report = resolved(kind, tree(tmp_path, "app-core>=1\n"), index, platform="linux-x86_64")
    assert nodes(report) == {
        "app-core@1.0", "beta-lib@1.2", "cyc-a@1", "cyc-b@1", "speed@0.1"
    }  # fmt: skip
    assert edges(report) == {
        ("", "app-core"), ("app-core", "beta-lib"), ("beta-lib", "cyc-a"), ("cyc-a", "cyc-b"),
        ("cyc-b", "cyc-a"), ("beta-lib", "speed"),
    }  # fmt: skip
    assert {link.basis for link in report.links if link.source.startswith("pkg:")
            and link.relation == "depends-on"} == {"resolved"}  # fmt: skip
    (root,) = [link for link in report.links if link.target == "pkg:pypi/app-core@1.0"]
    assert (root.basis, root.requirement) == ("declared", ">=1")
    direct = {one.name: one.direct for one in report.components if one.kind == "package"}
    assert direct == {"app-core": True, "beta-lib": False, "cyc-a": False, "cyc-b": False,
                      "speed": False}  # fmt: skip
    (place,) = next(one for one in report.components if one.name == "speed").occurrences
    assert (place.extractor, place.as_written) == ("resolver", "speed==0.1")
    evidence = [link.evidence[0] for link in report.links if link.basis == "resolved"]
    assert {one.source for one in evidence} == {"resolver"}
    assert {one.as_of for one in evidence} == {"2026-11-21"}
    assert all(one.reference.startswith(f"{kind} ") for one in evidence)
    assert all(one.reference.endswith("linux-x86_64, Python 3.11") for one in evidence)
    assert report.inputs.hosts_contacted == (index.host,)


@pytest.mark.parametrize("kind", TOOLS)
def test_another_platform_has_another_graph(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK) as index:
        project = tree(tmp_path, "app-core[opt]\ngamma; sys_platform == 'darwin'\n")
        arm = resolved(kind, project, index, platform="linux-aarch64", python="3.12")
        windows = resolved(kind, project, index, platform="windows-x86_64", python="3.10")
    assert nodes(arm) - {"gamma"} == {
        "app-core@1.0", "beta-lib@1.2", "cyc-a@1", "cyc-b@1", "speed@0.1", "delta@4", "arm-kit@2",
    }  # fmt: skip
    assert {("beta-lib", "arm-kit"), ("arm-kit", "speed"), ("app-core", "delta")} <= edges(arm)
    assert nodes(windows) == {
        "app-core@1.0", "beta-lib@1.2", "cyc-a@1", "cyc-b@1", "speed@0.1", "delta@4", "gamma@3",
        "old-typing@5",
    }  # fmt: skip
    assert {("app-core", "gamma"), ("gamma", "delta"), ("beta-lib", "old-typing")} <= edges(windows)


@pytest.mark.parametrize("kind", TOOLS)
def test_usage_follows_the_way_extras_included(kind: str, tmp_path: Path) -> None:
    declared = (
        "[project]\nname = 'tree'\ndependencies = ['beta-lib']\n"
        "[project.optional-dependencies]\nwide = ['gamma']\n"
        "[dependency-groups]\ndev = ['lint-tool', 'beta-lib[fast]']\n"
    )
    with PackageIndex(*STACK) as index:
        report = resolved(kind, tree(tmp_path, "", pyproject_toml=declared), index)
    assert usages(report) == {
        "beta-lib": "used", "cyc-a": "used", "cyc-b": "used", "gamma": "optional",
        "delta": "optional", "speed": "development", "lint-tool": "development",
    }  # fmt: skip


@pytest.mark.slow
def test_the_graph_is_the_one_uv_locks(tmp_path: Path) -> None:
    declared = (
        "[project]\nname = 'tree'\nversion = '1'\nrequires-python = '==3.11.*'\n"
        "dependencies = ['app-core[opt]>=1', 'gamma']\n"
        "[tool.uv]\nenvironments = [\"sys_platform == 'linux' and platform_machine == 'x86_64'\"]\n"
    )
    with PackageIndex(*STACK) as index:
        project = tree(tmp_path, "", pyproject_toml=declared)
        ours = resolved("uv", project, index, platform="linux-x86_64", python="3.11")
        (project / "requirements.txt").unlink()
        env = environment(index, tmp_path)
        for arguments in (("lock",), ("export", "--format", "pylock.toml", "-o", "pylock.toml")):
            subprocess.run(
                [UV, *arguments, "--python", sys.executable, "--no-python-downloads", "-q"],
                cwd=project, env=env, check=True, timeout=60,
            )  # fmt: skip
    import tomllib

    locked = tomllib.loads((project / "uv.lock").read_text())["package"]
    asked = {
        (item["name"], entry["name"])
        for item in locked
        for entry in [
            *item.get("dependencies", []),
            *(e for group in item.get("optional-dependencies", {}).values() for e in group),
        ]
    }
    theirs = {("" if source == "tree" else source, target) for source, target in asked}
    assert edges(ours) == theirs
    exported = tomllib.loads((project / "pylock.toml").read_text())["packages"]
    assert nodes(ours) == {f"{item['name']}@{item['version']}" for item in exported}


@pytest.mark.parametrize("kind", TOOLS)
def test_nodes_are_the_tools_own(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK) as index:
        project = tree(tmp_path, "app-core[opt]\ngamma\nlint-tool\n")
        ours = nodes(resolved(kind, project, index))
        env, report = environment(index, tmp_path), tmp_path / "report.json"
        if kind == "uv":
            done = subprocess.run(
                [UV, "pip", "compile", "-q", "--no-header", "--no-annotate", "requirements.txt",
                 "-p", sys.executable],
                cwd=project, env=env, check=True, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            theirs = {line.replace("==", "@") for line in done.stdout.split()}
        else:
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed",
                 "--report", str(report), "-r", "requirements.txt"],
                cwd=project, env=env, check=True, timeout=120,
            )  # fmt: skip
            found = [item["metadata"] for item in json.loads(report.read_text())["install"]]
            theirs = {f"{one['name'].replace('.', '-').lower()}@{one['version']}" for one in found}
    assert ours == theirs


def test_recorded_requirements_of_another_release_are_left(tmp_path: Path) -> None:
    files = (wheel("vllm", "0.6.0", "torch==2.4.0"), wheel("torch", "2.4.0"))
    with PackageIndex(*files) as index:
        project = tree(tmp_path, "vllm\n")
        exact = resolved("uv", project, index)
    assert nodes(exact) == {"vllm@0.6.0", "torch@2.4.0"}
    (project / "requirements.txt").write_text("vllm==0.6.0\ntorch==2.4.0\n")
    recorded = audited(project)
    assert nodes(recorded) == {"vllm@0.6.0", "torch@2.4.0"}
    assert ("vllm", "torch") in edges(recorded)


# -- what a lock has stays ---------------------------------------------------------------------

UV_LOCK = """version = 1
requires-python = ">=3.11"

[[package]]
name = "tree"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "beta-lib" }]

[[package]]
name = "beta-lib"
version = "0.9"
source = { registry = "https://packages.acme.example/simple" }
"""


@pytest.mark.parametrize("kind", TOOLS)
def test_a_lock_is_not_overridden(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK, wheel("other", "1", "beta-lib>=0.5")) as index:
        project = tree(tmp_path, "beta-lib\nother\n", uv_lock=UV_LOCK)
        (project / "uv_lock").rename(project / "uv.lock")
        report = resolved(kind, project, index)
        assert nodes(report) == {"beta-lib@0.9", "other@1"}
        assert ("other", "beta-lib") in edges(report)
        bases = {(link.source, link.target): link.basis for link in report.links
                 if link.relation == "depends-on"}  # fmt: skip
        assert bases["pkg:pypi/other@1", "pkg:pypi/beta-lib@0.9"] == "resolved"
        index.asked.clear()
        (project / "requirements.txt").write_text("beta-lib\n")
        assert nodes(resolved(kind, project, index)) == {"beta-lib@0.9"}
    assert index.asked == []


# -- what the tree says about indexes is not followed ------------------------------------------


@pytest.mark.parametrize("kind", TOOLS)
def test_no_index_or_address_of_the_tree_is_contacted(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK) as index, PackageIndex(wheel("delta", "99")) as hostile:
        project = tree(
            tmp_path,
            f"--index-url {hostile.url}\n--extra-index-url {hostile.url}\n"
            f"--find-links http://{hostile.host}/files/\n-c http://{hostile.host}/c.txt\n"
            f"delta>=1\nevil @ http://{hostile.host}/files/evil-1-py3-none-any.whl\n"
            f"git+http://{hostile.host}/repo.git#egg=evil2\n-e ./local\n",
            uv_toml=f"index-url = '{hostile.url}'\n",
            pyproject_toml=f"[tool.uv]\nindex-url = '{hostile.url}'\n",
        )
        report = resolved(kind, project, index)
    assert hostile.asked == []
    assert "delta@4" in nodes(report)
    assert report.inputs.hosts_contacted == (index.host,)
    assert index.projects() == {"delta"}


# -- what goes wrong ---------------------------------------------------------------------------

ODD: tuple[File, ...] = (
    *STACK, sdist("src-only", "1.0"), wheel("needs-src", "1", "src-only", "speed"),
    wheel("old", "1.0", yanked="broken\x1b build"), wheel("old", "0.9"),
    wheel("picky", "1", "beta-lib<1"), wheel("picky", "2", "beta-lib==0.9"),
    wheel("fresh", "1", "beta-lib>=1"), wheel("ahead", "1", "speed>=9", "delta"),
    wheel("needs-nowhere", "1", "nowhere", "delta"),
    wheel("newer", "1", requires_python=">=3.99"),
    wheel("other-system", "1", tag="cp311-cp311-win_amd64"),
)  # fmt: skip


@pytest.mark.parametrize("kind", TOOLS)
def test_source_only_is_a_gap_and_the_rest_is_resolved(kind: str, tmp_path: Path) -> None:
    mark = tmp_path / "built"
    files = [file for file in ODD if file.project != "src-only"]
    with PackageIndex(*files, sdist("src-only", "1.0", mark=mark)) as index:
        project = tree(tmp_path, "delta\nneeds-src\nsrc-only>=1\n")
        report = resolved(kind, project, index)
        assert not mark.exists()
        if kind == "uv":
            gap = said(report, "src-only")
            assert gap.reason == "resolver-source-only"
            assert gap.location == Location(path="requirements.txt", line=3)
            assert nodes(report) == {"delta@4", "needs-src@1", "speed@0.1", "src-only"}
        else:  # pip cannot leave out what a package asks for: its requirement goes with it
            gaps = [gap for gap in report.gaps if gap.reason == "resolver-no-wheel"]
            assert {dict(gap.params)["dropped"] for gap in gaps} == {"src-only", "needs-src"}
            assert {str(gap.location) for gap in gaps} == {
                "requirements.txt:2", "requirements.txt:3"
            }  # fmt: skip
            assert nodes(report) == {"delta@4", "needs-src", "src-only"}
        built = resolved(kind, project, index, allow_build=True)
        assert {"needs-src@1", "src-only@1.0"} <= nodes(built)
        assert mark.exists()


@pytest.mark.parametrize("kind", TOOLS)
def test_a_source_only_dependency_is_named_with_who_asks(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*ODD) as index:
        report = resolved(kind, tree(tmp_path, "delta\nneeds-src\n"), index)
    gap = said(report, "src-only")
    params = dict(gap.params)
    assert params["asked_by"] == "needs-src"
    if kind == "uv":
        assert (params["dropped"], gap.location) == ("src-only", None)
        assert ("needs-src", "src-only") in edges(report)
        assert nodes(report) == {"delta@4", "needs-src@1", "speed@0.1", "src-only"}
    else:
        assert params["dropped"] == "needs-src"
        assert gap.location == Location(path="requirements.txt", line=2)
        assert nodes(report) == {"delta@4", "needs-src"}


@pytest.mark.parametrize("kind", TOOLS)
def test_conflicts_are_explained_and_what_is_declared_stays(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*ODD) as index:
        report = resolved(kind, tree(tmp_path, "fresh>=0.1\ngamma\npicky\n"), index)
    (gap,) = [gap for gap in report.gaps if gap.reason == "resolver-conflict"]
    assert gap.subject == "."
    assert "fresh" in dict(gap.params)["detail"]
    assert "picky" in dict(gap.params)["detail"]
    # What the explanation does not name is resolved.
    assert nodes(report) == {"fresh", "picky", "gamma@3", "delta@4"}
    assert edges(report) == {("", "fresh"), ("", "picky"), ("", "gamma"), ("gamma", "delta")}


def test_who_needs_what_is_not_there_is_left_out_not_what_the_project_has(tmp_path: Path) -> None:
    with PackageIndex(*ODD) as index:
        report = resolved("uv", tree(tmp_path, "speed\nahead\ndelta\n"), index)
        gap = said(report, "speed")
        assert (gap.reason, dict(gap.params)["dropped"]) == ("resolver-no-version", "ahead")
        assert gap.location == Location(path="requirements.txt", line=2)
        assert nodes(report) == {"speed@0.1", "ahead", "delta@4"}
        alone = tmp_path / "alone"
        alone.mkdir()
        report = resolved("uv", tree(alone, "ahead\n"), index)
    assert dict(said(report, "speed").params)["dropped"] == "speed"
    assert edges(report) == {("", "ahead"), ("ahead", "speed"), ("ahead", "delta")}


@pytest.mark.parametrize("kind", TOOLS)
def test_what_conflicts_in_development_leaves_the_product_resolved(
    kind: str, tmp_path: Path
) -> None:
    with PackageIndex(*ODD) as index:
        project = tree(tmp_path, "fresh>=0.1\n", requirements_dev_txt="picky\n")
        (project / "requirements_dev.txt").rename(project / "requirements-dev.txt")
        report = resolved(kind, project, index)
    assert {"fresh@1", "beta-lib@1.2", "picky"} <= nodes(report)
    assert "resolver-conflict" in reasons(report)


@pytest.mark.parametrize("kind", TOOLS)
def test_folders_that_conflict_are_resolved_each_by_itself(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*STACK) as index:
        project = tree(tmp_path, "beta-lib>=1\n", other__requirements_txt="beta-lib==0.9\n")
        report = resolved(kind, project, index)
    assert {"beta-lib@1.2", "beta-lib@0.9", "cyc-a@1"} <= nodes(report)
    assert "resolver-conflict" not in reasons(report)


@pytest.mark.parametrize("kind", TOOLS)
@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("nowhere", ("resolver-not-in-index", "resolver-no-wheel")),
        ("speed==9", ("resolver-no-version",)),
        ("speed>=9", ("resolver-no-version",)),
        ("beta-lib>=9", ("resolver-no-version",)),
        ("newer", ("resolver-no-version", "resolver-no-wheel")),
        ("other-system", ("resolver-no-wheel",)),
        ("forbidden", ("resolver-not-in-index", "resolver-no-wheel")),
    ],
)
def test_what_is_not_there_is_named(
    kind: str, wanted: str, reason: tuple[str, ...], tmp_path: Path
) -> None:
    with PackageIndex(*ODD, answers={"forbidden": 403}) as index:
        report = resolved(kind, tree(tmp_path, f"delta\n{wanted}\n"), index,
                          platform="linux-x86_64")  # fmt: skip
    name = wanted.replace(">=", "==").partition("==")[0]
    gap = said(report, name)
    assert gap.reason in reason
    assert gap.location == Location(path="requirements.txt", line=2)
    assert "delta@4" in nodes(report)
    if (kind, name) == ("uv", "forbidden"):
        assert "403" in dict(gap.params)["detail"]


@pytest.mark.parametrize("kind", TOOLS)
def test_a_yanked_release_is_said(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*ODD) as index:
        report = resolved(kind, tree(tmp_path, "old==1.0\ndelta\n"), index)
    assert nodes(report) == {"old@1.0", "delta@4"}
    (gap,) = [gap for gap in report.gaps if gap.reason == "index-yanked"]
    assert (gap.subject, gap.location) == (
        "pkg:pypi/old@1.0", Location(path="requirements.txt", line=1)
    )  # fmt: skip
    detail = dict(gap.params)["detail"]
    assert detail.startswith("broken")
    assert "\x1b" not in detail


@pytest.mark.parametrize("kind", TOOLS)
def test_an_index_that_answers_garbage(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*ODD, answers={"garbage": b"<<<\x00\xff\x1b[31m" * 50}) as index:
        report = resolved(kind, tree(tmp_path, "delta\ngarbage\n"), index)
    found = [gap for gap in report.gaps if gap.reason.startswith("resolver-")]
    assert found
    assert all("\x1b" not in value for gap in found for _, value in gap.params)
    assert {"delta", "garbage"} == {name.partition("@")[0] for name in nodes(report)}


@pytest.mark.parametrize("kind", TOOLS)
def test_an_index_that_does_not_answer_is_bounded(kind: str, tmp_path: Path) -> None:
    with PackageIndex(*ODD, answers={"delta": None}) as index:
        started = time.monotonic()
        report = resolved(kind, tree(tmp_path, "delta\n"), index, timeout=1)
        assert time.monotonic() - started < 15
    (gap,) = [gap for gap in report.gaps if gap.reason == "resolver-timeout"]
    assert dict(gap.params)["detail"] == "1"
    assert nodes(report) == {"delta"}
    assert report.inputs.hosts_contacted == (index.host,)
