"""Archives of weights, told by what their addresses and variables say."""

from __future__ import annotations

import pytest

from provenance import ids as make
from provenance.extract import markdown
from provenance.extract.python import source as python_source
from provenance.extract.shell import script as shell
from tests.support.reading import ids, links
from tests.support.settings_files import at, direct

RELEASE = "https://github.com/acme/speech/releases/download"


@pytest.mark.parametrize(
    "url",
    [
        f"{RELEASE}/asr-models/acme-paraformer-zh-2023.tar.bz2",
        f"{RELEASE}/v1.0/acme-model.zip",
        f"{RELEASE}/v1.0/acme_pretrained_v2.tgz",
        "https://files.acme.example/models/acme.large.tar.gz",
        "http://files.acme.example/x/acme_weights.zip",
    ],
)
def test_an_archive_whose_address_says_that_it_holds_weights(url: str) -> None:
    found = direct(shell, "get.sh", f"wget -nc {url} -O x\n")
    assert at(found, make.url_model(url)) == [(1, "used")]
    if "github" in url:
        assert (make.url_model(url), "delivered-by", "service:github") in links(found)


@pytest.mark.parametrize(
    "url",
    [
        f"{RELEASE}/v1.0/acme-1.0.tar.gz",
        f"{RELEASE}/v1.0/model-runner-linux-amd64.tar.gz",
        f"{RELEASE}/v1.0/model_data.zip",
        f"{RELEASE}/models-dataset/acme.zip",
        f"{RELEASE}/models/readme.txt",
        "https://github.com/acme/models/archive/main.tar.gz",
        "https://github.com/acme/models/raw/main/x.zip",
        "https://files.acme.example/datasets/acme-model.zip",
        "https://files.acme.example/x/modelnet40.zip",
        "http://localhost:8000/models/acme.zip",
    ],
)
def test_an_archive_of_something_else(url: str) -> None:
    assert not ids(direct(shell, "get.sh", f"wget -nc {url} -O x\n"), "model")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("MODEL_URL = 'https://files.acme.example/x/acme.zip'", True),
        ("URLS = {'checkpoint': 'https://files.acme.example/x/acme.zip'}", True),
        ("url = 'https://files.acme.example/x/acme.zip'", False),
        ("MODEL_DATA_URL = 'https://files.acme.example/x/acme.zip'", False),
    ],
)
def test_the_variable_may_say_so(line: str, expected: bool) -> None:
    found = direct(python_source, "get.py", f"{line}\n")
    assert (ids(found, "model") == {"model:url/files.acme.example/x/acme.zip"}) is expected


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("MODEL_URL=https://files.acme.example/x/acme.zip", "used"),
        ("# wget https://files.acme.example/models/acme.zip", "commented"),
    ],
)
def test_in_shell(text: str, usage: str) -> None:
    found = direct(shell, "get.sh", f"{text}\n")
    assert [w for _, w in at(found, found.components[0].id)] == [usage]
    assert ids(found, "model")


def test_documentation_is_documentation() -> None:
    url = f"{RELEASE}/asr-models/acme.tar.bz2"
    found = direct(markdown, "README.md", f"Get {url}\n\n```sh\nwget {url}\n```\n")
    assert at(found, make.url_model(url)) == [(1, "documentation"), (4, "documentation")]


@pytest.mark.parametrize(
    "url",
    [
        "https://data.acme.example/vqa/Questions_Train_acme.zip",
        "https://data.acme.example/acme_train2014_annotations.json.zip",
        "https://files.acme.example/x/TextCaps_0.1_train.json",
        "https://files.acme.example/pairs/datasets/acme_filtered_large.json",
        "https://files.acme.example/acme_dev.tsv",
    ],
)
def test_a_file_of_data_told_by_its_own_name_or_its_line(url: str) -> None:
    found = direct(markdown, "README.md", f"# Data set\n\n[here]({url})\n")
    assert at(found, make.url_dataset(url)) == [(3, "documentation")]


@pytest.mark.parametrize(
    "url",
    [
        "https://data.acme.example/acme.json",
        "https://data.acme.example/dataset_schema.json",
        "https://data.acme.example/datasets/config.json",
        "https://data.acme.example/train_results.json",
        "https://api.acme.example/datasets/train.json",
        "https://github.com/acme/tool/blob/main/configs/train.json",
        "https://data.acme.example/train/picture.png",
        "https://huggingface.co/datasets/acme/pairs/resolve/main/train.json",
    ],
)
def test_a_file_that_may_be_anything_is_no_data_by_its_heading(url: str) -> None:
    found = direct(markdown, "README.md", f"# Data set\n\n[here]({url})\n")
    assert not {i for i in ids(found, "dataset") if "url/" in i}


@pytest.mark.parametrize(
    "name", ["train-server.zip", "acme.zip", "acme_train_model.zip", "acme-1.0.tar.gz", "test.zip"]
)
def test_an_archive_that_nothing_calls_data(name: str) -> None:
    text = f"# Install\n\nGet https://files.acme.example/x/{name}\n"
    assert not ids(direct(markdown, "README.md", text), "dataset")


def test_a_repository_whose_name_ends_like_weights_is_no_file() -> None:
    text = "https://github.com/acme/llama.onnx and https://github.com/acme/tool/raw/main/net.onnx\n"
    found = direct(markdown, "README.md", text)
    assert ids(found, "model") == {"model:url/github.com/acme/tool/raw/main/net.onnx"}
