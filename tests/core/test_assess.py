"""Findings: each exposure its own rule and weight, unknown is a finding, ids outlive versions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from provenance.assess import RULES, assess
from provenance.audit import finding_id
from provenance.graph import Graph
from provenance.i18n import LANGUAGES, messages
from provenance.model import USAGES, Agreement, Evidence, Finding, Link, Occurrence, Usage
from provenance.policy import EXPOSURES, Policy
from provenance.registry import Registry
from provenance.render.wording import finding_message, rule_of
from tests.support.small_data import org, seat, small_registry
from tests.support.small_graph import (
    KINDS,
    ROOT,
    attributed,
    audit_of,
    base,
    component,
    graph,
    link,
    policy,
)

HF = "pkg:huggingface/"
CASES = {
    "hosted-api": "service:api",
    "hosted-service": "service:store",
    "closed-weights": "model:api/big",
    "open-weights": f"{HF}us/open",
    "derived-weights": f"{HF}cn/derived",
    "dataset": "dataset:huggingface/us/words",
    "package": "pkg:pypi/lib",
    "container": "pkg:docker/us/image",
    "platform": "platform:p",
    "delivery-channel": "service:hub",
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    def operator(key: str) -> dict[str, str]:
        return {"key": key, "role": "operator", "organization": "us"}

    return small_registry(
        tmp_path_factory.mktemp("data"),
        organizations=[
            org("us", "US"),
            org("cn", "CN"),
            org("fr", "FR"),
            org("owned", "FR"),
            org("found", "US", type="foundation"),
        ],
        ownership=[{"organization": "owned", "owner": "us", "role": "control"}],
        origin_registry=[
            seat("huggingface:us", "us"),
            seat("huggingface:cn", "cn"),
            seat("huggingface:fr", "fr"),
            seat("huggingface:owned", "owned"),
            seat("model:api/*", "us"),
            seat("pkg:pypi/lib", "us"),
            seat("pkg:docker/us/*", "us"),
            seat("platform:p", "us"),
            *map(
                operator,
                (
                    "service:api",
                    "service:store",
                    "service:hub",
                    "service:router",
                    "service:gpu",
                    "service:index",
                    "service:plain",
                ),
            ),
            {"key": "pkg:pypi/kept", "role": "steward", "organization": "found"},
            seat("pkg:pypi/kept", "cn"),
            {"key": "service:shown", "role": "operator", "organization": "cn"},
            {"key": "service:shown", "role": "host", "jurisdiction": "US"},
        ],
        functions=[
            {"key": f"service:{key}", "name": key, "function": function}
            for key, function in (
                ("api", "llm.api"),
                ("store", "vector.store"),
                ("hub", "model.hub"),
                ("router", "llm.router"),
                ("gpu", "gpu.cloud"),
                ("index", "package.index"),
            )
        ],
    )


@pytest.fixture(scope="module")
def whole() -> Graph:
    """One component of every kind of exposure."""
    return graph(
        [
            base(CASES["derived-weights"], CASES["open-weights"]),
            link(CASES["closed-weights"], "service:api", "served-by"),
            link(ROOT, CASES["open-weights"]),
        ],
        extra=CASES.values(),
    )


def findings(registry: Registry, made: Graph, rules: Policy) -> dict[tuple[str, str], Finding]:
    audit, _ = audit_of(registry, made)
    found = assess(audit, rules)
    assert len({f.id for f in found}) == len(found)
    return {(f.rule, f.component): f for f in found}


def test_every_exposure_has_a_case() -> None:
    assert set(CASES) == set(EXPOSURES)


def test_each_exposure_is_its_own_rule(registry: Registry, whole: Graph) -> None:
    found = findings(registry, whole, policy(registry))
    assert set(found) == {(f"exposure/{kind}", name) for kind, name in CASES.items()}


@pytest.mark.parametrize("kind", EXPOSURES)
@pytest.mark.parametrize("severity", ["high", "info"])
def test_each_exposure_has_its_own_severity(
    registry: Registry, whole: Graph, kind: str, severity: str
) -> None:
    rules = policy(registry, **{kind.replace("-", "_"): severity})
    found = findings(registry, whole, rules)
    for (rule, _), finding in found.items():
        assert finding.severity == (severity if rule == f"exposure/{kind}" else "low")


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("service:router", "hosted-api"),
        ("service:gpu", "hosted-api"),
        ("service:plain", "hosted-api"),
        ("service:index", "delivery-channel"),
    ],
)
def test_services_by_function(registry: Registry, service: str, kind: str) -> None:
    found = findings(registry, graph(extra=[service]), policy(registry))
    assert list(found) == [(f"exposure/{kind}", service)]


def test_a_served_model_with_a_published_copy_is_not_closed(registry: Registry) -> None:
    model, weights = "model:api/open", f"{HF}us/open"
    made = graph([link(model, "service:api", "served-by"), link(model, weights, "same-as")])
    found = findings(registry, made, policy(registry))
    assert ("exposure/open-weights", model) in found
    assert ("exposure/closed-weights", model) not in found


def test_own_publisher_goes_before_the_base(registry: Registry) -> None:
    child = f"{HF}us/child"
    made = graph([base(child, f"{HF}us/parent")])
    assert ("exposure/open-weights", child) in findings(registry, made, policy(registry))


def test_the_path_ends_at_the_ancestor(registry: Registry) -> None:
    a, b, c = f"{HF}fr/a", f"{HF}cn/b", f"{HF}us/c"
    tree = [component(a), *(component(n, direct=False, occurrences=()) for n in (b, c))]
    found = findings(registry, graph([base(a, b), base(b, c)], extra=tree), policy(registry))
    assert list(found) == [("exposure/derived-weights", a)]
    finding = found["exposure/derived-weights", a]
    assert finding.path == (ROOT, a, b, c)
    assert dict(finding.params)["jurisdictions"] == "US"
    assert dict(finding.params)["organizations"] == "us"
    assert finding.citations


def test_the_nearest_of_several_ancestors_is_shown(registry: Registry) -> None:
    a, far, near = f"{HF}cn/a", f"{HF}us/far", f"{HF}us/near"
    made = graph([base(a, f"{HF}cn/b"), base(f"{HF}cn/b", far), base(a, near)])
    found = findings(registry, made, policy(registry))
    assert found["exposure/derived-weights", a].path[-1] == near


# -- what weights alone show -----------------------------------------------------------------

AGREEMENT = Agreement(base="us/open", database="own.db", p=1e-12, statistic="columns Z 60.1, m 26")
SHOWN = Evidence(source="weights", reference="own.db: us/open", as_of="2026-11-28",
                 confidence="medium")  # fmt: skip


def shown(child: str, parent: str, **changes: object) -> Link:
    """A derivation that weights show."""
    return Link(
        source=child, target=parent, relation="derived-from", how="unknown", basis="weights",
        evidence=(SHOWN,), agreement=replace(AGREEMENT, **changes),  # type: ignore[arg-type]
    )  # fmt: skip


def told(finding: Finding, registry: Registry, lang: str) -> str:
    return finding_message(finding, registry, messages(Registry(), lang))


def test_what_weights_alone_show_is_told_as_that(registry: Registry) -> None:
    child, parent = f"{HF}cn/mine", f"{HF}us/open"
    rules = policy(registry)
    declared = findings(registry, graph([base(child, parent)]), rules)
    weighed = findings(registry, graph([shown(child, parent)]), rules)
    key = ("exposure/derived-weights", child)
    assert told(declared[key], registry, "en").startswith("cn/mine is made from weights of US (")
    english, chinese = (told(weighed[key], registry, lang) for lang in LANGUAGES)
    assert "made from" not in english
    assert english.startswith("Weights alone connect cn/mine with US (")
    for part in ("the weights of cn/mine agree with those of us/open", "nothing declared",
                 "probability at most 1e-12 (columns Z 60.1, m 26; own.db)",
                 "right of reply, and no accusation"):  # fmt: skip
        assert part in english
    for part in ("的联系仅见于权重", "概率不超过 1e-12", "供方有权答复，并非指控"):
        assert part in chinese
    assert "为基础" not in chinese
    assert weighed[key].id == declared[key].id
    assert weighed[key].confidence == "medium"
    assert SHOWN in weighed[key].citations
    assert dict(weighed[key].params)["jurisdictions"] == ""
    assert rule_of(weighed[key]) == "rule.exposure/by-weights"
    assert rule_of(declared[key]) == "rule.exposure/derived-weights"


def test_a_declared_way_is_told_though_weights_show_a_shorter_one(registry: Registry) -> None:
    child, between, parent = f"{HF}cn/mine", f"{HF}cn/between", f"{HF}us/open"
    made = graph([base(child, between), base(between, parent), shown(child, parent)])
    finding = findings(registry, made, policy(registry))["exposure/derived-weights", child]
    assert finding.path == (ROOT, child, between, parent)
    assert told(finding, registry, "en").startswith("cn/mine is made from weights of US (")
    assert "Weights alone" not in told(finding, registry, "en")
    assert [o.basis for o in attributed(registry, made, child).origins if o.via] == [None, None]


def test_declared_and_shown_stand_apart_in_one_finding(registry: Registry) -> None:
    child = f"{HF}none/mine"
    made = graph([
        base(child, f"{HF}us/open"), shown(child, f"{HF}cn/a", base="cn/a", p=1e-10),
        shown(child, f"{HF}cn/b", base="cn/b", statistic="other"),
    ])  # fmt: skip
    rules = policy(registry, 'deny = ["US", "CN"]')
    finding = findings(registry, made, rules)["exposure/derived-weights", child]
    params = dict(finding.params)
    assert (params["jurisdictions"], params["weights-jurisdictions"]) == ("US", "CN")
    first, second = told(finding, registry, "en").split(". ", 1)
    assert "made from weights of US (" in first
    assert "CN" not in first
    assert second.startswith("Weights alone connect none/mine with CN (")
    assert "agree with those of cn/a, cn/b" in second
    assert "at most 1e-10 (columns Z 60.1" in second  # the bound that holds for both
    assert "。none/mine 与 CN（" in told(finding, registry, "zh-CN")


def test_weights_further_up_are_named_where_they_agree(registry: Registry) -> None:
    child, between, parent = f"{HF}cn/mine", f"{HF}cn/between", f"{HF}us/open"
    made = graph([base(child, between), shown(between, parent)])
    finding = findings(registry, made, policy(registry))["exposure/derived-weights", child]
    assert told(finding, registry, "en").startswith("Weights alone connect cn/mine with US")
    assert "the weights of cn/between agree with those of us/open" in told(finding, registry, "en")


def test_unknown_ancestors_that_weights_show(registry: Registry) -> None:
    child, rules = f"{HF}cn/mine", policy(registry)
    key = ("unknown-origin/ancestor", child)
    stated = findings(registry, graph([base(child, f"{HF}none/a")]), rules)[key]
    assert "is made from something of unknown origin" in told(stated, registry, "en")
    only = findings(registry, graph([shown(child, f"{HF}none/a")]), rules)[key]
    assert told(only, registry, "en").startswith(
        "Weights alone connect cn/mine with something of unknown origin (none/a)"
    )
    assert "并非指控" in told(only, registry, "zh-CN")
    assert (only.confidence, only.citations) == ("medium", (SHOWN,))
    assert rule_of(only) == "rule.unknown-origin/by-weights"
    made = graph([base(child, f"{HF}none/a"), shown(child, f"{HF}none/b")])
    both = told(findings(registry, made, rules)[key], registry, "en")
    assert both.startswith("cn/mine is made from something of unknown origin: none/a. Weights")
    assert "(none/b)" in both


@pytest.mark.parametrize(
    ("reach", "exposed"),
    [
        ("seat", set()),
        ("control", {f"{HF}owned/m", f"{HF}cn/made"}),
        ("strict", {f"{HF}owned/m", f"{HF}cn/made", "pkg:pypi/kept"}),
    ],
)
def test_reach_decides_which_roles_count(registry: Registry, reach: str, exposed: set[str]) -> None:
    made = graph(
        [base(f"{HF}cn/made", f"{HF}owned/m"), link(ROOT, f"{HF}owned/m")], extra=["pkg:pypi/kept"]
    )
    rules = policy(registry, f'deny = ["US"]\nreach = "{reach}"')
    assert {name for _, name in findings(registry, made, rules)} == exposed


def test_host_channel_teacher_data_and_requirements_expose_nothing(registry: Registry) -> None:
    name = f"{HF}cn/m"
    made = graph(
        [
            link(name, f"{HF}us/teacher", "trained-on"),
            link(name, "service:hub", "delivered-by"),
            link(name, "platform:p", "runs-on"),
        ],
        extra=["service:shown"],
    )
    found = {component for _, component in findings(registry, made, policy(registry))}
    assert name not in found
    assert "service:shown" not in found


def test_allow_exposes_everything_else(registry: Registry) -> None:
    made = graph(extra=[f"{HF}fr/m", f"{HF}cn/m"])
    found = findings(registry, made, policy(registry, 'allow = ["CN"]'))
    assert list(found) == [("exposure/open-weights", f"{HF}fr/m")]


# -- unknown -----------------------------------------------------------------------------------

NOBODY = {
    "model": f"{HF}nobody/m",
    "service": "service:nobody",
    "package": "pkg:pypi/nobody",
    "dataset": "dataset:huggingface/nobody/d",
    "container": "pkg:docker/nobody/i",
    "platform": "platform:nobody",
}


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_is_a_finding_with_a_severity_of_its_kind(registry: Registry, kind: str) -> None:
    rules = policy(registry, **{f"unknown_{kind}": "high"})
    found = findings(registry, graph(extra=NOBODY.values()), rules)
    assert set(found) == {(f"unknown-origin/{k}", name) for k, name in NOBODY.items()}
    for (_, name), finding in found.items():
        assert finding.severity == ("high" if name == NOBODY[kind] else "low")
        assert finding.path == (ROOT, name)


def test_an_unknown_ancestor_is_a_finding_beside_the_exposure(registry: Registry) -> None:
    child, lost = f"{HF}us/child", f"{HF}nobody/base"
    tree = [component(child), component(lost, direct=False, occurrences=())]
    found = findings(
        registry, graph([base(child, lost)], extra=tree), policy(registry, unknown_model="medium")
    )
    assert set(found) == {("exposure/open-weights", child), ("unknown-origin/ancestor", child)}
    finding = found["unknown-origin/ancestor", child]
    assert finding.severity == "medium"
    assert finding.path == (ROOT, child, lost)
    assert dict(finding.params)["unknown"] == lost


def test_unknown_and_exposed_is_two_findings(registry: Registry) -> None:
    child = f"{HF}nobody/child"
    found = findings(registry, graph([base(child, f"{HF}us/b")]), policy(registry))
    assert {rule for rule, name in found if name == child} == {
        "exposure/derived-weights",
        "unknown-origin/model",
    }


# -- weight ------------------------------------------------------------------------------------


@pytest.mark.parametrize("usage", USAGES)
def test_usage_caps_exposures_and_unknowns(registry: Registry, usage: Usage) -> None:
    made = graph(extra=[component("service:api", usage), component("service:nobody", usage)])
    rules = policy(
        registry,
        hosted_api="high",
        unknown_service="high",
        rest='[usage]\ntest = "low"\nexample = "low"\ncommented = "info"\noptional = "medium"',
    )
    expected = {"test": "low", "example": "low", "commented": "info", "optional": "medium"}
    for finding in findings(registry, made, rules).values():
        assert finding.severity == expected.get(usage, "high")
        assert dict(finding.params)["usage"] == usage


def test_a_mere_hint_is_of_low_confidence_and_capped(registry: Registry) -> None:
    hint = Occurrence(path="a.py", line=1, as_written="API_KEY", extractor="t", confidence="low")
    made = graph(extra=[component("service:api", occurrences=(hint,))])
    rules = policy(registry, hosted_api="high", rest='[confidence]\nlow = "medium"')
    (finding,) = findings(registry, made, rules).values()
    assert (finding.confidence, finding.severity) == ("low", "medium")
    sure = replace(hint, confidence="high")
    made = graph(extra=[component("service:api", occurrences=(hint, sure))])
    (finding,) = findings(registry, made, rules).values()
    assert (finding.confidence, finding.severity) == ("high", "high")


# -- identity ----------------------------------------------------------------------------------


def test_finding_ids_outlive_versions_and_differ_by_rule_and_component() -> None:
    one = finding_id("exposure/package", "pkg:pypi/lib@1.0")
    assert one == finding_id("exposure/package", "pkg:pypi/lib@2.0+cu121")
    assert one == finding_id("exposure/package", "pkg:pypi/lib")
    assert one != finding_id("exposure/package", "pkg:pypi/lib2")
    assert one != finding_id("unknown-origin/package", "pkg:pypi/lib")
    assert len(one) == 12


def test_ids_do_not_depend_on_what_else_is_there(registry: Registry, whole: Graph) -> None:
    alone = findings(registry, graph(extra=["pkg:pypi/lib@3"]), policy(registry))
    among = findings(registry, whole, policy(registry, 'deny = ["US", "FR"]', package="high"))
    assert (
        alone["exposure/package", "pkg:pypi/lib@3"].id
        == among["exposure/package", "pkg:pypi/lib"].id
    )


def test_two_versions_are_two_findings_with_two_ids(registry: Registry) -> None:
    made = graph(extra=["pkg:pypi/lib@1", "pkg:pypi/lib@2", "pkg:pypi/lib@3"])
    assert len(findings(registry, made, policy(registry))) == 3


def test_order_is_gravest_first_and_fixed(registry: Registry, whole: Graph) -> None:
    audit, _ = audit_of(registry, whole)
    rules = policy(registry, hosted_api="high", package="medium", dataset="info")
    found = assess(audit, rules)
    order = ["high", "medium", "low", "info"]
    assert [order.index(f.severity) for f in found] == sorted(
        order.index(f.severity) for f in found
    )
    assert found == assess(audit, rules)
    assert len(RULES) >= 2
