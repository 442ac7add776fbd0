"""What documentation says beside ids and commands: data to download, packages to install.

Archives of data named by their address, requirements and tags between back-ticks, tables
of settings with their defaults. All of it is documentation, never an open question.
"""

from __future__ import annotations

import re

from provenance.addresses import is_local_host
from provenance.extract.archives import holds_data
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import read_requirement
from provenance.extract.names import tool_model
from provenance.extract.places import Places
from provenance.extract.settings import names_model, read_setting
from provenance.extract.written import is_placeholder
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_ARCHIVE = lazy(
    rb"https?://[^\s)>\]\"'`|]{4,300}?\.(?:zip|tar|tar\.\w{2,4}|tgz|rar|7z|parquet|jsonl?(?:\.gz)?|"
    rb"[ct]sv(?:\.gz)?|tfrecords?|h5ad|arrow)(?=[\s)>\]\"'`|,;]|\.?\s|$)",
    re.IGNORECASE,
)
_DATA = lazy(
    rb"data[-_ ]?sets?(?![a-z])|training data|corpus|corpora|" + "数据集".encode(), re.IGNORECASE
)
"""What a heading, a line or an address says of data."""
_HEADING = lazy(rb"^#{1,6}[ \t]+(.+)$", re.MULTILINE)
_PINNED = lazy(rb"`([A-Za-z][\w.-]{1,60}(?:\[[\w,-]+\])?[ ]?==[ ]?\d+\.\d[\w.+]*)`")
_INSTALLED = lazy(
    rb"\binstall(?:ed|ing)?\b[^`\n.]{0,40}`([a-z][a-z0-9_-]{1,40})`(?![ ]*(?:command|binary|tool))"
)
_OLLAMA = lazy(
    rb"\bollama\b|`[a-z][a-z0-9.-]{2,40}:(?:latest|\d{1,3}(?:\.\d)?[bm])`", re.IGNORECASE
)
"""The word, or a tag as it alone writes them."""
_SETTING = lazy(
    r".*(?:_|\.[a-z]).*|ollama.*|(?:embedd?ings?|rerank(?:ers?|ing)|models?|llms?|encoders?|"
    r"tokenizers?|adapters?|loras?|colbert|chat|vision)(?:-\w+)?"
)
"""Keys of settings and kinds of models: no tag."""
_OWN_TAG = lazy(r"[a-z][a-z0-9.-]{2,40}:(?:latest|\d{1,3}(?:\.\d)?[bm](?:-[\w.-]{1,30})?)")
_PROGRAMS = frozenset("helm kind kubectl docker node npm git make cmake curl wget minikube".split())
_TAG = lazy(rb"`([a-z][a-z0-9_.-]{2,40}(?::[\w.-]{1,30})?)`")
_ROW = lazy(r"^[ \t]*\|(.+)\|[ \t]*$")
_CELL = lazy(r"^[`*\"' ]*([^`*\"'\s|]+)[`*\"' ]*$")
_MODEL_NAME = lazy(
    rb"\bmodel(?:'s)?[ ]+(?:name|id)[ ]*(?:is|:|=)?[ ]*`([A-Za-z][\w.-]{1,60}\d[\w.-]*)`",
    re.IGNORECASE,
)
_ASKED = lazy(
    rb"https?://([\w.-]+)(?::\d+)?/[\w./-]*(?:completions|embeddings|rerank|messages|responses)\b"
)
"""An address that requests for models' answers go to."""
_MAX_BACK = 4000
"""Bytes looked back for the heading a line stands under."""


def read_prose(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what sentences, lists and tables of a document name."""
    _archives(data, places, collector)
    _requirements(data, places, collector, vocabulary)
    _tags(data, places, collector, vocabulary)
    _called(data, places, collector, vocabulary)
    _tables(data, collector, vocabulary)


def heading_above(data: bytes, offset: int) -> bytes:
    """Return the text of the nearest heading above an offset."""
    begin = max(0, offset - _MAX_BACK)
    found = b""
    for match in _HEADING.finditer(data, begin, offset):
        found = match.group(1)
    return found


def _archives(data: bytes, places: Places, collector: Collector) -> None:
    for match in _ARCHIVE.finditer(data):
        url = match.group().decode("utf-8", "replace")
        line = places.text_line(match.start())
        said = _DATA.search(line) or _DATA.search(heading_above(data, match.start()))
        if not holds_data(url, said=bool(said)):
            continue
        where = collector.occurrence(places.line(match.start()), url, confidence="medium")
        collector.dataset_at(url, where)


def _requirements(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    for match in _PINNED.finditer(data):
        text = match.group(1).decode("ascii", "replace")
        line = places.line(match.start())
        read_requirement(text, line, "documentation", [], collector, vocabulary)
    for match in _INSTALLED.finditer(data):
        name = match.group(1).decode("ascii", "replace")
        if name not in _PROGRAMS and vocabulary.is_package(name.replace("-", "_")):
            line = places.line(match.start())
            read_requirement(name, line, "documentation", [], collector, vocabulary)


def _tags(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record tags of Ollama between back-ticks, where the paragraph speaks of Ollama."""
    if b"llama" not in data:
        return
    for match in _TAG.finditer(data):
        name = match.group(1).decode("ascii", "replace")
        stem = name.partition(":")[0]
        if not vocabulary.looks_like_model(f"tag/{stem}") or _SETTING.fullmatch(name):
            continue
        if "_" in stem or names_model(stem) or re.fullmatch(r"[a-z]+\.[a-z_]+", stem):
            continue  # a setting
        begin = data.rfind(b"\n#", max(0, match.start() - _MAX_BACK), match.start())
        before = data[max(0, begin, match.start() - 600) : match.start()]
        if ":" not in name:  # as skills, folders and packages are called too
            near = before[-300:].rpartition(b"\n\n")[2].rpartition(b"|\n")[2]
            before = heading_above(data, match.start()) + b"\n" + near
        if not (_OWN_TAG.fullmatch(name) or _OLLAMA.search(before)) or (
            vocabulary.api_owner(stem) is not None
        ):
            continue
        where = collector.occurrence(places.line(match.start()), name, confidence="medium")
        tool_model(name, "ollama", where, collector, vocabulary)


def _called(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what a sentence calls the model of the one API that a document gives."""
    found = list(_MODEL_NAME.finditer(data))
    hosts = {match.group(1).decode().lower() for match in _ASKED.finditer(data)} if found else set()
    services = {vocabulary.service_of_host(host) for host in hosts if not is_local_host(host)}
    if len(services) != 1 or None in services:
        return
    for match in found:
        name = match.group(1).decode("ascii")
        if vocabulary.api_owner(name) is None and not is_placeholder(name):
            where = collector.occurrence(places.line(match.start(1)), name, confidence="medium")
            collector.api_model(next(iter(services)) or "", name, where)


def _tables(data: bytes, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read rows of tables that begin with a setting and hold its default."""
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        row = _ROW.match(line) if line.startswith(("|", " ", "\t")) else None
        if row is None:
            continue
        cells = [_CELL.match(cell) for cell in row.group(1).split("|")]
        key = cells[0].group(1) if cells[0] else ""
        if not key or not names_model(key):
            continue
        provider = "ollama" if "ollama" in key.lower() else ""
        for cell in cells[1:]:
            if cell is not None and not is_placeholder(cell.group(1)) and len(cell.group(1)) > 2:
                read_setting(key, cell.group(1), number, collector, vocabulary, provider=provider)
