"""Where clients send requests: addresses begun in the text, names imported more than once."""

from __future__ import annotations

import pytest

from provenance.extract.python import source as python_source
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, read
from tests.support.settings_files import direct, redirects


def openai(arguments: str, before: str = "") -> Extraction:
    text = (
        f"from openai import OpenAI\n{before}\n"
        f"client = OpenAI({arguments})\n"
        "client.chat.completions.create(model='acme-chat')\n"
    )
    return direct(python_source, "app.py", text)


@pytest.mark.parametrize(
    ("arguments", "before"),
    [
        ("base_url=f'http://localhost:{port}/v1'", ""),
        ("base_url=address", "address = f'http://127.0.0.1:{port}'"),
        ("base_url='http://localhost:' + str(port)", ""),
        ("base_url='http://localhost:%s/v1' % port", ""),
        ("base_url='http://localhost:{}/v1'.format(port)", ""),
        ("api_bese='http://localhost:8000/v1'", ""),
    ],
)
def test_an_address_that_begins_on_this_machine_asks_nobody(arguments: str, before: str) -> None:
    found = openai(arguments, before)
    assert ids(found) == set()
    assert gaps(found) == {("acme-chat", "alias-of-local-model", 4)}


def test_an_address_that_begins_with_a_host_is_of_that_host() -> None:
    found = openai("base_url=f'https://llm.acme.example/{version}'")
    assert ids(found) == {"service:llm.acme.example", "model:llm.acme.example/acme-chat"}


@pytest.mark.parametrize(
    "arguments",
    [
        "base_url=f'http://{host}:8000/v1'",
        "base_url=f'http://local{suffix}/v1'",
        "base_url=f'http://user:{secret}@{host}/v1'",
        "base_url=f'{root}/v1'",
    ],
)
def test_an_address_without_its_host_stays_open(arguments: str) -> None:
    found = openai(arguments)
    assert ids(found) == {"service:openai"}
    assert ("service:openai", "endpoint-at-runtime", 3) in gaps(found)


def test_a_proxy_is_no_endpoint() -> None:
    assert "service:openai" in ids(openai("openai_proxy='http://localhost:7890'"))


def test_a_name_means_what_the_last_import_above_it_says() -> None:
    found = direct(
        python_source,
        "fetch.py",
        "from modelscope import snapshot_download\n"
        "snapshot_download('acme/here-7b')\n"
        "from huggingface_hub import snapshot_download\n"
        "snapshot_download('acme/there-7b')\n"
        "from modelscope import snapshot_download as fetch\n"
        "fetch('acme/again-7b')\n",
    )
    assert ids(found, "model") == {
        "model:modelscope/acme/here-7b",
        "pkg:huggingface/acme/there-7b",
        "model:modelscope/acme/again-7b",
    }
    assert lines(found, "model:modelscope/acme/here-7b") == [2]


def test_a_tokenizer_of_speech_is_a_file_of_a_repository() -> None:
    found = direct(
        python_source,
        "speech.py",
        "import s3tokenizer\n"
        "one = s3tokenizer.load_model('speech_tokenizer_v2_25hz')\n"
        "two = s3tokenizer.load_model('weights/acme_tokenizer.onnx')\n",
    )
    assert ids(found, "model") == {
        "model:modelscope/iic/CosyVoice2-0.5B",
        "model:local/weights/acme_tokenizer.onnx",
    }
    assert lines(found, "model:modelscope/iic/CosyVoice2-0.5B") == [2]


def test_an_address_in_the_place_of_a_name_is_no_model() -> None:
    found = direct(
        python_source,
        "evaluate.py",
        "import argparse\n"
        "from langchain_huggingface import HuggingFaceEndpointEmbeddings\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--endpoint', default='http://localhost:8090')\n"
        "args = parser.parse_args()\n"
        "HuggingFaceEndpointEmbeddings(model=args.endpoint)\n",
    )
    assert not ids(found, "model") and not ids(found, "service")
    assert redirects(found) == {("service:huggingface-inference", 4)}


@pytest.mark.parametrize(
    "text",
    [
        'base = f"{endpoint}/openai/deployments/{name}"\n',
        'url = "{}openai/deployments/{}/images/generations?v={}".format(base, name, v)\n',
        'url = base + "/openai/deployments/" + name\n',
        'url = "%s/openai/deployments/%s" % (base, name)\n',
    ],
)
def test_a_path_that_azure_alone_has(text: str) -> None:
    assert ids(read("a.py", text)) == {"service:azure-openai"}


@pytest.mark.parametrize(
    "text",
    [
        '# POST {endpoint}/openai/deployments/{name}\nx = "a"\n',
        '"""Calls {endpoint}/openai/deployments/{name}."""\n',
        'URL = "https://proxy.acme.example/openai/deployments/"\n',
        'skip = "docs of openai/deployments/x"\n',
    ],
)
def test_such_a_path_that_is_only_told_or_another_host_s(text: str) -> None:
    assert "service:azure-openai" not in ids(read("a.py", text))


def test_a_repository_asked_of_a_server_of_one_s_own_is_what_it_runs() -> None:
    found = read(
        "a.py",
        """\
        from openai import OpenAI
        client = OpenAI(base_url="http://localhost:8000/v1")
        client.chat.completions.create(model="acme/chat-7b-instruct", messages=[])
        client.chat.completions.create(model="openai/gpt-4o", messages=[])
        """,
    )
    assert ids(found, "model") == {"pkg:huggingface/acme/chat-7b-instruct"}
    (place,) = component(found, "pkg:huggingface/acme/chat-7b-instruct").occurrences
    assert place.confidence == "medium"
    assert gaps(found) >= {("openai/gpt-4o", "alias-of-local-model", 4)}
    assert "service:openai" not in ids(found)


def test_at_an_unknown_address_a_name_tells_its_family_alone() -> None:
    found = read(
        "a.py",
        """\
        import os
        from openai import OpenAI
        client = OpenAI(base_url=os.environ["BASE"])
        client.chat.completions.create(model="deepseek-chat", messages=[])
        client.chat.completions.create(model="acme-chat", messages=[])
        """,
    )
    assert ids(found, "model") == {"model:deepseek/deepseek-chat"}
    assert {p.confidence for p in component(found, "service:deepseek").occurrences} == {"low"}
    assert gaps(found) >= {
        ("deepseek-chat", "provider-unresolved", 4), ("acme-chat", "provider-unresolved", 5),
    }  # fmt: skip
