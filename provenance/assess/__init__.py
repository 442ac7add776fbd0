"""assess: judge the attributed graph under a policy. Findings carry no prose."""

from __future__ import annotations

from collections.abc import Callable

from provenance.assess import exposure, unknown
from provenance.audit import Audit
from provenance.model import SEVERITIES, Finding
from provenance.policy import Policy

RULES: tuple[Callable[[Audit, Policy], tuple[Finding, ...]], ...] = (
    exposure.assess,
    unknown.assess,
)
"""Every rule. Add one here."""


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return the findings of every rule, gravest first, then by component and rule."""
    found = [finding for rule in RULES for finding in rule(audit, policy)]
    found.sort(key=lambda f: (-SEVERITIES.index(f.severity), f.rule, f.component))
    return tuple(found)


__all__ = ["RULES", "assess"]
