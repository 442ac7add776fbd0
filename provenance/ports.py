"""The protocols between the stages and to the outside. Structure, not behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from os import stat_result
from typing import NamedTuple, Protocol, TypeVar

from msgspec import Struct, field

from provenance.model import (
    Component,
    ComponentId,
    Document,
    Extraction,
    Gap,
    LicenseDeclaration,
    Link,
    Vulnerability,
)
from provenance.siblings import Looked

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
        self, work: Callable[[Sequence[Item]], Result], items: Sequence[Item],
        sizes: Sequence[int], /,
    ) -> list[Result]:  # fmt: skip
        """Return what ``work`` gives for each run of items; sizes are in bytes, one an item."""


class Remembered(NamedTuple):
    """What one document said, and what that rests on."""

    extraction: Extraction
    digest: bytes = b""
    """Of the document's bytes; empty when it must not be remembered."""
    looked: Looked | None = None
    """The other files of the tree that were looked into."""


class Wish(NamedTuple):
    """That somebody will read a file, without the reader itself."""

    HEAD_BYTES: int


class Memory(Protocol):
    """What earlier runs found in the files of one tree, for as long as these stay the same."""

    def wanted(self, path: str) -> Wish | None:
        """Tell whether a file is read at all, as its path alone decides."""

    def digest(self, path: str, identity: stat_result) -> bytes | None:
        """Return the digest of a file that is, by its identity, the one read before."""

    def recall(
        self, path: str, digest: bytes, current: Callable[[str], bytes | None]
    ) -> Remembered | None:
        """Return what a document of these bytes said; None when nothing sure is known.

        Args:
            current: the digest of another file of the tree as it is now, None for none;
                the same object for as long as its answers stay the same.
        """

    def look(self, digests: Mapping[str, bytes | None]) -> None:
        """Take in what files were looked into, with their digests, None for none there."""

    def learn(self, path: str, identity: stat_result | None, found: Remembered) -> None:
        """Take in what a document said."""

    def keep(self, paths: Set[str]) -> None:
        """Forget every other document, and store what was learnt."""


class Enrichment(Struct, frozen=True, kw_only=True):
    """What a hub or an index said about components, as links, licenses and gaps with dates."""

    links: tuple[Link, ...] = ()
    licenses: tuple[LicenseDeclaration, ...] = ()
    homes: Mapping[ComponentId, tuple[str, ...]] = field(default_factory=dict)
    """Where packages say they live, as :attr:`Component.homes`."""
    gaps: tuple[Gap, ...] = ()


class ModelHub(Protocol):
    """A source of declared metadata outside the tree (online, or its cache)."""

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        """Return what the hub declares for those of the canonical ids that are its own.

        Never raises.
        """

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a byte was sent to, sorted."""


class PackageSource(Protocol):
    """Knows exact versions and edges of a package stack: an environment or a resolver."""

    def packages(self, declared: Sequence[Component], links: Sequence[Link]) -> Extraction:
        """Return packages and ``depends-on`` links for what a tree declares; never raises.

        Args:
            declared: the packages found so far, locked ones with their version.
            links: who asks for what (``requirement`` as written).
        """

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a byte was sent to, sorted."""


class PackageIndex(Protocol):
    """Metadata of released packages (online, or its cache)."""

    def describe(self, component_ids: Sequence[ComponentId]) -> Enrichment:
        """Return what the metadata of the given versioned ids declares; never raises."""

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a byte was sent to, sorted."""


class Ancestry(Protocol):
    """Knows models by their weights, whatever they are called."""

    @property
    def database(self) -> tuple[str, str, int]:
        """What it knows them from: a name, the SHA-256 of the file, the number of models."""

    def matches(self, weights: Mapping[ComponentId, Sequence[str]]) -> Enrichment:
        """Return whom the weights of models descend from; never raises.

        Args:
            weights: the files of each model, as paths in the tree.

        Returns:
            ``derived-from`` links with an :class:`Agreement` where a verdict says so, and
            gaps for all that falls short of one.
        """


class Advised(Struct, frozen=True, kw_only=True):
    """Known vulnerabilities by component, and what could not be asked."""

    vulnerabilities: Mapping[ComponentId, tuple[Vulnerability, ...]]
    gaps: tuple[Gap, ...] = ()


class Advisories(Protocol):
    """A service that knows vulnerabilities of package versions."""

    def known(self, component_ids: Sequence[ComponentId]) -> Advised:
        """Return what is known of the given versioned ids; never raises."""

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host a byte was sent to, sorted."""


class Outside(Struct, frozen=True, kw_only=True):
    """Everything beyond the tree that a scan may ask; None is not asked."""

    hub: ModelHub | None = None
    packages: tuple[PackageSource, ...] = ()
    """Best first."""
    index: PackageIndex | None = None
    advisories: Advisories | None = None
    ancestry: Ancestry | None = None

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Every host that any of them sent a byte to, sorted."""
        asked = (self.hub, *self.packages, self.index, self.advisories)
        return tuple(sorted({host for one in asked if one for host in one.hosts_contacted}))


OFFLINE = Outside()
