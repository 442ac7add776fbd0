"""Hub names whose owner and name stand apart: ``hf_config=dict(org="acme", name="chat-7b")``.

A name may have a hole that a loop over constants fills: ``name="falcon-7b{}"`` and, below,
``for kind in ("", "-instruct"): … ["name"].format(kind)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

_PAIR = lazy(  # a word's start is told after the word: so its letters are searched for first
    rb"(?:org(?<!\worg)|organization(?<!\worganization)|owner(?<!\wowner)|namespace(?<!\wnamespace))"
    rb"[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
    rb"[\"']([\w.-]{2,60})[\"']\s{0,8},\s{0,12}"
    rb"[\"']?(?:name|repo|model|model_name)[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
    rb"[\"']([\w.{}-]{2,100})[\"']"
)
_LOOP = lazy(rb"^[ \t]*for[ \t]+(\w+)[ \t]+in[ \t]+[(\[]([^()\[\]]{2,300})[)\]]:", re.MULTILINE)
_TEXT = lazy(rb"[\"']([^\"'\n]{0,60})[\"']")
_MARKS = (b"org", b"owner", b"namespace")
_HUB = lazy(rb"hugging_?face|\bhf_|from_pretrained|snapshot_download|repo_id", re.IGNORECASE)
_MAX_PAIRS = 1_000
_AHEAD = 12_000


def read_pairs(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the models of the hub that a source names in two parts."""
    if not any(mark in data for mark in _MARKS):
        return
    for number, match in enumerate(islice(_PAIR.finditer(data), _MAX_PAIRS)):
        if number == 0 and not _HUB.search(data):
            return
        if places.state(match.start()) is not None:
            continue
        owner, written = match.group(1).decode(), match.group(2).decode()
        for name in _filled(written, data, match.end()):
            repository = f"{owner}/{name}"
            if not may_be_repository(repository) or not vocabulary.looks_like_model(repository):
                continue
            where = collector.occurrence(
                places.line(match.start(2)), f"{owner}/{written}", confidence="medium"
            )
            collector.hub_model(repository, where)


def _filled(name: str, data: bytes, end: int) -> Iterator[str]:
    """Yield a name, its hole filled by what the next loop that formats names goes over."""
    if name.count("{}") != 1:
        if "{" not in name:
            yield name
        return
    for match in _LOOP.finditer(data, end, end + _AHEAD):
        body = data[match.end() : match.end() + 600]
        if b".format(%b)" % match.group(1) in body:
            for text in _TEXT.finditer(match.group(2)):
                yield name.replace("{}", text.group(1).decode("utf-8", "replace"))
            return
