"""Where an installed environment lies and what it is, told from its files alone.

No interpreter is started and nothing of the environment is imported: ``pyvenv.cfg``, the
layout of folders and the tags of installed wheels say enough.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from provenance.config import PLATFORMS
from provenance.edge.targets import marker_environment, platform_here
from provenance.errors import UsageError
from provenance.patterns import lazy

MAX_CONFIG = 64 * 1024
_MAX_WHEELS = 400
"""``WHEEL`` files that are asked for their platform."""
_LIBRARY = lazy(r"(?:python|pypy)(\d+\.\d+)t?")
_VERSION = lazy(r"\d+\.\d+(?:\.\d+)?")
_SYSTEMS = {"linux": "linux", "manylinux": "linux", "musllinux": "linux", "macosx": "macos",
            "win": "windows"}  # fmt: skip
_MACHINES = {"amd64": "x86_64"}


class Environment(Struct, frozen=True, kw_only=True):
    """An installed environment: where its packages lie and what their markers meet."""

    name: str
    folders: tuple[Path, ...]
    """In the order of import: a package in an earlier folder hides one in a later."""
    markers: Mapping[str, str]


def of_venv(folder: Path) -> Environment:
    """Return the environment in a folder: a venv, a conda environment or a prefix.

    Raises:
        UsageError: nothing is installed there.
    """
    settings = _settings(folder)
    version = settings.get("version") or settings.get("version_info") or ""
    if not _VERSION.match(version):
        version = ""
    folders = [*_packages(folder, version)]
    if settings.get("include-system-site-packages", "").lower() == "true":
        home = Path(settings.get("home", ""))
        if home.is_absolute():
            folders += _packages(home.parent, version)
    return _environment(folder, folders, version)


def of_python(executable: Path) -> Environment:
    """Return the environment of an interpreter, by its path; it is not started.

    Raises:
        UsageError: there is no such file, or nothing is installed beside it.
    """
    if not executable.is_file():
        raise UsageError(f"{executable}: no such interpreter", hint="a path like .venv/bin/python")
    place = Path(os.path.abspath(executable))
    for prefix in (place.parent.parent, place.parent):
        if (prefix / "pyvenv.cfg").is_file():
            return of_venv(prefix)
    real = executable.resolve()
    named = re.search(r"(\d+\.\d+)", real.name)
    version = named.group(1) if named else ""
    folders: list[Path] = []
    for prefix in dict.fromkeys((place.parent.parent, real.parent.parent, real.parent)):
        folders += _packages(prefix, version)
        if prefix.name == "usr":  # Debian keeps what pip installs below /usr/local
            folders = [*_packages(prefix / "local", version), *folders]
    return _environment(place.parent.parent, folders, version)


def _environment(folder: Path, folders: list[Path], version: str) -> Environment:
    found = tuple(dict.fromkeys(folders))
    if not found:
        raise UsageError(
            f"{folder}: no installed Python environment",
            hint="a folder that holds lib/pythonX.Y/site-packages or Lib/site-packages",
        )
    if not version:
        version = next((m.group(1) for f in found for m in [_LIBRARY.search(str(f))] if m), "")
    system = _platform(found)
    return Environment(
        name=folder.resolve().name or "root", folders=found,
        markers=marker_environment(
            "" if system == platform_here() else system, _full(version)
        ),
    )  # fmt: skip


def _full(version: str) -> str:
    """Return a version in three parts: markers compare the whole."""
    import platform

    match = _VERSION.match(version)
    if not match:
        return platform.python_version()
    return match.group() if match.group().count(".") > 1 else f"{match.group()}.0"


def _packages(prefix: Path, version: str) -> Iterator[Path]:
    """Yield the folders of a prefix that packages are installed to."""
    windows = prefix / "Lib" / "site-packages"
    if windows.is_dir():
        yield windows
    for library in ("lib", "lib64"):
        folder = prefix / library
        if not folder.is_dir() or (library == "lib64" and folder.is_symlink()):
            continue
        names = sorted(name for name in os.listdir(folder) if _LIBRARY.fullmatch(name))
        minor = ".".join(version.split(".")[:2])
        fitting = [name for name in names if _LIBRARY.sub(r"\1", name) == minor] or names[-1:]
        for name in fitting:
            for packages in ("site-packages", "dist-packages"):
                if (folder / name / packages).is_dir():
                    yield folder / name / packages
        if (folder / "python3" / "dist-packages").is_dir():  # as Debian lays it out
            yield folder / "python3" / "dist-packages"


def _settings(folder: Path) -> dict[str, str]:
    """Return what ``pyvenv.cfg`` says."""
    data = read_regular(folder / "pyvenv.cfg", MAX_CONFIG) or b""
    found = {}
    for line in data.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        if equals:
            found[key.strip().lower()] = value.strip()
    return found


def _platform(folders: tuple[Path, ...]) -> str:
    """Return the platform that installed wheels were built for; by the layout where none tells."""
    for folder in folders:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".dist-info"))
        for name in names[:_MAX_WHEELS]:
            data = read_regular(folder / name / "WHEEL", MAX_CONFIG)
            for platform in map(_platform_of_tag, (data or b"").decode("latin-1").splitlines()):
                if platform:
                    return platform
    here = platform_here()
    windows = any(folder.parent.name == "Lib" for folder in folders)
    if windows != here.startswith("windows"):
        return "windows-x86_64" if windows else "linux-x86_64"
    return here


def _platform_of_tag(line: str) -> str:
    """Return the platform in a line ``Tag: cp311-cp311-manylinux_2_17_x86_64``, if it names one."""
    key, _, tag = line.partition(":")
    system, _, rest = tag.strip().rpartition("-")[2].lower().partition("_")
    system = re.sub(r"\d+$", "", system)
    machine = next((one for one in ("x86_64", "aarch64", "arm64", "amd64") if one in rest), "")
    name = f"{_SYSTEMS.get(system)}-{_MACHINES.get(machine, machine)}"
    return name if key == "Tag" and name in PLATFORMS else ""


def read_regular(path: Path, limit: int) -> bytes | None:
    """Return up to ``limit`` bytes and one more of a regular file; None where there is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError:
        return None
