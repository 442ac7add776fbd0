"""The hub as a source of declared lineage and licenses (the ``ModelHub`` port)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from provenance.edge.cache import cache_directory
from provenance.edge.hub import Hub
from provenance.edge.hub_claims import HUGGINGFACE, enrichment
from provenance.edge.hub_environment import access
from provenance.errors import UsageError
from provenance.ports import Enrichment

PREFIXES = ("pkg:huggingface/", "dataset:huggingface/")
"""What ids of this hub begin with."""


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
        """Return what the hub declares for those of the ids that are its own; failures are gaps."""
        own = [item for item in component_ids if item.startswith(PREFIXES)]
        return enrichment(self._hub.lookup(own), HUGGINGFACE)
