"""Licenses: as declared, read into SPDX expressions, and inherited with their path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from provenance.graph import IDENTITY, LINEAGE, Graph
from provenance.model import (
    ComponentId,
    Evidence,
    Gap,
    License,
    LicenseDeclaration,
    Location,
)
from provenance.registry import Registry
from provenance.registry.tables import evidence_of

_COMMON = frozenset(
    "MIT Apache-2.0 BSD-3-Clause BSD-2-Clause ISC 0BSD MPL-2.0 Unlicense CC0-1.0 Python-2.0".split()
)
"""Identifiers that need no parser; it takes 0.1 s to make."""
_OPERATORS = re.compile(r"\s+(?:AND|OR|WITH)\s+|[()]")


class Licenses:
    """License claims over one graph; own ones first, then those of the ancestors."""

    def __init__(
        self, graph: Graph, registry: Registry, declarations: Sequence[LicenseDeclaration]
    ) -> None:
        self._graph = graph
        self._registry = registry
        self._declared: dict[ComponentId, list[LicenseDeclaration]] = {}
        for item in declarations:
            self._declared.setdefault(item.component, []).append(item)
        self._own: dict[ComponentId, tuple[License, ...]] = {}
        self._gaps: dict[Gap, None] = {}

    def own(self, component: ComponentId) -> tuple[License, ...]:
        """Return what the component itself declares, by tree, hub and registry."""
        if component not in self._own:
            found = [self._read(item) for item in self._declared.get(component, ())]
            for row in self._registry.component_licenses(component):
                found.append(self._license(row.expression, "registry", evidence_of(row)))
            self._own[component] = tuple(dict.fromkeys(found))
        return self._own[component]

    def of(self, component: ComponentId) -> tuple[License, ...]:
        """Return the component's licenses and those it carries from its ancestors."""
        found = list(self.own(component))
        for ancestor, way in self._graph.reach(component, LINEAGE | IDENTITY):
            for item in self.own(ancestor):
                found.append(
                    License(
                        expression=item.expression, declared_by=item.declared_by, via=way,
                        terms=item.terms, evidence=item.evidence,
                    )
                )  # fmt: skip
        return tuple(found)

    def _read(self, item: LicenseDeclaration) -> License:
        return self._license(self._expression(item), item.declared_by, item.evidence)

    def _license(self, expression: str, declared_by: str, evidence: Evidence) -> License:
        terms: dict[str, None] = {}
        for symbol in _OPERATORS.split(expression):
            row = self._registry.license_terms.get(symbol.strip())
            if row:
                terms.update(dict.fromkeys(row.terms.split()))
        return License(
            expression=expression, declared_by=declared_by, terms=tuple(sorted(terms)),
            evidence=(evidence,),
        )  # fmt: skip

    def _expression(self, item: LicenseDeclaration) -> str:
        """Return an SPDX expression, or ``LicenseRef-…`` with the words as written.

        A name that no table knows is kept as it is written and becomes a gap; it is
        never mapped to what it resembles.
        """
        known = self._registry.license_aliases.get(item.raw.lower())
        if known:
            return known
        if item.scheme == "spdx":
            parsed = _spdx(item.raw)
            if parsed:
                return parsed
        location = None
        if item.evidence.source == "tree":
            path, _, line = item.evidence.reference.rpartition(":")
            location = Location(path=path, line=int(line) if line.isdigit() else 0)
        self._gaps.setdefault(
            Gap(
                subject=item.component, reason="license-unrecognised", location=location,
                params=(("license", item.raw),),
            )
        )  # fmt: skip
        return "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", item.raw).strip("-") or "unnamed")

    def gaps(self) -> tuple[Gap, ...]:
        """Return the license names that could not be read."""
        return tuple(self._gaps)


@cache
def _licensing() -> Any:
    """Return the SPDX license list as a parser; made once, since that takes longer than a scan."""
    from license_expression import get_spdx_licensing  # type: ignore[import-untyped]

    return get_spdx_licensing()


@lru_cache(maxsize=4096)
def _spdx(raw: str) -> str | None:
    """Return a valid SPDX expression in canonical spelling, or None."""
    if raw in _COMMON:
        return raw
    from license_expression import ExpressionError

    try:
        parsed = _licensing().parse(raw, validate=True, strict=True)
    except (ExpressionError, ValueError, RecursionError, AttributeError, TypeError):
        return None
    return str(parsed) if parsed is not None else None
