"""attribute: origin and license claims per component, inherited along typed links."""

from __future__ import annotations

from collections.abc import Sequence

from provenance.attribute import license, origin
from provenance.graph import Graph
from provenance.model import Attribution, ComponentId, Gap, LicenseDeclaration
from provenance.registry import Registry


def attribute(
    graph: Graph, registry: Registry, declarations: Sequence[LicenseDeclaration], on: str
) -> tuple[dict[ComponentId, Attribution], tuple[Gap, ...]]:
    """Return every component's attribution and the questions left open.

    Args:
        on: ISO date whose owners and claims count.
    """
    licenses = license.Licenses(graph, registry, declarations)
    origins = origin.Origins(graph, registry, on)
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
            licenses=licenses.of(component.id),
            jurisdictions=jurisdictions,
            effective_jurisdictions=tuple(sorted({*jurisdictions, *origin.codes(inherited)})),
            required_jurisdictions=origin.codes(required),
            unknown=origins.unknown(component.id),
        )
    return found, (*origins.gaps(), *licenses.gaps())
