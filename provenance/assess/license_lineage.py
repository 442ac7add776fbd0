"""A license on the card beside terms that its base models bring along."""

from __future__ import annotations

from provenance.audit import Audit, finding_id, presence
from provenance.graph import WEIGHTS
from provenance.model import Finding
from provenance.policy import Policy

NAME = "license-lineage"

MILD = frozenset({"notice", "attribution", "patent-grant", "patent-retaliation"})
"""Terms nearly every license has; a difference in these alone is not reported."""


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per model whose declared license leaves out inherited terms.

    Nothing is decided here: which terms bind is for a person to say. A model without a
    declared license of its own is not meant.
    """
    found: list[Finding] = []
    for component in audit.graph.components.values():
        licenses = audit.attributions[component.id].licenses
        own = [item for item in licenses if not item.via]
        if component.kind != "model" or not own or not audit.concerns(component):
            continue
        declared = {term for item in own for term in item.terms} | MILD
        names = {item.expression for item in own}
        for item in licenses:
            missing = sorted(set(item.terms) - declared)
            if not item.via or not missing or item.expression in names:
                continue
            if item.basis == WEIGHTS:  # which say nothing of licenses
                continue
            found.append(
                Finding(
                    id=finding_id(f"{NAME}/undeclared-terms", component.id),
                    rule=f"{NAME}/undeclared-terms",
                    severity=policy.severity(
                        policy.inherited_terms, component.usage, presence(component)
                    ),
                    confidence=min(
                        (evidence.confidence for evidence in item.evidence),
                        key=("low", "medium", "high").index, default="medium",
                    ),
                    component=component.id,
                    path=(*audit.graph.shortest_path(component.id), *item.via),
                    params=(
                        ("declared", " ".join(sorted(names))),
                        ("inherited", item.expression),
                        ("terms", " ".join(missing)),
                        ("usage", component.usage),
                    ),
                    citations=item.evidence,
                )
            )  # fmt: skip
            break  # the nearest such ancestor; the report lists every license
    return tuple(found)
