"""Model, dataset and Space cards: what the front matter declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.extract import extractor_for
from provenance.extract.models import card as model_card
from provenance.model import Document, Extraction
from tests.support.fenced import fenced
from tests.support.reading import (
    component,
    gaps,
    ids,
    lines,
    links,
    places,
    reasons,
    vocabulary,
)

LOCAL = "model:local/models/chat"
HUB = "service:huggingface-hub"


def read(path: str, content: bytes) -> Extraction:
    """Read the card alone; what its text names besides is tested with Markdown."""
    return model_card.read_card(Document(path=path, data=content), vocabulary())


def card(front: str, path: str = "models/chat/README.md") -> Extraction:
    return read(path, f"---\n{front}---\n# A chat model\n".encode())


def bases(found: Extraction) -> set[tuple[str, str | None, str | None]]:
    return {(k.target, k.how, k.basis) for k in found.links if k.relation == "derived-from"}


def test_wanted_names() -> None:
    assert extractor_for("README.md") is model_card
    assert extractor_for("a/readme.MD") is model_card
    assert extractor_for("README.rst") is not model_card


# -- lineage ----------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "acme/Acme-7B",
        '"acme/Acme-7B"',
        "[acme/Acme-7B]",
        "\n- acme/Acme-7B",
        "\n  - acme/Acme-7B  # the base",
        "https://huggingface.co/acme/Acme-7B",
        "https://huggingface.co/acme/Acme-7B/tree/main",
    ],
)
def test_one_base_in_every_spelling(value: str) -> None:
    found = card(f"license: mit\nbase_model: {value}\n")
    parent = "pkg:huggingface/acme/Acme-7B"
    assert bases(found) == {(parent, "unknown", "declared")}
    assert lines(found, parent) == [4 if value.startswith("\n") else 3]
    assert (parent, "delivered-by", HUB) in links(found)
    assert ("project:", "contains", LOCAL) in links(found)
    assert not found.gaps


@pytest.mark.parametrize(
    ("relation", "how"),
    [
        ("finetune", "finetune"), ("adapter", "adapter"), ("merge", "merge"),
        ("quantized", "quantization"), ("Quantized", "quantization"), ("relative", "unknown"),
        ("7", "unknown"), ("[finetune]", "unknown"),
    ],
)  # fmt: skip
def test_relation_words(relation: str, how: str) -> None:
    found = card(f"base_model: acme/Acme-7B\nbase_model_relation: {relation}\n")
    assert bases(found) == {("pkg:huggingface/acme/Acme-7B", how, "declared")}


def test_several_bases_with_a_merge_tag_are_a_merge() -> None:
    front = "base_model:\n- acme/Acme-7B\n- zeta/Zeta-7B\ntags:\n- merge\n"
    assert bases(card(front)) == {
        ("pkg:huggingface/acme/Acme-7B", "merge", "declared"),
        ("pkg:huggingface/zeta/Zeta-7B", "merge", "declared"),
    }


def test_several_bases_without_it_stay_open() -> None:
    front = "base_model:\n- acme/Acme-7B\n- zeta/Zeta-7B\ntags:\n- text\n"
    assert {how for _, how, _ in bases(card(front))} == {"unknown"}


def test_a_merge_tag_with_one_base_stays_open() -> None:
    assert {how for _, how, _ in bases(card("base_model: acme/Acme-7B\ntags: [merge]\n"))} == {
        "unknown"
    }


def test_a_legacy_short_name_is_the_model_it_stands_for() -> None:
    found = card("base_model: bert-base-uncased\n")
    assert bases(found) == {
        ("pkg:huggingface/google-bert/bert-base-uncased", "unknown", "declared")
    }


@pytest.mark.parametrize("value", ["our-private-7b", "/srv/models/acme", "a/b/c", "acme/Acme 7B"])
def test_an_unreadable_base_is_a_gap(value: str) -> None:
    found = card(f"license: mit\nbase_model: {value}\n")
    assert gaps(found) == {(value, "base-model-unresolved", 3)}
    assert ids(found) == {LOCAL}


@pytest.mark.parametrize("value", ["", "null", "~", "[]", '""', "7", "[null, 3]"])
def test_an_empty_base_is_no_base(value: str) -> None:
    found = card(f"base_model: {value}\n")
    assert ids(found) == {LOCAL}
    assert bases(found) == set()


def test_the_line_of_a_base_is_its_own() -> None:
    found = card(
        "tags:\n- acme/Acme-7B-Chat\nlibrary_name: transformers\nbase_model: acme/Acme-7B\n"
    )
    assert lines(found, "pkg:huggingface/acme/Acme-7B") == [5]


def test_a_card_at_the_root_describes_the_tree() -> None:
    found = card("base_model: acme/Acme-7B\n", "README.md")
    assert ("model:local/.", "derived-from", "pkg:huggingface/acme/Acme-7B") in links(found)


def test_usage_follows_the_folder() -> None:
    found = card("base_model: acme/Acme-7B\n", "examples/chat/README.md")
    assert {c.usage for c in found.components} == {"example"}


# -- datasets ----------------------------------------


def test_datasets_are_what_it_was_trained_on() -> None:
    found = card("library_name: transformers\ndatasets:\n- acme/corpus\n- squad\n")
    assert links(found, "trained-on") == {
        (LOCAL, "trained-on", "dataset:huggingface/acme/corpus"),
        (LOCAL, "trained-on", "dataset:huggingface/rajpurkar/squad"),
    }
    assert lines(found, "dataset:huggingface/acme/corpus") == [4]


@pytest.mark.parametrize("value", ["our own corpus", "web crawl (2021)", "/srv/data/corpus"])
def test_what_is_no_dataset_of_the_hub_is_a_gap(value: str) -> None:
    found = card(f"library_name: transformers\ndatasets:\n- {value}\n")
    assert ids(found, "dataset") == set()
    assert 4 in {line for _, line in reasons(found)}


def test_a_dataset_card() -> None:
    found = card("license: odc-by\ntask_categories:\n- text-generation\n", "data/faq/README.md")
    assert links(found) == {("project:", "contains", "dataset:local/data/faq")}
    assert [(i.component, i.raw) for i in found.licenses] == [("dataset:local/data/faq", "odc-by")]


def test_a_space_uses_what_it_lists() -> None:
    found = card("sdk: gradio\nmodels:\n- acme/Acme-7B\n- gpt2\ndatasets:\n- acme/corpus\n")
    assert links(found, "depends-on") == {
        ("project:", "depends-on", "pkg:huggingface/acme/Acme-7B"),
        ("project:", "depends-on", "pkg:huggingface/openai-community/gpt2"),
        ("project:", "depends-on", "dataset:huggingface/acme/corpus"),
    }
    assert bases(found) == set()
    assert lines(found, "pkg:huggingface/acme/Acme-7B") == [4]


# -- licenses ----------------------------------------


def declared(found: Extraction) -> list[tuple[str, str, str]]:
    return [(i.component, i.raw, i.evidence.reference) for i in found.licenses]


def test_a_license() -> None:
    found = card("base_model: acme/Acme-7B\nlicense: apache-2.0\n")
    assert declared(found) == [(LOCAL, "apache-2.0", "models/chat/README.md:3")]
    assert (found.licenses[0].scheme, found.licenses[0].declared_by) == ("hub", "tree")


def test_several_licenses() -> None:
    found = card("base_model: acme/Acme-7B\nlicense:\n- mit\n- cc-by-4.0\n")
    assert [raw for _, raw, _ in declared(found)] == ["mit", "cc-by-4.0"]


def test_other_with_a_name_is_the_name() -> None:
    found = card("license: other\nlicense_name: acme-community\n")
    assert declared(found) == [(LOCAL, "acme-community", "models/chat/README.md:3")]
    assert not found.gaps


def test_other_without_a_name_is_a_gap() -> None:
    found = card("base_model: acme/Acme-7B\nlicense: other\n")
    assert declared(found) == []
    assert gaps(found) == {(LOCAL, "license-other", 3)}


# -- what is no card ----------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "# A project\n\nbase_model: acme/Acme-7B\n",
        "---\ntitle: Home\nlayout: page\n---\nUses acme/Acme-7B\n",
        "---\ntags: [a, b]\n---\n",
        "---\nbase_model: acme/Acme-7B\n",  # never closed
        "\n---\nbase_model: acme/Acme-7B\n---\n",  # not at the start
        "--- a rule ---\nbase_model: acme/Acme-7B\n",
        "---\nnote: |\n  base_model: acme/Acme-7B\n---\n",
        "",
    ],
)
def test_other_readmes_are_ignored(text: str) -> None:
    assert read("README.md", text.encode()) == Extraction()


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_byte_order_mark_and_carriage_returns(prefix: bytes, newline: bytes) -> None:
    front = [b"---", b"license: mit", b"base_model: acme/Acme-7B", b"---", b""]
    data = prefix + newline.join(front)
    found = read("models/chat/README.md", data)
    assert lines(found, "pkg:huggingface/acme/Acme-7B") == [3]
    assert not found.gaps


def test_architecture_and_names_are_no_lineage() -> None:
    found = card("library_name: transformers\ntags: [llama, qwen2]\npipeline_tag: chat\n")
    assert ids(found) == {LOCAL}


# -- hostile and broken ----------------------------------------


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("license: mit\nbase_model: [acme/Acme-7B\n", 3),
        ('license: mit\nbase_model: "acme/Acme-7B\n', 3),
        ("description: x\nbase_model: acme/Acme-7B\ntags: @bad\n", 4),
        ("base_model: *nowhere\n", 2),
    ],
)
def test_broken_yaml_is_a_gap_with_its_line(front: str, line: int) -> None:
    found = card(front)
    ((subject, reason, at),) = gaps(found)
    assert (subject, reason) == ("models/chat/README.md", "malformed-file")
    # The reader notices an open bracket or quote one line later at most.
    assert at in (line, line + 1)
    assert not found.components


def test_trouble_in_other_keys_does_not_matter() -> None:
    found = card("model-index: [[[{\nbase_model: acme/Acme-7B\n")
    assert "pkg:huggingface/acme/Acme-7B" in ids(found)


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system",
        "!!python/object/new:os.system",
        "!!python/object/apply:subprocess.check_call",
        "!!python/name:os.system",
        "!!python/module:os",
    ],
)
def test_object_tags_are_never_executed(tmp_path: Path, tag: str) -> None:
    witness = tmp_path / "executed"
    found = card(f'base_model: {tag} ["touch {witness}"]\n')
    assert not witness.exists()
    assert reasons(found) == {("malformed-file", 2)}
    assert not found.components


def test_a_laughing_bomb_is_defused() -> None:
    levels = ["  - &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"]
    levels += [f"  - &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10)]
    front = f"base_model: acme/Acme-7B\ntags:\n{''.join(levels)}"
    code = """
import sys
from tests.support.reading import ids, read
found = read("m/README.md", f"---\\n{sys.argv[1]}---\\n".encode())
print(sorted(ids(found)) or sorted(gap.reason for gap in found.gaps))
"""
    assert fenced(code, front) in (
        "['model:local/m', 'pkg:huggingface/acme/Acme-7B', 'service:huggingface-hub']",
        "['malformed-file']",
    )


def test_a_bomb_of_merge_keys_is_defused() -> None:
    levels = ["  - &l0 {ha: 1}\n"]
    levels += [f"  - &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}\n" for n in range(1, 12)]
    front = f"base_model: acme/Acme-7B\ntags:\n{''.join(levels)}"
    code = """
import sys
from tests.support.reading import ids, read
found = read("m/README.md", f"---\\n{sys.argv[1]}---\\n".encode())
print(len(found.components) + len(found.gaps) > 0)
"""
    assert fenced(code, front) == "True"


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_a_gap(bracket: str) -> None:
    found = card(f"license: mit\nbase_model:\n  {bracket * 20_000}\n")
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}


def test_megabytes_of_results_in_between_are_no_obstacle() -> None:
    rows = "- result: {metric: accuracy, value: 0.5}\n" * 70_000  # 2.8 MB
    found = card(f"license: mit\nmodel-index:\n{rows}base_model: acme/Acme-7B\n")
    assert lines(found, "pkg:huggingface/acme/Acme-7B") == [70_004]
    assert not found.gaps


def test_a_front_matter_beyond_the_limit_is_a_gap() -> None:
    rows = "- result: {metric: accuracy, value: 0.5}\n" * 130_000  # 5.3 MB
    found = card(f"license: mit\nbase_model: acme/Acme-7B\nmodel-index:\n{rows}")
    assert {reason for reason, _ in reasons(found)} == {"too-large"}


def test_too_much_in_the_keys_of_interest_is_a_gap() -> None:
    tags = "".join(f"- tag-{number}\n" for number in range(40_000))
    found = card(f"base_model: acme/Acme-7B\ntags:\n{tags}")
    assert {reason for reason, _ in reasons(found)} == {"too-large"}


def test_a_long_text_after_a_small_front_matter_is_no_loss() -> None:
    front = "---\nbase_model: acme/Acme-7B\nlicense_name: café\n---\n"
    body = "é" * (3 * 1024 * 1024)
    for shift in ("", " "):  # one of the two is cut in the middle of a character
        found = read("m/README.md", (front + shift + body).encode())
        assert [item.raw for item in found.licenses] == ["café"]
        assert not found.gaps


def test_latin_1_is_said_to_be_lossy() -> None:
    found = read("m/README.md", b"---\nbase_model: acme/Acme-7B\nlicense_name: caf\xe9\n---\n")
    assert ("m/README.md", "undecodable-bytes", 0) in gaps(found)
    assert "pkg:huggingface/acme/Acme-7B" in ids(found)


def test_occurrences_say_what_was_written() -> None:
    found = card("base_model: https://huggingface.co/acme/Acme-7B\n")
    (place,) = places(found, "pkg:huggingface/acme/Acme-7B")
    assert place.as_written == "https://huggingface.co/acme/Acme-7B"
    assert (place.path, place.line, place.extractor) == ("models/chat/README.md", 2, "model-card")
    assert component(found, LOCAL).kind == "model"
