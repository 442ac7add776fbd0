"""Constants of a JVM language that another source of the tree defines.

``Models.CHAT``, a name that is statically imported or inherited, and constants that are
another constant: followed through a few sources, by imports and packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.extract.languages.arguments import Span
from provenance.extract.languages.texts import Text, defined
from provenance.model import Document
from provenance.patterns import lazy

_PACKAGE = lazy(rb"^[ \t]*package[ \t]+([\w.]{1,200})", re.MULTILINE)
_IMPORT = lazy(rb"^[ \t]*import[ \t]+(static[ \t]+)?([\w.]{1,200})(\.\*)?", re.MULTILINE)
_EXTENDS = lazy(
    rb"\b(?:class|interface|object)[ \t]+\w+[^{;]{0,300}?(?:\bextends\b|\bimplements\b|:)\s*"
    rb"([\w.,\s<>()]{1,300}?)\{"
)
_TYPE = lazy(rb"\b[A-Z]\w*")
_MAX_STEPS = 4
_MAX_SOURCES = 12


class Elsewhere:
    """Finds what names that one source only uses stand for."""

    def __init__(self, document: Document) -> None:
        self._read = document.sibling
        self._path = document.path
        self._looked = 0

    def texts(self, data: bytes, qualifier: bytes, name: bytes, span: Span) -> Iterator[Text]:
        """Yield the literals that a name means; their place is where the name is used."""
        if self._read is None or not self._path.endswith((".java", ".kt", ".scala")):
            return
        owner = qualifier.rstrip(b" .:").rpartition(b".")[2]
        for text in self._means(self._path, data, owner, name, _MAX_STEPS):
            yield Text(text, span.start)

    def _means(
        self, path: str, data: bytes, owner: bytes, name: bytes, steps: int
    ) -> tuple[str, ...]:
        if steps == 0:
            return ()
        if not owner:
            if found := defined(data, name):
                return tuple(text.text for text in found)
            if alias := _alias(data, name):
                return self._means(path, data, *alias, steps - 1)
        for other in self._sources(path, data, owner, name):
            source = self._open(other) if other != path else None
            if not source or name not in source:
                continue
            if texts := self._means(other, source, b"", name, steps - 1):
                return texts
        return ()

    def _open(self, path: str) -> bytes | None:
        self._looked += 1
        if self._looked > _MAX_SOURCES or self._read is None:
            return None
        return self._read(path)

    def _sources(self, path: str, data: bytes, owner: bytes, name: bytes) -> Iterator[str]:
        """Yield the files that may define a name: of its owner, of imports, of what is extended."""
        own = _PACKAGE.search(data)
        package = own.group(1).decode() if own else ""
        root = path.rpartition("/")[0]
        if package:
            folder = package.replace(".", "/")
            if not root.endswith(folder):
                return
            root = root[: -len(folder)].rstrip("/")
        ending = path[path.rfind(".") :]
        imported = [
            (bool(static), dotted.decode(), bool(star))
            for static, dotted, star in _IMPORT.findall(data)
        ]
        types = {dotted.rpartition(".")[2]: dotted for _, dotted, star in imported if not star}

        def file_of(type_name: str) -> str:
            dotted = types.get(type_name) or (f"{package}.{type_name}" if package else type_name)
            return f"{root}/{dotted.replace('.', '/')}{ending}".lstrip("/")

        if owner:
            yield file_of(owner.decode())
            return
        for static, dotted, star in imported:
            holder, _, last = dotted.rpartition(".")
            if static and (star or last == name.decode()):
                held = dotted if star else holder
                yield f"{root}/{held.replace('.', '/')}{ending}".lstrip("/")
        for match in _EXTENDS.finditer(data):
            for base in _TYPE.findall(match.group(1)):
                yield file_of(base.decode())


def _alias(data: bytes, name: bytes) -> tuple[bytes, bytes] | None:
    """Return owner and name of the constant that a constant is set to."""
    match = re.search(
        rb"(?<![\w.])"
        + re.escape(name)
        + rb"(?:\s*:\s*\w+)?\s*=\s*(?:(\w+)\s*\.\s*)?([A-Z_]\w*)\s*[;\n]",
        data,
    )
    return (match.group(1) or b"", match.group(2)) if match else None
