"""What comments say of models in words: ``// Ollama: 'mistral', 'llama3'``, ``# could be x or y``.

Names in comments are ``commented`` and never an open question.
"""

from __future__ import annotations

import re

from provenance.extract.collect import Collector
from provenance.extract.names import tool_model
from provenance.extract.places import Places
from provenance.vocabulary import Vocabulary

_OLLAMA = re.compile(
    rb"\b[Oo]llama(?:[ \t]+models?)?[ \t]*[:=(]?[ \t]*"
    rb"((?:[\"'`][a-z][\w.:-]{2,40}[\"'`](?:[ \t]*(?:,|/|\||or|and)[ \t]*)?){1,8})"
)
_NAME = re.compile(rb"[\"'`]([^\"'`]+)[\"'`]")
_WORD = re.compile(r"(?<![\w./:-])[a-z][a-z0-9]*(?:[.-][a-z0-9]+)+(?![\w/:])")
_SPEAKS = re.compile(r"model|模型", re.IGNORECASE)
_AZURE = re.compile(r"azure", re.IGNORECASE)
_MAX_REMARKS = 100


def read_ollama(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the names that comments of a source give right after the word Ollama."""
    if b"llama" not in data:
        return
    for number, match in enumerate(_OLLAMA.finditer(data)):
        if number >= _MAX_REMARKS:
            return
        if places.state(match.start()) != "commented":
            continue
        for quoted in _NAME.finditer(data, match.start(1), match.end(1)):
            name = quoted.group(1).decode("ascii", "replace")
            stem = name.partition(":")[0]
            if stem == "ollama" or not vocabulary.looks_like_model(f"tag/{stem}"):
                continue
            if vocabulary.api_owner(stem) is None:
                where = collector.occurrence(
                    places.line(quoted.start()), name, usage="commented", confidence="medium"
                )
                tool_model(name, "ollama", where, collector, vocabulary)


def read_remark(text: str, line: int, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the API models that a comment of settings names in a sentence about models."""
    if not _SPEAKS.search(text):
        return
    for match in list(_WORD.finditer(text))[:20]:
        owner = vocabulary.api_owner(match.group())
        if owner is None:
            continue
        azure = owner == "service:openai" and _AZURE.search(text)
        where = collector.occurrence(line, match.group(), usage="commented", confidence="medium")
        collector.api_model(
            "service:azure-openai" if azure else owner, match.group(), where, by_name=True
        )
