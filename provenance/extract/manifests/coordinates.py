"""Maven coordinates outside of a manifest: JBang's ``//DEPS`` lines, snippets of a ``pom.xml``.

What a single Java file runs with stands in its comments; what a project is to declare, in
its documentation.
"""

from __future__ import annotations

import re

from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.places import Places
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

JBANG = b"//DEPS"
_DEPS = lazy(rb"^//DEPS[ \t]+([^\n]{1,2000})", re.MULTILINE)
_COORDINATES = lazy(r"([A-Za-z][\w.-]*):([A-Za-z][\w.-]*):([\w.+-]+)(?::[\w.-]+)?(?:@\w+)?")
_SNIPPET = lazy(r"<dependency>(.{1,1500}?)</dependency>", re.DOTALL)
_FIELD = lazy(r"<(groupId|artifactId|version)>\s*([\w.-]{1,200})\s*</\1>")
_GRADLE = lazy(
    r"\b(?:implementation|api|compileOnly|runtimeOnly)[ (]+[\"']"
    r"([A-Za-z][\w.-]*):([A-Za-z][\w.-]*)(?::([\w.+-]+))?[\"']"
)
_MAX_ARTIFACTS = 200
_SHOWN: Usage = "documentation"


def read_jbang(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the artifacts that a source asks JBang for."""
    packages = Dependencies("maven", collector, vocabulary)
    for match in _DEPS.finditer(data):
        line = places.line(match.start())
        for word in re.split(r"[\s,]+", match.group(1).decode("utf-8", "replace"))[:_MAX_ARTIFACTS]:
            found = _COORDINATES.fullmatch(word)
            if found:
                group, artifact, version = found.groups()
                _declare(group, artifact, version, line, packages, collector.usage)


def read_snippet(text: str, first_line: int, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the artifacts that a snippet of a build file declares, as documentation.

    Args:
        first_line: of the snippet in its document.
    """
    packages = Dependencies("maven", collector, vocabulary)
    for match in _SNIPPET.finditer(text):
        fields = dict(_FIELD.findall(match.group(1)))
        if "groupId" in fields and "artifactId" in fields:
            line = first_line + text.count("\n", 0, match.start())
            version = fields.get("version", "")
            _declare(fields["groupId"], fields["artifactId"], version, line, packages, _SHOWN)
    for match in _GRADLE.finditer(text):
        group, artifact, version = match.groups()
        line = first_line + text.count("\n", 0, match.start())
        _declare(group, artifact, version or "", line, packages, _SHOWN)


def _declare(
    group: str, artifact: str, version: str, line: int, packages: Dependencies, usage: Usage
) -> None:
    written = f"{group}:{artifact}:{version}".rstrip(":")
    packages.declare(
        f"{group}/{artifact}", version, line, written, usage=usage, version=version or None
    )
