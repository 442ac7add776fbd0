"""mergekit's configurations: every parent of a merge, in the forms the tool accepts."""

from __future__ import annotations

import pytest

from provenance.extract import extractor_for
from provenance.extract.models import merge
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import gaps, ids, lines, links, reasons, vocabulary

LOCAL = "model:local/out"
HF = "pkg:huggingface/"


def read(
    text: str, name: str = "mergekit_config.yml", beside: dict[str, bytes] | None = None
) -> Extraction:
    files = {f"out/{key}": value for key, value in (beside or {}).items()}
    document = Document(path=f"out/{name}", data=text.encode(), sibling=Siblings(files.get))
    return merge.extract(document, vocabulary())


def parents(found: Extraction) -> set[tuple[str, str | None, str | None]]:
    return {
        (k.target.removeprefix(HF), k.how, k.basis)
        for k in found.links
        if (k.source, k.relation) == (LOCAL, "derived-from")
    }


@pytest.mark.parametrize("name", ["mergekit_config.yml", "mergekit_moe_config.yml", "merge.yml",
                                  "merge.yaml"])  # fmt: skip
def test_wanted_names(name: str) -> None:
    assert extractor_for(f"models/x/{name}") is merge
    assert extractor_for(f"models/x/my-{name}") is not merge


def test_models_and_the_base_they_are_merged_onto() -> None:
    found = read(
        "models:\n  - model: meta-llama/Meta-Llama-3-8B-Instruct\n"
        "  - model: NousResearch/Hermes-2-Pro-Llama-3-8B\n    parameters:\n      weight: 0.1\n"
        "base_model: meta-llama/Meta-Llama-3-8B\nmerge_method: dare_ties\n"
        "tokenizer_source: acme/not-a-parent\n"
    )
    assert parents(found) == {
        ("meta-llama/Meta-Llama-3-8B-Instruct", "merge", "declared"),
        ("NousResearch/Hermes-2-Pro-Llama-3-8B", "merge", "declared"),
        ("meta-llama/Meta-Llama-3-8B", "merge", "declared"),
    }
    assert lines(found, f"{HF}NousResearch/Hermes-2-Pro-Llama-3-8B") == [3]
    assert ("project:", "contains", LOCAL) in links(found)
    assert not found.gaps


def test_slices_and_modules_name_their_parents() -> None:
    found = read(
        "dtype: bfloat16\nmerge_method: passthrough\nmodules:\n  default:\n    slices:\n"
        "    - sources:\n      - layer_range: [0, 24]\n        model: o/one\n"
        "    - sources:\n      - layer_range: [8, 32]\n        model: o/two\n"
    )
    assert parents(found) == {("o/one", "merge", "declared"), ("o/two", "merge", "declared")}


def test_one_model_with_layers_repeated_is_upscaled() -> None:
    text = (
        "slices:\n- sources:\n  - model: o/one\n    layer_range: [0, 24]\n"
        "- sources:\n  - model: o/one\n    layer_range: [{}, 32]\nmerge_method: passthrough\n"
    )
    assert parents(read(text.format(8))) == {("o/one", "upscaled", "declared")}
    assert parents(read(text.format(24))) == {("o/one", "unknown", "declared")}


def test_experts() -> None:
    found = read(
        "base_model: o/base\ngate_mode: hidden\nexperts:\n"
        '  - source_model: o/code\n    positive_prompts: ["model: o/no"]\n'
        "  - source_model:\n      model:\n        path: o/math\n",
        "mergekit_moe_config.yml",
    )
    assert parents(found) == {
        ("o/base", "merge", "declared"), ("o/code", "merge", "declared"),
        ("o/math", "merge", "declared"),
    }  # fmt: skip


def test_adapters_revisions_and_tables() -> None:
    commit = "ab" * 20
    found = read(
        f"models:\n- model: o/one@main+o/lora\n- model: o/two@{commit}\n"
        f"- model:\n    model:\n      path: o/three\n      revision: {commit}\n"
        "    lora:\n      path: o/lora-2\nmerge_method: linear\n"
    )
    assert {name for name, _, _ in parents(found)} == {
        "o/one", "o/lora", f"o/two@{commit}", f"o/three@{commit}", "o/lora-2",
    }  # fmt: skip


def test_a_path_into_a_hub_s_cache_is_the_repository() -> None:
    commit = "22" * 20
    found = read(
        "models:\n"
        f"- model: 'D:/hf/hub/models--VAGO--Llama-3.1-8b/snapshots/{commit}'\n"
        "- model: D:/models/finetuned_2\n- model: /home/a/.cache/modelscope/hub/qwen/Qwen2___5-7B\n"
        "merge_method: linear\n"
    )
    assert {k.target for k in found.links if k.relation == "derived-from"} == {
        f"{HF}VAGO/Llama-3.1-8b@{commit}", "model:modelscope/qwen/Qwen2.5-7B",
    }  # fmt: skip
    assert gaps(found) == {("D:/models/finetuned_2", "base-model-unresolved", 3)}


def test_a_merge_by_hand_counts_beside_a_model_only() -> None:
    text = "models:\n- model: o/one-7b\n- model: o/two-7b\nmerge_method: slerp\n"
    assert parents(read(text, "merge.yml", {"config.json": b"{}"})) == {
        ("o/one-7b", "merge", "declared"), ("o/two-7b", "merge", "declared"),
    }  # fmt: skip
    recipe = read(text, "merge.yml")
    assert ids(recipe, "model") == {f"{HF}o/one-7b", f"{HF}o/two-7b"}
    assert not links(recipe, "derived-from")
    assert not links(read("on: push\n", "merge.yml", {"config.json": b"{}"}), "derived-from")


def test_trouble() -> None:
    assert reasons(read("models: [\n")) == {("malformed-file", 2)}
    assert reasons(read("merge_method: slerp\n")) == {("merge-without-models", 0)}
    assert reasons(read("[" * 5000)) == {("malformed-file", 0)}
    many = "models:\n" + "".join(f"- model: o/m{n}\n" for n in range(1000))
    assert len(parents(read(many))) == 200
