"""TOML settings: training, serving and application configs, not manifests or locks."""

from __future__ import annotations

import re
from typing import Any

from provenance.extract.collect import Collector
from provenance.extract.config.tree_settings import read_tree, speaks_of
from provenance.extract.config.yaml_tree import MAX_DEPTH, Node
from provenance.extract.manifests.toml_text import load
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "toml-config"
MAX_BYTES = 256 * 1024

_NOT_SETTINGS = lazy(
    r"pyproject\.toml|cargo\.toml|pipfile|poetry\.toml|pixi\.toml|uv\.toml|pylock.*\.toml|"
    r".*\.versions\.toml|netlify\.toml|ruff\.toml|\.?rustfmt\.toml|clippy\.toml|gopkg\.toml|"
    r"\.?taplo\.toml|typos\.toml|\.?_typos\.toml|book\.toml|rust-toolchain\.toml|lychee\.toml|"
    r"hatch\.toml|pdm\.toml|.*lock\.toml|cliff\.toml|deny\.toml|dprint\.toml",
    re.IGNORECASE,
)
_TRIGGER = lazy(rb"(?im)model|llm|embed|checkpoint|dataset|_api_|ollama|huggingface|image|^\[ai\]")
_WORKERS = {"ai": "service:cloudflare-workers-ai"}
"""Tables of ``wrangler.toml``; https://developers.cloudflare.com/workers/wrangler/configuration/."""
_STRING = lazy(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')


def accepts(path: str) -> bool:
    """Accept TOML that no other reader of its own knows, but for tools' own files."""
    name = path.rpartition("/")[2]
    return name.lower().endswith(".toml") and not _NOT_SETTINGS.fullmatch(name)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the settings of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if not _TRIGGER.search(document.data):
        return collector.done()
    if len(document.data) > MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes")
        return collector.done()
    loaded, text = load(document.data, collector)
    lines = _Lines(text)
    root = _node(loaded, lines, 0)
    if document.path.rpartition("/")[2].startswith("wrangler."):
        _bindings(root, text, collector)
    read_tree(root, collector, vocabulary, runtime=speaks_of(text))
    return collector.done()


def _bindings(root: Node, text: str, collector: Collector) -> None:
    """Record the services of Cloudflare that a worker is bound to, which no address says."""
    for key, service in _WORKERS.items():
        if root.get(key) is not None:
            line = text.count("\n", 0, max(0, text.find(f"[{key}]"))) + 1
            collector.service(service, collector.occurrence(line, f"[{key}]"))


class _Lines:
    """Where the strings of a document stand; of equal ones, the next not given yet."""

    def __init__(self, text: str) -> None:
        self._found: dict[str, list[int]] = {}
        line, done = 1, 0
        for match in _STRING.finditer(text):
            line += text.count("\n", done, match.start())
            done = match.start()
            self._found.setdefault(match.group()[1:-1], []).append(line)

    def of(self, value: str) -> int:
        """Return the line of the next string with this value, else 0."""
        lines = self._found.get(value) or self._found.get(value.replace("\\", "\\\\"))
        if not lines:
            return 0
        return lines.pop(0) if len(lines) > 1 else lines[0]


def _node(value: Any, lines: _Lines, depth: int) -> Node:
    """Return a value as a node of the settings tree; the document's depth is bounded."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        pairs = [(Node(_line_of_key(key, lines), value=key), _node(item, lines, depth + 1))
                 for key, item in value.items()]  # fmt: skip
        return Node(0, pairs=pairs)
    if isinstance(value, list) and depth < MAX_DEPTH:
        return Node(0, items=[_node(item, lines, depth + 1) for item in value])
    if isinstance(value, str):
        return Node(lines.of(value), value=value)
    return Node(0, value=str(value))


def _line_of_key(key: str, lines: _Lines) -> int:
    """Return the line of a key that is written in quotes, else 0."""
    return lines.of(key) if "/" in key else 0
