"""What a tree asks for of Python packages, as plain requirements; and what is pinned already.

An environment and a resolver are asked from here. A resolver is handed only what this module
writes: a name, extras and a PEP 440 condition. Addresses, paths and options of the scanned
tree never reach it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from provenance import ids
from provenance.model import (
    Component,
    ComponentId,
    Gap,
    Link,
    Occurrence,
    Usage,
    strongest_usage,
)
from provenance.patterns import lazy

LOCKS = frozenset("uv-lock poetry-lock pdm-lock pylock pixi-lock conda-lock".split())
"""Readers of files that pin Python packages; Pipfile.lock is read by ``pipfile``."""
INSTALLED, RESOLVER = "installed", "resolver"
"""What stands for a reader in the places of packages that no file of the tree names."""

_NOT_ASKING = LOCKS | {"sbom", "markdown", INSTALLED, RESOLVER}
"""Readers of what names packages without the project asking for them."""
_NAME = lazy(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_REQUIREMENT = lazy(r"(?:\[([^\]]*)\])?([^;]*)(?:;(.*))?", re.DOTALL)
_PLAIN = lazy(r"[A-Za-z0-9._,\[\]<>=!~*+-]+", re.ASCII)
_SHORTHAND = lazy(r"([~^])\s*v?(\d+(?:\.\d+)*)([^,\s]*)")


class Wanted(Struct, frozen=True, kw_only=True):
    """One requirement of the project itself."""

    name: str
    """In normal form."""
    usage: Usage
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    folders: tuple[str, ...] = ("",)
    """Of the files that ask."""
    link: Link | None = None

    @property
    def line(self) -> str:
        """The requirement without its marker, as a line of a requirements file."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}"


class Pins(Struct):
    """Exact versions that are known already, by name."""

    locked: dict[str, dict[str, ComponentId]] = field(default_factory=dict)
    """By a lock file."""
    installed: dict[str, dict[str, ComponentId]] = field(default_factory=dict)
    written: dict[str, dict[str, ComponentId]] = field(default_factory=dict)
    """By a requirement with one exact version."""
    usages: dict[str, Usage] = field(default_factory=dict)
    """Of what is locked or installed."""

    def exact(self, name: str) -> Mapping[str, ComponentId]:
        """Return the versions that a name is locked or installed in."""
        return self.locked.get(name) or self.installed.get(name) or {}

    def component(self, name: str, version: str) -> ComponentId:
        """Return the id for a version, in the spelling of a pin that means the same one."""
        for group in (self.locked, self.installed, self.written):
            for known, component in group.get(name, {}).items():
                if same_version(known, version):
                    return component
        return ids.pypi(name, version)

    @property
    def constraints(self) -> tuple[str, ...]:
        """What must stay as it is, as lines of a constraints file."""
        single = {
            name: next(iter(versions))
            for pins in (self.installed, self.locked)
            for name, versions in pins.items()
            if len(versions) == 1
        }
        return tuple(f"{name}=={single[name]}" for name in sorted(single))


def pins(declared: Iterable[Component]) -> Pins:
    """Return what is pinned among the Python packages found so far."""
    found = Pins()
    for component in declared:
        if not component.id.startswith("pkg:pypi/") or not component.version:
            continue
        name, version = name_of(component.id), component.version
        if any(map(is_lock, component.occurrences)):
            group = found.locked
        elif any(place.extractor == INSTALLED for place in component.occurrences):
            group = found.installed
        else:
            group = found.written
        group.setdefault(name, {})[version] = component.id
        if group is not found.written:
            known = found.usages.get(name, component.usage)
            found.usages[name] = strongest_usage((known, component.usage))
    return found


def is_lock(place: Occurrence) -> bool:
    """Tell whether a place is a line of a lock file that pins Python packages."""
    if place.extractor == "pipfile":  # reads both files of Pipenv
        return place.path.lower().endswith("pipfile.lock")
    return place.extractor in LOCKS


def wanted(links: Sequence[Link]) -> tuple[tuple[Wanted, ...], tuple[Gap, ...]]:
    """Return what the project asks for, and a gap for each condition that cannot be read."""
    found: dict[tuple[str, str, str], Wanted] = {}
    gaps: list[Gap] = []
    for link in links:
        if not (link.source.startswith(ids.PROJECT) and link.target.startswith("pkg:pypi/")):
            continue
        places = [
            place
            for place in link.occurrences
            if place.extractor not in _NOT_ASKING
            and place.usage != "commented"
            and not is_lock(place)
        ]
        direct = (link.requirement or "").startswith("@")  # given by a path or an address
        if not places or direct or link.relation != "depends-on":
            continue
        one = read(name_of(link.target), link.requirement or "")
        if one is None:
            detail = (("detail", link.requirement or ""),)
            gaps.append(
                Gap(
                    subject=link.target, reason="not-a-requirement",
                    location=places[0].location, params=detail,
                )
            )  # fmt: skip
            continue
        extras, specifier, marker = one
        item = Wanted(
            name=name_of(link.target), extras=extras, specifier=specifier, marker=marker,
            usage=strongest_usage(tuple(place.usage for place in places)), link=link,
            folders=tuple(sorted({place.path.rpartition("/")[0] for place in places})),
        )  # fmt: skip
        found[link.target, item.line, marker] = item
    return tuple(found[key] for key in sorted(found)), tuple(gaps)


def answered(asked: Iterable[Wanted], versions: Mapping[str, ComponentId]) -> tuple[Link, ...]:
    """Return the project's own requirements, each with the version it was answered with."""
    return tuple(
        replace(one.link, target=versions[one.name])
        for one in asked
        if one.link and one.name in versions
    )


def read(name: str, requirement: str) -> tuple[tuple[str, ...], str, str] | None:
    """Return extras, PEP 440 condition and marker of what a link requires; None if unreadable."""
    from packaging.markers import InvalidMarker, Marker
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    match = _REQUIREMENT.fullmatch(requirement)
    if not match or not _NAME.fullmatch(name):
        return None
    extras = tuple(sorted({e.strip() for e in (match[1] or "").split(",") if e.strip()}))
    marker = (match[3] or "").strip()
    try:
        specifier = str(SpecifierSet(",".join(_conditions(match[2]))))
        if marker:
            Marker(marker)
    except (InvalidSpecifier, InvalidMarker, RecursionError):
        return None
    plain = f"{name}{','.join(extras)}{specifier}"
    return (extras, specifier, marker) if _PLAIN.fullmatch(plain) else None


def _conditions(text: str) -> Iterator[str]:
    """Yield PEP 440 conditions; Poetry's caret and tilde are written out."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]  # as older metadata writes them
    for part in map(str.strip, text.split(",")):
        if part in ("", "*"):
            continue
        short = _SHORTHAND.fullmatch(part)
        if short:
            numbers = [int(number[:9]) for number in short[2].split(".")[:8]]
            yield f">={short[2]}{short[3]}"
            yield "<" + ".".join(map(str, _next(numbers, caret=short[1] == "^")))
        else:
            yield f"=={part}" if part[0].isdigit() else part


def _next(numbers: list[int], *, caret: bool) -> list[int]:
    """Return the first release that a caret or tilde condition leaves out."""
    if caret:
        at = next((n for n, number in enumerate(numbers) if number), len(numbers) - 1)
    else:
        at = min(1, len(numbers) - 1)
    return [*numbers[:at], numbers[at] + 1]


def name_of(component: ComponentId) -> str:
    """Return the normal name in a Python package's purl."""
    return ids.without_version(component).removeprefix("pkg:pypi/")


def same_version(one: str, other: str) -> bool:
    """Tell whether two versions are one in other spellings; a build's own label does not count."""
    from packaging.version import InvalidVersion, Version

    if one == other:
        return True
    try:
        first, second = Version(one), Version(other)
    except InvalidVersion:
        return False
    return first == second or (not (first.local and second.local) and first.public == second.public)
