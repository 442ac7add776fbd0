"""Shell text cut into commands of words, and the variables that its words expand.

Not a shell: nothing is run, a here-document is kept with its command, a command
substitution is read as a command of its own and stays unknown as a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from provenance.patterns import lazy

_LITERAL_DOLLAR = "\ue000"
"""Stands for a dollar sign that quoting keeps from being expanded."""
_MAX_VALUE = 2000
_MAX_NESTING = 3

_TOKEN = lazy(
    r"""
      (?P<join>\\\r?\n)
    | (?P<space>[ \t\r\f\v]+)
    | (?P<newline>\n)
    | (?P<here>\d?<<-?[ \t]*(?P<quoted>[\\'"]?)(?P<mark>[A-Za-z_]\w*)['"]?)
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
_WRITES = frozenset("> >> >| 1> 1>> &>".split())
"""Redirections of what a command puts out."""
_UNQUOTED_VERSION = lazy(r"[<>]=?\d|[<>]=")
"""``pip install acme>=2`` as people write it; a shell would redirect."""
_ESCAPED = lazy(r'\\(\r?\n|["\\`$])')


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


class Here(Struct):
    """A here-document; without ``text`` one that ends nowhere, whose lines are commands."""

    mark: str
    quoted: bool
    """Nothing in the text is expanded."""
    text: str | None = None
    line: int = 0


class Command(Struct):
    """One simple command, or one comment (``comment``, without the mark)."""

    words: list[Word] = field(default_factory=list)
    comment: str = ""
    line: int = 0
    here: list[Here] = field(default_factory=list)
    """What it is given to read."""
    target: str = ""
    """The file its output goes to."""
    piped: bool = False
    """Its output goes to the next command."""


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
        self.redirected = ""
        self.target = ""
        self.here: list[Here] = []
        self.pending: list[Here] = []
        """Here-documents that begin on the next line."""
        self.held: list[Command] = []
        """Commands of a line whose here-documents are not read yet."""
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
                self.here.append(Here(match.group("mark"), bool(match.group("quoted"))))
                self.pending.append(self.here[-1])
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
                    yield from self._end_command(lexeme)
                else:
                    self._end_word()
                if lexeme == "\n" and self.pending:
                    skipped = self._read_here(at)
                    self.line += text.count("\n", at, skipped)
                    at = skipped
                    yield from self._held()
            self.line += lexeme.count("\n")
        yield from self._end_command()
        yield from self._held()

    def _add(self, text: str) -> None:
        if self.pieces is None:
            self.pieces, self.word_line = [], self.line
        self.pieces.append(text)

    def _end_word(self) -> None:
        if self.pieces is None:
            return
        word, self.pieces = Word("".join(self.pieces), self.word_line), None
        if self.redirected:
            if self.redirected in _WRITES:
                self.target = word.text
            self.redirected = ""
        elif self.array is not None and not word.text.endswith("="):
            self.array.append(word)
        else:
            self.words.append(word)

    def _end_command(self, operator: str = "") -> Iterator[Command]:
        self._end_word()
        self.redirected, self.array = "", None
        if self.words:
            words, self.words = self.words, []
            command = Command(
                words=words, line=words[0].line, here=self.here, target=self.target,
                piped=operator == "|",
            )  # fmt: skip
            self.here, self.target = [], ""
            if self.pending:
                self.held.append(command)
            else:
                yield command

    def _held(self) -> Iterator[Command]:
        held, self.held = self.held, []
        yield from held

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
        self.redirected = match.group()
        return match.end()

    def _read_here(self, at: int) -> int:
        """Read the pending here-documents; return where the text goes on after them."""
        line = self.line + 1
        for here in self.pending:
            if here.mark in self.unended:
                break
            end = re.compile(rf"^[ \t]*{here.mark}[ \t]*\r?$", re.MULTILINE).search(self.text, at)
            if end is None:
                self.unended.add(here.mark)
                break
            here.text, here.line = self.text[at : end.start()], line
            line += self.text.count("\n", at, end.end()) + 1
            at = min(end.end() + 1, len(self.text))
        self.pending = []
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


_EXPANSION = lazy(
    r"\$\{(?P<name>\w{1,100})(?::?[-=](?P<default>[^{}]{0,500}(?:\{[^{}]{0,500}\}[^{}]{0,500}){0,5}))?\}"
    r"|\$(?P<bare>[A-Za-z_]\w{0,99})"
)


class Value(Struct, frozen=True):
    """What a variable holds; ``default`` when something may override it."""

    text: str
    default: bool = False
    line: int = 0
    """Where it is written, when that is known."""


class Cloned(NamedTuple):
    """The repository of a code host that was fetched last."""

    slug: str
    line: int
    folder: str
    """The last part of the path it was put at."""


_GIVEN = lazy(r"\$(?:\d|OPTARG|\{(?:\d|OPTARG)\})")
"""An argument of the script, or of one of its options."""


_WHOLE = lazy(r"\$(?:\{(\w+)(?:\[[@*]\])?\}|(\w+))")
_OPTIONS = lazy(r"(?:^|\s)--?[A-Za-z][\w.-]*(?=[\s=]|$)")
"""What the value of a variable has in it that holds a part of a command."""


class Variables:
    """Variables by name; unknown ones stay as they are written."""

    def __init__(
        self, known: dict[str, Value] | None = None, made: frozenset[str] = frozenset(),
        *, elsewhere: bool = False,
    ) -> None:  # fmt: skip
        self.known: dict[str, Value] = dict(known or {})
        self.made: set[str] = set(made)
        """Images that the text builds itself."""
        self.lists: dict[str, list[Word]] = {}
        """Words of the lists that are assigned."""
        self.cloned: Cloned | None = None
        self.elsewhere = elsewhere
        """The text sends programs in front of a model to another service than their makers'."""

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

    def arguments(self, word: Word, nesting: int = 0) -> list[Argument]:
        """Return what a word of a command becomes: itself, or the options a variable holds."""
        match = _WHOLE.fullmatch(word.text) if word.text.startswith("$") else None
        if match is not None and nesting < _MAX_NESTING:
            name = match.group(1) or match.group(2)
            known = self.known.get(name)
            inner: list[Word] = []
            if name in self.lists:
                inner = self.lists[name]
            elif known is not None and _OPTIONS.search(known.text):
                found = commands(known.text, known.line or word.line, 1)
                inner = [part for command in found for part in command.words]
            if inner:
                default = known is not None and known.default
                return [
                    Argument(argument.text, argument.line, argument.default or default)
                    for part in inner
                    for argument in self.arguments(part, nesting + 1)
                ]
        value = self.expand(word.text)
        return [Argument(value.text, word.line, value.default)]

    def filled(self, text: str) -> str:
        """Return a text of several lines with known variables filled in, each on its line."""

        def value(match: re.Match[str]) -> str:
            found = self.expand(match.group()).text
            return match.group() if "\n" in found else found

        return _EXPANSION.sub(value, text) if "$" in text else text

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
