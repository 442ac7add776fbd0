"""Placeholders of settings with a default in them: ``${AI_MODEL:gpt-4o}``, ``${app.model:…}``.

As Spring, Quarkus and Micronaut write them. In a shell the same signs cut a part out of a
value (``${ID:0:8}``), which is left as it is.
"""

from __future__ import annotations

from provenance.extract.shell.words import Value
from provenance.patterns import lazy

_PLACEHOLDER = lazy(
    r"\$\{(?!oc\.)(?:[A-Z][A-Z0-9_]{1,100}|[a-z][\w-]{0,60}(?:\.[\w-]{1,60}){1,8}):"
    r"(?![-+?=]|\d+(?::\d+)?\})(?P<default>[^{}]{0,300})\}"
)
_MAX_NESTING = 4


def filled(text: str) -> Value:
    """Return a text with the defaults of its placeholders in their places."""
    whole = text
    for _ in range(_MAX_NESTING):
        if "${" not in text:
            break
        previous, text = text, _PLACEHOLDER.sub(lambda match: match.group("default"), text)
        if text == previous:
            break
    return Value(text, default=text != whole)
