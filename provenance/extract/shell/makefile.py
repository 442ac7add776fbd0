"""Makefiles and justfiles: variables, and the shell of their recipes."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.settings import read_setting
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Value, Variables
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "makefile"
MAX_BYTES = 512 * 1024

_NAMES = frozenset({"makefile", "gnumakefile", "justfile", ".justfile"})
_VARIABLE = lazy(
    r"[ ]*(#[ ]*)?(?:export[ \t]+|override[ \t]+)*([A-Za-z_][\w.-]*)[ \t]*"
    r"(\?=|:{1,3}=|\+=|=)[ \t]*(.*)"
)
_CALL = lazy(r"\$[({]([\w.-]+)[)}]")
_FUNCTION = lazy(r"\$\((?!\()[^()\n]{0,500}[ ,][^()\n]{0,500}\)")
_BRACES = lazy(r"\{\{[ \t]*([\w-]+)[ \t]*\}\}")


def accepts(path: str) -> bool:
    """Accept ``Makefile``, ``*.mk`` and ``justfile``."""
    name = path.rpartition("/")[2].lower()
    return name in _NAMES or name.startswith("makefile.") or name.endswith((".mk", ".mak", ".just"))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the variables and recipes of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    just = "justfile" in document.path.lower() or document.path.endswith(".just")
    _read(text.replace("\r\n", "\n").split("\n"), just, collector, vocabulary)
    return collector.done()


def _read(lines: list[str], just: bool, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read variables first, as make does, then the recipes with them."""
    variables, aside = Variables(), Aside(collector, "commented")
    for number, line in enumerate(lines, 1):
        match = None if line.startswith("\t") or (just and line[:1] == " ") else _VARIABLE.match(
            line[:4000]
        )  # fmt: skip
        if not match:
            continue
        comment, name, operator, written = match.groups()
        if not comment:
            written = re.sub(r"[ \t]#.*$", "", written)
        found = variables.expand(_as_shell(written.strip().strip("\"'"), just))
        value = Value(found.text, found.default or operator == "?=")
        if comment is None:
            variables.set(name, value)
        if "$" not in value.text and (comment is None or name.isupper()):
            read_setting(
                name, value.text, number, aside if comment else collector, vocabulary,
                default=value.default,
            )  # fmt: skip
    absorb(aside.done(), collector)
    for begin, recipe in _recipes(lines, just):
        read_shell(
            _as_shell(recipe, just), begin, collector, vocabulary,
            variables=Variables(variables.known),
        )  # fmt: skip


def _recipes(lines: list[str], just: bool) -> list[tuple[int, str]]:
    """Return (first line, text) of every run of recipe lines."""
    found: list[tuple[int, list[str]]] = []
    going = continued = False
    for number, line in enumerate(lines, 1):
        if line.startswith("\t") or (just and line.startswith("  ")) or (going and continued):
            if not going:
                found.append((number, []))
            bare = line.lstrip("\t ")
            found[-1][1].append(bare if continued else bare.lstrip("@-+"))
            going = True
            continued = line.rstrip().endswith("\\")
        else:
            going = continued = False
    return [(number, "\n".join(texts)) for number, texts in found]


def _as_shell(text: str, just: bool) -> str:
    """Write references to variables as a shell does; ``$$`` is the shell's own dollar."""
    if just:
        return _BRACES.sub(r"${\1}", text)
    text = _CALL.sub(r"${\1}", text)
    return _FUNCTION.sub("$(make)", text).replace("$$", "$")
