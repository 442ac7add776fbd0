"""The rule dependency-confusion/: an index asked beside another one, and when it is not said."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from provenance.i18n import LANGUAGES, messages
from provenance.model import Finding
from provenance.pipeline import scan
from provenance.policy import load
from provenance.registry import Registry
from provenance.render.wording import finding_message

REGISTRY = Registry()
POLICY = load(REGISTRY.text("policies/us-exposure.toml"), "us-exposure", REGISTRY)
RULE = "dependency-confusion/extra-index"
UNKNOWN = "--extra-index-url https://packages.acme.example/simple\n"
MIRROR = "https://mirrors.aliyun.com/pypi/simple"
TORCH = "--extra-index-url https://download.pytorch.org/whl/cpu\n"


def found(tmp_path: Path, files: dict[str, str]) -> list[Finding]:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = scan(tmp_path, registry=REGISTRY, policy=POLICY, created="2026-11-28T00:00:00Z").report
    return [finding for finding in report.findings if finding.rule.startswith("dependency-conf")]


def test_names_that_either_index_may_deliver(tmp_path: Path) -> None:
    text = UNKNOWN + "acme-inner>=1\nclick==8.1.7\ntorch==2.3.1+cpu\n"
    (finding,) = found(tmp_path, {"requirements.txt": text})
    assert finding.rule == RULE
    assert (finding.severity, finding.confidence) == ("medium", "high")
    assert finding.component == "service:packages.acme.example"
    assert finding.path[0].startswith("project:")
    assert dict(finding.params) == {
        "beside": "service:pypi", "count": "2", "usage": "used",
        "packages": "pkg:pypi/acme-inner pkg:pypi/click",
    }  # fmt: skip


def test_the_words_name_both_indexes_and_the_packages(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {"requirements.txt": UNKNOWN + "acme-inner\n"})
    for lang in LANGUAGES:
        said = finding_message(finding, REGISTRY, messages(REGISTRY, lang))
        for part in ("packages.acme.example", "Python Package Index", "acme-inner", "1"):
            assert part in said, lang
        assert "{" not in said


def test_a_private_index_beside_the_public_one(tmp_path: Path) -> None:
    text = "--extra-index-url http://10.0.0.7/simple\nacme-inner\n"
    (finding,) = found(tmp_path, {"requirements.txt": text})
    assert (finding.component, finding.severity) == ("service:10.0.0.7", "medium")


def test_an_index_of_a_known_operator_weighs_less(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {"requirements.txt": TORCH + "torch\n"})
    assert (finding.component, finding.severity) == ("service:pytorch-index", "low")


def test_an_install_in_a_dockerfile_has_the_same_shape(tmp_path: Path) -> None:
    text = "FROM python:3.12\nRUN pip install acme-inner --extra-index-url https://p.example/s\n"
    (finding,) = found(tmp_path, {"Dockerfile": text})
    assert finding.component == "service:p.example"


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://packages.acme.example/simple\nacme-inner\n",
        UNKNOWN + f"acme-inner==1.0 --hash=sha256:{'0' * 64}\n",
        TORCH + "torch==2.3.1+cpu\n",
        UNKNOWN + "# acme-inner==1.0\n",
        UNKNOWN,
        f"--extra-index-url {MIRROR}\n-i {MIRROR}\nclick\n",
        "click\n",
    ],
)
def test_where_only_one_can_deliver_nothing_is_said(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {"requirements.txt": text}) == []


def test_a_lock_that_states_the_index_settles_it(tmp_path: Path) -> None:
    pipfile = (
        '[[source]]\nurl = "https://packages.acme.example/simple"\nname = "a"\n'
        '[packages]\nacme-inner = "*"\n'
    )
    files = {"requirements.txt": UNKNOWN + "acme-inner\n", "app/Pipfile": pipfile}
    assert found(tmp_path, files) == []


def test_the_policy_decides_what_it_weighs() -> None:
    assert POLICY.dependency_confusion == "medium"
    bare = replace(POLICY, dependency_confusion="high")
    assert bare.severity(bare.dependency_confusion, "test", "high") == "low"
