"""Graphs of locks: the same nodes and edges as the tool that made them, and bad locks bounded."""

from __future__ import annotations

import importlib.util
import itertools
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from provenance import ids
from provenance.attribute import origin
from provenance.model import Component, Link
from provenance.pipeline import scan
from provenance.policy import load
from provenance.registry import Registry
from tests.support.command import environment
from tests.support.reading import gaps, read, vocabulary
from tests.support.reading import ids as ids_of
from tests.support.small_data import ROOT

UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))


def graphs() -> ModuleType:
    """The comparison of evals/graphs.py."""
    if not (ROOT / "evals").is_dir():
        pytest.skip("evals/ is not part of a source archive; run the tests from a checkout")
    spec = importlib.util.spec_from_file_location("graphs", ROOT / "evals" / "graphs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["graphs"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, version: str, *requires: str, extras: str = "") -> None:
    """Write a wheel that holds nothing but its metadata."""
    stem = f"{name.replace('-', '_').replace('.', '_')}-{version}"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    lines += [f"Provides-Extra: {one}" for one in extras.split()]
    lines += [f"Requires-Dist: {one}" for one in requires]
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        info = f"{stem}.dist-info"
        archive.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


PROJECT = """\
[project]
name = "zz-app"
version = "0.1"
requires-python = ">=3.10"
dependencies = ["ZZ.Web[fast]>=1", "zz_cycle-a", "zz-num"]

[project.optional-dependencies]
gpu = ["zz-cuda ; sys_platform == 'linux'"]

[dependency-groups]
dev = ["zz-test", {include-group = "lint"}]
lint = ["zz-lint"]
"""


def locked(folder: Path, project: str, *members: tuple[str, str]) -> Path:
    """Lock a project with uv, offline, against wheels made here."""
    if UV is None:
        pytest.skip("uv is not installed; it is among the tools for development")
    wheels, tree = folder / "wheels", folder / "tree"
    wheels.mkdir()
    tree.mkdir()
    wheel(
        wheels,
        "zz-web",
        "1.0",
        "zz-core",
        "zz-h2>=2 ; extra == 'fast'",
        "zz-never ; extra == 'slow'",
        "zz-win ; sys_platform == 'win32'",
        extras="fast slow",
    )
    wheel(wheels, "zz-core", "2.0")
    wheel(wheels, "zz-h2", "2.1", "zz-core")
    wheel(wheels, "zz-win", "0.1")
    wheel(wheels, "zz-cycle-a", "1", "zz-cycle-b")
    wheel(wheels, "zz-cycle-b", "1", "zz-cycle-a", "ZZ_Core")
    wheel(wheels, "zz-num", "1.26", "zz-core ; python_version < '3.12'")
    wheel(wheels, "zz-num", "2.1")
    wheel(wheels, "zz-old", "1", "zz-num<2")
    wheel(wheels, "zz-cuda", "12.8", "zz-num")
    wheel(wheels, "zz-test", "8", "zz-plug")
    wheel(wheels, "zz-plug", "1")
    wheel(wheels, "zz-lint", "0.8")
    (tree / "pyproject.toml").write_text(project)
    for name, text in members:
        (tree / name).mkdir()
        (tree / name / "pyproject.toml").write_text(text)
    done = subprocess.run(
        [UV, "lock", "--offline", "--no-index", "--find-links", str(wheels), "-q",
         "--python", sys.executable],
        cwd=tree, env=environment(UV_CACHE_DIR=str(folder / "cache")), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tree


def equal(tree: Path) -> None:
    tool = graphs()
    mine, theirs = tool.ours(tree / "uv.lock", vocabulary()), tool.of_uv(tree, UV)
    assert mine.nodes == theirs.nodes
    assert mine.edges == theirs.edges


def test_extras_markers_groups_and_cycles_are_as_uv_exports_them(tmp_path: Path) -> None:
    tree = locked(tmp_path, PROJECT)
    found = graphs().ours(tree / "uv.lock", vocabulary())
    names = {ids.short(one).partition("@")[0] for one in found.nodes}
    assert names == {
        "zz-web", "zz-core", "zz-h2", "zz-win", "zz-cycle-a", "zz-cycle-b", "zz-num", "zz-cuda",
        "zz-test", "zz-plug", "zz-lint",
    }  # fmt: skip
    assert ("pkg:pypi/zz-cycle-b@1", "pkg:pypi/zz-cycle-a@1") in found.edges
    assert ("pkg:pypi/zz-web@1.0", "pkg:pypi/zz-h2@2.1") in found.edges
    assert ("project", "pkg:pypi/zz-cuda@12.8") in found.edges
    equal(tree)


def test_forks_by_marker_lead_to_the_version_that_is_meant(tmp_path: Path) -> None:
    forked = PROJECT.replace(
        '"zz-num"]',
        "\"zz-num<2 ; sys_platform == 'win32'\", \"zz-num>=2 ; sys_platform != 'win32'\"]",
    )
    tree = locked(tmp_path, forked)
    found = graphs().ours(tree / "uv.lock", vocabulary())
    assert {"pkg:pypi/zz-num@1.26", "pkg:pypi/zz-num@2.1"} <= found.nodes
    assert ("pkg:pypi/zz-num@1.26", "pkg:pypi/zz-core@2.0") in found.edges
    equal(tree)


def test_extras_that_conflict_are_all_there(tmp_path: Path) -> None:
    text = PROJECT.replace(
        'gpu = ["zz-cuda', 'old = ["zz-old"]\nnew = ["zz-num>=2"]\ngpu = ["zz-cuda'
    )
    text += '\n[tool.uv]\nconflicts = [[{ extra = "old" }, { extra = "new" }]]\n'
    tree = locked(tmp_path, text)
    found = graphs().ours(tree / "uv.lock", vocabulary())
    assert ("pkg:pypi/zz-old@1", "pkg:pypi/zz-num@1.26") in found.edges
    assert ("project", "pkg:pypi/zz-num@2.1") in found.edges


def test_members_of_a_workspace_are_the_project(tmp_path: Path) -> None:
    member = '[project]\nname = "zz-member"\nversion = "1"\ndependencies = ["zz-h2", "zz-app"]\n'
    text = PROJECT + '\n[tool.uv.workspace]\nmembers = ["member"]\n'
    member += "\n[tool.uv.sources]\nzz-app = { workspace = true }\n"
    tree = locked(tmp_path, text, ("member", member))
    found = graphs().ours(tree / "uv.lock", vocabulary())
    assert ("project", "pkg:pypi/zz-h2@2.1") in found.edges
    assert not any("zz-member" in one or "zz-app" in one for one in found.nodes)
    equal(tree)


def test_a_difference_is_seen(tmp_path: Path) -> None:
    """The comparison can fail: an edge and a node that the tool does not have."""
    tool = graphs()
    tree = locked(tmp_path, PROJECT)
    theirs = tool.of_uv(tree, UV)
    lock = tree / "uv.lock"
    lock.write_text(lock.read_text().replace('name = "zz-plug"\nversion = "1"',
                                             'name = "zz-plug"\nversion = "2"'))  # fmt: skip
    mine = tool.ours(lock, vocabulary())
    assert mine.nodes ^ theirs.nodes == {"pkg:pypi/zz-plug@1", "pkg:pypi/zz-plug@2"}
    assert mine.edges != theirs.edges


# -- the one difference to poetry's tree -------------------------------------------------------

FORKED = """\
[[package]]
name = "zz-shell"
version = "8.0"
groups = ["main"]
markers = "python_version < \\"3.11\\""
[package.dependencies]
zz-core = "*"

[[package]]
name = "zz-shell"
version = "9.0"
groups = ["main"]
markers = "python_version >= \\"3.11\\""
[package.dependencies]
zz-core = "*"
zz-lexer = ">=1"

[[package]]
name = "zz-lexer"
version = "1.1"
groups = ["main"]
markers = "python_version >= \\"3.11\\""
[package.dependencies]
zz-core = "*"

[[package]]
name = "zz-core"
version = "2.0"
groups = ["main"]
"""


def test_every_version_of_a_forked_name_keeps_its_edges() -> None:
    """``poetry show --tree`` (2.5.1) follows one version of a name: with this lock it shows
    ``zz-shell → zz-core`` alone, and neither ``zz-lexer`` nor what that asks for."""
    found = read("poetry.lock", FORKED)
    edges = {(k.source, k.target) for k in found.links if k.relation == "depends-on"}
    old, new, lexer = (
        f"pkg:pypi/{one}" for one in ("zz-shell@8.0", "zz-shell@9.0", "zz-lexer@1.1")
    )
    core = "pkg:pypi/zz-core@2.0"
    assert edges == {(old, core), (new, core), (new, lexer), (lexer, core)}
    tool = graphs()
    mine = tool.Found(ids_of(found, "package"), edges)
    theirs = tool.Found(mine.nodes, {("pkg:pypi/zz-shell", "pkg:pypi/zz-core")})
    assert tool.forked_away(mine, theirs) == {
        ("pkg:pypi/zz-shell", "pkg:pypi/zz-lexer"), ("pkg:pypi/zz-lexer", "pkg:pypi/zz-core"),
    }  # fmt: skip


# -- bad locks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "uv.lock",
            (
                'version = 1\n[[package]]\nname = "My_Package"\nversion = "1.0"\n'
                'dependencies = [{ name = "OTHER.thing" }]\n'
                '[[package]]\nname = "my-package"\nversion = "1.0"\n'
                '[[package]]\nname = "other-Thing"\nversion = "2"\n'
                'dependencies = [{ name = "my.package" }]\n'
            ),
        ),
        (
            "poetry.lock",
            (
                '[[package]]\nname = "My_Package"\nversion = "1.0"\n'
                '[package.dependencies]\n"OTHER.thing" = "*"\n'
                '[[package]]\nname = "my-package"\nversion = "1.0"\n'
                '[[package]]\nname = "other-Thing"\nversion = "2"\n'
                '[package.dependencies]\n"my.package" = "*"\n'
            ),
        ),
        (
            "pdm.lock",
            (
                '[[package]]\nname = "My_Package"\nversion = "1.0"\n'
                'dependencies = ["OTHER.thing"]\n'
                '[[package]]\nname = "my-package"\nversion = "1.0"\n'
                '[[package]]\nname = "other-Thing"\nversion = "2"\n'
                'dependencies = ["my.package>0"]\n'
            ),
        ),
        (
            "pylock.toml",
            (
                'lock-version = "1.0"\n[[packages]]\nname = "My_Package"\nversion = "1.0"\n'
                'dependencies = [{ name = "OTHER.thing" }]\n'
                '[[packages]]\nname = "my-package"\nversion = "1.0"\n'
                '[[packages]]\nname = "other-Thing"\nversion = "2"\n'
                'dependencies = [{ name = "my.package" }]\n'
            ),
        ),
    ],
)
def test_names_in_other_spellings_are_one_package(path: str, text: str) -> None:
    found = read(path, text)
    mine, other = "pkg:pypi/my-package@1.0", "pkg:pypi/other-thing@2"
    assert ids_of(found, "package") == {mine, other}
    edges = [(k.source, k.target) for k in found.links if k.relation == "depends-on"]
    assert sorted(edges) == [(mine, other), (other, mine)]
    assert [g for g in gaps(found) if g[0] == "not-in-lock"] == []


def chain(count: int, *, dense: bool = False, root: bool = True) -> str:
    """A lock in which each package asks for the next, the last for the first."""
    lines = ["version = 1"]
    for number in range(count):
        near = range(max(0, number - 10), min(count, number + 10)) if dense else ()
        needed = {*near, (number + 1) % count} - {number}
        entries = ", ".join(f'{{ name = "zz-{one}" }}' for one in sorted(needed))
        lines += ["[[package]]", f'name = "zz-{number}"', 'version = "1"',
                  f"dependencies = [{entries}]"]  # fmt: skip
    if root:
        lines += ["[[package]]", 'name = "app"', 'source = { virtual = "." }',
                  'dependencies = [{ name = "zz-0" }]']  # fmt: skip
    return "\n".join(lines) + "\n"


def scanned(folder: Path) -> tuple[dict[str, Component], list[Link], list[str]]:
    registry = Registry()
    policy = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
    report = scan(
        folder, registry=registry, policy=policy, created="2026-11-28T00:00:00Z", gate_only=True
    ).report
    links = [link for link in report.links if link.relation == "depends-on"]
    reasons = [gap.reason for gap in report.gaps if gap.reason != "unknown-origin"]
    for finding in report.findings:
        assert len(finding.path) <= 101
    return {c.id: c for c in report.components if c.kind == "package"}, links, reasons


def test_beyond_a_number_of_claims_the_nearest_of_each_jurisdiction_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("zz-app==1\n")
    lines = ["version = 1"]
    order = ["zz-app", "torch", "transformers", "mistralai", "openai"]
    for name, needed in itertools.zip_longest(order, order[1:]):
        lines += ["[[package]]", f'name = "{name}"', 'version = "1"']
        lines += [f'dependencies = [{{ name = "{needed}" }}]'] if needed else []
    (tmp_path / "uv.lock").write_text("\n".join(lines) + "\n")

    def required() -> tuple[tuple[str, ...], set[str]]:
        registry = Registry()
        policy = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
        found = scan(
            tmp_path, registry=registry, policy=policy, created="2026-11-28T00:00:00Z"
        ).report.attributions["pkg:pypi/zz-app@1"]
        claims = {one.via[-1] for one in found.origins if one.role == "requires"}
        return found.required_jurisdictions, claims

    codes, claims = required()
    assert claims == {f"pkg:pypi/{name}@1" for name in order[1:]}
    monkeypatch.setattr(origin, "MAX_CLAIMS", 0)
    fewer, nearest = required()
    assert fewer == codes
    assert nearest < claims
    assert "pkg:pypi/openai@1" not in nearest


def test_a_circle_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(chain(3))
    packages, links, reasons = scanned(tmp_path)
    assert set(packages) == {"pkg:pypi/zz-0@1", "pkg:pypi/zz-1@1", "pkg:pypi/zz-2@1"}
    assert len(links) == 4
    assert reasons == []


@pytest.mark.parametrize(("count", "dense"), [(5_000, False), (1_500, True)])
def test_a_hostile_graph_is_bounded_and_said(tmp_path: Path, count: int, dense: bool) -> None:
    (tmp_path / "uv.lock").write_text(chain(count, dense=dense))
    start = time.process_time()
    packages, _, reasons = scanned(tmp_path)
    assert len(packages) == count
    assert reasons == ["requirements-cut"]
    assert time.process_time() - start < 30


def test_a_lock_of_ten_megabytes_is_read_in_full(tmp_path: Path) -> None:
    wheels = "".join(
        f'    {{ url = "https://example.org/{tag}.whl", hash = "sha256:{"0" * 64}", size = 1 }},\n'
        for tag in range(16)
    )
    text = chain(0, root=False) + "".join(
        f'[[package]]\nname = "zz-{number}"\nversion = "1.{number}"\n'
        f'dependencies = [{{ name = "zz-{number - number % 50}" }}]\nwheels = [\n{wheels}]\n'
        for number in range(6_000)
    )
    assert 10_000_000 < len(text) < 16 * 1024 * 1024
    (tmp_path / "uv.lock").write_text(text)
    start = time.process_time()
    packages, links, reasons = scanned(tmp_path)
    assert len(packages) == 6_000
    assert ("pkg:pypi/zz-51@1.51", "pkg:pypi/zz-50@1.50") in {(k.source, k.target) for k in links}
    assert reasons == []
    assert time.process_time() - start < 30


def test_a_lock_cut_in_the_middle_is_a_gap(tmp_path: Path) -> None:
    text = chain(100)
    (tmp_path / "uv.lock").write_text(text[: len(text) // 2])
    registry = Registry()
    policy = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
    report = scan(
        tmp_path, registry=registry, policy=policy, created="2026-11-28T00:00:00Z", gate_only=True
    ).report
    assert [gap.reason for gap in report.gaps] == ["malformed-file"]
