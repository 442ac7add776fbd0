"""``validate``: the shipped data hold together, and no claim without evidence passes."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from provenance.registry import Registry, tables
from provenance.registry.validate import validate
from tests.support.small_data import DATA, TABLES, derived, org, seat, small_registry

SHIPPED = {
    **TABLES,
    **{f"substitutes/{p.name}": tables.Candidate for p in sorted(DATA.glob("substitutes/*.csv"))},
}
SOURCED = sorted(name for name, row in SHIPPED.items() if "source" in row._fields)  # type: ignore[attr-defined]
CLAIMS = "origin_registry.csv"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped data that tests change and put back."""
    folder = tmp_path_factory.mktemp("copy") / "data"
    shutil.copytree(DATA, folder)
    return folder


def rows_of(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@contextmanager
def changed(data: Path, name: str, rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Write other rows into one table and yield what ``validate`` then says."""
    path = data / name
    before = path.read_bytes()
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    try:
        yield validate(Registry(data))
    finally:
        path.write_bytes(before)


def with_cell(rows: list[list[str]], number: int, column: str, value: str) -> list[list[str]]:
    """Return the rows with one cell changed."""
    changed_row = list(rows[number])
    changed_row[rows[0].index(column)] = value
    return [*rows[:number], changed_row, *rows[number + 1 :]]


def test_the_shipped_data_hold_together() -> None:
    assert validate(Registry()) == ()


def test_every_table_with_a_source_is_checked_here() -> None:
    found = {
        str(path.relative_to(DATA))
        for path in DATA.rglob("*.csv")
        if "source" in path.read_text("utf-8").partition("\n")[0].split(",")
    }
    assert found == set(SOURCED)


@pytest.mark.parametrize("name", SOURCED)
def test_no_row_of_any_table_passes_without_its_source(data: Path, name: str) -> None:
    rows = rows_of(name)
    column = rows[0].index("source")
    bare = [rows[0], *([*row[:column], "", *row[column + 1 :]] for row in rows[1:])]
    with changed(data, name, bare) as problems:
        missing = [line for line in problems if line.endswith(": no source")]
        assert len(missing) == len(rows) - 1
    one = random.Random(name).randrange(1, len(rows))
    with changed(data, name, with_cell(rows, one, "source", "")) as problems:
        assert [line for line in problems if line.endswith(": no source")]
        assert all(line.startswith(f"data/{name}: ") for line in problems)


@pytest.mark.parametrize("part", range(4))
def test_any_claim_that_loses_its_source_fails(data: Path, part: int) -> None:
    rows = rows_of(CLAIMS)
    sample = random.Random(20260301).sample(range(1, len(rows)), 24)
    for number in sample[part * 6 : part * 6 + 6]:
        key = rows[number][0]
        with changed(data, CLAIMS, with_cell(rows, number, "source", "")) as problems:
            assert any(
                p.startswith(f"data/{CLAIMS}: {key} ") and p.endswith(": no source")
                for p in problems
            ), key


BAD_CELLS = [
    ("key", "", "no key"),
    ("key", "torch", "no component key"),
    ("role", "owner", "role 'owner'"),
    ("role", "", "role ''"),
    ("role", "host", "needs a known jurisdiction"),
    ("organization", "", "no organization ''"),
    ("organization", "nobody-knows", "no organization 'nobody-knows'"),
    ("jurisdiction", "US", "the jurisdiction comes from the organization"),
    ("valid_from", "soon", "valid_from 'soon' is no date"),
    ("valid_from", "2026-13", "valid_from '2026-13' is no date"),
    ("valid_to", "2026-02-30", "valid_to '2026-02-30' is no date"),
    ("source", "", "no source"),
    ("source", "  ", "no source"),
    ("as_of", "", "as_of '' is no date"),
    ("as_of", "yesterday", "as_of 'yesterday' is no date"),
    ("as_of", "2026-00-01", "is no date"),
    ("as_of", "01.02.2026", "is no date"),
    ("confidence", "", "confidence ''"),
    ("confidence", "certain", "confidence 'certain'"),
    ("basis", "guessed", "basis 'guessed'"),
    ("note", " two", "stray blanks"),
    ("note", "two\nlines", "stray blanks"),
]


def test_every_column_of_a_claim_is_covered_below() -> None:
    assert {column for column, _, _ in BAD_CELLS} == set(tables.Claim._fields)


@pytest.mark.parametrize(("column", "value", "message"), BAD_CELLS)
def test_a_bad_cell_of_a_claim_fails(data: Path, column: str, value: str, message: str) -> None:
    rows = rows_of(CLAIMS)
    number = next(
        n
        for n, row in enumerate(rows)
        if (row[0] == "pkg:pypi/torch" and row[1] == "seat") or row[0].startswith("huggingface:M")
    )
    with changed(data, CLAIMS, with_cell(rows, number, column, value)) as problems:
        assert any(message in line for line in problems), problems


@pytest.fixture(scope="module")
def good() -> dict[str, list[Mapping[str, str]]]:
    """Rows of a small registry that is in order."""
    return {
        "organizations": [
            org("a", "FR"),
            org("b", "US"),
            org("c", "DE"),
            org("vol", "", type="community"),
        ],
        "ownership": [{"organization": "a", "owner": "b", "role": "control"}],
        "origin_registry": [
            seat("pkg:huggingface/ns/m", "a"),
            {"key": "service:s", "role": "operator", "organization": "b"},
            {"key": "service:s", "role": "host", "jurisdiction": "DE"},
        ],
        "identifiers": [{"identifier": "host:api.s.example", "component": "service:s"}],
        "lineage": [derived("pkg:huggingface/ns/m", "pkg:huggingface/ns/base")],
        "links": [
            {"source_component": "model:v/*", "relation": "served-by", "target": "service:s"}
        ],
        "components": [{"key": "model:v/*", "expression": "LicenseRef-x"}],
        "terms": [{"license": "LicenseRef-x", "name": "X"}],
        "functions": [{"key": "service:s", "name": "S", "function": "llm.api"}],
        "alternatives": [{"function": "llm.api", "alternative": "llm.weights"}],
    }


def candidate(**more: str) -> Mapping[str, str]:
    return {
        "id": "c1",
        "name": "C1",
        "component": "service:other",
        "organization": "c",
        "jurisdictions": "DE",
        "us_weights": "none_found",
        **more,
    }


def problems_of(
    root: Path, good: dict[str, Any], found: Any = None, **more: Any
) -> tuple[str, ...]:
    rows: Any = {**good, **more}
    return validate(small_registry(root, candidates={"llm.api": found or [candidate()]}, **rows))


def test_the_small_registry_is_in_order(tmp_path: Path, good: dict[str, Any]) -> None:
    assert problems_of(tmp_path, good) == ()


def _owner(organization: str, owner: str, **more: str) -> Mapping[str, str]:
    return {"organization": organization, "owner": owner, "role": "control", **more}


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("organizations", org("a", "DE"), "2 rows with the same key"),
        ("organizations", org("d", "EU"), "seat 'EU' is no known jurisdiction"),
        ("organizations", org("d", "XX"), "seat 'XX' is no known jurisdiction"),
        ("organizations", org("d", "FR", type="club"), "type 'club'"),
        ("organizations", org("d", "FR", type="community"), "a community has no seat"),
        ("organizations", org("", "FR"), "no id"),
        ("ownership", _owner("a", "nobody"), "no organization 'nobody'"),
        ("ownership", _owner("nobody", "a"), "no organization 'nobody'"),
        ("ownership", _owner("c", "b", role="friend"), "role 'friend'"),
        (
            "ownership",
            _owner("c", "b", valid_from="2026", valid_to="2025"),
            "ends before it starts",
        ),
        ("ownership", _owner("b", "a"), "owns itself through others"),
        ("ownership", _owner("c", "c"), "owns itself through others"),
        ("origin_registry", seat("pkg:huggingface/ns/m", "a"), "2 rows with the same key"),
        (
            "origin_registry",
            {"key": "service:s", "role": "host", "jurisdiction": "XX"},
            "needs a known jurisdiction",
        ),
        ("origin_registry", {"key": "service:s", "role": "law"}, "needs a known jurisdiction"),
        (
            "origin_registry",
            seat("pkg:pypi/x", "a", valid_from="2026-02", valid_to="2026-01"),
            "ends before it starts",
        ),
        ("identifiers", {"identifier": "url:x", "component": "service:s"}, "known scheme"),
        ("identifiers", {"identifier": "host:x.example", "component": "s"}, "no component 's'"),
        ("lineage", derived("pkg:huggingface/ns/m", "pkg:huggingface/ns/m"), "points at itself"),
        (
            "lineage",
            derived("pkg:huggingface/ns/m", "pkg:huggingface/ns/base", "merge"),
            "2 rows with the same key",
        ),
        (
            "lineage",
            derived("pkg:huggingface/ns/n", "pkg:huggingface/ns/m", "copied"),
            "how 'copied'",
        ),
        (
            "lineage",
            {**derived("pkg:huggingface/ns/n", "model:x"), "overrides_hub": "maybe"},
            "overrides_hub 'maybe'",
        ),
        (
            "lineage",
            {**derived("pkg:huggingface/ns/n", "model:v/x"), "relation": "is-a"},
            "relation 'is-a'",
        ),
        (
            "links",
            {"source_component": "service:s", "relation": "near", "target": "service:t"},
            "relation 'near'",
        ),
        (
            "links",
            {"source_component": "service:s", "relation": "runs-on", "target": "t"},
            "no component 't'",
        ),
        (
            "components",
            {"key": "model:v/*", "expression": "LicenseRef-x"},
            "2 rows with the same key",
        ),
        ("terms", {"license": "", "name": "X"}, "no license"),
        (
            "functions",
            {"key": "service:s", "name": "S", "function": "llm.api"},
            "2 rows with the same key",
        ),
        ("alternatives", {"function": "", "alternative": "x.y"}, "no function"),
    ],
)
def test_a_bad_row_fails(
    tmp_path: Path, good: dict[str, Any], table: str, row: Mapping[str, str], message: str
) -> None:
    problems = problems_of(tmp_path, good, **{table: [*good[table], row]})
    assert any(message in line for line in problems), problems


def test_a_longer_circle_of_owners_fails(tmp_path: Path, good: dict[str, Any]) -> None:
    circle = [_owner("a", "b"), _owner("b", "c"), _owner("c", "a")]
    problems = problems_of(tmp_path, good, ownership=circle)
    assert sum("owns itself" in line for line in problems) == 3


def test_a_circle_that_ended_is_no_circle(tmp_path: Path, good: dict[str, Any]) -> None:
    rows = [_owner("a", "b", valid_to="2024"), _owner("b", "a", valid_from="2024")]
    assert problems_of(tmp_path, good, ownership=rows) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"component": "other"}, "no component 'other'"),
        ({"organization": "nobody"}, "no organization 'nobody'"),
        ({"jurisdictions": "DE XX"}, "no jurisdiction 'XX'"),
        ({"jurisdictions": "EU"}, "no jurisdiction 'EU'"),
        ({"effort": "huge"}, "effort 'huge'"),
        ({"us_code": "maybe"}, "state 'maybe'"),
        ({"source": ""}, "no source"),
        ({"as_of": "now"}, "is no date"),
        ({"id": ""}, "no id"),
    ],
)
def test_a_bad_candidate_fails(
    tmp_path: Path, good: dict[str, Any], change: dict[str, str], message: str
) -> None:
    problems = problems_of(tmp_path, good, [candidate(**change)])
    assert any(message in line and "substitutes/llm.api.csv" in line for line in problems), problems


Change = Callable[[list[list[str]]], list[list[str]]]


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (CLAIMS, lambda rows: [rows[0], *reversed(rows[1:])], "not sorted"),
        ("organizations.csv", lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "not sorted"),
        (CLAIMS, lambda rows: [*rows, rows[-1]], "2 rows with the same key"),
        (CLAIMS, lambda rows: [rows[0][:-1], *rows[1:]], "columns are"),
        (CLAIMS, lambda rows: [*rows, ["one"]], "1 columns instead of 11"),
        (
            "organizations.csv",
            lambda rows: [r for r in rows if r[0] != "openai"],
            "no organization 'openai'",
        ),
        (
            "jurisdictions.csv",
            lambda rows: [r for r in rows if r[0] != "CN"],
            "seat 'CN' is no known jurisdiction",
        ),
    ],
)
def test_a_broken_table_of_the_shipped_data_fails(
    data: Path, name: str, change: Change, message: str
) -> None:
    with changed(data, name, change(rows_of(name))) as problems:
        assert any(message in line for line in problems), problems[:5]


def test_every_problem_of_a_file_is_said_at_once(data: Path) -> None:
    rows = with_cell(with_cell(rows_of(CLAIMS), 1, "source", ""), 5, "as_of", "never")
    with changed(data, CLAIMS, rows) as problems:
        assert len(problems) == 2


def test_a_missing_table_is_one_problem(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "lineage.csv").unlink()
    problems = validate(Registry(tmp_path / "data"))
    assert any("lineage.csv" in line for line in problems)
