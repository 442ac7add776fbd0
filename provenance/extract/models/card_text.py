"""The text of a model card, where programs write what a model was made from.

Trainers, converters and merge tools put a sentence of their own into the card they make; the
sentences are rows of ``data/descent_phrases.csv``. Such a sentence counts where the front
matter names no base: a card that was carried over from another model repeats that one's.
What people write freely is not read, but for the claim that a model was trained from scratch.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.models import base_names, notice
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

MAX_CHARACTERS = 512 * 1024
_MAX_SENTENCE = 500
_MAX_CLAIMS = 100
"""Sentences of one kind that are looked at."""
_MAX_LIST = 100
"""Models of one list."""
_NAME = lazy(
    r"[\s*:]*(?:\[`?(?P<title>[^\]\n`]{1,200})`?\](?:\((?P<url>[^)\s]{0,300})\))?"
    r"|`(?P<code>[^`\s]{1,200})`|(?P<plain>[^\s\[\]()`*<>,;]{1,200}))"
)
"""What follows a phrase: a link, a name between back-ticks, or a plain name."""
_ITEM = lazy(r"[ \t]*[-*][ \t]+")
_AXOLOTL = lazy(r"^base_model:[ \t]*[\"']?(?P<plain>[^\s\"'#]{1,200})", re.MULTILINE)
_SENTENCE_END = lazy(r"[.!?。！？\n](?=\s|$|[^\x00-\x7f])|\n")
_OTHERWISE = lazy(
    r"\b(?:not|never|n't|instead|rather|without|unlike|than|versus|vs|if|can be|could|would|"
    r"base model|tokeni[sz]er|baseline|compared?)\b|n't\b|不是|并非|而非|无需|无须|不需要|相比|"
    r"基座|分词器|並非|無需|不需|分詞器",
    re.IGNORECASE,
)
"""In a sentence with one of these something else was trained from scratch, or nothing."""
_AUTOMATIC = "has been generated automatically according to the information the Trainer"
"""A card the trainer wrote says so too when it merely did not know the base."""


def read(
    model: ComponentId, text: str, first_line: int, collector: Collector, vocabulary: Vocabulary,
    *, names_base: bool,
) -> None:  # fmt: skip
    """Record what the text of a card says its model was made from.

    Args:
        first_line: the line of the file on which the text begins.
        names_base: the front matter names a base.
    """
    text = text[:MAX_CHARACTERS]
    notice.read_sentences(text, collector.path, first_line, model, collector, vocabulary)
    if names_base:
        return
    named = False
    for written, start, how in itertools.islice(_named(text, vocabulary), _MAX_CLAIMS):
        parent = base_names.meant(written, vocabulary)
        line = first_line + text.count("\n", 0, start)
        where = collector.occurrence(line, written, confidence="medium")
        if parent:
            named = True
            collector.derived(model, base_names.seen(parent, where, collector), where, how)
        elif "/" in written or "\\" in written:
            collector.gap(written, "base-model-unresolved", where)
    if not named and _AUTOMATIC not in text:
        _from_scratch(model, text, first_line, collector, vocabulary)


def _named(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, int, str]]:
    """Yield what the sentences of programs name: the name, where it stands, how."""
    for row, pattern in vocabulary.descent.bases:
        for phrase in pattern.finditer(text):
            if row.says == "base":
                found = _NAME.match(text, phrase.end())
                if found:
                    yield _written(found), found.start(), row.how
                continue
            at = text.find("\n", phrase.end()) + 1
            for _ in range(_MAX_LIST if at else 0):
                item = _ITEM.match(text, at)
                found = _NAME.match(text, item.end()) if item else None
                if found is None:
                    break
                yield _written(found), found.start(), row.how
                at = text.find("\n", found.end()) + 1
                if not at:
                    break
    if "axolotl" in text:
        for found in _AXOLOTL.finditer(text):
            yield found["plain"], found.start(), "finetune"


def _written(found: re.Match[str]) -> str:
    """Return a name: the text of a link where it names a repository, else its address."""
    parts = found.groupdict()
    title, url = parts["title"] or parts["code"] or parts["plain"] or "", parts["url"] or ""
    if title and not ids.is_hub_repository(title) and base_names.ADDRESS.match(url):
        return url
    return title.rstrip(".")


def _from_scratch(
    model: ComponentId, text: str, first_line: int, collector: Collector, vocabulary: Vocabulary
) -> None:
    claims = vocabulary.descent.from_scratch.finditer(text)
    for found in itertools.islice(claims, _MAX_CLAIMS):
        start = max(0, found.start() - _MAX_SENTENCE)
        for end in _SENTENCE_END.finditer(text, start, found.start()):
            start = end.end()
        stop = _SENTENCE_END.search(text, found.end(), found.end() + _MAX_SENTENCE)
        sentence = text[start : stop.start() if stop else found.end() + _MAX_SENTENCE]
        if not _OTHERWISE.search(sentence):
            line = first_line + text.count("\n", 0, found.start())
            where = collector.occurrence(line, sentence.strip())
            collector.state(model, "from-scratch", "", where, "medium")
            return
