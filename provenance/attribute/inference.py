"""What a component without a row of its own may be inferred from, with a lower rank.

Only ownership of a place is used: the code-host organization that a package's import
path, requirement URL or own metadata names, the scope or group that a package is published
under, which its registry gives to one owner, and the domain that all author addresses of its
metadata lie in, where a row says whose it is. Never a person's name, a language, or a name
that merely resembles another. An inferred claim is of low confidence and says what it
rests on; places that lead to organizations of different jurisdictions (or one of them
of none) are a conflict, and a gap.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.model import Component
from provenance.patterns import lazy
from provenance.registry import Registry
from provenance.registry.tables import Claim

_SCOPE = lazy(r"pkg:(?:npm/%40|maven/)[^/]+/")
"""An npm scope or a Maven group."""
_GITHUB = lazy(r"github\.com[/:]([A-Za-z0-9][\w-]*)/")


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
    for place, what in _said_homes(component):
        for claim in registry.claims(place, on):
            yield claim, f"inferred from {what}, which its own metadata names"
    scope = _SCOPE.match(component.id)
    if scope:
        below = registry.claims_below(scope.group(), on)
        # One package may be anybody's guest under a name; a second one makes it a habit.
        if len({claim.key for claim in below}) > 1:
            for claim in below:
                yield claim, f"inferred from {claim.key}, which is published under the same name"


def _said_homes(component: Component) -> Iterator[tuple[str, str]]:
    """Yield the registry keys of where a package says it lives, and their words.

    Addresses of several domains are of people who work together; they say nothing of a
    publisher.
    """
    domains = []
    for home in component.homes:
        scheme, _, name = home.partition(":")
        if scheme == "github":
            yield f"pkg:github/{name}/any", f"the code host organization {name}"
        elif scheme == "domain":
            domains.append(name)
    if len(domains) == 1:
        name = domains[0]
        while name.count("."):
            yield f"domain:{name}", f"the author address domain {name}"
            name = name.partition(".")[2]


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
