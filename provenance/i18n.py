"""Wording: ``message(id, lang, **params)`` from ``data/messages/<lang>.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from provenance.registry import Registry

LANGUAGES = ("en", "zh-CN")


class Messages:
    """The messages of one language. Ids are dotted: ``gap.unknown-origin``."""

    def __init__(self, lang: str, table: Mapping[str, str]) -> None:
        self.lang = lang
        self._table = table

    def __call__(self, message: str, **params: object) -> str:
        """Return a message with its parameters filled in.

        Raises:
            KeyError: no such message; the catalogue test keeps this from happening.
        """
        counted = {
            name: _Count(value) if type(value) is int else value for name, value in params.items()
        }
        return self._table[message].format_map(_Params(counted))

    def __contains__(self, message: str) -> bool:
        return message in self._table

    def ids(self) -> frozenset[str]:
        """Return every message id."""
        return frozenset(self._table)


class _Count(int):
    """A number that a message can give a word: ``{count:finding|findings}``."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if bar else super().__format__(spec)


class _Params(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@lru_cache(maxsize=8)
def messages(registry: Registry, lang: str) -> Messages:
    """Load the messages of a language."""
    import tomllib

    data = tomllib.loads(registry.text(f"messages/{lang}.toml"))
    table = {
        f"{group}.{name}": text for group, items in data.items() for name, text in items.items()
    }
    return Messages(lang, table)


def language_of(value: str) -> str:
    """Return the language for a locale name such as ``zh_CN.UTF-8`` (default English)."""
    return "zh-CN" if value.lower().replace("_", "-").startswith("zh") else "en"
