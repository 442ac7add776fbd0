"""Environment files: ``.env``, ``.env.example``, ``env.example``: a setting a line."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.remarks import read_remark
from provenance.extract.sections import provider_beside, router_beside
from provenance.extract.settings import read_setting
from provenance.extract.shell.words import Value, Variables
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "env-file"

_NAME = lazy(
    r"\.env(?:rc)?(?:[._-].*)?|.*[\w-]\.env(?:[._-](?:example|sample|template|dist|tpl|local))?"
    r"|(?:.*[._-])?env[._-](?:example|sample|template|dist|default)"
    r"|(?:example|sample|template)[._-]env|(?:dot|docker)?env",
    re.IGNORECASE,
)
_OTHER = lazy(r"\.(?:py|[jt]sx?|md|ya?ml|json|sh|d\.ts|go|rs|rb|enc|gpg)$", re.IGNORECASE)
_LINE = lazy(
    r"[ \t]*(?P<comment>\#[ \t]*)?(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]{0,120})[ \t]*="
    r"[ \t]*(?P<value>.*)"
)
_QUOTED = lazy(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")
_TRAILING = lazy(r"(?:^|[ \t])\#.*$")
_OLLAMA = lazy(r"ollama", re.IGNORECASE)
MAX_BYTES = 256 * 1024


def accepts(path: str) -> bool:
    """Accept every usual name of a file of environment variables."""
    name = path.rpartition("/")[2]
    return bool(_NAME.fullmatch(name)) and not _OTHER.search(name)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the settings of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if len(document.data) > MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes")
        return collector.done()
    if b"\x00" in document.data[:1024] and not document.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return collector.done()  # a folder's or tool's binary of the same name
    text = textfile.decoded(document.data, collector)
    read_env(text, 1, collector, vocabulary)
    return collector.done()


def read_env(
    text: str, first_line: int, collector: Collector, vocabulary: Vocabulary,
    usage: Usage | None = None,
) -> None:  # fmt: skip
    """Read lines of ``KEY=value``; a commented line is read aside."""
    variables = Variables()
    runtime = "ollama" if _OLLAMA.search(text) else ""
    aside = Aside(collector, "commented")
    beside = {
        match.group("key"): match.group("value").strip().strip("\"'")
        for line in re.split(r"\r\n|\r|\n", text)
        if (match := _LINE.match(line[:400])) and not match.group("comment")
    }
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), first_line):
        match = _LINE.match(line[:4000])
        if not match:
            if line.lstrip().startswith("#"):
                read_remark(line[:500], number, aside, vocabulary)
            continue
        commented = match.group("comment") is not None
        raw = match.group("value").strip()
        quoted = _QUOTED.match(raw)
        raw = (quoted.group(1) or quoted.group(2) or "") if quoted else _TRAILING.sub("", raw)
        value = variables.expand(raw.strip())
        if commented and (" " in value.text or not match.group("key").isupper()):
            continue  # prose
        if not commented:
            variables.set(match.group("key"), Value(value.text, value.default))
        read_setting(
            match.group("key"), value.text, number,
            aside if commented else collector, vocabulary, usage=usage,
            default=value.default, runtime=runtime,
            provider=(
                "" if commented
                else provider_beside(match.group("key"), beside, value.text, vocabulary)
            ) or router_beside(beside, value.text, vocabulary),
        )  # fmt: skip
    absorb(aside.done(), collector)
