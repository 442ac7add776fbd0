"""The environments that packages are chosen for, in the words of markers, of uv and of pip."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from provenance.config import PLATFORMS

_SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}  # fmt: skip
_OF_UV = {
    "linux": "unknown-linux-gnu", "macos": "apple-darwin", "windows": "pc-windows-msvc",
}  # fmt: skip
_OF_PLATFORM = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_GLIBC = 28
"""Newest glibc 2.x whose wheels are taken: what uv takes for a Linux that is not this one."""


class Target(Struct, frozen=True, dict=True):
    """A platform and a Python version; empty ones are this interpreter's own."""

    platform: str = ""
    python: str = ""

    @property
    def is_here(self) -> bool:
        """Whether packages are chosen for the interpreter that runs this program."""
        return not (self.platform or self.python)

    @cached_property
    def version(self) -> str:
        """The full Python version; of a minor version alone its first release, as uv has it."""
        if not self.python:
            return platform.python_version()
        return self.python if self.python.count(".") > 1 else f"{self.python}.0"

    @property
    def minor(self) -> str:
        """The Python version in two parts."""
        return ".".join(self.version.split(".")[:2])

    @property
    def markers(self) -> Mapping[str, str]:
        """What markers are evaluated with."""
        return marker_environment(self.platform, self.version)

    @property
    def label(self) -> str:
        """The environment as reports name it: ``linux-aarch64, Python 3.12``."""
        python = self.python or self.minor
        return f"{self.platform or platform_here()}, Python {python}"

    @property
    def for_uv(self) -> str:
        """The value of uv's ``--python-platform``."""
        system, _, machine = self.platform.partition("-")
        machine = "aarch64" if machine == "arm64" else machine
        return f"{machine}-{_OF_UV[system]}"

    @property
    def for_pip(self) -> tuple[str, ...]:
        """The values of pip's ``--platform``."""
        system, _, machine = (self.platform or platform_here()).partition("-")
        if system == "windows":
            return ("win_arm64" if machine == "arm64" else "win_amd64",)
        if system == "macos":
            return (f"macosx_14_0_{machine}",)
        first = 5 if machine == "x86_64" else 17
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(_GLIBC, first - 1, -1)]
        return (*tags, f"manylinux2014_{machine}", f"linux_{machine}")


def marker_environment(name: str, version: str) -> Mapping[str, str]:
    """Return the marker values of CPython on a platform (``linux-aarch64``; "": this one)."""
    from packaging.markers import default_environment

    values: dict[str, str] = {**default_environment()}  # type: ignore[dict-item]
    if name:
        system, _, machine = name.partition("-")
        if system == "windows":
            machine = {"x86_64": "AMD64", "arm64": "ARM64"}[machine]
        values |= _SYSTEMS[system] | {
            "platform_machine": machine, "platform_release": "", "platform_version": "",
        }  # fmt: skip
    if version != platform.python_version() or name:
        values |= {
            "python_version": ".".join(version.split(".")[:2]), "python_full_version": version,
            "implementation_version": version, "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }  # fmt: skip
    return values


def platform_here() -> str:
    """Return the platform this program runs on, by the names that ``--platform`` takes."""
    system = _OF_PLATFORM.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    if machine in ("amd64", "x64"):
        machine = "x86_64"
    elif machine in ("aarch64", "arm64"):
        machine = "aarch64" if system == "linux" else "arm64"
    name = f"{system}-{machine}"
    return name if name in PLATFORMS else system
