"""Terms of Elixir and Erlang as they are written: brackets, and what stands in them."""

from __future__ import annotations

import re

from msgspec import Struct, field

from provenance.extract.collect import Collector
from provenance.patterns import lazy

MAX_TOKENS, MAX_DEPTH = 100_000, 100
ELIXIR = lazy(
    r"(?P<comment>#[^\n]*)"
    r"|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\"|\\?\Z)|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)"
    r"|~[a-zA-Z]{1,9}(?:\([^)]*+|\[[^\]]*+|\{[^}]*+|<[^>]*+|([/|\"'])(?:(?!\1)[^\\\n]|\\.)*+).?"
    r"|(?<![\w)])\?\\?[^\s\w]"  # ``?"`` is one character
    r"|\"(?P<text>(?:[^\"\\]|\\.)*+)\"?(?P<named>:(?=\s))?|'(?:[^'\\]|\\.)*+'?"
    r"|(?<!:):(?P<atom>[A-Za-z_]\w*+[?!]?)|(?P<key>[A-Za-z_]\w*+[?!]?):(?=\s)"
    r"|(?P<word>@?\w[\w.]*+[?!]?)|(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)",
    re.DOTALL,
)
ERLANG = lazy(
    r"(?P<comment>%[^\n]*)|\$\\?[^\s\w]|\"(?P<text>(?:[^\"\\]|\\.)*+)\"?"
    r"|'(?P<quoted>[^'\n]*+)'?|(?P<atom>[a-z][\w@]*+)|(?P<word>\w++)"
    r"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)",
    re.DOTALL,
)


class Item(Struct):
    """A token, or what stands between brackets, as its parts between commas."""

    kind: str
    text: str
    line: int
    parts: list[list[Item]] = field(default_factory=lambda: [[]])
    function: str = ""
    """The function whose body it stands in."""
    span: tuple[int, int] = (0, 0)


def parsed(
    text: str, tokens: re.Pattern[str], collector: Collector | None, line: int = 1
) -> tuple[Item, list[Item], list[Item]]:
    """Return the terms of a text, everything that stands in brackets, and the comments."""
    root = Item("", "", line)
    stack, groups, comments = [root], list[Item](), list[Item]()
    function, naming, before = "", False, 0
    for number, match in enumerate(tokens.finditer(text)):
        line += text.count("\n", before, match.start())
        before, kind = match.start(), match.lastgroup or ""
        if number >= MAX_TOKENS:
            if collector:
                collector.gap(collector.path, "too-large", line, detail=f"{len(text)} characters")
            break
        if kind == "open" and len(stack) <= MAX_DEPTH:
            item = Item(match.group(), "", line, function=function, span=match.span())
            stack[-1].parts[-1].append(item)
            groups.append(item)
            stack.append(item)
        elif kind == "close" and len(stack) > 1 and stack[-1].kind + match.group() in "{}[]()":
            stack[-1].span = (stack[-1].span[0], match.end())
            stack.pop()
        elif kind == "comma":
            stack[-1].parts.append([])
        elif kind == "comment":
            comments.append(Item(kind, match.group(), line))
        elif kind not in ("", "open", "close"):
            word = match["text"] if kind == "named" else match[kind]
            shown = {"named": "key", "quoted": "atom"}.get(kind, kind)
            stack[-1].parts[-1].append(Item(shown, word, line))
            if kind == "word":
                function = word if naming else function
                naming = word in ("def", "defp")
    return root, groups, comments


def keywords(parts: list[list[Item]]) -> dict[str, list[Item]]:
    """Return the keywords of a tuple, with or without brackets of their own."""
    found: dict[str, list[Item]] = {}
    for part in parts:
        for one in part[0].parts if len(part) == 1 and part[0].kind == "[" else [part]:
            if one and one[0].kind == "key":
                found[one[0].text] = one[1:]
    return found
