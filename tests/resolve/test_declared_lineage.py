"""Circles, self-naming and statements of several bases, as the resolver leaves them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from provenance.model import Evidence, Extraction, Link
from provenance.ports import Enrichment, Outside
from provenance.registry import Registry
from provenance.resolve import Inventory, lineage, merge
from provenance.vocabulary import Vocabulary
from tests.support.reading import read
from tests.support.small_data import derived, small_registry

HF = "pkg:huggingface/o/"
PAGE = Evidence(source="hub", reference="https://hub.example/o/a", as_of="2026-01-02")


class Hub:
    """Says of o/a that it is a merge of o/b, and of everything that it is made from itself."""

    hosts_contacted = ()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        self.asked += component_ids
        links = [
            Link(source=one, target=one.replace("/o/", "/O/"), relation="derived-from",
                 how="merge", basis="declared", evidence=(PAGE,))
            for one in component_ids if one.startswith(HF)
        ]  # fmt: skip
        links += [
            Link(source=f"{HF}a", target=f"{HF}b", relation="derived-from", how="merge",
                 basis="hub-inferred", evidence=(PAGE,))
            for one in component_ids if one == f"{HF}a"
        ]  # fmt: skip
        return Enrichment(links=tuple(links))


def grown(registry: Registry, *found: Extraction, hub: Hub | None = None) -> Inventory:
    inventory = Inventory(
        root="project:p", registry=registry, vocabulary=Vocabulary(registry),
        outside=Outside(hub=hub),
    )  # fmt: skip
    return lineage.resolve(merge(inventory, found))


def circles(found: Inventory) -> list[tuple[str, str]]:
    return sorted(
        (gap.subject, dict(gap.params)["members"])
        for gap in found.gaps
        if gap.reason == "lineage-circle"
    )


def adapter(base: str) -> Extraction:
    return read(
        "m/adapter_config.json", json.dumps({"peft_type": "L", "base_model_name_or_path": base})
    )


def test_every_circle_is_said_once(tmp_path: Path) -> None:
    rows = [derived(f"{HF}{child}", f"{HF}{parent}") for child, parent in
            ("ab", "bc", "ca", "cd", "de", "ed", "ef")]  # fmt: skip
    found = grown(small_registry(tmp_path, lineage=rows), adapter("o/a"))
    assert circles(found) == [
        (f"{HF}a", " → ".join(f"{HF}{one}" for one in "abca")),
        (f"{HF}d", " → ".join(f"{HF}{one}" for one in "ded")),
    ]


def test_a_lineage_that_meets_again_is_no_circle(tmp_path: Path) -> None:
    rows = [derived(f"{HF}{child}", f"{HF}{parent}") for child, parent in
            ("ab", "ac", "bd", "cd")]  # fmt: skip
    assert circles(grown(small_registry(tmp_path, lineage=rows), adapter("o/a"))) == []


def test_a_long_chain_is_walked_without_recursion(tmp_path: Path) -> None:
    rows = [derived(f"{HF}m{n}", f"{HF}m{n + 1}") for n in range(3000)]
    rows.append(derived(f"{HF}m3000", f"{HF}m0"))
    found = grown(small_registry(tmp_path, lineage=rows), adapter("o/m0"))
    ((subject, members),) = circles(found)
    assert subject == f"{HF}m0"
    assert members.count("→") == 3001


def test_what_the_hub_infers_stays_apart_and_itself_is_no_base(tmp_path: Path) -> None:
    rows = [derived(f"{HF}a", f"{HF}b", "finetune")]
    hub = Hub()
    found = grown(small_registry(tmp_path, lineage=rows), adapter("o/a"), hub=hub)
    links = {(k.target, k.how, k.basis) for k in found.links.values() if k.source == f"{HF}a"
             and k.relation == "derived-from"}  # fmt: skip
    assert links == {(f"{HF}b", "finetune", "declared"), (f"{HF}b", "merge", "hub-inferred")}
    assert {gap.subject for gap in found.gaps if gap.reason == "base-is-itself"} == {
        f"{HF}a", f"{HF}b",
    }  # fmt: skip
    assert f"{HF}A" not in found.components


def test_models_of_modelscope_are_asked_of_the_hubs_too(tmp_path: Path) -> None:
    hub = Hub()
    config = json.dumps({"peft_type": "L", "base_model_name_or_path":
                         "https://www.modelscope.cn/models/qwen/Qwen2-7B"})  # fmt: skip
    grown(small_registry(tmp_path), read("m/adapter_config.json", config), hub=hub)
    assert hub.asked == ["model:modelscope/qwen/Qwen2-7B"]


def test_a_model_whose_files_are_here_is_in_the_tree(tmp_path: Path) -> None:
    modelfile = read("m/Modelfile", "FROM ./x.gguf\n")
    reasons = {gap.reason for gap in grown(small_registry(tmp_path), modelfile).gaps}
    assert "local-model-not-in-tree" in reasons
    weights = read("m/x.gguf", b"GGUF" + b"\x03\x00\x00\x00" + bytes(16))
    both = grown(small_registry(tmp_path), modelfile, weights)
    assert {gap.reason for gap in both.gaps} & {"local-model-not-in-tree"} == set()
