"""What every scanning command does before and after: settings, policy, hub, exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import provenance
from provenance import config
from provenance.cli.output import remark
from provenance.config import Settings
from provenance.edge.outside import outside
from provenance.edge.workers import spread
from provenance.errors import PolicyError
from provenance.model import SEVERITIES, Finding, Report
from provenance.pipeline import Scanned, scan
from provenance.policy import Policy, load
from provenance.ports import Memory
from provenance.registry import Registry


class Run(Struct, frozen=True):
    """A finished scan with everything needed to present it."""

    scanned: Scanned
    settings: Settings
    policy: Policy
    registry: Registry

    @property
    def report(self) -> Report:
        """The report, ignores applied."""
        return self.scanned.report

    def exit_code(self, *, exit_zero: bool = False) -> int:
        """Return the process status (docs/exit-codes.md)."""
        if exit_zero:
            return 0
        if any(gates(item, self) for item in self.report.findings):
            return 1
        return 4 if self.settings.strict and self.report.gaps else 0


def gates(finding: Finding, run: Run) -> bool:
    """Tell whether a finding alone makes the run fail."""
    threshold = run.settings.fail_on or run.policy.fail_on
    if threshold == "never" or finding.status != "open":
        return False
    return SEVERITIES.index(finding.severity) >= SEVERITIES.index(threshold)


def start(path: Path, flags: Mapping[str, Any], *, gate_only: bool = False) -> Run:
    """Read settings and policy, scan, and mark ignored findings."""
    environ = config.environment()
    chosen = config.settings(path, flags, environ)
    if gate_only:  # a hook answers within seconds, whatever the environment says
        chosen = replace(chosen, lineage_db=None)
    created = config.now(environ)
    registry = Registry(overlays=flags.get("overlays") or ())
    policy = load_policy(chosen.policy, registry)
    scanned = scan(
        path, registry=registry, policy=policy, created=created, gate_only=gate_only,
        outside=outside(chosen, environ, created[:10], registry, path), spread=spread,
        memory=None if flags.get("no_cache") else _memory(path, registry),
    )  # fmt: skip
    findings = tuple(_marked(item, chosen, created[:10]) for item in scanned.report.findings)
    scanned = Scanned(report=replace(scanned.report, findings=findings), audit=scanned.audit)
    return Run(scanned, chosen, policy, registry)


def _memory(path: Path, registry: Registry) -> Memory:
    """Open what earlier runs found in this tree."""
    from provenance.edge.scan_memory import ScanMemory, stamp

    package = Path(provenance.__file__).parent
    return ScanMemory(path, stamp(package, registry.root, (o.sha256 for o in registry.overlays)))


def load_policy(name: str, registry: Registry) -> Policy:
    """Load a shipped policy by id or any policy by file name.

    Raises:
        PolicyError: neither exists, or it cannot be used.
    """
    shipped = [n for n in registry.files() if n == f"policies/{name}.toml"]
    if shipped:
        return load(registry.text(shipped[0]), name, registry)
    path = Path(name)
    try:
        return load(path.read_text("utf-8"), str(path), registry)
    except (OSError, UnicodeDecodeError) as error:
        known = [Path(n).stem for n in registry.files() if n.startswith("policies/")]
        raise PolicyError(
            f"{name}: no such policy", hint=f"a TOML file, or one of {', '.join(known)}"
        ) from error


def _marked(finding: Finding, settings: Settings, today: str) -> Finding:
    """Return a finding, marked ignored when an unexpired entry of its owner says so."""
    for entry in settings.ignores:
        if entry.expires > today and entry.component in ("", finding.component) and (
            entry.rule in ("", finding.rule)
        ):  # fmt: skip
            return replace(finding, status="ignored")
    return finding


def note(text: str, *, quiet: bool) -> None:
    """Write a remark to stderr unless the user asked for quiet."""
    if not quiet:
        remark(text)
