"""Licenses: as declared, read into SPDX expressions, and inherited with their path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from msgspec.structs import replace

from provenance.attribute.license_agreement import Statement, conflict, telling
from provenance.attribute.license_words import Words, read, symbols
from provenance.graph import WEIGHTS, Graph
from provenance.model import (
    ComponentId,
    Evidence,
    Gap,
    License,
    LicenseDeclaration,
    Location,
)
from provenance.patterns import lazy
from provenance.registry import Registry
from provenance.registry.tables import evidence_of

_RELEASED = lazy(r"pkg:(?!huggingface/|docker/|github/)")
"""Packages of a registry, whose metadata may be held against other statements."""


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
        """Return what the component itself declares, by tree, hub, index and registry."""
        if component not in self._own:
            found = [
                (item, words)
                for item in self._declared.get(component, ())
                if (words := self._read(item)).expression
            ]
            rows = self._registry.component_licenses(component)
            said = [self._statement(words, item.declared_by, item.scheme) for item, words in found]
            noted = [self._statement(Words(row.expression), "registry", "spdx") for row in rows]
            if _RELEASED.match(component):
                kept = telling(said)
                self._compare(component, [*kept, *noted])
            else:
                kept = said
            licenses = [
                self._license(words.expression, item.declared_by, _evidence(item, words))
                for (item, words), one in zip(found, said, strict=True)
                if one in kept
            ]
            licenses += [
                self._license(row.expression, "registry", evidence_of(row)) for row in rows
            ]
            self._own[component] = tuple(dict.fromkeys(licenses))
        return self._own[component]

    def of(self, component: ComponentId) -> tuple[License, ...]:
        """Return the component's licenses and those it carries from its ancestors."""
        found = list(self.own(component))
        for ancestor, way, by_weights in self._graph.ancestors(component):
            for item in self.own(ancestor):
                found.append(
                    License(
                        expression=item.expression, declared_by=item.declared_by, via=way,
                        terms=item.terms, evidence=item.evidence,
                        basis=WEIGHTS if by_weights else None,
                    )
                )  # fmt: skip
        return tuple(found)

    def _license(self, expression: str, declared_by: str, evidence: Evidence) -> License:
        terms: set[str] = set()
        for symbol in symbols(expression):
            row = self._registry.license_terms.get(symbol)
            terms.update(row.terms.split() if row else ())
        return License(
            expression=expression, declared_by=declared_by, terms=tuple(sorted(terms)),
            evidence=(evidence,),
        )  # fmt: skip

    def _read(self, item: LicenseDeclaration) -> Words:
        """Return what a declaration says; what cannot be read becomes a gap.

        A name that no table knows is kept as it is written (``LicenseRef-…``); it is never
        mapped to what it resembles. Of a text nothing is kept.
        """
        words = read(item, self._registry)
        if words.expression:
            return words
        if words.problem == "license-text-unrecognised":
            self._gap(item, "license-text-unrecognised", size=str(len(item.raw)), title=words.title)
            return words
        if not words.problem:  # "see LICENSE": a word, but no license
            others = self._declared.get(item.component, ())
            if all(not read(one, self._registry).expression for one in others):
                self._gap(
                    item, "license-not-declared", detail=f"{item.evidence.reference}: {item.raw}"
                )
            return words
        self._gap(item, "license-unrecognised", license=item.raw)
        reference = re.sub(r"[^A-Za-z0-9.-]+", "-", item.raw).strip("-") or "unnamed"
        return Words("LicenseRef-" + reference)

    def _statement(self, words: Words, by: str, scheme: str) -> Statement:
        """Return words as a statement; a family is one whoever names it."""
        covers = words.covers or self._families.get(words.expression, ())
        return Statement(words.expression, covers, by, scheme)

    @cached_property
    def _families(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._registry.license_names.values():
            if row.covers:
                known = found.get(row.expression, ())
                found[row.expression] = tuple(dict.fromkeys((*known, *row.covers.split())))
        return found

    def _compare(self, component: ComponentId, statements: Sequence[Statement]) -> None:
        """Leave a gap where what is declared of one package does not agree."""
        wrong = conflict(statements)
        if wrong:
            said = dict.fromkeys(f"{one.expression} ({one.by})" for one in statements)
            params = (("licenses", ", ".join(said)),)
            self._gaps.setdefault(Gap(subject=component, reason=wrong, params=params))

    def _gap(self, item: LicenseDeclaration, reason: str, **params: str) -> None:
        location = None
        if item.evidence.source == "tree":
            path, _, line = item.evidence.reference.rpartition(":")
            location = Location(path=path, line=int(line) if line.isdigit() else 0)
        self._gaps.setdefault(
            Gap(
                subject=item.component, reason=reason, location=location,
                params=tuple(sorted(params.items())),
            )
        )  # fmt: skip

    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not be read, or does not agree."""
        return tuple(self._gaps)


def _evidence(item: LicenseDeclaration, words: Words) -> Evidence:
    """Return a declaration's evidence; what a title line says is less sure than a name."""
    if not words.by_title:
        return item.evidence
    note = "by the title line of a text, which was not compared"
    return replace(
        item.evidence, confidence="medium", note="; ".join(filter(None, (item.evidence.note, note)))
    )
