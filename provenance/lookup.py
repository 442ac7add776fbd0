"""Answers about single names, from the same street as a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from provenance import ids
from provenance.model import Attribution, ComponentId, Evidence
from provenance.pipeline import examine
from provenance.registry import Registry
from provenance.registry.tables import evidence_of
from provenance.render.json_v1 import evidence_json, license_claim, origin
from provenance.vocabulary import Vocabulary

_SCHEMES = ("pkg:", "model:", "dataset:", "service:", "platform:")
_NAMESPACES = ("huggingface:", "modelscope:", "github:")
_PROBE = "·"
"""A repository name that cannot exist, to ask about a namespace as a whole."""


class Answer(Struct, frozen=True, kw_only=True):
    """What is known of one query; ``tried`` lists the keys that were looked under."""

    query: str
    id: ComponentId
    attribution: Attribution
    tried: tuple[str, ...]
    publishers: tuple[tuple[str, Evidence], ...] = ()
    """Who is named without a known seat (volunteers, individuals), with the evidence."""


class Lookup:
    """Resolves queries to components and audits them all at once."""

    def __init__(self, registry: Registry, created: str) -> None:
        self._registry = registry
        self._created = created
        self._vocabulary = Vocabulary(registry)

    def answers(self, queries: Sequence[str]) -> tuple[Answer, ...]:
        """Return one answer per query, in order."""
        resolved = {query: self.resolve(query) for query in queries}
        wanted = sorted({component for component in resolved.values() if component})
        found: Mapping[ComponentId, Attribution] = examine(wanted, self._registry, self._created)
        return tuple(
            Answer(
                query=query,
                id=_shown(resolved[query]),
                attribution=found.get(resolved[query], Attribution()),
                tried=self._tried(query, resolved[query]),
                publishers=self._publishers(resolved[query]),
            )
            for query in queries
        )

    def resolve(self, query: str) -> ComponentId:
        """Return the component a query means, or "" when no table says."""
        if query.startswith("host:"):
            return self._vocabulary.service_of_host(query[5:]) or ""
        if query.startswith(("env:", "import:")):
            return self._registry.identified(query) or ""
        if query.startswith(_NAMESPACES):
            scheme, _, namespace = query.partition(":")
            head = {"huggingface": "pkg:huggingface", "modelscope": "model:modelscope",
                    "github": "pkg:github"}[scheme]  # fmt: skip
            return f"{head}/{namespace}/{_PROBE}"
        if query.startswith("pkg:pypi/"):
            name, _, version = query.removeprefix("pkg:pypi/").partition("@")
            return ids.pypi(name) + (f"@{version}" if version else "")
        if query.startswith("pkg:npm/@"):
            return query.replace("@", "%40", 1)  # as people write a scope
        if query.startswith(_SCHEMES):
            return query
        if query.startswith("@") and "/" in query:
            return ids.package("npm", query)
        alias = self._vocabulary.alias(query)
        if alias:
            return alias
        return ids.hub_model(query) if ids.is_hub_repository(query) else ids.pypi(query)

    def _publishers(self, component: ComponentId) -> tuple[tuple[str, Evidence], ...]:
        claims = self._registry.claims(component, self._created[:10]) if component else ()
        found = []
        for claim in claims:
            organization = self._registry.organization(claim.organization)
            if claim.organization and (organization is None or not organization.seat):
                found.append((claim.organization, evidence_of(claim)))
        return tuple(found)

    def _tried(self, query: str, component: ComponentId) -> tuple[str, ...]:
        keys = (k for k in ids.lookup_keys(component) if _PROBE not in k) if component else ()
        return tuple(keys) or (query,)


def _shown(component: ComponentId) -> ComponentId:
    """Return a component's id, or its namespace key when it stood for a namespace."""
    if component.endswith(f"/{_PROBE}"):
        return ids.lookup_keys(component)[-1]
    return component


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the contract's structure."""
    attribution = answer.attribution
    return {
        "query": answer.query,
        "id": answer.id,
        "jurisdictions": list(attribution.jurisdictions),
        "effective_jurisdictions": list(attribution.effective_jurisdictions),
        "required_jurisdictions": list(attribution.required_jurisdictions),
        "origins": [origin(item) for item in attribution.origins],
        "licenses": [license_claim(item) for item in attribution.licenses],
        "publishers_without_seat": [
            {"organization": name, "evidence": [evidence_json(item)]}
            for name, item in answer.publishers
        ],
        "tried": list(answer.tried),
    }
