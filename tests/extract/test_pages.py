"""Pages of hubs whose address names what lies there."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, read


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://modelscope.cn/models/damo/fsmn_vad/files", "model:modelscope/damo/fsmn_vad"),
        ("https://www.modelscope.cn/models/iic/SenseVoice", "model:modelscope/iic/SenseVoice"),
        ("https://www.modelscope.cn/datasets/acme/pairs/summary", "dataset:modelscope/acme/pairs"),
        ("https://ollama.com/library/qwen3:4b", "model:ollama/qwen3:4b"),
    ],
)  # fmt: skip
def test_a_link_names_it_as_documentation(address: str, expected: str) -> None:
    found = read("README.md", f"See [the page]({address}).\n")
    assert component(found, expected).usage == "documentation"


def test_a_file_that_is_fetched_is_used() -> None:
    url = "https://www.modelscope.cn/models/acme/g2pw/resolve/master/weights.zip"
    found = read("app.py", f'requests.get("{url}")\n')
    assert component(found, "model:modelscope/acme/g2pw").usage == "used"


def test_other_pages_of_the_hub_name_nothing() -> None:
    found = read("README.md", "https://modelscope.cn/models and https://modelscope.cn/home\n")
    assert ids(found, "model") == set()


@pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "PNG"])
@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/datasets/acme/assets/resolve/main/folder/banner.{}",
        "https://huggingface.co/acme/chat-7b/blob/main/banner.{}?download=true",
        "https://modelscope.cn/models/acme/chat-7b/resolve/master/banner.{}",
    ],
)
def test_a_picture_in_a_repository_names_no_component(address: str, ending: str) -> None:
    url = address.format(ending)
    markdown = f'![banner]({url})\n<img src="{url}" width="9">\n'
    assert ids(read("README.md", markdown)) == set()
    assert ids(read("app.py", f'show("{url}")\n')) == set()


def test_a_repository_that_is_named_like_a_picture_stays() -> None:
    found = read("README.md", "https://huggingface.co/datasets/acme/faces.png and others\n")
    assert ids(found, "dataset") == {"dataset:huggingface/acme/faces.png"}
