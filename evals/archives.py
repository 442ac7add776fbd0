"""Pinned archives of the Python index: fetched, checked against SHA-256, unpacked, never run.

Shared by `evals/run.py` and `bench/run.py`.
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
