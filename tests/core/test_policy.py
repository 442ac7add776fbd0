"""Policies: every key, its values, and what is said about those that cannot be used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from provenance.errors import PolicyError
from provenance.model import SEVERITIES, USAGES
from provenance.policy import EXPOSURES, Policy, load
from provenance.registry import Registry
from tests.support.small_data import DATA

SHIPPED = sorted(path.stem for path in DATA.glob("policies/*.toml"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry()


def policy(text: str, registry: Registry) -> Policy:
    return load(text, "p.toml", registry)


def refused(text: str, registry: Registry) -> tuple[str, str]:
    with pytest.raises(PolicyError) as caught:
        policy(text, registry)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("p.toml: ")
    return str(caught.value), caught.value.hint


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_load_and_leave_nothing_out(registry: Registry, name: str) -> None:
    found = load(registry.text(f"policies/{name}.toml"), name, registry)
    assert found.id == name
    assert set(found.exposure) == set(EXPOSURES)
    assert set(found.unknown) == {"model", "service", "package", "dataset", "container", "platform"}
    assert found.limit > 0


def test_every_key(registry: Registry) -> None:
    text = """
        id = "mine"
        version = "2"
        title = "Mine"
        deny = ["US", "EU"]
        allow = ["CN", "FR"]
        reach = "control"
        fail_on = "low"
        [exposure]
        hosted-api = "high"
        package = "info"
        [unknown]
        model = "medium"
        [usage]
        test = "low"
        [substitutes]
        prefer = ["CN", "CH"]
        limit = 0
    """
    found = policy(text, registry)
    assert found.id == "mine"
    assert found.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert found.deny == {"US"} | registry.members("EU")
    assert found.allow == {"CN", "FR"}
    assert found.roles == {"seat", "operator", "control"}
    assert found.fail_on == "low"
    assert dict(found.exposure) == {"hosted-api": "high", "package": "info"}
    assert dict(found.unknown) == {"model": "medium"}
    assert dict(found.usage) == {"test": "low"}
    assert found.prefer == ("CN", "CH")
    assert found.limit == 0
    assert found.label == "US, EU"


def test_defaults(registry: Registry) -> None:
    found = policy('deny = ["US"]', registry)
    assert (found.id, found.fail_on, found.limit, found.prefer) == ("p.toml", "high", 3, ())
    assert found.roles == {"seat", "control", "steward", "operator"}
    assert not found.exposure
    assert not found.unknown
    assert not found.usage


def test_what_reach_counts(registry: Registry) -> None:
    roles = {
        name: policy(f'deny = ["US"]\nreach = "{name}"', registry).roles
        for name in ("seat", "control", "strict")
    }
    assert roles["seat"] == {"seat", "operator"}
    assert roles["control"] == roles["seat"] | {"control"}
    assert roles["strict"] == roles["control"] | {"steward"}


def test_deny_denies_what_it_names(registry: Registry) -> None:
    found = policy('deny = ["US"]', registry)
    assert found.denied(("CN", "US", "FR")) == ("US",)
    assert found.denied(()) == ()
    assert found.label == "US"


def test_allow_denies_everything_else(registry: Registry) -> None:
    found = policy('allow = ["CN"]', registry)
    assert found.denied(("CN", "US", "FR")) == ("US", "FR")
    assert found.denied(("CN",)) == ()
    assert found.label == "not CN"


def test_with_both_deny_wins_inside_allow(registry: Registry) -> None:
    found = policy('allow = ["EU"]\ndeny = ["FR"]', registry)
    assert found.denied(("DE", "FR", "US")) == ("FR", "US")


def test_blocs_expand_to_their_members(registry: Registry) -> None:
    found = policy('allow = ["EEA", "CH"]', registry)
    assert found.denied(("NO", "DE", "CH", "GB")) == ("GB",)
    assert "EEA" not in found.allow


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize("cap", SEVERITIES)
def test_usage_caps_and_never_raises(registry: Registry, usage: str, cap: str) -> None:
    found = policy(f'deny = ["US"]\n[usage]\n{usage} = "{cap}"', registry)
    for severity in SEVERITIES:
        capped = found.severity(severity, usage)  # type: ignore[arg-type]
        assert SEVERITIES.index(capped) == min(SEVERITIES.index(severity), SEVERITIES.index(cap))
    other = "used" if usage != "used" else "test"
    assert found.severity("high", other) == "high"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ('dny = ["US"]', "dny", "deny"),
        ('deny = ["US"]\nfail-on = "low"', "fail-on", "fail_on"),
        ('deny = ["US"]\n[exposure]\nhosted-apis = "low"', "exposure.hosted-apis", "hosted-api"),
        ('deny = ["US"]\n[exposure]\nopen_weights = "low"', "exposure.open_weights", "open-weights"),
        ('deny = ["US"]\n[unknown]\nmodels = "low"', "unknown.models", "model"),
        ('deny = ["US"]\n[usage]\ntests = "low"', "usage.tests", "test"),
        ('deny = ["US"]\n[substitutes]\nprefers = ["CN"]', "substitutes.prefers", "prefer"),
    ],
)
def test_unknown_keys_with_a_suggestion(
    registry: Registry, text: str, key: str, near: str
) -> None:
    message, hint = refused(text, registry)
    assert message == f"p.toml: unknown key {key}"
    assert hint == f"did you mean {near}?"


def test_an_unknown_key_near_nothing_lists_the_known_ones(registry: Registry) -> None:
    _, hint = refused('deny = ["US"]\nzzz = 1', registry)
    assert hint.startswith("known: ")
    assert "deny" in hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "neither deny nor allow"),
        ("deny = []", "neither deny nor allow"),
        ('deny = "US"', "deny is not a list"),
        ("allow = [1]", "allow is not a list"),
        ('deny = ["US"]\nreach = "owner"', "reach = 'owner'"),
        ('deny = ["US"]\nreach = ["seat"]', "reach = ['seat']"),
        ('deny = ["US"]\nfail_on = "never"', "fail_on = 'never'"),
        ('deny = ["US"]\nfail_on = "critical"', "fail_on = 'critical'"),
        ('deny = ["US"]\n[exposure]\npackage = "HIGH"', "exposure.package = 'HIGH'"),
        ('deny = ["US"]\n[unknown]\nmodel = 3', "unknown.model = 3"),
        ('deny = ["US"]\n[usage]\ntest = ["low"]', "usage.test = ['low']"),
        ('deny = ["US"]\nexposure = "high"', "exposure is not a table"),
        ('deny = ["US"]\nsubstitutes = 3', "substitutes is not a table"),
        ('deny = ["US"]\n[substitutes]\nlimit = -1', "substitutes.limit = -1"),
        ('deny = ["US"]\n[substitutes]\nlimit = 21', "substitutes.limit = 21"),
        ('deny = ["US"]\n[substitutes]\nlimit = "3"', "substitutes.limit = '3'"),
        ('deny = ["US"]\n[substitutes]\nprefer = "CN"', "prefer is not a list"),
        ("deny = [", "Invalid"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_used(registry: Registry, text: str, message: str) -> None:
    assert message in refused(text, registry)[0]


@pytest.mark.parametrize("value", ["US", "EU", "CH"])
@pytest.mark.parametrize("key", ["deny", "allow"])
def test_known_jurisdictions(registry: Registry, key: str, value: str) -> None:
    assert policy(f'{key} = ["{value}"]', registry)


@pytest.mark.parametrize("value", ["XX", "UK", "us", "USA", "EUROPE", ""])
@pytest.mark.parametrize("key", ["deny", "allow"])
def test_unknown_jurisdictions(registry: Registry, key: str, value: str) -> None:
    message, hint = refused(f'{key} = ["CN", "{value}"]', registry)
    assert message == f"p.toml: unknown jurisdiction {value!r}"
    assert hint


def test_a_malformed_policy_says_what_it_should_be(registry: Registry) -> None:
    _, hint = refused('deny = "unfinished', registry)
    assert "TOML" in hint


def test_the_example_in_the_documentation_loads(registry: Registry) -> None:
    page = (Path(DATA).parent / "docs" / "policies.md").read_text("utf-8")
    blocks = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    examples = [block for block in blocks if "[exposure]" in block]
    assert examples
    for example in examples:
        assert policy(example, registry)
