"""What cards, notices and digests say of a model's descent, compiled for those who read them."""

from __future__ import annotations

import re
from functools import cached_property

from provenance.registry import Registry
from provenance.registry.tables import DescentPhrase, WeightDigest


class DescentWords:
    """The phrases of ``descent_phrases.csv``, ``scratch_words.csv`` and published digests."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @cached_property
    def _phrases(self) -> tuple[DescentPhrase, ...]:
        return tuple(self._registry.rows("descent_phrases.csv", DescentPhrase))

    @cached_property
    def bases(self) -> tuple[tuple[DescentPhrase, re.Pattern[str]], ...]:
        """Words in cards that one base, or a list of them, follows."""
        return tuple(
            (row, re.compile(re.escape(row.phrase), re.IGNORECASE))
            for row in self._phrases
            if row.says in ("base", "bases")
        )

    @cached_property
    def titles(self) -> tuple[DescentPhrase, ...]:
        """Titles of license texts."""
        return tuple(row for row in self._phrases if row.says == "title")

    @cached_property
    def notices(self) -> tuple[tuple[DescentPhrase, re.Pattern[str]], ...]:
        """Sentences that licenses ask for; ``LlamaIndex`` and ``Llama.cpp`` are no ``Llama``."""
        return tuple(
            (row, re.compile(rf"(?<!\w){re.escape(row.phrase)}(?!\w|\.\w)", re.IGNORECASE))
            for row in self._phrases
            if row.says == "notice"
        )

    @cached_property
    def from_scratch(self) -> re.Pattern[str]:
        """Words by which a card says that a model was trained from scratch."""
        words = self._registry.text("scratch_words.csv").splitlines()[1:]
        return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)

    @cached_property
    def _digests(self) -> dict[str, WeightDigest]:
        rows = self._registry.rows("weight_digests.csv", WeightDigest)
        found: dict[str, WeightDigest] = {}
        for row in rows:
            found.setdefault(row.sha256, row)
        return found

    def published(self, sha256: str) -> WeightDigest | None:
        """Return the published file of weights that has a SHA-256, in lower case."""
        return self._digests.get(sha256)
