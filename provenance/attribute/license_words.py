"""What a source's words about a license say: an SPDX expression, or why none.

Words that a table knows are read by it, whole; nothing is taken for what it resembles.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple

from provenance.model import LicenseDeclaration
from provenance.patterns import lazy
from provenance.registry import Registry
from provenance.registry.tables import plain_name

MAX_NAME = 200
"""Characters of a license's name; what is longer is a text."""
_COMMON = frozenset(
    "MIT Apache-2.0 BSD-3-Clause BSD-2-Clause ISC 0BSD MPL-2.0 Unlicense CC0-1.0 Python-2.0".split()
)
"""Identifiers that need no parser; it takes 0.1 s to make."""
_OPERATOR = lazy(r"\s+(AND|OR)\s+")
_SYMBOL = lazy(r"\s+(?:AND|OR|WITH)\s+|[()]")
_FILE = lazy(
    r"(?:see |file:? ?|please see |refer to )?(?:the )?(?:attached )?"
    r"(?:licen[sc]e(?: in \S+)?|copying)(?:\.(?:txt|md|rst))?(?: file| for details)*\.?",
    re.IGNORECASE,
)
_OWNER = lazy(r"(?:copyright|\(c\)|©|all rights reserved)", re.IGNORECASE)
_REFERENCE = lazy(r"LicenseRef-[A-Za-z0-9.-]+")
_RULE = lazy(r"[\s=*#~_-]+")


class Words(NamedTuple):
    """What some words stand for."""

    expression: str = ""
    covers: tuple[str, ...] = ()
    """Ids that they may mean as well, where they name a family only."""
    problem: str = ""
    """Reason of the gap: ``license-unrecognised``, ``license-text-unrecognised``; "" where the
    words merely name nothing."""
    title: str = ""
    by_title: bool = False
    """They are the title line of a text."""


def read(item: LicenseDeclaration, registry: Registry) -> Words:
    """Return what a declaration says."""
    raw = item.raw.strip()
    if item.scheme == "classifier":
        return _named(raw, registry) or Words(problem="license-unrecognised")
    if item.scheme == "text":
        return _text(raw, registry)
    if item.scheme == "field":
        if "\n" in raw or len(raw) > MAX_NAME:
            return _text(raw, registry)
        if _FILE.fullmatch(raw):
            return Words()
        return _field(raw, registry) or Words(problem="license-unrecognised")
    known = registry.license_aliases.get(raw.lower())
    if known or item.scheme == "hub":
        return Words(known) if known else Words(problem="license-unrecognised")
    if _FILE.fullmatch(raw):
        return Words()
    known = spdx(raw) or spdx(raw.replace("/", " OR "))  # as Cargo wrote a choice
    return Words(known) if known else _field(raw, registry) or Words(problem="license-unrecognised")


def symbols(expression: str) -> frozenset[str]:
    """Return the licenses that an expression names."""
    return frozenset(part.strip() for part in _SYMBOL.split(expression) if part.strip())


def _named(text: str, registry: Registry) -> Words | None:
    row = registry.license_names.get(plain_name(text))
    return Words(row.expression, tuple(row.covers.split())) if row else None


def _field(text: str, registry: Registry) -> Words | None:
    """Return what a name in the free field means, each part of ``A OR B`` for itself."""
    found = _name(text, registry)
    if found is not None or "(" in text:
        return found
    parts = _OPERATOR.split(text)
    if len(parts) < 3:
        return None
    read_parts = [_name(part, registry) for part in parts[::2]]
    if not all(one and one.expression and not one.covers for one in read_parts):
        return None
    words = [one.expression for one in read_parts if one]
    joined = words[0] + "".join(
        f" {operator} {word}" for operator, word in zip(parts[1::2], words[1:], strict=True)
    )
    return Words(spdx(joined) or joined)


def _name(text: str, registry: Registry) -> Words | None:
    found = _named(text, registry)
    if found is not None:
        return found
    plain = plain_name(text)
    shortened = plain.removesuffix(" license")
    known = next(
        (
            registry.license_aliases[spelled]
            for spelled in (plain, plain.replace(" ", "-"), shortened.replace(" ", "-"))
            if spelled in registry.license_aliases
        ),
        None,
    )
    known = known or spdx(text)
    if known is None:
        return None
    row = registry.license_names.get(plain_name(known))
    covers = tuple(row.covers.split()) if row and row.expression == known else ()
    return Words(known, covers)


def _text(text: str, registry: Registry) -> Words:
    """Return what a text is by its title line, exactly; lines of owners may stand above it.

    Titles may be spread over two lines. The text itself is not compared.
    """
    lines = [line.strip(" \t=*#~_-") for line in text.splitlines()[:40]]
    lines = [line for line in lines if line and not _RULE.fullmatch(line)]
    first = lines[0] if lines else ""
    while lines and _OWNER.match(lines[0]):
        lines.pop(0)
    for size in (3, 2, 1):
        words = _named(" ".join(lines[:size]), registry) if len(lines) >= size else None
        if words and words.expression:
            return words._replace(by_title=True)
    return Words(problem="license-text-unrecognised", title=first[:80])


@cache
def _licensing() -> Any:
    """Return the SPDX license list as a parser; made once, since that takes longer than a scan."""
    from license_expression import get_spdx_licensing  # type: ignore[import-untyped]

    return get_spdx_licensing()


@lru_cache(maxsize=4096)
def spdx(raw: str) -> str | None:
    """Return a valid SPDX expression in canonical spelling, or None.

    A ``LicenseRef-…`` of the declaring package's own is kept.
    """
    if raw in _COMMON:
        return raw
    from license_expression import ExpressionError

    try:
        parsed = _licensing().parse(raw, strict=True)
        if parsed is None:
            return None
        unknown = _licensing().unknown_license_keys(parsed)
        if not unknown:
            _licensing().parse(raw, validate=True, strict=True)
    except (ExpressionError, ValueError, RecursionError, AttributeError, TypeError):
        return None
    return str(parsed) if all(map(_REFERENCE.fullmatch, unknown)) else None
