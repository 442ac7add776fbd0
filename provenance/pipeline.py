"""scan(): the whole street on one page.

discover → extract → resolve → graph → attribute → assess → substitute → report
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import provenance
from provenance import ids
from provenance.assess import assess
from provenance.attribute import attribute
from provenance.audit import Audit
from provenance.discover import Walk, Wanted, git_revision
from provenance.errors import NothingToAudit, UsageError
from provenance.extract import extractor, extractor_for
from provenance.graph import Graph
from provenance.model import (
    Attribution,
    ComponentId,
    Document,
    Extraction,
    Gap,
    Inputs,
    LicenseDeclaration,
    Report,
    Target,
)
from provenance.policy import Policy
from provenance.ports import OFFLINE, Outside, Spread
from provenance.registry import Registry
from provenance.resolve import RESOLVERS, Inventory, lineage, merge
from provenance.substitute import propose
from provenance.vocabulary import Vocabulary

MAX_INCLUDES = 500
"""Files that requirement files may pull in altogether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A report with the graph it was made from, for questions the report does not answer."""

    report: Report
    audit: Audit


def scan(
    path: Path, *, registry: Registry, policy: Policy, created: str, outside: Outside = OFFLINE,
    gate_only: bool = False, spread: Spread | None = None,
) -> Scanned:  # fmt: skip
    """Audit one tree.

    Args:
        created: ISO time of the report; its date decides which owners are in force.
        outside: whom to ask beyond the tree; by default nobody.
        spread: does the extraction on several processors; None keeps to this one.
        gate_only: leave out what only a reader needs (substitutes, the registry's digest).

    Raises:
        UsageError: the path does not exist.
        NothingToAudit: the tree holds no file this program reads.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    walk = Walk(root=path, wanted=extractor_for)
    vocabulary = Vocabulary(registry)
    extractions = extract_all(walk, vocabulary, spread)
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
            policy_id=policy.id, policy_sha256=policy.sha256, online=outside.hub is not None,
            vulnerabilities_asked=outside.advisories is not None,
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
    attributions, gaps = attribute(graph, inventory.registry, declarations, created[:10])
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


def extract_all(
    walk: Walk, vocabulary: Vocabulary, spread: Spread | None = None
) -> list[Extraction]:
    """Extract every wanted document and what requirement files include, each once."""

    def work(paths: Sequence[Wanted]) -> Batch:
        return _extract_batch(walk, vocabulary, paths)

    paths = list(walk.paths())
    batches = spread(work, paths, walk.size) if spread else [work(paths)]
    found = [extraction for batch in batches for extraction in batch.extractions]
    walk.read = sum(batch.read for batch in batches)
    walk.gaps += [gap for batch in batches for gap in batch.gaps]
    read = {path for path, _ in paths}
    includes = [include for extraction in found for include in extraction.includes]
    followed = 0
    while includes:
        include = includes.pop()
        if include.path in read or include.kind == "constraints":
            continue  # constraints choose versions, they bring in nothing; loops end here
        read.add(include.path)
        followed += 1
        if followed > MAX_INCLUDES:
            walk.gaps.append(
                Gap(subject=include.path, reason="too-many-includes", location=include.location)
            )
            break
        there = _inside(walk, include.path) and (walk.base / include.path).exists()
        included = walk.open(include.path) if there else None
        if included is None and there:
            continue  # walk.open has said why
        if included is None:
            walk.gaps.append(
                Gap(subject=include.path, reason="include-missing", location=include.location)
            )
            continue
        found.append(_guarded(extractor("manifests.requirements").extract, included, vocabulary))
        includes += found[-1].includes
    return found


class Batch(NamedTuple):
    """What came out of some documents, with what the walk met while opening them."""

    extractions: list[Extraction]
    read: int
    gaps: list[Gap]


def _extract_batch(walk: Walk, vocabulary: Vocabulary, paths: Sequence[Wanted]) -> Batch:
    """Open and extract some documents; the walk's own counters are left alone."""
    own = replace(walk, read=0, gaps=[])
    found: list[Extraction] = []
    for path, head in paths:
        document = own.open(path, head)
        if document is not None:
            reader = extractor_for(path)
            assert reader is not None
            found.append(_guarded(reader.extract, document, vocabulary))
    return Batch(found, own.read, own.gaps)


def _inside(walk: Walk, path: str) -> bool:
    """Tell whether a path stays in the tree once its symlinks are followed."""
    root = walk.base.resolve()
    return (root / path).resolve().is_relative_to(root)


def _guarded(extract: object, document: Document, vocabulary: Vocabulary) -> Extraction:
    """Run an extractor; a bug in one costs a file, said aloud, and never the scan."""
    try:
        return extract(document, vocabulary)  # type: ignore[operator, no-any-return]
    except (RecursionError, MemoryError, ValueError, AssertionError, LookupError, TypeError,
            AttributeError) as error:  # fmt: skip
        gap = Gap(
            subject=document.path, reason="extractor-failed",
            params=(("detail", f"{type(error).__name__}: {error}"[:200]),),
        )  # fmt: skip
        return Extraction(gaps=(gap,))


def _project_name(path: Path, extractions: Sequence[Extraction]) -> str:
    """Return the name in the topmost project file, Python's first, else the folder's."""
    named = [e for e in extractions if e.project_name]
    named.sort(key=lambda e: not any(own.startswith("pkg:pypi/") for own in e.own))
    return (named[0].project_name if named else None) or path.resolve().name or "root"
