"""Tokenizers compared by hand-made ones."""

from __future__ import annotations

import json
from math import log

import pytest

from provenance.artifacts.source import ArtifactError
from provenance.fingerprint.tokens import Tokenizer, likeness, read_tokenizer


def bpe(words: dict[str, int], merges: list[object]) -> bytes:
    return json.dumps({"model": {"type": "BPE", "vocab": words, "merges": merges}}).encode()


def test_both_ways_to_write_merges_are_one() -> None:
    old, new = (read_tokenizer(bpe({"a": 0, "b": 1, "ab": 2}, m)) for m in (["a b"], [["a", "b"]]))
    assert old == new
    assert likeness(old, new).equal
    assert old.sha256 == new.sha256


def test_unigram() -> None:
    data = json.dumps({"model": {"vocab": [["<s>", 0.0], ["a", -1.5]]}}).encode()
    assert read_tokenizer(data).words == {"<s>": 0, "a": 1}


def test_common_words_weigh_less_than_rare_ones() -> None:
    common = {"the": 0, "of": 1}
    first = Tokenizer(words={**common, "rare": 9998}, merges=("t h", "o f", "r a"))
    second = Tokenizer(words={**common, "other": 9998}, merges=("t h", "o f", "o t"))
    found = likeness(first, second)
    assert found.jaccard == 0.5
    assert found.rare == pytest.approx((log(2) + log(3)) / (log(2) + log(3) + 2 * log(10_000)))
    assert (found.merges, found.equal) == (2, False)


def test_ids_count_not_words_alone() -> None:
    first, second = Tokenizer(words={"a": 0, "b": 1}), Tokenizer(words={"a": 0, "b": 2})
    assert likeness(first, second).aligned == 0.5
    assert likeness(first, second).jaccard == 1.0


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"model":{"vocab":3}}', b'{"model":{"vocab":{"a":"b"}}}']
)
def test_no_tokenizer(data: bytes) -> None:
    with pytest.raises(ArtifactError):
        read_tokenizer(data)
