"""The sentences that training, merging and converting programs write into cards."""

from __future__ import annotations

import pytest

from provenance.extract.models import card as model_card
from provenance.model import Document, Extraction
from tests.support.reading import gaps, places, vocabulary

LOCAL = "model:local/m"
HF = "pkg:huggingface/"
AUTOMATIC = (
    "<!-- This model card has been generated automatically according to the information the "
    "Trainer had access to. You\nshould probably proofread and complete it. -->\n\n"
)


def card(body: str, front: str = "library_name: transformers\n") -> Extraction:
    data = f"---\n{front}---\n{body}".encode()
    return model_card.read_card(Document(path="m/README.md", data=data), vocabulary())


def bases(found: Extraction) -> set[tuple[str, str | None, str | None]]:
    return {
        (k.target.removeprefix(HF), k.how, k.basis)
        for k in found.links
        if k.relation == "derived-from"
    }


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("This model is a fine-tuned version of [o/x](https://huggingface.co/o/x) on the d.",
         "finetune"),
        ("This model is a fine-tuned version of [x](https://huggingface.co/o/x).", "finetune"),
        ("- **Finetuned from model :** o/x", "finetune"),
        ("- **Finetuned from model [optional]:** [o/x]", "finetune"),
        ("- **Finetuned from model [optional]:** o/x.", "finetune"),
        ("This model was converted to GGUF format from [`o/x`](https://huggingface.co/o/x) using",
         "conversion"),
        ("The Model [z/y](https://huggingface.co/z/y) was converted to MLX format from [`o/x`]()",
         "conversion"),
        ("[Built with Axolotl](axolotl)\n```yaml\nbase_model: o/x\nadapter: qlora\n```\n",
         "finetune"),
    ],
)  # fmt: skip
def test_programs_name_the_base(body: str, how: str) -> None:
    found = card(f"# A model\n\n{body}\n")
    assert bases(found) == {("o/x", how, "declared")}
    (place,) = places(found, f"{HF}o/x")
    assert place.confidence == "medium"
    assert place.line >= 6
    assert not found.gaps


def test_the_line_of_a_sentence() -> None:
    found = card("\n\nThis model is a fine-tuned version of [o/x](u) on d.\n")
    assert [place.line for place in places(found, f"{HF}o/x")] == [6]


def test_a_merge_lists_its_models() -> None:
    found = card(
        "This model was merged using the [TIES](https://arxiv.org/abs/1) merge method using "
        "[o/base](https://huggingface.co/o/base) as a base.\n\n### Models Merged\n\n"
        "The following models were included in the merge:\n"
        "* [o/one](https://huggingface.co/o/one)\n* o/two\n* https://huggingface.co/o/three\n"
        "* D:/models/mine\n\n### Configuration\n* o/no\n"
    )
    assert bases(found) == {
        (name, "merge", "declared") for name in ("o/base", "o/one", "o/two", "o/three")
    }
    assert gaps(found) == {("D:/models/mine", "base-model-unresolved", 12)}


def test_a_card_carried_over_repeats_another_model_s() -> None:
    body = "This model is a fine-tuned version of [o/x](https://huggingface.co/o/x) on d.\n"
    assert bases(card(body, "base_model: o/chat\n")) == {("o/chat", "unknown", "declared")}


@pytest.mark.parametrize(
    "body",
    ["- **Finetuned from model [optional]:** [More Information Needed]",
     "This model is a fine-tuned version of BERT for names.", "base_model: o/x", ""],
)  # fmt: skip
def test_what_names_nothing(body: str) -> None:
    found = card(body)
    assert bases(found) == set()
    assert not found.gaps


def scratch(body: str, front: str = "library_name: transformers\n") -> list[tuple[str, str, str]]:
    found = card(body, front)
    return [
        (item.component, item.subject, item.evidence.reference)
        for item in found.statements
        if item.says == "from-scratch"
    ]


@pytest.mark.parametrize(
    "sentence",
    ["Our model was trained from scratch on 2T tokens.", "Zeta is Trained Entirely From Scratch!",
     "本模型从零开始训练，具有完全自主知识产权。", "本模型為從頭訓練的大語言模型。"],
)  # fmt: skip
def test_a_card_says_from_scratch(sentence: str) -> None:
    assert scratch(f"# Zeta\n\n{sentence}\n") == [(LOCAL, "", "m/README.md:6")]


@pytest.mark.parametrize(
    "body",
    [
        "It was not trained from scratch.",
        "Fine-tuning is cheaper than a model trained from scratch.",
        "The tokenizer was trained from scratch.",
        "The base model was trained from scratch by Acme.",
        "该模型并非从零开始训练。",
        f"{AUTOMATIC}This model was trained from scratch on the None dataset.",
        "This model is a fine-tuned version of [o/x](u).\nOthers are trained from scratch.",
    ],
)
def test_a_card_says_it_of_something_else(body: str) -> None:
    assert scratch(body) == []


def test_a_card_that_names_its_base_speaks_of_the_base() -> None:
    assert scratch("Trained from scratch.", "base_model: o/x\n") == []


def test_many_denials_take_no_time() -> None:
    assert scratch("It was not trained from scratch. " * 15_000) == []


def test_a_huge_text_is_cut() -> None:
    filler = "trained from scratch? not so. " * 40_000
    assert bases(card(filler + "\n- **Finetuned from model :** o/x\n")) == set()
