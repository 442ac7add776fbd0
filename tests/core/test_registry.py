"""Look-ups in the registry: the most specific key, dated claims, wildcards, blocs, the digest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.addresses import host_of, is_local_host
from provenance.errors import RegistryError
from provenance.registry import Registry, in_force
from provenance.registry.tables import fits
from provenance.vocabulary import Vocabulary
from tests.support.small_data import DATA, DAY, derived, org, seat, small_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return small_registry(
        tmp_path_factory.mktemp("data"),
        organizations=[org(name, "FR") for name in ("all", "long", "exact", "space", "tag", "cut")],
        origin_registry=[
            seat("model:vendor/*", "all"),
            seat("model:vendor/big-*", "long"),
            seat("model:vendor/big-one", "exact"),
            seat("huggingface:Acme", "space"),
            seat("pkg:huggingface/Acme/Gift", "exact"),
            seat("pkg:huggingface/Acme/Series-*", "long"),
            seat("model:ollama/small", "tag"),
            seat("pkg:docker/acme/*", "cut"),
            seat("pkg:pypi/Upper", "all"),
            seat("github:owner", "space"),
        ],
        components=[
            {"key": "model:vendor/*", "expression": "LicenseRef-terms"},
            {"key": "huggingface:Acme", "expression": "MIT"},
        ],
        lineage=[derived("pkg:huggingface/Acme/Child", "pkg:huggingface/Acme/Gift")],
        functions=[
            {"key": "service:shop", "name": "The Shop", "function": "vector.store"},
            {"key": "service:shop", "name": "The Shop", "function": "search.api"},
            {"key": "model:vendor/*", "name": "Vendor", "function": "llm.api"},
        ],
        identifiers=[
            {"identifier": "host:api.acme.example", "component": "service:acme"},
            {"identifier": "host:*.acme.example", "component": "service:acme-cloud"},
            {"identifier": "host:*.eu.acme.example", "component": "service:acme-eu"},
            {"identifier": "host:gpu-*.acme.example", "component": "service:acme-gpu"},
        ],
        jurisdictions=[
            {"code": "FR", "name": "France", "blocs": "EU EEA"},
            {"code": "DE", "name": "Germany", "blocs": "EU EEA"},
            {"code": "NO", "name": "Norway", "blocs": "EEA"},
            {"code": "US", "name": "United States"},
        ],
    )


@pytest.mark.parametrize(
    ("component", "organizations"),
    [
        ("model:vendor/small", ["all"]),
        ("model:vendor/big-two", ["long"]),
        ("model:vendor/big-one", ["exact"]),
        ("model:vendor/", ["all"]),
        ("model:vendors/x", []),
        ("model:Vendor/x", []),
        ("pkg:huggingface/Acme/Anything", ["space"]),
        ("pkg:huggingface/acme/anything@abc", ["space"]),
        ("pkg:huggingface/ACME/GIFT", ["exact"]),
        ("pkg:huggingface/acme/series-9b", ["long"]),
        ("dataset:huggingface/Acme/Words", ["space"]),
        ("pkg:huggingface/Acme-2/Gift", []),
        ("model:modelscope/Acme/Gift", []),
        ("model:ollama/small:8b", ["tag"]),
        ("model:ollama/small", ["tag"]),
        ("model:ollama/smaller:8b", []),
        ("pkg:docker/acme/image@v1", ["cut"]),
        ("pkg:docker/acme2/image", []),
        ("pkg:pypi/upper", []),
        ("pkg:github/owner/repo", ["space"]),
        ("model:local/Acme/Gift", []),
        ("project:Acme", []),
    ],
)
def test_the_most_specific_key_wins(
    registry: Registry, component: str, organizations: list[str]
) -> None:
    assert [row.organization for row in registry.claims(component, DAY)] == organizations


def test_licenses_are_never_taken_from_a_namespace(registry: Registry) -> None:
    assert registry.component_licenses("pkg:huggingface/Acme/Gift") == ()
    (row,) = registry.component_licenses("model:vendor/anything")
    assert row.expression == "LicenseRef-terms"


def test_lineage_is_never_taken_from_a_neighbour(registry: Registry) -> None:
    (row,) = registry.lineage("pkg:huggingface/acme/child@abc")
    assert row.parent == "pkg:huggingface/Acme/Gift"
    assert registry.lineage("pkg:huggingface/Acme/Child-2") == ()
    assert registry.lineage("pkg:huggingface/Acme/Gift") == ()


def test_functions_and_names(registry: Registry) -> None:
    assert set(registry.functions("service:shop")) == {"vector.store", "search.api"}
    assert registry.display_name("service:shop") == "The Shop"
    assert registry.display_name("service:nobody") == "nobody"
    assert registry.functions("service:nobody") == ()


@pytest.mark.parametrize(
    ("start", "end", "day", "expected"),
    [
        ("", "", "2026-03-01", True),
        ("2026-03-01", "", "2026-02-28", False),
        ("2026-03-01", "", "2026-03-01", True),
        ("", "2026-03-01", "2026-02-28", True),
        ("", "2026-03-01", "2026-03-01", False),
        ("2026-03", "", "2026-02-28", False),
        ("2026-03", "", "2026-03-01", True),
        ("2026", "2027", "2026-12-31", True),
        ("2026", "2027", "2027-01-01", False),
        ("2025", "2026-03", "2026-03-01", False),
        ("2025", "2026-03", "2026-02-28", True),
    ],
)
def test_intervals_hold_from_their_first_day_to_before_their_end(
    start: str, end: str, day: str, expected: bool
) -> None:
    assert in_force(start, end, day) is expected


def test_claims_out_of_force_do_not_fall_back_to_a_wider_key(tmp_path: Path) -> None:
    registry = small_registry(
        tmp_path,
        organizations=[org("old", "FR"), org("new", "DE"), org("wide", "US")],
        origin_registry=[
            seat("pkg:huggingface/ns/m", "old", valid_to="2025-05-05"),
            seat("pkg:huggingface/ns/m", "new", valid_from="2025-05-05", valid_to="2025-09"),
            seat("huggingface:ns", "wide"),
        ],
    )

    def on(day: str) -> list[str]:
        return [row.organization for row in registry.claims("pkg:huggingface/ns/m", day)]

    assert on("2025-05-04") == ["old"]
    assert on("2025-05-05") == ["new"]
    assert on("2025-08-31") == ["new"]
    assert on("2025-09-01") == []


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("api.acme.example", "service:acme"),
        ("API.Acme.Example.", "service:acme"),
        ("x.acme.example", "service:acme-cloud"),
        ("a.b.acme.example", "service:acme-cloud"),
        ("one.eu.acme.example", "service:acme-eu"),
        ("gpu-7.acme.example", "service:acme-gpu"),
        ("acme.example", None),
        ("xacme.example", None),
        ("api.acme.example.evil.example", None),
        ("api-acme.example", None),
        ("", None),
    ],
)
def test_hosts_exact_then_the_longest_pattern(
    registry: Registry, host: str, service: str | None
) -> None:
    assert Vocabulary(registry).service_of_host(host) == service


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.acme.example/v1", "api.acme.example"),
        ("http://user:secret@api.acme.example:8080/v1", "api.acme.example"),
        ("wss://API.acme.example?x=1", "api.acme.example"),
        ("http://[::1]:8000/", "[::1]"),
        ("/v1/chat", None),
        ("api.acme.example", None),
    ],
)
def test_host_of(url: str, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.9", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("vllm", True),
        ("box.local", True),
        ("[::1]", True),
        ("8.8.8.8", False),
        ("api.acme.example", False),
        ("127.0.0.1.acme.example", False),
    ],
)
def test_local_hosts(host: str, local: bool) -> None:
    assert is_local_host(host) is local


def test_blocs_expand_and_a_country_is_itself(registry: Registry) -> None:
    assert registry.members("EU") == {"FR", "DE"}
    assert registry.members("EEA") == {"FR", "DE", "NO"}
    assert registry.members("FR") == {"FR"}
    assert registry.members("XX") == {"XX"}


def test_shipped_blocs_are_whole() -> None:
    registry = Registry()
    assert len(registry.members("EU")) == 27
    assert registry.members("EU") < registry.members("EEA")
    assert registry.members("EEA") - registry.members("EU") == {"IS", "LI", "NO"}
    assert "GB" not in registry.members("EU")
    assert len(registry.members("ASEAN")) >= 10


def test_owners_by_date(tmp_path: Path) -> None:
    registry = small_registry(
        tmp_path,
        organizations=[org("firm", "FR"), org("first", "DE"), org("second", "US")],
        ownership=[
            {"organization": "firm", "owner": "first", "role": "control", "valid_to": "2025-05-05"},
            {
                "organization": "firm",
                "owner": "second",
                "role": "control",
                "valid_from": "2025-05-05",
            },
        ],
    )
    assert registry.parent("firm", "2025-05-04") == "first"
    assert registry.parent("firm", "2025-05-05") == "second"
    assert registry.parent("first", "2025-05-05") is None


@given(
    st.text("ab/*", max_size=8).map(lambda tail: f"m/{tail}*a"[:9]).filter(lambda p: "*" in p),
    st.text("ab/", max_size=10),
)
def test_a_star_stands_for_any_text(pattern: str, tail: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), f"m/{tail}")
    assert fits(f"m/{tail}", pattern) is bool(expected)


# -- digest ------------------------------------------------------------------------------------


def test_digest_is_stable_and_changes_with_any_byte(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "a")
    shutil.copytree(DATA, tmp_path / "b")
    first, rows = Registry(tmp_path / "a").digest
    assert Registry(tmp_path / "a").digest == Registry(tmp_path / "b").digest
    assert rows > 1000
    seen = {first}
    for name in Registry(tmp_path / "a").files():
        path = tmp_path / "b" / name
        data = path.read_bytes()
        path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
        seen.add(Registry(tmp_path / "b").digest[0])
        path.write_bytes(data)
    assert len(seen) == len(Registry(tmp_path / "a").files()) + 1
    assert Registry(tmp_path / "b").digest[0] == first


def test_digest_sees_names_and_moves(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "a")
    first, _ = Registry(tmp_path / "a").digest
    (tmp_path / "a" / "extra.toml").write_text("")
    second, _ = Registry(tmp_path / "a").digest
    (tmp_path / "a" / "extra.toml").rename(tmp_path / "a" / "other.toml")
    third, _ = Registry(tmp_path / "a").digest
    assert len({first, second, third}) == 3


# -- files that cannot be read -----------------------------------------------------------------


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"organizations\.csv"):
        _ = Registry(tmp_path).organizations


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("word,more\n", "columns are word, more"),
        ("organization,owner\nx\n", "columns are"),
        ("", "columns are"),
    ],
)
def test_another_header_is_not_read(tmp_path: Path, text: str, message: str) -> None:
    registry = small_registry(tmp_path)
    (tmp_path / "ownership.csv").write_text(text)
    with pytest.raises(RegistryError, match=message) as caught:
        registry.owners("x", DAY)
    assert "expected organization" in caught.value.hint


def test_a_short_row_names_its_line(tmp_path: Path) -> None:
    registry = small_registry(tmp_path, organizations=[org("a", "FR")])
    path = tmp_path / "organizations.csv"
    path.write_text(path.read_text("utf-8") + "b,B\n", "utf-8")
    with pytest.raises(RegistryError, match=r"data/organizations\.csv:3: 2 columns instead of 9"):
        _ = registry.organizations
