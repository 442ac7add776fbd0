"""A CycloneDX bill of materials in JSON, made with cyclonedx-python-lib (docs/cyclonedx.md).

Origins, usage and everything else that CycloneDX has no place for are properties in the
``provenance:`` namespace. Findings are not vulnerabilities and are not in the bill.
"""

from __future__ import annotations

import datetime
import uuid
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator

from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentScope, ComponentType, Pedigree
from cyclonedx.model.component_evidence import ComponentEvidence
from cyclonedx.model.component_evidence import Occurrence as Place
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.model.service import Service
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_supported_id
from packageurl import PackageURL

import provenance
from provenance import ids
from provenance.i18n import Messages
from provenance.model import Attribution, Component, ComponentId, Kind, Link, Origin, Report, Usage
from provenance.registry import Registry
from provenance.render.cyclonedx_vulnerabilities import vulnerabilities

_TYPES: dict[Kind, ComponentType] = {
    "project": ComponentType.APPLICATION, "package": ComponentType.LIBRARY,
    "model": ComponentType.MACHINE_LEARNING_MODEL, "dataset": ComponentType.DATA,
    "container": ComponentType.CONTAINER, "platform": ComponentType.PLATFORM,
}  # fmt: skip
_SCOPES: dict[Usage, ComponentScope] = {
    "used": ComponentScope.REQUIRED, "optional": ComponentScope.OPTIONAL,
}  # fmt: skip
"""Tests, examples and the like are not part of what is delivered: ``excluded``."""
_NEEDS = frozenset({"depends-on", "runs-on", "built-from", "calls"})
"""Relations that are edges of the dependency graph; all others are properties."""
_NIL = uuid.UUID(int=0)


def render(report: Report, registry: Registry, words: Messages, **_: object) -> str:
    """Return the report as CycloneDX 1.6, identical bytes for identical inputs."""
    bill = _Bill(report, registry)
    bom = Bom(
        serial_number=_NIL, metadata=_metadata(report, bill),
        components=bill.components(), services=bill.services(), dependencies=bill.dependencies(),
        vulnerabilities=vulnerabilities(report, words), properties=_about(report),
    )  # fmt: skip
    with warnings.catch_warnings():
        # The library asks for a complete graph; a project that needs nothing has none.
        warnings.simplefilter("ignore", UserWarning)
        text = JsonV1Dot6(bom).output_as_string(indent=1, ensure_ascii=False)
    serial = uuid.uuid5(uuid.NAMESPACE_URL, text)
    return text.replace(str(_NIL), str(serial), 1) + "\n"


def _metadata(report: Report, bill: _Bill) -> BomMetaData:
    tool = Entry(
        type=ComponentType.APPLICATION, name="provenance-audit", version=provenance.__version__,
        bom_ref="tool:provenance-audit",
    )  # fmt: skip
    return BomMetaData(
        timestamp=datetime.datetime.fromisoformat(report.created),
        tools=ToolRepository(components=[tool]), component=bill.root(),
    )  # fmt: skip


def _about(report: Report) -> list[Property]:
    """What a reader must know to weigh the bill: what was asked, and how much is not known."""
    inputs = report.inputs
    return _properties(
        (
            ("policy", inputs.policy_id),
            ("registry:sha256", inputs.registry_sha256),
            ("revision", report.target.revision or ""),
            ("online", str(inputs.online).lower()),
            ("vulnerabilities-asked", str(inputs.vulnerabilities_asked).lower()),
            ("lineage-database:sha256", (inputs.lineage_database or ("", ""))[1]),
            ("gaps", str(len(report.gaps))),
        )
    )


class _Bill:
    """Entries, services and edges of one report."""

    def __init__(self, report: Report, registry: Registry) -> None:
        self._report = report
        self._registry = registry
        self._links: dict[ComponentId, list[Link]] = defaultdict(list)
        for link in report.links:
            self._links[link.source].append(link)
        self._components = {item.id: item for item in report.components}
        self._gaps: dict[str, list[str]] = defaultdict(list)
        for gap in report.gaps:
            self._gaps[gap.subject].append(gap.reason)

    def root(self) -> Entry:
        return self._entry(self._components[self._report.root])

    def components(self) -> Iterator[Entry]:
        for item in self._report.components:
            if item.kind not in ("service", "project"):
                yield self._entry(item)

    def services(self) -> Iterator[Service]:
        for item in self._report.components:
            if item.kind == "service":
                places = (("occurrence", str(place.location)) for place in item.occurrences)
                yield Service(
                    name=item.id.partition(":")[2], bom_ref=item.id,
                    description=self._registry.display_name(item.id),
                    provider=self._publisher(item.id),
                    properties=_properties((*self._facts(item), *places)),
                )  # fmt: skip

    def dependencies(self) -> Iterator[Dependency]:
        for item in self._report.components:
            needed = {link.target for link in self._links[item.id] if link.relation in _NEEDS}
            if needed:
                yield Dependency(
                    BomRef(item.id), [Dependency(BomRef(target)) for target in sorted(needed)]
                )

    def _entry(self, item: Component) -> Entry:
        attribution = self._report.attributions[item.id]
        return Entry(
            type=_TYPES[item.kind], bom_ref=item.id, name=item.name, version=item.version,
            purl=_purl(item.id), supplier=self._publisher(item.id), licenses=_licenses(attribution),
            scope=None if item.kind == "project" else _SCOPES.get(
                item.usage, ComponentScope.EXCLUDED
            ),
            evidence=_evidence(item), pedigree=self._pedigree(item),
            external_references=_addresses(item), properties=_properties(self._facts(item)),
        )  # fmt: skip

    def _publisher(self, component: ComponentId) -> OrganizationalEntity | None:
        """Return who publishes or runs it, where that is known."""
        for origin in self._report.attributions[component].origins:
            if origin.role in ("seat", "operator") and origin.organization and not origin.via:
                row = self._registry.organization(origin.organization)
                return OrganizationalEntity(name=row.name if row else origin.organization)
        return None

    def _pedigree(self, item: Component) -> Pedigree | None:
        bases = [link.target for link in self._links[item.id] if link.relation == "derived-from"]
        ancestors = [
            Entry(
                type=ComponentType.MACHINE_LEARNING_MODEL, name=self._components[base].name,
                purl=_purl(base),
            )
            for base in sorted(set(bases))
        ]  # fmt: skip
        return Pedigree(ancestors=ancestors) if ancestors else None

    def _facts(self, item: Component) -> Iterator[tuple[str, str]]:
        """Yield what is said of a component as names and values of properties."""
        attribution = self._report.attributions[item.id]
        yield "id", item.id
        yield "kind", item.kind
        yield "usage", item.usage
        yield "direct", str(item.direct).lower()
        for stage in item.stage:
            yield "stage", stage
        for name, codes in (
            ("jurisdiction", attribution.jurisdictions),
            ("effective-jurisdiction", attribution.effective_jurisdictions),
            ("required-jurisdiction", attribution.required_jurisdictions),
            ("unknown-origin", attribution.unknown),
        ):
            yield from ((name, code) for code in codes)
        yield from (("origin", _claim(origin)) for origin in attribution.origins)
        for license_claim in attribution.licenses:
            if license_claim.via:
                basis = f" (by {license_claim.basis} alone)" if license_claim.basis else ""
                way = _via(license_claim.via)
                yield "inherited-license", f"{license_claim.expression}{basis} {way}"
        for link in self._links[item.id]:
            if link.relation not in _NEEDS:
                how = f" ({link.how})" if link.how else ""
                yield f"link:{link.relation}", link.target + how
        yield from (("gap", reason) for reason in self._gaps.get(item.id, ()))


def _properties(facts: Iterable[tuple[str, str]]) -> list[Property]:
    return [Property(name=f"provenance:{name}", value=value) for name, value in facts if value]


def _claim(origin: Origin) -> str:
    """Return a claim as ``US seat meta (high) via pkg:…``."""
    who = f" {origin.organization}" if origin.organization else ""
    via = f" {_via(origin.via)}" if origin.via else ""
    basis = f", by {origin.basis} alone" if origin.basis else ""
    return f"{origin.jurisdiction} {origin.role}{who} ({origin.confidence}{basis}){via}"


def _via(steps: tuple[ComponentId, ...]) -> str:
    return "via " + " > ".join(steps)


def _purl(component: ComponentId) -> PackageURL | None:
    try:
        return PackageURL.from_string(component) if component.startswith("pkg:") else None
    except ValueError:
        return None


def _licenses(attribution: Attribution) -> list[DisjunctiveLicense | LicenseExpression]:
    """Return its own licenses; the format admits one expression or several single licenses."""
    found = sorted({item.expression for item in attribution.licenses if not item.via})
    if len(found) == 1 and " " in found[0]:
        return [LicenseExpression(found[0])]
    return [
        DisjunctiveLicense(id=one) if is_supported_id(one) else DisjunctiveLicense(name=one)
        for one in found
    ]


def _evidence(item: Component) -> ComponentEvidence | None:
    places = [
        Place(
            # Without a reference of their own, places would come in another order each time.
            bom_ref=f"occurrence:{item.id}:{number:05}",
            location=place.path, line=place.line or None,
            additional_context=f"{place.extractor}: {place.as_written}",
        )
        for number, place in enumerate(item.occurrences, 1)
    ]  # fmt: skip
    return ComponentEvidence(occurrences=places) if places else None


def _addresses(item: Component) -> list[ExternalReference]:
    """Return where a dataset of the hub is: it has no purl that would say so."""
    hub = "dataset:huggingface/"
    if not item.id.startswith(hub):
        return []
    name = ids.without_version(item.id).removeprefix(hub)
    url = XsUri(f"https://huggingface.co/datasets/{name}")
    return [ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=url)]
