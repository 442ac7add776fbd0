"""CMake: what it finds, the languages it enables and the repositories that it fetches."""

from __future__ import annotations

import re
from itertools import pairwise

from provenance import ids
from provenance.extract import signs, textfile
from provenance.extract.collect import GITHUB, Collector
from provenance.extract.places import Places
from provenance.extract.sighted import Sighted
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "cmake"
_MAX_ARGUMENTS = 200

_REMARKS = lazy(
    rb"(?s)#\[(={0,8})\[[^\]]*+(?:\](?!\1\])[^\]]*+)*+(?:\]\1\]|\Z)|#[^\n]*+"
    rb"|\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"?"
)
_CALL = lazy(
    rb"(?<![\w$.{-])(if|endif|set|project|enable_language|find_package|find_dependency"
    rb"|FetchContent_Declare|ExternalProject_Add|CPM(?:Add|Find)Package)[ \t]*\(",
    re.IGNORECASE,
)
_ARGUMENT = lazy(rb"\s+|#[^\n]*|\"((?:\\.|[^\"\\])*+)\"|([^\s()\"#]+)|\(", re.DOTALL)
_VARIABLE = lazy(r"\$\{(\w{1,100})\}")
_HOSTED = lazy(
    r"(?:gh:|(?:https?|git|ssh)://(?:[^/@\s]{1,99}@)?github\.com/|git@github\.com:)"
    r"([\w.-]+/[\w.-]+?)(?:\.git)?(?:[@#]([^\s@#]+)|/(?:archive/(?:refs/(?:tags|heads)/)?"
    r"|releases/download/)([^/]+?)(?:\.zip|\.tgz|\.tar\.\w+|/.*)?|/)?"
)
_BRANCH = lazy(r"origin/.*|main|master|head|develop|dev|trunk|latest", re.IGNORECASE)


def accepts(path: str) -> bool:
    """Accept ``CMakeLists.txt`` and ``*.cmake``."""
    return path.endswith(("CMakeLists.txt", ".cmake"))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one file of CMake asks for; it is never run."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = textfile.as_utf8(document.data)
    _project(data, Sighted(Places(data, _REMARKS), collector), vocabulary)
    return collector.done()


def _project(data: bytes, found: Sighted, vocabulary: Vocabulary) -> None:
    """Record what a file of CMake finds, enables and fetches."""
    signs.addresses(data, found.places, found.collector, vocabulary)
    known, variables, depth, at = vocabulary.named("cmake"), dict[str, str](), 0, 0
    while match := _CALL.search(data, at):
        name, at, given = match.group(1).decode("ascii").lower(), match.end(), list[str]()
        if found.places.state(match.start()) is not None:
            continue
        if name in ("if", "endif"):
            depth = max(0, depth + (1 if name == "if" else -1))
            continue
        while len(given) < _MAX_ARGUMENTS and (part := _ARGUMENT.match(data, at)):
            text = (part.group(1) or part.group(2) or b"").decode("utf-8", "replace")
            for variable in _VARIABLE.findall(text[:300]):
                text = text.replace(f"${{{variable}}}", variables.get(variable, "$"))
            given += [text] if text else []
            at = part.end()
        usage: Usage | None = "optional" if depth or "QUIET" in given else None
        written = data[match.start() : at + 1]
        if name == "set" and len(given) == 2:
            variables[given[0]] = given[1][:200]
        elif name.startswith("find") and given:
            version = next((text for text in given[1:2] if text[0].isdigit()), None)
            found.add(known.get(given[0]), match.start(), written, usage, version)
        elif name in ("project", "enable_language"):
            for language in sorted({"CUDA", "HIP"}.intersection(given[name == "project" :])):
                found.add(known.get(language), match.start(), written, usage)
        elif name != "set":
            _fetched(given, match.start(), written, usage, found)


def _fetched(
    given: list[str], offset: int, written: bytes, usage: Usage | None, found: Sighted
) -> None:
    """Record the repository that a call fetches, at its tag; a branch is a requirement."""
    values = dict(pairwise(given))
    if "GITHUB_REPOSITORY" in values:
        given = [f"gh:{values['GITHUB_REPOSITORY']}"]
    hosted = next((address for text in given if (address := _HOSTED.fullmatch(text))), None)
    if hosted is None:
        if url := values.get("GIT_REPOSITORY"):
            found.collector.gap(url, "requirement-without-name", found.places.line(offset))
        return
    tag = hosted.group(2) or hosted.group(3) or values.get("GIT_TAG") or values.get("VERSION", "")
    tag = "" if "$" in tag else tag
    branch = tag if _BRANCH.fullmatch(tag) else None
    package = ids.package("github", hosted.group(1).lower(), None if branch else tag or None)
    found.add(package, offset, written, usage, branch, (GITHUB,))
