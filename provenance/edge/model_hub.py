"""The hub as a source of declared lineage and licenses (the ``ModelHub`` port)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from provenance import ids
from provenance.edge.cache import cache_directory
from provenance.edge.hub import Hub, HubFailure, HubRecord
from provenance.edge.hub_environment import access
from provenance.edge.hub_records import valid_name
from provenance.errors import UsageError
from provenance.extract.models.card import HOW
from provenance.model import Evidence, Gap, LicenseDeclaration, Link
from provenance.ports import Enrichment

_NO_LICENSE = ("other", "unknown")
"""What the hub's own list offers to those who name no license there."""


class HuggingFaceHub:
    """Asks one hub, within its limits, and turns records into links and claims.

    Args:
        cached: answer from the cache and make no request.

    Raises:
        UsageError: the endpoint or the token cannot be used.
    """

    def __init__(
        self, environ: Mapping[str, str], *, today: str, cache: Path | None = None,
        cached: bool = False,
    ) -> None:  # fmt: skip
        chosen = access(environ)
        try:
            self._hub = Hub(
                endpoint=chosen.endpoint, token=chosen.token,
                offline=cached or chosen.offline,
                timeout=chosen.timeout, cache_dir=cache or cache_directory() / "hub",
                now=lambda: today,
            )  # fmt: skip
        except ValueError as error:  # its words hold neither the token nor the URL
            raise UsageError(str(error), hint="see HF_ENDPOINT and HF_TOKEN") from None

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a request was started to, sorted."""
        return self._hub.hosts_contacted

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what the hub declares for the given ids; failures are gaps."""
        links: list[Link] = []
        licenses: list[LicenseDeclaration] = []
        gaps: list[Gap] = []
        for answer in self._hub.lookup(component_ids):
            if isinstance(answer, HubFailure):
                gaps.append(_gap(answer.id, f"hub-{answer.reason}", answer.detail))
                continue
            evidence = Evidence(
                source="hub", reference=answer.url, as_of=answer.retrieved[:10], note=_note(answer)
            )
            links += _links(answer, evidence)
            licenses += _licenses(answer, evidence)
            gaps += _gaps(answer)
        return Enrichment(links=tuple(links), licenses=tuple(licenses), gaps=tuple(gaps))


def _note(record: HubRecord) -> str:
    """What the same page may no longer show another day: its commit and its gate."""
    said = {"revision": record.revision, "gated": record.gated}
    return "; ".join(f"{name} {value}" for name, value in said.items() if value)


def _links(record: HubRecord, evidence: Evidence) -> list[Link]:
    links = [
        Link(
            source=record.id, target=ids.hub_model(base), relation="derived-from",
            how=HOW.get(relation, "unknown"), basis="declared", evidence=(evidence,),
        )
        for base, relation in record.base_models
    ]  # fmt: skip
    is_model = record.id.startswith("pkg:")
    links += [
        Link(
            source=record.id, target=ids.dataset("huggingface", name), relation="trained-on",
            evidence=(evidence,),
        )
        for name in record.datasets
        if is_model and valid_name(name)
    ]  # fmt: skip
    bare = ids.without_version(record.id)
    current = (
        ids.hub_model(record.resolved)
        if is_model
        else ids.dataset("huggingface", record.resolved)
    )  # fmt: skip
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


def _gaps(record: HubRecord) -> list[Gap]:
    """What the record declares in words that name nothing."""
    gaps = [
        _gap(base, "base-model-unresolved", f"{record.id}: {record.url}")
        for base in record.unnamed_bases
    ]
    if record.id.startswith("pkg:"):
        gaps += [
            _gap(ids.dataset("huggingface", name), "hub-invalid-id", f"{record.id}: {record.url}")
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
