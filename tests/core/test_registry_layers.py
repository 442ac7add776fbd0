"""Overlays, search in place, and the commands that read the registry as a whole."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import RegistryError
from provenance.registry import Registry, data_directory
from provenance.registry.browse import diff, older_than, search
from provenance.registry.sorted_table import SortedTable, sorted_text
from provenance.registry.tables import Claim
from tests.support.command import provenance

KEYS = st.text(st.sampled_from("abAB/-_.*%@:0"), min_size=1, max_size=6)
TODAY = "2026-11-21"


@settings(max_examples=300, deadline=None)
@given(st.lists(KEYS, max_size=40), KEYS)
def test_a_table_searched_in_place_finds_what_a_dictionary_finds(
    keys: list[str], wanted: str
) -> None:
    rows = [[key, str(number)] for number, key in enumerate(keys)]
    text = sorted_text("key,value\n" + "".join(f"{k},{v}\n" for k, v in rows))
    table = SortedTable(text, "t.csv", ("key", "value"))
    for key in {*keys, wanted}:
        assert sorted(table.find(key)) == sorted(row for row in rows if row[0] == key)
    assert sorted(table.starting(wanted)) == sorted(r for r in rows if r[0].startswith(wanted))
    assert sorted(table.all()) == sorted(rows)
    assert sorted(table.keys()) == sorted(keys)


def overlay(tmp_path: Path, *rows: tuple[str, ...], name: str = "mine.csv") -> Path:
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Claim._fields)
        writer.writerows(rows)
    return path


def row(key: str, organization: str) -> tuple[str, ...]:
    return (key, "seat", organization, "", "", "", "our contract 7", TODAY, "high", "curated", "n")


def test_an_overlay_answers_alone_for_its_keys_and_says_where_it_comes_from(
    tmp_path: Path,
) -> None:
    mine = overlay(tmp_path, row("pkg:pypi/torch", "huawei"), row("pkg:pypi/our-own", "mistral"))
    registry = Registry(overlays=[mine])
    assert [c.organization for c in registry.claims("pkg:pypi/torch@2.1", TODAY)] == ["huawei"]
    assert [c.note for c in registry.claims("pkg:pypi/our-own", TODAY)] == ["n; overlay mine.csv"]
    assert registry.claims("pkg:pypi/numpy", TODAY) == Registry().claims("pkg:pypi/numpy", TODAY)


def test_the_later_of_two_overlays_wins(tmp_path: Path) -> None:
    first = overlay(tmp_path, row("pkg:pypi/x", "huawei"), name="a.csv")
    second = overlay(tmp_path, row("pkg:pypi/x", "mistral"), name="b.csv")
    registry = Registry(overlays=[first, second])
    assert [c.organization for c in registry.claims("pkg:pypi/x", TODAY)] == ["mistral"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "key,role\n"])
def test_an_overlay_with_no_tables_columns_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(RegistryError, match="columns are no table"):
        Registry(overlays=[tmp_path / "bad.csv"])


def test_a_scan_names_its_overlays_with_digest(tmp_path: Path) -> None:
    mine = overlay(tmp_path, row("pkg:pypi/our-own", "mistral"))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "requirements.txt").write_text("our-own==1\n")
    args = ("scan", tree, "-f", "json", "-q", "--registry", mine)
    report = provenance(*args, cwd=tmp_path).json
    assert [(o["file"], o["rows"]) for o in report["inputs"]["registry"]["overlays"]] == [
        ("mine.csv", 1)
    ]
    found = {item["id"]: item for item in report["components"]}
    assert found["pkg:pypi/our-own@1"]["jurisdictions"] == ["FR"]


def test_a_package_from_a_code_host_is_inferred_with_low_confidence(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "unheard-of @ git+https://github.com/huggingface/unheard-of\nnever-seen==1\n"
    )
    args = ("scan", tmp_path, "-f", "json", "-q", "--exit-zero")
    report = provenance(*args, cwd=tmp_path).json
    found = {item["id"]: item for item in report["components"]}
    inferred = [o for o in found["pkg:pypi/unheard-of"]["origins"] if o["role"] == "seat"]
    assert {(o["jurisdiction"], o["confidence"]) for o in inferred} == {("US", "low")}
    assert any("inferred from the code host" in e["note"] for e in inferred[0]["evidence"])
    assert found["pkg:pypi/never-seen@1"]["jurisdictions"] == []


def test_a_scope_tells_with_low_confidence_once_two_of_its_packages_agree(
    tmp_path: Path,
) -> None:
    mine = overlay(tmp_path, row("pkg:npm/%40acme/one", "mistral"))
    asked = ("registry", "lookup", "@acme/three", "-f", "json", "--registry", mine)
    assert provenance(*asked, cwd=tmp_path).json[0]["jurisdictions"] == []
    mine = overlay(
        tmp_path, row("pkg:npm/%40acme/one", "mistral"), row("pkg:npm/%40acme/two", "mistral")
    )
    answer = provenance(*asked, cwd=tmp_path).json[0]
    assert answer["id"] == "pkg:npm/%40acme/three"
    assert [(o["jurisdiction"], o["confidence"]) for o in answer["origins"]] == [("FR", "low")]
    near = provenance("registry", "lookup", "@acme-labs/x", *asked[3:], cwd=tmp_path).json[0]
    assert near["jurisdictions"] == []  # a neighbour's name is nobody's evidence
    mixed = overlay(
        tmp_path, row("pkg:npm/%40acme/one", "mistral"), row("pkg:npm/%40acme/two", "huawei")
    )
    assert mixed == mine
    assert provenance(*asked, cwd=tmp_path).json[0]["jurisdictions"] == []


def test_places_of_two_jurisdictions_contradict_each_other(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "odd @ git+https://github.com/huggingface/odd\nodd @ git+https://github.com/mistralai/odd\n"
    )
    args = ("scan", tmp_path, "-f", "json", "-q", "--exit-zero")
    report = provenance(*args, cwd=tmp_path).json
    odd = next(item for item in report["components"] if item["id"] == "pkg:pypi/odd")
    assert odd["jurisdictions"] == []
    assert "inference-conflict" in {
        g["reason"] for g in report["gaps"] if g["subject"] == odd["id"]
    }


def test_search_takes_all_words_whatever_their_case() -> None:
    found = search(Registry(), ("VOXTRAL", "no such words"))
    assert found == []
    found = search(Registry(), ("Voxtral-Mini-3B-2507", "whisper"))
    assert "lineage.csv" in {name for name, _, _ in found}


def test_overlays_reach_the_commands_that_browse(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    lines = [",".join(row(f"pkg:pypi/{key}", "nobody-known")) for key in ("zz-two", "zz-one")]
    text = "\n".join([",".join(Claim._fields), *lines, lines[0], ""])
    own.write_text(re.sub(r"20\d\d-\d\d-\d\d", "2020-01-01", text))
    args = ("--registry", own)
    found = provenance("registry", "search", "zz-one", *args, cwd=tmp_path)
    assert found.out.startswith("overlay own.csv:3: pkg:pypi/zz-one,")
    counts = provenance("registry", "stats", "-f", "json", *args, cwd=tmp_path).json
    assert counts["rows"]["overlay own.csv"] == 3
    old = provenance("registry", "stale", "--months", "0", *args, cwd=tmp_path)
    assert "overlay own.csv:2: pkg:pypi/zz-two" in old.out
    checked = provenance("registry", "validate", *args, cwd=tmp_path)
    assert checked.code == 1
    assert "overlay own.csv: pkg:pypi/zz-two" in checked.out  # twice the same key
    assert "no organization 'nobody-known'" in checked.out


def test_stale_rows_are_those_older_than_the_months_given() -> None:
    registry = Registry()
    assert older_than(registry, "2026-11-22", 120) == []
    every = sum(1 for name, _, _ in older_than(registry, "2099-01-01", 1) if name == "lineage.csv")
    assert every == sum(1 for _ in registry.text("lineage.csv").splitlines()) - 1


def test_diff_tells_added_removed_and_changed_rows(tmp_path: Path) -> None:
    for name in ("old", "new"):
        folder = tmp_path / name
        folder.mkdir()
        lines = [",".join(row(f"pkg:pypi/{key}", "huawei")) for key in ("a", "b", "c")]
        if name == "new":
            lines[1] = lines[1].replace("huawei", "mistral")
            lines[2] = lines[2].replace("/c,", "/d,")
        head = ",".join(Claim._fields)
        (folder / "origin_registry.csv").write_text("\n".join([head, *lines, ""]))
    found = [
        (sign, text.split(",")[0]) for sign, _, text in diff(tmp_path / "old", tmp_path / "new")
    ]
    assert sorted(found) == [
        ("+", "pkg:pypi/d"), ("-", "pkg:pypi/c"),
        ("~", "pkg:pypi/b (organization: huawei → mistral)"),
    ]  # fmt: skip
    assert diff(data_directory(), data_directory()) == []


def test_lookup_says_who_publishes_without_a_seat(tmp_path: Path) -> None:
    args = ("registry", "lookup", "huggingface:TheBloke")
    answer = provenance(*args, "-f", "json", cwd=tmp_path).json[0]
    assert answer["jurisdictions"] == []
    assert answer["publishers_without_seat"][0]["organization"] == "community"
    assert "no legal entity" in provenance(*args, cwd=tmp_path).out
