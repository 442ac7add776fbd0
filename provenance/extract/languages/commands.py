"""Commands that a source gives as a list of words, for a server of tools to be started by.

``List.of("npx", "-y", "@acme/server")``, ``[]string{"run", …}`` behind ``"docker"``: whatever
the language, a run of literals of which the first names a program that fetches.
"""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.shell.script import read_command
from provenance.extract.shell.words import Word
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_COMMAND = lazy(
    rb"\"(?:[\w./\\:-]{0,80}[/\\])?(npx|npm|pnpm|yarn|bunx|uvx|uv|pipx|docker|podman)(?:\.cmd|\.exe)?\""
    rb"((?:\s{0,80}[\])}]?\s{0,8},\s{0,80}(?:\w+\s*[:=]\s*)?(?:[\w.\[\]]{0,40}[\[({]\s{0,8})?"
    rb"\"(?:\\.|[^\"\\\n]){0,200}\"){1,20})"
)
_LITERAL = lazy(rb"\"((?:\\.|[^\"\\\n]){0,200})\"")
_MAX_COMMANDS = 50


def read_commands(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the commands of one source start."""
    for number, match in enumerate(_COMMAND.finditer(data)):
        if number >= _MAX_COMMANDS:
            return
        if places.state(match.start()) is not None:
            continue
        words = [Word(match.group(1).decode(), places.line(match.start()))]
        for literal in _LITERAL.finditer(data, match.start(2), match.end()):
            text = literal.group(1).decode("utf-8", "replace")
            words.append(Word(text, places.line(literal.start())))
        read_command(words, collector, vocabulary)
