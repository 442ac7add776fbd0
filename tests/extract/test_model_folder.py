"""The JSON files beside weights: declared bases, traces, and what is no lineage."""

from __future__ import annotations

import json

import pytest

from provenance.extract import extractor_for
from provenance.extract.models import folder as model_folder
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, links, places, read, reasons, texts

LOCAL = "model:local/models/chat"
PARENT = "pkg:huggingface/acme/Acme-7B"


def saved(name: str, content: object) -> Extraction:
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    return read(f"models/chat/{name}", text.encode())


@pytest.mark.parametrize("name", ["config.json", "adapter_config.json", "tokenizer_config.json",
                                  "generation_config.json"])  # fmt: skip
def test_wanted_names(name: str) -> None:
    assert extractor_for(name) is model_folder
    assert extractor_for(f"a/b/{name}") is model_folder


@pytest.mark.parametrize("name", ["package.json", "my-config.json", "train.jsonl", "config.yaml"])
def test_unwanted_names(name: str) -> None:
    assert extractor_for(name) is not model_folder


# -- adapters ----------------------------------------


def test_an_adapter_declares_its_base() -> None:
    found = saved("adapter_config.json",
                  {"peft_type": "LORA", "base_model_name_or_path": "acme/Acme-7B"})  # fmt: skip
    assert ids(found, "model") == {LOCAL, PARENT}
    (link,) = [k for k in found.links if k.relation == "derived-from"]
    assert (link.source, link.target, link.how, link.basis) == (
        LOCAL, PARENT, "adapter", "declared")  # fmt: skip
    (place,) = places(found, PARENT)
    assert (place.line, place.confidence) == (3, "high")
    assert not found.gaps


@pytest.mark.parametrize("base", [None, "", 7])
def test_an_adapter_without_base_is_a_gap(base: object) -> None:
    found = saved("adapter_config.json", {"peft_type": "LORA", "base_model_name_or_path": base})
    assert {(subject, reason) for subject, reason, _ in gaps(found)} == {
        (LOCAL, "adapter-without-base")
    }
    assert ids(found) == {LOCAL}


def test_an_adapter_of_a_path_is_a_gap() -> None:
    found = saved("adapter_config.json",
                  {"peft_type": "LORA", "base_model_name_or_path": "/srv/models/acme"})  # fmt: skip
    assert gaps(found) == {("/srv/models/acme", "base-model-unresolved", 3)}


def test_another_program_s_adapter_config_is_ignored() -> None:
    assert saved("adapter_config.json", {"port": 80}) == Extraction()


# -- traces ----------------------------------------


def test_a_saved_name_is_a_trace_of_medium_confidence() -> None:
    found = saved("config.json", {"model_type": "acme", "_name_or_path": "acme/Acme-7B"})
    (link,) = [k for k in found.links if k.relation == "derived-from"]
    assert (link.source, link.target, link.how, link.basis) == (
        LOCAL, PARENT, "unknown", "trace")  # fmt: skip
    assert [(p.line, p.confidence) for p in link.occurrences] == [(3, "medium")]


def test_the_model_a_trace_names_is_there_with_medium_confidence_too() -> None:
    found = saved("config.json", {"model_type": "acme", "_name_or_path": "acme/Acme-7B"})
    assert [(p.line, p.confidence) for p in places(found, PARENT)] == [(3, "medium")]


def test_a_trace_by_a_legacy_short_name() -> None:
    found = saved("config.json", {"model_type": "bert", "_name_or_path": "bert-base-uncased"})
    assert links(found, "derived-from") == {
        (LOCAL, "derived-from", "pkg:huggingface/google-bert/bert-base-uncased")
    }


def test_a_path_into_a_hub_s_cache_names_the_repository() -> None:
    commit = "ab" * 20
    path = f"/home/me/.cache/huggingface/hub/models--acme--Acme-7B/snapshots/{commit}"
    found = saved("config.json", {"model_type": "acme", "_name_or_path": path})
    assert links(found, "derived-from") == {(LOCAL, "derived-from", f"{PARENT}@{commit}")}


def test_parts_are_parents_and_encoders_are_known_as_such() -> None:
    found = saved(
        "config.json",
        {
            "model_type": "llava", "mm_vision_tower": "openai/clip-vit-large-patch14-336",
            "text_config": {"_name_or_path": "lmsys/vicuna-7b-v1.5"},
            "vision_config": {"_name_or_path": "google/siglip-so400m-patch14-384"},
            "audio_config": {"hidden_size": 7}, "other_config": {"_name_or_path": "acme/no"},
            "speech_encoder": "./whisper",
        },
    )  # fmt: skip
    assert {(k.target, k.how, k.basis) for k in found.links if k.relation == "derived-from"} == {
        ("pkg:huggingface/openai/clip-vit-large-patch14-336", "encoder", "declared"),
        ("pkg:huggingface/lmsys/vicuna-7b-v1.5", "unknown", "trace"),
        ("pkg:huggingface/google/siglip-so400m-patch14-384", "encoder", "trace"),
    }
    assert not found.gaps


def test_an_encoder_and_a_decoder() -> None:
    found = saved(
        "config.json",
        {
            "model_type": "speech-encoder-decoder",
            "encoder": {"_name_or_path": "facebook/wav2vec2-large"},
            "decoder": {"_name_or_path": "gpt2"},
        },
    )
    assert {(k.target, k.how) for k in found.links if k.relation == "derived-from"} == {
        ("pkg:huggingface/facebook/wav2vec2-large", "encoder"),
        ("pkg:huggingface/openai-community/gpt2", "unknown"),
    }


def test_a_pipeline_of_diffusers_keeps_a_trace() -> None:
    index = {"_class_name": "StableDiffusionPipeline", "_name_or_path": "acme/Acme-7B"}
    assert links(saved("model_index.json", index), "derived-from") == {
        (LOCAL, "derived-from", PARENT)
    }
    assert saved("model_index.json", {"_name_or_path": "acme/Acme-7B"}) == Extraction()


def test_an_adapter_s_revision_counts_when_it_is_a_commit() -> None:
    config = {"peft_type": "LORA", "base_model_name_or_path": "acme/Acme-7B"}
    commit = "cd" * 20
    for revision, target in ((commit, f"{PARENT}@{commit}"), ("main", PARENT), (None, PARENT)):
        found = saved("adapter_config.json", {**config, "revision": revision})
        assert links(found, "derived-from") == {(LOCAL, "derived-from", target)}


def test_a_snapshot_that_names_itself_is_a_question() -> None:
    path = f"hub/models--acme--Acme-7B/snapshots/{'ab' * 20}/config.json"
    found = read(path, json.dumps({"model_type": "acme", "_name_or_path": "Acme/acme-7b"}).encode())
    assert not links(found, "derived-from")
    assert gaps(found) == {(f"{PARENT}@{'ab' * 20}", "base-is-itself", 1)}


@pytest.mark.parametrize("trace", ["/srv/run-7/checkpoint", "./out", "", None, 3, ["acme/Acme-7B"]])
def test_other_traces_are_no_lineage(trace: object) -> None:
    found = saved("config.json", {"model_type": "acme", "_name_or_path": trace})
    assert ids(found) == {LOCAL}
    assert links(found) == {("project:", "contains", LOCAL)}


def test_architecture_is_no_lineage() -> None:
    found = saved(
        "config.json",
        {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama",
            "auto_map": {"AutoModel": "acme/other-code--modeling.Acme"},
            "quantization_config": {"quant_method": "gptq"}, "vocab_size": 32000,
        },
    )  # fmt: skip
    assert ids(found) == {LOCAL}
    assert component(found, LOCAL).kind == "model"


@pytest.mark.parametrize("key", ["name_or_path", "_name_or_path"])
def test_a_tokenizer_s_trace_is_a_question_and_no_link(key: str) -> None:
    found = saved("tokenizer_config.json", {"tokenizer_class": "Acme", key: "acme/Acme-7B"})
    assert gaps(found) == {(LOCAL, "tokenizer-trace", 3)}
    (gap,) = found.gaps
    assert gap.params == (("trace", "acme/Acme-7B"),)
    assert not found.components
    assert not found.links
    (statement,) = found.statements
    assert (statement.component, statement.says, statement.subject) == (
        LOCAL, "tokenizer", PARENT)  # fmt: skip
    assert statement.evidence.reference == "models/chat/tokenizer_config.json:3"


def test_a_tokenizer_without_trace_says_nothing() -> None:
    assert saved("tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer"}) == Extraction()


@pytest.mark.parametrize(
    "content",
    [{"port": 80}, {"extends": "eslint"}, [], "7", '"model_type"', '["architectures"]',
     {"nested": {"_name_or_path": "acme/Acme-7B", "model_type": "acme"}}],
)  # fmt: skip
def test_another_program_s_config_is_ignored(content: object) -> None:
    assert saved("config.json", content) == Extraction()


def test_generation_settings_name_no_base() -> None:
    found = saved("generation_config.json", {"eos_token_id": 2, "_name_or_path": "acme/Acme-7B"})
    assert ids(found) == {LOCAL}


def test_the_root_is_a_model_folder_too() -> None:
    found = read("config.json", json.dumps({"model_type": "acme"}).encode())
    assert ids(found) == {"model:local/."}


# -- trouble ----------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("adapter_config.json", '{\n  "peft_type": "LORA",\n  "base_model_name_or_path": \n}\n', 4),
        ("config.json", '{\n  "model_type": "acme",,\n}\n', 2),
        ("tokenizer_config.json", "", 1),
        ("generation_config.json", "{'single': 1}", 1),
    ],
)
def test_broken_json_is_a_gap_with_its_line(name: str, text: str, line: int) -> None:
    found = saved(name, text)
    assert gaps(found) == {(f"models/chat/{name}", "malformed-file", line)}
    assert dict(found.gaps[0].params)["format"] == "JSON"


def test_deep_nesting_is_a_gap() -> None:
    found = saved("tokenizer_config.json", "[" * 200_000)
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}


def test_a_number_of_too_many_digits_is_a_gap() -> None:
    found = saved("adapter_config.json", '{"peft_type": ' + "9" * 10_000 + "}")
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_honoured(encoding: str) -> None:
    text = json.dumps({"peft_type": "LORA", "base_model_name_or_path": "acme/Acme-7B"}, indent=2)
    found = read("models/chat/adapter_config.json", text.encode(encoding))
    assert lines(found, PARENT) == [3]


def test_a_base_of_broken_unicode_can_still_be_printed() -> None:
    found = saved("adapter_config.json", r'{"peft_type": "x", "base_model_name_or_path": "\ud800"}')
    assert reasons(found) == {("base-model-unresolved", 0)}
    for text in texts(found):
        text.encode()  # what a report shows must be writable
