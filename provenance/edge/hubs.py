"""Every hub there is, behind one port: an id is asked of the hub that its prefix names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provenance.edge.model_hub import HuggingFaceHub, ModelScopeHub
from provenance.ports import Enrichment, ModelHub


class Hubs:
    """Several hubs as one; each passes over the ids that are not its own."""

    def __init__(self, *hubs: ModelHub) -> None:
        self._hubs = hubs

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host that any of them sent a byte to, sorted."""
        return tuple(sorted({host for hub in self._hubs for host in hub.hosts_contacted}))

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what each hub declares for its own ids; failures are gaps."""
        found = [hub.describe(component_ids) for hub in self._hubs]
        return Enrichment(
            links=tuple(link for one in found for link in one.links),
            licenses=tuple(item for one in found for item in one.licenses),
            gaps=tuple(gap for one in found for gap in one.gaps),
        )


def every_hub(environ: Mapping[str, str], *, today: str, cached: bool = False) -> Hubs:
    """Return the hubs as the environment names them.

    Args:
        cached: answer from the cache and make no request.

    Raises:
        UsageError: an endpoint or a token cannot be used.
    """
    return Hubs(
        HuggingFaceHub(environ, today=today, cached=cached),
        ModelScopeHub(environ, today=today, cached=cached),
    )
