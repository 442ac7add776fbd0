"""Single phrases of reports, in both languages."""

from __future__ import annotations

import pytest

from provenance.i18n import messages
from provenance.model import Origin
from provenance.registry import Registry
from provenance.render.wording import caution, claim

REGISTRY = Registry()


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        (
            "entity-list:2019",
            "the maker on the Entity List of the US Bureau of Industry and Security since 2019",
            "该厂商自 2019 起列入美国商务部工业与安全局（BIS）实体清单",
        ),
        (
            "entity-list:2019:huawei?",
            ("Huawei Technologies Co., Ltd. on the Entity List of the US Bureau of Industry and "
            "Security since 2019 (recalled, not read)"),
            "华为自 2019 起列入美国商务部工业与安全局（BIS）实体清单（凭记忆，未读原文）",
        ),
        (
            "us-lists::china-telecom?",
            "China Telecom (TeleAI) on US lists; status to check (recalled, not read)",
            "中国电信见于美国的清单；现状待核实（凭记忆，未读原文）",
        ),
        ("ask: our counsel?", "ask: our counsel?", "ask: our counsel?"),  # a row of one's own
        ("evil\x1b[2J", "evil\\x1b[2J", "evil\\x1b[2J"),
    ],
)  # fmt: skip
def test_a_caution_is_said_in_the_language_of_the_report(
    code: str, english: str, chinese: str
) -> None:
    assert caution(code, REGISTRY, messages(REGISTRY, "en")) == english
    assert caution(code, REGISTRY, messages(REGISTRY, "zh-CN")) == chinese


def test_a_claim_without_an_organization_says_so() -> None:
    origin = Origin(jurisdiction="DE", role="seat", organization=None, confidence="low")
    assert claim(origin, REGISTRY, messages(REGISTRY, "en")) == (
        "DE: publisher, organization not known (low)"
    )
    assert claim(origin, REGISTRY, messages(REGISTRY, "zh-CN")) == "DE：发布方，机构不明（低）"
