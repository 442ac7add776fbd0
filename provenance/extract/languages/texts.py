"""What an argument can be, in a language without a parser: a literal, a constant, a default."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from provenance.extract.languages.arguments import Span
from provenance.extract.languages.constants import model_name
from provenance.model import Confidence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_STRING = rb'(?:@|r)?"((?:\\.|[^"\\\n]){1,300})"'
_LITERAL = lazy(
    rb"\s*(?:String::from\(|Some\(|openai\.F\(|aws\.String\(|&)?\s*(?:"
    + _STRING
    + rb"|`([^`\n]{1,300})`)"
    rb"(?:\s*\.\s*(?:to_string|to_owned|into|toString|trim)\(\))?\s*\)?\s*"
)
_INTERPOLATED = lazy(rb'\s*\$@?"([^"{}\n\\]{1,300})"\s*')
_NAME = lazy(
    rb"\s*\*?((?:[A-Za-z_]\w*\s*(?:\.|::)\s*)*)([A-Za-z_]\w*)"
    rb"(?:\.(?:toString|name|id|value|get(?:Name|Id|Value|Model|ModelName)|modelName)\(\))?\s*"
)
_COPIED = lazy(rb"\s*&?([a-z_]\w*)\.(?:to_string|to_owned|clone|into|as_str)\(\)\s*")
"""A variable of Rust, handed over as a copy."""
_FALLBACK = lazy(
    rb"(?:\?\?|\?:|\|\||orElse\(|getOrDefault\([^()]{1,80},|unwrap_or(?:_else)?\((?:\|\w*\|)?"
    rb"|get_or\([^()]{1,80},|,)\s*" + _STRING + rb"(?:\.\w+\(\))?\s*\)*\s*\Z"
)
"""The literal that holds unless something is set."""
_ADDRESS = lazy(rb"[\"'`]((?:https?|wss?)://[^\"'`\s]{1,300})[\"'`]")
_MAX_DEFINED = 8


class Text(NamedTuple):
    """A possible text of an argument, and where it is written."""

    text: str
    offset: int
    confidence: Confidence = "high"


Outside = Callable[[bytes, bytes, bytes, Span], Iterable[Text]]
"""Of a source, what stands before a name, the name and its place: what the name means."""


def texts_of(
    data: bytes, span: Span, vocabulary: Vocabulary | None = None,
    outside: Outside | None = None,
) -> Iterator[Text]:  # fmt: skip
    """Yield the texts that an argument can be.

    Args:
        outside: finds the literals of constants that other sources define.
        vocabulary: given where a model is meant, so that a constant of an SDK
            (``GPT_4_O_MINI``) is read by its words.
    """
    for pattern in (_LITERAL, _INTERPOLATED):
        match = pattern.fullmatch(data, span.start, span.end)
        if match:
            number = match.lastindex or 1
            yield Text(_decoded(match.group(number)), match.start(number) - 1)
            return
    match = _COPIED.fullmatch(data, span.start, span.end)
    if match:
        yield from _let(data, match.group(1))
        return
    match = _NAME.fullmatch(data, span.start, span.end)
    if match:
        found = defined(data, match.group(2))
        if not found and outside is not None:
            where = Span(match.start(2), match.end(2))
            found = tuple(outside(data, match.group(1), match.group(2), where))
        yield from found
        if not found and vocabulary is not None:
            name = model_name(match.group(2).decode())
            if _names_a_model(match.group(2), name, vocabulary):
                yield Text(name, match.start(2), "medium")
        return
    match = _FALLBACK.search(data, span.start, span.end)
    if match and match.group(1) is not None:
        yield Text(_decoded(match.group(1)), match.start(1) - 1, "medium")


def address_of(data: bytes, span: Span) -> str | None:
    """Return the URL that an argument holds, also inside ``new Uri("…")``, or of a constant."""
    match = _ADDRESS.search(data, span.start, span.end)
    if match:
        return _decoded(match.group(1))
    return next((t.text for t in texts_of(data, span) if "://" in t.text), None)


@lru_cache(maxsize=64)
def defined(data: bytes, name: bytes) -> tuple[Text, ...]:
    """Return the literals that a source gives a name to."""
    pattern = re.compile(
        rb"(?<![\w.])" + re.escape(name)
        + rb"(?:\s*:\s*[&'\w.?<>]{1,40}(?:\s\w{1,20})?)?\s*(?::=|=)\s*" + _STRING + rb"(?!\s*\+)"
        # a member of an enumeration: ``CHAT("gpt-4o"),``
        + rb"|^[ \t]*" + re.escape(name) + rb"\s*\(\s*" + _STRING + rb"\s*[,)]"
        # the default of an option: ``name := flag.String("model", "gpt-4o", "which")``
        + rb"|\b" + re.escape(name) + rb"\s*:?=\s*\w*(?:[fF]lag|FlagSet)\w*\.String\w*\(\s*"
        + rb'"[^"\n]{1,80}"\s*,\s*' + _STRING,
        re.MULTILINE,
    )  # fmt: skip
    return tuple(
        Text(_decoded(match.group(number)), match.start(number) - 1)
        for match in islice(pattern.finditer(data), _MAX_DEFINED)
        for number in (match.lastindex or 1,)
    )


def _let(data: bytes, name: bytes) -> Iterator[Text]:
    """Yield the literals that a variable of Rust is bound to."""
    pattern = re.compile(rb"\blet\s+(?:mut\s+)?" + name + rb"(?:\s*:[^=;]{1,40})?\s*=\s*" + _STRING)
    for match in islice(pattern.finditer(data), _MAX_DEFINED):
        yield Text(_decoded(match.group(1)), match.start(1) - 1)


def _names_a_model(constant: bytes, name: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a constant's words are a model's: a known family, or a version in them."""
    if vocabulary.api_owner(name) is not None:
        return True
    versioned = any(sign in constant for sign in b"0123456789") or name.endswith("-latest")
    return versioned and vocabulary.looks_like_model(f"tag/{name}")


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace").replace('\\"', '"')
