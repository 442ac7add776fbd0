"""Whether a literal asks for a model, or only speaks of one.

What is compared with, looked for, priced or given to a tokenizer names no model that is
used. Told from the bytes around it, in every language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from provenance.extract.places import Places
from provenance.extract.told_apart import tables_of
from provenance.patterns import lazy

_CLOSED = lazy(rb"[\])}]")
COMPARED = lazy(
    rb"(?:[=!]==?|\bcase|\.(?:includes|startsWith|startswith|endswith|endsWith|has|contains|equals|Contains|Equals"
    rb"|StartsWith|starts_with|include\?|start_with\?)\(|HasPrefix\([^\"'`\n]{1,50},)\s{0,8}\Z"
)
"""Right before a literal that something else is compared with."""
_BEGINS = lazy(
    rb"(?:[sS]tarts_?[wW]ith|start_with\?|[eE]nds_?[wW]ith|end_with\?|Has(?:Prefix|Suffix)"
    rb"|\.(?:index|count|removeprefix))"
    rb"[ \t(]\s{0,8}(?:[^\"'`\n()]{1,50},\s{0,8})?"
    rb"(?:[\[(]\s{0,8})?(?:[\"'`][^\"'`\n]{1,60}[\"'`],\s{0,8}){0,12}\Z"
)
"""Right before a literal, or a few of them, that other names begin or end with, or that is
looked for in a list of others."""
_BEFORE_ARGUMENT = (b"(", b",", b"[", b"?", b"h")
_BEFORE_HELD = (b"n", b",", b"(", b"?")
"""The last sign of what Ruby holds names against."""
_BEGINNING = (b"tarts", b"nds", b"Prefix", b"Suffix", b".index", b".count", b".remove")
_HOLDING = (b"when", b".include?")
_RECORD = lazy(rb"(?<![\w.])([A-Za-z_]\w*)\[[\"']\w+[\"']\][ \t]*[!=]=[ \t]*\Z")
"""Right before what an entry of a record is compared with."""
_LIST = 600
"""Bytes before a literal in which the list that it lies in opens."""
SOUGHT = lazy(rb"[ \t]*(?:not[ \t]+)?in[ \t]+[A-Za-z_(]")
"""Right after a literal that is looked for in another name."""
_RETURNED = lazy(
    rb"[ \t]*\)?[ \t]*[:{]?[ \t]*(?:#[^\n]{0,80})?\s{0,80}return[ \t]+"
    rb"(?:[\"'`][^\"'`\n]{1,80}[\"'`]|(?:[A-Za-z_]\w*\.)*[A-Z][A-Z\d]*(?:_[A-Z\d]+)+|\d[\d_]*"
    rb"|True|False|true|false)[ \t]*;?[ \t]*(?=[\r\n}#/]|\Z)"
)
"""Right after a literal: the branch taken for it gives a text, a constant or a number."""
_OBJECT = rb"object[\"']?[ \t]*[:=][ \t]*[\"']model[\"']"
_A_MODEL = lazy(_OBJECT)
_OFFER = lazy(rb"\s{0,8},\s{0,40}[\"']?%b" % _OBJECT)
_OFFERED = lazy(rb"[\"'`]([\w.:-]{2,80})[\"'`]%b" % _OFFER.pattern)
"""A record of a model as OpenAI's protocol has it in the answer of a server."""
_REMARKS = lazy(rb"(?:[ \t]*(?:#|//)[^\n]*\n\s*)+\Z")
"""Comments that stand before an entry."""
_PICKED = lazy(rb"[\w\])]\[\Z")
_OWN_NAME = lazy(
    rb"[ \t]*:[ \t]*(?:[A-Za-z_][\w.]*\(|\{)[^(){}]{0,300}?"
    rb"(?<!\w)[\"']?(?:id|model|model_?(?:id|name))[\"']?[ \t]*[:=][ \t]*[\"'`]",
    re.IGNORECASE,
)
_HELD = lazy(
    rb"[^\[\](){}]{0,800}\]\s{0,8}[?!]?\.(?:include\?|member\?|includes|contains|Contains)\s?\("
)
"""From a literal to the end of a list that a name is looked for in."""
_RUBY = lazy(rb"\bwhen[ \t]+(?:[\"'][^\"'\n]{1,60}[\"'],\s{0,40}){0,20}\Z|\.include\?[ \t(]\s?\Z")
"""Right before what a name is held against, in Ruby."""
_RUBY_IF = lazy(rb"(?:\A|\n)[ \t]*(?:els)?if[ \t]+[^\n({]{1,120}[!=]=[ \t]*\Z")
_RUBY_END = lazy(rb"[\"'][^\"'\n]{1,80}[\"'][ \t]*(?:\r?\n|then\b|&&|\|\|)")
"""The same with ``if``: no bracket opens and none closes."""
_MEMBERSHIP = lazy(rb"(?<!\w)in[ \t]*\Z")
_LOOP = lazy(rb"\bfor\b[^\n:]{1,80}\bin[ \t]*\Z")
ENTRY = lazy(rb"[ \t]*(?::(?!:)|=>)")
SETTINGS = lazy(rb"[ \t]*:[ \t]*(?:[A-Za-z_][\w.]*\(|\{)")
COSTS = lazy(rb"cost|price|pricing|per_token|per_million", re.IGNORECASE)
OPENING = (b"{", b",", b"")
"""What stands before a key of a table."""
NOT_ASKED = lazy(rb"encoding_for_model|get_encoding|tiktoken|ModelCard\(|tokenizer")
_PATTERNS = lazy(
    rb"(?:\w*(?:pattern|prefix|capable|support|allow|known|limit|price|cost|context|folder|director)\w*"
    rb"[ \t]*(?::[^=\n]{0,60})?=|\bany\([^\n]{0,60}\bin)[ \t]*\Z",
    re.IGNORECASE,
)
"""What stands before a list that tells models apart by their names."""


def quoted_within(data: bytes, offset: int) -> bool:
    """Tell whether a literal is only quoted by the sentence of another, as an example."""
    other = b"'" if data[offset : offset + 1] == b'"' else b'"'
    return data.count(other, data.rfind(b"\n", 0, offset) + 1, offset) % 2 == 1


def is_told_apart(data: bytes, offset: int) -> bool:
    """Tell whether a literal tells names in data apart: as a beginning, or by a record's entry.

    ``name.startswith("o1")``, ``row["models"].index("gpt-4")``, ``[c for c in rows if
    c["model"] == "gpt-4"]``. A setting that is compared may be what is asked for.
    """
    before = data[max(0, offset - 400) : offset]
    last = before.rstrip()[-1:]
    if last in _BEFORE_HELD and any(w in before for w in _HOLDING) and _RUBY.search(before):
        return True
    if last in _BEFORE_ARGUMENT:
        return any(word in before for word in _BEGINNING) and bool(_BEGINS.search(before))
    if not before.rstrip(b" \t").endswith((b"==", b"!=")):
        return False
    if _RUBY_IF.search(before) and _RUBY_END.match(data, offset):
        return True
    record = _RECORD.search(before)
    return record is not None and bool(
        re.search(rb"\b(?:for|lambda)\b[^\n:]{0,60}?\b%b\b" % record.group(1), data)
    )


def is_alias(data: bytes, offset: int, end: int) -> bool:
    """Tell whether a literal is a short name that the branch taken for it puts another for.

    ``if model == "fast-4": return "fast-4-20240229"``: what is returned is asked for.
    """
    return data.endswith((b"==", b"== "), 0, offset) and bool(_RETURNED.match(data, end))


def is_offered(data: bytes, offset: int, end: int) -> bool:
    """Tell whether a literal is a name that a server says it has, or that it compares with one.

    ``{id: "acme-v1", object: "model"}`` is an answer to a question for its models.
    """
    offered = _offered(data)
    if data[offset + 1 : end - 1] not in offered:
        return False
    return bool(_OFFER.match(data, end) or COMPARED.search(data, max(0, offset - 80), offset))


@lru_cache(maxsize=2)
def _offered(data: bytes) -> frozenset[bytes]:
    return frozenset(_OFFERED.findall(data)) if _A_MODEL.search(data) else frozenset()


def is_entry(data: bytes, offset: int, end: int) -> bool:
    """Tell whether a literal is the key of an entry of a table."""
    if not ENTRY.match(data, end):
        return False
    before = data[max(0, offset - 160) : offset]
    if b"#" in before or b"//" in before:
        before = _REMARKS.sub(b"", before)
    return before.rstrip()[-1:] in OPENING


def is_key_of(data: bytes, offset: int, end: int) -> bool:
    """Tell whether a literal picks an entry of a table that stands in the same source."""
    picks = data[end : end + 1] == b"]" and _PICKED.search(data, max(0, offset - 80), offset)
    if not picks:
        return False
    key, at = data[offset:end], -1
    while (at := data.find(key, at + 1)) >= 0:
        if ENTRY.match(data, at + len(key)):
            return True
    return False


def has_own_name(data: bytes, end: int) -> bool:
    """Tell whether what stands under a key that ends here names a model itself."""
    return bool(_OWN_NAME.match(data, end))


def is_pattern(data: bytes, offset: int) -> bool:
    """Tell whether a literal stands in a list that names are held against, not picked from."""
    name = tables_of(data).name_around(offset)
    if name and _PATTERNS.match(name.encode() + b" ="):
        return True
    before = _before_list(data, offset)
    if not before:
        return False
    opening = max(0, offset - _LIST) + len(before)
    if data[opening : opening + 1] == b"[" and _HELD.match(data, offset):
        return True
    if not before.rstrip(b" \t").lower().endswith((b"=", b"in")):
        return False
    return bool(_is_member(before) or _PATTERNS.search(before))


def is_member(data: bytes, offset: int) -> bool:
    """Tell whether a literal stands in a list that something must be in: ``name in ["a/b"]``."""
    return _is_member(_before_list(data, offset))


def _is_member(before: bytes) -> bool:
    return before.rstrip(b" \t").endswith(b"in") and bool(
        _MEMBERSHIP.search(before) and not _LOOP.search(before)
    )


def _before_list(data: bytes, offset: int) -> bytes:
    """Return what stands before the list of texts that a literal lies in, ``b""`` for none."""
    before = data[max(0, offset - _LIST) : offset]
    opening = max(before.rfind(b"["), before.rfind(b"("), before.rfind(b"{"))
    return b"" if opening < 0 or _CLOSED.search(before, opening) else before[:opening]


def is_asked(places: Places, offset: int, end: int) -> bool:
    """Tell whether a literal stands where names that are asked for do.

    Args:
        offset: where it begins, at its quote.
        end: where it ends.
    """
    data = places.data
    if SOUGHT.match(data, end) or is_told_apart(data, offset) or quoted_within(data, offset):
        return False
    if is_entry(data, offset, end) and (
        not SETTINGS.match(data, end) or COSTS.search(data, offset, end + 300)
    ):  # fmt: skip
        return False  # the key of a table of what is known of models
    return not (
        NOT_ASKED.search(places.text_line(offset))
        or is_pattern(data, offset)
        or tables_of(data).tell_apart(offset, end)
    )
