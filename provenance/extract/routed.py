"""Names as routers write them, wherever they stand: ``"anthropic/claude-opus-4.5"``.

The part before the slash is the maker, what follows a model of its own API: no hub has it.
Whom the source asks is told by the router that it, a module it imports or the manifest
above it speaks of; where none does, the maker is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import islice
from typing import TypeAlias

from provenance import ids
from provenance.extract.asked import COMPARED, is_asked
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.provider_near import provider_listed
from provenance.extract.surroundings import closing_of, opened_before
from provenance.model import ComponentId, Document
from provenance.patterns import lazy
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary

RouterOf: TypeAlias = Callable[[ComponentId], "ComponentId | None"]
"""Returns the router that is asked for a maker's models, None when none is known."""

OPENROUTER = "service:openrouter"
VARIANT = lazy(r":(?:free|beta|online|thinking|nitro|floor|extended|exacto)$")
"""What one router alone writes behind a name; https://openrouter.ai/docs/guides/routing."""
_TWO_PARTS = lazy(rb"[\"'`]([a-z][\w.-]{1,40}/[\w.:-]{2,95})[\"'`]")
_LISTS = (b"[", b"(")
_MAX_NAMES = 500
"""A source that names more is data."""
_MAX_FOLDERS = 12
_MAX_MANIFEST = 128 * 1024
_MAX_MODULES = 24
_ENVIRONMENTS = (".env.example", ".env.local.example", ".env.sample", ".env.template", ".env")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies")


class RoutedNames:
    """Records the names of one source that have a router's form."""

    def __init__(
        self, places: Places, collector: Collector, vocabulary: Vocabulary, *,
        router: RouterOf,
        claimed: Callable[[int, str], bool] | None = None, local: bool = False,
    ) -> None:  # fmt: skip
        """Take what tells of the source.

        Args:
            router: returns the router that is asked for a maker's models here, if any.
            claimed: tells of a literal, by the offset of its quote and its text, whether a
                call has explained it.
            local: the source's only client asks a local server.
        """
        self._places = places
        self._collector = collector
        self._vocabulary = vocabulary
        self._router = router
        self._claimed = claimed
        self._local = local
        self._recorded = 0

    def read(self, text: str, offset: int, end: int) -> bool:
        """Record what a literal between these names; return whether it has the form.

        Args:
            text: ``maker/model``, or ``router/maker/model``.
        """
        vocabulary, data = self._vocabulary, self._places.data
        prefix, _, rest = text.partition("/")
        asked = None
        name = text
        if "/" in rest:
            asked, name = vocabulary.provider_prefix(prefix), rest
            if asked is None:
                return False
        variant = VARIANT.search(text) is not None
        if asked is None and variant:
            asked = OPENROUTER
        maker = vocabulary.routing.maker_model(name)
        serves = asked is not None and vocabulary.routing.serves_others(asked)
        if asked is None:
            if maker is None and (asked := self._listed_beside(text, offset)) is None:
                return False
        elif vocabulary.routing.is_router(asked):
            if maker is None and not variant:
                return False
        elif not serves or not vocabulary.looks_like_model(name):
            return False  # ``together_ai/meta-llama/…`` names the server and the weights
        if self._recorded >= _MAX_NAMES or not self._is_asked(text, offset, end):
            return True
        self._recorded += 1
        compared = COMPARED.search(data, max(0, offset - 80), offset)
        where = self._collector.occurrence(
            self._places.line(offset), text, usage=self._places.state(offset),
            confidence="low" if compared else "medium",
        )  # fmt: skip
        if asked is None and maker is not None:
            asked = self._listed(text, offset) or self._router(maker)
        if asked is not None:
            self._collector.api_model(asked, name, where, hub=serves)
        elif maker is not None:
            self._collector.api_model(maker, name.partition("/")[2], where, by_name=True)
        return True

    def _listed_beside(self, text: str, offset: int) -> ComponentId | None:
        """Return the router that a name is meant for which its maker's own API does not have.

        ``deepseek/deepseek-r1``, where a router is spoken of; open weights of any maker in a
        list where a router's name stands too, that no hub has.
        """
        if text != text.lower():
            return None  # routers write small letters
        vocabulary = self._vocabulary
        makers = vocabulary.routing.makers
        maker = vocabulary.routed(text)
        if maker is None and vocabulary.looks_like_model(text):
            maker = next(
                filter(None, map(vocabulary.routing.maker_model, self._beside(offset))), None
            )
        if maker is None or maker not in makers.values():
            return None
        router = self._listed(text, offset) or self._router(maker)
        return router if router and vocabulary.routing.is_router(router) else None

    def _beside(self, offset: int) -> Iterator[str]:
        """Yield the names of two parts in the list that a literal lies in."""
        data = self._places.data
        opening = next(opened_before(data, offset), None)
        if opening is not None and data[opening : opening + 1] in _LISTS:
            for match in _TWO_PARTS.finditer(data, opening, closing_of(data, opening, offset)):
                yield match.group(1).decode("ascii", "replace")

    def _listed(self, text: str, offset: int) -> ComponentId | None:
        """Return the service that a list of names is under, where it serves others' models."""
        listed = provider_listed(self._places.data, offset, text, self._vocabulary)
        service = ids.service(listed) if listed and ":" not in listed else None
        return service if service and self._vocabulary.routing.serves_others(service) else None

    def _is_asked(self, text: str, offset: int, end: int) -> bool:
        """Tell whether a literal stands where names that are asked for do."""
        if self._local or (self._claimed and self._claimed(offset, text)):
            return False
        return is_asked(self._places, offset, end)


class Routers:
    """Finds the router that the names of one source are meant for, when first asked."""

    def __init__(
        self, document: Document | None, data: bytes, places: Places, vocabulary: Vocabulary, *,
        service: ComponentId | None = None,
        modules: Callable[[Siblings], Iterable[str]] = lambda _: (),
    ) -> None:  # fmt: skip
        """Take what there is to look at.

        Args:
            service: the only service that the source's clients ask, if there is one.
            modules: returns the paths of the files of the tree that the source imports.
        """
        self._siblings = document.sibling if document else None
        self._path = document.path if document else ""
        self._data = data
        self._places = places
        self._vocabulary = vocabulary
        self._service = service
        self._modules = modules
        self._here: ComponentId | None = None
        self._looked = False

    def __call__(self, maker: ComponentId) -> ComponentId | None:
        """Return the router that is asked for a maker's models, None when none is known."""
        if not self._looked:
            self._looked = True
            self._here = self._nearby()
        return self._here or (self._declared(maker) if self._siblings else None)

    def _nearby(self) -> ComponentId | None:
        """Return the one router that the source, else one of its imports, speaks of."""
        vocabulary = self._vocabulary
        if self._service is not None and vocabulary.routing.is_router(self._service):
            return self._service
        found: Set[ComponentId] = {
            service
            for sign, service in vocabulary.routing.signs.items()
            if (at := self._data.find(sign)) >= 0 and self._places.state(at) is None
        }
        if found or self._siblings is None:
            return next(iter(found)) if len(found) == 1 else None
        for path in islice(self._modules(self._siblings), _MAX_MODULES):
            found |= self._siblings.once(("routers", path), partial(self._spoken_of, path))
        return next(iter(found)) if len(found) == 1 else None

    def _spoken_of(self, path: str) -> Set[ComponentId]:
        """Return the routers that another file speaks of."""
        data = self._siblings(path) if self._siblings else None
        signs = self._vocabulary.routing.signs.items()
        return {service for sign, service in signs if sign in data} if data else frozenset()

    def _declared(self, maker: ComponentId) -> ComponentId | None:
        """Return the router whose client the nearest ``package.json`` declares.

        Where the maker's own client is declared too, a name may be taken apart for it.
        """
        assert self._siblings is not None
        packages = _packages(self._path, self._siblings)
        clients = self._vocabulary.default_services
        asked = {clients.get(ids.package("npm", name)) for name in packages}
        routers = {
            service for service in asked if service and self._vocabulary.routing.is_router(service)
        } or self._of_environment()
        if maker in asked or len(routers) > 1:
            return None
        if not routers and not asked & self._vocabulary.family_owners:
            # An SDK whose plain names are the router's, and nobody else's client.
            also = self._vocabulary.routing.plain
            routers = {also[name] for name in packages if name in also}
        return next(iter(routers)) if len(routers) == 1 else None

    def _of_environment(self) -> set[ComponentId]:
        """Return the routers that the variables of the nearest ``.env.example`` speak of."""
        assert self._siblings is not None
        for path in _above(self._path, _ENVIRONMENTS):
            if self._siblings(path) is not None:
                return set(self._siblings.once(("routers", path), partial(self._spoken_of, path)))
        return set()


def _above(path: str, names: Sequence[str]) -> Iterator[str]:
    """Yield the paths that files of these names have beside a file and above it, nearest first."""
    parts = path.split("/")[:-1]
    for size in range(len(parts), max(-1, len(parts) - _MAX_FOLDERS), -1):
        for name in names:
            yield "/".join((*parts[:size], name))


def _packages(path: str, siblings: Siblings) -> frozenset[str]:
    """Return the npm packages that the nearest manifest above a file declares."""
    for manifest in _above(path, ("package.json",)):
        if siblings(manifest) is not None:
            return siblings.once(
                ("packages declared", manifest), partial(_declared, manifest, siblings)
            )
    return frozenset()


def _declared(manifest: str, siblings: Siblings) -> frozenset[str]:
    data = siblings(manifest) or b""
    if len(data) > _MAX_MANIFEST:
        return frozenset()
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(root, dict):
        return frozenset()
    tables = (root.get(key) for key in _DEPENDENCIES)
    return frozenset(name for table in tables if isinstance(table, dict) for name in table)
