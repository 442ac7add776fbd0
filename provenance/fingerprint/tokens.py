"""Two tokenizers compared: a lead for which base to test, never evidence of descent.

Many models use one public tokenizer, and all that were trained on English share a third of
their words or more. So words count by how late they were learned: the late ones are rare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import log
from typing import Any

from msgspec import Struct

from provenance.artifacts.source import ArtifactError

MAX_BYTES = 64 * 1024 * 1024
MAX_WORDS = 2_000_000


class Tokenizer(Struct, frozen=True, kw_only=True):
    """Words by id, merges in order."""

    words: Mapping[str, int]
    merges: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """A digest over sorted words with their ids, and merges in order."""
        text = json.dumps([sorted(self.words.items()), self.merges], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


class Likeness(Struct, frozen=True, kw_only=True):
    """What two tokenizers have in common."""

    equal: bool
    jaccard: float
    rare: float
    """Shared words of all, each weighed by the logarithm of its rank where it is rarer."""
    aligned: float
    """Shared words with one id on both sides, of all of the smaller vocabulary."""
    merges: int
    """Merges that both begin with."""


def read_tokenizer(data: bytes) -> Tokenizer:
    """Return the words and merges of a ``tokenizer.json``.

    Raises:
        ArtifactError: no such file, or one above the caps.
    """
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"a tokenizer of more than {MAX_BYTES} bytes")
    try:
        model = json.loads(data)["model"]
        words, merges = model["vocab"], model.get("merges") or ()
        if isinstance(words, list):  # Unigram: words with their scores, in order
            words = {word: index for index, (word, _) in enumerate(words)}
        found = Tokenizer(
            words={str(word): int(index) for word, index in words.items()},
            merges=tuple(map(_merge, merges)),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArtifactError(f"no tokenizer ({type(error).__name__})") from error
    if len(found.words) > MAX_WORDS or len(found.merges) > MAX_WORDS:
        raise ArtifactError(f"more than {MAX_WORDS} words")
    return found


def _merge(merge: Any) -> str:
    return merge if isinstance(merge, str) else " ".join(merge)


def likeness(first: Tokenizer, second: Tokenizer) -> Likeness:
    """Compare two tokenizers."""
    shared = first.words.keys() & second.words.keys()
    every = first.words.keys() | second.words.keys()

    def weight(word: str) -> float:
        return log(2 + max(first.words.get(word, 0), second.words.get(word, 0), 0))

    total = sum(map(weight, every))
    smaller = min(len(first.words), len(second.words))
    merges = 0
    for ours, theirs in zip(first.merges, second.merges, strict=False):
        if ours != theirs:
            break
        merges += 1
    return Likeness(
        equal=first.words == second.words and first.merges == second.merges,
        jaccard=len(shared) / len(every) if every else 0.0,
        rare=sum(map(weight, shared)) / total if total else 0.0,
        aligned=sum(first.words[w] == second.words[w] for w in shared) / max(smaller, 1),
        merges=merges,
    )  # fmt: skip
