"""An index that is asked beside another one for the same names: dependency confusion's shape.

Installers that take the best version from whichever index has it let anybody who may publish on
one of them deliver what was meant to come from the other. Whether a name is taken there is not
looked up.
"""

from __future__ import annotations

from provenance import ids
from provenance.audit import Audit, finding_id, presence
from provenance.model import SEVERITIES, Component, ComponentId, Finding, strongest_usage
from provenance.policy import Policy

NAME = "dependency-confusion"
_SHOWN = 20


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per further index, with the packages that either may deliver."""
    asked: dict[ComponentId, list[Component]] = {}
    beside: dict[ComponentId, set[ComponentId]] = {}
    for component in audit.graph.components.values():
        links = tuple(audit.graph.outgoing(component.id, frozenset({"delivered-by"})))
        certain = {link.target for link in links if link.basis != "possible"}
        for link in links:
            if link.basis == "possible" and certain and component.usage != "commented":
                asked.setdefault(link.target, []).append(component)
                beside.setdefault(link.target, set()).update(certain)
    return tuple(
        _finding(index, packages, beside[index], audit, policy)
        for index, packages in sorted(asked.items())
    )


def _finding(
    index: ComponentId, packages: list[Component], beside: set[ComponentId], audit: Audit,
    policy: Policy,
) -> Finding:  # fmt: skip
    usage = strongest_usage(tuple(item.usage for item in packages))
    sure = presence(audit.graph.components[index])
    severity = policy.severity(policy.dependency_confusion, usage, sure)
    if audit.attributions[index].jurisdictions:
        # An index whose operator is known guards its names better than one nobody knows.
        severity = min(severity, "low", key=SEVERITIES.index)
    names = sorted({ids.without_version(item.id) for item in packages})
    rule = f"{NAME}/extra-index"
    return Finding(
        id=finding_id(rule, index), rule=rule, severity=severity, confidence=sure,
        component=index, path=audit.graph.shortest_path(index),
        params=(
            ("beside", " ".join(sorted(beside))),
            ("count", str(len(names))),
            ("packages", " ".join(names[:_SHOWN])),
            ("usage", usage),
        ),
    )  # fmt: skip
