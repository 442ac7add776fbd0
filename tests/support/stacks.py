"""Scans with a resolver or an environment, and short views of the graph that comes out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from provenance import ids
from provenance.config import PLATFORMS
from provenance.edge.resolved_packages import TIMEOUT, ResolvedPackages
from provenance.edge.resolver_pip import Pip
from provenance.edge.resolver_uv import Uv
from provenance.edge.resolvers import Resolver
from provenance.edge.targets import Target
from provenance.model import Report
from provenance.pipeline import scan
from provenance.policy import load
from provenance.ports import Outside, PackageSource
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary
from tests.support.package_index import PackageIndex

UV = Path(sys.executable).parent / "uv"
TODAY = "2026-11-21"

__all__ = ["PLATFORMS", "TODAY", "UV", "audited", "edges", "environment", "nodes", "resolved",
           "resolver", "usages"]  # fmt: skip


def environment(index: PackageIndex, cache: Path) -> dict[str, str]:
    """Return an environment in which both tools know this index and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept, "HOME": str(cache), "XDG_CONFIG_HOME": str(cache / "config"),
        "XDG_CONFIG_DIRS": str(cache / "config"), "UV_DEFAULT_INDEX": index.url,
        "UV_CACHE_DIR": str(cache / "uv"), "UV_HTTP_TIMEOUT": "2", "UV_HTTP_RETRIES": "0",
        "PIP_INDEX_URL": index.url, "PIP_CONFIG_FILE": os.devnull,
        "PIP_CACHE_DIR": str(cache / "pip"), "PIP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "2",
    }  # fmt: skip


def resolver(kind: str, environ: Mapping[str, str]) -> Resolver:
    """Return uv or pip, both from the environment that runs the tests."""
    if kind == "pip":
        return Pip([sys.executable, "-m", "pip"], environ)
    if not UV.exists():
        pytest.fail("uv belongs to the tools for development: pip install -e '.[dev]'")
    return Uv(str(UV), environ)


def audited(tree: Path, *sources: PackageSource) -> Report:
    """Scan a tree with these sources of packages."""
    registry = Registry()
    policy = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
    return scan(
        tree, registry=registry, policy=policy, created=f"{TODAY}T00:00:00Z",
        outside=Outside(packages=sources),
    ).report  # fmt: skip


def resolved(
    kind: str, tree: Path, index: PackageIndex, *, platform: str = "", python: str = "",
    allow_build: bool = False, timeout: float = TIMEOUT,
) -> Report:  # fmt: skip
    """Scan a tree with a resolver that asks an index."""
    cache = tree.parent / f"{tree.name}-cache"
    cache.mkdir(exist_ok=True)
    return audited(
        tree,
        ResolvedPackages(
            resolver(kind, environment(index, cache)), vocabulary=Vocabulary(Registry()),
            today=TODAY, target=Target(platform, python), allow_build=allow_build,
            timeout=timeout,
        ),
    )  # fmt: skip


def nodes(report: Report) -> set[str]:
    """Return the packages, as ``name@version``."""
    return {ids.short(one.id) for one in report.components if one.kind == "package"}


def edges(report: Report) -> set[tuple[str, str]]:
    """Return who depends on whom, without versions; the project is ``""``."""
    return {
        (_bare(link.source), _bare(link.target))
        for link in report.links
        if link.relation == "depends-on"
    }


def _bare(component: str) -> str:
    return "" if component.startswith("project:") else ids.short(ids.without_version(component))


def usages(report: Report) -> dict[str, str]:
    """Return the usage of every package, without versions."""
    return {_bare(one.id): one.usage for one in report.components if one.kind == "package"}


def reasons(report: Report) -> dict[str, list[str]]:
    """Return the subjects of each reason for a gap about packages."""
    found: dict[str, list[str]] = {}
    for gap in report.gaps:
        found.setdefault(gap.reason, []).append(gap.subject)
    return found
