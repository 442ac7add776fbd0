"""Weights that agree with a base which nothing declares: a question to the supplier.

The tests cannot tell parent from child or sibling, so a base is explained as soon as what is
declared of the model and what is declared of the base meet.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance import ids
from provenance.audit import Audit, finding_id, presence
from provenance.graph import IDENTITY, LINEAGE
from provenance.model import Agreement, ComponentId, Finding, Link, weakest
from provenance.policy import Policy

NAME = "lineage"
RULE = f"{NAME}/undeclared-base"
_SAID = ("declared", "hub-inferred", None)
"""What counts as a declaration; a left-over trace or a likeness of structure does not."""


def assess(audit: Audit, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per model and base."""
    return tuple(
        _finding(audit, policy, link, link.agreement)
        for link in audit.graph.links
        if link.agreement is not None
        and audit.concerns(audit.graph.components[link.source])
        and not _explained(audit, link)
    )


def _explained(audit: Audit, found: Link) -> bool:
    """Tell whether the declared line of a model leads to the base, or meets its line."""
    inside = found.how == "encoder"
    ours = {ids.without_version(one) for one in _line(audit, found.source, inside=inside)}
    theirs = {ids.without_version(one) for one in _line(audit, found.target, inside=inside)}
    return bool(ours & theirs)


def _line(audit: Audit, start: ComponentId, *, inside: bool) -> Iterator[ComponentId]:
    """Yield a model and all that it is declared to be made from.

    Args:
        inside: also the encoders taken in, which say nothing about the rest of a model.
    """
    seen, pending = {start}, [start]
    while pending:
        current = pending.pop()
        yield current
        for link in audit.graph.outgoing(current, LINEAGE | IDENTITY):
            said = link.relation == "same-as" or (
                link.basis in _SAID and (inside or link.how != "encoder")
            )
            if said and link.target not in seen:
                seen.add(link.target)
                pending.append(link.target)


def _finding(audit: Audit, policy: Policy, link: Link, agreement: Agreement) -> Finding:
    component = audit.graph.components[link.source]
    sure = presence(component)
    return Finding(
        # A merge has several bases: each is a question of its own.
        id=finding_id(RULE, f"{component.id}\0{link.target}"), rule=RULE,
        severity=policy.severity(policy.undeclared_base, component.usage, sure),
        confidence=weakest(sure, *(item.confidence for item in link.evidence)),
        component=component.id,
        path=(*audit.graph.shortest_path(component.id), link.target),
        params=(
            ("base", agreement.base),
            ("database", agreement.database),
            ("p", f"{agreement.p:.2g}"),
            ("statistic", agreement.statistic),
            ("usage", component.usage),
        ),
        citations=link.evidence,
    )  # fmt: skip
