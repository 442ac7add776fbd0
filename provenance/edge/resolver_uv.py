"""uv as a resolver: ``uv pip compile``, whose notes say who asks for what and where it is from."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from provenance.edge.process import run
from provenance.edge.resolvers import (
    Answer,
    Asked,
    Request,
    Resolved,
    hosts_of,
    inherited,
    public_index,
    version_of,
)
from provenance.edge.uv_words import failure_of
from provenance.extract.manifests.dependencies import reach
from provenance.extract.manifests.toml_text import parse, strings, table, tables
from provenance.model import USAGES, Usage
from provenance.patterns import lazy

_PIN = lazy(r"([a-z0-9][a-z0-9-]*)(\[[^\]]*\])?==(\S+)")
_YANKED = lazy(r"`([a-z0-9-]+)==\S+` is yanked(?: \(reason: \"(.*)\"\))?")
_CONFIGURED = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL",
               "UV_FIND_LINKS")  # fmt: skip
_FIRST = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")


class Uv:
    """Runs uv with the user's own configuration and nothing of the scanned tree's."""

    command = "uv pip compile"

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        self._program = program
        self._environ = inherited(environ)
        self._sources: list[str] = []

    @cached_property
    def label(self) -> str:
        """``uv`` and its version."""
        return version_of([self._program], self._environ)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of the configured indexes, and of those that packages came from."""
        return hosts_of(self._sources)

    def resolve(self, request: Request) -> Answer:
        """Return what uv chooses; each usage is told apart where extras make a difference."""
        self._sources += configured_indexes(self._environ)
        answer, extras = self._compile(request)
        if answer.failure is None:
            answer.usages = self._usages(request, answer, extras)
            answer.edges = [
                replace(edge, usage=answer.usages.get(edge.source, "used")) for edge in answer.edges
            ]
        return answer

    def _usages(self, request: Request, answer: Answer, extras: bool) -> dict[str, Usage]:
        """Return how each package is reached.

        uv's notes do not tell which extra an edge belongs to. Where there are extras, the
        stronger requirements are compiled once more without the weaker, to the same versions.
        """
        starts = [(one.name, one.usage) for one in request.wanted if one.name in answer.packages]
        asks: dict[str, list[tuple[str, Usage]]] = {}
        for edge in answer.edges:
            asks.setdefault(edge.source, []).append((edge.target, "used"))
        found = reach(starts, asks)
        levels = [usage for usage in USAGES if usage in {usage for _, usage in starts}]
        if not extras or len(levels) < 2:
            return found
        pins = tuple(f"{one.name}=={one.version}" for one in answer.packages.values())
        exact: dict[str, Usage] = {}
        for number, level in enumerate(levels[:-1], 1):
            part = tuple(one for one in request.wanted if one.usage in levels[:number])
            smaller, _ = self._compile(replace(request, wanted=part, constraints=pins))
            if smaller.failure is not None:
                return found
            for name in smaller.packages:
                exact.setdefault(name, level)
        return {name: exact.get(name, levels[-1]) for name in answer.packages}

    def _compile(self, request: Request) -> tuple[Answer, bool]:
        """Run uv once; return its answer and whether any extra was asked for."""
        with tempfile.TemporaryDirectory(prefix="provenance-") as name:
            folder = Path(name)
            # An empty configuration here keeps uv from looking for one further up.
            files = {
                "uv.toml": (), "requirements.in": tuple(one.line for one in request.wanted),
                "constraints.txt": request.constraints,
                "overrides.txt": tuple(
                    f"{one} ; python_version < '0'" for one in sorted(request.without)
                ),
            }  # fmt: skip
            for file, lines in files.items():
                (folder / file).write_text("".join(f"{line}\n" for line in lines), "utf-8")
            done = run(
                [self._program, *_arguments(request)], folder=folder, environ=self._environ,
                timeout=request.timeout,
            )  # fmt: skip
        if done.code != 0:
            return Answer(failure=failure_of(done, request)), False
        answer, extras = read_output(done.out)
        self._sources += [one.source for one in answer.packages.values() if one.source]
        for name, reason in _YANKED.findall(done.err):
            if name in answer.packages:
                answer.packages[name] = replace(answer.packages[name], yanked=reason)
        return answer, extras


def _arguments(request: Request) -> Iterator[str]:
    yield from (
        "pip", "compile", "requirements.in", "--no-header", "--annotation-style", "split",
        "--no-strip-extras", "--emit-index-annotation", "--no-progress", "--color", "never",
        "--no-python-downloads", "--python", sys.executable,
    )  # fmt: skip
    if request.constraints:
        yield from ("--constraints", "constraints.txt")
    if request.without:
        yield from ("--overrides", "overrides.txt")
    if request.target.python:
        yield from ("--python-version", request.target.python)
    if request.target.platform:
        yield from ("--python-platform", request.target.for_uv)
    if not request.allow_build:
        yield "--no-build"


def read_output(text: str) -> tuple[Answer, bool]:
    """Return packages and edges of uv's output, and whether a package has extras."""
    answer, extras, current = Answer(), False, None
    for number, line in enumerate(text.splitlines(), 1):
        pin = _PIN.match(line)
        if pin:
            current = Resolved(name=pin[1], version=pin[3], line=number)
            answer.packages[current.name] = current
            extras = extras or bool(pin[2])
        elif current and line.startswith("    #"):
            note = line[5:].strip()
            if note.startswith("from "):
                answer.packages[current.name] = replace(current, source=note[5:].strip())
            elif note != "via":
                source = note.removeprefix("via ").partition("[")[0].strip()
                if not source.startswith("-"):  # the project's own requirements
                    answer.edges.append(Asked(source=source, target=current.name, line=number))
    answer.edges = [edge for edge in answer.edges if edge.source in answer.packages]
    return answer, extras


def configured_indexes(environ: Mapping[str, str]) -> list[str]:
    """Return the addresses that uv is told to ask, by the environment and the user's files."""
    urls = [
        word.rpartition("=")[2] if "=" in word.partition("://")[0] else word
        for name in _CONFIGURED
        for word in environ.get(name, "").split()
    ]
    default = any(environ.get(name) for name in _FIRST)
    for data in _settings(environ):
        for part in (data, table(data, "pip")):
            default = default or "index-url" in part or bool(part.get("no-index"))
            urls += strings([part.get("index-url")])
            for key in ("extra-index-url", "find-links"):
                urls += strings(part.get(key))
        for index in tables(data, "index"):
            urls += strings([index.get("url")])
            default = default or index.get("default") is True
    if environ.get("UV_NO_INDEX", "").lower() in ("1", "true"):
        default = True
    return urls if default else [*urls, public_index()]


def _settings(environ: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield uv's own configuration files that count: one named, or the user's and the system's."""
    if environ.get("UV_NO_CONFIG", "").lower() in ("1", "true"):
        return
    named = environ.get("UV_CONFIG_FILE")
    if named:
        files = [Path(named)]
    elif os.name == "nt":
        files = [Path(environ[key]) / "uv" / "uv.toml" for key in ("APPDATA", "PROGRAMDATA")
                 if environ.get(key)]  # fmt: skip
    else:
        home = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", ""), ".config")
        system = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        files = [Path(folder) / "uv" / "uv.toml" for folder in (home, *system, "/etc")]
    for file in files:
        try:
            yield parse(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
