"""A hub as a source of declared lineage and licenses (the ``ModelHub`` port)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from provenance.edge.cache import cache_directory
from provenance.edge.hub import Hub
from provenance.edge.hub_claims import HUGGINGFACE, MODELSCOPE, Naming, enrichment
from provenance.edge.hub_environment import Access, access, modelscope_access
from provenance.edge.modelscope import ModelScope
from provenance.errors import UsageError
from provenance.ports import Enrichment


class OneHub:
    """Asks one hub, within its limits, and turns records into links and claims.

    Args:
        cached: answer from the cache and make no request.

    Raises:
        UsageError: the endpoint or the token cannot be used.
    """

    client: ClassVar[type[Hub] | type[ModelScope]]
    naming: ClassVar[Naming]
    folder: ClassVar[str]
    """Where its records lie in the cache."""
    prefixes: ClassVar[tuple[str, ...]]
    """What ids of this hub begin with."""
    hint: ClassVar[str]

    def __init__(
        self, environ: Mapping[str, str], *, today: str, cache: Path | None = None,
        cached: bool = False,
    ) -> None:  # fmt: skip
        chosen = self.access(environ)
        try:
            self._hub = self.client(
                endpoint=chosen.endpoint, token=chosen.token,
                offline=cached or chosen.offline,
                timeout=chosen.timeout, cache_dir=cache or cache_directory() / self.folder,
                now=lambda: today,
            )  # fmt: skip
        except ValueError as error:  # its words hold neither the token nor the URL
            raise UsageError(str(error), hint=self.hint) from None

    @staticmethod
    def access(environ: Mapping[str, str]) -> Access:
        """Return whom to ask, as whom and how long."""
        raise NotImplementedError

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a request was started to, sorted."""
        return self._hub.hosts_contacted

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what the hub declares for those of the ids that are its own; failures are gaps."""
        own = [item for item in component_ids if item.startswith(self.prefixes)]
        return enrichment(self._hub.lookup(own), self.naming)


class HuggingFaceHub(OneHub):
    """The hub of Hugging Face, or a mirror of it."""

    client = Hub
    naming = HUGGINGFACE
    folder = "hub"
    prefixes = ("pkg:huggingface/", "dataset:huggingface/")
    hint = "see HF_ENDPOINT and HF_TOKEN"
    access = staticmethod(access)


class ModelScopeHub(OneHub):
    """ModelScope."""

    client = ModelScope
    naming = MODELSCOPE
    folder = "modelscope"
    prefixes = ("model:modelscope/", "dataset:modelscope/")
    hint = "see MODELSCOPE_ENDPOINT, MODELSCOPE_DOMAIN, MODELSCOPE_API_TOKEN"
    access = staticmethod(modelscope_access)
