"""Patterns that are compiled when they are first used: all of them can be."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator

import provenance
from provenance.patterns import Lazy, lazy


def _held(value: object) -> Iterator[Lazy]:
    if isinstance(value, Lazy):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _held(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _held(item)


def test_every_pattern_of_the_program_compiles() -> None:
    found: list[Lazy] = []
    for module in pkgutil.walk_packages(provenance.__path__, "provenance."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                found += _held(value)
    assert len(found) > 500
    for pattern in found:
        re.compile(pattern.pattern, pattern.flags)


def test_it_does_what_a_pattern_does() -> None:
    text, once = "a1 b2 C3", re.compile(r"([a-z])(\d)", re.IGNORECASE)
    pattern = lazy(r"([a-z])(\d)", re.IGNORECASE)
    assert pattern.pattern == once.pattern
    assert pattern.findall(text) == once.findall(text)
    assert [m.span() for m in pattern.finditer(text, 1, 6)] == [(3, 5)]
    assert pattern.sub(r"\2\1", text) == "1a 2b 3C"
    assert pattern.fullmatch("C3") and not pattern.match(text, 2)
    assert pattern.split("xa1y") == once.split("xa1y")
    assert pattern.groups == 2


def test_it_is_compiled_when_it_is_first_used() -> None:
    broken = lazy("(")
    try:
        broken.search("x")
    except re.error:
        return
    raise AssertionError("it was never compiled")


def test_it_can_be_sent_to_another_process() -> None:
    pattern = lazy(rb"\d+")
    assert pickle.loads(pickle.dumps(pattern)).findall(b"1 22") == [b"1", b"22"]
    assert pattern.search(b"x7")
    assert pickle.loads(pickle.dumps(pattern)).findall(b"1 22") == [b"1", b"22"]
