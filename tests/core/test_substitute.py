"""Substitutes: audited like the original; nothing from or built on the denied is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from provenance.assess import assess
from provenance.graph import Graph
from provenance.model import Attribution, Gap, Substitute
from provenance.pipeline import examine
from provenance.policy import Policy, load
from provenance.registry import Registry
from provenance.registry.tables import Candidate
from provenance.substitute import functions_of, propose
from tests.support.small_data import DATA, DAY, derived, org, seat, small_registry
from tests.support.small_graph import audit_of, base, component, graph, link, policy

HF = "pkg:huggingface/"
FUNCTIONS = sorted(path.stem for path in DATA.glob("substitutes/*.csv"))


def candidate(name: str, component: str = "", **more: str) -> Mapping[str, str]:
    return {
        "id": name,
        "name": name.title(),
        "component": component,
        "jurisdictions": "FR",
        "us_weights": "none_found",
        "us_code": "none_found",
        "license": "MIT",
        **more,
    }


def registry_of(
    root: Path, *found: Mapping[str, str], more: tuple[Mapping[str, str], ...] = ()
) -> Registry:
    return small_registry(
        root,
        organizations=[
            org("us", "US"),
            org("cn", "CN"),
            org("fr", "FR"),
            org("de", "DE"),
            org("owned", "FR"),
        ],
        ownership=[{"organization": "owned", "owner": "us", "role": "control"}],
        origin_registry=[
            seat("huggingface:us", "us"),
            seat("huggingface:cn", "cn"),
            seat("huggingface:fr", "fr"),
            seat("huggingface:owned", "owned"),
            seat("huggingface:de", "de"),
            {"key": "service:api", "role": "operator", "organization": "us"},
        ],
        lineage=[
            derived(f"{HF}cn/built", f"{HF}us/base"),
            derived(f"{HF}fr/deep", f"{HF}cn/built"),
            derived(f"{HF}fr/lost", f"{HF}nobody/base"),
            derived(f"{HF}fr/fine", f"{HF}fr/base"),
        ],
        functions=[
            {"key": "service:api", "name": "API", "function": "llm.api"},
            {"key": "huggingface:us", "name": "W", "function": "llm.weights"},
            {"key": "service:odd", "name": "Odd", "function": "odd.api"},
        ],
        alternatives=[{"function": "llm.api", "alternative": "llm.weights"}],
        candidates={"llm.weights": found, **({"llm.api": more} if more else {})},
    )


def proposed(
    registry: Registry, rules: Policy | None = None, made: Graph | None = None
) -> tuple[tuple[Substitute, ...], dict[str, int], tuple[Gap, ...]]:
    audit, _ = audit_of(registry, made or graph(extra=[f"{HF}us/base"]))
    rules = rules or policy(registry, rest="[substitutes]\nlimit = 20")
    created = f"{DAY}T00:00:00Z"
    return propose(
        audit, assess(audit, rules), rules, lambda names: examine(names, registry, created)
    )


def tiers(found: tuple[Substitute, ...]) -> dict[str, str]:
    return {item.name: item.tier for item in found}


def test_what_is_from_or_built_on_the_denied_is_left_out_and_counted(tmp_path: Path) -> None:
    registry = registry_of(
        tmp_path,
        candidate("fine", f"{HF}fr/fine"),
        candidate("own-us", f"{HF}us/other"),
        candidate("row-us", "", jurisdictions="US"),
        candidate("one-step", f"{HF}cn/built", jurisdictions="CN"),
        candidate("two-steps", f"{HF}fr/deep"),
        candidate("owned", f"{HF}owned/m"),
        candidate("recorded", f"{HF}fr/other", us_weights="exposed"),
        candidate("itself", f"{HF}us/base"),
    )
    found, left_out, gaps = proposed(registry)
    assert tiers(found) == {"Fine": "clean"}
    assert left_out == {f"{HF}us/base": 6}
    assert gaps == ()


def test_what_is_not_known_is_never_clean(tmp_path: Path) -> None:
    registry = registry_of(
        tmp_path,
        candidate("fine", f"{HF}fr/fine"),
        candidate("lost", f"{HF}fr/lost"),
        candidate("nobody", "", jurisdictions=""),
        candidate("unknown", f"{HF}nobody/m", jurisdictions=""),
        candidate("weights", f"{HF}fr/x", us_weights="unclear"),
        candidate("code", f"{HF}fr/y", us_code="exposed"),
        candidate("half", f"{HF}fr/z", us_code="unclear"),
    )
    found, _, _ = proposed(registry)
    assert tiers(found) == {
        "Fine": "clean",
        "Lost": "unclear",
        "Nobody": "unclear",
        "Unknown": "unclear",
        "Weights": "unclear",
        "Code": "partial",
        "Half": "partial",
    }
    assert [item.tier for item in found] == sorted(
        (item.tier for item in found), key=["clean", "partial", "unclear"].index
    )
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_another_policy_another_answer(tmp_path: Path) -> None:
    registry = registry_of(
        tmp_path,
        candidate("fine", f"{HF}fr/fine"),
        candidate("chinese", f"{HF}cn/own"),
        candidate("mixed", f"{HF}cn/built", jurisdictions="CN"),
        candidate("american", f"{HF}us/own", jurisdictions="US", us_weights="exposed"),
    )
    rules = policy(registry, 'deny = ["CN"]', rest="[substitutes]\nlimit = 20")
    found, left_out, _ = proposed(registry, rules, graph(extra=[component(f"{HF}cn/built")]))
    assert set(tiers(found)) == set()  # no function is recorded for this one
    made = graph([base(f"{HF}cn/mine", f"{HF}us/base")])
    found, left_out, _ = proposed(registry, rules, made)
    assert set(tiers(found)) == {"Fine", "American"}
    assert left_out[f"{HF}cn/mine"] == 2
    assert all(item.layers == () for item in found)


def test_no_acceptable_candidate_is_a_gap(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, candidate("one-step", f"{HF}cn/built", jurisdictions="CN"))
    found, left_out, (gap,) = proposed(registry)
    assert found == ()
    assert left_out == {f"{HF}us/base": 1}
    assert (gap.subject, gap.reason) == (f"{HF}us/base", "no-acceptable-candidate")
    assert dict(gap.params) == {"function": "llm.weights", "left_out": "1"}


def test_no_table_is_a_gap_too(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, candidate("fine", f"{HF}fr/fine"))
    rules = policy(registry, 'deny = ["US"]')
    made = graph([link("model:x/y", "service:api", "served-by")], extra=["service:api"])
    (tmp_path / "substitutes" / "llm.weights.csv").unlink()
    found, _, gaps = proposed(registry, rules, made)
    assert found == ()
    assert ("service:api", "no-substitute-data") in {(g.subject, g.reason) for g in gaps}


def test_alternatives_of_a_function_are_offered(tmp_path: Path) -> None:
    registry = registry_of(
        tmp_path, candidate("weights", f"{HF}fr/fine"), more=(candidate("hosted", "service:eu"),)
    )
    found, _, _ = proposed(registry, made=graph(extra=["service:api"]))
    assert {(item.name, item.function) for item in found} == {
        ("Weights", "llm.weights"),
        ("Hosted", "llm.api"),
    }
    assert {item.of for item in found} == {"service:api"}


def test_rank_by_tier_then_preference_then_effort_then_confidence(tmp_path: Path) -> None:
    registry = registry_of(
        tmp_path,
        candidate("a-de", f"{HF}de/a", jurisdictions="DE"),
        candidate("b-fr-large", f"{HF}fr/b", effort="XL"),
        candidate("c-fr-small", f"{HF}fr/c", effort="S"),
        candidate("d-fr-small-low", f"{HF}fr/d", effort="S", confidence="low"),
        candidate("e-fr-partly", f"{HF}fr/e", effort="S", us_code="exposed"),
        candidate("f-fr-code", f"{HF}fr/f", effort="S", note="task=code"),
    )
    rules = policy(registry, rest='[substitutes]\nlimit = 20\nprefer = ["FR", "DE"]')
    found, _, _ = proposed(registry, rules)
    assert [item.name for item in found] == [
        "C-Fr-Small",
        "D-Fr-Small-Low",
        "B-Fr-Large",
        "A-De",
        "F-Fr-Code",
        "E-Fr-Partly",
    ]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_limit(tmp_path: Path, limit: int) -> None:
    registry = registry_of(tmp_path, *(candidate(f"c{n}", f"{HF}fr/c{n}") for n in range(4)))
    rules = policy(registry, rest=f"[substitutes]\nlimit = {limit}")
    found, _, gaps = proposed(registry, rules)
    assert len(found) == limit
    assert gaps == ()


def test_nothing_is_looked_up_for_what_only_informs(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, candidate("fine", f"{HF}fr/fine"))
    found, left_out, gaps = proposed(registry, policy(registry, open_weights="info"))
    assert (found, left_out, gaps) == ((), {}, ())


def test_a_model_takes_its_function_from_what_it_is_made_from(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, candidate("fine", f"{HF}fr/fine"))
    child = "model:local/mine"
    audit, _ = audit_of(registry, graph([base(child, f"{HF}us/base")]))
    assert functions_of(audit, child) == ("llm.weights",)
    found, _, _ = proposed(registry, made=graph([base(child, f"{HF}us/base")]))
    assert child in {item.of for item in found}


# -- the shipped candidates --------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return Registry()


@pytest.fixture(scope="module")
def examined(shipped: Registry) -> Mapping[str, Attribution]:
    """Every shipped candidate and substitute's attribution, as the program makes it."""
    rows = [row for name in FUNCTIONS for row in shipped.candidates(name)]
    wanted = sorted({row.component for row in rows} - {""})
    return examine(wanted, shipped, f"{DAY}T00:00:00Z")


def listed(shipped: Registry, name: str, examined: Mapping[str, Attribution]) -> list[Substitute]:
    """Return everything the default policy would ever list for one function."""
    from provenance.substitute import _judge

    text = shipped.text("policies/us-exposure.toml").replace("limit = 3", "limit = 20")
    rules = load(text, "us-exposure", shipped)
    audit, _ = audit_of(shipped, graph())
    rows = [(name, row) for row in shipped.candidates(name)]
    found, left_out = _judge("service:none", rows, examined, rules, audit)
    assert len(found) + left_out == len(rows)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_shipped_candidate_that_is_listed_is_of_or_built_on_the_denied(
    shipped: Registry, examined: Mapping[str, Attribution], name: str
) -> None:
    for item in listed(shipped, name, examined):
        assert "US" not in item.jurisdictions, item
        assert "US" not in item.effective_jurisdictions, item
        audited = examined.get(item.candidate)
        if audited:
            assert "US" not in audited.effective_jurisdictions, item
            assert item.tier == "unclear" or not audited.unknown, item
        if item.tier == "clean":
            assert item.jurisdictions, item
            assert dict(item.layers).get("weights") not in ("exposed", "unclear"), item
            assert dict(item.layers).get("code") not in ("exposed", "unclear"), item


def owners_of(shipped: Registry, row: Candidate) -> set[str]:
    """Return the seats of a candidate's organization and of everybody above it."""
    seats, pending, seen = set(), [row.organization], set()
    while pending:
        current = pending.pop()
        if current in seen or current not in shipped.organizations:
            continue
        seen.add(current)
        seats.add(shipped.organizations[current].seat)
        pending += [owner.owner for owner in shipped.owners(current, DAY)]
    return seats - {""}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_listed_candidate_belongs_to_the_denied_through_its_owners(
    shipped: Registry, examined: Mapping[str, Attribution], name: str
) -> None:
    names = {row.component or f"candidate:{row.id}": row for row in shipped.candidates(name)}
    wrong = [
        (item.candidate, names[item.candidate].organization)
        for item in listed(shipped, name, examined)
        if "US" in owners_of(shipped, names[item.candidate])
    ]
    assert wrong == []
