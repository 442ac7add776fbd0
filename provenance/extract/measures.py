"""Names of measures: ``"rollout/reward_mean": rewards.mean()``, ``log("policy/reward", x)``.

Training code groups what it logs by a first part and a slash, which has the form of a hub id.
Told from the bytes: plain words as a key, whose value is computed, among others of the group.
"""

from __future__ import annotations

import re

from provenance.patterns import lazy

_PLAIN = lazy(r"[a-z]+(?:_[a-z]+)*/[a-z]+(?:_[a-z]+)*")
"""Words alone: most names of models have a number, a capital or a hyphen in them."""
_ENTRY = lazy(
    rb"[ \t]*:[ \t\n]*(?![\"'`\[{(\d]|[rbfu]{1,2}[\"']|[A-Z]\w*\(|(?:True|False|None)\b)\S"
)
"""After a key: a value that is no text, number, table or object with settings."""
_PICKS = lazy(rb"[\w\])]\[[ \t]*\Z")
_LOGS = lazy(rb"\b(?:log|log_\w+|add_scalars?|add_histogram)\([ \t\n]*\Z")
_VALUE = lazy(rb"[ \t\n]*,[ \t\n]*[^\"'\s]")
_BEFORE_KEY = (b"{", b",", b"")
_NEAR = 1500
"""Bytes to either side in which the others of a group stand."""


def is_measure(data: bytes, start: int, end: int, text: str) -> bool:
    """Tell whether a literal is the name of something that is measured.

    Args:
        start: where its quote opens; ``end`` is behind the other.
    """
    if not _PLAIN.fullmatch(text):
        return False
    before = data[max(0, start - 60) : start]
    if _LOGS.search(before):
        return bool(_VALUE.match(data, end))
    picked = data[end : end + 1] == b"]" and _PICKS.search(before)
    if not picked and not (_ENTRY.match(data, end) and before.rstrip()[-1:] in _BEFORE_KEY):
        return False
    own = text.encode()
    keys = re.compile(rb"[\"'](%b/\w+)[\"'](?:[ \t]*:|\])" % re.escape(own.partition(b"/")[0]))
    low, high = max(0, start - _NEAR), end + _NEAR
    return any(match.group(1) != own for match in keys.finditer(data, low, high))
