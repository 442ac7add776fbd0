"""``.gitmodules``: repositories that a checkout brings in as folders of its own.

The file says where a submodule comes from, not at which commit: that stands in the tree of
the commit, which no file shows. So its component has no version; a branch that is followed is
its requirement.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from provenance import ids
from provenance.extract import signs, textfile
from provenance.extract.channels import channel_of_url
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.usages import usage_of_path
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "gitmodules"
MAX_BYTES = 256 * 1024

_SECTION = lazy(r"\[[ \t]*submodule[ \t]+\"?([^\"\]]{1,300})\"?[ \t]*\][ \t]*(?:[#;].*)?")
_VALUE = lazy(r"([A-Za-z][\w-]{0,40})[ \t]*=[ \t]*(.*)")
_HOSTED = lazy(
    r"(?:(?:https?|git|ssh|git\+ssh)://(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::\d+)?/"
    r"|(?:[\w.-]+@)?(?P<short>[\w-]+(?:\.[\w-]+)+):(?!//))"
    r"(?P<path>[\w.~-]+(?:/[\w.~-]+)+)/?"
)
"""``https://host/owner/repo.git``, ``ssh://git@host/owner/repo``, ``git@host:owner/repo.git``."""
_KINDS = {"github.com": "github", "bitbucket.org": "bitbucket", "gitlab.com": "gitlab"}
"""Code hosts whose repositories have purls of their own."""
_HUBS = frozenset({"huggingface.co", "hf.co", "modelscope.cn", "www.modelscope.cn"})


class _Submodule(Struct):
    """One section, each value with its line."""

    name: str
    line: int
    values: dict[str, tuple[str, int]] = field(default_factory=dict)


def accepts(path: str) -> bool:
    """Accept ``.gitmodules`` wherever a checkout lies."""
    return path.rpartition("/")[2] == ".gitmodules"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the repositories that a checkout brings in."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    for submodule in _submodules(text or ""):
        _read(submodule, collector, vocabulary)
    return collector.done()


def _submodules(text: str) -> Iterator[_Submodule]:
    """Yield the sections of a file in the form of git's configuration."""
    current: _Submodule | None = None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = line.strip()[:4000]
        if line.startswith("["):
            if current is not None:
                yield current
            section = _SECTION.fullmatch(line)
            current = _Submodule(section.group(1), number) if section else None
        elif current is not None and (match := _VALUE.fullmatch(line)):
            written = match.group(2).strip()
            if written.startswith('"'):
                written = written[1:].partition('"')[0]
            else:
                written = re.split(r"[ \t]+[#;]", written, maxsplit=1)[0].strip()
            current.values[match.group(1).lower()] = (written, number)
    if current is not None:
        yield current


def _read(submodule: _Submodule, collector: Collector, vocabulary: Vocabulary) -> None:
    url, line = submodule.values.get("url", ("", submodule.line))
    folder = submodule.values.get("path", (submodule.name, 0))[0]
    usage = usage_of_path(posixpath.join(posixpath.dirname(collector.path), folder, "."))
    if usage == "used" and submodule.values.get("update", ("", 0))[0] == "none":
        usage = "optional"  # only who asks for it gets it
    where = collector.occurrence(line, url or submodule.name, usage=usage)
    hosted = _HOSTED.fullmatch(url)
    host = (hosted.group("host") or hosted.group("short")).lower() if hosted else ""
    if not hosted or not (kind := _KINDS.get(host)):
        if host in _HUBS:
            places = Places(url.encode("utf-8", "replace"), first_line=line, usage=usage)
            if signs.addresses(places.data, places, collector, vocabulary):
                return
        # ``../sibling.git`` lies beside wherever this repository does.
        collector.gap(url or submodule.name, "requirement-without-name", line)
        return
    channel = channel_of_url(f"https://{host}", where, collector, vocabulary)
    branch = submodule.values.get("branch", ("", 0))[0]
    repository = ids.package(kind, hosted.group("path").lower().removesuffix(".git"))
    collector.package(
        repository, where, requirement=branch or None, channels=(channel,) if channel else ()
    )
