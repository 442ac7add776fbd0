"""Rows of ``calls.csv`` made ready for matching: argument lists split, words that trigger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from provenance.patterns import lazy
from provenance.registry.tables import Call, fits

Triggers: TypeAlias = tuple[Mapping[str, Set[bytes]], Mapping[bytes, tuple[bytes, ...]]]
"""Last names to look for, by the root a source imports; and those of any receiver, each with
the dotted words that must stand together."""


_SIGNS = re.sub(rb"[^\w( \t]", b",", bytes(range(256))).replace(b"\t", b" ")
"""Only what names, calls and ``as`` are told by; all else ends a name."""
_MAX_NAME = 200
_MAX_KEPT = 64 * 1024
"""A larger source is not kept for the sake of those that import it."""

_CLASS = lazy(rb"class[ \t]+([A-Za-z_]\w{0,80})[ \t]*\(([\w., \t]{1,200})\)[ \t]*:")


class CallSpec(NamedTuple):
    """A callable of ``data/calls.csv``, its argument lists split."""

    callable: str
    arguments: tuple[str | int, ...]
    yields: str  # model | dataset | client | service | container
    provider: str
    endpoint: tuple[str, ...]
    function: str
    joined: tuple[str | int, ...] = ()
    """Arguments whose value follows the name after a slash."""
    also: tuple[str | int, ...] = ()
    """Arguments that name something of the same kind beside the first."""

    @classmethod
    def of(cls, row: Call) -> CallSpec:
        """Return a row with its lists split."""
        endpoint = tuple(row.endpoint.split("|")) if row.endpoint else ()
        return cls(
            row.callable, places(row.argument), row.yields, row.provider, endpoint, row.function,
            places(row.argument, "/"), places(row.argument, "+"),
        )  # fmt: skip

    def fits(self, dotted: str) -> bool:
        """Tell whether a called name, import aliases resolved, is this callable."""
        if "*" in self.callable:
            return fits(dotted, self.callable)
        # Classes are importable from the submodule that defines them as well.
        module, name = _split_callable(self.callable)
        return dotted == self.callable or (
            dotted.startswith(f"{module}.") and dotted.endswith(f".{name}")
        )


class Specs(Mapping[str, tuple[CallSpec, ...]]):
    """Specifications by the callable's last name, made ready when they are first asked for.

    The most literal pattern comes first: ``modelscope.*.from_pretrained`` before
    ``*.from_pretrained``.
    """

    def __init__(self, rows: Iterable[Call]) -> None:
        """Take the rows of ``calls.csv``."""
        self._rows: dict[str, list[Call]] = {}
        for row in rows:
            self._rows.setdefault(row.callable.rpartition(".")[2], []).append(row)
        self._made: dict[str, tuple[CallSpec, ...]] = {}

    def __getitem__(self, name: str) -> tuple[CallSpec, ...]:
        made = self._made.get(name)
        if made is None:
            rows = sorted(
                self._rows[name], key=lambda row: (row.callable.count("*"), -len(row.callable))
            )
            made = self._made[name] = tuple(CallSpec.of(row) for row in rows)
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Constant(NamedTuple):
    """What a constant of a library names, and its use."""

    component: str
    function: str = ""
    service: str = ""
    """Who serves it; empty for weights."""


def places(argument: str, mark: str = "") -> tuple[str | int, ...]:
    """Return the positions and keywords of an argument list that have the mark before them."""
    found = [
        place.removeprefix(mark)
        for place in argument.split("|")
        if place and (place[0] if place[0] in "/+" else "") == mark
    ]
    return tuple(int(place) if place.isdigit() else place for place in found)


def called_names(data: bytes) -> frozenset[bytes]:
    """Return every name that a source calls, derives a class from, or imports under another."""
    return _called(data) if len(data) <= _MAX_KEPT else _called.__wrapped__(data)


@lru_cache(maxsize=1024)
def _called(data: bytes) -> frozenset[bytes]:
    """Search a source once, though those that import it ask as well."""
    # Splitting takes a third of the time of a pattern for names before a parenthesis.
    text = data.translate(_SIGNS)
    found = _before_parentheses(text)
    at = text.find(b" as ")
    while at >= 0:
        low = max(0, at - _MAX_NAME)
        found.add(_last_name(text[max(low, text.rfind(b"(", low, at) + 1) : at]))
        at = text.find(b" as ", at + 3)
    for _, _, bases in derived_classes(data):
        found.update(bases)
    return frozenset(found)


@lru_cache(maxsize=256)
def derived_classes(data: bytes) -> tuple[tuple[int, bytes, tuple[bytes, ...]], ...]:
    """Return where a source begins a class, its name and the last names of its bases."""
    return tuple(
        (
            match.start(),
            match.group(1),
            tuple(base.strip().rpartition(b".")[2] for base in match.group(2).split(b",")),
        )
        for match in _CLASS.finditer(data)
    )


def names_called(data: bytes) -> set[bytes]:
    """Return every name that a part of a source calls."""
    return _before_parentheses(data.translate(_SIGNS))


def _before_parentheses(text: bytes) -> set[bytes]:
    return {_last_name(part) for part in text.split(b"(")[:-1]}


def _last_name(text: bytes) -> bytes:
    text = text.rstrip(b" ")
    return text[max(text.rfind(b" "), text.rfind(b",")) + 1 :]


def triggers(rows: Iterable[Call]) -> Triggers:
    """Return what a source must call to hold one of the callables: by root, and for any source."""
    rooted: dict[str, set[bytes]] = {}
    free: dict[bytes, tuple[bytes, ...]] = {}
    for row in rows:
        head, _, last = row.callable.encode().rpartition(b".")
        if head.startswith(b"*"):
            # Receivers have any name, so the last two words must stand together.
            dotted = head.rpartition(b".")[2].lstrip(b"*") + b"." + last
            free[last] = (*free.get(last, ()), dotted)
        else:
            rooted.setdefault(row.callable.partition(".")[0], set()).add(last)
    return rooted, free


@lru_cache(maxsize=8192)
def _split_callable(callable_name: str) -> tuple[str, str]:
    """Split ``a.b.Class.method`` into module ``a.b`` and name ``Class.method``."""
    parts = callable_name.split(".")
    first = next((n for n, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return ".".join(parts[:first]), ".".join(parts[first:])
