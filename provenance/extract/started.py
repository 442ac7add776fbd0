"""Programs in front of a model that a source starts: ``spawn("claude", ["-p", prompt])``.

A list of words whose first names such a program, or one text that something runs, whatever the
language; the words are read as the command line that they are.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.shell.assistants import sends_elsewhere
from provenance.extract.shell.script import read_command, read_shell
from provenance.extract.shell.words import Variables, Word
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_NEXT = lazy(rb"(?:\.cmd|\.exe)?[\"'`]\s{0,80},\s{0,80}(?:[\w.!<>&]{0,24}[\[{(]\s{0,80})?")
"""From a program's name to the next literal: ``["codex", "exec"``, ``spawn("codex", ["exec"``."""
_WORD = lazy(
    rb"\s{0,80}(?:f?([\"'`])((?:\\.|(?!\1)[^\\\n]){0,300})\1|(\w[\w.]{0,60})|[^,\])}\"'`]{1,200})"
    rb"\s{0,80}([,\])}])"
)
_RUNS = lazy(
    rb"(?:run|exec\w*|spawn\w*|system|p?open\w*|call|output|shell|cmd|command)[(\[{:= ]*f?\Z",
    re.IGNORECASE,
)
"""What runs the text that begins here, in whatever language."""
MARKS = (b"spawn", b"cmd", b"argv", b"ommand(", b"exec", b"process")
"""What a source that starts programs has, as a rule; looked for before any pattern."""
PYTHON_MARKS = (b"subprocess", b"cmd", b"argv")
"""The same in Python: every mark costs a look over the whole source."""
_MAX_WORDS = 40
_MAX_COMMANDS = 50
_MAX_TEXT = 500


def read_started(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    marks: tuple[bytes, ...] = MARKS,
) -> None:  # fmt: skip
    """Record the programs in front of a model that a source starts.

    Args:
        marks: of which the source must hold one.
    """
    if not any(mark in data for mark in marks):
        return
    names = _begins_with(tuple(vocabulary.named("program")))
    commands = [
        command
        for match in islice(names.finditer(data), _MAX_COMMANDS)
        if places.state(match.start()) is None
        and (command := _command(match.group(1).decode(), match.start(1), data, places))
    ]
    elsewhere = bool(commands) and sends_elsewhere(data.decode("utf-8", "replace"))
    for command in commands:
        variables = Variables(elsewhere=elsewhere)
        if isinstance(command, Word):
            read_shell(command.text, command.line, collector, vocabulary, variables=variables)
        else:
            read_command(command, collector, vocabulary, variables=variables)


@cache
def _begins_with(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return where a literal begins with one of these names."""
    words = b"|".join(re.escape(name.encode()) for name in names)
    return re.compile(rb"[\"'`](%b)(?=[\"'` .])" % words)


def _command(name: str, at: int, data: bytes, places: Places) -> Word | list[Word] | None:
    """Return the command whose program is named at an offset: as one text, or as its words."""
    line, end = places.line(at), at + len(name)
    if data[end : end + 1] == b" ":
        close = data.find(data[at - 1 : at], end, end + _MAX_TEXT)
        runs = close > 0 and _RUNS.search(data, max(0, at - 41), at - 1)
        return Word(data[at:close].decode("utf-8", "replace"), line) if runs else None
    match = _NEXT.match(data, end)
    return [Word(name, line), *_words(data, match.end(), places)] if match else None


def _words(data: bytes, at: int, places: Places) -> list[Word]:
    """Return the words of a list from an offset on; a name stands for what it holds."""
    found: list[Word] = []
    while len(found) < _MAX_WORDS and (match := _WORD.match(data, at)):
        quoted, text, name, sign = match.groups()
        if quoted:
            found.append(Word(text.decode("utf-8", "replace"), places.line(match.start(2))))
        elif name:
            found.append(Word(f"${{{name.decode()}}}", places.line(match.start(3))))
        if sign != b",":
            break
        at = match.end()
    return found
