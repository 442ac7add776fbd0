"""Names that come from other modules of the tree."""

from __future__ import annotations

from pathlib import Path

from provenance.discover import Walk
from provenance.extract import extractor_for
from tests.support.command import write
from tests.support.reading import vocabulary


def models(root: Path, **files: str) -> set[tuple[str, str, int]]:
    """Return (model, file, line) of every occurrence of a model in a tree."""
    walk = Walk(root=write(root, **files), wanted=extractor_for)
    found = set()
    for document in walk.documents():
        reader = extractor_for(document.path)
        assert reader
        for component in reader.extract(document, vocabulary()).components:
            if component.kind == "model":
                found |= {(component.id, o.path, o.line) for o in component.occurrences}
    return found


LOAD = "from transformers import AutoModel\n"


def test_a_constant_of_another_module_is_followed(tmp_path: Path) -> None:
    found = models(
        tmp_path,
        app__settings_py='ORG = "acme"\nENCODER = "gpt2"\n',
        app__run_py=f"{LOAD}from .settings import ENCODER\nAutoModel.from_pretrained(ENCODER)\n",
    )
    assert found == {("pkg:huggingface/openai-community/gpt2", "app/settings.py", 2)}


def test_a_module_and_its_class_are_followed(tmp_path: Path) -> None:
    found = models(
        tmp_path,
        core__config_py='class Settings:\n    encoder: str = "gpt2"\nsettings = Settings()\n',
        jobs__run_py=f"{LOAD}from core.config import settings\n"
        "AutoModel.from_pretrained(settings.encoder)\n",
        jobs__other_py=f"{LOAD}from core import config\n"
        "AutoModel.from_pretrained(config.Settings.encoder)\n",
    )
    assert found == {("pkg:huggingface/openai-community/gpt2", "core/config.py", 2)}


def test_dataclass_arguments_parsed_in_another_file(tmp_path: Path) -> None:
    found = models(
        tmp_path,
        train__arguments_py="from dataclasses import dataclass, field\n@dataclass\n"
        'class ModelArguments:\n    model: str = field(default="gpt2")\n',
        train__main_py=f"{LOAD}from transformers import HfArgumentParser\n"
        "from arguments import ModelArguments\n"
        "parser = HfArgumentParser((ModelArguments,))\n"
        "(model_args,) = parser.parse_args_into_dataclasses()\n"
        "AutoModel.from_pretrained(model_args.model)\n",
    )
    assert found == {("pkg:huggingface/openai-community/gpt2", "train/arguments.py", 4)}


def test_a_table_of_another_module_gives_all_or_the_one_asked_for(tmp_path: Path) -> None:
    table = 'MODELS = {"small": "gpt2", "big": "gpt2-xl"}\ndef pick():\n    return MODELS["big"]\n'
    found = models(
        tmp_path,
        zoo_py=table,
        one_py=f"{LOAD}from zoo import pick\nAutoModel.from_pretrained(pick())\n",
    )
    assert found == {("pkg:huggingface/openai-community/gpt2-xl", "zoo.py", 1)}
    found = models(
        tmp_path / "two",
        zoo_py=table,
        two_py=f'{LOAD}from zoo import MODELS\nAutoModel.from_pretrained(MODELS["small"])\n',
    )
    assert found == {("pkg:huggingface/openai-community/gpt2", "zoo.py", 1)}


def test_the_same_line_of_two_modules_is_two_places(tmp_path: Path) -> None:
    found = models(
        tmp_path,
        one_py='NAME = "gpt2"\n',
        two_py='NAME = "gpt2"\n',
        run_py=f"{LOAD}import one\nimport two\n"
        "AutoModel.from_pretrained(one.NAME)\nAutoModel.from_pretrained(two.NAME)\n",
    )
    gpt2 = "pkg:huggingface/openai-community/gpt2"
    assert found == {(gpt2, "one.py", 1), (gpt2, "two.py", 1)}


def test_modules_that_import_each_other_end(tmp_path: Path) -> None:
    assert (
        models(
            tmp_path,
            a_py=f"{LOAD}from b import NAME\nAutoModel.from_pretrained(NAME)\n",
            b_py="from a import NAME\n",
        )
        == set()
    )


def test_a_module_outside_the_tree_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text('NAME = "gpt2"\n')
    root = tmp_path / "tree"
    write(root, pkg__a_py=f"{LOAD}from ..secret import NAME\nAutoModel.from_pretrained(NAME)\n")
    (root / "linked").symlink_to(tmp_path)
    (root / "b.py").write_text(
        f"{LOAD}from linked.secret import NAME\nfrom ...secret import NAME as N\n"
        "AutoModel.from_pretrained(NAME)\nAutoModel.from_pretrained(N)\n"
    )
    assert models(root) == set()
