"""From requirements and metadata to a graph: what is reached, how, and who asks for it.

Markers are evaluated for one environment; an extra leads on only from where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from provenance.model import USAGES, Usage
from provenance.resolve.requirements import Wanted

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Environment = Mapping[str, str]
"""The values of PEP 508 that markers ask about."""


class Distribution(Struct, frozen=True, kw_only=True):
    """One version of a package with what its metadata requires."""

    name: str
    """In normal form."""
    version: str
    requires: tuple[str, ...] = ()


class Edge(Struct, frozen=True, kw_only=True):
    """One package asks for another."""

    source: str
    target: str
    written: str
    """The metadata's own words."""
    requirement: str | None
    """Extras, condition and marker, as links show them."""


class Closure(Struct):
    """What requirements lead to in one environment."""

    usages: dict[str, Usage] = field(default_factory=dict)
    """Every distribution reached, by the strongest way."""
    edges: dict[Edge, Usage] = field(default_factory=dict)
    _by_source: dict[str, list[tuple[Edge, Usage]]] = field(default_factory=dict)
    missing: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names no distribution was found for: who asks ("" for the project), and how."""
    unmet: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names whose version is not what somebody asks for: who asks, and how."""

    def edges_of(self, source: str) -> list[tuple[Edge, Usage]]:
        """Return what one distribution asks for, with how that is reached."""
        if not self._by_source:
            for edge, usage in self.edges.items():
                self._by_source.setdefault(edge.source, []).append((edge, usage))
        return self._by_source.get(source, [])


def close(
    starts: Iterable[Wanted], known: Callable[[str], Distribution | None],
    environment: Environment,
) -> Closure:  # fmt: skip
    """Follow requirements through metadata.

    Args:
        starts: what the project asks for; markers that do not hold are left out.
        known: the distribution of a normal name.
    """
    found = Closure()
    wanted = [one for one in starts if holds(one.marker, environment)]
    seen: set[tuple[str, str]] = set()
    for usage in USAGES:
        pending: list[tuple[str, str]] = []
        for one in wanted:
            if one.usage == usage:
                _ask(found, "", one.name, one.line, one.specifier, known)
                pending += [(one.name, extra) for extra in ("", *map(_normal, one.extras))]
        while pending:
            state = pending.pop()
            distribution = known(state[0])
            if distribution is None or state in seen:
                continue
            seen.add(state)
            name, extra = state
            found.usages.setdefault(name, usage)
            for written, requirement in _applying(distribution.requires, extra, environment):
                target = _normal(requirement.name)
                pending += [(target, e) for e in ("", *map(_normal, requirement.extras))]
                if target != name:
                    _ask(found, name, target, written, str(requirement.specifier), known)
                    edge = Edge(
                        source=name, target=target, written=written,
                        requirement=shown_requirement(requirement),
                    )  # fmt: skip
                    if known(target):
                        found.edges.setdefault(edge, usage)
    return found


def _ask(
    found: Closure, source: str, target: str, written: str, specifier: str,
    known: Callable[[str], Distribution | None],
) -> None:  # fmt: skip
    """Note a name that is not there, or is there in a version that nobody asked for."""
    distribution = known(target)
    if distribution is None:
        found.missing.setdefault(target, (source, written))
    elif not _meets(distribution.version, specifier):
        found.unmet.setdefault(target, (source, written))


@lru_cache(maxsize=8192)
def _meets(version: str, specifier: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return not specifier or SpecifierSet(specifier).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _applying(
    requires: Sequence[str], extra: str, environment: Environment
) -> Iterable[tuple[str, Requirement]]:
    for text in requires:
        requirement = parsed(text)
        if requirement is None or not _holds(requirement, extra, environment):
            continue
        if not extra or not _holds(requirement, "", environment):
            yield text, requirement  # what holds without the extra is followed without it


def _holds(requirement: Requirement, extra: str, environment: Environment) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({**environment, "extra": extra})


def holds(marker: str, environment: Environment) -> bool:
    """Tell whether a marker holds; one that cannot be read does."""
    if not marker:
        return True
    from packaging.markers import (
        InvalidMarker,
        Marker,
        UndefinedComparison,
        UndefinedEnvironmentName,
    )

    try:
        return Marker(marker).evaluate({**environment, "extra": ""})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return True


@lru_cache(maxsize=16384)
def parsed(text: str) -> Requirement | None:
    """Return a requirement of metadata, None where it is none."""
    from packaging.markers import UndefinedComparison
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
        if requirement.marker:
            requirement.marker.evaluate({"extra": ""})
    except (InvalidRequirement, UndefinedComparison, RecursionError):
        return None
    return requirement


def shown_requirement(requirement: Requirement) -> str | None:
    """Return what a requirement says beside the name: ``[extra]>=1 ; marker``."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = str(requirement.marker) if requirement.marker else ""
    parts = (extras + str(requirement.specifier), marker)
    return " ; ".join(part for part in parts if part) or None


@lru_cache(maxsize=16384)
def _normal(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
