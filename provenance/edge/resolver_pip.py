"""pip as a resolver: ``pip install --dry-run --report``, whose report holds the metadata.

pip evaluates markers for the interpreter it runs on, whatever platform it is told to choose
files for. For another environment its answer is therefore walked with that environment's
markers: what they ask for in addition is asked in a further round, what they do not is left.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from provenance.edge.process import Finished, run
from provenance.edge.resolvers import (
    Answer,
    Asked,
    Failure,
    Request,
    Resolved,
    Trouble,
    explanation,
    hosts_of,
    inherited,
    public_index,
    unfinished,
    version_of,
)
from provenance.patterns import lazy
from provenance.resolve.closure import Closure, Distribution, close

MAX_ROUNDS = 8
"""Runs for one request: each may bring packages whose markers ask for further ones."""
_MAX_REPORT = 256 * 1024 * 1024

_TOLD = lazy(r"^\s*(?:Looking in|Obtaining|Downloading|Using cached|Link)\b.*", re.MULTILINE)
_URL = lazy(r"(?:https?|file)://[^\s,'\"<>)]+")
_MISSING = lazy(
    r"Could not find a version that satisfies the requirement ([A-Za-z0-9][\w.-]*)[^\n]*?"
    r"(?:\(from (?!versions)([A-Za-z0-9][\w.-]*)?[^)\n]*(?:\([^)\n]*\))?\) )?"
    r"\(from versions: ([^)\n]*)\)"
)
_CHAIN = lazy(r"^\s*Collecting ([A-Za-z0-9][\w.-]*)[^\n]*\(line (\d+)\)\)", re.MULTILINE)
_YANKED = lazy(
    r"is a yanked version: '([^']+)' candidate.*?(?:\n\s*Reason for being yanked: ([^\n]*))",
    re.DOTALL,
)


class Pip:
    """Runs pip with the user's own configuration and nothing of the scanned tree's."""

    command = "pip install --report"

    def __init__(self, program: Sequence[str], environ: Mapping[str, str]) -> None:
        self._program = list(program)
        self._environ = inherited(environ)
        self._sources: list[str] = []

    @cached_property
    def label(self) -> str:
        """``pip`` and its version."""
        return version_of(self._program, self._environ)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that pip said it asks or fetches from."""
        return hosts_of(self._sources)

    def resolve(self, request: Request) -> Answer:
        """Return what pip chooses, for the environment asked for."""
        wanted = tuple(one for one in request.wanted if one.name not in request.without)
        lines = [one.line for one in wanted]
        for _ in range(MAX_ROUNDS):
            report, failure = self._report(request, lines)
            if failure:
                return Answer(failure=failure)
            packages, distributions = _packages(report)
            markers = request.target.markers
            closure = close(wanted, distributions.get, markers)
            further = _further(closure, request) if not request.target.is_here else []
            if not further:
                return _answer(packages, closure)
            lines += further
        detail = f"{MAX_ROUNDS} rounds"
        return Answer(failure=Failure(trouble="resolver-failed", detail=detail))

    def _report(
        self, request: Request, lines: Sequence[str]
    ) -> tuple[dict[str, Any], Failure | None]:
        with tempfile.TemporaryDirectory(prefix="provenance-") as name:
            folder = Path(name)
            for file, content in (
                ("requirements.in", lines), ("constraints.txt", request.constraints),
            ):  # fmt: skip
                (folder / file).write_text("".join(f"{line}\n" for line in content), "utf-8")
            done = run(
                [*self._program, *_arguments(request)], folder=folder, environ=self._environ,
                timeout=request.timeout,
            )  # fmt: skip
            self._told(done.out)
            if done.code != 0:
                return {}, _failure(done, request, lines)
            try:
                with (folder / "report.json").open("rb") as stream:
                    report = json.loads(stream.read(_MAX_REPORT))
            except (OSError, ValueError, RecursionError) as error:
                return {}, Failure(trouble="resolver-failed", detail=explanation(str(error)))
        yanked = dict(_YANKED.findall(done.err))
        report["yanked"] = {canonicalize_name(key): value for key, value in yanked.items()}
        return report, None

    def _told(self, out: str) -> None:
        """Note the addresses in pip's words; without any, it asks the public index."""
        told = [url for line in _TOLD.findall(out) for url in _URL.findall(line)]
        indexed = "Looking in indexes:" in out
        self._sources += told if indexed else [*told, public_index()]


def _arguments(request: Request) -> Iterator[str]:
    yield from (
        "install", "--dry-run", "--ignore-installed", "--report", "report.json", "--no-input",
        "--no-color", "--progress-bar", "off", "--disable-pip-version-check",
        "--requirement", "requirements.in",
    )  # fmt: skip
    if request.constraints:
        yield from ("--constraint", "constraints.txt")
    target = request.target
    if not request.allow_build or not target.is_here:
        yield from ("--only-binary", ":all:")
    if not target.is_here:
        # Older versions choose for another platform only with a folder to install to.
        yield from ("--target", "target")
        yield from ("--implementation", "cp", "--python-version", target.minor)
        for tag in target.for_pip:
            yield from ("--platform", tag)


def _packages(report: dict[str, Any]) -> tuple[dict[str, Resolved], dict[str, Distribution]]:
    """Return the report's packages, and the same with what their metadata requires."""
    packages: dict[str, Resolved] = {}
    distributions: dict[str, Distribution] = {}
    for item in report.get("install") or ():
        metadata = item.get("metadata") or {}
        name, version = canonicalize_name(str(metadata.get("name"))), str(metadata.get("version"))
        url = str((item.get("download_info") or {}).get("url") or "")
        reason = report["yanked"].get(name, "" if item.get("is_yanked") is True else None)
        packages[name] = Resolved(name=name, version=version, source=url, yanked=reason)
        requires = tuple(str(one) for one in metadata.get("requires_dist") or ())
        distributions[name] = Distribution(name=name, version=version, requires=requires)
    return packages, distributions


def _further(closure: Closure, request: Request) -> list[str]:
    """Return what the environment's markers ask for beyond an answer, as requirements."""
    lines = []
    for name, (_, written) in sorted(closure.missing.items()):
        if name not in request.without:
            lines.append(written.partition(";")[0].strip())
    return [line for line in lines if "@" not in line]


def _answer(packages: dict[str, Resolved], closure: Closure) -> Answer:
    return Answer(
        packages={name: packages[name] for name in closure.usages},
        edges=[
            Asked(
                source=edge.source, target=edge.target, requirement=edge.requirement, usage=usage
            )
            for edge, usage in closure.edges.items()
        ],
        usages=closure.usages,
    )  # fmt: skip


def _failure(done: Finished, request: Request, lines: Sequence[str]) -> Failure:
    """Return what pip's words say went wrong; words that are not known are passed on."""
    if done.code is None:
        return unfinished(done, request)
    said = done.err.rpartition("Traceback (most recent call last)")
    detail = explanation(said[2].splitlines()[-1] if said[1] and said[2].strip() else done.err)
    missing = _MISSING.search(done.err)
    if missing:
        name, by = canonicalize_name(missing[1]), canonicalize_name(missing[2] or "")
        trouble: Trouble = "resolver-no-wheel" if missing[3] == "none" else "resolver-no-version"
        asked = {canonicalize_name(re.split(r"[^\w.-]", line)[0]): line for line in lines}
        root = name if name in asked and not by else _root(by, done.out, lines)
        return Failure(trouble=trouble, detail=detail, name=name, asked_by=by, drops=root)
    if "ResolutionImpossible" in done.err:
        cause = done.out.partition("The conflict is caused by:")[2].partition("To fix this")[0]
        return Failure(trouble="resolver-conflict", detail=explanation(f"{done.err} {cause}"))
    return Failure(trouble="resolver-failed", detail=detail)


def _root(name: str, out: str, lines: Sequence[str]) -> str:
    """Return the requirement that a package was asked for by, as pip's chains tell."""
    for collected, line in _CHAIN.findall(out):
        if canonicalize_name(collected) == name and 0 < int(line) <= len(lines):
            return canonicalize_name(re.split(r"[^\w.-]", lines[int(line) - 1])[0])
    return ""
