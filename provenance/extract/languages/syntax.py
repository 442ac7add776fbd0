"""How the languages that are read without a parser write what matters here.

One pattern a language tells comments and strings from code, one finds its imports, one where a
client is made. Add a language here, and its endings to the table of extractors.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from provenance.extract.manifests.cran_lock import BASE
from provenance.patterns import lazy

_SLASHES = rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_DOUBLE = rb"|\"(?:\\.|[^\"\\\n])*+\"?"
_SINGLE = rb"|'(?:\\.|[^'\\\n])*+'?"
_CHARACTER = rb"|'(?:\\[^\n]{1,8}?|[^'\\\n])'"
_BLOCK = rb'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'


class Language(NamedTuple):
    """How one language writes comments, strings, imports and new clients."""

    ecosystem: str
    passive: re.Pattern[bytes]
    imports: re.Pattern[bytes]
    separator: str
    """Between the parts of an imported name."""
    client: re.Pattern[bytes]
    own_names: bool = False
    """What an import begins with is the name of the package, whatever it is."""
    standard: frozenset[str] = frozenset()
    """Names of that kind which the language brings itself."""


def _language(ecosystem: str, passive: bytes, imports: bytes, separator: str, client: bytes
              ) -> Language:  # fmt: skip
    return Language(
        ecosystem, lazy(passive, re.DOTALL), lazy(imports, re.MULTILINE), separator, lazy(client)
    )


_BUILDER = rb"\b\w*(?:Client|Model|OkHttp\w{0,20})\s{0,8}\.\s{0,8}(?:builder|fromEnv|create)\s?\("
_JVM = (
    _SLASHES + _BLOCK + _DOUBLE + _CHARACTER,
    rb"^[ \t]*import[ \t]+(?:static[ \t]+)?([A-Za-z_][\w.]{1,200})", ".",
    _BUILDER + rb"|\bnew[ \t]+\w*(?:Client|Model|Service)\s?\(|\b[A-Z]\w*(?:Client|OpenAI)\s?\(",
)  # fmt: skip
_GO = _language(
    "golang", _SLASHES + rb"|`[^`]*+`?" + _DOUBLE + _CHARACTER,
    rb"^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"([a-z0-9][\w.-]*\.[a-z]{2,10}/[^\"\s]{1,200})\"",
    "/", rb"\b(\w{1,40})\.New(?:\w{0,30}(?:Client|LLM|ChatModel|WithConfig))?\(",
)  # fmt: skip
_NONE = rb"(?!)"
"""No client of a package that the data knows."""
_ELIXIR = _language(
    "hex",
    rb"#(?!\{)[^\n]*" + _BLOCK + _DOUBLE,
    rb"^[ \t]*alias[ \t]+([A-Z][\w.]{1,200})",
    ".",
    _NONE,
)
_R = _language(
    "cran", rb"#[^\n]*" + _DOUBLE + _SINGLE,
    rb"(?:^|[^\w.$@])(?:library|require|requireNamespace|loadNamespace)\([ \t]*[\"']?"
    rb"([A-Za-z][\w.]{1,100})[\"']?[ \t]*[,)]", "::", _NONE,
)._replace(
    own_names=True, standard=BASE
)  # fmt: skip
LANGUAGES: dict[str, Language] = {
    ".go": _GO,
    ".java": _language("maven", *_JVM),
    ".kt": _language("maven", *_JVM),
    ".kts": _language("maven", *_JVM),
    ".scala": _language("maven", *_JVM),
    ".cs": _language(
        "nuget", _SLASHES + _BLOCK + rb"|(?<=@)\"(?:[^\"]|\"\")*+\"?" + _DOUBLE + _CHARACTER,
        rb"^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([A-Za-z_][\w.]{1,200})[ \t]*;", ".",
        rb"\bnew[ \t]+\w*(?:Client|Service|API)\s?\(|\.Add\w*(?:OpenAI|Chat|Client|Ollama)\w*\(",
    ),
    ".rs": _language(
        "cargo", _SLASHES + rb"|\"(?:\\.|[^\"\\])*+\"?" + _CHARACTER,
        rb"^[ \t]*(?:pub[ \t]+)?(?:use|extern[ \t]+crate)[ \t]+(?:::)?([a-z_][\w:]{1,200})", "::",
        rb"\b\w*(?:Client|Api)(?:::<\w+>)?::(?:new|with_config|default|from_env|builder)\(",
    ),
    ".rb": _language(
        "gem", rb"^=begin\b(?:[^\n]*\n)*?=end\b|#(?!\{)[^\n]*" + _DOUBLE + _SINGLE,
        rb"^[ \t]*require[ \t(]+[\"']([\w/-]{1,200})[\"']", "/",
        rb"\b[A-Z][\w:]{1,80}\s{0,40}\.new\b|\b(?!R(?:ails|Spec)\b)[A-Z][\w:]{1,80}\.configure\b",
    ),
    ".php": _language(
        "composer", _SLASHES + rb"|#(?!\[)[^\n]*" + _DOUBLE + _SINGLE,
        rb"^[ \t]*use[ \t]+\\?([A-Za-z_][\w\\]{1,200})", "\\",
        rb"\b\w*(?:OpenAI|Client|Anthropic|Gemini)::(?:client|factory|make|new)\("
        rb"|\bnew[ \t]+\w*Client\(",
    ),
    ".swift": _language(
        "swift", _SLASHES + _BLOCK + _DOUBLE,
        rb"^[ \t]*(?:@\w+[ \t]+)?import[ \t]+(?:(?:struct|class|enum|func)[ \t]+)?"
        rb"([A-Za-z_]\w{1,100})",
        ".", rb"\b(?:OpenAI|GenerativeModel|\w+Client|\w+Service)\(",
    ),
    ".dart": _language(
        "pub",
        _SLASHES + _BLOCK + rb"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)" + _DOUBLE + _SINGLE,
        rb"^[ \t]*(?:import|export)[ \t]+[\"']package:(\w{1,100})/", "/",
        rb"\b(?:\w*(?:OpenAI|Client|Gemini|Ollama|Anthropic)\w*|GenerativeModel)"
        rb"(?:\.\w{1,40})?\(",
    )._replace(own_names=True),
    ".ex": _ELIXIR,
    ".exs": _ELIXIR,
    ".r": _R,
    ".R": _R,
    ".jl": _language(
        "julia", rb"#=(?:[^=]|=(?!#))*+(?:=#|\Z)|#[^\n]*" + _BLOCK + _DOUBLE + _CHARACTER,
        rb"^[ \t]*(?:using|import)[ \t]+([A-Za-z]\w{1,100})", ".", _NONE,
    ),
    ".lua": _language(
        "luarocks", rb"--\[\[(?:[^\]]|\](?!\]))*+(?:\]\]|\Z)|--[^\n]*" + _DOUBLE + _SINGLE,
        rb"\brequire[ \t(]+[\"']([\w./-]{1,200})[\"']", ".", _NONE,
    ),
}  # fmt: skip
