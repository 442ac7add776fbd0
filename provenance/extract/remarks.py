"""What comments say of models in words: ``// Ollama: 'mistral', 'llama3'``, ``# could be x or y``.

Names in comments are ``commented`` and never an open question.
"""

from __future__ import annotations

import re
from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.names import tool_model
from provenance.extract.places import Places
from provenance.extract.settings import names_model
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_OLLAMA = lazy(
    rb"\b[Oo]llama(?:[ \t]+models?)?[ \t]*[:=(]?[ \t]*"
    rb"((?:[\"'`][a-z][\w.:-]{2,40}[\"'`](?:[ \t]*(?:,|/|\||or|and)[ \t]*)?){1,8})"
)
_NAME = lazy(rb"[\"'`]([^\"'`]+)[\"'`]")
_WORD = lazy(r"(?<![\w./:-])[a-z][a-z0-9]*(?:[.-][a-z0-9]+)+(?![\w/:])")
_SPEAKS = lazy(r"model|模型", re.IGNORECASE)
_AZURE = lazy(r"azure", re.IGNORECASE)
_LIST = (
    rb"[^\n:]{0,40}(?::|\xef\xbc\x9a)[ \t]*\n"
    rb"((?:[ \t#]*(?:[-*\xe2]|\d{1,2}[.)])[^\n]*(?:\n|\Z)){1,60})"
)
_LISTED = lazy(rb"odels?\b" + _LIST), lazy(rb"\xe6\xa8\xa1\xe5\x9e\x8b" + _LIST)
"""The end of a line about models (``模型``) that a colon ends, and the list below it."""
_ITEM = lazy(
    rb"(?:\A|\n)[ \t#]*(?:[-*]|\xe2\x80\xa2|\d{1,2}[.)])[ \t]*[\"'`]{0,2}([A-Za-z0-9][\w.:-]{2,60})"
)
_CHOICE = lazy(
    rb"#[^\n#\"'`]{0,40}?((?<![\w.])[\"'`]?[A-Za-z0-9][\w.:-]{1,60}[\"'`]?"
    rb"(?:[ \t]*(?:\||,|/|\xe3\x80\x81|\bor\b|\xe6\x88\x96)[ \t]*"
    rb"[\"'`]?[A-Za-z0-9][\w.:-]{1,60}[\"'`]?){1,12})"
)
"""Names with marks of a choice between them."""
_KEY = lazy(rb"[ \t]*[\"']?([A-Za-z_][\w.]*)[\"']?[ \t]*(?::[^=\n]{0,40})?[:=]")
_O = ord("o")
_MAX_BEFORE = 1_000
"""Signs of a line before its remark."""
_MAX_REMARKS = 100
_MAX_ITEMS = 40


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


def read_choices(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the API models that docstrings and comments of Python list as those there are.

    Under a line such as ``Supported models:``, and beside a setting of a model:
    ``MODEL = "a-1"  # a-1 | a-2 | a-3``.
    """
    listed = (match for pattern in _LISTED for match in pattern.finditer(data))
    for lead in islice(filter(_is_word, listed), _MAX_REMARKS):
        _bullets(lead, places, collector, vocabulary)
    found = 0
    hash_at = data.find(b"#")
    while hash_at >= 0 and found < _MAX_REMARKS:
        if _beside_model(data, hash_at) and (match := _CHOICE.match(data, hash_at)):
            found += 1
            if places.state(hash_at + 1) == "commented":
                _choice(match, places, collector, vocabulary)
        hash_at = data.find(b"#", hash_at + 1)


def _is_word(match: re.Match[bytes]) -> bool:
    """Tell whether what was found by the end of ``model`` is that word, or is ``模型``."""
    data, start = match.string, match.start()
    if data[start] != _O:
        return True
    before = data[max(0, start - 2) : start]
    return before[-1:] in (b"m", b"M") and not (before[:-1].isalnum() or before[:-1] == b"_")


def _bullets(
    match: re.Match[bytes], places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the items of a list in no live text name with their first words."""
    for item in list(_ITEM.finditer(match.group(1)))[:_MAX_ITEMS]:
        name = item.group(1).decode("ascii", "replace").rstrip(".:")
        owner = vocabulary.api_owner(name) if name == name.lower() else None
        offset = match.start(1) + item.start(1)
        state = places.state(offset) if owner is not None else None
        if owner is not None and state is not None:
            where = collector.occurrence(
                places.line(offset), name, usage=state, confidence="medium"
            )
            collector.api_model(owner, name, where, by_name=True)


def _choice(
    match: re.Match[bytes], places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record a choice of names, where at least two are models."""
    words = re.split(r"[\s|,/、]+|\b(?:or|或)\b", match.group(1).decode("utf-8", "replace"))
    owners = {word.strip("\"'`"): vocabulary.api_owner(word.strip("\"'`")) for word in words}
    known = {name: owner for name, owner in owners.items() if owner and name == name.lower()}
    for name, owner in known.items() if len(known) > 1 else ():
        where = collector.occurrence(
            places.line(match.start(1)), name, usage="commented", confidence="medium"
        )
        collector.api_model(owner, name, where, by_name=True)


def _beside_model(data: bytes, at: int) -> bool:
    """Tell whether a comment stands on the line of a setting of a model, or right above one."""
    code = data[max(0, at - _MAX_BEFORE) : at].rpartition(b"\n")[2]
    if len(code) == _MAX_BEFORE:
        return False  # no line that somebody wrote
    if not code.strip():
        begin = data.find(b"\n", at) + 1
        code = data[begin : data.find(b"\n", begin)] if begin else b""
    key = _KEY.match(code)
    if key is None:
        return False
    return names_model(key.group(1).decode("ascii", "replace").rpartition(".")[2])
