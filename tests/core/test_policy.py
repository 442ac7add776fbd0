"""Policies: every key, its values, and what is said about those that cannot be used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from provenance.errors import PolicyError
from provenance.i18n import messages
from provenance.model import SEVERITIES, USAGES, Severity, Usage
from provenance.policy import EXPOSURES, Policy, load
from provenance.registry import Registry
from provenance.render.wording import denied_by
from tests.support.small_data import DATA

SHIPPED = sorted(path.stem for path in DATA.glob("policies/*.toml"))
KINDS = ("model", "service", "package", "dataset", "container", "platform")


def text(head: str, *, usage: str = "", rest: str = "", **weights: str) -> str:
    """Return a whole policy: every exposure and kind ``low`` unless given."""
    exposure = {name: weights.pop(name.replace("-", "_"), "low") for name in EXPOSURES}
    unknown = {name: weights.pop(f"unknown_{name}", "low") for name in KINDS}
    assert not weights
    lines = [head, "[exposure]", *(f'{k} = "{v}"' for k, v in exposure.items())]
    lines += ["[unknown]", *(f'{k} = "{v}"' for k, v in unknown.items()), "[usage]", usage, rest]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry()


def policy(words: str, registry: Registry) -> Policy:
    return load(words, "p.toml", registry)


def refused(words: str, registry: Registry) -> tuple[str, str]:
    with pytest.raises(PolicyError) as caught:
        policy(words, registry)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("p.toml: ")
    return str(caught.value), caught.value.hint


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_load_and_leave_nothing_out(registry: Registry, name: str) -> None:
    found = load(registry.text(f"policies/{name}.toml"), name, registry)
    assert found.id == name
    assert set(found.exposure) == set(EXPOSURES)
    assert set(found.unknown) == set(KINDS)
    assert found.limit > 0


def test_every_key(registry: Registry) -> None:
    words = text(
        """
        id = "mine"
        version = "2"
        title = "Mine"
        deny = ["US", "EU"]
        allow = ["CN", "FR"]
        reach = "control"
        fail_on = "low"
        """,
        usage='test = "low"',
        hosted_api="high",
        package="info",
        unknown_model="medium",
        rest='[confidence]\nlow = "info"\n[substitutes]\nprefer = ["CN", "CH"]\nlimit = 0',
    )
    found = policy(words, registry)
    assert found.id == "mine"
    assert found.sha256 == hashlib.sha256(words.encode()).hexdigest()
    assert found.deny == {"US"} | registry.members("EU")
    assert found.allow == {"CN", "FR"}
    assert found.roles == {"seat", "operator", "control"}
    assert found.fail_on == "low"
    assert found.exposure["hosted-api"] == "high"
    assert found.exposure["package"] == "info"
    assert found.unknown["model"] == "medium"
    assert dict(found.usage) == {"test": "low"}
    assert dict(found.confidence) == {"low": "info"}
    assert found.prefer == ("CN", "CH")
    assert found.limit == 0
    assert found.denied_names[:2] == ("US", "EU")


def test_defaults(registry: Registry) -> None:
    found = policy(text('deny = ["US"]'), registry)
    assert (found.id, found.fail_on, found.limit, found.prefer) == ("p.toml", "high", 3, ())
    assert found.roles == {"seat", "control", "steward", "operator"}
    assert not found.usage
    assert not found.confidence


@pytest.mark.parametrize("name", EXPOSURES)
def test_an_exposure_left_out_would_pass_unseen(registry: Registry, name: str) -> None:
    words = "\n".join(x for x in text('deny = ["US"]').splitlines() if not x.startswith(f"{name} "))
    if name in KINDS:  # stands in both tables, and is now missing in both
        assert "says nothing of" in refused(words, registry)[0]
    else:
        message, hint = refused(words, registry)
        assert message == f"p.toml: exposure says nothing of {name}"
        assert "info" in hint


@pytest.mark.parametrize("name", ["model", "service"])
def test_a_kind_of_unknown_left_out_would_pass_unseen(registry: Registry, name: str) -> None:
    words = "\n".join(x for x in text('deny = ["US"]').splitlines() if not x.startswith(f"{name} "))
    assert refused(words, registry)[0] == f"p.toml: unknown says nothing of {name}"


def test_what_reach_counts(registry: Registry) -> None:
    roles = {
        name: policy(text(f'deny = ["US"]\nreach = "{name}"'), registry).roles
        for name in ("seat", "control", "strict")
    }
    assert roles["seat"] == {"seat", "operator"}
    assert roles["control"] == roles["seat"] | {"control"}
    assert roles["strict"] == roles["control"] | {"steward"}


def test_deny_denies_what_it_names(registry: Registry) -> None:
    found = policy(text('deny = ["US"]'), registry)
    assert found.denied(("CN", "US", "FR")) == ("US",)
    assert found.denied(()) == ()
    assert (found.denied_names, found.allowed_names) == (("US",), ())


def test_allow_denies_everything_else(registry: Registry) -> None:
    found = policy(text('allow = ["CN"]'), registry)
    assert found.denied(("CN", "US", "FR")) == ("US", "FR")
    assert found.denied(("CN",)) == ()
    assert (found.denied_names, found.allowed_names) == ((), ("CN",))


def test_with_both_deny_wins_inside_allow(registry: Registry) -> None:
    found = policy(text('allow = ["EU"]\ndeny = ["FR"]'), registry)
    assert found.denied(("DE", "FR", "US")) == ("FR", "US")


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "FR, anything outside EU"), ("zh-CN", "FR、EU 以外的来源")]
)
def test_the_words_say_everything_that_is_denied(
    registry: Registry, lang: str, expected: str
) -> None:
    found = policy(text('allow = ["EU"]\ndeny = ["FR"]'), registry)
    assert denied_by(found, messages(Registry(), lang)) == expected


def test_blocs_expand_to_their_members(registry: Registry) -> None:
    found = policy(text('allow = ["EEA", "CH"]'), registry)
    assert found.denied(("NO", "DE", "CH", "GB")) == ("GB",)
    assert "EEA" not in found.allow


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize("cap", SEVERITIES)
def test_usage_caps_and_never_raises(registry: Registry, usage: Usage, cap: Severity) -> None:
    found = policy(text('deny = ["US"]', usage=f'{usage} = "{cap}"'), registry)
    for severity in SEVERITIES:
        capped = found.severity(severity, usage, "high")
        assert SEVERITIES.index(capped) == min(SEVERITIES.index(severity), SEVERITIES.index(cap))
    other: Usage = "used" if usage != "used" else "test"
    assert found.severity("high", other, "high") == "high"


def test_confidence_caps_and_never_raises(registry: Registry) -> None:
    found = policy(text('deny = ["US"]', rest='[confidence]\nlow = "medium"'), registry)
    assert found.severity("high", "used", "low") == "medium"
    assert found.severity("high", "used", "medium") == "high"
    assert found.severity("info", "used", "low") == "info"


@pytest.mark.parametrize(
    ("words", "key", "near"),
    [
        ('dny = ["US"]', "dny", "deny"),
        ('deny = ["US"]\nfail-on = "low"', "fail-on", "fail_on"),
        (
            text('deny = ["US"]').replace("hosted-api =", "hosted-apis ="),
            "exposure.hosted-apis",
            "hosted-api",
        ),
        (
            text('deny = ["US"]').replace("open-weights", "open_weights"),
            "exposure.open_weights",
            "open-weights",
        ),
        (text('deny = ["US"]').replace("model =", "models ="), "unknown.models", "model"),
        (text('deny = ["US"]', usage='tests = "low"'), "usage.tests", "test"),
        (text('deny = ["US"]', rest='[confidence]\nlows = "low"'), "confidence.lows", "low"),
        (
            text('deny = ["US"]', rest='[substitutes]\nprefers = ["CN"]'),
            "substitutes.prefers",
            "prefer",
        ),
    ],
)
def test_unknown_keys_with_a_suggestion(
    registry: Registry, words: str, key: str, near: str
) -> None:
    message, hint = refused(words, registry)
    assert message == f"p.toml: unknown key {key}"
    assert hint == f"did you mean {near}?"


def test_an_unknown_key_near_nothing_lists_the_known_ones(registry: Registry) -> None:
    _, hint = refused('deny = ["US"]\nzzz = 1', registry)
    assert hint.startswith("known: ")
    assert "deny" in hint


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "neither deny nor allow"),
        (text("deny = []"), "neither deny nor allow"),
        (text('deny = "US"'), "deny is not a list"),
        (text("allow = [1]"), "allow is not a list"),
        (text('deny = ["US"]\nreach = "owner"'), "reach = 'owner'"),
        (text('deny = ["US"]\nreach = ["seat"]'), "reach = ['seat']"),
        (text('deny = ["US"]\nfail_on = "never"'), "fail_on = 'never'"),
        (text('deny = ["US"]\nfail_on = "critical"'), "fail_on = 'critical'"),
        (text('deny = ["US"]', package="HIGH"), "exposure.package = 'HIGH'"),
        (text('deny = ["US"]').replace('model = "low"', "model = 3"), "unknown.model = 3"),
        (text('deny = ["US"]', usage='test = ["low"]'), "usage.test = ['low']"),
        (text('deny = ["US"]', rest='[confidence]\nlow = "none"'), "confidence.low = 'none'"),
        ('deny = ["US"]\nexposure = "high"', "exposure is not a table"),
        ('deny = ["US"]\nsubstitutes = 3', "substitutes is not a table"),
        (text('deny = ["US"]', rest="[substitutes]\nlimit = -1"), "substitutes.limit = -1"),
        (text('deny = ["US"]', rest="[substitutes]\nlimit = 21"), "substitutes.limit = 21"),
        (text('deny = ["US"]', rest='[substitutes]\nlimit = "3"'), "substitutes.limit = '3'"),
        (text('deny = ["US"]', rest='[substitutes]\nprefer = "CN"'), "prefer is not a list"),
        ("deny = [", "Invalid"),
    ],
)
def test_values_that_cannot_be_used(registry: Registry, words: str, message: str) -> None:
    assert message in refused(words, registry)[0]


@pytest.mark.parametrize("value", ["US", "EU", "CH"])
@pytest.mark.parametrize("key", ["deny", "allow"])
def test_known_jurisdictions(registry: Registry, key: str, value: str) -> None:
    assert policy(text(f'{key} = ["{value}"]'), registry)


@pytest.mark.parametrize("value", ["XX", "UK", "us", "USA", "EUROPE", ""])
@pytest.mark.parametrize("key", ["deny", "allow"])
def test_unknown_jurisdictions(registry: Registry, key: str, value: str) -> None:
    message, hint = refused(text(f'{key} = ["CN", "{value}"]'), registry)
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
