"""The words of the house as frozen types, with ``descent`` and ``siblings`` below them.

Every stage takes and returns these. All are immutable and hashable; sequences
are tuples, so that a value can be shared, sorted and compared freely.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct, field

from provenance.descent import Lineage, Statement
from provenance.siblings import Siblings

ComponentId: TypeAlias = str
"""A canonical id of the report contract, e.g. ``pkg:pypi/torch@2.3.1``."""

Jurisdiction: TypeAlias = str
"""ISO 3166-1 alpha-2 code (``EU`` only ever names a bloc, never a seat)."""

Kind = Literal["project", "package", "model", "dataset", "service", "container", "platform"]
Usage = Literal["used", "optional", "development", "test", "example", "documentation", "commented"]
Relation = Literal[
    "depends-on", "calls", "derived-from", "trained-on", "evaluated-on", "served-by",
    "runs-on", "delivered-by", "built-from", "contains", "same-as",
]  # fmt: skip
Role = Literal[
    "seat", "control", "steward", "operator", "host", "channel", "developed-in", "law",
    "base", "requires", "teacher", "data",
]  # fmt: skip
Confidence = Literal["high", "medium", "low"]
Severity = Literal["high", "medium", "low", "info"]

USAGES: tuple[Usage, ...] = (
    "used", "optional", "development", "test", "example", "documentation", "commented",
)  # fmt: skip
"""Strongest first: a component seen in several places has the strongest usage."""

CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high")

BASES: tuple[str, ...] = ("locked", "installed", "resolved", "declared", "imported")
"""What a requirement rests on, most exact first: a lock file, the metadata of an environment,
a resolver's answer, a manifest, nothing but an import."""

OWN_ROLES: frozenset[Role] = frozenset({"seat", "control", "steward", "operator"})
"""Roles that make a jurisdiction a component's own (see docs/origin.md)."""


class Document(Struct, frozen=True, kw_only=True):
    """One file of the scanned tree, read once. ``path`` is relative, with ``/``.

    Of a file of weights ``data`` is the beginning; :meth:`window` reads further parts.
    """

    path: str
    data: bytes
    size: int = -1
    """Bytes of the whole file; -1 when ``data`` is all there is."""
    read: Callable[[int, int], bytes] | None = None
    """Returns up to so many bytes from an offset; bounded by who made the document."""
    sibling: Siblings | None = None
    """Returns another source file of the tree by its path; None when this stands alone."""

    def window(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes from ``offset``, fewer at the end or when they cannot be read."""
        end = offset + length
        if offset < 0 or length <= 0:
            return b""
        if end <= len(self.data) or self.read is None:
            return self.data[offset:end]
        return self.read(offset, length)


class Location(Struct, frozen=True, kw_only=True, order=True):
    """A place in the scanned tree; ``line`` is 1-based, 0 when the whole file is meant."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Occurrence(Struct, frozen=True, kw_only=True, order=True):
    """One place where a component or link is written.

    ``confidence`` says how surely this place names this component: ``high`` for a
    literal in a loader or manifest, ``medium`` for a literal that only looks like
    an id or a value seen through a default, ``low`` for a mere environment name.
    """

    path: str
    line: int
    as_written: str
    extractor: str
    usage: Usage = "used"
    confidence: Confidence = "high"

    @property
    def location(self) -> Location:
        """The place alone."""
        return Location(path=self.path, line=self.line)


class Component(Struct, frozen=True, kw_only=True):
    """A thing the project stands on; ``direct`` when seen in the tree itself."""

    id: ComponentId
    kind: Kind
    name: str
    version: str | None = None
    direct: bool = True
    usage: Usage = "used"
    stage: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    """What the calls that name it use it for (``embedding.weights``), if they tell."""
    occurrences: tuple[Occurrence, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    homes: tuple[str, ...] = ()
    """Where its own metadata says it lives: ``github:owner``, ``domain:example.org``. A weak
    sign of who publishes it, used where no row says so."""


class Vulnerability(Struct, frozen=True, kw_only=True, order=True):
    """A published advisory on one version of a package."""

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    fixed_in: tuple[str, ...] = ()
    """Versions that have a fix, oldest first."""
    evidence: tuple[Evidence, ...] = ()


class Agreement(Struct, frozen=True, kw_only=True, order=True):
    """How far the weights of a model agree with those of another."""

    base: str
    """As the database names it."""
    database: str
    p: float
    """Corrected for all comparisons, and no smaller than it is shown."""
    statistic: str


class Link(Struct, frozen=True, kw_only=True):
    """A typed, directed relation between two components.

    ``how`` is set for ``derived-from`` only; ``basis`` says what a derivation rests on
    (both as in ``descent``) or a requirement (``locked``, ``installed``, ``resolved``,
    ``declared``, ``imported``: see ``BASES``); of a ``delivered-by`` it says
    ``possible`` where the channel is asked beside another one and either may deliver.
    ``evidence`` is set for links that come from outside the tree (registry row, hub record,
    a resolver's answer), ``agreement`` where the basis is ``weights``.
    """

    source: ComponentId
    target: ComponentId
    relation: Relation
    how: str | None = None
    basis: str | None = None
    requirement: str | None = None
    occurrences: tuple[Occurrence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    agreement: Agreement | None = None


class Gap(Struct, frozen=True, kw_only=True, order=True):
    """What could not be determined. ``reason`` is a message id, never prose.

    ``params`` fill the message; ``location`` is where the question arose.
    """

    subject: str
    reason: str
    location: Location | None = None
    params: tuple[tuple[str, str], ...] = ()


class Evidence(Struct, frozen=True, kw_only=True, order=True):
    """Who says so, where to read it, and as of when (ISO date)."""

    source: str  # registry | tree | hub | index | installed | resolver | advisories | weights
    reference: str  # a URL, a document's name, or path:line
    as_of: str | None = None
    confidence: Confidence = "high"
    note: str = ""


class Origin(Struct, frozen=True, kw_only=True, order=True):
    """One claim: ``jurisdiction`` reaches the component in this ``role``.

    ``via`` is the chain of component ids from the next ancestor to the one that
    carries the claim itself; empty for the component's own claims. ``basis`` is
    ``weights`` where nobody states every step of a way there, and weights alone lead to it.
    """

    jurisdiction: Jurisdiction
    role: Role
    organization: str | None
    confidence: Confidence
    via: tuple[ComponentId, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    basis: str | None = None


class License(Struct, frozen=True, kw_only=True, order=True):
    """A license claim: an SPDX expression or ``LicenseRef-…``, never guessed."""

    expression: str
    declared_by: str  # tree | hub | index | installed | registry
    via: tuple[ComponentId, ...] = ()
    terms: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    basis: str | None = None
    """As that of an :class:`Origin`."""


class LicenseDeclaration(Struct, frozen=True, kw_only=True):
    """A license as some source writes it, before it is read as an expression."""

    component: ComponentId
    raw: str
    declared_by: str
    evidence: Evidence
    scheme: Literal["spdx", "hub", "classifier", "field", "text"] = "hub"
    """How ``raw`` is meant: an expression, a name of the hub, a classifier of PyPI, the free words
    of a package's license field, or the beginning of a license's text."""


class Import(Struct, frozen=True, kw_only=True):
    """``import module`` in Python source, not yet mapped to a distribution.

    In Ruby ``require "module"``; with names it says that the gems of these names hold it.
    """

    module: str
    names: tuple[str, ...]
    occurrence: Occurrence
    ecosystem: str = "pypi"


class Include(Struct, frozen=True, kw_only=True):
    """A file that another file pulls in (``-r base.txt``); path relative to the tree."""

    path: str
    kind: Literal["requirements", "constraints"]
    location: Location


class Extraction(Struct, frozen=True, kw_only=True):
    """What one extractor read from one document."""

    components: tuple[Component, ...] = ()
    links: tuple[Link, ...] = ()
    gaps: tuple[Gap, ...] = ()
    licenses: tuple[LicenseDeclaration, ...] = ()
    statements: tuple[Statement, ...] = ()
    imports: tuple[Import, ...] = ()
    includes: tuple[Include, ...] = ()
    redirects: tuple[tuple[ComponentId, Occurrence], ...] = ()
    """Clients of a service that point elsewhere: (default service, place)."""
    project_name: str | None = None
    own: tuple[ComponentId, ...] = ()
    """Packages that the tree itself is: nothing it depends on."""
    namespaces: tuple[str, ...] = ()
    """What the source declares itself of what others import by such a name (C#)."""

    def joined(self, other: Extraction) -> Extraction:
        """Return what two readers of one document found; the other's project name counts."""
        parts = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__struct_fields__
            if name != "project_name"
        }
        return Extraction(**parts, project_name=other.project_name or self.project_name)


class Attribution(Struct, frozen=True, kw_only=True):
    """Origins and licenses of one component, its own and inherited."""

    origins: tuple[Origin, ...] = ()
    licenses: tuple[License, ...] = ()
    jurisdictions: tuple[Jurisdiction, ...] = ()
    effective_jurisdictions: tuple[Jurisdiction, ...] = ()
    required_jurisdictions: tuple[Jurisdiction, ...] = ()
    unknown: tuple[ComponentId, ...] = ()
    """The component or those of its ancestors whose own origin is not known."""
    lineage: Lineage | None = None
    """Of a model that something is known to be made from, or is said about."""


class Finding(Struct, frozen=True, kw_only=True):
    """A rule's statement about one component; words are made when rendering."""

    id: str
    rule: str
    severity: Severity
    confidence: Confidence
    component: ComponentId
    path: tuple[ComponentId, ...]
    params: tuple[tuple[str, str], ...] = ()
    citations: tuple[Evidence, ...] = ()
    status: Literal["open", "ignored", "baseline"] = "open"


class Substitute(Struct, frozen=True, kw_only=True):
    """A candidate of the same function for a component with a finding."""

    of: ComponentId
    candidate: str
    name: str
    function: str
    tier: Literal["clean", "partial", "unclear"]
    score: float
    jurisdictions: tuple[Jurisdiction, ...]
    effective_jurisdictions: tuple[Jurisdiction, ...]
    license: str | None
    effort: str
    compatibility: str
    caution: str
    layers: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]


class Target(Struct, frozen=True, kw_only=True):
    """The scanned thing."""

    name: str
    revision: str | None = None
    files_seen: int = 0
    files_read: int = 0
    files_ignored: int = 0


class Inputs(Struct, frozen=True, kw_only=True):
    """Digests of everything but the tree that shaped the report."""

    registry_version: str
    registry_sha256: str
    registry_rows: int
    policy_id: str
    policy_sha256: str
    overlays: tuple[tuple[str, str, int], ...] = ()
    """Files laid over the registry: name, SHA-256, rows."""
    online: bool = False
    vulnerabilities_asked: bool = False
    lineage_database: tuple[str, str, int] | None = None
    """The sketches that weights were compared with: name, SHA-256, rows."""
    hosts_contacted: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """The whole answer, ready to be rendered; everything sorted by id."""

    created: str
    target: Target
    inputs: Inputs
    root: ComponentId
    components: tuple[Component, ...]
    links: tuple[Link, ...]
    attributions: dict[ComponentId, Attribution]
    organizations: tuple[str, ...]
    findings: tuple[Finding, ...]
    substitutes: tuple[Substitute, ...]
    excluded_candidates: dict[ComponentId, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


def weakest(*levels: Confidence) -> Confidence:
    """Return the lowest of the given confidences (``high`` for none)."""
    return min(levels, key=CONFIDENCES.index, default="high")


def strongest_usage(usages: tuple[Usage, ...]) -> Usage:
    """Return the usage nearest to ``used`` (``used`` for none)."""
    return min(usages, key=USAGES.index, default="used")
