"""Names handed to known calls through functions and classes of other modules."""

from __future__ import annotations

from pathlib import Path

from provenance.discover import Walk
from provenance.extract import extractor_for
from tests.support.command import write
from tests.support.reading import vocabulary

GPT2 = "pkg:huggingface/openai-community/gpt2"


def found(root: Path, kind: str = "model", **files: str) -> set[tuple[str, str, int]]:
    """Return (id, file, line) of every component of a kind in a tree."""
    walk = Walk(root=write(root, **files), wanted=extractor_for)
    everything = set()
    for document in walk.documents():
        reader = extractor_for(document.path)
        assert reader
        for component in reader.extract(document, vocabulary()).components:
            if component.kind == kind and component.direct:
                everything |= {(component.id, o.path, o.line) for o in component.occurrences}
    return everything


LOADER = (
    "from transformers import AutoModel\n"
    "class Encoder:\n"
    '    def __init__(self, size, name="gpt2"):\n'
    "        self.name = name\n"
    "    def load(self):\n"
    "        return AutoModel.from_pretrained(self.name)\n"
)


def test_a_class_of_another_module_is_given_a_name(tmp_path: Path) -> None:
    assert found(
        tmp_path, lib__encoder_py=LOADER,
        run_py="from lib.encoder import Encoder\n"
        'Encoder(3, "acme/one")\nEncoder(3, name="acme/two")\n',
    ) == {
        (GPT2, "lib/encoder.py", 3),
        ("pkg:huggingface/acme/one", "run.py", 2),
        ("pkg:huggingface/acme/two", "run.py", 3),
    }  # fmt: skip


def test_a_class_of_the_same_module_is_given_a_name(tmp_path: Path) -> None:
    assert found(tmp_path, one_py=LOADER + 'def main():\n    return Encoder(1, "acme/own")\n') == {
        (GPT2, "one.py", 3), ("pkg:huggingface/acme/own", "one.py", 8),
    }  # fmt: skip


def test_two_modules_and_a_re_export_lie_between(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.py").write_text("from lib.make import make\n", "utf-8")
    assert ("pkg:huggingface/acme/far", "jobs/run.py", 3) in found(
        tmp_path, lib__encoder_py=LOADER,
        lib__make_py="from .encoder import Encoder\n\ndef make(name, *, size=1):\n"
        "    return Encoder(size, name=name)\n",
        jobs__run_py='from lib import make as build\n\nbuild("acme/far")\n',
    )  # fmt: skip


def test_a_module_named_by_its_package(tmp_path: Path) -> None:
    assert ("pkg:huggingface/acme/dotted", "run.py", 2) in found(
        tmp_path, lib__encoder_py=LOADER,
        run_py='from lib import encoder\nencoder.Encoder(1, "acme/dotted")\n',
    )  # fmt: skip


def test_the_tree_is_a_part_of_the_package_it_is_imported_as(tmp_path: Path) -> None:
    assert ("pkg:huggingface/acme/part", "jobs/run.py", 2) in found(
        tmp_path, lib__encoder_py=LOADER,
        jobs__run_py='from WHOLE.examples.lib.encoder import Encoder\nEncoder(1, "acme/part")\n',
    )  # fmt: skip


def test_a_table_of_options_is_handed_on(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        tool__cli_py="import argparse\nfrom tool.work import work\n\ndef main():\n"
        "    parser = argparse.ArgumentParser()\n"
        '    parser.add_argument("--model", default="small")\n'
        "    work(vars(parser.parse_args()))\n",
        tool__work_py="from faster_whisper import WhisperModel\n\ndef work(args):\n"
        '    name = args.pop("model")\n    return WhisperModel(name)\n',
    ) == {("pkg:huggingface/Systran/faster-whisper-small", "tool/cli.py", 6)}


def test_an_attribute_of_a_configuration_is_handed_on(tmp_path: Path) -> None:
    assert ("pkg:huggingface/acme/set", "run.py", 4) in found(
        tmp_path,
        lib__load_py="from transformers import AutoModel\n\ndef load(config):\n"
        "    return AutoModel.from_pretrained(config.encoder)\n",
        run_py="from lib.load import load\n\nclass Config:\n    encoder = 'acme/set'\n\n"
        "load(Config())\n",
    )


def test_a_field_of_a_model_class_is_an_argument(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        lib__embed_py="from pydantic import BaseModel\nfrom transformers import AutoModel\n\n"
        "class Embed(BaseModel):\n    model: str\n\n    def load(self):\n"
        "        return AutoModel.from_pretrained(self.model)\n",
        run_py='from lib.embed import Embed\nTABLE = {"a": "acme/a", "b": "acme/b"}\n\n'
        "def make(key):\n    return Embed(model=TABLE[key])\n",
    ) == {("pkg:huggingface/acme/a", "run.py", 2), ("pkg:huggingface/acme/b", "run.py", 2)}


def test_the_client_of_the_other_module_decides(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        lib__chat_py="from openai import OpenAI\n\nclass Chat:\n    def __init__(self, model):\n"
        "        self.model = model\n"
        '        self.client = OpenAI(base_url="https://api.deepseek.com")\n'
        "    def ask(self, text):\n"
        "        return self.client.chat.completions.create(model=self.model, messages=[])\n",
        run_py='from lib.chat import Chat\nChat("deepseek-chat")\n',
    ) == {("model:deepseek/deepseek-chat", "run.py", 2)}


def test_tests_hand_their_tables_on(tmp_path: Path) -> None:
    assert found(
        tmp_path, "dataset",
        src__lib__data_py="from datasets import load_dataset\n\ndef labels(reference):\n"
        "    return load_dataset(reference)\n\ndef templated(reference=None):\n"
        "    return labels(reference)\n",
        tests__test_data_py="import pytest\nfrom lib.data import templated\n\n"
        '@pytest.mark.parametrize("name", ["acme/a", "acme/b"])\n'
        "def test_it(name):\n    templated(reference=name)\n",
    ) == {
        ("dataset:huggingface/acme/a", "tests/test_data.py", 4),
        ("dataset:huggingface/acme/b", "tests/test_data.py", 4),
    }  # fmt: skip


def test_one_of_several_loaders_takes_a_name(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        lib__make_py="from langchain_openai import ChatOpenAI\n"
        "from transformers import AutoModel\n\n"
        'def make(name, kind="api"):\n    if kind == "api":\n'
        "        return ChatOpenAI(model=name)\n"
        "    return AutoModel.from_pretrained(name)\n",
        run_py="from lib.make import make\n"
        'make("gpt-4o-mini")\nmake("gpt2", "local")\nmake("acme/weights", "local")\n',
    )
    assert made == {
        ("model:openai/gpt-4o-mini", "run.py", 2),
        (GPT2, "run.py", 3),
        ("pkg:huggingface/acme/weights", "run.py", 4),
    }


def test_modules_that_hand_to_each_other_end(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        a_py="from b import g\n\ndef f(name):\n    return g(name)\n\nf('acme/x')\n",
        b_py="from a import f\n\ndef g(name):\n    return f(name)\n",
    ) == set()  # fmt: skip
