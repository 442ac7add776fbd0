"""The database notices what was done to it, and says where."""

from __future__ import annotations

import json

import numpy as np
import pytest

from provenance.artifacts.source import ArtifactError
from provenance.fingerprint import database
from provenance.fingerprint.roles import RoleTable
from provenance.fingerprint.sketch import from_json, one_way, to_json
from provenance.fingerprint.thresholds import Thresholds
from tests.fingerprint.making import opened, sketch
from tests.support.weight_files import llama


@pytest.fixture(scope="module")
def text(roles: RoleTable, thresholds: Thresholds) -> str:
    rows = [
        database.row_of(sketch(opened(name, llama(seed)), roles, thresholds))
        for seed, name in enumerate(("zeta", "alpha", 'quoted","sketch":'))
    ]
    return database.written(rows)


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_round_trip_is_sorted_and_identical(text: str) -> None:
    found = list(database.read(lines(text)))
    assert [entry.name for entry in found] == ["alpha", 'quoted","sketch":', "zeta"]
    assert not any(entry.problem for entry in found)
    assert database.written(database.rows(lines(text))) == text


def test_a_sketch_in_memory_takes_one_bit_a_weight(text: str) -> None:
    """A thousand of them are compared in one run."""
    for entry in database.read(lines(text)):
        assert entry.sketch is not None
        [part] = entry.sketch.parts
        rows = dict(part.rows)
        assert {key: part.height(key) for key in rows} == {k: len(v) for k, v in rows.items()}
        assert all(set(np.unique(values)) == {-1, 1} for values in rows.values())
        assert part.size == sum(v.size // 8 for v in rows.values()) + 64 * len(part.norms)
        assert entry.sketch.size == part.size
        assert one_way(part).size == sum(v.size for v in rows.values()) + 64 * len(part.norms)


def test_a_changed_row_is_refused_and_named(text: str) -> None:
    changed = lines(text)
    place = changed[1].index('"data":"') + 20
    changed[1] = changed[1][:place] + ("B" if changed[1][place] != "B" else "C") + (
        changed[1][place + 1 :]
    )  # fmt: skip
    found = list(database.read(changed))
    assert (found[0].name, found[0].sketch, found[0].problem) == (
        "alpha", None, "its digest is wrong"
    )  # fmt: skip
    assert found[1].sketch is not None
    with pytest.raises(ArtifactError, match="line 2: 'alpha': its digest is wrong"):
        list(database.rows(changed))


@pytest.mark.parametrize("change", ["removed", "moved", "twice"])
def test_rows_are_held_together(text: str, change: str) -> None:
    head, *rows = lines(text)
    changed = {"removed": rows[1:], "moved": rows[::-1], "twice": [*rows, rows[0]]}[change]
    with pytest.raises(ArtifactError, match="not those it was written with"):
        list(database.read([head, *changed]))


def test_a_renamed_row_is_refused(text: str) -> None:
    changed = lines(text)
    changed[1] = changed[1].replace('"name":"alpha"', '"name":"meta/llama"', 1)
    assert next(database.read(changed)).problem == "it is the sketch of another name"


@pytest.mark.parametrize(
    "head", ["", "[]", '{"format":"x"}', '{"format":"provenance-lineage-db","version":2}', "{" * 9]
)
def test_no_database(head: str) -> None:
    with pytest.raises(ArtifactError):
        list(database.read([head + "\n"] if head else []))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 9),
        (("parts", 0, "shape", "width"), 1 << 40),
        (("parts", 0, "shape", "layers"), -1),
        (("parts", 0, "symmetry"), "mirror"),
        (("parts", 0, "norms", 0, "data"), "!"),
        (("parts", 0, "norms", 0, "data"), "AAAA"),
        (("parts", 0, "rows", 0, "rows"), 1 << 30),
        (("parts", 0, "rows", 0, "layer"), 1 << 30),
        (("parts", 0, "rows"), {}),
        (("name",), "x" * 5000),
        (("witness",), 3),
    ],
)
def test_a_hostile_sketch_is_refused(
    roles: RoleTable, thresholds: Thresholds, place: tuple[object, ...], value: object
) -> None:
    data = json.loads(json.dumps(to_json(sketch(opened("m", llama(1)), roles, thresholds))))
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(ArtifactError):
        from_json(data)
