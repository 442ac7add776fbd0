"""The protocols between the stages and to the outside. Structure, not behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from provenance.model import Document, Extraction, Gap, LicenseDeclaration, Link

Item = TypeVar("Item")
Result = TypeVar("Result")


class Extractor(Protocol):
    """Reads one format. Pure: it gets bytes and never opens anything.

    A module of ``extract/`` offers these three names; problems in the document
    become gaps, never exceptions.
    """

    NAME: str
    HEAD_BYTES: int
    """Where set: only so much of the file is read, the rest through ``Document.window``."""

    def accepts(self, path: str) -> bool:
        """Tell from the relative path whether this extractor wants the file."""

    def extract(self, document: Document, vocabulary: object) -> Extraction:
        """Return what the document says."""


class Spread(Protocol):
    """Does work on runs of items, in order, perhaps on several processors."""

    def __call__(
        self, work: Callable[[Sequence[Item]], Result], items: Sequence[Item], size: int, /
    ) -> list[Result]:
        """Return what ``work`` gives for each run of items; ``size`` is in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """What a hub said about components, as links, licenses and gaps with dates."""

    links: tuple[Link, ...] = ()
    licenses: tuple[LicenseDeclaration, ...] = ()
    gaps: tuple[Gap, ...] = ()


class ModelHub(Protocol):
    """A source of declared metadata outside the tree (online, or its cache)."""

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what the hub declares for the given canonical ids; never raises."""

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a byte was sent to, sorted."""
