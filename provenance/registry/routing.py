"""Routers, services that hand requests on to others, and the makers that their names begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from provenance import ids
from provenance.registry import Registry
from provenance.registry.tables import Claim, Keyed

_PLATFORMS = frozenset({("zhipu", "zai"), ("zai", "zhipu")})
"""Two platforms of one maker whose names do not say so (``minimax`` and ``minimax-intl`` do)."""


class Routing:
    """What one registry knows of routers."""

    def __init__(self, registry: Registry, api_owner: Callable[[str], str | None]) -> None:
        """Take a registry, and what tells whose own family a model's bare name is of."""
        self._registry = registry
        self._api_owner = api_owner

    @cached_property
    def makers(self) -> Mapping[str, str]:
        """The service with models of its own that a router means by the part before a slash."""
        routed = self._registry.identified_by("prefix").items()
        own = {prefix: service for prefix, service in routed if not prefix.endswith(":")}
        own |= self._registry.identified_by("maker")
        return {prefix: service for prefix, service in own.items() if service in self._owners}

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """What stands before ``maker/model``: a router, or one that serves others' weights."""
        return frozenset(
            prefix
            for prefix, service in self._registry.identified_by("prefix").items()
            if self.is_router(service) or self.serves_others(service)
        )

    def may_be_routed(self, name: str) -> bool:
        """Tell whether the part before a slash is a maker's or a router's: cheap, to begin with."""
        prefix = name.partition("/")[0]
        return prefix in self.makers or prefix in self.prefixes

    def maker_model(self, name: str) -> str | None:
        """Return the maker whose own API ``maker/model`` names, as routers write it.

        ``google/gemini-2.5-flash`` is one, ``google/gemma-2-9b`` a hub repository: what
        a maker offers through its API alone no hub has. Routers write small letters.
        """
        prefix, slash, model = name.partition("/")
        maker = self.makers.get(prefix) if slash else None
        if maker is None or name != name.lower():
            return None
        return maker if self._api_owner(model.partition(":")[0]) == maker else None

    @cached_property
    def providers(self) -> Mapping[str, str]:
        """Services of models by the names that sections and variables have for them."""
        return self._registry.identified_by("provider")

    def serves_others(self, service: str) -> bool:
        """Tell whether a service runs models of others, and is known for none of its own."""
        if service in self._owners:
            return False
        return not self._claims.get(f"model:{service.removeprefix('service:')}/*")

    def publishes(self, service: str, owner: str, name: str) -> bool:
        """Tell whether a service has a model of another's family from who publishes it there.

        Clouds serve what their owner, or a maker, also serves itself: Gemini on Vertex AI.
        """
        here, there = self._publishers(service, name), self._publishers(owner, name)
        return not here.isdisjoint(there)

    def _publishers(self, service: str, name: str) -> frozenset[str]:
        model = ids.api_model(service.removeprefix("service:"), name)
        return frozenset(row.organization for row in self._claims.find(model)[1])

    def also_serves(self, service: str, name: str) -> bool:
        """Tell whether a service with models of its own is known to serve another's of a name.

        A cloud that offers open weights has claims for them beside those of its own.
        """
        slug = service.removeprefix("service:")
        key, _ = self._claims.find(f"model:{slug}/{name.lower()}")
        return key not in ("", f"model:{slug}/*")

    @staticmethod
    def same_maker(owner: str, service: str) -> bool:
        """Tell whether a service is another platform of a maker's, with the same models."""
        one, other = owner.removeprefix("service:"), service.removeprefix("service:")
        return (
            other.startswith(f"{one}-") or one.startswith(f"{other}-") or (one, other) in _PLATFORMS
        )

    @cached_property
    def _owners(self) -> frozenset[str]:
        return frozenset(self._registry.identified_by("family").values())

    @cached_property
    def _claims(self) -> Keyed[Claim]:
        return self._registry.table("origin_registry.csv", Claim)

    def is_router(self, service: str) -> bool:
        """Tell whether a service hands requests on to others, by names like ``openai/gpt-4o``."""
        return "llm.router" in self._registry.functions(service)

    @cached_property
    def signs(self) -> Mapping[bytes, str]:
        """Texts in a source that speak of a router: hosts, variables, its clients on npm."""
        found: dict[bytes, str] = {}
        for scheme in ("host", "env"):
            for sign, service in self._registry.identified_by(scheme).items():
                if "*" not in sign and self.is_router(service):
                    found[sign.encode()] = service
        for client, service in self._registry.identified_by("client").items():
            if client.startswith("pkg:npm/") and self.is_router(service):
                name = ids.short(client)
                found |= {f"{quote}{name}{quote}".encode(): service for quote in "\"'"}
        return found

    @cached_property
    def plain(self) -> Mapping[str, str]:
        """The router that functions of an npm package mean by a plain name, by the package."""
        found: dict[str, str] = {}
        for row in self._registry.script_calls:
            service = ids.service(row.provider.removeprefix("prefix:"))
            if row.provider.startswith("prefix:") and self.is_router(service):
                found[row.callable.partition("#")[0]] = service
        return found
