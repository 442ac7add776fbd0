"""JSON settings: MCP servers, router and application configs; never data or lock files."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.bills import sbom
from provenance.extract.collect import Collector
from provenance.extract.config import json_flows
from provenance.extract.config.json_tree import load
from provenance.extract.config.mcp import read_servers
from provenance.extract.config.tree_settings import read_tree, speaks_of
from provenance.extract.config.yaml_tree import Node, mappings
from provenance.extract.deploy.workloads import Workloads
from provenance.extract.places import Places
from provenance.extract.routed import RouterOf, Routers
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "json-config"

MAX_BYTES = 256 * 1024
"""A larger file is data."""
MAX_FLOW_BYTES = 2 * 1024 * 1024
"""Of a flow of a visual builder, which says of every field how to draw it."""
_RECORDS = 50
"""So many records in a list at the top are data too."""

_NOT_SETTINGS = lazy(
    r"package(?:-lock)?\.json|npm-shrinkwrap\.json|[jt]sconfig.*\.json|composer\.(?:json|lock)|"
    r"tokenizer(?:_config)?\.json|special_tokens_map\.json|added_tokens\.json|vocab\.json|"
    r"merges\.json|.*\.index\.json|generation_config\.json|preprocessor_config\.json|"
    r"dataset_infos?\.json|manifest\.json|.*\.schema\.json|(?:openapi|swagger).*\.json|"
    r"components\.json|angular\.json|nx\.json|turbo\.json|vercel\.json|launch\.json|tasks\.json|"
    r"renovate\.json|\.eslintrc.*|\.prettierrc.*|.*\.lock\.json|"
    r"deno\.json|biome\.json|lerna\.json|project\.json|trainer_state\.json|.*results?.*\.json|"
    r"[0-9a-f-]{32,}\.json|.*\.(?:cdx|spdx)\.json|s?bom.*\.json|all_contributors.*|\.all-contributorsrc",
    re.IGNORECASE,
)
_DATA_FOLDER = lazy(
    r"(?:^|/)(?:data|datasets?|locales?|i18n|lang|messages|translations?|dashboards?|grafana|"
    r"cassettes|fixtures|snapshots?|__snapshots__|schemas?|logs?|outputs?|results?)/",
    re.IGNORECASE,
)
_DATA_KEYS = frozenset({
    "conversations", "instruction", "messages", "prompt", "completion", "question", "answer",
    "chosen", "rejected", "text", "paperId", "query", "context", "dialog", "dialogue",
})  # fmt: skip
"""A record with one of these is a training or test sample."""
_NOT_CONFIG_KEYS = frozenset({
    "openapi", "swagger", "asyncapi", "$schema", "panels", "bomFormat", "spdxVersion", "nbformat",
    "lockfileVersion", "_name_or_path", "architectures", "model_type", "log_history",
    "builder_name", "dataset_size",
})  # fmt: skip
_TRIGGER = lazy(
    rb"(?i)mcp_?servers|\"mcp\"|[\"']?(?:\w*[_.-])?(?:models?|llm|embed\w*|re_?ranker?|checkpoint|deployment|"
    rb"tokenizer|datasets?|image|report_to|loggers?|model_?(?:name|id|path)\w*)[\"']?\s*:|_api_key|hf://|"
    rb"(?:api\.|inference|huggingface)[\w.-]*\.\w|\"azure\w{2,40}\"\s{0,8}:\s{0,8}\{|CreateCommand"
)


def accepts(path: str) -> bool:
    """Accept JSON by name, but for tools' own files and folders of data."""
    name = path.rpartition("/")[2]
    return (
        name.lower().endswith((".json", ".jsonc", ".json5")) and not _NOT_SETTINGS.fullmatch(name)
        and not _DATA_FOLDER.search(path) and "/.vscode/" not in f"/{path}"
    )  # fmt: skip


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the settings of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    if sbom.recognises(document.data):
        return sbom.extract(document, vocabulary)  # a bill under a name of its own
    collector = Collector(document.path, NAME)
    data = document.data
    if len(data) > MAX_FLOW_BYTES:
        return collector.done()
    flow = bool(json_flows.SIGNS.search(data))
    if not flow and (len(data) > MAX_BYTES or not _TRIGGER.search(data)):
        return collector.done()
    text, _ = textfile.decode(data)
    router = Routers(document, data, Places(data), vocabulary)
    read_json(text, 1, collector, vocabulary, flow=flow, router=router)
    return collector.done()


def read_json(
    text: str, first_line: int, collector: Collector, vocabulary: Vocabulary, *,
    flow: bool = False, router: RouterOf | None = None,
) -> None:  # fmt: skip
    """Read JSON text into ``collector`` unless it is data.

    Args:
        router: returns the router that names of a maker's models are meant for, if any.
        flow: it may be a flow of a visual builder, or hold scripts.
    """
    root = load(text, collector, first_line)
    if root is None or _is_data(root):
        return
    read_servers(root, collector, vocabulary)
    runtime = speaks_of(text)
    settled = (
        json_flows.read_flow(root, collector, vocabulary, runtime=runtime)
        if flow else frozenset()
    )  # fmt: skip
    workloads = Workloads(collector, vocabulary, runtime=runtime)
    for path, mapping, _ in mappings(root):
        if path and path[-1] in ("env", "environment"):
            workloads.environment(mapping)
    read_tree(root, collector, vocabulary, runtime=runtime, settled=settled, router=router)


def _is_data(root: Node) -> bool:
    """Tell training samples, specifications and dashboards from settings."""
    records = root.items
    if records is None:
        keys = {key for key, _ in root.entries()}
        if keys & _NOT_CONFIG_KEYS:
            return True
        lists = [value.items for _, value in root.entries() if value.items]
        return any(len(items) > _RECORDS and _is_sample(items[0]) for items in lists)
    return len(records) > _RECORDS or any(_is_sample(item) for item in records[:5])


def _is_sample(record: Node) -> bool:
    return bool({key for key, _ in record.entries()} & _DATA_KEYS)
