"""Components of the data by what they are, each at a few places of one file."""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import ComponentId, Usage

_MAX_PLACES = 3
"""Places of one component in one file, of each usage."""


class Sighted:
    """Records platforms, services and packages, no more than a few places of each."""

    def __init__(self, places: Places, collector: Collector) -> None:
        self.places = places
        self.collector = collector
        self.times: dict[tuple[ComponentId, Usage | None], int] = {}

    def add(
        self, component: ComponentId | None, offset: int, written: bytes, usage: Usage | None,
        requirement: str | None = None, channels: tuple[ComponentId, ...] = (),
    ) -> None:  # fmt: skip
        """Record what stands at an offset; None, which the data does not know, is nothing.

        Args:
            written: the text there, for the report.
            requirement: the version condition of a package.
            channels: what delivers a package.
        """
        key = (component or "", usage)
        self.times[key] = self.times.get(key, 0) + 1
        if not component or self.times[key] > _MAX_PLACES:
            return
        text = " ".join(written[:300].decode("utf-8", "replace").split())
        where = self.collector.occurrence(self.places.line(offset), text, usage=usage)
        kind, _, slug = component.partition(":")
        if kind == "platform":
            self.collector.platform(slug, where)
        elif kind == "service":
            self.collector.service(component, where)
        else:
            self.collector.package(component, where, requirement=requirement, channels=channels)
