"""Statements on one model's descent that do not fit together: a question to its publisher.

Nothing is decided here. A card that says "from scratch" may be right and the left-over name
in a configuration wrong, or the other way round; the finding says what stands where.
"""

from __future__ import annotations

from provenance.audit import Audit, finding_id, presence
from provenance.descent import Contradiction
from provenance.model import (
    SEVERITIES,
    Component,
    Confidence,
    Finding,
    Severity,
    weakest,
)
from provenance.policy import Policy

NAME = "lineage-contradiction"

_SURE: dict[str, Confidence] = {"from-scratch": "medium", "other-base": "medium"}
"""A tokenizer is often shared and a notice often copied along: what rests on these is low, and
so is a trace that changes nothing of whose law reaches the model: a step in between, mostly."""
_WEAK: Severity = "low"


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per model and kind of contradiction."""
    found: list[Finding] = []
    for component in audit.graph.components.values():
        lineage = audit.attributions[component.id].lineage
        if lineage is None or not audit.concerns(component):
            continue
        found += [_finding(audit, policy, component, item) for item in lineage.contradictions]
    return tuple(found)


def _adds_origin(audit: Audit, item: Contradiction) -> bool:
    """Tell whether what a trace names would bring in whose law the declared bases do not."""
    declared, named = (
        {code for name in names for code in audit.attributions[name].effective_jurisdictions}
        for names in (item.declared, item.named)
    )
    return bool(named - declared)


def _finding(audit: Audit, policy: Policy, component: Component, item: Contradiction) -> Finding:
    rule = f"{NAME}/{item.kind}"
    sure = _SURE.get(item.kind, "low")
    if item.kind == "other-base" and not _adds_origin(audit, item):
        sure = "low"
    severity = policy.severity(policy.contradiction, component.usage, presence(component))
    if sure == "low":
        severity = min(severity, _WEAK, key=SEVERITIES.index)
    return Finding(
        id=finding_id(rule, component.id),
        rule=rule,
        severity=severity,
        confidence=weakest(sure, presence(component)),
        component=component.id,
        path=audit.graph.shortest_path(component.id),
        params=(
            ("bases", " ".join(item.declared)),
            ("named", " ".join(item.named)),
            ("usage", component.usage),
        ),
        citations=item.evidence,
    )
