"""Counts over the registry, for ``provenance registry stats`` and the docs."""

from __future__ import annotations

from collections import Counter

from provenance.registry import Registry, tables


def statistics(registry: Registry) -> dict[str, dict[str, int]]:
    """Return counts by table, by kind of key, by confidence, jurisdiction and source."""
    claims = list(registry.rows("origin_registry.csv", tables.Claim))
    organizations = registry.organizations
    lineage = list(registry.rows("lineage.csv", tables.Lineage))
    kinds = Counter(_kind(row.key) for row in claims)
    seats = Counter(
        organizations[row.organization].seat or "(none)"
        for row in claims
        if row.organization in organizations
    )
    return {
        "rows": {
            name: sum(1 for line in text.splitlines()[1:] if line)
            for name, text in registry.texts()
        },
        "claims by kind of key": dict(kinds.most_common()),
        "claims by role": dict(Counter(row.role for row in claims).most_common()),
        "claims by confidence": dict(Counter(row.confidence for row in claims).most_common()),
        "claims by source": {
            "with a source": sum(1 for row in claims if row.source),
            "without a source": sum(1 for row in claims if not row.source),
        },
        "claims by jurisdiction of the organization": dict(seats.most_common()),
        "organizations by confidence": dict(
            Counter(row.confidence for row in organizations.values()).most_common()
        ),
        "lineage by relation": dict(
            Counter(row.how or row.relation for row in lineage).most_common()
        ),
    }


def _kind(key: str) -> str:
    return key.partition("/")[0] if key.startswith("pkg:") else key.partition(":")[0]
