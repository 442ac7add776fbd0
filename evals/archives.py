"""Pinned sources: fetched, checked against their digest, unpacked, never run.

A source is an archive of the Python index (pinned by SHA-256) or a repository (pinned by
commit). Shared by `evals/run.py` and `bench/run.py`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

# Asks pip's own index client (with the user's index, proxy and login settings) for one file.
# `pip download` of a source archive would run the build backend of the project to learn its
# metadata, which must not happen here.
FETCH = """
import shutil, sys
from pip._internal.commands import create_command
name, filename, target = sys.argv[1:]
command = create_command("download")
options, _ = command.parse_args(["--no-deps", name])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session, ignore_requires_python=True)
    links = [c.link for c in finder.find_all_candidates(name) if c.link.filename == filename]
    if not links:
        sys.exit(f"{filename} is not on the configured index")
    plain = {"Accept-Encoding": "identity"}
    answer = session.get(links[0].url_without_fragment, headers=plain, stream=True)
    answer.raise_for_status()
    with open(target, "wb") as out:
        shutil.copyfileobj(answer.raw, out)
"""


def default_cache() -> Path:
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "provenance-evals"


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(project: dict[str, str], cache: Path) -> Path:
    archive = cache / project["file"]
    if archive.is_file() and digest(archive) == project["sha256"]:
        return archive
    part = cache / (project["file"] + ".part")
    if project["file"].endswith(".whl"):
        folder = cache / "wheel.part"
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--quiet",
        ]
        command += ["--dest", str(folder), f"{project['name']}=={project['version']}"]
        subprocess.run(command, check=True)
        shutil.move(folder / project["file"], part)
        shutil.rmtree(folder)
    else:
        command = [sys.executable, "-c", FETCH, project["name"], project["file"], str(part)]
        if subprocess.run(command, check=False).returncode:
            sys.exit(f"cannot fetch {project['file']}; put it into {cache} yourself and run again")
    found = digest(part)
    if found != project["sha256"]:
        part.unlink()
        sys.exit(f"{project['file']}: sha256 is {found}, pinned is {project['sha256']}")
    part.replace(archive)
    return archive


def unpack(archive: Path, target: Path) -> Path:
    """Unpack into a fresh folder; returns the folder to scan."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as bundle:
            root = target.resolve()
            for name in bundle.namelist():
                if not (root / name).resolve().is_relative_to(root):
                    sys.exit(f"{archive.name}: unsafe member {name!r}")
            bundle.extractall(target)
    else:
        with tarfile.open(archive) as bundle:
            bundle.extractall(target, filter="data")
    entries = list(target.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else target


def git(tree: Path, *arguments: str) -> str:
    """Run git in a repository nobody has vouched for: no hooks, no monitor, no LFS, no prompt."""
    command = ["git", "-C", str(tree), "-c", "core.fsmonitor=false"]
    command += ["-c", f"core.hooksPath={os.devnull}", *arguments]
    # The ceiling keeps git from taking a repository further up for that of `tree`.
    settings = {"GIT_LFS_SKIP_SMUDGE": "1", "GIT_TERMINAL_PROMPT": "0"}
    settings["GIT_CEILING_DIRECTORIES"] = str(tree.resolve().parent)
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **settings}, check=False
    )
    if done.returncode:
        sys.exit(f"git {arguments[0]} in {tree}: {done.stderr.strip()}")
    return done.stdout.strip()


def clone(project: dict[str, str], tree: Path) -> None:
    """Fetch exactly one commit into a fresh folder, which appears only when it is whole."""
    part = tree.with_name(tree.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    source = project["repository"].removeprefix("github:")
    url = source if "://" in source else f"https://github.com/{source}"
    git(part, "init", "--quiet")
    git(part, "fetch", "--quiet", "--depth", "1", url, project["commit"])
    git(part, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    shutil.rmtree(tree, ignore_errors=True)
    part.replace(tree)


def checkout(project: dict[str, str], cache: Path, checkouts: Path | None) -> Path:
    """The repository at its pinned commit: `checkouts`/name if it is there, else a clone."""
    tree = checkouts / project["name"] if checkouts else None
    if tree is None or not tree.is_dir():
        tree = cache / "checkouts" / project["name"]
        if not tree.is_dir() or git(tree, "rev-parse", "HEAD") != project["commit"]:
            clone(project, tree)
    head = git(tree, "rev-parse", "HEAD")
    if head != project["commit"]:
        sys.exit(f"{tree}: HEAD is {head}, pinned is {project['commit']}")
    if git(tree, "status", "--porcelain"):
        sys.exit(f"{tree}: differs from its commit")
    return tree


def source_tree(project: dict[str, str], cache: Path, checkouts: Path | None = None) -> Path:
    """The folder to scan of a row of `projects.csv`, whichever way it is pinned."""
    if project.get("repository"):
        return checkout(project, cache, checkouts) / (project.get("folder") or "")
    return unpack(fetch(project, cache), cache / "trees" / project["name"])
