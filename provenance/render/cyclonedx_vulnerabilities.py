"""Known vulnerabilities as CycloneDX has them: one entry an advisory, with all it affects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cyclonedx.model import Property, XsUri
from cyclonedx.model.impact_analysis import ImpactAnalysisAffectedStatus as Status
from cyclonedx.model.vulnerability import (
    BomTarget,
    BomTargetVersionRange,
    Vulnerability,
    VulnerabilityAdvisory,
    VulnerabilityReference,
    VulnerabilitySource,
)

from provenance.i18n import Messages
from provenance.model import Component, Report
from provenance.model import Vulnerability as Known

_DATABASE = "https://osv.dev/vulnerability/"


def vulnerabilities(report: Report, words: Messages) -> Iterator[Vulnerability]:
    """Yield an entry for each advisory, without ratings: nobody asked gives one."""
    found: dict[str, list[tuple[Component, Known]]] = defaultdict(list)
    for component in report.components:
        for known in component.vulnerabilities:
            found[known.id].append((component, known))
    for identifier, affected in sorted(found.items()):
        first = affected[0][1]
        fixes = words("label.comma").join(first.fixed_in)
        evidence = sorted({one for _, known in affected for one in known.evidence})
        yield Vulnerability(
            id=identifier, bom_ref=f"vulnerability:{identifier}",
            source=VulnerabilitySource(name="OSV", url=XsUri(_DATABASE + identifier)),
            references=[
                VulnerabilityReference(
                    id=alias, source=VulnerabilitySource(name="OSV", url=XsUri(_DATABASE + alias))
                )
                for alias in first.aliases
            ],
            description=first.summary or None,
            recommendation=words("label.fixed", versions=fixes) if fixes else None,
            advisories=[
                VulnerabilityAdvisory(url=XsUri(url))
                for url in sorted({one.reference for one in evidence})
            ],
            affects=[_target(component, known) for component, known in affected],
            properties=[
                Property(name="provenance:as-of", value=day)
                for day in sorted({one.as_of for one in evidence if one.as_of})
            ],
        )  # fmt: skip


def _target(component: Component, known: Known) -> BomTarget:
    versions = [BomTargetVersionRange(version=component.version, status=Status.AFFECTED)]
    versions += [
        BomTargetVersionRange(version=version, status=Status.UNAFFECTED)
        for version in known.fixed_in
    ]
    return BomTarget(ref=component.id, versions=versions if component.version else ())
