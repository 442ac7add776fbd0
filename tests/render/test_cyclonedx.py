"""CycloneDX: valid by the strict schema, the same bytes each time, and read back by ourselves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from msgspec.structs import replace

from provenance.i18n import messages
from provenance.model import License, Report
from provenance.pipeline import scan
from provenance.policy import load
from provenance.ports import Advised, Outside
from provenance.registry import Registry
from provenance.render import render
from tests.core.test_vulnerability import advisory
from tests.golden.update import HERE, NAMES

CREATED = "2026-11-28T00:00:00Z"
REGISTRY = Registry()
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
PACKAGES = ("pkg:pypi/", "pkg:npm/", "pkg:cargo/", "pkg:golang/")


class Service:
    hosts_contacted = ()

    def known(self, component_ids: Sequence[str]) -> Advised:
        found = advisory("PYSEC-1", "CVE-1", summary="It breaks.", fixed=["9.1"])
        return Advised(
            vulnerabilities={one: (found,) for one in component_ids if one.endswith("@9")}
        )


def audited(path: Path) -> Report:
    policy = load(REGISTRY.text("policies/us-exposure.toml"), "us-exposure", REGISTRY)
    return scan(
        path, registry=REGISTRY, policy=policy, created=CREATED,
        outside=Outside(advisories=Service()),
    ).report  # fmt: skip


def bill(report: Report, lang: str = "en", name: str = "cyclonedx-1.6") -> dict[str, Any]:
    text = render(report, name, REGISTRY, messages(REGISTRY, lang))
    error = VALIDATOR.validate_str(text)
    assert error is None, str(error)[:2000]
    assert text == render(report, name, REGISTRY, messages(REGISTRY, lang))
    found: dict[str, Any] = json.loads(text)
    return found


def properties(entry: dict[str, Any], name: str) -> list[str]:
    return [
        one["value"] for one in entry.get("properties", ()) if one["name"] == f"provenance:{name}"
    ]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_whole_repositories_are_valid_and_come_back(name: str, tmp_path: Path) -> None:
    report = audited(HERE / name / "repo")
    found = bill(report)
    kept = {item.id for item in report.components} - {report.root}
    refs = [entry["bom-ref"] for entry in (*found["components"], *found.get("services", ()))]
    assert sorted(refs) == sorted(kept)
    assert found["metadata"]["component"]["bom-ref"] == report.root
    assert found["metadata"]["timestamp"] == "2026-11-28T00:00:00+00:00"
    (tmp_path / "bom.json").write_text(json.dumps(found))
    again = audited(tmp_path)
    for kind in ("package", "model", "container", "platform"):
        own = {c.id for c in report.components if c.kind == kind and c.id.startswith("pkg:")}
        assert {c.id for c in again.components if c.kind == kind} >= own
    packages = {c.id for c in report.components if c.kind == "package"}
    assert {c.id for c in again.components if c.kind == "package"} == packages
    assert {(k.source, k.target) for k in again.links if k.relation == "depends-on"} >= {
        (k.source, k.target)
        for k in report.links
        if k.relation == "depends-on" and {k.source, k.target} <= packages
    }


def test_each_kind_has_its_type_and_place(tmp_path: Path) -> None:
    report = audited(HERE / "rag-app" / "repo")
    found = bill(report)
    kinds = {item.id: item.kind for item in report.components}
    types = {
        "package": "library", "model": "machine-learning-model", "dataset": "data",
        "container": "container", "platform": "platform",
    }  # fmt: skip
    for entry in found["components"]:
        assert entry["type"] == types[kinds[entry["bom-ref"]]]
        assert ("purl" in entry) == entry["bom-ref"].startswith("pkg:")
    assert {entry["bom-ref"] for entry in found["services"]} == {
        one for one, kind in kinds.items() if kind == "service"
    }
    by_ref = {entry["bom-ref"]: entry for entry in found["components"]}
    model = by_ref["pkg:huggingface/deepseek-ai/DeepSeek-R1-Distill-Llama-8B"]
    assert properties(model, "jurisdiction") == ["CN"]
    assert properties(model, "effective-jurisdiction") == ["CN", "US"]
    assert [one["purl"] for one in model["pedigree"]["ancestors"]] == [
        "pkg:huggingface/meta-llama/Llama-3.1-8B"
    ]
    places = [(one["location"], one["line"]) for one in model["evidence"]["occurrences"]]
    assert places == [("notebooks/try.ipynb", 8)]
    assert {"license": {"id": "MIT"}} in model["licenses"]
    assert any("via" in one for one in properties(model, "inherited-license"))
    wandb = by_ref["pkg:pypi/wandb@0.17.0"]
    assert (wandb["scope"], properties(wandb, "usage")) == ("excluded", ["development"])
    assert by_ref["pkg:pypi/torch@2.3.1"]["scope"] == "optional"
    assert properties(found, "vulnerabilities-asked") == ["true"]
    assert properties(found, "gaps") == [str(len(report.gaps))]


def test_the_dependency_graph_is_that_of_the_report(tmp_path: Path) -> None:
    lock = (
        'version = 1\n[[package]]\nname = "app"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "a" }]\n[[package]]\nname = "a"\nversion = "1"\n'
        'dependencies = [{ name = "b" }]\n[[package]]\nname = "b"\nversion = "2"\n'
        'dependencies = [{ name = "a" }]\n'
    )
    found = bill(audited(write(tmp_path, uv__lock=lock)))
    graph = {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]}
    a, b = "pkg:pypi/a@1", "pkg:pypi/b@2"
    assert (graph[a], graph[b]) == ([b], [a])
    assert a in graph[found["metadata"]["component"]["bom-ref"]]


def test_an_advisory_lists_all_it_affects_and_findings_are_none(tmp_path: Path) -> None:
    found = bill(audited(write(tmp_path, requirements__txt="a==9\nb==9\nc==8\nopenai==1.0\n")))
    (known,) = found["vulnerabilities"]
    assert known == {
        "bom-ref": "vulnerability:PYSEC-1",
        "id": "PYSEC-1",
        "source": {"name": "OSV", "url": "https://osv.dev/vulnerability/PYSEC-1"},
        "references": [
            {
                "id": "CVE-1",
                "source": {"name": "OSV", "url": "https://osv.dev/vulnerability/CVE-1"},
            }
        ],
        "description": "It breaks.",
        "recommendation": "fixed in 9.1",
        "advisories": [{"url": "https://osv.dev/vulnerability/PYSEC-1"}],
        "affects": [
            {
                "ref": f"pkg:pypi/{name}@9",
                "versions": [
                    {"status": "affected", "version": "9"},
                    {"status": "unaffected", "version": "9.1"},
                ],
            }
            for name in "ab"
        ],
        "properties": [{"name": "provenance:as-of", "value": "2026-11-28"}],
    }


def test_the_serial_number_follows_the_content(tmp_path: Path) -> None:
    one = bill(audited(write(tmp_path, requirements__txt="a==9\n")))["serialNumber"]
    same = bill(audited(tmp_path), name="cyclonedx")["serialNumber"]
    other = bill(audited(write(tmp_path, requirements__txt="a==8\n")))["serialNumber"]
    assert one == same != other
    assert uuid.UUID(one).version == 5


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (["MIT"], [{"license": {"id": "MIT"}}]),
        (["LicenseRef-llama-3.1"], [{"license": {"name": "LicenseRef-llama-3.1"}}]),
        (["MIT OR Apache-2.0"], [{"expression": "MIT OR Apache-2.0"}]),
        (
            ["MIT OR Apache-2.0", "MIT"],
            [{"license": {"id": "MIT"}}, {"license": {"name": "MIT OR Apache-2.0"}}],
        ),
        ([], None),
    ],
)
def test_licenses_are_ids_names_or_one_expression(
    tmp_path: Path, expressions: list[str], expected: object
) -> None:
    report = audited(write(tmp_path, requirements__txt="zz-nobody==1\n"))
    claims = tuple(License(expression=one, declared_by="index") for one in expressions)
    inherited = License(expression="GPL-3.0-only", declared_by="hub", via=("model:x/y",))
    one = "pkg:pypi/zz-nobody@1"
    report.attributions[one] = replace(report.attributions[one], licenses=(*claims, inherited))
    (entry,) = bill(report)["components"]
    assert entry.get("licenses") == expected
    assert properties(entry, "inherited-license") == ["GPL-3.0-only via model:x/y"]


def test_odd_names_do_not_break_the_bill(tmp_path: Path) -> None:
    odd = "\x07bell", "名前", "x" * 400, "a\u202eb", "<script>", "ns/name%00", "%", "a:b@c"
    calls = "\n".join(f"AutoModel.from_pretrained({name!r})" for name in odd)
    text = f"from transformers import AutoModel\n{calls}\n"
    found = bill(audited(write(tmp_path, app__py=text, requirements__txt="a @ file:///x\n-e .\n")))
    assert found["components"]


def test_both_languages_list_the_same(tmp_path: Path) -> None:
    report = audited(write(tmp_path, requirements__txt="a==9\n"))
    english, chinese = bill(report), bill(report, "zh-CN")
    assert chinese["vulnerabilities"][0]["recommendation"] == "已修复于 9.1"
    for found in (english, chinese):
        del found["serialNumber"], found["vulnerabilities"][0]["recommendation"]
    assert english == chinese


def test_nothing_at_all_is_a_valid_bill(tmp_path: Path) -> None:
    found = bill(audited(write(tmp_path, requirements__txt="# none\n")))
    assert found.get("components", []) == []
