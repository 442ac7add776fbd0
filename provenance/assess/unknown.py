"""Unknown origin is a finding of its own; it never passes as "not exposed"."""

from __future__ import annotations

from provenance.audit import Audit, finding_id, presence, shown_by_weights
from provenance.model import Finding, weakest
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
        # What weights alone show is never told as what somebody states.
        ways = {
            ancestor: (component.id, *way)
            for ancestor, way, by_weights in (() if itself else audit.graph.ancestors(component.id))
            if by_weights and ancestor in unknown
        }
        stated = tuple(name for name in unknown if name not in ways)
        agreement, evidence = shown_by_weights(audit, ways.values())
        rule = f"{NAME}/{component.kind if itself else 'ancestor'}"
        path = audit.graph.shortest_path(component.id)
        found.append(
            Finding(
                id=finding_id(rule, component.id),
                rule=rule,
                severity=policy.severity(severity, component.usage, presence(component)),
                confidence=weakest(
                    presence(component), *(item.confidence for item in evidence if not stated)
                ),
                component=component.id,
                path=path if itself else (*path, *(stated or unknown)[:1]),
                params=(
                    ("unknown", " ".join(stated)),
                    ("usage", component.usage),
                    *((("weights-unknown", " ".join(ways)),) if ways else ()),
                    *agreement,
                ),
                citations=evidence,
            )
        )
    return tuple(found)
