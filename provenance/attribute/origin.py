"""Whose law reaches whom: claims of a component and of what it is made from.

The definition is docs/origin.md: a set of claims with roles, never one code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from provenance.attribute.inference import infer
from provenance.graph import IDENTITY, LINEAGE, REQUIREMENT, WEIGHTS, Graph
from provenance.model import (
    OWN_ROLES,
    ComponentId,
    Confidence,
    Gap,
    Jurisdiction,
    Origin,
    Role,
    weakest,
)
from provenance.registry import Registry
from provenance.registry.tables import Claim, evidence_of

_MAX_OWNERS = 8
MAX_REQUIRED = 2_000
"""Components that one may need, nearest first, before the rest is only said to be more."""
MAX_STEPS = 24
"""Steps to the farthest of them; stacks that people build have a third of that."""
MAX_CLAIMS = 50_000
"""Claims of this kind in one report before one a jurisdiction, the nearest, has to do."""
_NO_ORIGIN = ("project:",)


class Origins:
    """Origin claims over one graph as of one date; each component judged once."""

    def __init__(self, graph: Graph, registry: Registry, on: str) -> None:
        self._graph = graph
        self._registry = registry
        self._on = on
        self._own: dict[ComponentId, tuple[Origin, ...]] = {}
        self._without_seat: dict[ComponentId, str] = {}
        self._conflicts: set[ComponentId] = set()
        self._cut = self._claims = 0

    def own(self, component: ComponentId) -> tuple[Origin, ...]:
        """Return the component's own claims: publisher, owners, steward, operator …."""
        if component not in self._own:
            found: list[Origin] = []
            claims = self._registry.claims(component, self._on)
            if not claims and component in self._graph.components:
                item = self._graph.components[component]
                claims, conflict = infer(item, self._registry, self._on)
                if conflict:
                    self._conflicts.add(component)
            for claim in claims:
                found += self._of_claim(component, claim)
            self._own[component] = tuple(dict.fromkeys(found))
        return self._own[component]

    def _of_claim(self, component: ComponentId, claim: Claim) -> Iterator[Origin]:
        confidence = cast("Confidence", claim.confidence)
        role = cast("Role", claim.role)
        evidence = evidence_of(claim)
        if not claim.organization:
            yield Origin(
                jurisdiction=claim.jurisdiction, role=role, organization=None,
                confidence=confidence, evidence=(evidence,),
            )  # fmt: skip
            return
        organization = self._registry.organization(claim.organization)
        if organization is None or not organization.seat:
            self._without_seat.setdefault(component, claim.organization)
        else:
            yield Origin(
                jurisdiction=organization.seat, role=role, organization=organization.id,
                confidence=weakest(confidence, cast("Confidence", organization.confidence)),
                evidence=(evidence, evidence_of(organization)),
            )  # fmt: skip
        if role in OWN_ROLES:
            yield from self._owners(claim.organization, confidence)

    def _owners(self, organization: str, confidence: Confidence) -> Iterator[Origin]:
        """Yield who controls or stewards an organization, up to the ultimate owner."""
        seen, current = {organization}, organization
        for _ in range(_MAX_OWNERS):
            rows = self._registry.owners(current, self._on)
            for row in rows:
                owner = self._registry.organization(row.owner)
                if owner is None or not owner.seat:
                    continue
                yield Origin(
                    jurisdiction=owner.seat, role=cast("Role", row.role), organization=owner.id,
                    confidence=weakest(confidence, cast("Confidence", row.confidence)),
                    evidence=(evidence_of(row), evidence_of(owner)),
                )  # fmt: skip
            controlling = next((r.owner for r in rows if r.role == "control"), None)
            if controlling is None or controlling in seen:
                return
            seen.add(controlling)
            current = controlling

    def inherited(self, component: ComponentId) -> Iterator[Origin]:
        """Yield what comes through base models, encoders and identical copies."""
        for ancestor, way, by_weights in self._graph.ancestors(component):
            steps = zip((component, *way), way, strict=False)
            sure = weakest(*(self._graph.confidence(one, other) for one, other in steps))
            for claim in self.own(ancestor):
                if claim.role in OWN_ROLES:
                    yield _through(claim, "base", way, sure, WEIGHTS if by_weights else None)

    def training(self, component: ComponentId) -> Iterator[Origin]:
        """Yield whose data or outputs trained the component: shown, never ``base``."""
        for link in self._graph.outgoing(component, frozenset({"trained-on"})):
            role: Role = "data" if link.target.startswith("dataset:") else "teacher"
            copies = (way for _, way in self._graph.reach(link.target, IDENTITY))
            for way in ((link.target,), *((link.target, *steps) for steps in copies)):
                for claim in self.own(way[-1]):
                    if claim.role in OWN_ROLES:
                        yield _through(claim, role, way)

    def channels(self, component: ComponentId) -> Iterator[Origin]:
        """Yield through whose hub, index or registry the component arrives."""
        for link in self._graph.outgoing(component, frozenset({"delivered-by"})):
            for claim in self.own(link.target):
                if claim.role in OWN_ROLES:
                    yield _through(claim, "channel", (link.target,))

    def required(self, component: ComponentId) -> Iterator[Origin]:
        """Yield whose packages and platforms the component cannot run without.

        The project itself requires everything it names; that is what the findings
        say, and it is not repeated here.
        """
        if component == self._graph.root:
            return
        told: set[Jurisdiction] = set()
        for number, (needed, way) in enumerate(self._graph.reach(component, REQUIREMENT)):
            if number == MAX_REQUIRED or len(way) > MAX_STEPS:
                self._cut += 1
                return
            for claim in self.own(needed):
                new = self._claims < MAX_CLAIMS or claim.jurisdiction not in told
                if new and claim.role in OWN_ROLES:
                    self._claims += 1
                    told.add(claim.jurisdiction)
                    yield _through(claim, "requires", way)

    # -- sets ------------------------------------------------------------------------

    def jurisdictions(self, component: ComponentId) -> tuple[Jurisdiction, ...]:
        """Return the component's own jurisdictions, sorted."""
        return codes(claim for claim in self.own(component) if claim.role in OWN_ROLES)

    def unknown(self, component: ComponentId) -> tuple[ComponentId, ...]:
        """Return the component and those of its ancestors that have no known origin."""
        if component.startswith(_NO_ORIGIN):
            return ()
        line = [component, *(a for a, _ in self._graph.reach(component, LINEAGE | IDENTITY))]
        return tuple(sorted(one for one in line if not self._known(one)))

    def _known(self, component: ComponentId) -> bool:
        """Tell whether a component, or the same thing under another name, has an origin."""
        copies = (other for other, _ in self._graph.reach(component, IDENTITY))
        return any(self.jurisdictions(one) for one in (component, *copies))

    def gaps(self) -> tuple[Gap, ...]:
        """Return a gap for every component without a known origin, and one for what was cut."""
        found = []
        if self._cut:
            cut = (("count", str(self._cut)),)
            found.append(Gap(subject=self._graph.root, reason="requirements-cut", params=cut))
        for component in self._graph.components.values():
            if component.id.startswith(_NO_ORIGIN) or self._known(component.id):
                continue
            publisher = self._without_seat.get(component.id)
            first = component.occurrences[0] if component.occurrences else None
            found.append(
                Gap(
                    subject=component.id,
                    reason=(
                        "publisher-community"
                        if publisher
                        else "inference-conflict"
                        if component.id in self._conflicts
                        else "unknown-origin"
                    ),
                    location=first.location if first else None,
                    params=(("organization", publisher),) if publisher else (),
                )
            )
        return tuple(found)


def _through(
    claim: Origin, role: Role, way: tuple[ComponentId, ...], sure: Confidence = "high",
    basis: str | None = None,
) -> Origin:  # fmt: skip
    """Return a claim as it arrives: no surer than the links it came by."""
    return Origin(
        jurisdiction=claim.jurisdiction, role=role, organization=claim.organization,
        confidence=weakest(claim.confidence, sure), via=way, evidence=claim.evidence, basis=basis,
    )  # fmt: skip


def codes(claims: Iterable[Origin]) -> tuple[Jurisdiction, ...]:
    """Return the jurisdictions that claims name, sorted."""
    return tuple(sorted({claim.jurisdiction for claim in claims}))
