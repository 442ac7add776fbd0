"""Dockerfiles: base images, build arguments, the shell of RUN, what CMD starts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from provenance.extract import signs, textfile
from provenance.extract.accelerators import platforms_built_for
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.places import Places
from provenance.extract.settings import read_setting
from provenance.extract.shell.script import read_command, read_shell
from provenance.extract.shell.words import Value, Variables, Word, commands
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "dockerfile"

_NAME = lazy(r"(?:.*[._-])?(?:dockerfile|containerfile|earthfile)(?:[._-].*)?", re.IGNORECASE)
_USUAL = lazy(
    r"(?:dockerfile|containerfile|earthfile)(?:[._-].*)?|.*\.(?:dockerfile|containerfile)",
    re.IGNORECASE,
)
"""A name that leaves no doubt; of any other the text must begin as a Dockerfile does."""
_OTHER = lazy(
    r"\.(?:dockerignore|mdx?|py|sh|ya?ml|json|txt|[cm]?[jt]sx?|go|rst|rs|rb|java|html|toml|lock)$",
    re.IGNORECASE,
)
_BEGINS = lazy(r"(?:[ \t]*(?:#.*|ARG[ \t].*)?\n){0,500}[ \t]*FROM[ \t]+\S", re.IGNORECASE)
"""Comments, empty lines and arguments, then the first image."""
_INSTRUCTION = lazy(r"[ \t]*([A-Za-z]+)[ \t]+")
_COMMENTED = lazy(r"[ \t]*#[ \t]*(FROM|RUN|ENV|ARG)[ \t]+(\S.*)")
_ALONE = lazy(r"[\w-]+(?:\.[\w-]+)+/[\w./-]+:[\w.-]+")
"""An image of a registry that is all a comment says: another base than the one below it."""
_HERE = lazy(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?")
_OPTION = lazy(r"--([\w-]+)(?:=(\S+))?\s+")
_COPY_FROM = lazy(r"--from=(\S+)")
_STAGE = lazy(r"\s+[Aa][Ss]\s+([\w.-]+)\s*$")
_HEAD = 16 * 1024
MAX_BYTES = 1024 * 1024


def accepts(path: str) -> bool:
    """Accept a name with ``Dockerfile`` or ``Containerfile`` in it: ``api-dockerfile``."""
    name = path.rpartition("/")[2]
    return bool(_NAME.fullmatch(name)) and not _OTHER.search(name)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one image is built from and what it starts."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if not _USUAL.fullmatch(document.path.rpartition("/")[2]):
        head, _ = textfile.decode(document.data[:_HEAD])
        if not _BEGINS.match(head.replace("\r\n", "\n")):
            return collector.done()
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    read_dockerfile(text, 1, collector, vocabulary)
    return collector.done()


def read_dockerfile(
    text: str, first_line: int, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Read the instructions of a Dockerfile's text into ``collector``."""
    builder = _Builder(collector, vocabulary)
    for line, keyword, body in _instructions(text):
        builder.instruction(keyword, body, line + first_line - 1)


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, keyword, body); a body keeps its line breaks, a comment is ``#``."""
    lines = text.replace("\r\n", "\n").split("\n")
    number, unended = 0, set[str]()
    while number < len(lines):
        start, line = number, lines[number]
        number += 1
        match = _INSTRUCTION.match(line)
        if line.lstrip().startswith("#"):
            yield start + 1, "#", line.lstrip()[1:]
        if not match:
            continue
        keyword, body = match.group(1).upper(), [" " * match.end() + line[match.end() :]]
        while body[-1].rstrip().endswith("\\") and number < len(lines):
            line = lines[number]
            number += 1
            if not line.strip() or line.lstrip().startswith("#"):
                if line.strip():
                    yield number, "#", line.lstrip()[1:]
                line = "\\"  # Docker drops such lines and goes on
            body.append(line)
        if keyword in ("RUN", "COPY") and (marks := _HERE.findall(body[0])):
            end = number if marks[-1] in unended else _end_of_here(lines, number, marks[-1])
            if end == number:
                unended.add(marks[-1])
            if keyword == "RUN" and body[0].strip().startswith("<<"):
                body = ["", *lines[number : max(number, end - 1)]]
            number = end
        yield start + 1, keyword, "\n".join(body)


def _end_of_here(lines: list[str], number: int, mark: str) -> int:
    for end in range(number, len(lines)):
        if lines[end].strip() == mark:
            return end + 1
    return number


class _Builder:
    """Follows the instructions of one file in order."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.variables = Variables()
        self.stages: set[str] = set()

    def instruction(self, keyword: str, body: str, line: int) -> None:
        """Read one instruction."""
        if keyword == "#":
            self._comment(body, line)
        elif keyword == "FROM":
            self._from(body.strip(), line)
        elif keyword in ("ENV", "ARG"):
            self._settings(body, line, default=keyword == "ARG")
        elif keyword in ("COPY", "ADD"):
            self._copy(body, line)
        elif keyword in ("RUN", "CMD", "ENTRYPOINT"):
            self._run(body, line)

    def _comment(self, text: str, line: int) -> None:
        match = _COMMENTED.match(f"#{text}")
        if match and match.group(1) == "FROM":
            image = _STAGE.sub("", match.group(2).strip())
            if "$" not in image and (":" in image or "/" in image) and " " not in image:
                read_image(image, line, self.collector, self.vocabulary, usage="commented")
        elif not match and _ALONE.fullmatch(text.strip()) and is_image(text.strip()):
            read_image(text.strip(), line, self.collector, self.vocabulary, usage="commented")
        else:
            body = match.group(2) if match else text.strip()
            read_shell(f"# {body}", line, self.collector, self.vocabulary,
                       variables=Variables(self.variables.known))  # fmt: skip

    def _from(self, body: str, line: int) -> None:
        while option := _OPTION.match(body):
            body = body[option.end() :]
        stage = _STAGE.search(body)
        if stage:
            body = body[: stage.start()]
        self._image(body.split("#")[0].strip(), line)
        if stage:
            self.stages.add(stage.group(1).lower())

    def _image(self, written: str, line: int) -> None:
        image = self.variables.expand(written)
        if image.text.lower() in self.stages or image.text.isdigit():
            return
        read_image(image.text, line, self.collector, self.vocabulary, default=image.default)

    def _copy(self, body: str, line: int) -> None:
        source = _COPY_FROM.search(body)
        if source:
            self._image(source.group(1), line)
        elif "://" in body:
            data = self.variables.expand(body).text.encode("utf-8", "replace")
            places = Places(data, first_line=line)
            signs.addresses(data, places, self.collector, self.vocabulary)

    def _settings(self, body: str, line: int, *, default: bool) -> None:
        """Read ``ENV K=V K="v"``, ``ENV K V`` and ``ARG K=V``."""
        words = [word for command in commands(body, line) for word in command.words]
        if words and "=" not in words[0].text and len(words) > 1 and not default:
            text = " ".join(word.text for word in words[1:])
            words = [Word(f"{words[0].text}={text}", words[0].line)]
        for word in words:
            key, equals, text = word.text.partition("=")
            if not equals:
                continue
            value = self.variables.expand(text)
            value = Value(value.text, value.default or default)
            self.variables.set(key, value)
            for slug in platforms_built_for(f"{key}={value.text}"):
                self.collector.platform(slug, self.collector.occurrence(word.line, word.text))
            read_setting(
                key, value.text, word.line, self.collector, self.vocabulary,
                default=value.default,
            )  # fmt: skip

    def _run(self, body: str, line: int) -> None:
        text = body.strip(" \t")
        if text.startswith("["):
            words = _list_form(text, line)
            if words:
                read_command(words, self.collector, self.vocabulary, variables=self.variables)
                return
        while option := _OPTION.match(text):
            line += option.group().count("\n")
            text = text[option.end() :]
        # A later RUN begins where the image is: what was fetched is there if it goes into it.
        cloned = self.variables.cloned
        goes = rf"\bcd\b[^;&|]*\b{re.escape(cloned.folder)}" if cloned else ""
        away = cloned is not None and not re.search(goes, text)
        self.variables.cloned = None if away else cloned
        read_shell(text, line, self.collector, self.vocabulary, variables=self.variables)
        self.variables.cloned = self.variables.cloned or (cloned if away else None)


def _list_form(text: str, line: int) -> list[Word]:
    """Return the words of ``["python", "app.py"]``, each at the line it is written on."""
    try:
        words = json.loads(text.replace("\\\n", "\n"))
    except (ValueError, RecursionError):
        return []
    found: list[Word] = []
    at = 0
    for word in words if isinstance(words, list) else ():
        if isinstance(word, str):
            at = max(at, text.find(json.dumps(word, ensure_ascii=False), at))
            found.append(Word(word, line + text.count("\n", 0, at)))
    return found
