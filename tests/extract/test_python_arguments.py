"""What fills a parameter within one file, and parts of strings."""

from __future__ import annotations

import pytest

from tests.support.reading import gaps, ids, lines, read

LOAD = "from transformers import AutoModel\nfrom datasets import load_dataset\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ('@pytest.mark.parametrize("size, name", [(1, "acme/a"), pytest.param(2, "acme/b")])\n'
            "def test_it(size, name):\n    load_dataset(name)\n"),
            {"dataset:huggingface/acme/a", "dataset:huggingface/acme/b"},
        ),
        (
            ('@pytest.mark.parametrize(["name"], [("acme/a",)])\n'
            "def test_it(name):\n    load_dataset(name)\n"),
            set(),  # one name, rows of one: not read as cells
        ),
        (
            ('@click.command()\n@click.option("--data-set", "-d", default="acme/a",\n'
            '              type=click.Choice(["acme/a", "acme/b"]))\n'
            "def main(data_set):\n    load_dataset(data_set)\n"),
            {"dataset:huggingface/acme/a", "dataset:huggingface/acme/b"},
        ),
        (
            ('parser.add_argument("--data", choices=sorted(["acme/a", "acme/b"]))\n'
            "load_dataset(parser.parse_args().data)\n"),
            {"dataset:huggingface/acme/a", "dataset:huggingface/acme/b"},
        ),
        (
            'NAMES = ("a", "b")\nfor name in list(NAMES):\n    load_dataset(f"acme/{name}")\n',
            {"dataset:huggingface/acme/a", "dataset:huggingface/acme/b"},
        ),
        (
            ('Suite(valid_datasets=["a", "b"], other=["c"],\n'
            '      load=lambda dataset_name: load_dataset(f"acme/{dataset_name}"))\n'),
            {"dataset:huggingface/acme/a", "dataset:huggingface/acme/b"},
        ),
        (
            ('class A:\n    def run(self):\n        self.get("acme/a")\n'
            "    def get(self, name):\n        return load_dataset(name)\n"
            "class B:\n    def get(self, name):\n        return name\n"
            '    def run(self):\n        self.get("acme/other")\n'),
            {"dataset:huggingface/acme/a"},
        ),
        (
            'whole = "acme/a@main"\nname, tag = whole.split("@", 1)\nload_dataset(name)\n',
            {"dataset:huggingface/acme/a"},
        ),
        ('load_dataset("x:acme/a".split(":")[-1])\n', {"dataset:huggingface/acme/a"}),
        ('load_dataset(config.get("data", {"value": "acme/a"}).value)\n',
         {"dataset:huggingface/acme/a"}),
    ],
)  # fmt: skip
def test_what_a_parameter_is_filled_with(text: str, expected: set[str]) -> None:
    assert ids(read("app.py", LOAD + text), "dataset") == expected


def test_a_name_is_joined_with_the_tag_of_its_weights() -> None:
    found = read(
        "app.py",
        """\
        import open_clip
        name, tag = "ViT-L-14/openai".split("/")
        open_clip.create_model_and_transforms(name, pretrained=tag)
        open_clip.create_model("ViT-B-32")
        """,
    )
    assert {c.id for c in found.components if c.direct and c.kind == "model"} == {
        "model:open-clip/ViT-L-14/openai", "model:open-clip/ViT-B-32",
    }  # fmt: skip
    assert lines(found, "model:open-clip/ViT-L-14/openai") == [2]
    assert ("model:open-clip/ViT-L-14/openai", "same-as") in {
        (link.source, link.relation) for link in found.links
    }


def test_a_body_of_a_request_names_its_model() -> None:
    found = read(
        "app.py",
        """\
        import requests
        URL = "https://api.upstage.ai/v1/solar"
        def ask(text, model="solar-mini"):
            body = {"model": model, "input": text}
            requests.post(f"{URL}/chat/completions", json=body)
            requests.post(URL, json={"model": other("x")})
        """,
    )
    assert ids(found, "model") == {"model:upstage/solar-mini"}
    local = read("app.py", 'U = "http://localhost:1/v1"\nm = "acme-mini"\nb = {"model": m}\n')
    assert ids(local, "model") == set()


def test_what_a_call_says_of_a_name_holds_in_the_whole_file() -> None:
    found = read(
        "app.py",
        """\
        import os
        from vertexai.generative_models import GenerativeModel
        NAME = os.getenv("MODEL", "gemini-1.5-pro")
        GenerativeModel("gemini-1.5-pro")
        """,
    )
    assert ids(found, "model") == {"model:google-vertex-ai/gemini-1.5-pro"}


def test_a_module_is_told_where_its_requests_go() -> None:
    text = "import openai as oa\noa.api_base = {}\noa.ChatCompletion.create(model={})\n"
    local = read("app.py", text.format('"http://localhost:8000/v1"', '"acme-q4.bin"'))
    assert ids(local) == set()
    assert ("acme-q4.bin", "alias-of-local-model", 3) in gaps(local)
    other = read("app.py", text.format('"https://api.deepseek.com/v1"', '"deepseek-chat"'))
    assert ids(other) == {"service:deepseek", "model:deepseek/deepseek-chat"}


def test_a_broken_statement_is_left_out_and_said() -> None:
    found = read(
        "app.py",
        LOAD + 'ENCODER = "acme/a"\nTABLE = {\n    "x": {"a": 1}\n    "y": 2,\n}\n\n'
        "def load():\n    return load_dataset(ENCODER)\n",
    )
    assert ids(found, "dataset") == {"dataset:huggingface/acme/a"}
    assert [(reason, line) for _, reason, line in gaps(found)] == [("malformed-file", 5)]


def test_arguments_that_name_more_than_one_model() -> None:
    found = read(
        "a.py",
        """\
        from funasr import AutoModel
        AutoModel(model="iic/SenseVoiceSmall", vad_model="fsmn-vad" if cut else None,
                  punc_model="iic/other_punc")
        """,
    )
    assert ids(found, "model") >= {
        "model:modelscope/iic/SenseVoiceSmall", "model:modelscope/iic/other_punc",
        "model:modelscope/iic/speech_fsmn_vad_zh-cn-16k-common-pytorch",
    }  # fmt: skip


def test_a_list_of_names() -> None:
    found = read("a.py", 'import nltk\nnltk.download(["punkt", "stopwords"])\n')
    assert {i.rpartition("/")[2] for i in ids(found) if "nltk/" in i} == {"punkt", "stopwords"}


@pytest.mark.parametrize(
    "made",
    [
        "from audio_separator.separator import Separator\nsep = Separator(log_level=1)\n",
        "import audio_separator.separator as s\nsep = s.Separator()\n",
    ],
)
def test_a_method_of_an_object_is_known_by_the_class_that_made_it(made: str) -> None:
    found = read("a.py", f'{made}sep.load_model("UVR-MDX-NET-Inst_HQ_5.onnx")\n')
    assert "model:audio-separator/UVR-MDX-NET-Inst_HQ_5.onnx" in ids(found)
    other = made.replace("audio_separator", "elsewhere")
    assert not ids(read("a.py", f'{other}sep.load_model("a.onnx")\n'), "model")


@pytest.mark.parametrize(
    ("call", "models"),
    [
        ("PaddleOCR()", {"PP-OCRv6_medium_det", "PP-OCRv6_medium_rec"}),
        ('PaddleOCR(lang="korean")', {"PP-OCRv5_server_det", "korean_PP-OCRv5_mobile_rec"}),
        ('PaddleOCR(text_recognition_model_name="PP-OCRv4_mobile_rec")', {"PP-OCRv4_mobile_rec"}),
        (
            'PaddleOCR(text_detection_model_name="UVDoc", doc_unwarping_model_name="SLANet")',
            {"UVDoc", "SLANet"},
        ),
    ],
)
def test_what_a_call_uses_when_told_nothing_may_be_several(call: str, models: set[str]) -> None:
    found = read("a.py", f"from paddleocr import PaddleOCR\n{call}\n")
    assert ids(found, "model") == {f"pkg:huggingface/PaddlePaddle/{name}" for name in models}
