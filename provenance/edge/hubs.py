"""Every hub there is, behind one port: an id is asked of the hub that its prefix names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from provenance.edge.cache import cache_directory
from provenance.edge.hub_claims import MODELSCOPE, enrichment
from provenance.edge.hub_environment import modelscope_access
from provenance.edge.model_hub import HuggingFaceHub
from provenance.edge.modelscope import ModelScope
from provenance.errors import UsageError
from provenance.ports import Enrichment, ModelHub

PREFIXES = ("model:modelscope/", "dataset:modelscope/")
"""What ids of ModelScope begin with."""


class ModelScopeHub:
    """Asks ModelScope, within its limits, and turns records into links and claims.

    Args:
        cached: answer from the cache and make no request.

    Raises:
        UsageError: the endpoint or the token cannot be used.
    """

    def __init__(
        self, environ: Mapping[str, str], *, today: str, cache: Path | None = None,
        cached: bool = False,
    ) -> None:  # fmt: skip
        chosen = modelscope_access(environ)
        try:
            self._hub = ModelScope(
                endpoint=chosen.endpoint, token=chosen.token,
                offline=cached or chosen.offline,
                timeout=chosen.timeout, cache_dir=cache or cache_directory() / "modelscope",
                now=lambda: today,
            )  # fmt: skip
        except ValueError as error:  # its words hold neither the token nor the URL
            raise UsageError(
                str(error), hint="see MODELSCOPE_ENDPOINT, MODELSCOPE_DOMAIN, MODELSCOPE_API_TOKEN"
            ) from None

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a request was started to, sorted."""
        return self._hub.hosts_contacted

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what ModelScope declares for those of the ids that are its own."""
        own = [item for item in component_ids if item.startswith(PREFIXES)]
        return enrichment(self._hub.lookup(own), MODELSCOPE)


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
