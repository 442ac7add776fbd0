"""Records of a hub as links, license claims and gaps, whichever hub it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from provenance import ids
from provenance.edge.hub_records import HubFailure, HubRecord, valid_name
from provenance.extract.models.card import HOW
from provenance.model import Evidence, Gap, LicenseDeclaration, Link
from provenance.ports import Enrichment

_NO_LICENSE = ("other", "unknown")
"""What the hub's own list offers to those who name no license there."""


class Naming(NamedTuple):
    """How ids of one hub are made."""

    hub: str
    model: Callable[[str], str]


HUGGINGFACE = Naming("huggingface", ids.hub_model)
MODELSCOPE = Naming("modelscope", ids.modelscope_model)


def enrichment(answers: Iterable[HubRecord | HubFailure], naming: Naming) -> Enrichment:
    """Return what the records declare; failures are gaps."""
    links: list[Link] = []
    licenses: list[LicenseDeclaration] = []
    gaps: list[Gap] = []
    for answer in answers:
        if isinstance(answer, HubFailure):
            gaps.append(_gap(answer.id, f"hub-{answer.reason}", answer.detail))
            continue
        evidence = Evidence(
            source="hub", reference=answer.url, as_of=answer.retrieved[:10], note=_note(answer)
        )
        links += _links(answer, evidence, naming)
        licenses += _licenses(answer, evidence)
        gaps += _gaps(answer, naming)
    return Enrichment(links=tuple(links), licenses=tuple(licenses), gaps=tuple(gaps))


def _note(record: HubRecord) -> str:
    """What the same page may no longer show another day: its commit and its gate."""
    said = {"revision": record.revision, "gated": record.gated}
    return "; ".join(f"{name} {value}" for name, value in said.items() if value)


def _links(record: HubRecord, evidence: Evidence, naming: Naming) -> list[Link]:
    links = [
        Link(
            source=record.id, target=naming.model(base.name), relation="derived-from",
            how=HOW.get(base.relation, "unknown"), basis=base.basis, evidence=(evidence,),
        )
        for base in record.base_models
    ]  # fmt: skip
    is_model = not record.id.startswith("dataset:")
    links += [
        Link(
            source=record.id, target=ids.dataset(naming.hub, name), relation="trained-on",
            evidence=(evidence,),
        )
        for name in record.datasets
        if is_model and valid_name(name)
    ]  # fmt: skip
    bare = ids.without_version(record.id)
    current = (
        naming.model(record.resolved) if is_model else ids.dataset(naming.hub, record.resolved)
    )
    if current.lower() != bare.lower():  # names that differ in case only are one repository
        current += record.id.removeprefix(bare)
        links.append(
            Link(source=record.id, target=current, relation="same-as", evidence=(evidence,))
        )
    return links


def _licenses(record: HubRecord, evidence: Evidence) -> list[LicenseDeclaration]:
    named = [item for item in record.licenses if item.lower() not in _NO_LICENSE]
    if record.license_name and record.license_name not in named:
        named.append(record.license_name)
    return [
        LicenseDeclaration(component=record.id, raw=raw, declared_by="hub", evidence=evidence)
        for raw in named
    ]


def _gaps(record: HubRecord, naming: Naming) -> list[Gap]:
    """What the record declares in words that name nothing, or itself."""
    gaps = [
        _gap(base, "base-model-unresolved", f"{record.id}: {record.url}")
        for base in record.unnamed_bases
    ]
    if record.names_itself:
        gaps.append(_gap(record.id, "base-is-itself", record.url))
    if not record.id.startswith("dataset:"):
        gaps += [
            _gap(ids.dataset(naming.hub, name), "hub-invalid-id", f"{record.id}: {record.url}")
            for name in record.datasets
            if not valid_name(name)
        ]
    if record.licenses and not record.license_name and all(
        item.lower() in _NO_LICENSE for item in record.licenses
    ):  # fmt: skip
        gaps.append(_gap(record.id, "license-other", record.url))
    return gaps


def _gap(subject: str, reason: str, detail: str) -> Gap:
    return Gap(subject=subject, reason=reason, params=(("detail", detail),))
