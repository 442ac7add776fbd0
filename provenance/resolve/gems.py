"""Which gem a ``require`` of a Ruby source means: one that is declared, known, or of its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from provenance import ids
from provenance.model import Component, ComponentId, Gap, Link, Occurrence, strongest_usage
from provenance.patterns import lazy
from provenance.resolve.inventory import Inventory

_GEM = "pkg:gem/"
_MANIFEST = "gemfile"
_HOMES = frozenset("lib spec test tests app ext src".split())
"""Folders whose files are required by the paths within them."""
_OWN = _HOMES | frozenset(
    "config support helpers tasks models features db script scripts bin".split()
)
"""First parts of names that no gem has."""
_JOINTS = lazy(r"[-_/]")
_AROUND = lazy(r"(?:ruby-|rb-)?(.+?)(?:-(?:ruby|rb|client|sdk|api|gem))*")


def add_required(inventory: Inventory) -> None:
    """Add what sources require to the gems that hold it.

    A gem that nothing names but a ``require`` of its own name is a guess: only where no
    manifest of the tree could name another, with low confidence, and a gap says so.
    """
    required = [item for item in inventory.imports if item.ecosystem == "gem"]
    if not required:
        return
    gems = _Gems(inventory, {item.module: item.names[0] for item in required if item.names})
    places: dict[tuple[ComponentId, bool], list[Occurrence]] = {}
    memo: dict[str, tuple[ComponentId, bool] | None] = {}
    for item in required:
        if item.names:
            continue
        if item.module not in memo:
            memo[item.module] = gems.holder(item.module)
        found = memo[item.module]
        if found and not (found[1] and gems.is_near(item.module, item.occurrence.path)):
            places.setdefault(found, []).append(item.occurrence)
    for (gem, guessed), found_at in places.items():
        _add(inventory, gem, found_at, guessed=guessed)


class _Gems:
    """What is known of one tree's gems and of its own files."""

    def __init__(self, inventory: Inventory, second: Mapping[str, str]) -> None:
        """Take the names of gems by the other names that they are required by."""
        self._registry = inventory.registry
        self._standard = inventory.vocabulary.standard_modules("gem")
        self._second = second
        self._declared: dict[str, ComponentId] = {}
        self._manifest = False
        for component, item in inventory.components.items():
            if component.startswith(_GEM):
                name = ids.without_version(component).removeprefix(_GEM)
                self._declared.setdefault(name, component)
                self._manifest |= any(p.extractor == _MANIFEST for p in item.occurrences)
        self._plain = {_JOINTS.sub("", name): c for name, c in self._declared.items()}
        self._files = frozenset(path for path in inventory.modules if path.endswith(".rb"))
        self._folders = inventory.modules - self._files
        self._own = frozenset(_names(self._files))

    def holder(self, module: str) -> tuple[ComponentId, bool] | None:
        """Return the gem that holds a file, and whether only the file's name says so."""
        top = module.partition("/")[0]
        if module in self._own or (top in self._own and top != module):
            return None
        parts = module.split("/")
        for size in range(len(parts), 0, -1):
            prefix = "/".join(parts[:size])
            if found := self._known(prefix):
                return found, False
            if prefix in self._standard:
                return None
        named = [gem for name, gem in self._declared.items() if _is_variant(name, top)]
        if len(named) == 1:
            return named[0], False
        if self._manifest or top in _OWN or top.endswith("_helper") or self._is_folder(top):
            return None
        return ids.package("gem", top), True

    def is_near(self, module: str, importer: str) -> bool:
        """Tell whether a file beside the one that requires it has the name."""
        folder = importer.rpartition("/")[0]
        path = f"{folder}/{module}.rb" if folder else f"{module}.rb"
        return path in self._files and path != importer

    def _known(self, prefix: str) -> ComponentId | None:
        """Return the gem that a manifest, a source or the data says to have a file."""
        if gem := self._second.get(prefix):
            return self._declared.get(gem, ids.package("gem", gem))
        rows = self._registry.identifications(f"import:gem:{prefix}")
        names = [row.component.removeprefix(_GEM) for row in rows]
        chosen = next((name for name in names if name in self._declared), None)
        if chosen:
            return self._declared[chosen]
        declared = self._plain.get(_JOINTS.sub("", prefix))
        return declared or (rows[0].component if rows else None)

    def _is_folder(self, name: str) -> bool:
        return any(f"/{path}".endswith(f"/{name}") for path in self._folders)


def _names(files: Iterable[str]) -> Iterable[str]:
    """Yield what the files of a tree are required by."""
    for path in files:
        stem = path.removesuffix(".rb")
        yield stem
        parts = stem.split("/")
        for number, part in enumerate(parts[:-1], 1):
            if part in _HOMES:
                yield "/".join(parts[number:])


def _is_variant(gem: str, module: str) -> bool:
    """Tell whether a gem is named after a file: ``wikipedia-client``, ``ruby-acme``."""
    match = _AROUND.fullmatch(gem)
    return match is not None and _JOINTS.sub("", match[1]) == _JOINTS.sub("", module)


def _add(
    inventory: Inventory, gem: ComponentId, places: list[Occurrence], *, guessed: bool
) -> None:
    """Add places to a gem; one that only they name is new."""
    if guessed:
        places = [replace(place, confidence="low") for place in places]
    usage = strongest_usage(tuple({place.usage for place in places}))
    known = inventory.components.get(gem)
    if known is not None:
        # As in Python: what the code loads is used, unless a manifest makes it optional.
        inventory.components[gem] = replace(
            known,
            usage=known.usage if known.usage == "optional"
            else strongest_usage((known.usage, usage)),
            occurrences=tuple(dict.fromkeys((*known.occurrences, *places))),
        )  # fmt: skip
        return
    inventory.add(
        Component(
            id=gem, kind="package", name=ids.short(gem), usage=usage,
            occurrences=tuple(dict.fromkeys(places)),
        )
    )  # fmt: skip
    inventory.add_link(
        Link(
            source=inventory.root, target=gem, relation="depends-on", basis="imported",
            occurrences=(places[0],),
        )
    )  # fmt: skip
    if guessed:
        inventory.gap(Gap(subject=gem, reason="unmapped-import", location=places[0].location))
