"""Shell text cut into commands of words, and the variables that its words expand.

Not a shell: nothing is run, here-documents are skipped, a command substitution is
read as a command of its own and stays unknown as a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

_LITERAL_DOLLAR = "\ue000"
"""Stands for a dollar sign that quoting keeps from being expanded."""
_MAX_VALUE = 2000
_MAX_NESTING = 3

_TOKEN = re.compile(
    r"""
      (?P<join>\\\r?\n)
    | (?P<space>[ \t\r\f\v]+)
    | (?P<newline>\n)
    | (?P<here><<-?[ \t]*[\\'"]?(?P<mark>[A-Za-z_]\w*)['"]?)
    | (?P<redirect>\d*(?:<<<|&>>|&>|>>|>&|<&|>\||<>|<|>))
    | (?P<operator>&&|\|\|?|;;?|&|\(|\))
    | (?P<single>'[^']*')
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<brace>\$\{[^{}\n]{0,500}(?:\{[^{}\n]{0,500}\}[^{}\n]{0,500}){0,5}\})
    | (?P<command>\$\()
    | (?P<back>`[^`]{0,4000}`)
    | (?P<escape>\\.)
    | (?P<comment>\#[^\n]*)
    | (?P<plain>[^\s\\'"`$;&|()<>\#]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UNQUOTED_VERSION = re.compile(r"[<>]=?\d|[<>]=")
"""``pip install acme>=2`` as people write it; a shell would redirect."""
_ESCAPED = re.compile(r'\\(\r?\n|["\\`$])')


class Word(Struct):
    """One word, quotes removed, and its line; ``items`` when it assigns a list."""

    text: str
    line: int
    items: list[Word] | None = None


class Argument(Struct, frozen=True):
    """A word with its variables filled in as far as the script tells."""

    text: str
    line: int
    default: bool = False


class Command(Struct):
    """One simple command, or one comment (``comment``, without the mark)."""

    words: list[Word] = field(default_factory=list)
    comment: str = ""
    line: int = 0


def commands(text: str, first_line: int = 1, nesting: int = 0) -> Iterator[Command]:
    """Yield the commands and comments of a script in order, substituted commands first."""
    cutter = _Cutter(text, first_line, nesting)
    yield from cutter.run()


class _Cutter:
    """The state of one pass over a text."""

    def __init__(self, text: str, line: int, nesting: int) -> None:
        self.text = text
        self.line = line
        self.nesting = nesting
        self.words: list[Word] = []
        self.array: list[Word] | None = None
        self.pieces: list[str] | None = None
        self.word_line = line
        self.redirected = False
        self.marks: list[str] = []
        self.unended: set[str] = set()
        """Marks of here-documents that end nowhere: looked for once."""

    def run(self) -> Iterator[Command]:
        """Yield what the text holds."""
        at, text = 0, self.text
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None  # the last alternative takes any character
            kind, lexeme, at = match.lastgroup, match.group(), match.end()
            if kind in ("plain", "other", "brace"):
                self._add(lexeme)
            elif kind == "space":
                self._end_word()
            elif kind == "join":
                pass
            elif kind == "comment":
                if self.pieces is None:
                    yield Command(comment=lexeme[1:], line=self.line)
                else:  # a mark inside a word is none
                    self._add("#")
                    at = match.start() + 1
                    continue
            elif kind == "single":
                self._add(lexeme[1:-1].replace("$", _LITERAL_DOLLAR))
            elif kind == "double":
                self._add(_ESCAPED.sub(_unescaped, lexeme[1:-1]))
                yield from self._inner(lexeme)
            elif kind == "escape":
                self._add(lexeme[1:].replace("$", _LITERAL_DOLLAR))
            elif kind == "command":
                at = _closing(text, at)
                lexeme = text[match.start() : at]
                self._add(f"$({lexeme[2:-1]})" if lexeme.endswith(")") else lexeme)
                yield from self._inner(lexeme)
            elif kind == "back":
                self._add(f"$({lexeme[1:-1]})")
                yield from self._inner(f"$({lexeme[1:-1]})")
            elif kind == "here":
                self._end_word()
                self.marks.append(match.group("mark"))
            elif kind == "redirect":
                at = self._redirect(match)
            elif lexeme == "(" and self.pieces and self.pieces[-1].endswith("="):
                self.array = []
                self._end_word()
            elif lexeme == ")" and self.array is not None:
                self._end_word()
                self.words[-1].items, self.array = self.array, None
            else:
                if lexeme != "\n" or self.array is None:
                    yield from self._end_command()
                else:
                    self._end_word()
                if lexeme == "\n" and self.marks:
                    skipped = self._skip_here(at)
                    self.line += text.count("\n", at, skipped)
                    at = skipped
            self.line += lexeme.count("\n")
        yield from self._end_command()

    def _add(self, text: str) -> None:
        if self.pieces is None:
            self.pieces, self.word_line = [], self.line
        self.pieces.append(text)

    def _end_word(self) -> None:
        if self.pieces is None:
            return
        word, self.pieces = Word("".join(self.pieces), self.word_line), None
        if self.redirected:
            self.redirected = False
        elif self.array is not None and not word.text.endswith("="):
            self.array.append(word)
        else:
            self.words.append(word)

    def _end_command(self) -> Iterator[Command]:
        self._end_word()
        self.redirected, self.array = False, None
        if self.words:
            words, self.words = self.words, []
            yield Command(words=words, line=words[0].line)

    def _inner(self, lexeme: str) -> Iterator[Command]:
        """Yield the commands that a lexeme substitutes."""
        begin = lexeme.find("$(")
        if begin < 0 or self.nesting >= _MAX_NESTING:
            return
        end = _closing(lexeme, begin + 2)
        line = self.line + lexeme.count("\n", 0, begin)
        yield from commands(lexeme[begin + 2 : end - 1], line, self.nesting + 1)

    def _redirect(self, match: re.Match[str]) -> int:
        at = match.start()
        if self.pieces and _UNQUOTED_VERSION.match(self.text, at):
            self._add(match.group())
            return match.end()
        self._end_word()
        # ``2>&1`` names no file that would follow as a word.
        self.redirected = True
        return match.end()

    def _skip_here(self, at: int) -> int:
        """Return where the text goes on after the pending here-documents."""
        for mark in self.marks:
            if mark in self.unended:
                break
            end = re.compile(rf"^[ \t]*{mark}[ \t]*\r?$", re.MULTILINE).search(self.text, at)
            if end is None:
                self.unended.add(mark)
                break
            at = min(end.end() + 1, len(self.text))
        self.marks = []
        return at


def _unescaped(match: re.Match[str]) -> str:
    char = match.group(1)
    return _LITERAL_DOLLAR if char == "$" else "" if char.endswith("\n") else char


def _closing(text: str, at: int) -> int:
    """Return the position after the parenthesis that closes the one before ``at``."""
    depth, limit = 1, min(len(text), at + 4000)
    for position in range(at, limit):
        char = text[position]
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return position + 1
    return limit


_EXPANSION = re.compile(
    r"\$\{(?P<name>\w{1,100})(?::?[-=](?P<default>[^{}]{0,500}(?:\{[^{}]{0,500}\}[^{}]{0,500}){0,5}))?\}"
    r"|\$(?P<bare>[A-Za-z_]\w{0,99})"
)


class Value(Struct, frozen=True):
    """What a variable holds; ``default`` when something may override it."""

    text: str
    default: bool = False


class Cloned(NamedTuple):
    """The repository of a code host that was fetched last."""

    slug: str
    line: int
    folder: str
    """The last part of the path it was put at."""


_GIVEN = re.compile(r"\$(?:\d|OPTARG|\{(?:\d|OPTARG)\})")
"""An argument of the script, or of one of its options."""


class Variables:
    """Variables by name; unknown ones stay as they are written."""

    def __init__(
        self, known: dict[str, Value] | None = None, made: frozenset[str] = frozenset()
    ) -> None:
        self.known: dict[str, Value] = dict(known or {})
        self.made: set[str] = set(made)
        """Images that the text builds itself."""
        self.cloned: Cloned | None = None

    def set(self, name: str, value: Value) -> None:
        """Give a variable a value."""
        self.known[name] = value

    def unset(self, name: str, text: str) -> None:
        """Give a variable a value that is not known.

        Args:
            text: what it is given. An argument of the caller leaves the value before as default.
        """
        known = self.known.pop(name, None)
        if known is not None and known.text and _GIVEN.fullmatch(text):
            self.known[name] = Value(known.text, default=True)

    def expand(self, text: str, depth: int = 0) -> Value:
        """Return the text with known variables and written defaults filled in."""
        if "$" not in text:
            return Value(text.replace(_LITERAL_DOLLAR, "$"))
        default = False

        def value(match: re.Match[str]) -> str:
            nonlocal default
            known = self.known.get(match.group("name") or match.group("bare"))
            if known is not None and known.text:
                default = default or known.default
                return known.text
            otherwise = match.group("default")
            if otherwise is None or depth > 5:
                return match.group()
            default = True
            if len(otherwise) > 1 and otherwise[0] == otherwise[-1] and otherwise[0] in "'\"":
                otherwise = otherwise[1:-1]  # quotation marks of the shell, not of the value
            return self.expand(otherwise, depth + 1).text

        expanded = _EXPANSION.sub(value, text)[:_MAX_VALUE]
        return Value(expanded.replace(_LITERAL_DOLLAR, "$"), default)
