"""Every row checked: a claim without evidence, date or subject does not pass."""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from provenance.descent import HOWS
from provenance.errors import RegistryError
from provenance.model import CONFIDENCES
from provenance.patterns import lazy
from provenance.registry import Registry, tables
from provenance.registry.sorted_table import SortedTable, sorted_text

_DATE = lazy(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SHA256 = lazy(r"[0-9a-f]{64}")
_LISTED = lazy(
    r"(?:entity-list|1260h|1260h-withdrawn):\d{4}(?:-\d\d){0,2}(?::[^:?]+)?\??|us-lists(?:::[^:?]+)?\?"
)
_COMPONENT = lazy(
    r"(?:pkg:[a-z]+/\S+|huggingface:\S+|modelscope:\S+|github:\S+|model:\S+/\S+"
    r"|dataset:\S+/\S+|service:[\w.-]+|platform:[\w.-]+|domain:[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
)
_SCHEMES = frozenset(
    "host env import client hub dataset prefix provider maker runtime family whisper constant "
    "terraform arm standard section open-data program action include cmake".split()
)
"""What identifiers are of; see data/README.md."""
_CONDITION = lazy(r"\w+=[^=\s]\S*")
_ORGANIZATION_TYPES = frozenset(
    "company foundation nonprofit university research-institute public-body community".split()
)
_ORGANIZATION_ROLES = frozenset("seat steward operator control channel".split())
_JURISDICTION_ROLES = frozenset("host law developed-in".split())
_FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com aol.com "
    "proton.me protonmail.com pm.me gmx.de gmx.net web.de mail.ru yandex.ru qq.com 163.com 126.com "
    "foxmail.com sina.com naver.com users.noreply.github.com googlegroups.com".split()
)
"""Domains where anybody has an address: no organization's."""
_LINKS = frozenset(
    "depends-on calls trained-on evaluated-on served-by runs-on delivered-by built-from contains "
    "same-as".split()
)
_TABLES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("organizations.csv", tables.Organization, ("id",)),
    ("ownership.csv", tables.Ownership, ("organization", "owner", "role", "valid_from")),
    ("origin_registry.csv", tables.Claim,
     ("key", "role", "organization", "jurisdiction", "valid_from")),
    ("identifiers.csv", tables.Identifier, ("identifier", "component")),
    ("lineage.csv", tables.Lineage, ("child", "relation", "parent")),
    ("descent_phrases.csv", tables.DescentPhrase, ("phrase",)),
    ("weight_digests.csv", tables.WeightDigest, ("sha256",)),
    ("links.csv", tables.ComponentLink, ("source_component", "relation", "target")),
    ("licenses/components.csv", tables.ComponentLicense, ("key", "expression")),
    ("licenses/terms.csv", tables.LicenseTerms, ("license",)),
    ("licenses/names.csv", tables.LicenseName, ("name",)),
    ("jurisdictions.csv", tables.JurisdictionRow, ("code",)),
    ("functions.csv", tables.Function, ("key", "function")),
    ("alternatives.csv", tables.Alternative, ("function", "alternative")),
    ("calls.csv", tables.Call, ("callable",)),
    ("calls_js.csv", tables.Call, ("callable",)),
    ("calls_languages.csv", tables.Call, ("callable",)),
    ("calls_nodes.csv", tables.Call, ("callable",)),
    ("defaults.csv", tables.Default, ("callable", "condition", "component", "since")),
)  # fmt: skip


def validate(registry: Registry) -> tuple[str, ...]:
    """Return one line per problem, ``data/FILE: ROW: what``; () when the data holds together."""
    problems: list[str] = []
    try:
        for name, row_type, key in _TABLES:
            problems += _common(f"data/{name}", registry.text(name), row_type, key)
            # Of an overlay the order is its owner's affair: it is sorted when read.
            for overlay in registry.overlays:
                if overlay.fields == row_type._fields:
                    text = sorted_text(overlay.text)
                    problems += _common(f"overlay {overlay.name}", text, row_type, key)
        candidates = [n for n in registry.files() if n.startswith("substitutes/")]
        for name in candidates:
            problems += _common(f"data/{name}", registry.text(name), tables.Candidate, ("id",))
            problems += _candidates(registry, name)
        problems += _organizations(registry)
        problems += _ownership(registry)
        problems += _claims(registry)
        problems += _relations(registry)
        problems += _license_names(registry)
    except RegistryError as error:
        problems.append(f"{error} {error.hint}".strip())
    return tuple(problems)


def _common(name: str, text: str, row_type: Any, key: tuple[str, ...]) -> Iterator[str]:
    """Evidence, dates, confidence, duplicates and order of one table."""
    rows = [row_type._make(row) for row in SortedTable(text, name, row_type._fields).all()]
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        identity = tuple(getattr(row, part) for part in key)
        where = f"{name}: {' '.join(identity)}"
        seen[identity] += 1
        fields = row._fields
        if not identity[0]:
            yield f"{where}: no {key[0]}"
        if "source" in fields and not row.source.strip():
            yield f"{where}: no source"
        if "as_of" in fields and not _is_date(row.as_of):
            yield f"{where}: as_of {row.as_of!r} is no date"
        if "confidence" in fields and row.confidence not in CONFIDENCES:
            yield f"{where}: confidence {row.confidence!r}"
        for part in ("valid_from", "valid_to"):
            value = getattr(row, part, "")
            if value and not _is_date(value):
                yield f"{where}: {part} {value!r} is no date"
        if any(value != value.strip() or "\n" in value for value in row):
            yield f"{where}: stray blanks"
        if any(mark in row[0] for mark in ',"'):
            yield f"{where}: a key with a comma or quote cannot be searched for"
    for identity, count in seen.items():
        if count > 1:
            yield f"{name}: {' '.join(identity)}: {count} rows with the same key"
    keys = [row[0] for row in csv.reader(io.StringIO(text, newline="")) if row][1:]
    if keys != sorted(keys):
        yield f"{name}: not sorted"


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        datetime.date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _organizations(registry: Registry) -> Iterator[str]:
    for row in registry.organizations.values():
        where = f"data/organizations.csv: {row.id}"
        if row.type not in _ORGANIZATION_TYPES:
            yield f"{where}: type {row.type!r}"
        if row.seat and row.seat not in registry.jurisdictions:
            yield f"{where}: seat {row.seat!r} is no known jurisdiction"
        if row.type == "community" and row.seat:
            yield f"{where}: a community has no seat"


def _ownership(registry: Registry) -> Iterator[str]:
    rows = list(registry.rows("ownership.csv", tables.Ownership))
    known = registry.organizations
    owner_of: dict[str, set[str]] = {}
    for row in rows:
        where = f"data/ownership.csv: {row.organization} {row.owner}"
        if row.role not in ("control", "steward"):
            yield f"{where}: role {row.role!r}"
        for name in (row.organization, row.owner):
            if name not in known:
                yield f"{where}: no organization {name!r}"
        if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
            yield f"{where}: ends before it starts"
        if row.role == "control" and not row.valid_to:
            owner_of.setdefault(row.organization, set()).add(row.owner)
    for start in owner_of:
        yield from _cycle(start, owner_of)


def _cycle(start: str, owner_of: dict[str, set[str]]) -> Iterator[str]:
    seen: set[str] = set()
    pending = set(owner_of[start])
    while pending:
        current = pending.pop()
        if current == start:
            yield f"data/ownership.csv: {start}: owns itself through others"
            return
        if current not in seen:
            seen.add(current)
            pending |= owner_of.get(current, set())


def _claims(registry: Registry) -> Iterator[str]:
    for row in registry.rows("origin_registry.csv", tables.Claim):
        where = f"data/origin_registry.csv: {row.key} {row.role}"
        if not _COMPONENT.fullmatch(row.key):
            yield f"{where}: no component key"
        if "*" in row.key and "/" not in row.key.partition("*")[0]:
            yield f"{where}: a pattern needs its first part whole"
        if row.key.removeprefix("domain:") in _FREE_MAIL:
            yield f"{where}: a domain where anybody has an address"
        if row.role in _ORGANIZATION_ROLES:
            if row.organization not in registry.organizations:
                yield f"{where}: no organization {row.organization!r}"
            if row.jurisdiction:
                yield f"{where}: the jurisdiction comes from the organization"
        elif row.role in _JURISDICTION_ROLES:
            if row.jurisdiction not in registry.jurisdictions or row.organization:
                yield f"{where}: needs a known jurisdiction and no organization"
        else:
            yield f"{where}: role {row.role!r}"
        if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
            yield f"{where}: ends before it starts"
        if row.basis not in ("curated", "inferred"):
            yield f"{where}: basis {row.basis!r}"


def _relations(registry: Registry) -> Iterator[str]:
    # Beside the fixed schemes, every tool whose short names a call can be given.
    providers = (call.provider.partition(":") for call in registry.calls)
    schemes = _SCHEMES | {tool for _, _, tool in providers if tool}
    for row in registry.rows("identifiers.csv", tables.Identifier):
        where = f"data/identifiers.csv: {row.identifier}"
        if row.identifier.partition(":")[0] not in schemes or " " in row.identifier.strip():
            yield f"{where}: no identifier of a known scheme"
        if not _COMPONENT.fullmatch(row.component):
            yield f"{where}: no component {row.component!r}"
    for edge in registry.rows("lineage.csv", tables.Lineage):
        where = f"data/lineage.csv: {edge.child}"
        if edge.relation not in ("derived-from", "trained-on"):
            yield f"{where}: relation {edge.relation!r}"
        if edge.relation == "derived-from" and edge.how not in HOWS:
            yield f"{where}: how {edge.how!r}"
        if edge.overrides_hub not in ("true", "false"):
            yield f"{where}: overrides_hub {edge.overrides_hub!r}"
        yield from _ends(where, (edge.child, edge.parent))
    yield from _descent(registry)
    known = {
        call.callable
        for name, row_type, _ in _TABLES
        if row_type is tables.Call
        for call in registry.rows(name, tables.Call)
    }
    for default in registry.rows("defaults.csv", tables.Default):
        where = f"data/defaults.csv: {default.callable}"
        if default.callable not in known:
            yield f"{where}: no row in a table of calls, so no call is recognised"
        if not _COMPONENT.fullmatch(default.component):
            yield f"{where}: no component {default.component!r}"
        if default.condition and not _CONDITION.fullmatch(default.condition):
            yield f"{where}: condition {default.condition!r}"
    for link in registry.rows("links.csv", tables.ComponentLink):
        where = f"data/links.csv: {link.source_component}"
        if link.relation not in _LINKS:
            yield f"{where}: relation {link.relation!r}"
        yield from _ends(where, (link.source_component, link.target))


def _descent(registry: Registry) -> Iterator[str]:
    """What cards and notices say, and digests of published weights."""
    for row in registry.rows("descent_phrases.csv", tables.DescentPhrase):
        where = f"data/descent_phrases.csv: {row.phrase}"
        if row.says not in ("base", "bases", "title", "notice"):
            yield f"{where}: says {row.says!r}"
        elif row.says.startswith("base") and (row.how not in HOWS or row.licenses):
            yield f"{where}: needs a kind of derivation and no license"
        elif not row.says.startswith("base") and (row.how or not row.licenses):
            yield f"{where}: needs a license and no kind of derivation"
        for name in row.licenses.split():
            if name not in registry.license_terms:
                yield f"{where}: no license {name!r}"
    for digest in registry.rows("weight_digests.csv", tables.WeightDigest):
        where = f"data/weight_digests.csv: {digest.sha256}"
        if not _SHA256.fullmatch(digest.sha256):
            yield f"{where}: no SHA-256 in lower case"
        if not _COMPONENT.fullmatch(digest.component):
            yield f"{where}: no component {digest.component!r}"


def _license_names(registry: Registry) -> Iterator[str]:
    for row in registry.rows("licenses/names.csv", tables.LicenseName):
        where = f"data/licenses/names.csv: {row.name}"
        if row.name != tables.plain_name(row.name):
            yield f"{where}: not in its plain form, {tables.plain_name(row.name)!r}"
        own = row.expression.startswith("LicenseRef-")
        if own and row.expression not in registry.license_terms:
            yield f"{where}: {row.expression} has no row in terms.csv"
        if row.covers and not own:
            yield f"{where}: an exact license covers no other"


def _ends(where: str, ends: Iterable[str]) -> Iterator[str]:
    names = tuple(ends)
    for name in names:
        if not _COMPONENT.fullmatch(name):
            yield f"{where}: no component {name!r}"
        if "lineage.csv" in where and "*" in name:
            yield f"{where}: lineage is never a family's"
    if names[0] == names[1]:
        yield f"{where}: points at itself"


def _candidates(registry: Registry, name: str) -> Iterator[str]:
    for row in registry.rows(name, tables.Candidate):
        where = f"data/{name}: {row.id}"
        if row.component and not _COMPONENT.fullmatch(row.component):
            yield f"{where}: no component {row.component!r}"
        if row.organization and row.organization not in registry.organizations:
            yield f"{where}: no organization {row.organization!r}"
        for code in row.jurisdictions.split():
            if code not in registry.jurisdictions:
                yield f"{where}: no jurisdiction {code!r}"
        if row.effort not in ("", "S", "M", "L", "XL"):
            yield f"{where}: effort {row.effort!r}"
        if row.us_restricted_party and not _LISTED.fullmatch(row.us_restricted_party):
            yield f"{where}: no entry of a list {row.us_restricted_party!r}"
        named = row.us_restricted_party.removesuffix("?").split(":")[2:]
        if not registry.organizations.keys() >= set(named):
            yield f"{where}: no organization {named[0]!r}"
        states = ("", "none_found", "unclear", "exposed", "vendor-hosted", "not_applicable")
        for layer in (row.us_weights, row.us_code, row.us_runtime):
            if layer not in states:
                yield f"{where}: state {layer!r}"
