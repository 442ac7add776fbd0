"""One component in full: claims with evidence, licenses, places, relations, every path."""

from __future__ import annotations

from collections.abc import Iterator

from rich.padding import Padding
from rich.text import Text

from provenance.audit import Audit
from provenance.descent import Lineage
from provenance.i18n import Messages
from provenance.model import ComponentId, Link, Report
from provenance.registry import Registry
from provenance.render.terminal import Page
from provenance.render.wording import (
    advisory,
    citation,
    claim,
    clean,
    component_name,
    finding_message,
    gap_message,
    said_of,
    step_text,
    through,
)

MAX_PLACES = 200


def render(
    audit: Audit, report: Report, component: ComponentId, registry: Registry, words: Messages,
    *, width: int = 100, color: bool = False,
) -> str:  # fmt: skip
    """Return everything the report holds about one component."""
    page = Page(width, color=color)
    console = page.console

    def line(text: str, indent: int = 2, style: str = "") -> None:
        console.print(Padding(Text(text, style=style), (0, 0, 0, indent)))

    def head(key: str) -> None:
        console.print(Text(words(f"heading.{key}"), style="bold"))

    item = audit.graph.components[component]
    attribution = report.attributions[component]
    console.print(Text(f"{component_name(component, registry)}  {clean(component)}", style="bold"))
    line(f"{words(f'usage.{item.usage}')}")
    line(
        words(
            "label.jurisdictions",
            own=", ".join(attribution.jurisdictions) or "?",
            effective=", ".join(attribution.effective_jurisdictions) or "?",
            required=", ".join(attribution.required_jurisdictions) or "–",
        )
    )
    head("origins")
    for origin in attribution.origins:
        via = " → ".join(component_name(step, registry) for step in origin.via)
        suffix = f" ({words('label.via', component=via)})" if via else ""
        line(claim(origin, registry, words) + suffix)
        for evidence in origin.evidence:
            line(citation(evidence, words), 6, "dim")
            if evidence.note:
                line(clean(evidence.note), 8, "dim")
    if not attribution.origins:
        line(words("label.none"))
    head("licenses")
    for item_license in attribution.licenses:
        way = item_license.via
        suffix = f" ({through(item_license, way, registry, words)})" if way else ""
        terms = f" [{', '.join(item_license.terms)}]" if item_license.terms else ""
        line(clean(item_license.expression) + terms + suffix)
        for evidence in item_license.evidence:
            line(citation(evidence, words), 6, "dim")
    if not attribution.licenses:
        line(words("label.license-unknown"))
    if attribution.lineage is not None:
        head("lineage")
        for text, indent in _lineage(attribution.lineage, registry, words):
            line(text, indent, "dim" if indent > 2 else "")
    if item.vulnerabilities:
        head("vulnerabilities")
    for known in item.vulnerabilities:
        line(advisory(known, words))
        for evidence in known.evidence:
            line(citation(evidence, words), 6, "dim")
    head("paths")
    for path in audit.graph.all_paths(component):
        line(" → ".join(component_name(step, registry) for step in path))
    head("links")
    for link in audit.graph.links:
        if component in (link.source, link.target):
            line(_link(link, registry))
            for evidence in link.evidence:
                line(citation(evidence, words), 6, "dim")
    head("places")
    for place in item.occurrences[:MAX_PLACES]:
        where = f"{place.path}:{place.line}" if place.line else place.path
        usage, sure = words(f"usage.{place.usage}"), words(f"confidence.{place.confidence}")
        line(f"{clean(where)}  {clean(place.as_written)}  [{place.extractor}, {usage}, {sure}]")
    if len(item.occurrences) > MAX_PLACES:
        line(words("label.more", count=len(item.occurrences) - MAX_PLACES))
    findings = [finding for finding in report.findings if finding.component == component]
    if findings:
        head("findings")
        for finding in findings:
            severity = words(f"severity.{finding.severity}")
            line(f"[{severity}] {finding_message(finding, registry, words)} ({finding.id})")
    gaps = [gap for gap in report.gaps if gap.subject == component]
    if gaps:
        head("gaps-of")
        for gap in gaps:
            line(gap_message(gap, registry, words))
    console.print()
    return page.text()


def _lineage(lineage: Lineage, registry: Registry, words: Messages) -> Iterator[tuple[str, int]]:
    """Yield the lines of a descent with their indents: each step with its evidence, the ends."""
    comma = words("label.comma")
    for step in lineage.steps:
        yield f"{component_name(step.source, registry)} – {step_text(step, registry, words)}", 2
        for evidence in step.evidence:
            yield citation(evidence, words), 6
    if lineage.roots:
        names = [component_name(root, registry) for root in lineage.roots]
        yield words("label.roots", roots=comma.join(names)), 2
    if lineage.trained_on:
        names = [component_name(name, registry) for name in lineage.trained_on]
        yield words("label.trained-on", names=comma.join(names)), 2
    for item in lineage.contradictions:
        said = said_of(" ".join(item.declared), registry, words)
        named = comma.join(component_name(n, registry) for text in item.named for n in text.split())
        yield f"{said} ≠ {named}", 2
        for evidence in item.evidence:
            yield citation(evidence, words), 6


def _link(link: Link, registry: Registry) -> str:
    said = ", ".join(part for part in (link.how, link.basis) if part)
    how = f" ({said})" if said else ""
    requirement = f" {clean(link.requirement)}" if link.requirement else ""
    return (
        f"{component_name(link.source, registry)} –{link.relation}{how}→ "
        f"{component_name(link.target, registry)}{requirement}"
    )
