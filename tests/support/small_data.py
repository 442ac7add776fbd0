"""Small registries for tests: a data folder of a few rows, written and read like the real one."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from provenance.registry import Registry, tables

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
DAY = "2026-03-01"

TABLES = {
    "organizations.csv": tables.Organization,
    "ownership.csv": tables.Ownership,
    "origin_registry.csv": tables.Claim,
    "identifiers.csv": tables.Identifier,
    "functions.csv": tables.Function,
    "lineage.csv": tables.Lineage,
    "links.csv": tables.ComponentLink,
    "licenses/components.csv": tables.ComponentLicense,
    "licenses/terms.csv": tables.LicenseTerms,
    "licenses/names.csv": tables.LicenseName,
    "jurisdictions.csv": tables.JurisdictionRow,
    "alternatives.csv": tables.Alternative,
    "calls.csv": tables.Call,
    "calls_js.csv": tables.Call,
    "calls_languages.csv": tables.Call,
    "calls_nodes.csv": tables.Call,
    "defaults.csv": tables.Default,
    "descent_phrases.csv": tables.DescentPhrase,
    "weight_digests.csv": tables.WeightDigest,
}
_DEFAULTS = {
    "source": "https://example.org/page",
    "as_of": "2026-01-15",
    "confidence": "high",
    "basis": "curated",
    "type": "company",
    "overrides_hub": "false",
    "effort": "M",
}

Row = Mapping[str, str]


def write_table(path: Path, row_type: type, rows: Iterable[Row]) -> None:
    """Write one CSV, sorted as the real ones are; columns not given take a plain default."""
    fields: tuple[str, ...] = row_type._fields  # type: ignore[attr-defined]
    lines = []
    for row in rows:
        assert set(row) <= set(fields), set(row) - set(fields)
        lines.append([row.get(name, _DEFAULTS.get(name, "")) for name in fields])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows(sorted(lines))


def small_registry(
    root: Path,
    *,
    candidates: Mapping[str, Iterable[Row]] | None = None,
    **rows: Iterable[Row],
) -> Registry:
    """Return a registry of the given rows.

    Tables are named without folder and ending (``origin_registry=[…]``,
    ``components=[…]`` for licenses/components.csv). ``candidates`` is by function.
    Jurisdictions are the shipped ones unless given; calls, model words and messages too.
    """
    by_name = {name.rpartition("/")[2].removesuffix(".csv"): name for name in TABLES}
    assert set(rows) <= set(by_name), set(rows) - set(by_name)
    for short, name in by_name.items():
        if short not in rows and short in ("jurisdictions", "calls"):
            shutil.copy(DATA / name, root / name)
        else:
            write_table(root / name, TABLES[name], rows.get(short, ()))
    for function, found in (candidates or {}).items():
        write_table(root / "substitutes" / f"{function}.csv", tables.Candidate, found)
    for words in ("model_words.csv", "scratch_words.csv"):
        shutil.copy(DATA / words, root / words)
    shutil.copytree(DATA / "messages", root / "messages", dirs_exist_ok=True)
    return Registry(root)


def org(name: str, seat: str, **more: str) -> Row:
    """Return an organization row."""
    return {"id": name, "name": name.title(), "seat": seat, **more}


def seat(key: str, organization: str, **more: str) -> Row:
    """Return a claim that ``organization`` publishes ``key``."""
    return {"key": key, "role": "seat", "organization": organization, **more}


def derived(child: str, parent: str, how: str = "finetune", **more: str) -> Row:
    """Return a lineage row."""
    return {"child": child, "relation": "derived-from", "how": how, "parent": parent, **more}
