"""Row types of the tables under ``data/`` and typed look-up by key.

Every row carries its evidence: ``source`` (a URL or a document's name), ``as_of``
(ISO date) and ``confidence``. The columns are documented in ``data/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar, cast

from provenance.ids import lookup_keys
from provenance.model import Confidence, Evidence
from provenance.registry.sorted_table import SortedTable

Row = TypeVar("Row")


class Organization(NamedTuple):
    """A legal entity (or ``community``, which has none) and its seat."""

    id: str
    name: str
    name_zh: str
    type: str
    seat: str
    source: str
    as_of: str
    confidence: str
    note: str


class Ownership(NamedTuple):
    """``owner`` controls or stewards ``organization`` in a dated interval."""

    organization: str
    owner: str
    role: str
    valid_from: str
    valid_to: str
    source: str
    as_of: str
    confidence: str
    note: str


class Claim(NamedTuple):
    """An organization (or, for ``host``/``law``/``developed-in``, a jurisdiction) in a role."""

    key: str
    role: str
    organization: str
    jurisdiction: str
    valid_from: str
    valid_to: str
    source: str
    as_of: str
    confidence: str
    basis: str
    note: str


class Identifier(NamedTuple):
    """What in code or configuration (host, variable, import) names a component."""

    identifier: str
    component: str
    source: str
    as_of: str
    confidence: str
    note: str


class Function(NamedTuple):
    """Our classification: what a component is for, and its display name."""

    key: str
    name: str
    function: str


class Lineage(NamedTuple):
    """``child`` is derived from or trained on ``parent``, whatever the hub says."""

    child: str
    relation: str
    how: str
    parent: str
    overrides_hub: str
    source: str
    as_of: str
    confidence: str
    note: str


class DescentPhrase(NamedTuple):
    """Words of a card or notice that say what a model is made from."""

    phrase: str
    says: str
    """``base`` or ``bases`` (one, or a list, follows); ``title`` or ``notice`` of a license."""
    how: str
    licenses: str
    """What a title or notice points to, any of them; separated by blanks."""
    source: str
    as_of: str
    confidence: str
    note: str


class WeightDigest(NamedTuple):
    """A published file of weights, by its SHA-256."""

    sha256: str
    component: str
    source: str
    as_of: str
    confidence: str
    note: str


class ComponentLink(NamedTuple):
    """Any other relation between two components (runs-on, served-by, same-as …)."""

    source_component: str
    relation: str
    target: str
    source: str
    as_of: str
    confidence: str
    note: str


class ComponentLicense(NamedTuple):
    """The license a component's own metadata declares, as an SPDX expression."""

    key: str
    expression: str
    source: str
    as_of: str
    confidence: str
    note: str


class LicenseTerms(NamedTuple):
    """A license text: how others write its name, and what it asks for."""

    license: str
    name: str
    aliases: str
    terms: str
    governing_law: str
    source: str
    as_of: str
    confidence: str
    note: str


class LicenseName(NamedTuple):
    """What a classifier, or words in a package's license field, stand for."""

    name: str
    """In the form of :func:`plain_name`."""
    expression: str
    """"" where the words name no license."""
    covers: str
    """Ids that the words may mean as well; blank-separated, a star at the end for any."""
    source: str
    as_of: str
    confidence: str
    note: str


class Candidate(NamedTuple):
    """Something of the same function that could stand in for another component."""

    id: str
    name: str
    component: str
    organization: str
    jurisdictions: str
    license: str
    us_weights: str
    us_code: str
    us_runtime: str
    compatibility: str
    effort: str
    us_restricted_party: str
    source: str
    as_of: str
    confidence: str
    note: str


class Alternative(NamedTuple):
    """Our classification: ``alternative`` can do the work of ``function``."""

    function: str
    alternative: str


class JurisdictionRow(NamedTuple):
    """A jurisdiction's names and the blocs it belongs to."""

    code: str
    name: str
    name_zh: str
    blocs: str
    source: str
    as_of: str
    confidence: str


class Call(NamedTuple):
    """A callable whose arguments name a model, a dataset or an endpoint."""

    callable: str
    argument: str
    yields: str
    provider: str
    endpoint: str
    function: str
    source: str


class Default(NamedTuple):
    """What a callable uses when the call names nothing, by the versions that were read."""

    callable: str
    condition: str
    """``argument=value`` that the call must have (``0=ner``, ``task=ner``), or ``""``."""
    component: str
    since: str
    until: str
    source: str
    as_of: str
    confidence: str
    note: str

    @property
    def order(self) -> tuple[int, ...]:
        """The newest version that was read, for sorting."""
        return tuple(int(part) for part in re.findall(r"\d+", self.until))


def plain_name(text: str) -> str:
    """Return a license's name as the table of names has it: no case, quotes or commas."""
    words = re.sub(r"[\s,;\"'`]+", " ", text.lower().replace("licence", "license"))
    return words.strip(" .").removeprefix("the ")


def in_force(valid_from: str, valid_to: str, on: str) -> bool:
    """Tell whether ISO date ``on`` lies in an interval of full or partial ISO dates."""
    return (not valid_from or valid_from <= on) and (not valid_to or on < valid_to)


def evidence_of(
    row: Claim | Organization | Ownership | Lineage | ComponentLink | ComponentLicense
    | LicenseTerms | Candidate | WeightDigest,
) -> Evidence:  # fmt: skip
    """Return a row's evidence as the report shows it."""
    return Evidence(
        source="registry",
        reference=row.source,
        as_of=row.as_of or None,
        confidence=cast("Confidence", row.confidence),
        note=row.note,
    )


class Keyed(Generic[Row]):
    """Typed rows by component key, the most specific key first.

    A key is exact, or a pattern with ``*`` (the longest that fits wins), or a whole
    hub namespace (see :func:`provenance.ids.lookup_keys`). Hub names are compared
    without regard to case, as the hubs resolve them. Of several layers (overlays over
    the shipped table) the first that has a key answers for it.
    """

    def __init__(self, layers: Sequence[SortedTable], make: Callable[[list[str]], Row]) -> None:
        self._layers = tuple(layers)
        self._make = make
        self._known: dict[str, tuple[Row, ...]] = {}

    def get(self, key: str) -> tuple[Row, ...]:
        """Return the rows of exactly this key."""
        known = self._known.get(key)  # a namespace is asked for once for each of its models
        if known is None:
            known = self._known[key] = self._get(key)
        return known

    def _get(self, key: str) -> tuple[Row, ...]:
        folds = key.startswith(_FOLDED)
        for number, layer in enumerate(self._layers):
            rows = layer.find(key)
            if not rows and folds:
                written = self._folded[number].get(key.lower())
                rows = layer.find(written) if written is not None else []
            if rows:
                return tuple(self._make(row) for row in rows)
        return ()

    def find(self, component: str, *, namespaces: bool = True) -> tuple[str, tuple[Row, ...]]:
        """Return (matched key, its rows) for a component; ("", ()) when there are none."""
        for number, key in enumerate(lookup_keys(component)):
            rows = self.get(key) if namespaces or not key.startswith(_NAMESPACES) else ()
            if rows:
                return key, rows
            folded = fold(key)
            for pattern in self._patterns.get(key.partition("/")[0], ()) if not number else ():
                if fits(folded, fold(pattern)):
                    return pattern, self.get(pattern)
        return "", ()

    def starting(self, prefix: str) -> Iterator[Row]:
        """Yield the rows whose key starts with a prefix, upper layers first."""
        for layer in self._layers:
            for row in layer.starting(prefix):
                yield self._make(row)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that start with a prefix, of every layer."""
        for layer in self._layers:
            yield from layer.keys(prefix)

    def all(self) -> Iterator[Row]:
        """Yield every row of every layer."""
        for layer in self._layers:
            for row in layer.all():
                yield self._make(row)

    @cached_property
    def _folded(self) -> tuple[dict[str, str], ...]:
        """Each layer's keys by their lower-cased form, made when a spelling is first missed."""
        return tuple(
            {key.lower(): key for scheme in _FOLDED for key in layer.keys(scheme)}
            for layer in self._layers
        )

    @cached_property
    def _patterns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in dict.fromkeys(key for layer in self._layers for key in layer.patterns()):
            found.setdefault(key.partition("/")[0], []).append(key)
        for patterns in found.values():
            patterns.sort(key=lambda pattern: (-len(pattern), pattern))
        return found


def fits(name: str, pattern: str) -> bool:
    """Tell whether a name fits a pattern whose ``*`` stands for any text."""
    head, parts = _cut(pattern)
    if not parts:
        return name == pattern
    if not name.startswith(head):
        return False
    at = len(head)
    for part in parts[:-1]:
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return name.endswith(parts[-1]) and len(name) - len(parts[-1]) >= at


@lru_cache(maxsize=8192)
def _cut(pattern: str) -> tuple[str, tuple[str, ...]]:
    head, *parts = pattern.split("*")
    return head, tuple(parts)


_NAMESPACES = ("huggingface:", "modelscope:", "github:")
_FOLDED = (
    "pkg:huggingface/", "huggingface:", "dataset:", "modelscope:", "model:modelscope/", "github:",
    "pkg:github/",
)  # fmt: skip
"""Names of hosts that resolve them without regard to case."""


def fold(key: str) -> str:
    """Fold the case of a hub name; any other key unchanged."""
    return key.lower() if key.startswith(_FOLDED) else key
