"""The JSON report, version 1: the product's public interface (data/schema/).

One component, link, finding … a line: quick to write and to diff.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

import provenance
from provenance.descent import Lineage
from provenance.i18n import Messages
from provenance.model import (
    Component,
    Evidence,
    Finding,
    Gap,
    License,
    Link,
    Occurrence,
    Origin,
    Report,
    Substitute,
    Vulnerability,
)
from provenance.registry import Registry
from provenance.render.wording import caution, finding_message, gap_message

SCHEMA_VERSION = "1.0.0"
SCHEMA = "urn:provenance-audit:schema:report:v1"


def render(report: Report, registry: Registry, words: Messages, **_: object) -> str:
    """Return the report as JSON text, identical bytes for identical inputs."""
    lines = ["{"]
    entries = list(document(report, registry, words).items())
    for number, (key, value) in enumerate(entries):
        comma = "," if number < len(entries) - 1 else ""
        if isinstance(value, list) and value:
            items = ",\n  ".join(_compact(item) for item in value)
            lines.append(f' "{key}": [\n  {items}\n ]{comma}')
        else:
            lines.append(f' "{key}": {_compact(value)}{comma}')
    lines.append("}\n")
    return "\n".join(lines)


def _compact(value: object) -> str:
    """Return a value on one line, a space after each comma and colon."""
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def document(report: Report, registry: Registry, words: Messages) -> dict[str, Any]:
    """Return the report as the plain structure of the contract."""
    inputs, target = report.inputs, report.target
    return {
        "$schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "provenance-audit", "version": provenance.__version__},
        "created": report.created,
        "lang": words.lang,
        "target": {
            "name": target.name,
            "revision": target.revision,
            "files_seen": target.files_seen,
            "files_read": target.files_read,
            "files_ignored": target.files_ignored,
        },
        "inputs": {
            "registry": {
                "version": inputs.registry_version,
                "sha256": inputs.registry_sha256,
                "rows": inputs.registry_rows,
                "overlays": [
                    {"file": name, "sha256": digest, "rows": rows}
                    for name, digest, rows in inputs.overlays
                ],
            },
            "policy": {"id": inputs.policy_id, "sha256": inputs.policy_sha256},
            "online": inputs.online,
            "vulnerabilities_asked": inputs.vulnerabilities_asked,
            "lineage_database": (
                dict(zip(("file", "sha256", "rows"), inputs.lineage_database, strict=True))
                if inputs.lineage_database
                else None
            ),
            "hosts_contacted": list(inputs.hosts_contacted),
        },
        "components": [_component(item, report) for item in report.components],
        "links": [_link(item) for item in report.links],
        "organizations": [
            _organization(item, registry, report.created[:10]) for item in report.organizations
        ],
        "findings": [
            _finding(item, registry, words)
            for item in sorted(report.findings, key=lambda finding: finding.id)
        ],
        "substitutes": [_substitute(item, registry, words) for item in report.substitutes],
        "candidates_left_out": dict(sorted(report.excluded_candidates.items())),
        "gaps": [_gap(item, registry, words) for item in report.gaps],
        "summary": summary(report),
    }


def _component(component: Component, report: Report) -> dict[str, Any]:
    attribution = report.attributions[component.id]
    return {
        "id": component.id,
        "kind": component.kind,
        "name": component.name,
        "version": component.version,
        "direct": component.direct,
        "usage": component.usage,
        "stage": list(component.stage),
        "occurrences": [_occurrence(item) for item in component.occurrences],
        "origins": [origin(item) for item in attribution.origins],
        "jurisdictions": list(attribution.jurisdictions),
        "effective_jurisdictions": list(attribution.effective_jurisdictions),
        "required_jurisdictions": list(attribution.required_jurisdictions),
        "unknown": list(attribution.unknown),
        "licenses": [license_claim(item) for item in attribution.licenses],
        "vulnerabilities": [_vulnerability(item) for item in component.vulnerabilities],
        "lineage": _lineage(attribution.lineage),
    }


def _lineage(item: Lineage | None) -> dict[str, Any] | None:
    """Return a model's descent as the contract's structure."""
    if item is None:
        return None
    return {
        "roots": list(item.roots),
        "steps": [
            {
                "source": step.source,
                "target": step.target,
                "relation": step.relation,
                "how": step.how,
                "bases": list(step.bases),
                "confidence": step.confidence,
                "evidence": [evidence_json(one) for one in step.evidence],
            }
            for step in item.steps
        ],
        "trained_on": list(item.trained_on),
        "contradictions": [
            {
                "kind": one.kind,
                "declared": list(one.declared),
                "named": list(one.named),
                "evidence": [evidence_json(each) for each in one.evidence],
            }
            for one in item.contradictions
        ],
    }


def _vulnerability(item: Vulnerability) -> dict[str, Any]:
    return {
        "id": item.id,
        "aliases": list(item.aliases),
        "summary": item.summary,
        "fixed_in": list(item.fixed_in),
        "evidence": [evidence_json(one) for one in item.evidence],
    }


def _occurrence(item: Occurrence) -> dict[str, Any]:
    return {
        "path": item.path,
        "line": item.line,
        "as_written": item.as_written,
        "extractor": item.extractor,
        "usage": item.usage,
        "confidence": item.confidence,
    }


def origin(item: Origin) -> dict[str, Any]:
    """Return an origin claim as the contract's structure."""
    return {
        "jurisdiction": item.jurisdiction,
        "role": item.role,
        "organization": item.organization,
        "confidence": item.confidence,
        "via": list(item.via),
        "evidence": [evidence_json(one) for one in item.evidence],
        **({"basis": item.basis} if item.basis else {}),
    }


def license_claim(item: License) -> dict[str, Any]:
    """Return a license claim as the contract's structure."""
    return {
        "expression": item.expression,
        "declared_by": item.declared_by,
        "via": list(item.via),
        "terms": list(item.terms),
        "evidence": [evidence_json(one) for one in item.evidence],
        **({"basis": item.basis} if item.basis else {}),
    }


def evidence_json(item: Evidence) -> dict[str, Any]:
    """Return evidence as the contract's structure."""
    return {
        "source": item.source,
        "reference": item.reference,
        "as_of": item.as_of,
        "confidence": item.confidence,
        "note": item.note,
    }


def _link(item: Link) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source": item.source,
        "target": item.target,
        "relation": item.relation,
    }
    if item.relation == "derived-from":
        found |= {"how": item.how or "unknown", "basis": item.basis or "declared"}
    elif item.relation == "delivered-by" and item.basis:
        found["basis"] = item.basis
    elif item.relation == "depends-on":
        found |= {"basis": item.basis or "declared"}
    return found | {
        "requirement": item.requirement,
        "occurrences": [_occurrence(one) for one in item.occurrences],
        "evidence": [evidence_json(one) for one in item.evidence],
    }


def _organization(organization: str, registry: Registry, on: str) -> dict[str, Any]:
    row = registry.organization(organization)
    return {
        "id": organization,
        "name": row.name if row else organization,
        "jurisdiction": (row.seat or None) if row else None,
        "parent": registry.parent(organization, on),
    }


def _finding(item: Finding, registry: Registry, words: Messages) -> dict[str, Any]:
    return {
        "id": item.id,
        "rule": item.rule,
        "severity": item.severity,
        "confidence": item.confidence,
        "component": item.component,
        "path": list(item.path),
        "params": dict(item.params),
        "message": finding_message(item, registry, words),
        "citations": [evidence_json(one) for one in item.citations],
        "status": item.status,
    }


def _substitute(item: Substitute, registry: Registry, words: Messages) -> dict[str, Any]:
    return {
        "of": item.of,
        "candidate": item.candidate,
        "name": item.name,
        "function": item.function,
        "tier": item.tier,
        "score": item.score,
        "terms": {
            "compatibility": item.compatibility,
            "caution": caution(item.caution, registry, words) if item.caution else "",
        },
        "layers": dict(item.layers),
        "jurisdictions": list(item.jurisdictions),
        "effective_jurisdictions": list(item.effective_jurisdictions),
        "license": item.license,
        "effort": item.effort,
        "evidence": [evidence_json(one) for one in item.evidence],
    }


def _gap(item: Gap, registry: Registry, words: Messages) -> dict[str, Any]:
    where = item.location
    return {
        "subject": item.subject,
        "reason": item.reason,
        "params": dict(item.params),
        "message": gap_message(item, registry, words),
        "occurrence": {"path": where.path, "line": where.line} if where else None,
    }


def summary(report: Report) -> dict[str, Any]:
    """Return the report's counts; a component counts for every effective jurisdiction."""
    audited = [item for item in report.components if item.kind != "project"]
    attributions = report.attributions
    by_jurisdiction = Counter(
        code for item in audited for code in attributions[item.id].effective_jurisdictions
    )
    severities = Counter(item.severity for item in report.findings if item.status == "open")
    exposed = {
        f.component
        for f in report.findings
        if f.rule.startswith("exposure/") and f.status == "open"
    }
    return {
        "by_jurisdiction": dict(sorted(by_jurisdiction.items())),
        "by_kind": dict(sorted(Counter(item.kind for item in audited).items())),
        "exposed": len(exposed),
        "unknown": sum(1 for item in audited if attributions[item.id].unknown),
        "vulnerable": sum(1 for item in audited if item.vulnerabilities),
        "findings": {name: severities.get(name, 0) for name in ("high", "medium", "low", "info")},
        "gaps": len(report.gaps),
    }
