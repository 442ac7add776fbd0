"""Reading aside: what comments and documentation name, without the questions they raise.

A commented command or a README's snippet names real components. That its names are
placeholders or its variables unset is no open question about the project.
"""

from __future__ import annotations

from msgspec.structs import replace

from provenance.extract.collect import Collector
from provenance.model import Extraction, Occurrence, Usage


class Aside(Collector):
    """A collector of weaker usage that asks no questions; :func:`absorb` brings it home."""

    def __init__(self, collector: Collector, usage: Usage) -> None:
        """Stand beside ``collector``, whose document it reads."""
        super().__init__(collector.path, collector.extractor)
        self.usage = collector.usage
        self.usage = self.occurrence(0, "", usage=usage).usage

    def gap(self, subject: str, reason: str, line: int | Occurrence = 0, **params: str) -> None:
        """Drop the question."""


def absorb(found: Extraction, collector: Collector, *, line: int = 0) -> None:
    """Add to ``collector`` what was read aside; its lines are translated as usual.

    Args:
        line: where all of it stands, when it is the text of one string.
    """

    def again(place: Occurrence) -> Occurrence:
        return collector.occurrence(
            line or place.line, place.as_written, usage=place.usage, confidence=place.confidence
        )

    for item in found.components:
        for place in item.occurrences:
            for function in item.functions or ("",):
                collector.component(
                    item.id, item.kind, item.name, again(place), version=item.version,
                    function=function, direct=item.direct,
                )  # fmt: skip
    for link in found.links:
        for place in link.occurrences:
            collector.link(
                link.source, link.target, link.relation, again(place), how=link.how,
                basis=link.basis, requirement=link.requirement,
            )  # fmt: skip
    collector.imports += [
        replace(item, occurrence=again(item.occurrence)) for item in found.imports
    ]
