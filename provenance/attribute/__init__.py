"""attribute: origin and license claims per component, inherited along typed links."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from provenance.analysis.descent import Descents
from provenance.attribute import license, origin
from provenance.descent import Statement
from provenance.graph import Graph
from provenance.model import Attribution, ComponentId, Gap, LicenseDeclaration
from provenance.registry import Registry


def attribute(
    graph: Graph,
    registry: Registry,
    declarations: Sequence[LicenseDeclaration],
    on: str,
    statements: Collection[Statement] = (),
) -> tuple[dict[ComponentId, Attribution], tuple[Gap, ...]]:
    """Return every component's attribution and the questions left open.

    Args:
        on: ISO date whose owners and claims count.
        statements: what files say of models' descent without naming a base as one.
    """
    licenses = license.Licenses(graph, registry, declarations)
    origins = origin.Origins(graph, registry, on)
    licensed = {component: licenses.of(component) for component in graph.components}
    expressions = {
        item.id: frozenset(one.expression for one in licensed[item.id])
        for item in graph.components.values()
        if item.kind == "model"
    }
    descents = Descents(graph, statements, expressions)
    found: dict[ComponentId, Attribution] = {}
    for component in graph.components.values():
        inherited = tuple(origins.inherited(component.id))
        required = tuple(origins.required(component.id))
        claims = (
            *origins.own(component.id),
            *inherited,
            *origins.training(component.id),
            *origins.channels(component.id),
            *required,
        )
        jurisdictions = origins.jurisdictions(component.id)
        found[component.id] = Attribution(
            origins=tuple(dict.fromkeys(claims)),
            licenses=licensed[component.id],
            jurisdictions=jurisdictions,
            effective_jurisdictions=tuple(sorted({*jurisdictions, *origin.codes(inherited)})),
            required_jurisdictions=origin.codes(required),
            unknown=origins.unknown(component.id),
            lineage=descents.of(component.id) if component.id in expressions else None,
        )
    return found, (*origins.gaps(), *licenses.gaps(), *descents.gaps())
