"""Unknown origin is a finding of its own; it never passes as "not exposed"."""

from __future__ import annotations

from provenance.audit import Audit, finding_id, presence
from provenance.model import Finding
from provenance.policy import Policy

NAME = "unknown-origin"


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per component whose origin, or an ancestor's, is not known."""
    found: list[Finding] = []
    for component in audit.graph.components.values():
        unknown = audit.attributions[component.id].unknown
        severity = policy.unknown.get(component.kind)
        if not unknown or severity is None or not audit.concerns(component):
            continue
        itself = component.id in unknown
        rule = f"{NAME}/{component.kind if itself else 'ancestor'}"
        path = audit.graph.shortest_path(component.id)
        found.append(
            Finding(
                id=finding_id(rule, component.id),
                rule=rule,
                severity=policy.severity(severity, component.usage, presence(component)),
                confidence=presence(component),
                component=component.id,
                path=path if itself else (*path, *unknown[:1]),
                params=(("unknown", " ".join(unknown)), ("usage", component.usage)),
            )
        )
    return tuple(found)
