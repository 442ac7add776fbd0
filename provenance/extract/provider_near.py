"""The provider that the lines around a model's name say, in source of any language.

A table of models under the provider's key, a mapping from providers to their default, a
branch taken for one provider, a variable that begins with the provider's name. None of it
calls anything, so what it tells is of medium confidence at most.
"""

from __future__ import annotations

from functools import lru_cache

from provenance.extract.records import service_called
from provenance.extract.sections import (
    provider_of_models,
    provider_of_path,
    provider_of_variable,
)
from provenance.extract.told_apart import KEY, tables_of
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_VARIABLE = lazy(
    rb"(?:getenv|environ\.get|\benv|config)\(\s{0,8}[\"']([A-Z][A-Z0-9]*_[A-Z0-9_]{2,60})[\"'],"
    rb"\s{0,8}(?:default[ ]?=[ ]?)?\Z"
)
_CONSTANT = lazy(
    rb"(?:\A|\n)[ \t]*(?:(?:export|const|let|var)[ \t]+)*"
    rb"(?:DEFAULT_)?((?!DEFAULT_)[A-Z][A-Z0-9]*_[A-Z0-9_]{2,60})[ \t]*(?::[^=\n]{0,40})?="
    rb"[ \t]*(?:[\w.()\[\]]{3,80}[ \t]*(?:\|\||\?\?|\bor)[ \t]*)?\Z"
)
"""A constant, or a member of an enumeration, right before what it is bound to."""
_MEMBER = lazy(rb"(?:\n|\{|,)[ \t]*[A-Za-z]\w{0,60}[ \t]*=[ \t]*\(?\Z")
_ENUMERATION = lazy(
    rb"class[ \t]+(\w{3,60})\([^)\n]{0,60}Enum[^)\n]{0,40}\)[ \t]*:|enum[ \t]+(\w{3,60})\s{0,8}\{"
)
_OUTSIDE = lazy(rb"\n[^\s#)\]}/*]|\}")
"""What a member of an enumeration does not stand behind: a statement of the module."""
_BRANCH = lazy(
    rb"(?:(?:el)?if\b[^\n]{0,80}?\b\w*(?:provider|supplier|vendor|backend)\w*"
    rb"[^\n]{0,20}?==[ \t]*|case[ \t]+)[\"']([\w.-]{2,40})[\"'][ \t]*\)?:"
)
_COMPARED = lazy(rb"(?:==|case[ \t])[ \t]*[\"']")
_BEFORE, _AFTER = 300, 60
"""Bytes of a branch on either side of what it compares with."""
_BRANCHING = (b"provider", b"supplier", b"vendor", b"backend", b"case ", b"case\t")
"""What no such branch is without, and quick to look for."""
_ENTRY_KEY = lazy(
    rb"(?<![A-Za-z])(?:\w{0,20}_)?(?:id|name|model|value|slug|modelId|modelName)[\"']?\s{0,4}[:=]\Z"
)
_SECOND = lazy(rb"\s{0,8},\s{0,8}[\"'`][\w.:/@-]{2,80}[\"'`]\s{0,8},?\s{0,8}[)\]]")
_PAIRED = (b"[", b"(", b"{", b",")
"""What stands before a pair in a list; a list of two names has a sign of its own before it."""
_MAX_LINES = 12


def provider_near(data: bytes, offset: int, text: str, vocabulary: Vocabulary) -> str:
    """Return the slug of the provider that is asked for a name, or ``""``.

    Args:
        offset: where the literal with the name begins, at its quote.
    """
    before = data[max(0, offset - 120) : offset].rstrip()
    if before.endswith((b",", b"=")) and (variable := _VARIABLE.search(before)):
        return provider_of_variable(variable.group(1).decode(), text, vocabulary)
    if before.endswith((b"=", b"|", b"?", b"or")) and (
        found := provider_of_constant(data, offset, text, vocabulary)
    ):
        return found
    key = KEY.search(before) if before.endswith(b":") else None
    said = key.group(1) if key else tables_of(data).key_around(offset)
    if said and (found := provider_of_path([said.decode()], text, vocabulary)):
        return found
    if key and said.isupper() and (service := service_called(said.decode(), vocabulary)):
        return service.partition(":")[2]  # a member of an enumeration
    branch = _branch(data, offset) if _branches(data) else b""
    if branch:
        return provider_of_path([branch.decode()], text, vocabulary)
    name = tables_of(data).name_of_list(offset)
    return provider_of_models(name, text, vocabulary) if name else ""


def provider_listed(data: bytes, offset: int, text: str, vocabulary: Vocabulary) -> str:
    """Return the slug of the provider that a list of names is under, or ``""``.

    Its name is the list's key, or begins the name of the variable (``groqModels``), or of
    the enumeration (``class GroqModel(Enum)``).

    Args:
        offset: where the literal with the name begins, at its quote.
    """
    tables = tables_of(data)
    keys, name = tables.keys_of_list(offset), tables.name_of_list(offset)
    if not (keys or name):
        name = _enumeration(data, offset)
        return provider_of_models(name, text, vocabulary) if name else ""
    if not _names_entry(data, offset):
        return ""
    if keys:
        return provider_of_path([key.decode() for key in keys], text, vocabulary)
    return provider_of_models(name, text, vocabulary)


def _enumeration(data: bytes, offset: int) -> str:
    """Return what the enumeration is called that a literal is a member's value of, or ``""``.

    In the plural, as a list would be.
    """
    if not _MEMBER.search(data, max(0, offset - 120), offset):
        return ""
    begin = max(data.rfind(b"class ", 0, offset), data.rfind(b"enum ", 0, offset))
    match = _ENUMERATION.match(data, begin) if begin >= 0 else None
    if match is None or _OUTSIDE.search(data, match.end(), offset):
        return ""
    name = (match.group(1) or match.group(2)).decode("ascii", "replace")
    return f"{name}s" if name.lower().endswith(("model", "llm")) else name


def provider_of_constant(data: bytes, offset: int, text: str, vocabulary: Vocabulary) -> str:
    """Return the slug of the provider that a constant's name begins with: ``GROQ_QWEN = "…"``."""
    match = _CONSTANT.search(data, max(0, offset - 120), offset)
    return provider_of_variable(match.group(1).decode(), text, vocabulary) if match else ""


def is_label(data: bytes, offset: int, end: int) -> bool:
    """Tell whether a literal is the first of a pair in a list: the name that people see."""
    if data[offset - 1 : offset] not in (b"(", b"[") or not _SECOND.match(data, end):
        return False
    return data[max(0, offset - 200) : offset - 1].rstrip()[-1:] in _PAIRED


def _names_entry(data: bytes, offset: int) -> bool:
    """Tell whether a literal in a list's entry is its name: it has no key, or one that says so."""
    before = data[max(0, offset - 60) : offset].rstrip()
    if not before.endswith((b":", b"=")):
        return True
    return bool(_ENTRY_KEY.search(before))


@lru_cache(maxsize=2)
def _branches(data: bytes) -> bool:
    """Tell whether a source has any branch for one provider."""
    if not any(mark in data for mark in _BRANCHING):
        return False
    return any(
        _BRANCH.search(data, max(0, match.start() - _BEFORE), match.end() + _AFTER)
        for match in _COMPARED.finditer(data)
    )


def _branch(data: bytes, offset: int) -> bytes:
    """Return the provider that the nearest branch around a line is taken for."""
    begin = data.rfind(b"\n", 0, offset) + 1
    line = data[begin:offset]
    indent = len(line) - len(line.lstrip())
    for _ in range(_MAX_LINES):
        if not indent or not begin:
            break
        end, begin = begin - 1, data.rfind(b"\n", 0, begin - 1) + 1
        line = data[begin:end]
        width = len(line) - len(line.lstrip())
        if not line.strip() or width >= indent:
            continue
        match = _BRANCH.match(line.lstrip())
        if match:
            return match.group(1)
        indent = width
    return b""
