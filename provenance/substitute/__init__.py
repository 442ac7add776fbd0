"""substitute: other products of the same function, each audited like the original.

A candidate that is itself made from, owned in or operated from a denied
jurisdiction is left out and counted; one whose chain is not known is never shown as
clean. Nothing here is a proxy or a reseller of what it would replace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from provenance import ids
from provenance.audit import Audit
from provenance.policy import Policy
from provenance.graph import IDENTITY, LINEAGE
from provenance.model import (
    Attribution,
    ComponentId,
    Finding,
    Gap,
    Substitute,
)
from provenance.registry.tables import Candidate, evidence_of

_TIERS = ("clean", "partial", "unclear")
_EFFORTS = ("S", "M", "L", "XL")
_CONFIDENCES = ("high", "medium", "low")
_LAYERS = ("us_weights", "us_code", "us_runtime")

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
    served = (link.source for link in audit.graph.links
              if link.relation == "served-by" and link.target == service)  # fmt: skip
    names = {name for source in served for name in audit.graph.components[source].functions}
    return tuple(sorted(names))


def _judge(
    component: ComponentId,
    rows: Iterable[tuple[str, Candidate]],
    attributions: Mapping[ComponentId, Attribution],
    policy: Policy,
    audit: Audit,
) -> tuple[list[Substitute], int]:
    """Return acceptable candidates in rank order and the number left out."""
    bare = ids.without_version(component)
    accepted: list[tuple[tuple[object, ...], Substitute]] = []
    left_out = 0
    for function, row in rows:
        if row.component == bare:
            continue
        attribution = attributions.get(row.component, Attribution())
        own = tuple(sorted({*row.jurisdictions.split(), *attribution.jurisdictions}))
        effective = tuple(sorted({*own, *attribution.effective_jurisdictions}))
        # The layer columns say whether a layer is of US origin; they answer no other question.
        asks_us = bool(policy.denied(("US",)))
        layers = tuple(
            (layer.removeprefix("us_"), str(getattr(row, layer)))
            for layer in _LAYERS
            if asks_us and getattr(row, layer)
        )
        states = dict(layers)
        if policy.denied(effective) or states.get("weights") == "exposed":
            left_out += 1
            continue
        tier = "clean"
        if states.get("code") == "exposed" or "unclear" in (
            states.get("weights"), states.get("code")
        ):  # fmt: skip
            tier = "partial"
        if not own or (row.component in attributions and attribution.unknown):
            tier = "unclear"
        rank = (
            _TIERS.index(tier),
            "task=code" in row.note,  # a specialist, after those for any task
            _preference(own, policy, audit),
            _EFFORTS.index(row.effort) if row.effort in _EFFORTS else len(_EFFORTS),
            _CONFIDENCES.index(row.confidence) if row.confidence in _CONFIDENCES else 3,
            row.id,
        )
        accepted.append((rank, _substitute(component, function, row, tier, rank, own,
                                           effective, layers)))  # fmt: skip
    accepted.sort(key=lambda item: item[0])
    return [item for _, item in accepted], left_out


def _preference(own: tuple[str, ...], policy: Policy, audit: Audit) -> int:
    """Return the position of the first preferred jurisdiction or bloc a candidate is in."""
    for position, code in enumerate(policy.prefer):
        if own and set(own) <= audit.registry.members(code):
            return position
    return len(policy.prefer)


def _substitute(
    component: ComponentId, function: str, row: Candidate, tier: str, rank: tuple[object, ...],
    own: tuple[str, ...], effective: tuple[str, ...], layers: tuple[tuple[str, str], ...],
) -> Substitute:  # fmt: skip
    tier_rank, _, preference, effort, confidence = (cast(int, part) for part in rank[:5])
    score = 1.0 - 0.3 * tier_rank - 0.05 * min(preference, 4) - 0.05 * effort - 0.05 * confidence
    return Substitute(
        of=component, candidate=row.component or f"candidate:{row.id}", name=row.name,
        function=function, tier=cast("str", tier),  # type: ignore[arg-type]
        score=round(max(score, 0.0), 2), jurisdictions=own, effective_jurisdictions=effective,
        license=row.license or None, effort=row.effort, compatibility=row.compatibility,
        caution=row.us_restricted_party, layers=layers, evidence=(evidence_of(row),),
    )  # fmt: skip
