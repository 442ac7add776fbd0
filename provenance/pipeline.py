"""scan(): the whole street on one page.

discover → extract → resolve → graph → attribute → assess → substitute → report
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

import provenance
from provenance import ids
from provenance.assess import assess
from provenance.attribute import attribute
from provenance.audit import Audit
from provenance.discover import Walk
from provenance.discover.reading import git_revision
from provenance.documents import extract_all
from provenance.errors import NothingToAudit, UsageError
from provenance.extract import extractor_for
from provenance.graph import Graph
from provenance.model import (
    Attribution,
    ComponentId,
    Extraction,
    Gap,
    Inputs,
    LicenseDeclaration,
    Report,
    Target,
)
from provenance.policy import Policy
from provenance.ports import OFFLINE, Memory, Outside, Spread
from provenance.registry import Registry
from provenance.resolve import RESOLVERS, Inventory, lineage, merge
from provenance.substitute import propose
from provenance.vocabulary import Vocabulary


class Scanned(Struct, frozen=True, kw_only=True):
    """A report with the graph it was made from, for questions the report does not answer."""

    report: Report
    audit: Audit


def scan(
    path: Path, *, registry: Registry, policy: Policy, created: str, outside: Outside = OFFLINE,
    gate_only: bool = False, spread: Spread | None = None, memory: Memory | None = None,
) -> Scanned:  # fmt: skip
    """Audit one tree.

    Args:
        created: ISO time of the report; its date decides which owners are in force.
        outside: whom to ask beyond the tree; by default nobody.
        spread: does the extraction on several processors; None keeps to this one.
        memory: what earlier runs found in files that have not changed; None reads all.
        gate_only: leave out what only a reader needs (substitutes, the registry's digest).

    Raises:
        UsageError: the path does not exist.
        NothingToAudit: the tree holds no file this program reads.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    walk = Walk(root=path, wanted=memory.wanted if memory else extractor_for)
    vocabulary = Vocabulary(registry)
    extractions = extract_all(walk, vocabulary, spread, memory)
    if not extractions and not walk.gaps:
        raise NothingToAudit(
            f"{path}: nothing to audit",
            hint="no file of a known format was found; docs/formats.md lists them",
        )
    root = ids.project(_project_name(path, extractions))
    inventory = Inventory(
        root=root, registry=registry, vocabulary=vocabulary, outside=outside,
        modules=frozenset(walk.modules),
    )  # fmt: skip
    merge(inventory, extractions)
    for gap in walk.gaps:
        inventory.gap(gap)
    for resolve in RESOLVERS:
        inventory = resolve(inventory)
    audit, open_questions = judge(inventory, created)
    findings = assess(audit, policy)
    substitutes, excluded, missing = propose(
        audit, () if gate_only else findings, policy,
        lambda wanted: examine(wanted, registry, created),
    )  # fmt: skip
    digest, rows = ("", 0) if gate_only else registry.digest
    report = Report(
        created=created,
        target=Target(
            name=root.removeprefix("project:"), revision=git_revision(path),
            files_seen=walk.seen, files_read=walk.read, files_ignored=walk.ignored,
        ),
        inputs=Inputs(
            registry_version=provenance.__version__, registry_sha256=digest, registry_rows=rows,
            overlays=tuple((o.name, o.sha256, o.rows) for o in registry.overlays),
            policy_id=policy.id, policy_sha256=policy.sha256,
            online=bool(outside.hub or outside.index or outside.advisories),
            vulnerabilities_asked=outside.advisories is not None,
            lineage_database=outside.ancestry.database if outside.ancestry else None,
            hosts_contacted=outside.hosts_contacted,
        ),
        root=root,
        components=tuple(audit.graph.components.values()),
        links=audit.graph.links,
        attributions=dict(audit.attributions),
        organizations=tuple(
            sorted(
                {o.organization for a in audit.attributions.values() for o in a.origins}
                - {None}  # type: ignore[arg-type]
            )
        ),
        findings=findings,
        substitutes=substitutes,
        excluded_candidates=excluded,
        gaps=tuple(
            sorted(
                {*inventory.gaps, *open_questions, *missing},
                key=lambda g: (g.subject, g.reason, str(g.location or ""), g.params),
            )
        ),
    )  # fmt: skip
    return Scanned(report=report, audit=audit)


def judge(inventory: Inventory, created: str) -> tuple[Audit, tuple[Gap, ...]]:
    """Freeze an inventory into a graph and attribute origins and licenses to it."""
    graph = Graph(inventory.root, inventory.components.values(), inventory.links.values())
    declarations: Sequence[LicenseDeclaration] = inventory.licenses
    attributions, gaps = attribute(
        graph, inventory.registry, declarations, created[:10], inventory.statements
    )
    audit = Audit(graph=graph, attributions=attributions, registry=inventory.registry)
    return audit, gaps


def examine(
    wanted: Sequence[ComponentId], registry: Registry, created: str
) -> Mapping[ComponentId, Attribution]:
    """Run components named from outside (candidates, look-ups) down the same street."""
    inventory = Inventory(
        root=ids.project("candidates"), registry=registry, vocabulary=Vocabulary(registry)
    )
    merge(inventory, ())
    for component in wanted:
        inventory.derive(component, lineage.kind_of(component), "used")
    lineage.resolve(inventory)
    audit, _ = judge(inventory, created)
    return {component: audit.attributions[component] for component in wanted}


def _project_name(path: Path, extractions: Sequence[Extraction]) -> str:
    """Return the name in the topmost project file, Python's first, else the folder's."""
    named = [e for e in extractions if e.project_name]
    named.sort(key=lambda e: not any(own.startswith("pkg:pypi/") for own in e.own))
    return (named[0].project_name if named else None) or path.resolve().name or "root"
