"""The wheel: what is in it, and that it works away from the checkout, without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from provenance import __version__
from tests.support.command import environment, write
from tests.support.report_check import check_report
from tests.support.small_data import DATA, ROOT

pytestmark = pytest.mark.slow


def run(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, args)],
        cwd=cwd,
        # The wheel alone, where nothing else is said.
        env={**environment(PIP_CONFIG_FILE=os.devnull), "PYTHONPATH": "", **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        folder,
        ROOT,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts' folder of a new environment with the wheel; dependencies come from ours."""
    folder = tmp_path_factory.mktemp("environment") / "v"
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    done = run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--no-compile",
        wheel,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    purelib = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    )
    ours = sysconfig.get_path("purelib")
    (Path(purelib.stdout.strip()) / "zz_dependencies.pth").write_text(f"{ours}\n")
    return scripts


def test_what_is_in_the_wheel(wheel: Path) -> None:
    assert wheel.name == f"provenance_audit-{__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {
        f"provenance/data/{path.relative_to(DATA).as_posix()}"
        for path in DATA.rglob("*")
        if path.suffix in (".csv", ".toml", ".json")
    }
    assert "provenance/data/origin_registry.csv" in data
    assert "provenance/data/schema/report-v1.json" in data
    assert data <= names
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "provenance").rglob("*.py")}
    assert modules <= names
    info = f"provenance_audit-{__version__}.dist-info"
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"provenance", info}
    assert not [
        name
        for name in names
        if "__pycache__" in name or "/tests/" in name or name.endswith((".pyc", ".orig", "~"))
    ]
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/LICENSE-DATA"} <= names


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"provenance_audit-{__version__}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
        scripts = archive.read(f"{info}/entry_points.txt").decode()
    assert "Name: provenance-audit\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    assert "License-Expression: Apache-2.0 AND CC-BY-4.0\n" in metadata
    assert "provenance = provenance.cli:run" in scripts


def test_it_works_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(
        installed / "python", "-c", "import provenance; print(provenance.__file__)", cwd=tmp_path
    )
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)
    done = run(
        installed / "provenance", "registry", "lookup", "pkg:pypi/torch", "-f", "json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (answer,) = json.loads(done.stdout)
    assert answer["jurisdictions"] == ["US"]
    validated = run(installed / "provenance", "registry", "validate", cwd=tmp_path)
    assert (validated.returncode, validated.stdout) == (0, "")


def test_it_scans_another_folder_and_reports_as_the_checkout_does(
    installed: Path, tmp_path: Path
) -> None:
    tree = write(tmp_path / "tree", app_py="import torch\n", requirements_txt="torch==2.3.1\n")
    done = run(installed / "provenance", "scan", tree, "-f", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = check_report(json.loads(done.stdout))
    assert "pkg:pypi/torch@2.3.1" in {c["id"] for c in report["components"]}
    ours = run(
        sys.executable, "-m", "provenance", "scan", tree, "-f", "json", cwd=tmp_path,
        PYTHONPATH=str(ROOT),
    )  # fmt: skip
    assert ours.stdout == done.stdout
    module = run(installed / "python", "-m", "provenance", "scan", tree, "-f", "json", cwd=tmp_path)
    assert module.stdout == done.stdout
