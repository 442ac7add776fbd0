"""XML as a small tree with line numbers, read by expat with every kind of entity refused."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from provenance.extract.collect import Collector

_MAX_DEPTH = 200
_MAX_ELEMENTS = 300_000


class Element(Struct):
    """An element: its name without namespace, where it begins, what it holds."""

    name: str
    attributes: dict[str, str]
    line: int
    parts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside, trimmed."""
        return "".join(self.parts).strip()

    def first(self, name: str) -> Element | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """Return the text of a child; empty when there is none."""
        child = self.first(name)
        return child.text if child else ""

    def below(self, *names: str) -> Iterator[Element]:
        """Yield the elements at a path of names."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.below(*names[1:])

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below in the order of the text."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending += reversed(element.children)


class _Refused(Exception):
    pass


def parse(
    data: bytes, collector: Collector, comments: list[tuple[str, int]] | None = None
) -> Element | None:
    """Return the root element, or None and a gap for what is malformed or declares entities.

    Args:
        comments: is given the text of every comment, with the line it begins on.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Element("", {}, 0)
    stack, count = [top], 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _MAX_DEPTH or count > _MAX_ELEMENTS:
            raise _Refused("too deep or too many elements")
        element = Element(name.rpartition(":")[2], attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def refuse(*_: object) -> None:
        raise _Refused("document types and entities are not read")

    parser.StartElementHandler = opened
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = lambda text: stack[-1].parts.append(text)
    if comments is not None:
        found = comments
        parser.CommentHandler = lambda text: found.append((text, parser.CurrentLineNumber))
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _Refused, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0) or parser.CurrentLineNumber
        collector.gap(collector.path, "malformed-file", line, detail=str(error), format="XML")
        return None
    return top.children[0] if top.children else None
