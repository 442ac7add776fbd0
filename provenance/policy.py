"""Policies: which jurisdictions are denied, how much each exposure weighs. Data, not code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, cast

from msgspec import Struct

from provenance.errors import PolicyError
from provenance.model import (
    CONFIDENCES,
    OWN_ROLES,
    SEVERITIES,
    USAGES,
    Confidence,
    Jurisdiction,
    Kind,
    Role,
    Severity,
    Usage,
)
from provenance.registry import Registry

EXPOSURES = (
    "hosted-api", "hosted-service", "closed-weights", "open-weights", "derived-weights",
    "dataset", "package", "container", "platform", "delivery-channel",
)  # fmt: skip
"""The kinds of exposure; docs/policies.md says what each means."""

_REACH: dict[str, frozenset[Role]] = {
    "seat": frozenset({"seat", "operator"}),
    "control": frozenset({"seat", "operator", "control"}),
    "strict": OWN_ROLES,
}
_KEYS = frozenset(
    "id version title deny allow reach fail_on exposure unknown usage confidence "
    "license lineage channel vulnerability substitutes".split()
)
_KINDS = frozenset({"package", "model", "dataset", "service", "container", "platform"})


class Policy(Struct, frozen=True, kw_only=True):
    """A validated policy; ``sha256`` is the digest of the text it was read from."""

    id: str
    sha256: str
    deny: frozenset[Jurisdiction]
    allow: frozenset[Jurisdiction]
    roles: frozenset[Role]
    fail_on: Severity
    exposure: Mapping[str, Severity]
    unknown: Mapping[Kind, Severity]
    usage: Mapping[Usage, Severity]
    confidence: Mapping[Confidence, Severity]
    inherited_terms: Severity
    """How much a declared license weighs that leaves out terms of a base model's."""
    contradiction: Severity
    """How much statements on a model's descent weigh that do not fit together."""
    undeclared_base: Severity
    """How much weights weigh that agree with a base which nothing declares."""
    dependency_confusion: Severity
    """How much an index weighs that is asked beside another one for the same names."""
    vulnerability: Severity
    """How much a package weighs that a published advisory is on: services give no severity."""
    prefer: tuple[str, ...]
    limit: int
    denied_names: tuple[str, ...]
    allowed_names: tuple[str, ...]
    """The two lists as the policy's author wrote them, blocs unexpanded."""

    def denied(self, codes: tuple[Jurisdiction, ...]) -> tuple[Jurisdiction, ...]:
        """Return those of the given jurisdictions that the policy denies."""
        return tuple(
            code
            for code in codes
            if code in self.deny or (bool(self.allow) and code not in self.allow)
        )

    def severity(self, severity: Severity, usage: Usage, confidence: Confidence) -> Severity:
        """Return a severity lowered to what this usage and confidence weigh at most."""
        caps = (self.usage.get(usage, severity), self.confidence.get(confidence, severity))
        return min(severity, *caps, key=SEVERITIES.index)


def load(text: str, name: str, registry: Registry) -> Policy:
    """Read and validate a policy.

    Args:
        text: TOML.
        name: what errors call it (a path or a shipped policy's id).

    Raises:
        PolicyError: naming the key that cannot be used.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: {error}", hint="a policy is a TOML file") from error
    _check_keys(data, _KEYS, name, "")
    reach = data.get("reach", "strict")
    if not isinstance(reach, str) or reach not in _REACH:
        raise PolicyError(f"{name}: reach = {reach!r}", hint="one of seat, control, strict")
    deny, allow = _codes(data, "deny", name), _codes(data, "allow", name)
    if not deny and not allow:
        raise PolicyError(f"{name}: neither deny nor allow names a jurisdiction")
    licenses = _table(data, "license", name)
    _check_keys(licenses, frozenset({"inherited-terms"}), name, "license.")
    lineage = _table(data, "lineage", name)
    _check_keys(lineage, frozenset({"contradiction", "undeclared-base"}), name, "lineage.")
    channels = _table(data, "channel", name)
    _check_keys(channels, frozenset({"dependency-confusion"}), name, "channel.")
    vulnerability = _table(data, "vulnerability", name)
    _check_keys(vulnerability, frozenset({"known"}), name, "vulnerability.")
    substitutes = _table(data, "substitutes", name)
    _check_keys(substitutes, frozenset({"prefer", "limit"}), name, "substitutes.")
    limit = substitutes.get("limit", 3)
    if not isinstance(limit, int) or not 0 <= limit <= 20:
        raise PolicyError(f"{name}: substitutes.limit = {limit!r}", hint="0 to 20")
    known = registry.jurisdictions
    for code in (*deny, *allow):
        if code not in known and registry.members(code) == {code}:
            near = get_close_matches(code, known, 1)
            raise PolicyError(
                f"{name}: unknown jurisdiction {code!r}",
                hint=f"did you mean {near[0]}?" if near else "see data/jurisdictions.csv",
            )
    return Policy(
        id=str(data.get("id") or name),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        deny=frozenset().union(*(registry.members(code) for code in deny)),
        allow=frozenset().union(*(registry.members(code) for code in allow)),
        roles=_REACH[reach],
        fail_on=_severity(data.get("fail_on", "high"), name, "fail_on"),
        exposure=_required(data, "exposure", frozenset(EXPOSURES), name),
        unknown=cast("Mapping[Kind, Severity]", _required(data, "unknown", _KINDS, name)),
        usage=cast("Mapping[Usage, Severity]", _severities(data, "usage", frozenset(USAGES), name)),
        confidence=cast(
            "Mapping[Confidence, Severity]",
            _severities(data, "confidence", frozenset(CONFIDENCES), name),
        ),
        inherited_terms=_severity(
            licenses.get("inherited-terms", "low"), name, "license.inherited-terms"
        ),
        contradiction=_severity(lineage.get("contradiction", "low"), name, "lineage.contradiction"),
        undeclared_base=_severity(
            lineage.get("undeclared-base", "medium"), name, "lineage.undeclared-base"
        ),
        dependency_confusion=_severity(
            channels.get("dependency-confusion", "low"), name, "channel.dependency-confusion"
        ),
        vulnerability=_severity(vulnerability.get("known", "medium"), name, "vulnerability.known"),
        prefer=_codes(substitutes, "prefer", name),
        limit=limit,
        denied_names=deny,
        allowed_names=allow,
    )


def _check_keys(data: Mapping[str, Any], known: frozenset[str], name: str, at: str) -> None:
    for key in data:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise PolicyError(
                f"{name}: unknown key {at}{key}",
                hint=f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}",
            )


def _table(data: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise PolicyError(f"{name}: {key} is not a table")
    return value


def _codes(data: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PolicyError(f"{name}: {key} is not a list of jurisdiction codes")
    return tuple(value)


def _severity(value: object, name: str, at: str) -> Severity:
    if value not in SEVERITIES:
        raise PolicyError(f"{name}: {at} = {value!r}", hint="one of " + ", ".join(SEVERITIES))
    return value


def _required(
    data: Mapping[str, Any], key: str, known: frozenset[str], name: str
) -> dict[str, Severity]:
    """Read a table that must give every kind a severity.

    A kind left out would pass unseen, and not knowing would print as nothing found.
    """
    found = _severities(data, key, known, name)
    missing = sorted(known - found.keys())
    if missing:
        raise PolicyError(
            f"{name}: {key} says nothing of {', '.join(missing)}",
            hint='every kind needs a severity; "info" is the weakest',
        )
    return found


def _severities(
    data: Mapping[str, Any], key: str, known: frozenset[str], name: str
) -> dict[str, Severity]:
    table = _table(data, key, name)
    _check_keys(table, known, name, f"{key}.")
    return {item: _severity(value, name, f"{key}.{item}") for item, value in table.items()}
