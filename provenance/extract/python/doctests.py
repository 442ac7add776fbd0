"""Examples in docstrings: the known calls of lines behind ``>>>``, as documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.python.modules import parse
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_PROMPT = lazy(rb"^[ \t]*(>>>|\.\.\.)(?: |(?=\r?$))([^\r\n]*)", re.MULTILINE)
_ROOT = lazy(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def read_examples(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the examples in a source's docstrings load and ask for."""
    at = data.find(b">>> ")
    if at < 0:
        return
    begin = data.rfind(b"\n", 0, at) + 1
    examples = list(_examples(data, begin, places))
    if not examples:
        return
    source = _laid_out(examples)
    roots = {root.decode() for root in _ROOT.findall(source)}
    if not vocabulary.call_offsets(source, roots):
        return
    from provenance.extract.python.calls import read_calls

    if not _parses(source):  # together, as most do, or each for itself
        source = _laid_out([item for item in examples if _parses(b"\n".join(item[1]))])
    aside = Aside(collector, "documentation")
    every = frozenset(range(1, source.count(b"\n") + 2))
    read_calls(source, every, aside, vocabulary)
    absorb(aside.done(), collector)


def _examples(data: bytes, begin: int, places: Places) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the statements behind prompts, each with its first line and all its lines."""
    first, statement, follows = 0, list[bytes](), 0
    for match in _PROMPT.finditer(data, begin):
        line = places.line(match.start())
        if statement and (match.group(1) == b">>>" or line != follows):
            yield first, statement
            statement = []
        if not statement:
            if match.group(1) != b">>>":
                continue
            first = line
        statement.append(match.group(2))
        follows = line + 1
    if statement:
        yield first, statement


def _laid_out(examples: list[tuple[int, list[bytes]]]) -> bytes:
    """Return the examples as one source, each on the lines where it stands."""
    lines: list[bytes] = []
    for first, statement in examples:
        lines += [b""] * (first - 1 - len(lines))
        lines += statement
    return b"\n".join(lines)


def _parses(source: bytes) -> bool:
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
