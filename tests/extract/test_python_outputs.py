"""What a source makes: saved, pushed, and loaded again; none of it stands under the project."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, read

HEAD = "from transformers import AutoModel, TrainingArguments\nfrom peft import PeftModel\n"
BASE = "pkg:huggingface/acme/chat-7b"


@pytest.mark.parametrize(
    "text",
    [
        'out = "chat-7b-sft"\nTrainingArguments(output_dir=out)\nAutoModel.from_pretrained(out)\n',
        (
            'name, out = "acme/chat-7b", "chat-sft"\nm.save_pretrained(out)\n'
            "AutoModel.from_pretrained(name)\nPeftModel.from_pretrained(m, out)\n"
        ),
        'out = "chat-7b-sft"\ntrainer.save_model(out)\nAutoModel.from_pretrained(f"{out}")\n',
        'trainer.save_model("runs")\nAutoModel.from_pretrained("runs/checkpoint-100")\n',
        (
            'out = "chat-7b-sft"\nTrainingArguments(output_dir=out)\n'
            'PeftModel.from_pretrained(m, f"me/{out}")\n'
        ),
        (
            'out = "chat-7b-sft"\nTrainingArguments(output_dir=out)\n'
            'PeftModel.from_pretrained(m, "me/" + out)\n'
        ),
        'm.push_to_hub("me/chat-7b-sft")\nAutoModel.from_pretrained("me/chat-7b-sft")\n',
        'm.push_to_hub(repo_id="me/chat-7b-sft")\nAutoModel.from_pretrained("me/chat-7b-sft")\n',
        'm.push_to_hub_merged("me/chat-7b-sft", t)\nAutoModel.from_pretrained("me/chat-7b-sft")\n',
        (
            'A = TrainingArguments(hub_model_id="me/chat-7b-sft")\n'
            'AutoModel.from_pretrained("me/chat-7b-sft")\n'
        ),
        'REPO = "me/chat-7b-sft"\napi.create_repo(REPO)\nAutoModel.from_pretrained(REPO)\n',
    ],
)
def test_what_the_source_made_before_is_no_component(text: str) -> None:
    assert ids(read("train.py", HEAD + text), "model") <= {BASE}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # loaded before it is saved or pushed: where it comes from
        (
            ('name = "acme/chat-7b"\nm = AutoModel.from_pretrained(name)\nm.save_pretrained(name)\n'
            "AutoModel.from_pretrained(name)\n"),
            BASE,
        ),
        ('m = AutoModel.from_pretrained("acme/x")\nm.push_to_hub("acme/x")\n',
         "pkg:huggingface/acme/x"),
        # a folder may be called as the model that is loaded
        ('n = "acme/chat-7b"\nTrainingArguments(output_dir=n)\nAutoModel.from_pretrained(n)\n',
         BASE),
        # the same variable is bound again further down
        (
            ('out = "chat-sft"\nTrainingArguments(output_dir=out)\nout = "acme/chat-7b"\n'
            "AutoModel.from_pretrained(out)\n"),
            BASE,
        ),
        # another name with the same ending
        (
            ('n, out = "acme/chat-7b", "chat-7b"\nTrainingArguments(output_dir=out)\n'
            "AutoModel.from_pretrained(n)\n"),
            BASE,
        ),
    ],
)  # fmt: skip
def test_what_comes_from_elsewhere_stays(text: str, expected: str) -> None:
    assert ids(read("train.py", HEAD + text), "model") == {expected}


FIELD = (
    "from datasets import load_dataset\n"
    "class Arguments:\n"
    '    """Says where: repo_id (defaults to `"me/chat-instruct"`)."""\n'
    '    repo_id: str = field(default="me/chat-instruct", metadata={"help": "x"})\n'
    "parser = HfArgumentParser(Arguments)\n"
    "args = parser.parse_args_into_dataclasses()[0]\n"
    'data = load_dataset("acme/talk")\n'
)


def test_a_default_that_only_ends_in_a_push_is_no_component() -> None:
    pushed = FIELD + "data.push_to_hub(args.repo_id, num_proc=2)\n"
    assert ids(read("make.py", pushed), "model") == set()
    assert ids(read("make.py", pushed), "dataset") == {"dataset:huggingface/acme/talk"}
    assert ids(read("make.py", FIELD), "model") == {"pkg:huggingface/me/chat-instruct"}


def test_a_pushed_option_is_followed_where_nothing_is_loaded() -> None:
    text = (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        'parser.add_argument("--repo_id", default="me/chat-instruct")\n'
        "args = parser.parse_args()\n"
    )
    assert ids(read("make.py", text), "model") == {"pkg:huggingface/me/chat-instruct"}
    assert ids(read("make.py", text + "model.push_to_hub(args.repo_id)\n"), "model") == set()


@pytest.mark.parametrize(
    "call",
    [
        'hf_hub_download(repo_id=REPO, filename="a.jsonl", repo_type="dataset")',
        'hf_hub_download(REPO, "a.jsonl", repo_type="dataset")',
        'snapshot_download(repo_type="dataset", repo_id=REPO)',
        "snapshot_download(REPO, repo_type=KIND)",
    ],
)
def test_the_kind_of_repository_decides(call: str) -> None:
    head = (
        "from huggingface_hub import hf_hub_download, snapshot_download\n"
        'REPO, KIND = "acme/code_generation", "dataset"\n'
    )
    found = read("eval.py", head + call + "\n")
    assert ids(found, "dataset") == {"dataset:huggingface/acme/code_generation"}
    assert ids(found, "model") == set()
    space = read("eval.py", head + call.replace('"dataset"', '"space"') + "\n")
    if "KIND" not in call:
        assert ids(space, "dataset") == ids(space, "model") == set()
