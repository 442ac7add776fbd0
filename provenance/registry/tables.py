"""Row types of the tables under ``data/`` and the one way to read a CSV of them.

Every row carries its evidence: ``source`` (a URL or a document's name), ``as_of``
(ISO date) and ``confidence``. The columns are documented in ``data/README.md``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar, cast

from provenance.errors import RegistryError
from provenance.ids import lookup_keys
from provenance.model import Confidence, Evidence

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


def evidence_of(row: Claim | Organization | Ownership | Lineage | ComponentLink
                | ComponentLicense | LicenseTerms | Candidate) -> Evidence:  # fmt: skip
    """Return a row's evidence as the report shows it."""
    return Evidence(
        source="registry",
        reference=row.source,
        as_of=row.as_of or None,
        confidence=cast("Confidence", row.confidence),
        note=row.note,
    )


def read(
    text: str, name: str, fields: tuple[str, ...], make: Callable[[list[str]], Row]
) -> Iterator[Row]:
    """Yield the rows of one CSV.

    Raises:
        RegistryError: the header or a row has other columns than documented.
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    header = tuple(next(rows, ()))
    if header != fields:
        raise RegistryError(
            f"data/{name}: columns are {', '.join(header)}",
            hint=f"expected {', '.join(fields)}",
        )
    width = len(fields)
    for row in rows:
        if len(row) != width:
            raise RegistryError(
                f"data/{name}:{rows.line_num}: {len(row)} columns instead of {width}"
            )
        yield make(row)


class Keyed(Generic[Row]):
    """Rows by component key, the most specific key first.

    A key is exact, or a pattern with ``*`` (the longest that fits wins), or a whole
    hub namespace (see :func:`provenance.ids.lookup_keys`). Hub names are
    compared without regard to case, as the hubs resolve them.
    """

    def __init__(self, rows: Iterator[Row], key: Callable[[Row], str]) -> None:
        self._exact: dict[str, list[Row]] = {}
        self._patterns: dict[str, list[str]] = {}
        for row in rows:
            name = fold(key(row))
            if name not in self._exact and "*" in name:
                self._patterns.setdefault(name.partition("/")[0], []).append(name)
            self._exact.setdefault(name, []).append(row)
        for patterns in self._patterns.values():
            patterns.sort(key=lambda pattern: (-len(pattern), pattern))

    def get(self, key: str) -> tuple[Row, ...]:
        """Return the rows of exactly this key."""
        return tuple(self._exact.get(fold(key), ()))

    def find(self, component: str, *, namespaces: bool = True) -> tuple[str, tuple[Row, ...]]:
        """Return (matched key, its rows) for a component; ("", ()) when there are none."""
        for number, key in enumerate(lookup_keys(component)):
            name = fold(key)
            if name in self._exact and (namespaces or not number):
                return name, tuple(self._exact[name])
            for pattern in self._patterns.get(name.partition("/")[0], ()) if not number else ():
                if fits(name, pattern):
                    return pattern, tuple(self._exact[pattern])
        return "", ()

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)


def fits(name: str, pattern: str) -> bool:
    """Tell whether a name fits a pattern whose ``*`` stands for any text."""
    head, *parts = pattern.split("*")
    if not name.startswith(head):
        return False
    at = len(head)
    for part in parts[:-1]:
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return name.endswith(parts[-1]) and len(name) - len(parts[-1]) >= at


def fold(key: str) -> str:
    """Fold the case of a hub name; any other key unchanged."""
    if key.startswith(("pkg:huggingface/", "huggingface:", "dataset:", "modelscope:",
                       "model:modelscope/")):  # fmt: skip
        return key.lower()
    return key
