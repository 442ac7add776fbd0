"""YAML settings: training recipes, pipelines, routers, merges; anything with a model's key."""

from __future__ import annotations

import re

from provenance.extract import signs, textfile
from provenance.extract.archives import prepares_data
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.mcp import read_servers
from provenance.extract.config.tree_settings import read_tree, speaks_of
from provenance.extract.config.yaml_comments import read_comments
from provenance.extract.deploy import compose, kubernetes
from provenance.extract.places import Places
from provenance.extract.routed import Routers
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "yaml-config"

_NOT_SETTINGS = lazy(
    r"(?:pnpm-lock|yarn|mkdocs|citation|dependabot|renovate|codecov|\.pre-commit-config|"
    r"\.readthedocs|_config|crowdin|openapi|swagger|\.golangci|\.clang-format|conda-lock|"
    r"labeler|funding|issue_template|\.prettierrc|\.eslintrc|\.yamllint|lefthook)"
    r"(?:[._-].*)?\.(?:ya?ml|cff)",
    re.IGNORECASE,
)
_TEXTS = lazy(r"(?:^|/)(?:locales?|i18n|lang|translations?|cassettes|fixtures|schemas?)/")
_SPECIFICATION = lazy(
    rb"^[\"']?(?:openapi|swagger|asyncapi|\$schema|arazzo)[\"']?\s*:", re.MULTILINE
)
_TRIGGER = lazy(
    rb"(?i)(?:model|llm|embed|re_?rank|checkpoint|tokenizer|dataset|lora|adapter|vae|unet|whisper|"
    rb"image|ckpt|deployment|pretrained|encoder|mcp_?servers?|python_packages|packages|accelerator|"
    rb"cuda|repo_id)\w*[\"']?[ \t]*:|_api_|hf://|"
    rb"[\s\"'][A-Za-z0-9][\w-]+/[\w.-]*(?:\d[bB]\b|bert|llama|qwen|mistral|gpt|embed)|"
    rb"pip3? install|docker run|--[\w-]*(?:model|dataset)|(?:openai|anthropic):\w|"
    rb"huggingface|ollama|vllm|wandb|swanlab|clearml|comet|neptune"
)
_COMMENT = lazy(rb"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|(?:^|(?<=\s))#[^\n]*", re.MULTILINE)


def accepts(path: str) -> bool:
    """Accept YAML that no other reader of its own knows, but for tools' own files."""
    name = path.rpartition("/")[2]
    return name == "MLproject" or (
        name.lower().endswith((".yaml", ".yml")) and not _NOT_SETTINGS.fullmatch(name)
        and not _TEXTS.search(path)
    )  # fmt: skip


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the settings of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    data = document.data
    if kubernetes.is_manifest(data):
        return kubernetes.extract(document, vocabulary)
    collector = Collector(document.path, NAME)
    if _SPECIFICATION.search(data[:4096]) or not (_TRIGGER.search(data) or b"://" in data):
        return collector.done()
    text = textfile.bounded(data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    read_yaml(text, 1, collector, vocabulary, document)
    return collector.done()


def read_yaml(
    text: str, first_line: int, collector: Collector, vocabulary: Vocabulary,
    document: Document | None = None,
) -> None:  # fmt: skip
    """Read YAML text into ``collector``; addresses are found in any text.

    Args:
        document: what the text is all of, to look around it in the tree.
    """
    data = text.encode("utf-8", "replace")
    places = Places(data, _COMMENT, first_line=first_line)
    signs.addresses(data, places, collector, vocabulary)
    if not _TRIGGER.search(data) and not (b"://" in data and prepares_data(collector.path)):
        return
    read_comments(text, first_line, collector, vocabulary)
    runtime = speaks_of(text)
    router = Routers(document, data, places, vocabulary)
    roots = kubernetes.load_template(text, first_line, collector)
    if roots is None:
        kubernetes.read_template(text, collector, vocabulary)
    for root in roots or ():
        read_servers(root, collector, vocabulary)
        services = root.get("services")
        if services is not None and any(
            service.get("image") or service.get("build") for _, service in services.entries()
        ):
            compose.read_services(root, collector, vocabulary, runtime, document)
        else:
            kubernetes.read_images(root, collector, vocabulary)
            read_tree(root, collector, vocabulary, runtime=runtime, router=router)
