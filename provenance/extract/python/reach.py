"""Which imported names lead to a known call in another module, told from the bytes alone.

A file that only calls wrappers of the tree holds no known call itself. Whether it is worth
parsing is asked of the modules its imports name: does the function or class imported hold
such a call, or call on something that does?
"""

from __future__ import annotations

import re
import sys
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from provenance.model import Document
from provenance.vocabulary import Vocabulary

_FROM = re.compile(
    rb"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^()]{0,4000})\)|([^\n#;(]{1,1000}))",
    re.MULTILINE,
)
_ROOT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_NAME = re.compile(rb"([A-Za-z_]\w*)(?:\s+as\s+([A-Za-z_]\w*))?")
_END = re.compile(rb"\n(?=[^\s#)\]}])")
_MAX_DEPTH = 3
_MAX_MODULES = 24
"""Modules asked for one document."""
_MAX_BYTES = 512 * 1024
_STANDARD = sys.stdlib_module_names


class _Known(NamedTuple):
    """One source as far as this asks: its known calls and the names it imports."""

    offsets: tuple[int, ...]
    imports: tuple[tuple[str, str, str], ...]
    """(module, name in it, name here)"""


def leading(document: Document, called: Set[bytes], vocabulary: Vocabulary) -> frozenset[bytes]:
    """Return the imported names that a document calls and that lead to a known call.

    Args:
        called: every name that the document calls.
    """
    if document.sibling is None or b"from " not in document.data:
        return frozenset()
    asked = _Asked(document, vocabulary)
    return frozenset(
        here.encode()
        for module, name, here in _imports(document.data)
        if here.encode() in called and asked.leads(document.path, module, name, 0)
    )


class _Asked:
    """Answers for one document, each module opened once."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        from provenance.extract.python.modules import candidates

        self._document = document
        self._candidates = candidates
        self._vocabulary = vocabulary
        self._answers: dict[tuple[str, str], bool] = {}
        self._left = _MAX_MODULES

    def leads(self, path: str, module: str, name: str, depth: int) -> bool:
        """Tell whether a name of a module leads to a known call."""
        top = module.partition(".")[0]
        if depth >= _MAX_DEPTH or top in _STANDARD or self._is_package(top):
            return False
        found = self._open(path, module)
        if found is None:
            return False
        home, data = found
        key = (home, name)
        if key not in self._answers:
            self._answers[key] = False
            self._answers[key] = self._holds(home, data, name, depth)
        return self._answers[key]

    def _is_package(self, top: str) -> bool:
        """Tell whether a known package is meant, of which the tree has no copy."""
        if not top or not self._vocabulary.is_package(top):
            return False
        read = self._document.sibling
        return read is not None and all(
            read(f"{folder}{top}/__init__.py") is None for folder in ("", "src/")
        )

    def _open(self, path: str, module: str) -> tuple[str, bytes] | None:
        read = self._document.sibling
        if self._left <= 0 or read is None:
            return None
        for candidate in self._candidates(path, module):
            data = read(candidate) if candidate != path else None
            if data is not None:
                self._left -= 1
                return (candidate, data) if len(data) <= _MAX_BYTES else None
        return None

    def _holds(self, home: str, data: bytes, name: str, depth: int) -> bool:
        known = _known(data, self._vocabulary)
        begin = re.search(rb"^(?:async[ \t]+def|def|class)[ \t]+%b\b" % name.encode(), data,
                          re.MULTILINE)  # fmt: skip
        if begin is None:  # a re-export
            return any(
                self.leads(home, module, inner, depth + 1)
                for module, inner, here in known.imports
                if here == name
            )
        end = _END.search(data, begin.end())
        stop = end.start() if end else len(data)
        if any(begin.start() <= offset < stop for offset in known.offsets):
            return True
        body = data[begin.end() : stop]
        own = _DEFINED.findall(data)
        return any(
            self.leads(home, module, inner, depth + 1)
            for module, inner, here in known.imports
            if re.search(rb"\b%b\(" % here.encode(), body)
        ) or any(
            re.search(rb"\b%b\(" % other, body) and self._again(home, data, other, depth)
            for other in own
            if other != name.encode()
        )

    def _again(self, home: str, data: bytes, name: bytes, depth: int) -> bool:
        """Ask the same of another function or class of the same module."""
        key = (home, name.decode())
        if key not in self._answers:
            self._answers[key] = False
            self._answers[key] = depth < _MAX_DEPTH and self._holds(home, data, key[1], depth + 1)
        return self._answers[key]


_DEFINED = re.compile(rb"^(?:async[ \t]+def|def|class)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


@lru_cache(maxsize=512)
def _known(data: bytes, vocabulary: Vocabulary) -> _Known:
    roots = {root.decode() for root in _ROOT.findall(data)}
    return _Known(tuple(sorted(vocabulary.call_offsets(data, roots))), _imports(data))


def _imports(data: bytes) -> tuple[tuple[str, str, str], ...]:
    """Return what a source imports from modules: (module, name there, name here)."""
    found: list[tuple[str, str, str]] = []
    for match in _FROM.finditer(data):
        module = match.group(1).decode("ascii", "replace")
        for name, alias in _NAME.findall(match.group(2) or match.group(3)):
            if name:
                found.append((module, name.decode(), (alias or name).decode()))
    return tuple(found)
