"""assess: judge the attributed graph under a policy. Findings carry no prose."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from provenance.assess import (
    dependency_confusion,
    exposure,
    license_lineage,
    lineage_contradiction,
    undeclared_base,
    unknown,
    vulnerability,
)
from provenance.audit import Audit, finding_id
from provenance.model import SEVERITIES, Finding
from provenance.policy import Policy

RULES: tuple[Callable[[Audit, Policy], tuple[Finding, ...]], ...] = (
    exposure.assess,
    unknown.assess,
    license_lineage.assess,
    lineage_contradiction.assess,
    undeclared_base.assess,
    dependency_confusion.assess,
    vulnerability.assess,
)
"""Every rule. Add one here."""


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return the findings of every rule, gravest first, then by component and rule."""
    found: list[Finding] = []
    used: set[str] = set()
    for finding in (finding for rule in RULES for finding in rule(audit, policy)):
        # Two versions of one package: the id that outlives a version cannot serve both.
        double = finding.id in used
        identity = finding_id(finding.rule, f"{finding.component}#") if double else finding.id
        used.add(identity)
        found.append(replace(finding, id=identity))
    found.sort(key=lambda f: (-SEVERITIES.index(f.severity), f.rule, f.component))
    return tuple(found)


__all__ = ["RULES", "assess"]
