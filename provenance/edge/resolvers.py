"""The seam to package resolvers: what one is asked, what it answers, and which one is there."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from msgspec import Struct, field

from provenance.edge.process import Finished, run
from provenance.edge.targets import Target
from provenance.extract.channels import REGISTRY_HOSTS
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.resolve.requirements import Wanted

Trouble = Literal[
    "resolver-source-only", "resolver-no-wheel", "resolver-not-in-index", "resolver-no-version",
    "resolver-yanked", "resolver-index-failed", "resolver-conflict", "resolver-timeout",
    "resolver-failed",
]  # fmt: skip
OF_ONE_PACKAGE: frozenset[Trouble] = frozenset(
    {
        "resolver-source-only", "resolver-no-wheel", "resolver-not-in-index",
        "resolver-no-version", "resolver-yanked", "resolver-index-failed",
    }
)  # fmt: skip
"""Troubles that leave the rest to be resolved without that package."""

_MAX_DETAIL = 1_500
_CREDENTIALS = lazy(r"(?<=://)[^/@\s]+@")


class Request(Struct, frozen=True, kw_only=True):
    """What a resolver is asked for."""

    wanted: tuple[Wanted, ...]
    constraints: tuple[str, ...]
    target: Target
    allow_build: bool = False
    without: frozenset[str] = frozenset()
    """Packages to leave out, whoever asks for them."""
    timeout: float = 300


class Resolved(Struct, frozen=True, kw_only=True):
    """One package of an answer."""

    name: str
    """In normal form."""
    version: str
    line: int = 0
    """In the resolver's output."""
    source: str = ""
    """The address of the index or of the file."""
    yanked: str | None = None
    """The reason, where the release was withdrawn."""


class Asked(Struct, frozen=True, kw_only=True):
    """One edge of an answer; the requirement, where the resolver tells it."""

    source: str
    target: str
    line: int = 0
    requirement: str | None = None
    usage: Usage = "used"


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is no answer; of one package, or of all."""

    trouble: Trouble
    detail: str
    name: str = ""
    asked_by: str = ""
    drops: str = ""
    """The requirement of the project to leave out, where the package itself cannot be."""


def unfinished(done: Finished, request: Request) -> Failure:
    """Return why a resolver did not come to its own end."""
    if done.problem.startswith("no answer"):
        return Failure(trouble="resolver-timeout", detail=f"{request.timeout:.0f}")
    return Failure(trouble="resolver-failed", detail=explanation(done.problem))


class Answer(Struct, kw_only=True):
    """What a resolver says."""

    packages: dict[str, Resolved] = field(default_factory=dict)
    edges: list[Asked] = field(default_factory=list)
    usages: dict[str, Usage] = field(default_factory=dict)
    failure: Failure | None = None
    left_out: tuple[Failure, ...] = ()
    """What this answer is without."""
    as_of: str = ""
    """ISO date on which it was given, where that was not now."""


class Resolver(Protocol):
    """Chooses versions: uv or pip, by its command line."""

    @property
    def label(self) -> str:
        """Program and version, as reports name it."""

    @property
    def command(self) -> str:
        """The command whose output is read, as reports name it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of the indexes that were asked, as far as they are known."""

    def resolve(self, request: Request) -> Answer:
        """Return versions and edges, or the failure; never raises."""


def choose(environ: Mapping[str, str]) -> Resolver | None:
    """Return uv where it is there, pip otherwise, None without either."""
    beside = Path(sysconfig.get_path("scripts")) / ("uv.exe" if os.name == "nt" else "uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv", path=environ.get("PATH"))
    if uv:
        from provenance.edge.resolver_uv import Uv

        return Uv(uv, environ)
    from provenance.edge.resolver_pip import Pip

    if importlib.util.find_spec("pip"):
        return Pip([sys.executable, "-m", "pip"], environ)
    pip = shutil.which("pip", path=environ.get("PATH"))
    return Pip([pip], environ) if pip else None


def version_of(program: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return name and version of a program by its own word, ``uv 0.9.5``."""
    name = Path(program[-1]).stem
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        if Path(program[0]).parent == Path(sys.executable).parent:
            return f"{name} {importlib.metadata.version(name)}"  # a process costs more
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        done = run([*program, "--version"], folder=Path(folder), environ=environ, timeout=60)
    return " ".join(explanation(done.out).split()[:2]) or name


def hosts_of(urls: list[str]) -> tuple[str, ...]:
    """Return the hosts of addresses, sorted; the public index's also where its files lie."""
    hosts: set[str] = set()
    for url in urls:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and host:
            hosts.add(f"{host}:{port}" if port else host)
    index, files, *_ = REGISTRY_HOSTS
    return tuple(sorted(hosts | ({files} if index in hosts else set())))


def public_index() -> str:
    """Return the address of the public index, which both tools ask unless told otherwise."""
    return f"https://{next(iter(REGISTRY_HOSTS))}/simple"


def explanation(text: str) -> str:
    """Return a program's words for a report: plain characters, no credentials."""
    cleaned = "".join(
        char if char.isprintable() else " " if char.isspace() else repr(char)[1:-1] for char in text
    )
    return _CREDENTIALS.sub("…@", " ".join(cleaned.split()))


def shortened(words: str) -> str:
    """Return a long explanation without its middle: the end says what it comes to."""
    half = _MAX_DETAIL // 2
    return words if len(words) <= _MAX_DETAIL else f"{words[:half]} … {words[-half:]}"


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a resolver: the user's own, without what steers Python."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "COLUMNS")
    kept = {key: value for key, value in environ.items() if key not in dropped}
    return {**kept, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
