"""Examples in docstrings: the known calls of lines behind ``>>>``, as documentation."""

from __future__ import annotations

import ast
import re
import warnings

from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.vocabulary import Vocabulary

_PROMPT = re.compile(r"^[ \t]*(>>>|\.\.\.)(?: |$)(.*)$")
_ROOT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def read_examples(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the examples in a source's docstrings load and ask for."""
    at = data.find(b">>> ")
    if at < 0:
        return
    source = _examples(data.decode("utf-8", "replace"), places.line(at)).encode()
    roots = {root.decode() for root in _ROOT.findall(source)}
    if not vocabulary.call_offsets(source, roots):
        return
    from provenance.extract.python.calls import read_calls

    aside = Aside(collector, "documentation")
    every = frozenset(range(1, source.count(b"\n") + 2))
    read_calls(source, every, aside, vocabulary)
    absorb(aside.done(), collector)


def _examples(text: str, first: int) -> str:
    """Return the examples that parse, each on its own lines, the rest of the text empty."""
    lines = text.split("\n")
    kept = [""] * len(lines)
    number = first - 1
    while number < len(lines):
        begin, example = number, list[str]()
        while number < len(lines) and (match := _PROMPT.match(lines[number])):
            if example and match.group(1) == ">>>":
                break  # the next statement
            example.append(match.group(2))
            number += 1
        if example and _parses("\n".join(example)):
            kept[begin:number] = example
        number += not example
    return "\n".join(kept)


def _parses(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
