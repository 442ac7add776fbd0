"""Exposure to a denied jurisdiction: seven and more kinds, each its own severity."""

from __future__ import annotations

from collections.abc import Iterable

from provenance.audit import Audit, finding_id, presence, shown_by_weights
from provenance.graph import IDENTITY, LINEAGE, WEIGHTS
from provenance.model import (
    CONFIDENCES,
    Component,
    ComponentId,
    Finding,
    Origin,
    weakest,
)
from provenance.policy import Policy

NAME = "exposure"
_API_FUNCTIONS = ("llm.router", "gpu.cloud")


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per exposed component, with the shortest exposing path."""
    found: list[Finding] = []
    for component in audit.graph.components.values():
        if not audit.concerns(component):
            continue
        claims = _denied_claims(audit, policy, component)
        if not claims:
            continue
        own = [claim for claim in claims if not claim.via]
        exposure = exposure_of(audit, component, derived=not own)
        severity = policy.exposure.get(exposure)
        if severity is None:
            continue
        # What weights alone show is never told as what somebody states.
        stated = [claim for claim in claims if claim.basis != WEIGHTS]
        weighed = [claim for claim in claims if claim.basis == WEIGHTS]
        told = own or stated or weighed
        chosen = min(told, key=lambda c: (len(c.via), -CONFIDENCES.index(c.confidence)))
        best = max((c.confidence for c in told), key=CONFIDENCES.index)
        ways = [(component.id, *claim.via) for claim in weighed]
        agreement, evidence = shown_by_weights(audit, ways)
        rule = f"{NAME}/{exposure}"
        found.append(
            Finding(
                id=finding_id(rule, component.id),
                rule=rule,
                severity=policy.severity(severity, component.usage, presence(component)),
                confidence=weakest(best, presence(component)),
                component=component.id,
                path=(*audit.graph.shortest_path(component.id), *chosen.via),
                params=(
                    *_whose(stated),
                    ("roles", " ".join(sorted({c.role for c in claims}))),
                    ("usage", component.usage),
                    *((f"weights-{name}", value) for name, value in _whose(weighed) if value),
                    *agreement,
                ),
                citations=(*chosen.evidence, *evidence),
            )
        )
    return tuple(found)


def _whose(claims: Iterable[Origin]) -> tuple[tuple[str, str], ...]:
    claims = list(claims)
    return (
        ("jurisdictions", " ".join(sorted({c.jurisdiction for c in claims}))),
        ("organizations", " ".join(sorted({c.organization or "" for c in claims}))),
    )


def _denied_claims(audit: Audit, policy: Policy, component: Component) -> list[Origin]:
    """Return the claims that expose: own ones in the policy's roles, and inherited bases."""
    return [
        claim
        for claim in audit.attributions[component.id].origins
        if policy.denied((claim.jurisdiction,))
        and (
            (not claim.via and claim.role in policy.roles)
            or (claim.role == "base" and _counts(audit, policy, claim))
        )
    ]


def _counts(audit: Audit, policy: Policy, claim: Origin) -> bool:
    """Tell whether an inherited claim rests on a role the policy counts."""
    return any(
        own.jurisdiction == claim.jurisdiction
        and own.organization == claim.organization
        and own.role in policy.roles
        for own in audit.attributions[claim.via[-1]].origins
        if not own.via
    )


def exposure_of(audit: Audit, component: Component, *, derived: bool) -> str:
    """Return the kind of exposure a component is, once it is exposed.

    Args:
        derived: only what it was made from is denied, not its own publisher.
    """
    if component.kind == "service":
        functions = audit.registry.functions(component.id)
        if any(name in ("model.hub", "package.index") for name in functions):
            return "delivery-channel"
        if not functions or any(
            name.endswith(".api") or name in _API_FUNCTIONS for name in functions
        ):
            return "hosted-api"
        return "hosted-service"
    if component.kind != "model":
        return component.kind
    if derived:
        return "derived-weights"
    return "closed-weights" if _behind_api(audit, component.id) else "open-weights"


def _behind_api(audit: Audit, component: ComponentId) -> bool:
    """Tell whether a model is reached through somebody's API with no weights to be had."""
    served = any(True for _ in audit.graph.outgoing(component, frozenset({"served-by"})))
    line = (component, *(a for a, _ in audit.graph.reach(component, LINEAGE | IDENTITY)))
    published = any(one.startswith("pkg:huggingface/") for one in line)
    return served and not published
