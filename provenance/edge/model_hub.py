"""The hub as a source of declared lineage and licenses (the ``ModelHub`` port)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from provenance import ids
from provenance.config import HubSettings
from provenance.edge.hub import Hub, HubRecord
from provenance.model import Evidence, Gap, LicenseDeclaration, Link
from provenance.ports import Enrichment

HOW = {
    "finetune": "finetune", "adapter": "adapter", "merge": "merge", "quantized": "quantization",
}  # fmt: skip


def cache_directory() -> Path:
    """Return where hub records are kept between runs (platformdirs)."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("provenance-audit")) / "hub"


class HuggingFaceHub:
    """Asks one hub, within its limits, and turns records into links and claims."""

    def __init__(self, settings: HubSettings, *, today: str, cache: Path | None = None) -> None:
        token = settings.token or _stored_token()
        self._hub = Hub(
            endpoint=settings.endpoint, token=token, cache_dir=cache or cache_directory(),
            offline=settings.offline, now=lambda: today,
        )  # fmt: skip

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a request was started to, sorted."""
        return self._hub.hosts_contacted

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what the hub declares for the given ids; failures are gaps."""
        links: list[Link] = []
        licenses: list[LicenseDeclaration] = []
        gaps: list[Gap] = []
        bare = {ids.without_version(component): component for component in component_ids}
        for answer in self._hub.lookup(list(bare)):
            component = bare[answer.id]
            if not isinstance(answer, HubRecord):
                gaps.append(
                    Gap(
                        subject=component, reason=f"hub-{answer.reason}",
                        params=(("detail", answer.detail),),
                    )
                )  # fmt: skip
                continue
            evidence = Evidence(source="hub", reference=answer.url, as_of=answer.retrieved[:10])
            links += _links(component, answer, evidence)
            found, missing = _licenses(component, answer, evidence)
            licenses += found
            gaps += missing
        return Enrichment(links=tuple(links), licenses=tuple(licenses), gaps=tuple(gaps))


def _links(component: str, record: HubRecord, evidence: Evidence) -> list[Link]:
    links = [
        Link(
            source=component, target=ids.hub_model(base), relation="derived-from",
            how=HOW.get(relation, "unknown"), basis="declared", evidence=(evidence,),
        )
        for base, relation in record.base_models
    ]  # fmt: skip
    if component.startswith("pkg:huggingface/"):
        links += [
            Link(
                source=component, target=ids.dataset("huggingface", name),
                relation="trained-on", evidence=(evidence,),
            )
            for name in record.datasets
            if "/" in name
        ]  # fmt: skip
    resolved = (
        ids.hub_model(record.resolved)
        if component.startswith("pkg:")
        else ids.dataset("huggingface", record.resolved)
    )
    if resolved.lower() != ids.without_version(component).lower():
        links.append(
            Link(source=component, target=resolved, relation="same-as", evidence=(evidence,))
        )
    return links


def _licenses(
    component: str, record: HubRecord, evidence: Evidence
) -> tuple[list[LicenseDeclaration], list[Gap]]:
    declared = [part.strip() for part in (record.license or "").split(",") if part.strip()]
    named = [item for item in declared if item.lower() not in ("other", "unknown")]
    if record.license_name:
        named.append(record.license_name)
    found = [
        LicenseDeclaration(component=component, raw=raw, declared_by="hub", evidence=evidence)
        for raw in named
    ]
    gaps = []
    if declared and not named:
        gaps.append(Gap(subject=component, reason="license-other"))
    return found, gaps


def _stored_token() -> str | None:
    """Return the token ``hf auth login`` stored, where the hub's own settings put it."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    path = Path(os.environ.get("HF_TOKEN_PATH") or Path(home) / "token")
    try:
        return path.read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
