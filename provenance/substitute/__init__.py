"""substitute: other products of the same function, each audited like the original.

A candidate that is itself made from, owned in or operated from a denied
jurisdiction is left out and counted; one whose chain is not known is never shown as
clean. Nothing here is a proxy or a reseller of what it would replace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from provenance import ids
from provenance.audit import Audit
from provenance.graph import IDENTITY, LINEAGE
from provenance.model import (
    Attribution,
    ComponentId,
    Finding,
    Gap,
    Substitute,
)
from provenance.policy import Policy
from provenance.registry.tables import Candidate, evidence_of

Tier = Literal["clean", "partial", "unclear"]
TIERS: tuple[Tier, ...] = ("clean", "partial", "unclear")
"""What is known of a candidate: nothing denied found; its code partly; not enough."""
_EFFORTS = ("S", "M", "L", "XL")
_CONFIDENCES = ("high", "medium", "low")

AuditCandidates = Callable[[Sequence[ComponentId]], Mapping[ComponentId, Attribution]]


def propose(
    audit: Audit, findings: Sequence[Finding], policy: Policy, examine: AuditCandidates
) -> tuple[tuple[Substitute, ...], dict[ComponentId, int], tuple[Gap, ...]]:
    """Return ranked candidates, how many were left out per component, and open questions.

    Args:
        examine: runs the same street over candidate ids and returns their attributions.
    """
    wanted: dict[ComponentId, tuple[str, ...]] = {}
    for finding in findings:
        if finding.rule.startswith("exposure/") and finding.severity != "info":
            wanted[finding.component] = functions_of(audit, finding.component)
    alternatives = audit.registry.alternatives
    functions = {name for names in wanted.values() for name in names}
    functions |= {other for name in functions for other in alternatives.get(name, ())}
    candidates = {name: audit.registry.candidates(name) for name in sorted(functions)}
    listed = sorted({row.component for rows in candidates.values() for row in rows} - {""})
    attributions = examine(listed)
    substitutes: list[Substitute] = []
    excluded: dict[ComponentId, int] = {}
    gaps: list[Gap] = []
    for component, names in sorted(wanted.items()):
        known = False
        for name in names:
            group = (name, *alternatives.get(name, ()))
            rows = {row.id: (one, row) for one in group for row in candidates[one]}
            if not rows:
                continue
            known = True
            proposed, left_out = _judge(component, rows.values(), attributions, policy, audit)
            excluded[component] = excluded.get(component, 0) + left_out
            substitutes += proposed[: policy.limit]
            if not proposed:
                gaps.append(
                    Gap(
                        subject=component, reason="no-acceptable-candidate",
                        params=(("function", name), ("left_out", str(left_out))),
                    )
                )  # fmt: skip
        if not known and audit.graph.components[component].kind in ("model", "service"):
            gaps.append(Gap(subject=component, reason="no-substitute-data"))
    return tuple(substitutes), excluded, tuple(gaps)


def functions_of(audit: Audit, component: ComponentId) -> tuple[str, ...]:
    """Return what a component is for: as called here, then its own row, then its ancestors."""
    hinted = audit.graph.components[component].functions
    own = audit.registry.functions(component)
    asked = _asked_of(audit, component)
    if hinted or own or asked:
        return hinted or tuple(dict.fromkeys((*own[:1], *asked)))
    for ancestor, _ in audit.graph.reach(component, LINEAGE | IDENTITY):
        found = audit.registry.functions(ancestor)
        if found:
            return found
    for link in audit.graph.outgoing(component, frozenset({"served-by"})):
        return audit.registry.functions(link.target)
    return ()


def _asked_of(audit: Audit, service: ComponentId) -> tuple[str, ...]:
    """Return what the models that a service serves here are used for."""
    served = (link.source for link in audit.graph.incoming(service, frozenset({"served-by"})))
    names = {name for source in served for name in audit.graph.components[source].functions}
    return tuple(sorted(names))


class _Rank(NamedTuple):
    """How candidates are ordered: the smaller the better, part by part."""

    tier: int
    specialist: bool
    preference: int
    effort: int
    confidence: int
    id: str

    def score(self) -> float:
        """Return the order as one number of 0 to 1, for sorting in a spreadsheet."""
        distance = 6 * self.tier + min(self.preference, 4) + self.effort + self.confidence
        return round(max(1 - 0.05 * distance, 0.0), 2)


def _judge(
    component: ComponentId,
    rows: Iterable[tuple[str, Candidate]],
    attributions: Mapping[ComponentId, Attribution],
    policy: Policy,
    audit: Audit,
) -> tuple[list[Substitute], int]:
    """Return acceptable candidates in rank order and the number left out."""
    accepted: list[tuple[_Rank, Substitute]] = []
    left_out = 0
    for function, row in rows:
        if row.component == ids.without_version(component):
            continue
        attribution = attributions.get(row.component, Attribution())
        own = tuple(sorted({*row.jurisdictions.split(), *attribution.jurisdictions}))
        effective = tuple(sorted({*own, *attribution.effective_jurisdictions}))
        layers = _layers(row, policy)
        if policy.denied(effective) or dict(layers).get("weights") == "exposed":
            left_out += 1
            continue
        tier = _tier(own, layers, attribution)
        rank = _Rank(
            tier=TIERS.index(tier),
            specialist="task=code" in row.note,
            preference=_preference(own, policy, audit),
            effort=_position(row.effort, _EFFORTS),
            confidence=_position(row.confidence, _CONFIDENCES),
            id=row.id,
        )
        found = Substitute(
            of=component, candidate=row.component or f"candidate:{row.id}", name=row.name,
            function=function, tier=tier, score=rank.score(), jurisdictions=own,
            effective_jurisdictions=effective, license=row.license or None, effort=row.effort,
            compatibility=row.compatibility, caution=row.us_restricted_party, layers=layers,
            evidence=(evidence_of(row),),
        )  # fmt: skip
        accepted.append((rank, found))
    accepted.sort(key=lambda item: item[0])
    return [item for _, item in accepted], left_out


def _layers(row: Candidate, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return the states of a candidate's layers, when the policy asks what they answer.

    The columns say whether weights, code and runtime are of US origin, nothing else.
    """
    if not policy.denied(("US",)):
        return ()
    states = (("weights", row.us_weights), ("code", row.us_code), ("runtime", row.us_runtime))
    return tuple((layer, state) for layer, state in states if state)


def _tier(
    own: tuple[str, ...], layers: tuple[tuple[str, str], ...], attribution: Attribution
) -> Tier:
    """Return how much of a candidate's chain is known to be free of the denied."""
    states = dict(layers)
    if not own or attribution.unknown or states.get("weights") == "unclear":
        return "unclear"
    return "partial" if states.get("code") in ("exposed", "unclear") else "clean"


def _preference(own: tuple[str, ...], policy: Policy, audit: Audit) -> int:
    """Return the position of the first preferred jurisdiction or bloc a candidate is in."""
    for position, code in enumerate(policy.prefer):
        if own and set(own) <= audit.registry.members(code):
            return position
    return len(policy.prefer)


def _position(value: str, order: tuple[str, ...]) -> int:
    return order.index(value) if value in order else len(order)
