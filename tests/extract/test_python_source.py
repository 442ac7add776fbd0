"""Python source: imports, loader calls, clients, addresses, variables, traps."""

from __future__ import annotations

import pytest

from provenance.extract import extractor_for
from provenance.extract.python import source as python_source
from provenance.model import Extraction
from tests.support.fenced import fenced
from tests.support.reading import (
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    places,
    read,
    reasons,
)

MODEL = "pkg:huggingface/acme/encoder"  # nothing in its name says that it is a model
HUB = "service:huggingface-hub"


def source(text: str, path: str = "app.py") -> Extraction:
    return read(path, text)


def found_at(extraction: Extraction, wanted: str) -> set[tuple[int, str, str]]:
    """(line, usage, confidence) of every place of a component."""
    return {(p.line, p.usage, p.confidence) for p in places(extraction, wanted)}


def modules(extraction: Extraction) -> list[tuple[str, int]]:
    return [(i.module, i.occurrence.line) for i in extraction.imports]


def test_wanted_names() -> None:
    assert extractor_for("a/app.py") is python_source
    assert extractor_for("app.pyi") is None
    assert extractor_for("app.pyc") is None


# -- imports ----------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import acme\n", [("acme", 1)]),
        ("\nimport acme.tools as t\n", [("acme.tools", 2)]),
        ("import acme, zeta as z\n", [("acme", 1), ("zeta", 1)]),
        ("import os, acme\n", [("os", 1), ("acme", 1)]),
        ("from acme.tools import one, two\n", [("acme.tools", 1)]),
        ("from acme import (\n    one,\n)\nimport zeta\n", [("acme", 1), ("zeta", 4)]),
        ("def f():\n    import acme\n", [("acme", 2)]),
        ("try:\n    import acme\nexcept ImportError:\n    acme = None\n", [("acme", 2)]),
        ("import acme  # the tools\r\nimport zeta\r\n", [("acme", 1), ("zeta", 2)]),
        ("import sys; import acme\n", [("acme", 1)]),
        ("try: import acme\nexcept ImportError: pass\n", [("acme", 1)]),
        ("from . import acme\nfrom .acme import x\nfrom ..a import b\n", []),
        ("import os\nimport json.decoder\nfrom __future__ import annotations\n", []),
        ('"""\nimport acme\n"""\n', []),
        ("'''\nfrom acme import x\n'''\n", []),
        ("text = 'import acme'\n", []),
    ],
)
def test_imports(text: str, expected: list[tuple[str, int]]) -> None:
    found = [item for item in modules(source(text)) if item[0] != "sys"]
    assert found == expected


def test_an_import_carries_names_and_usage() -> None:
    (item,) = source("from acme.tools import one, two as second\n", "tests/test_x.py").imports
    assert item.names[:2] == ("one", "two")
    assert item.occurrence.usage == "test"


# -- loaders: where the name of a model may stand ----------------------------------------

FORMS = {
    "literal": 'AutoModel.from_pretrained("acme/encoder")  # <-',
    "keyword": 'AutoModel.from_pretrained(pretrained_model_name_or_path="acme/encoder")  # <-',
    "over several lines": 'AutoModel.from_pretrained(\n    "acme/encoder",  # <-\n)',
    "variable": 'name = "acme/encoder"  # <-\nAutoModel.from_pretrained(name)',
    "annotated": 'name: str = "acme/encoder"  # <-\nAutoModel.from_pretrained(name)',
    "two steps": 'first = "acme/encoder"  # <-\nname = first\nAutoModel.from_pretrained(name)',
    "f-string": 'org = "acme"\nAutoModel.from_pretrained(f"{org}/encoder")  # <-',
    "concatenation": 'org = "acme/"\nAutoModel.from_pretrained("acme" + "/encoder")  # <-',
    "table": 'T = {"e": "acme/encoder"}  # <-\nAutoModel.from_pretrained(T["e"])',
    "table, open key": 'T = {"e": "acme/encoder"}  # <-\nAutoModel.from_pretrained(T[key()])',
    "table.get": 'T = {"e": "acme/encoder"}  # <-\nAutoModel.from_pretrained(T.get("e"))',
    "list": 'T = ["x/y-none", "acme/encoder"]  # <-\nAutoModel.from_pretrained(T[1])',
    "default": 'def f(name="acme/encoder"):  # <-\n    return AutoModel.from_pretrained(name)',
    "keyword default":
        'def f(*, name: str = "acme/encoder"):  # <-\n    return AutoModel.from_pretrained(name)',
    "dataclass": '@dataclass\nclass C:\n    name: str = "acme/encoder"  # <-\n\n'
                 "def f(c: C):\n    return AutoModel.from_pretrained(c.name)",
    "dataclass field": '@dataclass\nclass C:\n    name: str = field(default="acme/encoder")  # <-\n'
                       "\ndef f(c: C):\n    return AutoModel.from_pretrained(c.name)",
    "pydantic": 'class C(BaseModel):\n    name: str = Field("acme/encoder", alias="n")  # <-\n\n'
                "def f(c: C):\n    return AutoModel.from_pretrained(c.name)",
    "argparse": 'parser.add_argument("-m", "--model-name", default="acme/encoder")  # <-\n'
                "args = parser.parse_args()\nAutoModel.from_pretrained(args.model_name)",
    "getenv": 'AutoModel.from_pretrained(os.getenv("NAME", "acme/encoder"))  # <-',
    "environ.get": 'name = os.environ.get("NAME", "acme/encoder")  # <-\n'
                   "AutoModel.from_pretrained(name)",
    "or": 'AutoModel.from_pretrained(given or "acme/encoder")  # <-',
    "class attribute": 'class C:\n    NAME = "acme/encoder"  # <-\n\n'
                       "    def f(self):\n        return AutoModel.from_pretrained(self.NAME)",
    "instance attribute": 'class C:\n    def __init__(self):\n        '
                          'self.name = "acme/encoder"  # <-\n\n    def f(self):\n        '
                          "return AutoModel.from_pretrained(self.name)",
    "conditional": 'name = "acme/encoder" if big else other  # <-\nAutoModel.from_pretrained(name)',
    "loop": 'for name in ["acme/encoder"]:  # <-\n    AutoModel.from_pretrained(name)',
    "loop over a table": 'T = ["acme/encoder"]  # <-\nfor name in T:\n'
                         "    AutoModel.from_pretrained(name)",
    "comprehension": '[AutoModel.from_pretrained(n) for n in ("acme/encoder",)]  # <-',
    "walrus": 'AutoModel.from_pretrained(name := "acme/encoder")  # <-',
    "branches": 'if big:\n    name = "acme/encoder"  # <-\nelse:\n    name = "x/y-none"\n'
                "AutoModel.from_pretrained(name)",
    "unpacking": 'name, size = "acme/encoder", 7  # <-\nAutoModel.from_pretrained(name)',
    "hub URL": 'AutoModel.from_pretrained("https://huggingface.co/acme/encoder")  # <-',
}  # fmt: skip
HEAD = """\
import os
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pydantic import BaseModel, Field
from transformers import AutoModel
from unknown import given, big, other, key, parser
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_loader_s_model_is_followed_to_its_literal(form: str) -> None:
    text = HEAD + FORMS[form] + "\n"
    found = source(text)
    assert line_with(text, "# <-") in lines(found, MODEL)
    assert {usage for _, usage, _ in found_at(found, MODEL)} == {"used"}
    assert ("project:", "depends-on", MODEL) in links(found)
    assert (MODEL, "delivered-by", HUB) in links(found)
    assert "dynamic-name" not in {reason for reason, _ in reasons(found)}


@pytest.mark.parametrize(
    ("form", "confidence"),
    [("literal", "high"), ("variable", "high"), ("getenv", "medium"), ("environ.get", "medium"),
     ("pydantic", "medium"), ("dataclass field", "medium")],
)  # fmt: skip
def test_a_value_that_a_setting_can_replace_is_of_medium_confidence(
    form: str, confidence: str
) -> None:
    found = source(HEAD + FORMS[form])
    assert {level for _, _, level in found_at(found, MODEL)} == {confidence}


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from transformers import AutoModel as A", 'A.from_pretrained("acme/encoder")'),
        ("import transformers", 'transformers.AutoModel.from_pretrained("acme/encoder")'),
        ("import transformers as tf", 'tf.AutoTokenizer.from_pretrained("acme/encoder")'),
        ("from transformers import pipeline", 'pipeline("ner", model="acme/encoder")'),
        ("from transformers import pipeline as make", 'make("ner", "acme/encoder")'),
        ("import sentence_transformers as st", 'st.SentenceTransformer("acme/encoder")'),
        ("from sentence_transformers import CrossEncoder", 'CrossEncoder("acme/encoder")'),
        ("from huggingface_hub import snapshot_download", 'snapshot_download("acme/encoder")'),
        ("from huggingface_hub import hf_hub_download as get",
         'get(repo_id="acme/encoder", filename="x")'),
        ("from vllm import LLM", 'LLM(model="acme/encoder")'),
        ("from langchain_huggingface import HuggingFaceEmbeddings",
         'HuggingFaceEmbeddings(model_name="acme/encoder")'),
        ("from peft import PeftModel", 'PeftModel.from_pretrained(base, "acme/encoder")'),
        ("from . import nets", 'nets.Model.from_pretrained("acme/encoder")'),
        ("from transformers import AutoModel", 'AutoModel.from_pretrained ("acme/encoder")'),
    ],
)  # fmt: skip
def test_loaders_under_any_name(head: str, call: str) -> None:
    found = source(f"{head}\n\nmodel = {call}\n")
    assert (3, "used", "high") in found_at(found, MODEL)


@pytest.mark.parametrize(
    "argument",
    ["name", "sys.argv[1]", "os.environ['NAME']", "read_name()", "'acme/%s' % size",
     "'acme/{}'.format(size)", "f'acme/{size}'", "parameter"],
)  # fmt: skip
def test_what_is_known_only_at_run_time_is_a_gap(argument: str) -> None:
    found = source(
        f"""\
        import os, sys
        from transformers import AutoModel
        from unknown import name, read_name, size
        def load(parameter):
            return AutoModel.from_pretrained({argument})
        """
    )
    ((_, reason, line),) = gaps(found)
    assert (reason, line) == ("dynamic-name", 5)
    assert ids(found, "model") == set()


def test_a_parameter_hides_a_name_of_the_module() -> None:
    found = source(
        """\
        from transformers import AutoModel
        name = "acme/encoder"
        def load(name):
            return AutoModel.from_pretrained(name)
        """
    )
    assert MODEL not in ids(found)
    assert reasons(found) == {("dynamic-name", 4)}


def test_a_name_that_stands_for_itself_ends() -> None:
    found = source(
        "from transformers import AutoModel\nname = name\nAutoModel.from_pretrained(name)\n"
    )
    assert reasons(found) == {("dynamic-name", 3)}


@pytest.mark.parametrize("path", ["./models/chat", "models/chat/", "/srv/models/chat", "../chat"])
def test_a_path_is_a_local_model(path: str) -> None:
    found = source(f"from transformers import AutoModel\nAutoModel.from_pretrained('{path}/v1')\n")
    (model,) = ids(found, "model")
    assert model.startswith("model:local/")
    assert (model, "local-model-not-in-tree", 2) in gaps(found)
    assert HUB not in ids(found)


def test_a_known_short_name_and_an_unknown_one() -> None:
    found = source(
        """\
        from transformers import AutoModel
        AutoModel.from_pretrained("gpt2")
        AutoModel.from_pretrained("our-chat")
        """
    )
    assert lines(found, "pkg:huggingface/openai-community/gpt2") == [2]
    assert lines(found, "model:local/our-chat") == [3]
    assert gaps(found) == {("model:local/our-chat", "short-name-unresolved", 3)}


# -- datasets and other hubs ----------------------------------------


def test_datasets() -> None:
    found = source(
        """\
        from datasets import load_dataset
        load_dataset("acme/corpus", split="train")
        load_dataset("squad")
        load_dataset("json", data_files="x.jsonl")
        load_dataset("our-corpus")
        load_dataset("acme/acme-7b-outputs")
        """
    )
    assert ids(found, "dataset") == {
        "dataset:huggingface/acme/corpus", "dataset:huggingface/rajpurkar/squad",
        "dataset:huggingface/acme/acme-7b-outputs", "dataset:local/x.jsonl",
    }  # fmt: skip
    assert ids(found, "model") == set()
    assert found_at(found, "dataset:huggingface/acme/corpus") == {(2, "used", "high")}
    assert gaps(found) == {("our-corpus", "short-name-unresolved", 5)}


def test_modelscope() -> None:
    found = source(
        """\
        from modelscope import AutoModel, MsDataset, snapshot_download
        AutoModel.from_pretrained("acme/encoder")
        snapshot_download("acme/other")
        MsDataset.load("acme/corpus-zh")
        """
    )
    assert ids(found) == {
        "model:modelscope/acme/encoder", "model:modelscope/acme/other",
        "dataset:modelscope/acme/corpus-zh", "service:modelscope",
    }  # fmt: skip
    assert lines(found, "model:modelscope/acme/other") == [3]


def test_ollama_and_torch_hub() -> None:
    found = source(
        """\
        import ollama
        import torch
        from langchain_ollama import ChatOllama
        ollama.chat(model="acme:7b", messages=[])
        ChatOllama(model="acme-vision")
        torch.hub.load("acme/vad", "acme_vad")
        """
    )
    assert lines(found, "model:ollama/acme:7b") == [4]
    assert lines(found, "model:ollama/acme-vision") == [5]
    assert lines(found, "model:torch-hub/acme/vad") == [6]
    assert ("model:ollama/acme:7b", "delivered-by", "service:ollama-library") in links(found)
    assert ("model:torch-hub/acme/vad", "delivered-by", "service:github") in links(found)


# -- API clients ----------------------------------------


def openai(arguments: str) -> Extraction:
    return source(
        f"""\
        import os
        from openai import OpenAI
        client = OpenAI({arguments})
        client.chat.completions.create(
            model="acme-chat",
            messages=[],
        )
        """
    )


@pytest.mark.parametrize("arguments", ["", "api_key='x'", "base_url=None"])
def test_a_client_without_endpoint_calls_its_default_service(arguments: str) -> None:
    found = openai(arguments)
    assert (3, "used", "high") in found_at(found, "service:openai")
    assert found_at(found, "model:openai/acme-chat") == {(5, "used", "high")}
    assert ("project:", "calls", "model:openai/acme-chat") in links(found)
    assert ("model:openai/acme-chat", "served-by", "service:openai") in links(found)
    assert not found.gaps
    assert not found.redirects


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000/v1", "http://127.0.0.1/v1", "http://10.0.0.7:8080/v1",
     "http://192.168.1.2/v1", "http://host.docker.internal:1234/v1", "http://vllm:8000/v1",
     "http://[::1]:8000/v1"],
)  # fmt: skip
def test_a_local_endpoint_is_not_the_service(url: str) -> None:
    found = openai(f"base_url='{url}'")
    assert ids(found) == set()
    assert gaps(found) == {("acme-chat", "alias-of-local-model", 5)}
    assert [(s, w.line, w.as_written) for s, w in found.redirects] == [("service:openai", 3, url)]


@pytest.mark.parametrize(
    "written",
    ['f"http://localhost:{port}/v1"', '"http://localhost:" + port + "/v1"',
     '"http://localhost:%s/v1" % port', '"http://localhost:{}/v1".format(port)'],
)  # fmt: skip
def test_a_local_endpoint_at_an_unknown_port(written: str) -> None:
    found = openai(f"base_url={written}")
    assert ids(found) == set()
    assert gaps(found) == {("acme-chat", "alias-of-local-model", 5)}


@pytest.mark.parametrize(
    "written", ['f"http://{host}/v1"', 'f"{url}/v1"', 'f"http://api{n}.io/v1"']
)
def test_an_endpoint_at_an_unknown_host_stays_a_question(written: str) -> None:
    found = openai(f"base_url={written}")
    assert ("service:openai", "endpoint-at-runtime", 3) in gaps(found)


def test_the_host_of_a_composed_endpoint_is_known() -> None:
    found = openai('base_url=f"https://api.deepseek.com/{version}"')
    assert ids(found) == {"service:deepseek", "model:deepseek/acme-chat"}


def test_a_known_compatible_host_is_that_service() -> None:
    found = openai("base_url='https://api.deepseek.com/v1'")
    assert ids(found) == {"service:deepseek", "model:deepseek/acme-chat"}
    assert lines(found, "model:deepseek/acme-chat") == [5]
    assert [service for service, _ in found.redirects] == ["service:openai"]


def test_an_unknown_host_is_a_service_of_its_own() -> None:
    found = openai("base_url='https://llm.acme.example/v1'")
    assert ids(found) == {"service:llm.acme.example", "model:llm.acme.example/acme-chat"}
    assert [service for service, _ in found.redirects] == ["service:openai"]


@pytest.mark.parametrize("value", ["os.environ['LLM_URL']", "os.getenv('LLM_URL')", "settings.url"])
def test_an_endpoint_of_the_environment_is_a_gap_and_weak_evidence(value: str) -> None:
    found = openai(f"base_url={value}")
    assert gaps(found) == {
        ("service:openai", "endpoint-at-runtime", 3), ("acme-chat", "provider-unresolved", 5)
    }  # fmt: skip
    assert found_at(found, "service:openai") == {(3, "used", "low")}
    assert ids(found, "model") == set()


def test_a_name_of_the_default_service_s_family_counts_with_low_confidence() -> None:
    found = source(
        """\
        import os
        from openai import OpenAI
        client = OpenAI(base_url=os.environ["LLM_URL"])
        client.chat.completions.create(model="gpt-4o", messages=[])
        """
    )
    assert found_at(found, "model:openai/gpt-4o") == {(4, "used", "low")}


def test_an_endpoint_s_default_counts_with_medium_confidence() -> None:
    found = openai("base_url=os.getenv('LLM_URL', 'https://api.deepseek.com')")
    assert found_at(found, "model:deepseek/acme-chat") == {(5, "used", "medium")}
    assert "service:openai" not in ids(found)


def test_two_functions_with_a_client_of_one_name_each() -> None:
    found = source(
        """\
        from openai import OpenAI
        def far():
            client = OpenAI()
            return client.chat.completions.create(model="acme-far")
        def near():
            client = OpenAI(base_url="http://localhost:8000/v1")
            return client.chat.completions.create(model="acme-near")
        """
    )
    assert ids(found, "model") == {"model:openai/acme-far"}
    assert gaps(found) == {("acme-near", "alias-of-local-model", 7)}


@pytest.mark.parametrize(
    "call",
    [
        "OpenAI().chat.completions.create",
        "OpenAI(api_key='x').with_options(timeout=3).chat.completions.create",
        "make().chat.completions.create",
    ],
)
def test_a_client_that_has_no_name(call: str) -> None:
    found = source(
        "from openai import OpenAI\n"
        + ("def make():\n    return OpenAI()\n" if "make" in call else "")
        + f"{call}(model='acme-chat')\n"
    )
    assert ids(found, "model") == {"model:openai/acme-chat"}
    assert not found.gaps


def test_a_client_kept_in_an_attribute() -> None:
    found = source(
        """\
        import openai
        class Bot:
            def __init__(self):
                self.llm = openai.OpenAI(base_url="https://api.deepseek.com")
            def ask(self):
                return self.llm.chat.completions.create(model="acme-chat")
        """
    )
    assert ids(found, "model") == {"model:deepseek/acme-chat"}


def test_a_call_on_a_client_from_elsewhere_is_a_gap() -> None:
    text = "client.chat.completions.create(model='acme-chat')\n"
    for head in ("from app.deps import client\n", "from .deps import client\n"):
        found = source(head + text)
        assert gaps(found) == {("acme-chat", "provider-unresolved", 2)}, head


def test_azure() -> None:
    found = source(
        """\
        from openai import AzureOpenAI
        client = AzureOpenAI(azure_endpoint="https://acme.openai.azure.com", api_version="1")
        client.chat.completions.create(model="our-deployment")
        """
    )
    assert ids(found) == {"service:azure-openai", "model:azure-openai/our-deployment"}
    assert not found.redirects


@pytest.mark.parametrize(
    "import_and_make",
    [
        ("import anthropic", "anthropic.Anthropic()"),
        ("from anthropic import AsyncAnthropic as A", "A()"),
    ],
)
def test_anthropic(import_and_make: tuple[str, str]) -> None:
    head, make = import_and_make
    found = source(f"{head}\nc = {make}\nc.messages.create(model='acme-chat', max_tokens=1)\n")
    assert ids(found) == {"service:anthropic", "model:anthropic/acme-chat"}
    assert lines(found, "model:anthropic/acme-chat") == [3]


@pytest.mark.parametrize(
    ("head", "call", "model"),
    [
        ("from langchain_openai import ChatOpenAI", "ChatOpenAI(model='m-1')", "model:openai/m-1"),
        ("from langchain_openai import ChatOpenAI", "ChatOpenAI(model_name='m-1')",
         "model:openai/m-1"),
        ("from langchain_openai import ChatOpenAI",
         "ChatOpenAI(model='m-1', base_url='https://api.deepseek.com')", "model:deepseek/m-1"),
        ("from langchain_openai import OpenAIEmbeddings", "OpenAIEmbeddings(model='m-1')",
         "model:openai/m-1"),
        ("from langchain_anthropic import ChatAnthropic", "ChatAnthropic(model='m-1')",
         "model:anthropic/m-1"),
        ("from langchain_mistralai import ChatMistralAI", "ChatMistralAI(model='m-1')",
         "model:mistral/m-1"),
        ("from langchain_aws import ChatBedrock", "ChatBedrock(model_id='m-1')",
         "model:bedrock/m-1"),
        ("from langchain_openai import AzureChatOpenAI",
         "AzureChatOpenAI(azure_deployment='m-1')", "model:azure-openai/m-1"),
        ("import litellm", "litellm.completion(model='anthropic/m-1')", "model:anthropic/m-1"),
        ("from litellm import completion", "completion('azure/m-1')", "model:azure-openai/m-1"),
        ("from litellm import acompletion as ask", "ask(model='deepseek/m-1')",
         "model:deepseek/m-1"),
        ("from langchain.chat_models import init_chat_model", "init_chat_model('openai:m-1')",
         "model:openai/m-1"),
        ("import dashscope", "dashscope.Generation.call(model='m-1')", "model:dashscope/m-1"),
        ("from zhipuai import ZhipuAI",
         "ZhipuAI(api_key='x').chat.completions.create(model='m-1')", "model:zhipu/m-1"),
    ],
)  # fmt: skip
def test_api_models_of_frameworks(head: str, call: str, model: str) -> None:
    found = source(f"{head}\n\nllm = {call}\n")
    assert ids(found, "model") == {model}
    assert lines(found, model) == [3]
    assert not found.gaps


def test_a_framework_class_with_a_local_endpoint() -> None:
    found = source(
        """\
        from langchain_openai import ChatOpenAI
        ChatOpenAI(model="acme-chat", openai_api_base="http://localhost:8000/v1")
        """
    )
    assert ids(found) == set()
    assert gaps(found) == {("acme-chat", "alias-of-local-model", 2)}


@pytest.mark.parametrize("name", ["acme-chat", "no_such_router/acme-chat"])
def test_a_router_s_unknown_prefix_is_a_gap(name: str) -> None:
    found = source(f"import litellm\nlitellm.completion(model='{name}')\n")
    assert ids(found, "model") == set()
    assert gaps(found) == {(name, "provider-unresolved", 2)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ollama/llama3:8b", {"model:ollama/llama3:8b"}),
        ("ollama_chat/llama3", {"model:ollama/llama3"}),
        ("hosted_vllm/Qwen/Qwen2-7B-Instruct", {"pkg:huggingface/Qwen/Qwen2-7B-Instruct"}),
    ],
)
def test_a_router_s_prefix_for_a_server_of_one_s_own(name: str, expected: set[str]) -> None:
    found = source(f"import litellm\nlitellm.completion(model='{name}')\n")
    assert ids(found, "model") == expected
    assert not found.gaps


def test_an_alias_at_a_server_of_one_s_own_is_a_gap() -> None:
    found = source("import litellm\nlitellm.completion(model='hosted_vllm/chat')\n")
    assert ids(found, "model") == set()
    assert gaps(found) == {("hosted_vllm/chat", "alias-of-local-model", 2)}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("'data/a.json'", {"dataset:local/data/a.json"}),
        ("['a.json', 'b.jsonl']", {"dataset:local/a.json", "dataset:local/b.jsonl"}),
        ("{'train': ['a.json', 'b.json'], 'test': 'c.json'}",
         {"dataset:local/a.json", "dataset:local/b.json", "dataset:local/c.json"}),
        ("FILES", {"dataset:local/x/y.csv"}),
        ("'https://host.org/x/train.parquet'", {"dataset:url/host.org/x/train.parquet"}),
        ("'https://github.com/acme/corpus/raw/main/data/train.jsonl'",
         {"dataset:github/acme/corpus"}),
        ("'acme/corpus'", set()),  # a name that another branch loads from the hub
        ("'data/*.json'", set()),
    ],
)  # fmt: skip
def test_files_that_a_loader_of_a_format_is_given(files: str, expected: set[str]) -> None:
    found = source(
        "from datasets import load_dataset\n"
        f"FILES = ['x/y.csv']\nload_dataset('json', data_files={files})\n"
    )
    assert ids(found, "dataset") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('train = pd.read_csv("https://host.org/data/train_captions.csv")',
         {"dataset:url/host.org/data/train_captions.csv"}),
        ('dataset_url = "https://host.org/files/scifact.zip"',
         {"dataset:url/host.org/files/scifact.zip"}),
        ('requests.get("https://host.org/api/v1/items.json")', set()),
        ('SCHEMA = "https://host.org/report.schema.json"', set()),
        ('# see https://host.org/data/train_captions.csv', set()),
    ],
)  # fmt: skip
def test_addresses_of_files_of_data(line: str, expected: set[str]) -> None:
    assert ids(source(f"import requests\n{line}\n"), "dataset") == expected


# -- addresses and variables ----------------------------------------


@pytest.mark.parametrize(
    ("url", "wanted", "confidence"),
    [
        ("https://huggingface.co/acme/encoder", MODEL, "medium"),
        ("https://hf.co/acme/encoder/tree/main", MODEL, "medium"),
        ("https://huggingface.co/acme/encoder/blob/main/README.md", MODEL, "medium"),
        ("https://huggingface.co/acme/encoder/resolve/main/a.gguf?download=true", MODEL, "high"),
        ("https://huggingface.co/acme/encoder.git", MODEL, "medium"),
        ("https://huggingface.co/datasets/acme/corpus", "dataset:huggingface/acme/corpus",
         "medium"),
        ("hf://acme/encoder/model.gguf", MODEL, "medium"),
        ("hf://datasets/acme/corpus/x.parquet", "dataset:huggingface/acme/corpus", "medium"),
        ("https://api.deepseek.com/v1/chat", "service:deepseek", "medium"),
        ("wss://api.openai.com/v1/realtime", "service:openai", "medium"),
    ],
)  # fmt: skip
def test_addresses(url: str, wanted: str, confidence: str) -> None:
    found = source(f'x = 1\ny = "{url}"\n')
    assert ids(found) - {HUB} == {wanted}
    assert found_at(found, wanted) == {(2, "used", confidence)}


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/spaces/acme/demo", "https://huggingface.co/docs/hub",
        "https://huggingface.co/papers/1234.5678", "https://huggingface.co/collections/acme/x-1",
        "https://huggingface.co/acme", "https://huggingface.co", "https://huggingface.co/blog/a",
        "http://localhost:8000/acme/encoder", "https://www.acme.example/api", "https://",
        "http://openai/v1",
    ],
)  # fmt: skip
def test_other_addresses_are_no_component(url: str) -> None:
    assert ids(source(f'y = "{url}"\n')) == set()


def test_addresses_in_comments_and_docstrings_say_so() -> None:
    found = source(
        '''\
        """Supports https://huggingface.co/acme/encoder and others."""
        # see https://huggingface.co/acme/decoder
        def f():
            """
            https://huggingface.co/acme/ranker
            """
        url = "https://huggingface.co/acme/used"  # as https://huggingface.co/acme/noted
        '''
    )
    usage = {c.name: c.usage for c in found.components if c.kind == "model"}
    assert usage == {
        "acme/encoder": "documentation", "acme/decoder": "commented",
        "acme/ranker": "documentation", "acme/used": "used", "acme/noted": "commented",
    }  # fmt: skip


def test_quotes_of_the_other_kind_do_not_turn_code_into_documentation() -> None:
    found = source(
        """\
        TEXT = "say ''' once"
        MODELS = ["acme/chat-7b"]
        """
    )
    assert found_at(found, "pkg:huggingface/acme/chat-7b") == {(2, "used", "medium")}


def test_a_variable_is_weak_evidence() -> None:
    found = source('import os\nkey = os.environ["OPENAI_API_KEY"]\n# ANTHROPIC_API_KEY\n')
    assert found_at(found, "service:openai") == {(2, "used", "low")}
    assert found_at(found, "service:anthropic") == {(3, "commented", "low")}


@pytest.mark.parametrize("name", ["MY_OPENAI_API_KEY", "OPENAI_API_KEYS", "openai_api_key",
                                  "SOME_API_KEY"])  # fmt: skip
def test_other_variables_are_none(name: str) -> None:
    assert ids(source(f'import os\nkey = os.environ["{name}"]\n')) == set()


# -- bare literals, and the traps ----------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'LLM_DICT = {"small": "acme/chat-7b"}',
        "parser.add_argument('--m', default='acme/chat-7b')",
        'for name in ["acme/chat-7b"]: pass',
        'print >>out, "acme/chat-7b"',
    ],
)
def test_a_literal_that_reads_like_a_model_is_reported_with_medium_confidence(text: str) -> None:
    found = source(f"\n{text}\n")
    assert found_at(found, "pkg:huggingface/acme/chat-7b") == {(2, "used", "medium")}


def test_a_literal_in_a_comment_or_docstring_says_so() -> None:
    found = source('"""\n  "acme/chat-7b"\n"""\n# "acme/chat-13b"\nx = 1  # was "acme/chat-70b"\n')
    usage = {c.name: c.usage for c in found.components if c.kind == "model"}
    assert usage == {
        "acme/chat-7b": "documentation", "acme/chat-13b": "commented",
        "acme/chat-70b": "commented",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "class Acme2ForCausalLM: pass",
        'register_template("acme3")',
        'mime = "application/acme-7b"',
        'mime = "image/llama"',
        'path = "src/llama-7b"',
        'path = "outputs/sft-llama-7b"',
        'path = "acme/llama-7b.py"',
        'path = "acme/llama-7b/config.json"',
        'key = "val/loss"',
        'font = "next/font"',
        'sizes = "7B/13B"',
        'branch = "feature/llama-7b"',
        'model.push_to_hub("acme/chat-7b-ft")',
        'args = Arguments(hub_model_id="acme/chat-7b-ft")',
        'args = Arguments(output_dir="acme/chat-7b-ft")',
        'model.save_pretrained("acme/chat-7b-awq")',
        "# Copied from transformers.models.llama.modeling_llama.LlamaAttention",
        'card = ModelCard(id="gpt-3.5-turbo")',
        'text = "use acme/chat-7b for it"',
        'x = "acme--x/chat-7b"',
    ],
)
def test_traps(text: str) -> None:
    found = source(f"import acme\n{text}\n")
    assert ids(found, "model") == set()
    assert HUB not in ids(found)


@pytest.mark.parametrize("path", ["data/train.jsonl", "data/train.csv", "data/samples.json"])
def test_training_samples_are_nobody_s_document(path: str) -> None:
    assert extractor_for(path) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# from acme import Tool\n", [("acme", ("Tool",))]),
        ("def f():\n    # from acme.tools import one, two as second\n    pass\n",
         [("acme.tools", ("one", "two"))]),
        ("## import acme.io as io\r\n", [("acme.io", ())]),
        ("#     import acme; acme.set_trace()\n", [("acme", ())]),
        ("# import acme; then run acme.go()\n", []),
        ("# import os\n# from __future__ import annotations\n", []),
        ("# import acme first\n# from acme import Tool, then run\n# Imports: import acme\n", []),
        ("x = 1  # import acme\n", []),
        ('"""\n# import acme\n"""\n', []),
    ],
)  # fmt: skip
def test_whole_imports_in_comments(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    found = source(text)
    assert [(i.module, i.names) for i in found.imports] == expected
    assert {i.occurrence.usage for i in found.imports} <= {"commented"}


# -- broken and hostile sources ----------------------------------------

CALL = 'import transformers\nM = ["acme/chat-7b"]\nAutoModel.from_pretrained("acme/encoder")\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CALL + 'print "old"\n', 4),
        (CALL + "def f(:\n", 4),
        (CALL + "  x = 1\n", 4),
        (CALL + "exec 'x' in y\n", 4),
        (CALL + "x = '\n", 4),
    ],
)
def test_a_syntax_error_costs_the_calls_and_nothing_else(text: str, line: int) -> None:
    found = source(text)
    assert gaps(found) == {("app.py", "malformed-file", line)}
    assert dict(found.gaps[0].params)["format"] == "Python"
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [2]
    assert modules(found) == [("transformers", 1)]


def test_null_bytes() -> None:
    found = read("app.py", CALL.encode() + b"x = '\x00'\n")
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}
    assert "pkg:huggingface/acme/chat-7b" in ids(found)


@pytest.mark.parametrize(
    "tail",
    [
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "[" * 50_000,
        "x = " + "not " * 50_000 + "1",
        "x = " + "-" * 50_000 + "1",
        "x = " + " + ".join(["'a'"] * 20_000),
        "x = y" + ".z" * 20_000,
        "x = y" + "(1)" * 20_000,
        "".join("\n" + " " * depth + "if 1:" for depth in range(150)),
        "AutoModel.from_pretrained(" + " + ".join(["'a'"] * 3_000) + ")",
        "AutoModel.from_pretrained(" + "a(" * 80 + ")" * 80 + ")",
    ],
)
def test_deep_nesting_never_breaks_the_reader(tail: str) -> None:
    found = source(CALL + tail + "\n")
    assert "pkg:huggingface/acme/chat-7b" in ids(found)


def test_ambiguity_does_not_explode() -> None:
    tables = "\n".join(f"t{n} = [{', '.join(repr(f'{n}{k}') for k in range(9))}]" for n in range(9))
    joined = "".join(f"{{t{n}[i]}}" for n in range(9))
    found = source(f"{CALL}{tables}\nAutoModel.from_pretrained(f'{joined}')\n")
    assert len(found.components) < 200


TIMED = """
from tests.support.reading import read
line = ", ".join(f'"acme/c{n}-7b"' for n in range(12_000))
found = read("app.py", %s.encode())
print(len([c for c in found.components if c.kind == "model"]))
"""


@pytest.mark.parametrize(
    ("name", "expression"),
    [("one line", 'f"M = [{line}]"'), ("many lines", 'f"M = [{line}]".replace(", ", ",\\n")')],
)
def test_a_large_table_takes_a_moment(name: str, expression: str) -> None:
    assert fenced(TIMED % expression, seconds=6) == "12000"


def test_two_megabytes_on_one_line() -> None:
    code = """
from tests.support.reading import ids, read
text = "import transformers\\nX = '" + "a/b " * 500_000 + "'; M = 'acme/chat-7b'\\n"
print("pkg:huggingface/acme/chat-7b" in ids(read("app.py", text.encode())))
"""
    assert fenced(code) == "True"


def test_utf_16_and_coding_lines() -> None:
    text = '# naïve\nM = ["acme/chat-7b"]\n'
    for data in (text.encode("utf-16"), b"# coding: latin-1\n" + text.encode("latin-1")):
        assert "pkg:huggingface/acme/chat-7b" in ids(read("app.py", data))


def test_nothing_of_the_source_is_run(tmp_path: object) -> None:
    witness = f"{tmp_path}/executed"
    found = source(
        f"import transformers\nopen({witness!r}, 'w').close()\n"
        f"AutoModel.from_pretrained(open({witness!r}, 'w').name)\n"
    )
    from pathlib import Path

    assert not Path(witness).exists()
    assert reasons(found) == {("dynamic-name", 3)}


def test_the_usage_of_a_place_is_that_of_its_folder() -> None:
    found = source('M = ["acme/chat-7b"]\n', "examples/app.py")
    assert component(found, "pkg:huggingface/acme/chat-7b").usage == "example"
    assert component(source('M = ["acme/chat-7b"]\n', "src/load_test.py"),
                     "pkg:huggingface/acme/chat-7b").usage == "used"  # fmt: skip


def test_a_name_of_a_hundred_thousand_parts_is_a_gap() -> None:
    """Python's own parser would take half a minute for it."""
    found = source(
        f"from transformers import AutoModel\nx = {'a.' * 100_000}b\nAutoModel.from_pretrained(x)\n"
    )
    assert [(gap.subject, gap.reason) for gap in found.gaps] == [("app.py", "malformed-file")]
