"""Datasets that options and fields name by default."""

from __future__ import annotations

import pytest

from provenance.extract.python import source as python_source
from provenance.model import Extraction
from tests.support.reading import ids, lines
from tests.support.settings_files import at, direct


def source(text: str, path: str = "quantize.py") -> Extraction:
    return direct(python_source, path, text)


@pytest.mark.parametrize(
    "text",
    [
        "parser.add_argument('--calib_dataset', type=str,\n    default='acme/news', help='x')\n",
        "parser.add_argument(\n  '-d', '--dataset-name',\n  default='acme/news')\n",
        "@click.option('--dataset', default=\"acme/news\")\ndef run(dataset): ...\n",
        "def run(d: str = typer.Option('acme/news', '--dataset-id')): ...\n",
        "class Arguments:\n    dataset_name: str = 'acme/news'\n",
        "class A:\n    eval_dataset: Optional[str] = field(\n        default='acme/news')\n",
        "import datasets\nparser.add_argument('--data_path', default='acme/news')\n",
    ],
)
def test_an_option_that_is_of_data_names_a_dataset_by_default(text: str) -> None:
    found = source(text)
    assert ids(found, "dataset") == {"dataset:huggingface/acme/news"}
    place = found.components[0].occurrences[0]
    assert (place.as_written, place.confidence, place.usage) == ("acme/news", "medium", "used")
    assert lines(found, "dataset:huggingface/acme/news") == [
        text[: text.index("acme/news")].count("\n") + 1
    ]


@pytest.mark.parametrize(
    "text",
    [
        "parser.add_argument('--dataset', default='data/news')\n",
        "parser.add_argument('--dataset', default='corpus/news.jsonl')\n",
        "parser.add_argument('--dataset', default='your-org/your-dataset')\n",
        "parser.add_argument('--dataset')\nparser.add_argument('--tag', default='acme/news')\n",
        "parser.add_argument('--dataset_dir', default='acme/news')\n",
        "parser.add_argument('--database', default='acme/news')\n",
        "parser.add_argument('--data_path', default='acme/news')\n",
        "parser.add_argument('--save_dataset', default='acme/news')\n",
        "# parser.add_argument('--dataset', default='acme/news')\n",
        "print('dataset', default='acme/news')\n",
        "class A:\n    database: str = 'acme/news'\n",
    ],
)
def test_what_is_no_dataset_of_a_hub(text: str) -> None:
    assert not ids(source(text), "dataset")


def test_the_other_hub_and_the_path() -> None:
    found = source(
        "import modelscope\nparser.add_argument('--dataset', default='acme/news')\n",
        "examples/run.py",
    )
    assert at(found, "dataset:modelscope/acme/news") == [(2, "example")]
