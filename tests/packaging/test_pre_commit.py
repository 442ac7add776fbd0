"""The real pre-commit runs the hook in a real git repository, and accepts our manifest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import environment, write
from tests.support.small_data import ROOT

pytestmark = pytest.mark.slow
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
SCRIPTS = Path(sys.executable).parent
HOSTED = (
    "from openai import OpenAI\nclient = OpenAI()\n"
    'client.chat.completions.create(model="gpt-4o", messages=[])\n'
)


def manifest() -> dict[str, Any]:
    (hook,) = yaml.safe_load(MANIFEST.read_text("utf-8"))
    return hook  # type: ignore[no-any-return]


def run(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    home = cwd / ".home"
    home.mkdir(exist_ok=True)
    env = environment(
        HOME=str(home),
        PRE_COMMIT_HOME=str(home / "pre-commit"),
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_AUTHOR_NAME="a",
        GIT_AUTHOR_EMAIL="a@example.org",
        GIT_COMMITTER_NAME="a",
        GIT_COMMITTER_EMAIL="a@example.org",
    )
    env["PATH"] = f"{SCRIPTS}{os.pathsep}{env['PATH']}"
    return subprocess.run(
        [*map(str, args)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git repository whose configuration has the manifest's hook as a local one."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    hook = {
        **manifest(),
        "language": "system",
        "entry": f"{SCRIPTS / 'provenance'} {manifest()['entry'].partition(' ')[2]}",
    }
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    (tmp_path / ".gitignore").write_text(".home/\n")
    assert run("git", "init", "-q", "-b", "main", cwd=tmp_path).returncode == 0
    return tmp_path


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    run("git", "add", "-A", cwd=folder)
    return run("git", "commit", "-q", "-m", "change", cwd=folder)


def test_the_manifest_is_what_pre_commit_accepts(tmp_path: Path) -> None:
    done = run(SCRIPTS / "pre-commit", "validate-manifest", MANIFEST, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_manifest_says_what_the_hook_needs() -> None:
    hook = manifest()
    assert hook["id"] == "provenance"
    assert hook["entry"] == "provenance hook"
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    assert hook["always_run"] is True


def test_a_commit_passes_fails_and_passes_again(checkout: Path) -> None:
    installed = run(SCRIPTS / "pre-commit", "install", cwd=checkout)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    write(checkout, app_py="import json\n")
    first = commit(checkout)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Passed" in first.stdout + first.stderr

    write(checkout, app_py=HOSTED)
    second = commit(checkout)
    said = second.stdout + second.stderr
    assert second.returncode == 1
    assert "Failed" in said
    assert "exit code: 1" in said
    assert "app.py:3: [high] " in said
    assert run("git", "rev-list", "--count", "HEAD", cwd=checkout).stdout.strip() == "1"

    write(checkout, provenance_toml='fail-on = "never"\n')
    third = commit(checkout)
    assert third.returncode == 0, third.stdout + third.stderr


def test_all_files_and_a_broken_configuration(checkout: Path) -> None:
    write(checkout, app_py="import json\n", provenance_toml='polcy = "x"\n')
    run("git", "add", "-A", cwd=checkout)
    done = run(SCRIPTS / "pre-commit", "run", "--all-files", cwd=checkout)
    assert done.returncode == 1
    assert "exit code: 2" in done.stdout
    assert "did you mean policy?" in done.stdout
