"""Settings: what a key and a value mean, wherever they are written."""

from __future__ import annotations

import pytest

from provenance.extract.collect import Collector
from provenance.extract.settings import names_dataset, names_model, names_tracker, read_setting
from provenance.extract.written import is_placeholder
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, links, vocabulary


def setting(key: str, value: str, **more: str) -> Extraction:
    collector = Collector("x.yaml", "test")
    read_setting(key, value, 3, collector, vocabulary(), **more)  # type: ignore[arg-type]
    return collector.done()


@pytest.mark.parametrize(
    "key",
    ["model", "MODEL_NAME", "model_name_or_path", "--model-id", "base_model", "embeddingModel",
     "LLM", "llm_model", "tei_model_id", "reranker", "spring.ai.chat.options.model", "modelPath",
     "models.name", "vae", "deployment_name", "OLLAMA_MODEL"],
)  # fmt: skip
def test_keys_of_models(key: str) -> None:
    assert names_model(key)


@pytest.mark.parametrize(
    "key",
    ["output_model", "hub_model_id", "model_type", "model_max_length", "served_model_name",
     "model_class", "name", "save_model_path", "model_provider", "models_dir", "remodel"],
)  # fmt: skip
def test_keys_of_something_else(key: str) -> None:
    assert not names_model(key)


def test_keys_of_datasets_and_trackers() -> None:
    assert names_dataset("dataset_name")
    assert names_dataset("datasets.path")
    assert not names_dataset("dataset_dir")
    assert names_tracker("--report_to")
    assert names_tracker("trainer.logger")
    assert not names_tracker("report_path")
    assert not names_tracker("logger_level")


@pytest.mark.parametrize(
    ("value", "model"),
    [
        ("acme/x", "pkg:huggingface/acme/x"),
        ("hf://acme/x", "pkg:huggingface/acme/x"),
        ("https://huggingface.co/acme/x", "pkg:huggingface/acme/x"),
        ("acme/x-GGUF:Q4_K_M", "pkg:huggingface/acme/x-GGUF"),
        ("gpt2", "pkg:huggingface/openai-community/gpt2"),
        ("azure/my-gpt", "model:azure-openai/my-gpt"),
        ("ollama/llama3:8b", "model:ollama/llama3:8b"),
        ("us.anthropic.claude-3-5-sonnet-20240620-v1:0",
         "model:bedrock/us.anthropic.claude-3-5-sonnet-20240620-v1:0"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1",
         "model:bedrock/amazon.titan-text-lite-v1"),
    ],
)  # fmt: skip
def test_written_names_of_models(value: str, model: str) -> None:
    found = setting("model", value)
    assert model in ids(found)
    assert component(found, model).occurrences[0].line == 3


@pytest.mark.parametrize(
    "value",
    ["", "true", "7", "./models/x", "/data/model", "models/llama-7b", "image/png", "a b", "auto",
     "your-model", "your-org/your-model", "org/model", "xxx", "a\nb", "x" * 501],
)  # fmt: skip
def test_values_that_name_none(value: str) -> None:
    found = setting("model", value)
    assert not ids(found)
    assert not found.gaps


@pytest.mark.parametrize("value", ["${MODEL}", "{{ model }}", "<model>", "$1", "$(cat x)"])
def test_values_known_later_are_gaps(value: str) -> None:
    assert gaps(setting("model", value)) == {(value, "dynamic-name", 3)}


def test_the_provider_beside_decides() -> None:
    assert "model:groq/acme-own" in ids(setting("model", "acme-own", provider="groq"))
    assert "model:ollama/acme-own" in ids(setting("model", "acme-own", provider="ollama"))
    assert "model:modelscope/acme/q" in ids(setting("model", "acme/q", provider="modelscope"))
    found = setting("model", "openai/gpt-4o", provider="openrouter")
    assert ids(found) == {"model:openrouter/openai/gpt-4o", "service:openrouter"}
    assert links(found) == {("model:openrouter/openai/gpt-4o", "served-by", "service:openrouter")}


def test_a_bare_name_needs_a_runtime() -> None:
    assert gaps(setting("llm", "llama3")) == {("llama3", "provider-unresolved", 3)}
    assert "model:ollama/mistral-small" in ids(setting("OLLAMA_MODEL", "mistral-small"))
    assert "model:ollama/nomic-embed" in ids(setting("ollama_embed_model", "ollama/nomic-embed"))
    assert not ids(setting("OLLAMA_MODELS", "/data/ollama/models"), "model")
    found = setting("llm", "llama3", runtime="ollama")
    assert component(found, "model:ollama/llama3").occurrences[0].confidence == "medium"


def test_other_keys_need_a_value_that_reads_like_a_model() -> None:
    found = setting("name", "acme/x-7b-chat")
    assert component(found, "pkg:huggingface/acme/x-7b-chat").occurrences[0].confidence == "medium"
    assert not ids(setting("name", "acme/thing"))


def test_datasets() -> None:
    assert "dataset:huggingface/acme/a" in ids(setting("dataset", "acme/a,acme/b"))
    assert "dataset:huggingface/stanfordnlp/imdb" in ids(setting("dataset_name", "imdb"))
    assert "dataset:modelscope/acme/a" in ids(setting("dataset", "acme/a", provider="modelscope"))
    assert not ids(setting("dataset", "alpaca_en_demo"))


def test_whisper_has_names_of_its_own() -> None:
    assert any("whisper" in model for model in ids(setting("WHISPER_MODEL", "large-v3"), "model"))


def test_placeholders() -> None:
    assert is_placeholder("your-model")
    assert is_placeholder("username/model")
    assert not is_placeholder("acme/your7b")
    assert not is_placeholder("mistral-large")


@pytest.mark.parametrize("value", ["true", "False", "null", "off"])
def test_whether_there_are_models_names_none(value: str) -> None:
    assert ids(setting("embeddings", value, provider="groq"), "model") == set()


def test_a_key_of_azure_says_whose_deployment_it_is() -> None:
    key = "AZURE_OPENAI_EMBEDDING_DEPLOYMENT_NAME"
    assert ids(setting(key, "text-embedding-ada-002"), "model") == {
        "model:azure-openai/text-embedding-ada-002"
    }
    assert ids(setting("azureOpenAiModel", "gpt-4o"), "model") == {"model:azure-openai/gpt-4o"}
    assert not ids(setting(key, "my-deployment"), "model")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("storageUri", "gs://acme-models/trees/1.0/", {"model:url/acme-models/trees/1.0"}),
        ("STORAGE_URI", "s3://acme/llama", {"model:url/acme/llama"}),
        ("model_path", "oss://acme/weights/a", {"model:url/acme/weights/a"}),
        ("storageUri", "s3://example-bucket/model", set()),
        ("backup", "s3://acme/rows", set()),
        ("storageUri", "pvc://claim/model", set()),
    ],
)  # fmt: skip
def test_weights_in_a_store_of_objects(key: str, value: str, expected: set[str]) -> None:
    assert ids(setting(key, value), "model") == expected


@pytest.mark.parametrize("value", ["anthracite-org/magnum-v2-72b", "my-models/user-7b"])
def test_what_only_ends_like_a_placeholder(value: str) -> None:
    assert not is_placeholder(value)


def test_a_variable_may_list_models() -> None:
    found = setting("OPENAI_MODEL_LIST", "gpt-4o, gpt-4o-mini,o3")
    assert {c.id for c in found.components if c.kind == "model"} == {
        "model:openai/gpt-4o", "model:openai/gpt-4o-mini", "model:openai/o3",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["fake/model-7b", "demo-user/chat-7b", "your_org2/chat-7b"])
def test_owners_that_stand_for_a_reader_s(value: str) -> None:
    assert not ids(setting("model", value))


@pytest.mark.parametrize(
    ("key", "value", "model"),
    [
        ("model_name", "PP-OCRv5_mobile_rec", "pkg:huggingface/PaddlePaddle/PP-OCRv5_mobile_rec"),
        ("model", "yolov8n.pt", "model:ultralytics/yolov8n"),
        ("YOLO_MODEL", "yolo11n-seg.pt", "model:ultralytics/yolo11n-seg"),
    ],
)
def test_a_model_of_a_tool_whose_names_are_its_own(key: str, value: str, model: str) -> None:
    assert component(setting(key, value), model).direct


def test_a_file_that_nobody_publishes_is_no_such_model() -> None:
    assert not ids(setting("model", "best.pt"), "model") - {"model:local/best"}
