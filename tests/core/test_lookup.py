"""Look-ups of single names give the same answers as a scan would."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.lookup import Answer, Lookup, answer_json
from provenance.registry import Registry
from tests.support.small_data import derived, org, seat, small_registry

CREATED = "2026-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def lookup(tmp_path_factory: pytest.TempPathFactory) -> Lookup:
    registry = small_registry(
        tmp_path_factory.mktemp("data"),
        organizations=[org("us", "US"), org("cn", "CN")],
        origin_registry=[
            seat("pkg:pypi/big-lib", "us"),
            seat("huggingface:cn", "cn"),
            seat("huggingface:us", "us"),
            seat("modelscope:cn", "cn"),
            seat("github:us", "us"),
            seat("model:api/*", "us"),
            seat("dataset:huggingface/us/d", "us"),
            seat("pkg:docker/us/*", "us"),
            seat("platform:p", "us"),
            {"key": "service:api", "role": "operator", "organization": "us"},
        ],
        lineage=[derived("pkg:huggingface/cn/Made", "pkg:huggingface/us/Base")],
        identifiers=[
            {"identifier": "host:api.example.org", "component": "service:api"},
            {"identifier": "env:API_TOKEN", "component": "service:api"},
            {"identifier": "import:biglib", "component": "pkg:pypi/big-lib"},
            {"identifier": "hub:made", "component": "pkg:huggingface/cn/Made"},
        ],
        components=[{"key": "pkg:pypi/big-lib", "expression": "MIT"}],
    )
    return Lookup(registry, CREATED)


def ask(lookup: Lookup, query: str) -> Answer:
    (answer,) = lookup.answers([query])
    return answer


@pytest.mark.parametrize(
    ("query", "component", "own", "effective"),
    [
        ("pkg:pypi/big-lib", "pkg:pypi/big-lib", "US", "US"),
        ("pkg:pypi/big-lib@2.0", "pkg:pypi/big-lib@2.0", "US", "US"),
        ("Big_Lib", "pkg:pypi/big-lib", "US", "US"),
        ("pkg:huggingface/cn/Made", "pkg:huggingface/cn/Made", "CN", "CN US"),
        ("cn/Made", "pkg:huggingface/cn/Made", "CN", "CN US"),
        ("made", "pkg:huggingface/cn/Made", "CN", "CN US"),
        ("huggingface:cn", "huggingface:cn", "CN", "CN"),
        ("modelscope:cn", "modelscope:cn", "CN", "CN"),
        ("github:us", "github:us", "US", "US"),
        ("model:api/small", "model:api/small", "US", "US"),
        ("dataset:huggingface/us/d", "dataset:huggingface/us/d", "US", "US"),
        ("service:api", "service:api", "US", "US"),
        ("host:api.example.org", "service:api", "US", "US"),
        ("env:API_TOKEN", "service:api", "US", "US"),
        ("import:biglib", "pkg:pypi/big-lib", "US", "US"),
        ("pkg:docker/us/image@v1", "pkg:docker/us/image@v1", "US", "US"),
        ("platform:p", "platform:p", "US", "US"),
    ],
)
def test_every_kind_of_name(
    lookup: Lookup, query: str, component: str, own: str, effective: str
) -> None:
    answer = ask(lookup, query)
    assert answer.query == query
    assert answer.id == component
    assert answer.attribution.jurisdictions == tuple(own.split())
    assert answer.attribution.effective_jurisdictions == tuple(effective.split())


@pytest.mark.parametrize("query", ["pkg:pypi/Big_Lib", "pkg:pypi/BIG.LIB@2.0"])
def test_a_purl_is_normalised_as_its_type_asks(lookup: Lookup, query: str) -> None:
    assert ask(lookup, query).attribution.jurisdictions == ("US",)


@pytest.mark.parametrize(
    "query",
    [
        "pkg:pypi/nobody",
        "host:nobody.example",
        "env:NOBODY",
        "import:nobody",
        "huggingface:nobody",
        "service:nobody",
        "a b",
        "",
        "🤖",
        "pkg:huggingface/",
    ],
)
def test_what_nobody_knows_says_what_was_tried(lookup: Lookup, query: str) -> None:
    answer = ask(lookup, query)
    assert answer.attribution.jurisdictions == ()
    assert answer.attribution.origins == ()
    assert answer.tried


def test_answers_come_in_the_order_asked_doubles_too(lookup: Lookup) -> None:
    queries = ["service:api", "big-lib", "service:api"]
    assert [answer.query for answer in lookup.answers(queries)] == queries


def test_one_question_does_not_change_the_answer_to_another(lookup: Lookup) -> None:
    alone = answer_json(ask(lookup, "cn/Made"))
    among = lookup.answers(["us/Base", "cn/Made", "host:api.example.org", "huggingface:cn"])
    assert answer_json(among[1]) == alone


def test_the_structure_of_an_answer(lookup: Lookup) -> None:
    found = answer_json(ask(lookup, "cn/Made"))
    contract = {"query", "id", "jurisdictions", "effective_jurisdictions", "origins", "licenses"}
    assert contract <= set(found)
    for claim in found["origins"]:
        assert set(claim) == {
            "jurisdiction",
            "role",
            "organization",
            "confidence",
            "via",
            "evidence",
        }
        assert all(one["reference"] and one["as_of"] for one in claim["evidence"])
    assert [c["via"] for c in found["origins"] if c["role"] == "base"] == [
        ["pkg:huggingface/us/Base"]
    ]


def test_a_look_up_equals_a_scan(tmp_path: Path) -> None:
    from provenance.pipeline import scan
    from provenance.policy import load

    registry = Registry()
    (tmp_path / "app.py").write_text(
        "from transformers import AutoModel\n"
        'AutoModel.from_pretrained("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")\n'
    )
    rules = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
    report = scan(tmp_path, registry=registry, policy=rules, created=CREATED).report
    name = "pkg:huggingface/deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    answer = ask(Lookup(registry, CREATED), name)
    scanned = report.attributions[name]
    assert answer.attribution.jurisdictions == scanned.jurisdictions
    assert answer.attribution.effective_jurisdictions == scanned.effective_jurisdictions
    assert answer.attribution.licenses == scanned.licenses
