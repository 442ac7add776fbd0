"""Which imported names lead to a known call in another module.

A file that only calls wrappers of the tree holds no known call itself. Whether it is worth
parsing is asked of the modules its imports name: does the function or class imported give
a parameter to such a call, or call on something that does? Modules are searched by their
bytes, and parsed only where they hold known calls themselves; each once a process.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Set

from provenance.extract.places import PythonPlaces
from provenance.extract.python.imports import find, joined
from provenance.extract.python.statements import statements
from provenance.model import Document
from provenance.patterns import lazy
from provenance.registry.specs import names_called
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary

_DEFINED = lazy(rb"\n(?:(?:async[ \t]+def|def|class)[ \t]+([A-Za-z_]\w*)|(?=[^\s#)\]}\"'@]))")
"""A definition of the module, or whatever else ends one."""
_MAX_STEPS = 4
_MAX_BYTES = 512 * 1024
_STANDARD = sys.stdlib_module_names


class Reach:
    """Answers for one tree; each holds whatever file asks first."""

    def __init__(self, siblings: Siblings, vocabulary: Vocabulary) -> None:
        """Take the files of the tree."""
        self._siblings = siblings
        self._vocabulary = vocabulary

    def leads(
        self, path: str, module: str, name: str, steps: int = _MAX_STEPS, *, dotted: bool = True
    ) -> bool:
        """Tell whether a name that a file imports leads to a known call.

        Args:
            steps: modules that may be gone through.
            dotted: something of it is called, so that it may be a module itself.
        """
        if steps == 0 or not self._is_of_tree(module.partition(".")[0]):
            return False
        home = find(path, module, self._siblings)
        if home and not self._is_quiet(home, steps) and self._holds(home, name, steps):
            return True
        if not dotted or (home and not home.endswith("__init__.py")):
            return False
        inner = find(path, joined(module, name), self._siblings)
        return bool(inner) and bool(self._ends(inner))

    def _is_of_tree(self, top: str) -> bool:
        """Tell whether a package can be one of the tree: not one known, nor Python's own."""
        if not top:
            return True
        return top not in _STANDARD and self._siblings.once(
            ("of-tree", top),
            lambda: (
                not self._vocabulary.is_package(top)
                or any(self._siblings(f"{f}{top}/__init__.py") is not None for f in ("", "src/"))
            ),
        )

    def _ends(self, home: str) -> Set[str]:
        """Return what a module defines that takes what ends in a known call there.

        Only a module that holds such a call is parsed for it.
        """
        if not self._siblings.once(
            ("holds call", home), lambda: _holds_call(self._source(home), self._vocabulary)
        ):
            return frozenset()
        from provenance.extract.python.outline import outline_of

        ends = outline_of(home, self._siblings, self._vocabulary).ends
        return {owner.partition(".")[0] for owner in ends}

    def _source(self, home: str) -> bytes:
        data = self._siblings(home)
        return data if data is not None and len(data) <= _MAX_BYTES else b""

    def _imports(self, home: str) -> Mapping[str, tuple[str, str]]:
        return self._siblings.once(("imports", home), lambda: statements(self._source(home)).names)

    def _is_quiet(self, home: str, steps: int) -> bool:
        """Tell that nothing in a module leads anywhere, whatever it is called.

        That is most modules of most trees; what each of them defines is not asked then.
        """
        if self._ends(home):
            return False
        # With the steps left in the key there is no answer that needs itself.
        return steps == 1 or self._siblings.once(
            ("quiet", home, steps),
            lambda: all(self._is_quiet(other, steps - 1) for other in self._modules(home)),
        )

    def _modules(self, home: str) -> tuple[str, ...]:
        """Return the other modules of the tree that one imports."""

        def found() -> tuple[str, ...]:
            asked = {
                module
                for module, _ in self._imports(home).values()
                if self._is_of_tree(module.partition(".")[0])
            }
            others = {find(home, module, self._siblings) for module in asked}
            return tuple(sorted(others - {"", home}))

        return self._siblings.once(("modules", home), found)

    def _holds(self, home: str, name: str, steps: int) -> bool:
        if name in self._ends(home):
            return True
        imports = self._imports(home)
        asked = self._siblings.once(
            ("calling", home), lambda: _calling(self._source(home), imports)
        ).get(name)
        if asked is None:  # a re-export, if anything
            asked = frozenset((name,)) & imports.keys()
        return bool(asked) and self._siblings.once(
            ("leads", home, name, steps),
            lambda: any(
                self.leads(home, *imports[here], steps - 1, dotted=False) for here in sorted(asked)
            ),
        )


def leading(document: Document, called: Set[bytes], vocabulary: Vocabulary) -> frozenset[bytes]:
    """Return the imported names that a document calls and that lead to a known call.

    Args:
        called: every name that the document calls.
    """
    data = document.data
    if document.sibling is None or b"from " not in data:
        return frozenset()
    reach = Reach(document.sibling, vocabulary)
    found: set[bytes] = set()
    for here, (module, name) in statements(data).names.items():
        word = here.encode()
        dotted = word not in called
        if reach.leads(document.path, module, name, dotted=dotted) and (
            not dotted or word + b"." in data
        ):
            found.add(word)
    return frozenset(found)


def _holds_call(data: bytes, vocabulary: Vocabulary) -> bool:
    """Tell whether a source may hold a call that names something, outside of its docstrings."""
    offsets = vocabulary.call_offsets(data, statements(data).roots, loads=True)
    places = PythonPlaces(data) if offsets else None
    return places is not None and any(places.state(offset) is None for offset in offsets)


def _calling(data: bytes, imports: Mapping[str, tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return what a source defines, with the imported names that are called there."""
    data = b"\n" + data
    marks = [(m.start(), m.group(1)) for m in _DEFINED.finditer(data)]
    ends = [*(start for start, _ in marks[1:]), len(data)]
    spans = [
        (name.decode(), begin, end) for (begin, name), end in zip(marks, ends, strict=False) if name
    ]
    calling: dict[str, frozenset[str]] = {}
    own: dict[str, set[str]] = {}
    names = {name for name, _, _ in spans}
    for name, begin, end in spans:
        inside = {word.decode("ascii", "replace") for word in names_called(data[begin:end])}
        calling[name] = frozenset(inside & imports.keys())
        own[name] = (inside & names) - {name}
    for _ in range(3):  # a definition that calls one that calls one
        calling = {
            name: used.union(*(calling[other] for other in own[name]))
            for name, used in calling.items()
        }
    return calling
