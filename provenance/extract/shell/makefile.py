"""Makefiles and justfiles: variables, and the shell of their recipes."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.settings import read_setting
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Value, Variables
from provenance.model import Document, Extraction, Usage
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
_TARGET = lazy(r"([A-Za-z_][\w.-]*)[^:=\n]{0,200}:(?!=)")
_FOR_DEVELOPERS = lazy(
    r"(?:install|setup|deps)[-_]dev|dev[-_](?:install|setup|deps|requirements)|"
    r"^(?:lint|fmt|format|type-?check|mypy)\b"
)
"""Names of targets whose tools only developers have."""
_BUILT = lazy(
    r"\b(?:docker|podman|nerdctl)(?:[ \t]+buildx)?[ \t]+build\b[^\n]{0,300}?"
    r"[ \t](?:-t|--tag)[ =](\S+)"
)
"""Images that a recipe makes, which the others run."""


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
    recipes = [
        (begin, _as_shell(text, just), usage) for begin, text, usage in _recipes(lines, just)
    ]
    made = frozenset(
        variables.expand(name).text for _, text, _ in recipes for name in _BUILT.findall(text)
    )
    for begin, recipe, usage in recipes:
        read_shell(
            recipe, begin, collector, vocabulary, usage,
            variables=Variables(variables.known, made),
        )  # fmt: skip


def _recipes(lines: list[str], just: bool) -> list[tuple[int, str, Usage | None]]:
    """Return (first line, text, usage by the target's name) of every run of recipe lines."""
    found: list[tuple[int, list[str], Usage | None]] = []
    going = continued = False
    usage: Usage | None = None
    for number, line in enumerate(lines, 1):
        if target := _TARGET.match(line):
            usage = "development" if _FOR_DEVELOPERS.search(target.group(1)) else None
        if line.startswith("\t") or (just and line.startswith("  ")) or (going and continued):
            if not going:
                found.append((number, [], usage))
            bare = line.lstrip("\t ")
            found[-1][1].append(bare if continued else bare.lstrip("@-+"))
            going = True
            continued = line.rstrip().endswith("\\")
        else:
            going = continued = False
    return [(number, "\n".join(texts), usage) for number, texts, usage in found]


def _as_shell(text: str, just: bool) -> str:
    """Write references to variables as a shell does; ``$$`` is the shell's own dollar."""
    if just:
        return _BRACES.sub(r"${\1}", text)
    text = _CALL.sub(r"${\1}", text)
    return _FUNCTION.sub("$(make)", text).replace("$$", "$")
