"""Attributed graphs of a few components for tests of attribution, rules and substitutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provenance import ids
from provenance.attribute import attribute
from provenance.audit import Audit
from provenance.graph import Graph
from provenance.model import (
    Attribution,
    Component,
    Evidence,
    Gap,
    LicenseDeclaration,
    Link,
    Occurrence,
    Relation,
    Usage,
)
from provenance.policy import EXPOSURES, Policy, load
from provenance.registry import Registry
from provenance.resolve.lineage import kind_of
from tests.support.small_data import DAY

ROOT = "project:app"
SURE = Evidence(source="registry", reference="https://example.org/page", as_of="2026-01-15")
KINDS = ("model", "service", "package", "dataset", "container", "platform")


def component(name: str, usage: Usage = "used", **more: object) -> Component:
    """Return a component seen once in the tree; its kind is the one its id implies."""
    kind = "project" if name.startswith("project:") else kind_of(name)
    place = Occurrence(path="app.py", line=3, as_written=name, extractor="test", usage=usage)
    values: dict[str, object] = {"occurrences": (place,), **more}
    return Component(id=name, kind=kind, name=ids.short(name), usage=usage, **values)  # type: ignore[arg-type]


def link(source: str, target: str, relation: Relation = "depends-on", how: str = "") -> Link:
    """Return a link with evidence of high confidence."""
    return Link(source=source, target=target, relation=relation, how=how or None, evidence=(SURE,))


def base(child: str, parent: str, how: str = "finetune") -> Link:
    """Return a derivation."""
    return link(child, parent, "derived-from", how)


def graph(links: Iterable[Link] = (), extra: Iterable[str | Component] = ()) -> Graph:
    """Return a graph of the links' ends; what nothing leads to hangs under the project."""
    links = list(links)
    given = {c.id: c for c in map(_made, extra)}
    names = {ROOT, *given, *(k.source for k in links), *(k.target for k in links)}
    targets = {k.target for k in links}
    loose = [link(ROOT, name) for name in sorted(names - targets - {ROOT})]
    return Graph(ROOT, [given.get(name) or component(name) for name in names], [*links, *loose])


def _made(item: str | Component) -> Component:
    return component(item) if isinstance(item, str) else item


def audit_of(
    registry: Registry,
    made: Graph,
    *,
    on: str = DAY,
    declarations: Sequence[LicenseDeclaration] = (),
) -> tuple[Audit, tuple[Gap, ...]]:
    """Attribute a graph."""
    attributions, gaps = attribute(made, registry, declarations, on)
    return Audit(graph=made, attributions=attributions, registry=registry), gaps


def attributed(registry: Registry, made: Graph, name: str, on: str = DAY) -> Attribution:
    """Return one component's attribution."""
    audit, _ = audit_of(registry, made, on=on)
    return audit.attributions[name]


def roles(attribution: Attribution) -> set[tuple[str, str, str | None]]:
    """Return the claims as (role, jurisdiction, organization)."""
    return {(o.role, o.jurisdiction, o.organization) for o in attribution.origins}


def policy(registry: Registry, head: str = 'deny = ["US"]', **weights: str) -> Policy:
    """Return a policy with every weight ``low`` unless given (``hosted_api="high"``)."""
    exposure = {name: weights.pop(name.replace("-", "_"), "low") for name in EXPOSURES}
    unknown = {name: weights.pop(f"unknown_{name}", "low") for name in KINDS}
    rest = weights.pop("rest", "")
    assert not weights
    lines = [head, "[exposure]", *(f'{k} = "{v}"' for k, v in exposure.items())]
    lines += ["[unknown]", *(f'{k} = "{v}"' for k, v in unknown.items()), rest]
    return load("\n".join(lines), "test", registry)
