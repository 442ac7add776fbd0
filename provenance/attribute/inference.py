"""What a component without a row of its own may be inferred from, with a lower rank.

Only ownership of a place is used: the code-host organization that a package's import
path or requirement URL lies in, and the scope or group that a package is published under,
which its registry gives to one owner. Never a person's name, a language, or a name that
merely resembles another. An inferred claim is of low confidence and says what it
rests on; places that lead to organizations of different jurisdictions (or one of them
of none) are a conflict, and a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.model import Component
from provenance.registry import Registry
from provenance.registry.tables import Claim

_SCOPE = re.compile(r"pkg:(?:npm/%40|maven/)[^/]+/")
"""An npm scope or a Maven group."""
_GITHUB = re.compile(r"github\.com[/:]([A-Za-z0-9][\w-]*)/")


def infer(component: Component, registry: Registry, on: str) -> tuple[tuple[Claim, ...], bool]:
    """Return inferred claims for a component, and whether its places contradict each other.

    Args:
        on: ISO date whose claims count.
    """
    found: dict[str, Claim] = {}
    for claim, note in _claims(component, registry, on):
        if claim.role in ("seat", "steward") and claim.organization:
            found.setdefault(
                claim.organization,
                claim._replace(
                    key=component.id, confidence="low", basis="inferred",
                    note="; ".join(filter(None, (note, claim.note))),
                ),
            )  # fmt: skip
    seats = {
        organization.seat
        for name in found
        if (organization := registry.organization(name)) is not None
    }
    if len(seats) > 1:
        return (), True
    return tuple(found.values()), False


def _claims(component: Component, registry: Registry, on: str) -> Iterator[tuple[Claim, str]]:
    """Yield the claims on the places a component lies in, and what each rests on."""
    for place in dict.fromkeys(_places(component)):
        for claim in registry.claims(f"pkg:github/{place}/any", on):
            yield claim, f"inferred from the code host organization {place}"
    scope = _SCOPE.match(component.id)
    if scope:
        below = registry.claims_below(scope.group(), on)
        # One package may be anybody's guest under a name; a second one makes it a habit.
        if len({claim.key for claim in below}) > 1:
            for claim in below:
                yield claim, f"inferred from {claim.key}, which is published under the same name"


def _places(component: Component) -> Iterator[str]:
    """Yield the code-host organizations that the component's id or requirement lies in."""
    if component.id.startswith("pkg:golang/github.com/"):
        yield component.id.split("/")[2].lower()
    if component.kind == "package":
        for occurrence in component.occurrences:
            if occurrence.extractor in ("requirements", "pyproject", "notebook"):
                match = _GITHUB.search(occurrence.as_written)
                if match:
                    yield match.group(1)
