"""Tables that tell models apart instead of naming one to ask: prices, limits, abilities.

``PRICES = ((("gpt-5",), 1.25, 10.0), …)`` and ``NO_TEMPERATURE_MODELS = ["o1", …]`` hold what
is known of models that somebody else may choose. Told from the bytes, for every language
whose tables have brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from provenance.patterns import lazy

_TABLE = lazy(
    rb"=[ \t]*(?:&[ \t]*)?(?:"
    rb"\[\d{0,4}\][\w.*]{1,60}(?=\{)|map\[string\][\w.*\[\]]{1,40}(?=\{)"
    rb"|(?:(?:new[ \t]+)?[A-Za-z_]{1,20}\([ \t\n]*)?(?=[\[({])"  # ``frozenset([``
    rb"|(?:List|Set|Arrays|ImmutableList|ImmutableSet)\.(?:of|asList)(?=\()"
    rb"|(?:(?:mutable)?(?:[lL]ist|[sS]et)Of|arrayOf|array|List|Seq|Set|Vector)(?=\()"
    rb"|vec!(?=\[)"
    rb"|(?:new[ \t]+(?:List|HashSet)?<?string>?(?:\[\]|\(\))?|new[ \t]*\[\]|new[ \t]+String\[\])"
    rb"\s{0,8}(?=\{)"
    rb")[\[({]"
)
"""Where something is bound to a table, perhaps as ``frozenset([``, ``List.of(``, ``[]string{``."""
_TYPED = lazy(rb"[^=(&\s]\s*\{\Z")
"""A list in braces with the type of its entries before them."""
_TARGET = lazy(
    rb"[ \t]*"
    rb"(?:(?:export|const|let|var|static|readonly|private|public|internal|pub|final|val)[ \t]+)*"
    rb"(?:(?:[A-Z][A-Za-z]{1,30}|string)(?:<[\w<>, ]{1,40}>|\[\])[ \t]+)?"
    rb"(?:self\.|cls\.|this\.)?([A-Za-z_$][\w$]*)[ \t]*(?::[^=\n]{0,80})?"
)
"""What stands before it on the line of a statement."""
_KNOWN_OF = lazy(
    r"(?:^|_)(?:pric(?:e|es|ing)|costs?|rates|ratios?|limits?|context|windows?|no|non|not|without|with|"
    r"unsupported|deprecated|disallowed|excluded|ignored|per|max|min)(?:_|$)",
    re.IGNORECASE,
)
"""Words in a name of a table of what is known of models."""
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_LOOP = lazy(rb"\bfor\b[^\n:]{1,80}\bin[ \t]+(?:\w+\.){0,3}\Z")
_BEGINNING = lazy(rb"starts_?with|\bany\(", re.IGNORECASE)
_ROW = lazy(rb"[ \t]*,?[ \t\n]*[)\]]?[ \t]*,[ \t\n]*-?\d[\d._]*(?:e-?\d+)?[ \t\n]*[,)\]*/]")
"""Right after a name in a row of a table: numbers. The row may group several names."""
_CASE = lazy(
    rb"[ \t\n]*(?:,[ \t\n]*\"[^\"\n]{1,100}\"[ \t\n]*){0,40}"
    rb":[ \t\n]*return[ \t]+-?\d[\d._]*(?:[ \t]*[*/+-][ \t]*\d[\d._]*){0,4}f?;?[ \t]*(?://.*)?$",
    re.MULTILINE,
)
"""Right after a name of a ``case``: the others, and a number for them."""
_OPENED = lazy(rb"(?:\A|[^\w\])\s])[ \t\n]*[(\[][ \t\n]*[(\[]?[^()\[\]{}\n]{0,200}\Z")
"""Before a literal: the bracket of a row, which is no call's."""
_BRACKET = lazy(rb"[\[\](){}]")
KEY = lazy(
    rb"(?<![\w$])[\[\"'`]?(?:[\w$]+\.){0,3}([A-Za-z][\w-]{1,40})[\"'`\]]{0,2}\s{0,4}:\s{0,8}\Z"
)
"""The key right before what a table holds: ``"groq": […]``, ``Supplier.GROQ: "…"``."""
_BETWEEN = (b"[", b"(", b",")
"""What stands before an entry of a list."""
_BEFORE_ENTRY = (b"[", b"(", b"{", b",")
_LIST = b"[("
_OF_MODELS = lazy(rb"[mM]odel|MODEL|LLM|[lL]lm")
"""In the name of every table that its name may say to be of models."""
_MAX_TABLE = 160_000


class _Brackets:
    """The brackets of one table, each with the one around it."""

    def __init__(self, data: bytes, opening: int) -> None:
        self.starts: list[int] = []
        self._ends: list[int] = []
        self._outer: list[int] = []
        self.end = opening
        around: list[int] = []
        for match in _BRACKET.finditer(data, opening, opening + _MAX_TABLE):
            if match.group() in b"[({":
                self._outer.append(around[-1] if around else -1)
                around.append(len(self.starts))
                self.starts.append(match.start())
                self._ends.append(match.start())
                continue
            if around:
                self._ends[around.pop()] = match.end()
            if not around:
                self.end = match.end()
                break

    def innermost(self, offset: int) -> int | None:
        """Return where the nearest bracket around an offset opens."""
        number = bisect_right(self.starts, offset) - 1
        while number >= 0 and self._ends[number] <= offset:
            number = self._outer[number]
        return self.starts[number] if number >= 0 else None


@lru_cache(maxsize=2)
def tables_of(data: bytes) -> Tables:
    """Return the tables of a source; a literal's neighbours ask for the same."""
    return Tables(data)


class Tables:
    """The tables that names of one source are bound to."""

    def __init__(self, data: bytes) -> None:
        """Find where they begin; where they end is looked up when asked for."""
        self._data = data
        self._names: list[bytes] = []
        self._starts: list[int] = []
        self._openings: list[int] = []
        self._typed: set[int] = set()
        for match in _TABLE.finditer(data):
            begin = data.rfind(b"\n", 0, match.start()) + 1
            target = _TARGET.fullmatch(data, begin, match.start())
            if target:
                self._names.append(target.group(1))
                self._starts.append(target.start(1))
                self._openings.append(match.end() - 1)
                if _TYPED.search(match.group()):
                    self._typed.add(match.end() - 1)
        self._brackets: dict[int, _Brackets] = {}
        self._told: dict[int, bool] = {}

    def tell_apart(self, offset: int, end: int) -> bool:
        """Tell whether the literal between these lies in a table of what is known of models."""
        before = self._data[max(0, offset - 240) : offset]
        if _ROW.match(self._data, end) and _OPENED.search(before):
            return True
        if _CASE.match(self._data, end):
            return True
        number = self._around(offset)
        if number is None:
            return False
        if number not in self._told:
            name = self._names[number]
            words = _CAMEL.sub("_", name.decode("ascii", "replace"))
            self._told[number] = bool(_KNOWN_OF.search(words)) or self._only_patterns(number, name)
        return self._told[number]

    def name_around(self, offset: int) -> str:
        """Return the name of the table that an offset lies in, or ``""``.

        A list in braces, as Go has them, is asked whole: it offers a choice.
        """
        number = self._around(offset)
        if number is None or self._openings[number] in self._typed:
            return ""
        return self._names[number].decode("ascii", "replace")

    def key_around(self, offset: int) -> bytes:
        """Return the key that the innermost bracket around an offset belongs to, or ``b""``."""
        number = self._around(offset)
        opening = None if number is None else self._brackets[number].innermost(offset)
        return self._key_before(opening) if opening else b""

    def keys_of_list(self, offset: int) -> list[bytes]:
        """Return the key of the list that an offset lies in an entry of, after the one above it.

        An entry is the text itself, or a bracket with it and little else:
        ``"groq": [("Llama 3", "llama3-8b-8192"), …]``, ``groq: [{ id: "llama3-8b-8192" }]``,
        ``groq: { chat: ["llama3-8b-8192"] }``.
        """
        number = self._around(offset)
        if number is None:
            return []
        brackets = self._brackets[number]
        opening = brackets.innermost(offset)
        if (
            opening is not None
            and self._data[max(0, opening - 200) : opening].rstrip()[-1:] in _BETWEEN
        ):
            opening = brackets.innermost(opening - 1)
        if opening is None or self._data[opening] not in _LIST:
            return []
        key = self._key_before(opening)
        outer = brackets.innermost(opening - 1) if key else None
        above = self._key_before(outer) if outer is not None else b""
        return [part for part in (above, key) if part]

    def _key_before(self, opening: int) -> bytes:
        before = self._data[max(0, opening - 100) : opening].rstrip()
        match = KEY.search(before) if before.endswith(b":") else None
        return match.group(1) if match else b""

    def named(self, pattern: re.Pattern[str] | None = None) -> Iterator[tuple[str, int, int]]:
        """Yield the name of tables with where each opens and where it ends.

        Args:
            pattern: what is to be found in the name; that it speaks of models by default.
        """
        for number, written in enumerate(self._names):
            name = written.decode("ascii", "replace")
            if not (pattern.search(name) if pattern else _OF_MODELS.search(written)):
                continue
            yield name, self._openings[number], self._brackets_of(number).end

    def name_of_list(self, offset: int) -> str:
        """Return the name of the table that an offset lies in an entry of, or ``""``.

        An entry is the text itself, or a bracket with it and little else; what lies deeper
        belongs to something else than the table.
        """
        number = self._around(offset)
        if number is None or not _OF_MODELS.search(self._names[number]):
            return ""
        brackets = self._brackets[number]
        opening = brackets.innermost(offset)
        if opening is not None and opening != self._openings[number]:
            before = self._data[max(0, opening - 200) : opening].rstrip()[-1:]
            opening = brackets.innermost(opening - 1) if before in _BEFORE_ENTRY else None
        if opening != self._openings[number]:
            return ""
        return self._names[number].decode("ascii", "replace")

    def _around(self, offset: int) -> int | None:
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return None
        return number if offset < self._brackets_of(number).end else None

    def _brackets_of(self, number: int) -> _Brackets:
        if number not in self._brackets:
            self._brackets[number] = _Brackets(self._data, self._openings[number])
        return self._brackets[number]

    def _only_patterns(self, number: int, name: bytes) -> bool:
        """Tell whether a table's names are only looked for in others, as patterns.

        A list that a whole name must be in (``name in MODELS``) offers a choice.
        """
        uses = 0
        for match in re.finditer(rb"(?<![\w$])%b(?![\w$])" % re.escape(name), self._data):
            if match.start() == self._starts[number]:
                continue
            begin = self._data.rfind(b"\n", 0, match.start()) + 1
            before = self._data[max(begin, match.start() - 120) : match.start()]
            line = self._data[begin : match.end() + 60]
            if not _LOOP.search(before) or not _BEGINNING.search(line):
                return False
            uses += 1
        return uses > 0
