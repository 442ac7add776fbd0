"""Sentences shared by every reader-facing format, in the language of the messages."""

from __future__ import annotations

from collections.abc import Mapping

from provenance import ids
from provenance.descent import Lineage, Step
from provenance.i18n import Messages
from provenance.model import (
    ComponentId,
    Evidence,
    Finding,
    Gap,
    License,
    Origin,
    Substitute,
    Vulnerability,
)
from provenance.policy import Policy
from provenance.registry import Registry

_NAMES = 5
"""Names of one list that a sentence gives before it only counts the rest."""
_PARENTS = 6
"""Bases of one model, and roots of its chain, that are named."""


def clean(text: str) -> str:
    """Return text with control and direction-changing characters made visible."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def component_name(component: ComponentId, registry: Registry) -> str:
    """Return a component as a reader knows it: ``OpenAI API``, ``torch@2.3.1``."""
    if component.startswith(("service:", "platform:")):
        return clean(registry.display_name(component))
    if component.startswith("dataset:"):
        return clean(component.partition("/")[2])
    return clean(ids.short(component))


def path_of(finding: Finding, registry: Registry) -> str:
    """Return a finding's path as ``project → … → component``."""
    return " → ".join(component_name(step, registry) for step in finding.path)


def denied_by(policy: Policy, words: Messages) -> str:
    """Return what a policy denies: ``US``, ``everything outside CN``."""
    comma = words("label.comma")
    parts = [comma.join(policy.denied_names)] if policy.denied_names else []
    if policy.allowed_names:
        parts.append(words("label.outside", names=comma.join(policy.allowed_names)))
    return comma.join(parts)


def finding_message(finding: Finding, registry: Registry, words: Messages) -> str:
    """Return what a finding says, as one sentence."""
    params = dict(finding.params)
    said = _sentence(f"finding.{finding.rule}", finding, params, registry, words)
    if not any(name.startswith("weights-") for name in params):
        return said
    shown = {name.removeprefix("weights-"): value for name, value in params.items()}
    kind = finding.rule.partition("/")[0]
    weighed = _sentence(f"by-weights.{kind}", finding, shown, registry, words)
    if weights_alone(finding):
        return weighed
    return words("label.sentences", first=said, second=weighed)


def weights_alone(finding: Finding) -> bool:
    """Tell whether a finding stands on what weights show and on nothing that somebody states."""
    params = dict(finding.params)
    weighed = [name for name in params if name.startswith("weights-")]
    return bool(weighed) and not any(params.get(n.removeprefix("weights-")) for n in weighed)


def rule_of(finding: Finding) -> str:
    """Return the id of the message that names a finding's kind."""
    kind = finding.rule.partition("/")[0]
    return f"rule.{kind}/by-weights" if weights_alone(finding) else f"rule.{finding.rule}"


def _sentence(
    message: str, finding: Finding, params: Mapping[str, str], registry: Registry, words: Messages
) -> str:
    organizations = [
        organization_name(name, registry, words) for name in params.get("organizations", "").split()
    ]
    return words(
        message,
        component=component_name(finding.component, registry),
        jurisdictions=", ".join(params.get("jurisdictions", "").split()),
        organizations=words("label.comma").join(organizations) or "–",
        model=clean(params.get("model", "")),
        declared=clean(params.get("declared", "")),
        inherited=clean(params.get("inherited", "")),
        beside=words("label.comma").join(
            component_name(name, registry) for name in params.get("beside", "").split()
        ),
        packages=_few([ids.short(name) for name in params.get("packages", "").split()], words),
        count=params.get("count", ""),
        base=clean(params.get("base", "")),
        database=clean(params.get("database", "")),
        p=params.get("p", ""),
        statistic=params.get("statistic", ""),
        terms=words("label.comma").join(params.get("terms", "").split()),
        said=said_of(params.get("bases", ""), registry, words),
        named=words("label.comma").join(
            component_name(name, registry) for name in params.get("named", "").split()
        ),
        advisories=_few(params.get("advisories", "").split(), words),
        ancestors=words("label.comma").join(
            component_name(name, registry) for name in params.get("unknown", "").split()
        ),
    )


def said_of(bases: str, registry: Registry, words: Messages) -> str:
    """Return what a model is said to be: made from these bases, or trained from scratch."""
    names = [component_name(name, registry) for name in bases.split()]
    if not names:
        return words("label.from-scratch")
    return words("label.made-from", names=words("label.comma").join(names))


def step_text(step: Step, registry: Registry, words: Messages) -> str:
    """Return one step of a descent as ``fine-tune: org/base (declared)``."""
    how = words(f"how.{step.how}") if step.how else "="
    bases = words("label.comma").join(words(f"basis.{basis}") for basis in step.bases)
    return f"{how}: {component_name(step.target, registry)}" + (f" ({bases})" if bases else "")


def made_from(
    component: ComponentId, lineage: Lineage | None, registry: Registry, words: Messages
) -> str:
    """Return what a model itself is said to be made from, and where the chain ends."""
    own = [step for step in lineage.steps if step.source == component] if lineage else []
    if lineage is None or not own:
        return ""
    parts = [step_text(step, registry, words) for step in own[:_PARENTS]]
    if len(own) > _PARENTS:
        parts.append(f"+{len(own) - _PARENTS}")
    if not set(lineage.roots) <= {step.target for step in own}:
        names = [component_name(root, registry) for root in lineage.roots[:_PARENTS]]
        parts.append(words("label.roots", roots=words("label.comma").join(names)))
    return "; ".join(parts)


def _few(names: list[str], words: Messages) -> str:
    """Return the first names of a list, and how many more there are."""
    more = f" +{len(names) - _NAMES}" if len(names) > _NAMES else ""
    return words("label.comma").join(clean(name) for name in names[:_NAMES]) + more


def advisory(item: Vulnerability, words: Messages) -> str:
    """Return an advisory as ``GHSA-… (CVE-…): what it says; fixed in 2.20.0``."""
    comma = words("label.comma")
    return words(
        "label.advisory",
        id=item.id + (f" ({comma.join(item.aliases)})" if item.aliases else ""),
        summary=clean(item.summary) or "–",
        fixed=words("label.fixed", versions=comma.join(map(clean, item.fixed_in)))
        if item.fixed_in else words("label.not-fixed"),
    )  # fmt: skip


def organization_name(organization: str, registry: Registry, words: Messages) -> str:
    """Return an organization's usual name in the report's language."""
    row = registry.organization(organization)
    if row is None:
        return clean(organization)
    return row.name_zh if words.lang == "zh-CN" and row.name_zh else row.name


def gap_message(gap: Gap, registry: Registry, words: Messages) -> str:
    """Return what a gap says, as one sentence."""
    params = {key: clean(value) for key, value in gap.params}
    if "organization" in params:
        params["organization"] = organization_name(params["organization"], registry, words)
    return words(f"gap.{gap.reason}", subject=clean(gap.subject), **params)


def claim(origin: Origin, registry: Registry, words: Messages) -> str:
    """Return a claim as ``US: operator OpenAI (high)``."""
    who = organization_name(origin.organization, registry, words) if origin.organization else ""
    role = f"role.{origin.role}" + (f"-by-{origin.basis}" if origin.basis else "")
    return words(
        "label.claim" if who else "label.claim-unnamed",
        jurisdiction=origin.jurisdiction, role=words(role), organization=who,
        confidence=words(f"confidence.{origin.confidence}"),
    )  # fmt: skip


def layers(item: Substitute, words: Messages) -> str:
    """Return how much of a candidate's layers is American, layer by layer."""
    return words("label.comma").join(
        f"{words(f'layer.{name}')} {words(f'state.{state}')}" for name, state in item.layers
    )


def caution(code: str, registry: Registry, words: Messages) -> str:
    """Return in words what a candidate's row warns of; text of one's own rows as it is.

    Args:
        code: ``list:date:organization?``, as data/README.md has it.
    """
    sure = code.removesuffix("?")
    listed, _, rest = sure.partition(":")
    if f"caution.{listed}" not in words:
        return clean(code)
    date, _, whom = rest.partition(":")
    name = organization_name(whom, registry, words) if whom else words("caution.maker")
    said = words(f"caution.{listed}", date=clean(date), whom=name)
    return said if sure == code else words("caution.recalled", said=said)


def through(
    item: License, steps: tuple[ComponentId, ...], registry: Registry, words: Messages
) -> str:
    """Return how an inherited license came: ``through org/base``, and whether by weights alone."""
    names = " → ".join(component_name(step, registry) for step in steps)
    return words(f"label.via-{item.basis}" if item.basis else "label.via", component=names)


def citation(evidence: Evidence, words: Messages) -> str:
    """Return evidence as ``https://… (as of 2026-10-01, high)``."""
    return words(
        "label.citation", reference=clean(evidence.reference), as_of=evidence.as_of or "–",
        confidence=words(f"confidence.{evidence.confidence}"),
    )  # fmt: skip
