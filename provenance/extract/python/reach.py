"""Which imported names lead to a known call in another module, told from the bytes alone.

A file that only calls wrappers of the tree holds no known call itself. Whether it is worth
parsing is asked of the modules its imports name: does the function or class imported hold
such a call, or call on something that does? Every module is searched once a process.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Set
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
_DEFINED = re.compile(
    rb"^(?:async[ \t]+def|def|class)[ \t]+([A-Za-z_]\w*)|^(?=[^\s#)\]}\"'@])", re.MULTILINE
)
"""A definition of the module, or whatever else ends one."""
_WORD = re.compile(rb"\b([A-Za-z_]\w*+)\(")
_MAX_DEPTH = 4
_MAX_BYTES = 512 * 1024
_STANDARD = sys.stdlib_module_names


class _Module(NamedTuple):
    """One source as far as this asks."""

    holding: frozenset[str]
    """What it defines that holds a known call, or calls on such a definition of it."""
    calling: dict[str, frozenset[str]]
    """What it defines, with the imported names that are called there."""
    imports: dict[str, tuple[str, str]]
    """Imported names with module and name there."""


class Reach:
    """Answers for one tree."""

    def __init__(self, read: Callable[[str], bytes | None], vocabulary: Vocabulary) -> None:
        """Take what reads another file of the tree."""
        self._read = read
        self._vocabulary = vocabulary
        self._answers: dict[tuple[str, str], bool] = {}
        self._homes: dict[tuple[str, str], str] = {}
        self._packages: dict[str, bool] = {}
        self._bases: dict[str, str] = {}

    def leads(
        self, path: str, module: str, name: str, depth: int = 0, *, dotted: bool = True
    ) -> bool:
        """Tell whether a name that a file imports leads to a known call.

        Args:
            dotted: something of it is called, so that it may be a module itself.
        """
        if depth >= _MAX_DEPTH:
            return False
        home = self._home(path, module)
        if home:
            key = (home, name)
            if key not in self._answers:
                self._answers[key] = False  # modules that import each other end here
                self._answers[key] = self._holds(home, name, depth)
            if self._answers[key]:
                return True
        if not dotted or (home and not home.endswith("__init__.py")):
            return False
        inner = self._home(path, f"{module}{'' if module.endswith('.') else '.'}{name}")
        return bool(inner) and bool(self._module(inner).holding)

    def _home(self, path: str, module: str) -> str:
        """Return the file that a module means where ``path`` imports it, or ``""``."""
        top = module.partition(".")[0]
        folder = path.rpartition("/")[0]
        key = (folder, module)
        if key not in self._homes:
            self._homes[key] = ""
            if top not in _STANDARD and not self._is_package(top):
                self._homes[key] = self._found(path, module, top)
        return self._homes[key]

    def _found(self, path: str, module: str, top: str) -> str:
        """Look a module up, first where its top-level package was found before."""
        from provenance.extract.python.modules import candidates

        tail = module.replace(".", "/")
        base = self._bases.get(top) if top else None
        if base is not None and path.startswith(base):
            for candidate in (f"{base}{tail}.py", f"{base}{tail}/__init__.py"):
                if self._read(candidate) is not None:
                    return candidate
        for candidate in candidates(path, module):
            if self._read(candidate) is not None:
                stem = candidate.removesuffix("/__init__.py").removesuffix(".py")
                if top and stem.endswith(tail):
                    self._bases[top] = stem.removesuffix(tail)
                return candidate
        return ""

    def _is_package(self, top: str) -> bool:
        """Tell whether a known package is meant, of which the tree has no copy."""
        if top not in self._packages:
            self._packages[top] = bool(top) and self._vocabulary.is_package(top) and all(
                self._read(f"{folder}{top}/__init__.py") is None for folder in ("", "src/")
            )  # fmt: skip
        return self._packages[top]

    def _module(self, home: str) -> _Module:
        data = self._read(home)
        if data is None or len(data) > _MAX_BYTES:
            return _NOTHING
        return _searched(data, self._vocabulary)

    def _holds(self, home: str, name: str, depth: int) -> bool:
        module = self._module(home)
        if name in module.holding:
            return True
        if name in module.calling:
            asked = module.calling[name]
        elif name in module.imports:  # a re-export
            asked = frozenset((name,))
        else:
            return False
        return any(
            self.leads(home, *module.imports[here], depth + 1, dotted=False) for here in asked
        )


_NOTHING = _Module(frozenset(), {}, {})


@lru_cache(maxsize=2)
def reach_in(read: Callable[[str], bytes | None], vocabulary: Vocabulary) -> Reach:
    """Return the answers for the tree that ``read`` reads."""
    return Reach(read, vocabulary)


def leading(document: Document, called: Set[bytes], vocabulary: Vocabulary) -> frozenset[bytes]:
    """Return the imported names that a document calls and that lead to a known call.

    Args:
        called: every name that the document calls.
    """
    data = document.data
    if document.sibling is None or b"from " not in data:
        return frozenset()
    reach = reach_in(document.sibling, vocabulary)
    found: set[bytes] = set()
    for here, (module, name) in _imports(data).items():
        word = here.encode()
        dotted = word not in called
        if dotted and word + b"." not in data:
            continue
        if reach.leads(document.path, module, name, dotted=dotted):
            found.add(word)
    return frozenset(found)


@lru_cache(maxsize=2048)
def _searched(data: bytes, vocabulary: Vocabulary) -> _Module:
    """Search a module: what it defines, what is called there, what it imports."""
    called = vocabulary.called(data)
    roots = {root.decode() for root in _ROOT.findall(data)}
    offsets = vocabulary.call_offsets(data, roots, called, loads=True)
    imports = _imports(data)
    marks = [(m.start(), m.group(1)) for m in _DEFINED.finditer(data)]
    ends = [*(start for start, _ in marks[1:]), len(data)]
    spans = [
        (name.decode(), begin, end) for (begin, name), end in zip(marks, ends, strict=False) if name
    ]
    holding = {
        name for name, begin, end in spans if any(begin <= offset < end for offset in offsets)
    }
    calling: dict[str, frozenset[str]] = {}
    own: dict[str, set[str]] = {}
    names = {name for name, _, _ in spans}
    words = _WORD.finditer(data)
    word = next(words, None)
    for name, begin, end in spans:
        inside: set[str] = set()
        while word is not None and word.start() < end:
            if word.start() >= begin:
                inside.add(word.group(1).decode())
            word = next(words, None)
        calling[name] = frozenset(inside & imports.keys())
        own[name] = (inside & names) - {name}
    for _ in range(3):  # a definition that calls one that calls one
        holding |= {name for name, used in own.items() if used & holding}
        calling = {
            name: used.union(*(calling[other] for other in own[name]))
            for name, used in calling.items()
        }
    return _Module(frozenset(holding), calling, imports)


@lru_cache(maxsize=2048)
def _imports(data: bytes) -> dict[str, tuple[str, str]]:
    """Return what a source imports from modules: name here, (module, name there)."""
    found: dict[str, tuple[str, str]] = {}
    for match in _FROM.finditer(data):
        module = match.group(1).decode("ascii", "replace")
        for name, alias in _NAME.findall(match.group(2) or match.group(3)):
            found[(alias or name).decode()] = (module, name.decode())
    return found
