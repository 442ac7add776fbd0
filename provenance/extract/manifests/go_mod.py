"""``go.mod``: the modules a Go project requires, with the versions the build selects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "go-mod"

_BLOCK = lazy(r"(\w+)\s*\(")
_DIRECTIVES = frozenset(
    "module go toolchain godebug require exclude replace retract tool ignore".split()
)


def accepts(path: str) -> bool:
    """Accept ``go.mod`` anywhere in the tree."""
    return path.rpartition("/")[2] == "go.mod"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the required modules; a replaced one under the name of its replacement."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    packages = Dependencies("golang", collector, vocabulary)
    rows = list(_rows(text, collector))
    replaced: dict[tuple[str, str], list[str]] = {}
    for _, directive, words, _ in rows:
        if directive == "replace" and "=>" in words:
            at = words.index("=>")
            if 1 <= at <= 2:
                replaced[words[0], words[1] if at == 2 else ""] = words[at + 1 :]
        elif directive == "module" and words:
            name = words[0].rpartition("/")[2] or words[0]
            collector.project(name, packages.package(words[0]))
    for line, directive, words, comment in rows:
        if directive != "require":
            continue
        if len(words) != 2:
            collector.gap(
                document.path, "malformed-file", line, detail=" ".join(words)[:80], format="go.mod"
            )
            continue
        name, version = words
        target = replaced.get((name, version)) or replaced.get((name, ""))
        if target:
            if len(target) == 1:  # a folder
                packages.local(name, target[0], line)
                continue
            name, version = target[:2]
        as_written = " ".join(words) + (f" // {comment}" if comment else "")
        packages.declare(
            name, version, line, as_written, version=version,
            direct=not re.match(r"indirect\b", comment),
        )  # fmt: skip
    return collector.done()


def _rows(text: str, collector: Collector) -> Iterator[tuple[int, str, list[str], str]]:
    """Yield line, directive, its words and the comment, blocks opened up."""
    block = ""
    for number, raw in enumerate(textfile.lines(text), 1):
        code, _, comment = raw.partition("//")
        code = code.strip()
        if not code:
            continue
        opened = _BLOCK.fullmatch(code)
        if opened and not block:
            block = opened.group(1)
        elif code == ")" and block:
            block = ""
        else:
            words = [word.strip('"`') for word in code.split()]
            directive = block or words.pop(0)
            if directive not in _DIRECTIVES:
                collector.gap(
                    collector.path, "malformed-file", number, detail=code[:80], format="go.mod"
                )
                continue
            yield number, directive, words, comment.strip()
