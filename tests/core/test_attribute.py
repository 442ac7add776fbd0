"""Origins and licenses: own claims, owners by date, inheritance, and what stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.model import Evidence, LicenseDeclaration
from provenance.registry import Registry
from tests.support.small_data import org, seat, small_registry
from tests.support.small_graph import attributed, audit_of, base, graph, link, roles

HF = "pkg:huggingface/"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return small_registry(
        tmp_path_factory.mktemp("data"),
        organizations=[
            org("us", "US"),
            org("cn", "CN"),
            org("fr", "FR"),
            org("de", "DE"),
            org("jp", "JP"),
            org("found", "US", type="foundation"),
            org("vol", "", type="community"),
            org("stewarded", "", type="community"),
            org("bought", "FR"),
            org("holding", "JP"),
            org("unsure", "CN", confidence="low"),
        ],
        ownership=[
            {"organization": "bought", "owner": "de", "role": "control", "valid_to": "2025-05-05"},
            {
                "organization": "bought",
                "owner": "us",
                "role": "control",
                "valid_from": "2025-05-05",
                "confidence": "medium",
            },
            {"organization": "us", "owner": "holding", "role": "control"},
            {"organization": "stewarded", "owner": "found", "role": "steward"},
        ],
        origin_registry=[
            seat("huggingface:us", "us"),
            seat("huggingface:cn", "cn"),
            seat("huggingface:fr", "fr"),
            seat("huggingface:jp", "jp"),
            seat("huggingface:vol", "vol"),
            seat("huggingface:bought", "bought"),
            seat("huggingface:unsure", "unsure"),
            seat("pkg:pypi/stewarded", "stewarded"),
            {"key": "pkg:pypi/both", "role": "steward", "organization": "found"},
            seat("pkg:pypi/both", "cn"),
            seat("platform:p", "us"),
            seat("pkg:pypi/inner", "cn"),
            {"key": "service:s", "role": "operator", "organization": "cn"},
            {"key": "service:s", "role": "host", "jurisdiction": "DE"},
            {"key": "service:s", "role": "law", "jurisdiction": "GB"},
            {"key": "service:s", "role": "developed-in", "jurisdiction": "JP"},
            {"key": "service:hosted", "role": "host", "jurisdiction": "DE"},
            {"key": "service:hub", "role": "operator", "organization": "us"},
            {"key": "pkg:pypi/mirrored", "role": "channel", "organization": "bought"},
            seat("dataset:huggingface/fr/d", "fr"),
        ],
        components=[
            {"key": f"{HF}us/base", "expression": "LicenseRef-us-terms"},
            {"key": f"{HF}cn/child", "expression": "MIT"},
        ],
        terms=[
            {
                "license": "LicenseRef-us-terms",
                "name": "T",
                "aliases": "us-terms us_terms",
                "terms": "flow-down attribution",
            },
            {"license": "MIT", "name": "MIT", "aliases": "mit", "terms": "notice"},
        ],
    )


def test_own_roles_make_jurisdictions(registry: Registry) -> None:
    found = attributed(registry, graph(extra=["pkg:pypi/both"]), "pkg:pypi/both")
    assert roles(found) == {("seat", "CN", "cn"), ("steward", "US", "found")}
    assert found.jurisdictions == found.effective_jurisdictions == ("CN", "US")
    assert found.unknown == ()


def test_host_law_and_developed_in_are_shown_and_count_nowhere(registry: Registry) -> None:
    found = attributed(registry, graph(extra=["service:s"]), "service:s")
    assert roles(found) == {
        ("operator", "CN", "cn"),
        ("host", "DE", None),
        ("law", "GB", None),
        ("developed-in", "JP", None),
    }
    assert found.jurisdictions == ("CN",)


def test_a_host_alone_leaves_the_origin_unknown(registry: Registry) -> None:
    audit, gaps = audit_of(registry, graph(extra=["service:hosted"]))
    assert audit.attributions["service:hosted"].jurisdictions == ()
    assert audit.attributions["service:hosted"].unknown == ("service:hosted",)
    assert [(g.subject, g.reason) for g in gaps] == [("service:hosted", "unknown-origin")]


def test_owners_by_date_before_and_after_an_acquisition(registry: Registry) -> None:
    name = f"{HF}bought/m"
    made = graph(extra=[name])
    before = attributed(registry, made, name, "2025-05-04")
    assert roles(before) == {("seat", "FR", "bought"), ("control", "DE", "de")}
    assert before.jurisdictions == ("DE", "FR")
    after = attributed(registry, made, name, "2025-05-05")
    assert roles(after) == {
        ("seat", "FR", "bought"),
        ("control", "US", "us"),
        ("control", "JP", "holding"),
    }
    assert after.jurisdictions == ("FR", "JP", "US")


def test_a_steward_gives_volunteers_a_jurisdiction_and_no_seat(registry: Registry) -> None:
    found = attributed(registry, graph(extra=["pkg:pypi/stewarded"]), "pkg:pypi/stewarded")
    assert roles(found) == {("steward", "US", "found")}
    assert found.jurisdictions == ("US",)
    assert found.unknown == ()


def test_volunteers_without_a_steward_are_a_gap_that_names_them(registry: Registry) -> None:
    name = f"{HF}vol/m"
    audit, (gap,) = audit_of(registry, graph(extra=[name]))
    assert audit.attributions[name].jurisdictions == ()
    assert (gap.subject, gap.reason, dict(gap.params)) == (
        name,
        "publisher-community",
        {"organization": "vol"},
    )
    assert str(gap.location) == "app.py:3"


def test_confidence_is_the_lowest_of_the_rows_that_carry_a_claim(registry: Registry) -> None:
    (claim,) = attributed(registry, graph(extra=[f"{HF}unsure/m"]), f"{HF}unsure/m").origins
    assert claim.confidence == "low"
    name = f"{HF}bought/m"
    owners = attributed(registry, graph(extra=[name]), name).origins
    assert {o.organization: o.confidence for o in owners}["us"] == "medium"


def test_a_channel_claim_never_makes_the_channels_owner_an_owner(registry: Registry) -> None:
    found = attributed(registry, graph(extra=["pkg:pypi/mirrored"]), "pkg:pypi/mirrored")
    assert {o.role for o in found.origins} == {"channel"}
    assert found.jurisdictions == ()
    assert found.unknown == ("pkg:pypi/mirrored",)


# -- inheritance -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        "finetune",
        "continued-pretrain",
        "adapter",
        "merge",
        "quantization",
        "distillation",
        "conversion",
        "encoder",
        "unknown",
    ],
)
def test_bases_are_inherited_whatever_the_derivation(registry: Registry, how: str) -> None:
    child, parent = f"{HF}cn/child", f"{HF}us/base"
    found = attributed(registry, graph([base(child, parent, how)]), child)
    assert ("base", "US", "us") in roles(found)
    assert ("base", "JP", "holding") in roles(found)
    assert found.jurisdictions == ("CN",)
    assert found.effective_jurisdictions == ("CN", "JP", "US")
    assert {o.via for o in found.origins if o.role == "base"} == {(parent,)}


def test_a_longer_line_names_its_way(registry: Registry) -> None:
    a, b, c = f"{HF}fr/a", f"{HF}cn/b", f"{HF}us/c"
    found = attributed(registry, graph([base(a, b), base(b, c)]), a)
    ways = {o.organization: o.via for o in found.origins if o.role == "base"}
    assert ways == {"cn": (b,), "us": (b, c), "holding": (b, c)}
    assert found.effective_jurisdictions == ("CN", "FR", "JP", "US")


def test_a_merge_inherits_from_all_its_parents(registry: Registry) -> None:
    child, parents = f"{HF}vol/merge", [f"{HF}us/x", f"{HF}cn/y", f"{HF}fr/z"]
    found = attributed(registry, graph([base(child, p, "merge") for p in parents]), child)
    assert found.jurisdictions == ()
    assert found.effective_jurisdictions == ("CN", "FR", "JP", "US")
    assert found.unknown == (child,)


def test_cycles_are_walked_once(registry: Registry) -> None:
    a, b, c = f"{HF}cn/a", f"{HF}us/b", f"{HF}fr/c"
    made = graph([base(a, b), base(b, c), base(c, a), base(a, a)])
    for name in (a, b, c):
        found = attributed(registry, made, name)
        assert found.effective_jurisdictions == ("CN", "FR", "JP", "US")
        assert all(name not in o.via for o in found.origins)
        assert len(found.origins) == len(set(found.origins))


def test_the_same_model_elsewhere_passes_on_its_origin(registry: Registry) -> None:
    copy, model = "model:modelscope/mirror/m", f"{HF}us/m"
    found = attributed(registry, graph([link(copy, model, "same-as")]), copy)
    assert found.effective_jurisdictions == ("JP", "US")
    assert found.jurisdictions == ()


def test_only_own_roles_are_passed_on(registry: Registry) -> None:
    child, parent = f"{HF}fr/child", f"{HF}cn/parent"
    made = graph(
        [
            base(child, parent),
            link(parent, "dataset:huggingface/fr/d", "trained-on"),
            link(parent, "service:hub", "delivered-by"),
        ]
    )
    assert {o.role for o in attributed(registry, made, child).origins} == {"seat", "base"}


def test_teachers_and_data_are_shown_and_never_mixed_into_base(registry: Registry) -> None:
    child = f"{HF}cn/child"
    made = graph(
        [
            link(child, f"{HF}us/teacher", "trained-on"),
            link(child, "dataset:huggingface/fr/d", "trained-on"),
        ]
    )
    found = attributed(registry, made, child)
    assert ("teacher", "US", "us") in roles(found)
    assert ("data", "FR", "fr") in roles(found)
    assert found.effective_jurisdictions == ("CN",)


def test_channels_are_shown_and_never_counted(registry: Registry) -> None:
    name = f"{HF}cn/m"
    found = attributed(registry, graph([link(name, "service:hub", "delivered-by")]), name)
    assert ("channel", "US", "us") in roles(found)
    assert found.effective_jurisdictions == ("CN",)


@pytest.mark.parametrize("relation", ["depends-on", "runs-on", "built-from"])
def test_requirements_are_a_set_of_their_own(registry: Registry, relation: str) -> None:
    made = graph(
        [
            link("pkg:pypi/both", "pkg:pypi/inner", relation),  # type: ignore[arg-type]
            link("pkg:pypi/inner", "platform:p", "runs-on"),
        ]
    )
    found = attributed(registry, made, "pkg:pypi/inner")
    assert ("requires", "US", "us") in roles(found)
    assert found.effective_jurisdictions == ("CN",)
    assert found.required_jurisdictions == ("JP", "US")
    outer = attributed(registry, made, "pkg:pypi/both")
    assert outer.required_jurisdictions == ("CN", "JP", "US")
    assert {o.via for o in outer.origins if o.organization == "us"} == {
        ("pkg:pypi/inner", "platform:p")
    }


def test_serving_and_calling_pass_nothing_on(registry: Registry) -> None:
    model = f"{HF}cn/m"
    made = graph(
        [link(model, "service:hub", "served-by"), link(model, "platform:p", "evaluated-on")]
    )
    assert attributed(registry, made, model).effective_jurisdictions == ("CN",)


def test_an_inherited_claim_is_no_surer_than_its_links(registry: Registry) -> None:
    from msgspec.structs import replace

    child, parent = f"{HF}cn/child", f"{HF}us/base"
    weak = Evidence(source="registry", reference="x", as_of="2026", confidence="low")
    made = graph([replace(base(child, parent), evidence=(weak,))])
    claims = [o for o in attributed(registry, made, child).origins if o.role == "base"]
    assert {o.confidence for o in claims} == {"low"}


# -- the unknown -------------------------------------------------------------------------------


def test_an_unknown_ancestor_is_carried_down(registry: Registry) -> None:
    a, b, c = f"{HF}cn/a", f"{HF}cn/b", f"{HF}nobody/c"
    audit, gaps = audit_of(registry, graph([base(a, b), base(b, c)]))
    assert audit.attributions[a].unknown == (c,)
    assert audit.attributions[b].unknown == (c,)
    assert audit.attributions[c].unknown == (c,)
    assert [(g.subject, g.reason) for g in gaps] == [(c, "unknown-origin")]


def test_unknown_requirements_are_their_own_question(registry: Registry) -> None:
    made = graph([link("pkg:pypi/both", "pkg:pypi/nobody")])
    assert attributed(registry, made, "pkg:pypi/both").unknown == ()
    assert attributed(registry, made, "pkg:pypi/nobody").unknown == ("pkg:pypi/nobody",)


def test_the_project_is_nobodys_question(registry: Registry) -> None:
    audit, gaps = audit_of(registry, graph(extra=["pkg:pypi/both"]))
    found = audit.attributions["project:app"]
    assert (found.origins, found.unknown, gaps) == ((), (), ())


def test_every_claim_has_evidence_with_source_and_date(registry: Registry) -> None:
    made = graph(
        [base(f"{HF}bought/a", f"{HF}us/b"), link(f"{HF}bought/a", "platform:p", "runs-on")],
        extra=["service:s", "pkg:pypi/stewarded"],
    )
    audit, _ = audit_of(registry, made)
    claims = [o for a in audit.attributions.values() for o in a.origins]
    assert claims
    assert all(o.evidence and all(e.reference and e.as_of for e in o.evidence) for o in claims)


# -- licenses ----------------------------------------------------------------------------------


def declared(name: str, raw: str, scheme: str = "hub") -> LicenseDeclaration:
    return LicenseDeclaration(
        component=name,
        raw=raw,
        declared_by="tree",
        scheme=scheme,  # type: ignore[arg-type]
        evidence=Evidence(source="tree", reference="card/README.md:4"),
    )


def test_licenses_are_inherited_with_their_way(registry: Registry) -> None:
    child, parent = f"{HF}cn/child", f"{HF}us/base"
    own, inherited = attributed(registry, graph([base(child, parent)]), child).licenses
    assert (own.expression, own.via, own.terms) == ("MIT", (), ("notice",))
    assert (inherited.expression, inherited.via) == ("LicenseRef-us-terms", (parent,))
    assert inherited.terms == ("attribution", "flow-down")
    assert all(item.evidence for item in (own, inherited))


def test_licenses_come_over_two_steps_and_not_by_requirement(registry: Registry) -> None:
    a, b, c = f"{HF}cn/a", f"{HF}cn/b", f"{HF}us/base"
    made = graph([base(a, b), base(b, c), link("pkg:pypi/both", a)])
    assert [item.via for item in attributed(registry, made, a).licenses] == [(b, c)]
    assert attributed(registry, made, "pkg:pypi/both").licenses == ()


@pytest.mark.parametrize(
    ("raw", "scheme", "expression"),
    [
        ("mit", "hub", "MIT"),
        ("US_Terms", "hub", "LicenseRef-us-terms"),
        ("mit OR apache-2.0", "spdx", "MIT OR Apache-2.0"),
        ("Apache-2.0", "spdx", "Apache-2.0"),
    ],
)
def test_declared_names_are_read(
    registry: Registry, raw: str, scheme: str, expression: str
) -> None:
    name = f"{HF}cn/other"
    audit, gaps = audit_of(
        registry, graph(extra=[name]), declarations=[declared(name, raw, scheme)]
    )
    (found,) = audit.attributions[name].licenses
    assert (found.expression, found.declared_by) == (expression, "tree")
    assert gaps == ()


@pytest.mark.parametrize("scheme", ["hub", "spdx"])
def test_a_name_nobody_knows_is_kept_and_asked_about(registry: Registry, scheme: str) -> None:
    name = f"{HF}cn/other"
    audit, (gap,) = audit_of(
        registry, graph(extra=[name]), declarations=[declared(name, "My own (v2)", scheme)]
    )
    assert audit.attributions[name].licenses[0].expression == "LicenseRef-My-own-v2"
    assert (gap.subject, gap.reason) == (name, "license-unrecognised")
    assert dict(gap.params) == {"license": "My own (v2)"}
    assert str(gap.location) == "card/README.md:4"


def test_the_shipped_registry_traces_the_known_hard_case(tmp_path: Path) -> None:
    from provenance.pipeline import examine

    name = f"{HF}deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    found = examine([name], Registry(), "2026-03-01T00:00:00Z")[name]
    assert found.jurisdictions == ("CN",)
    assert found.effective_jurisdictions == ("CN", "US")
    assert any(item.expression == "LicenseRef-llama-3.1" and item.via for item in found.licenses)
