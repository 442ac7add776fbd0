"""Options and fields that name a dataset by their own name and by default: ``--calib_dataset``.

No call needs to be known that the name reaches: the option says what it is for. What a known
call explains is left to that.
"""

from __future__ import annotations

import re
from collections.abc import Set

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.settings import names_dataset
from provenance.extract.written import is_placeholder
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

_FLAG = lazy(rb"data[\w-]{0,60}[\"'][ \t]{0,20}[,)]")
"""The end of an option's name; what comes before it is looked at from here."""
_FIELD = lazy(
    rb"data\w{0,60}[ \t]{0,20}:[ \t]{0,20}[\w\[\]|. \"',]{1,60}=[ \t\n]{0,80}"
    rb"(?:[\w.]*(?:[Ff]ield|Option|Argument)\([ \t\n]{0,80}(?:default[ \t]*=[ \t]*)?)?"
    rb"[\"']([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})[\"']"
)
_OPTION = lazy(rb"(?:add_argument|option|Option|argument|Argument)\(")
_OPTION_MARKS = (b"ption(", b"rgument(")
_DEFAULT = lazy(
    rb"\bdefault[ \t]*=[ \t\n]{0,80}[\"']([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})[\"']"
)
_LEADING = lazy(
    rb"Option\([ \t\n]{0,80}[\"']([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})[\"']"
)
"""Typer's default comes before the flag."""
_DATA = lazy(r"(?:.*_)?data(?:_(?:path|name|id|repo|repo_id|hub))?")
_HUB = lazy(rb"load_dataset|huggingface|datasets\b")
_BEFORE, _AFTER = 200, 500
_MAX_NAME = 80
_UNDER = ord("_")


def read_options(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    settled: Set[tuple[int, str]],
) -> None:  # fmt: skip
    """Record the datasets of options and fields whose defaults have the form of a hub id.

    Args:
        settled: (line, text) of literals that a call has explained already.
    """
    if b"/" not in data or b"data" not in data:
        return
    for match in _FIELD.finditer(data):
        begin = match.start()
        low = max(0, begin - _MAX_NAME)
        while begin > low and (data[begin - 1 : begin].isalnum() or data[begin - 1] == _UNDER):
            begin -= 1
        name = data[begin : match.end()].partition(b":")[0].strip()
        _record(name, match, data, places, collector, vocabulary, settled)
    if not any(mark in data for mark in _OPTION_MARKS):
        return
    for match in _FLAG.finditer(data):
        low = max(0, match.start() - _MAX_NAME)
        begin = data.rfind(b"-", low, match.start())
        quote = max(data.rfind(mark, low, match.start()) for mark in (b'"', b"'"))
        flag = data[quote + 1 : match.end()].rstrip(b" \t,)\"'")
        if quote < 0 or begin < quote or not re.fullmatch(rb"--[\w-]+", flag):
            continue
        low = max(0, quote - _BEFORE)
        call = next(reversed(list(_OPTION.finditer(data, low, quote + 1))), None)
        if call is None:
            continue
        following = _OPTION.search(data, match.end(), match.end() + _AFTER)
        end = following.start() if following else match.end() + _AFTER
        found = _DEFAULT.search(data, match.end(), end) or _LEADING.match(
            data, call.start() if data.startswith(b"Option", call.start()) else call.end()
        )
        if found:
            _record(flag, found, data, places, collector, vocabulary, settled)


def _record(
    name: bytes, match: re.Match[bytes], data: bytes, places: Places, collector: Collector,
    vocabulary: Vocabulary, settled: Set[tuple[int, str]],
) -> None:  # fmt: skip
    key, text = name.decode("ascii", "replace"), match.group(1).decode("ascii", "replace")
    offset = match.start(1)
    if (
        not (names_dataset(key) or (
            _DATA.fullmatch(key.lstrip("-").replace("-", "_")) and _HUB.search(data)
        ))
        or not may_be_repository(text) or is_placeholder(text)
        or places.state(offset) is not None or (places.line(offset), text) in settled
    ):  # fmt: skip
        return
    elsewhere = b"modelscope" in data and b"huggingface" not in data
    hub = "modelscope" if elsewhere or (
        vocabulary.hub_of_namespace(text) == "modelscope"
    ) else "huggingface"  # fmt: skip
    where = collector.occurrence(places.line(offset), text, confidence="medium")
    collector.dataset(hub, text, where)
