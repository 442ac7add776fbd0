"""Packages: imports to what provides them, spellings to one id, one version each."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from msgspec.structs import replace

from provenance import ids
from provenance.model import (
    Component,
    ComponentId,
    Gap,
    Import,
    Link,
    Occurrence,
    strongest_usage,
)
from provenance.registry.tables import Identifier
from provenance.resolve import gems, namespaces
from provenance.resolve.inventory import Inventory
from provenance.resolve.own_modules import GENERIC, OwnModules

_SOURCES = frozenset({"python-source", "notebook", "javascript", "languages"})
_SETTINGS = frozenset({"json-config", "yaml-config"})
"""Settings name packages only as servers that they run (the Model Context Protocol)."""
_MODEL_APIS = frozenset("llm.api embedding.api rerank.api image.api video.api llm.router".split())
_STANDARD = frozenset(sys.stdlib_module_names) | {
    "__main__", "distutils", "imp", "asyncore", "_typeshed",
}  # fmt: skip


def resolve(inventory: Inventory) -> Inventory:
    """Return the inventory with imports mapped and unpinned mentions joined to pins."""
    _join_versions(inventory)
    _imports(inventory)
    gems.add_required(inventory)
    namespaces.leave_out(inventory)
    _sdks(inventory)
    return inventory


def _join_versions(inventory: Inventory) -> None:
    """``torch`` and ``torch==2.3.1`` are one component when only one version is named.

    Of several versions (a lock file may hold many) the one the project itself asks for is
    meant; where that leaves a choice, the unpinned mention stays for itself.
    """
    versions: dict[ComponentId, set[ComponentId]] = {}
    for component in inventory.components:
        if component.startswith("pkg:"):
            versions.setdefault(ids.without_version(component), set()).add(component)
    asked = {link.target for link in inventory.links.values() if link.source == inventory.root}
    names: dict[ComponentId, ComponentId] = {}
    for bare, found in versions.items():
        if bare not in found or len(found) == 1:
            continue
        pinned = found - {bare}
        chosen = pinned if len(pinned) == 1 else pinned & asked
        if len(chosen) == 1:
            names[bare] = chosen.pop()
    inventory.rename(names)
    inventory.rename(_major_versions(inventory))


def _major_versions(inventory: Inventory) -> dict[ComponentId, ComponentId]:
    """Map Go modules that sources name without ``/v2`` to the one that ``go.mod`` has."""
    found: dict[ComponentId, ComponentId] = {}
    for component in inventory.components:
        whole = ids.without_version(component)
        base = re.sub(r"/v\d+$", "", whole)
        if whole.startswith("pkg:golang/") and base != whole and base in inventory.components:
            found[base] = component
    return found


def _imports(inventory: Inventory) -> None:
    """Attach imports to declared packages; what no manifest declares still counts."""
    declared: dict[str, ComponentId] = {}
    for component in inventory.components:
        if component.startswith("pkg:pypi/"):
            bare = ids.without_version(component)
            declared.setdefault(bare.removeprefix("pkg:pypi/"), component)
    places: dict[ComponentId, list[Occurrence]] = {}
    unknown: dict[str, list[Occurrence]] = {}
    memo: dict[tuple[str, tuple[str, ...]], tuple[str, tuple[ComponentId, ...]]] = {}
    for item in _foreign(inventory, declared):
        key = (item.module, item.names)
        if key not in memo:
            memo[key] = _package_of(item, inventory, declared)
        module, packages = memo[key]
        for package in packages:
            places.setdefault(package, []).append(item.occurrence)
        if not packages and item.occurrence.usage != "commented":
            unknown.setdefault(module, []).append(item.occurrence)
    for package, found in places.items():
        known = inventory.components.get(package)
        usage = strongest_usage(tuple({place.usage for place in found}))
        if known is None:
            name = ids.short(package)
            inventory.add(
                Component(
                    id=package, kind="package", name=name, usage=usage,
                    occurrences=tuple(dict.fromkeys(found)),
                )
            )  # fmt: skip
            inventory.add_link(
                Link(
                    source=inventory.root, target=package, relation="depends-on",
                    basis="imported", occurrences=(found[0],),
                )
            )  # fmt: skip
            if usage != "commented":
                inventory.gap(_gap(package, "undeclared-import", found[0]))
        else:
            # What the code imports is used, whatever group declares it; an optional
            # extra stays optional, because the manifest decides whether it is there.
            stronger = strongest_usage((known.usage, usage))
            inventory.components[package] = replace(
                known,
                usage=known.usage if known.usage == "optional" else stronger,
                occurrences=tuple(dict.fromkeys((*known.occurrences, *found))),
            )
    for module, occurrences in unknown.items():
        _guess(module, occurrences, inventory)


def _foreign(inventory: Inventory, declared: dict[str, ComponentId]) -> list[Import]:
    """Return the imports that mean neither Python's own modules nor the tree's."""
    own = OwnModules(inventory.modules)
    packages: dict[str, bool] = {}
    asked: dict[str, bool] = {}
    found: list[Import] = []
    mine: set[str] = set()
    for item in inventory.imports:
        if item.ecosystem != "pypi":
            continue
        top = item.module.partition(".")[0]
        if top in _STANDARD:
            continue
        if top not in packages:
            rows = inventory.registry.identifications(f"import:{top}")
            names = (ids.pypi(top), *(row.component for row in rows))
            asked[top] = any(name.removeprefix("pkg:pypi/") in declared for name in names)
            packages[top] = asked[top] or bool(
                rows or inventory.registry.has_identifiers(f"import:{top}.")
            )
        if not own.owns(
            item.module, item.occurrence.path, package=packages[top], declared=asked[top]
        ):
            found.append(item)
        elif not packages[top]:
            mine.add(top)
    return [item for item in found if item.module.partition(".")[0] not in mine]


_GENERATED = ("_pb2", "_pb2_grpc")
"""What the compiler of Protocol Buffers calls the modules that it writes."""


def _guess(module: str, places: list[Occurrence], inventory: Inventory) -> None:
    """Take an unmapped import for the package of the same name, with low confidence.

    Most packages are imported by their own name; a gap says that this is a guess. A name such
    as ``utils`` is a module of the program that the tree does not hold: a gap alone.
    """
    if module in GENERIC or module.endswith(_GENERATED):
        inventory.gap(_gap(module, "undeclared-import", places[0]))
        return
    package = ids.pypi(module)
    weak = tuple(dict.fromkeys(replace(place, confidence="low") for place in places))
    inventory.add(
        Component(
            id=package, kind="package", name=ids.short(package),
            usage=strongest_usage(tuple({place.usage for place in places})), occurrences=weak,
        )
    )  # fmt: skip
    inventory.add_link(
        Link(
            source=inventory.root, target=package, relation="depends-on", basis="imported",
            occurrences=weak[:1],
        )
    )  # fmt: skip
    inventory.gap(_gap(package, "unmapped-import", places[0]))


def _gap(subject: str, reason: str, where: Occurrence) -> Gap:
    return Gap(subject=subject, reason=reason, location=where.location)


def _package_of(
    item: Import, inventory: Inventory, declared: dict[str, ComponentId]
) -> tuple[str, tuple[ComponentId, ...]]:
    """Return the top module and the packages that an import comes from.

    The map in the data is asked for the longest dotted prefix of every imported name;
    without a row, a declared package of the same name is taken.
    """
    top = item.module.partition(".")[0]
    registry = inventory.registry
    parts = item.module.split(".")
    prefixes = [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
    normal = ids.pypi(top).removeprefix("pkg:pypi/")
    found: dict[ComponentId, None] = {}
    for name in item.names or ("",):
        for dotted in (f"{item.module}.{name}", *prefixes):
            rows = registry.identifications(f"import:{dotted}")
            if rows:
                candidates = [row.component.removeprefix("pkg:pypi/") for row in rows]
                # A declared package of the import's own name provides it, whatever else may.
                own = [normal] if dotted == top else []
                chosen = next((c for c in (*candidates, *own) if c in declared), None)
                found.setdefault(declared[chosen] if chosen else _usual(rows, normal))
                break
    if found:
        return top, tuple(found)
    if normal in declared:
        return top, (declared[normal],)
    spaced = registry.has_identifiers(f"import:{top}.")
    if len(parts) > 1 and spaced:
        top = f"{top}-{parts[1]}"  # a namespace package: its parts are distributions
        normal = ids.pypi(top).removeprefix("pkg:pypi/")
    if normal in declared:
        return top, (declared[normal],)
    # Nobody knows the import: the one declared package that is named after it provides it.
    variants = [] if spaced else [name for name in declared if _is_variant(name, normal)]
    return top, (declared[variants[0]],) if len(variants) == 1 else ()


def _usual(rows: Sequence[Identifier], name: str) -> ComponentId:
    """Return which of several packages with one import is meant where none is declared.

    The one of the import's own name, else the one that is surest to have it: the variants
    (``-headless``, ``-gpu``) are known less well than the package they vary.
    """
    own = next((row.component for row in rows if row.component == f"pkg:pypi/{name}"), None)
    sure = next((row.component for row in rows if row.confidence == "high"), None)
    return own or sure or rows[0].component


_BEFORE = r"(?:py-?|python-?|tf-|torch-)?"
_BEHIND = (
    r"(?:-(?:py|python|python3|sdk|bin|binary|wheel|cpu|gpu|cuda|cu\d{2,3}x?|rocm[\d.]*|headless|"
    r"nightly|fixed|fork|core|api|client|lib))*"
)


def _is_variant(name: str, imported: str) -> bool:
    """Tell whether a package is named after an import: ``acme-py``, ``python-acme``."""
    return imported in name and bool(re.fullmatch(f"{_BEFORE}{re.escape(imported)}{_BEHIND}", name))


def _sdks(inventory: Inventory) -> None:
    """A client package without a call seen is a question, not the service itself.

    Where code imports, or settings run, the SDK of a service that nobody else's server
    stands in for (a search, a vector store: no model API, whose protocol many speak), the
    service counts with low confidence, beside the question.
    """
    for component in tuple(inventory.components.values()):
        if component.kind != "package" or component.usage != "used":
            continue
        bare = ids.without_version(component.id)
        service = inventory.vocabulary.default_services.get(bare)
        if service and service not in inventory.components and component.occurrences:
            first = component.occurrences[0]
            inventory.gap(
                Gap(
                    subject=component.id, reason="sdk-without-endpoint",
                    location=first.location,
                    params=(("service", service),),
                )
            )  # fmt: skip
            imported = [
                place for place in component.occurrences if place.extractor in _SOURCES | _SETTINGS
            ]
            functions = inventory.registry.functions(service)
            if imported and functions and not _MODEL_APIS.intersection(functions):
                weak = tuple(replace(place, confidence="low") for place in imported)
                inventory.add(
                    Component(
                        id=service, kind="service", name=service.partition(":")[2],
                        usage=component.usage, occurrences=weak,
                    )
                )  # fmt: skip
                inventory.add_link(
                    Link(source=component.id, target=service, relation="calls", occurrences=weak)
                )
