"""Hosted services by what names them: variables, addresses, classes of SDKs and frameworks."""

from __future__ import annotations

import pytest

from tests.support.reading import gaps, ids, lines, read

VARIABLES = {
    "STEAMSHIP_API_KEY": "steamship", "UPSTASH_VECTOR_REST_TOKEN": "upstash",
    "SUPABASE_SERVICE_ROLE_KEY": "supabase", "BING_SEARCH_API_KEY": "bing-search",
    "SEARCHAPI_API_KEY": "searchapi", "ATHINA_API_KEY": "athina",
    "OPENLAYER_API_KEY": "openlayer", "HONEYHIVE_API_KEY": "honeyhive",
    "BROWSERBASE_API_KEY": "browserbase", "FISH_API_KEY": "fish-audio",
    "MATHPIX_API_KEY": "mathpix", "FOREFRONTAI_API_KEY": "forefront",
    "TOGETHER_AI_API_KEY": "together", "LAKERA_API_KEY": "lakera",
    "NEXT_PUBLIC_SUPABASE_URL": "supabase", "WOLFRAM_ALPHA_APPID": "wolfram-alpha",
    "GOOGLE_CSE_ID": "google-search-api", "PPIO_API_KEY": "ppio",
}  # fmt: skip
ADDRESSES = {
    "https://www.googleapis.com/customsearch/v1?q=": "google-search-api",
    "https://www.wolframalpha.com/api/v1/llm-api": "wolfram-alpha",
    "https://www.searchapi.io/api/v1/search": "searchapi",
    "https://acme.cognitiveservices.azure.com/computervision/retrieval": "azure-vision",
    "https://acme.cognitiveservices.azure.com/formrecognizer/a": "azure-document-intelligence",
    "https://acme.cognitiveservices.azure.com/openai/deployments": "azure-openai",
    "https://s.jina.ai/": "jina",
    "https://abc.supabase.co/rest/v1": "supabase",
    "https://api.getzep.com/api/v2": "zep-cloud",
    "https://api.play.ht/api/v2/tts": "playht",
    "https://commentanalyzer.googleapis.com/v1alpha1": "perspective-api",
    "https://openspeech.bytedance.com/api/v1/tts": "volcengine-speech",
    "https://api.infinity.example/v1": None,
    "https://www.googleapis.com/auth/drive": None,
    "https://www.wolframalpha.com/examples": None,
}
CALLS = {
    "from langchain_community.tools import DuckDuckGoSearchRun\n"
    "DuckDuckGoSearchRun()": "duckduckgo",
    "from langchain_community.tools.ddg_search.tool import DuckDuckGoSearchRun as S\n"
    "S()": "duckduckgo",
    "from langchain.utilities import WolframAlphaAPIWrapper\n"
    "WolframAlphaAPIWrapper()": "wolfram-alpha",
    "from langchain_community.vectorstores import SupabaseVectorStore\n"
    "SupabaseVectorStore.from_documents(docs, e)": "supabase",
    "from langchain_mongodb import MongoDBAtlasVectorSearch\n"
    "MongoDBAtlasVectorSearch(c, e)": "mongodb-atlas",
    "from langchain_community.callbacks import PromptLayerCallbackHandler\n"
    "PromptLayerCallbackHandler()": "promptlayer",
    "from llama_index.tools.brave_search import BraveSearchToolSpec\n"
    "BraveSearchToolSpec('k')": "brave-search",
    "from llama_index.vector_stores.upstash import UpstashVectorStore\n"
    "UpstashVectorStore()": "upstash",
    "from llama_index.llms.alephalpha import AlephAlpha\nAlephAlpha(model=choose())": "aleph-alpha",
    "from haystack_integrations.components.websearch.tavily import TavilyWebSearch\n"
    "TavilyWebSearch()": "tavily",
    "from crewai_tools import SerperDevTool\nSerperDevTool()": "serper",
    "from agno.tools.exa import ExaTools\nExaTools()": "exa",
    "from phi.tools.duckduckgo import DuckDuckGo\nDuckDuckGo()": "duckduckgo",
    "from pipecat.services.rime.tts import RimeTTSService\nRimeTTSService()": "rime",
    "from semantic_kernel.connectors.google_search import GoogleSearch\n"
    "GoogleSearch()": "google-search-api",
    "from lagent.actions.bing_browser import BingSearch\nBingSearch()": "bing-search",
    "from supabase import create_client\ncreate_client(url, key)": "supabase",
    "from upstash_redis import Redis\nRedis(url=u, token=t)": "upstash",
    "from azure.ai.vision.imageanalysis import ImageAnalysisClient\n"
    "ImageAnalysisClient(endpoint, c)": "azure-vision",
    "from tonic_validate import ValidateApi\nValidateApi()": "tonic-validate",
    "from zeno_client import ZenoClient\nZenoClient('k')": "zeno",
    "from aleph_alpha_client import Client as make\ndef go(k):\n    return make(k)": "aleph-alpha",
    "from vertexai.generative_models import GenerativeModel\n"
    "GenerativeModel(pick())": "google-vertex-ai",
}  # fmt: skip
ARGUMENTS = {
    "import boto3\nboto3.client('textract')": {"service:aws-textract"},
    "import boto3\nboto3.client(service_name='bedrock-runtime')": {"service:aws-bedrock"},
    "import boto3\nboto3.client('s3')": set(),
    "from langchain.agents import load_tools\n"
    "load_tools(['ddg-search', 'llm-math', 'google-serper'])":
        {"service:duckduckgo", "service:serper"},
    "from langchain.agents import load_tools\nnames = ['serpapi']\nload_tools(names)":
        {"service:serpapi"},
    "from smolagents import GoogleSearchTool\n"
    "GoogleSearchTool(provider='serper')": {"service:serper"},
    "from smolagents import GoogleSearchTool\nGoogleSearchTool()": {"service:serpapi"},
    "from transformers import TrainingArguments\n"
    "TrainingArguments('out', report_to=['wandb', 'none'])":
        {"service:wandb"},
    "from llama_index.core import set_global_handler\nset_global_handler('langfuse')":
        {"service:langfuse"},
}  # fmt: skip


def services(path: str, text: str) -> set[str]:
    return ids(read(path, text), "service")


@pytest.mark.parametrize(("name", "slug"), VARIABLES.items())
def test_a_variable_names_its_service(name: str, slug: str) -> None:
    assert services("app.py", f"import os\nkey = os.environ['{name}']\n") == {f"service:{slug}"}
    assert services(".env", f"{name}=secret\n") == {f"service:{slug}"}


@pytest.mark.parametrize(("url", "slug"), ADDRESSES.items())
def test_one_host_can_serve_several_each_under_its_folder(url: str, slug: str | None) -> None:
    assert services("app.py", f"URL = '{url}'\n") == ({f"service:{slug}"} if slug else set())


@pytest.mark.parametrize(("source", "slug"), CALLS.items())
def test_a_class_of_one_service_names_it(source: str, slug: str) -> None:
    assert services("app.py", source) == {f"service:{slug}"}


@pytest.mark.parametrize(("source", "expected"), ARGUMENTS.items())
def test_an_argument_names_the_service_in_the_words_of_its_tool(
    source: str, expected: set[str]
) -> None:
    assert services("app.py", source) == expected


def test_a_model_known_only_at_run_time_leaves_the_service_known() -> None:
    read_ = read(
        "app.py",
        """\
        import os
        from langchain_community.embeddings import DashScopeEmbeddings

        NAME = os.getenv("EMBEDDER", "")
        make = DashScopeEmbeddings(model=NAME)
        """,
    )
    assert ids(read_, "service") == {"service:dashscope"}
    assert ids(read_, "model") == set()
    assert gaps(read_) == {("NAME", "dynamic-name", 5)}


def test_a_name_that_many_objects_have_says_nothing_of_a_service() -> None:
    assert services("app.py", "import bot\nbot.converse('hello')\nbot.invoke_model(x)\n") == set()


def test_a_file_s_only_client_of_models_is_meant_whatever_it_searches_with() -> None:
    source = """\
    from openai import OpenAI
    from tavily import TavilyClient

    search = TavilyClient()
    maker = OpenAI()

    def answer(wrapped, text):
        return wrapped.inner.chat.completions.create(model="gpt-4o", messages=text)
    """
    assert ids(read("app.py", source), "model") == {"model:openai/gpt-4o"}
    alone = source.replace("    from openai import OpenAI\n", "").replace("maker = OpenAI()", "")
    assert "model:tavily/gpt-4o" not in ids(read("app.py", alone), "model")


def test_an_address_with_a_blanked_host_does_not_redirect() -> None:
    kept = read(".env.example", "UPSTASH_REDIS_REST_URL=https://****\n")
    assert ids(kept, "service") == {"service:upstash"}
    assert kept.redirects == ()


@pytest.mark.parametrize(
    ("address", "component"),
    [
        ("https://modelscope.cn/models/acme/a-7b_x.1", "model:modelscope/acme/a-7b_x.1"),
        ("https://modelscope.cn/models/acme/a-7b/files", "model:modelscope/acme/a-7b"),
        ("https://www.modelscope.cn/datasets/acme/pairs.git", "dataset:modelscope/acme/pairs"),
        (
            "https://www.modelscope.cn/api/v1/models/acme/b/repo?Revision=x",
            "model:modelscope/acme/b",
        ),
        ("https://modelscope.cn/studios/acme/b", None),
    ],
)
def test_addresses_of_modelscope(address: str, component: str | None) -> None:
    for path in ("README.md", "get.sh"):
        found = ids(read(path, f"[a]({address})\n" if path == "README.md" else f'U="{address}"\n'))
        assert {i for i in found if not i.startswith("service:")} == (
            {component} if component else set()
        )


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.ts", "const u = `https://api.cloudflare.com/client/v4/accounts/${id}/ai/run/x`;\n",
         "cloudflare-workers-ai"),
        ("a.py", 'U = "https://api.cloudflare.com/client/v4/accounts/" + id + "/ai/v1"\n',
         "cloudflare-workers-ai"),
        ("a.ts", "const u = `https://api.cloudflare.com/client/v4/accounts/${id}/kv/ai2`;\n", ""),
        ("a.ts", 'const u = "https://api.cloudflare.com/client/v4";\n', ""),
        ("a.ts", 'const u = "https://gateway.ai.cloudflare.com/v1/a/b/openai";\n',
         "cloudflare-ai-gateway"),
        ("a.ts", 'const u = "wss://speech.platform.bing.com/consumer/speech/x";\n', "edge-tts"),
        ("a.ts", 'const u = ["https://api.anthropic.com", "https://api.deepseek.com/"];\n',
         "anthropic deepseek"),
    ],
)  # fmt: skip
def test_a_host_of_much_else_is_a_service_below_its_path(
    path: str, text: str, expected: str
) -> None:
    assert ids(read(path, text), "service") == {f"service:{slug}" for slug in expected.split()}


def test_a_client_of_the_models_is_at_the_host_alone() -> None:
    text = (
        "from openai import OpenAI\nclient = OpenAI(base_url=BASE)\n"
        'BASE = f"https://api.cloudflare.com/client/v4/accounts/{ACCOUNT}/ai/v1"\n'
    )
    assert "service:cloudflare-workers-ai" in ids(read("app.py", text), "service")


def test_public_data_by_bucket_and_host() -> None:
    found = read(
        "crawl.py",
        'R = f"s3://commoncrawl/crawl-data/{dump}/segments/"\n'
        'S = "s3://acme-bucket/commoncrawl/"\n'
        'T = "https://data.commoncrawl.org/crawl-data/x.warc.gz"\n',
    )
    assert ids(found, "dataset") == {"dataset:s3/commoncrawl"}
    assert lines(found, "dataset:s3/commoncrawl") == [1, 3]
