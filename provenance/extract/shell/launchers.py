"""Files that only start commands: units of systemd, Procfiles, pipelines of Jenkins."""

from __future__ import annotations

import re
from collections.abc import Callable

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.settings import read_setting
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Variables
from provenance.model import Document, Extraction, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "launcher"
MAX_BYTES = 256 * 1024

_UNIT = lazy(r"(?i).+\.(?:service|timer|container)(?:\.(?:in|j2|tmpl))?")
_PROCFILE = lazy(r"(?i)procfile(?:\.[\w-]+)?")
_JENKINS = lazy(r"(?i)(?:.*[._-])?jenkinsfile(?:[._-].*)?|.+\.jenkinsfile")
_UNIT_LINE = lazy(r"[ \t]*(Exec\w+|Environment|Image)[ \t]*=[ \t]*[-@:+!]{0,3}(.*)")
_PAIR = lazy(r"\"([A-Za-z_]\w*)=([^\"]*)\"|([A-Za-z_]\w*)=(\S*)")
_PROCESS = lazy(r"([A-Za-z][\w-]{0,40})[ \t]*:[ \t]+(\S.*)")
_REMARK = lazy(r"^[ \t]*(?://|\*|/\*).*$", re.MULTILINE)
_STEP = lazy(
    r"\b(?:sh|bat|powershell)[ \t]*\(?[ \t]*(?:script[ \t]*:[ \t]*)?"
    r"(?:'''(?P<a>.*?)'''|\"\"\"(?P<b>.*?)\"\"\"|'(?P<c>[^'\n]*)'|\"(?P<d>[^\"\n]*)\")",
    re.DOTALL,
)
_IMAGE = lazy(r"\bimage[ \t]*[(:]?[ \t]*['\"]([^'\"\s]{3,200})['\"]")
_VARIABLE = lazy(r"^[ \t]*([A-Z][A-Z0-9_]{2,60})[ \t]*=[ \t]*['\"]([^'\"\n]{1,200})['\"]", re.M)
_MAX_STEPS = 300


def accepts(path: str) -> bool:
    """Accept units of systemd, Procfiles and pipelines of Jenkins by their names."""
    return _reader(path) is not None


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the commands of one file use."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    reader, text = _reader(document.path), textfile.bounded(document.data, collector, MAX_BYTES)
    if reader is not None and text is not None:
        reader(text.replace("\r\n", "\n"), collector, vocabulary)
    return collector.done()


def _reader(path: str) -> Callable[[str, Collector, Vocabulary], None] | None:
    name = path.rpartition("/")[2]
    kinds = ((_UNIT, _read_unit), (_PROCFILE, _read_processes), (_JENKINS, _read_pipeline))
    return next((reader for pattern, reader in kinds if pattern.fullmatch(name)), None)


def _read_unit(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read what a unit starts, in which image, and with which variables."""
    variables = Variables()
    lines, at = text.split("\n"), 0
    while at < len(lines):
        line, first = lines[at], at + 1
        at += 1
        while line.endswith("\\") and at < len(lines):
            line = f"{line[:-1]} {lines[at].strip()}"
            at += 1
        match = _UNIT_LINE.match(line[:8000])
        if match is None:
            continue
        key, body = match.groups()
        if key == "Environment":
            for pair in _PAIR.finditer(body):
                name, value = pair.group(1) or pair.group(3), pair.group(2) or pair.group(4) or ""
                read_setting(name, value, first, collector, vocabulary)
        elif key == "Image":
            read_image(body.strip(), first, collector, vocabulary)
        else:
            read_shell(body, first, collector, vocabulary, variables=variables)


def _read_processes(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read a process a line: ``web: python serve.py``."""
    for number, line in enumerate(text.split("\n"), 1):
        if match := _PROCESS.match(line[:4000]):
            read_shell(match.group(2), number, collector, vocabulary)


def _read_pipeline(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the steps, images and variables of a pipeline, all of it for development."""
    if strongest_usage((collector.usage, "development")) == collector.usage:
        collector.usage = "development"
    text = _REMARK.sub("", text)

    def line_of(offset: int) -> int:
        return text.count("\n", 0, offset) + 1

    for number, match in enumerate(_STEP.finditer(text)):
        if number >= _MAX_STEPS:
            break
        group = match.lastgroup or "a"
        read_shell(match.group(group), line_of(match.start(group)), collector, vocabulary)
    for match in _IMAGE.finditer(text):
        if is_image(match.group(1)) and "$" not in match.group(1):
            read_image(match.group(1), line_of(match.start(1)), collector, vocabulary)
    for match in _VARIABLE.finditer(text):
        key, value = match.groups()
        read_setting(key, value, line_of(match.start()), collector, vocabulary)
