"""pip requirements files: ``-r``, ``-c``, markers, extras, hashes, VCS and file URLs.

Each logical line is handed to :mod:`packaging`; only what pip adds around PEP 508
(options, continuation lines, comments) is read here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from provenance import ids
from provenance.extract import textfile
from provenance.extract.accelerators import platform_of
from provenance.extract.channels import PYPI, channel_of_url
from provenance.extract.collect import Collector
from provenance.model import Document, Extraction, Include, Location, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "requirements"

_FILE = lazy(r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in|pip)", re.IGNORECASE)
_COMMENT = lazy(r"(?:^|\s)#.*$")
_OPTION = lazy(r"(--?[A-Za-z][\w-]*)(?:[ \t]*=[ \t]*|[ \t]+|$)(.*)")
_SHORT = lazy(r"-([recif])(\S.*)")
_TRAILING_OPTIONS = lazy(r"\s--?(?:hash|global-option|install-option|config-settings?|C)\b.*$")
_COMMENTED = lazy(r"#\s*([A-Za-z0-9][\w.-]*(?:\[[\w, -]+\])?\s*(?:==|~=|>=|<=)\s*[\w.*]+)\s*$")
_EGG = lazy(r"[#&]egg=([A-Za-z0-9][\w.-]*)")
_USAGE_WORDS: dict[str, Usage] = {
    "dev": "development", "develop": "development", "development": "development",
    "lint": "development", "build": "development", "ci": "development", "style": "development",
    "typing": "development", "types": "development", "release": "development",
    "test": "test", "tests": "test", "testing": "test", "bench": "development",
    "benchmark": "development", "quality": "development",
    "doc": "documentation", "docs": "documentation", "documentation": "documentation",
    "example": "example", "examples": "example", "demo": "example",
    "optional": "optional", "extra": "optional", "extras": "optional",
}  # fmt: skip
_IGNORED_OPTIONS = frozenset(
    "--no-index --pre --prefer-binary --only-binary --no-binary --require-hashes --trusted-host "
    "--use-feature --no-deps --process-dependency-links --no-use-wheel --use-wheel --hash".split()
)


def accepts(path: str) -> bool:
    """Accept ``*requirements*.txt|in|pip`` and text files in a ``requirements`` folder."""
    folder, _, name = path.rpartition("/")
    if _FILE.fullmatch(name):
        return True
    return name.endswith((".txt", ".in")) and folder.rpartition("/")[2] == "requirements"


def usage_of_name(name: str) -> Usage:
    """Return the usage that the words of a file, group or extra name imply."""
    for word in re.split(r"[-_./ ]+", name.lower()):
        if word in _USAGE_WORDS:
            return _USAGE_WORDS[word]
    return "used"


def usage_of_group(name: str) -> Usage:
    """Return the usage of a dependency group: development unless its name says more."""
    implied = usage_of_name(name)
    return "development" if implied == "used" else implied


def usage_of_extra(name: str) -> Usage:
    """Return the usage of an extra: optional unless its name says more."""
    implied = usage_of_name(name)
    return "optional" if implied == "used" else implied


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages, channels and included files of one requirements file."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    stem = document.path.rpartition("/")[2].rpartition(".")[0]
    read_lines(list(logical_lines(text)), usage_of_name(stem), collector, vocabulary)
    return collector.done()


def read_lines(
    lines: list[tuple[int, str]], usage: Usage, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what logical lines ask for: requirements, options, included files, sources."""
    channels, further = _channels(lines, usage, collector, vocabulary)
    for number, line in lines:
        if line.startswith("#"):
            match = _COMMENTED.match(line)
            if match:
                read_requirement(match.group(1), number, "commented", [], collector, vocabulary)
        elif line.startswith("-") and not line.startswith(("-e", "--editable")):
            if not line.startswith(_SOURCES):
                _option(line, number, collector)
        else:
            if line.startswith(("-e", "--editable")):
                line = _option_value(line)
            read_requirement(
                line, number, usage, channels, collector, vocabulary,
                further=() if "--hash" in line else further,  # a digest settles whose file it is
            )  # fmt: skip


_INDEX = ("-i", "--index-url")
_SOURCES = (*_INDEX, "--extra-index-url", "-f", "--find-links")


def _channels(
    lines: list[tuple[int, str]], usage: Usage, collector: Collector, vocabulary: Vocabulary
) -> tuple[list[str], list[str]]:
    """Record the file's package sources; return what its packages arrive by, and may as well.

    pip applies an index to the whole file, wherever the option stands, and takes the best
    version that any of them has.
    """
    channels: list[str] = []
    further: list[str] = []
    default = True
    for number, line in lines:
        if not line.startswith(_SOURCES):
            continue
        value = _option_value(line)
        default = default and not line.startswith(_INDEX)
        if "://" not in value:
            collector.gap(value or line, "private-channel", number)
            continue
        where = collector.occurrence(number, line, usage=usage)
        channel = channel_of_url(value, where, collector, vocabulary)
        platform = platform_of(value)
        if platform:
            collector.platform(platform, where)
        if channel:
            (channels if line.startswith(_INDEX) else further).append(channel)
    channels = [PYPI, *channels] if default else channels
    return channels, [channel for channel in dict.fromkeys(further) if channel not in channels]


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (1-based line, text) with continuations joined and comments cut.

    A line that is wholly a comment is kept, since it may hold a commented requirement.
    """
    pending, start = "", 0
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not pending:
            start = number
        is_comment = raw.lstrip().startswith("#")
        if raw.endswith("\\") and not is_comment:
            pending += raw[:-1] + " "
            continue
        if is_comment and not pending:
            yield number, raw.strip()
            continue
        line = _COMMENT.sub("", pending + raw).strip().strip("\ufeff\x00")
        pending = ""
        if line:
            yield start, line
    if pending.strip():
        yield start, _COMMENT.sub("", pending).strip()


def _option_value(line: str) -> str:
    match = _OPTION.match(line)
    if match and match.group(2):
        return match.group(2).strip().strip("\"'")
    match = _SHORT.match(line)
    return match.group(2).strip() if match else ""


def _option(line: str, number: int, collector: Collector) -> None:
    option = re.split(r"[\s=]", line, maxsplit=1)[0]
    value = _option_value(line)
    kinds: tuple[tuple[str, str, Literal["requirements", "constraints"]], ...] = (
        ("-r", "--requirement", "requirements"), ("-c", "--constraint", "constraints"),
    )  # fmt: skip
    for short, long, kind in kinds:
        if option == long or line.startswith(short):
            include(value, number, collector, kind=kind)
            return
    if option not in _IGNORED_OPTIONS:
        collector.gap(line, "unknown-option", number)


def include(
    value: str, number: int, collector: Collector, *,
    kind: Literal["requirements", "constraints"] = "requirements",
) -> None:  # fmt: skip
    """Record that a file named relative to this one is pulled in."""
    if "://" in value:
        collector.gap(value, "remote-include", number)
        return
    folder = posixpath.dirname(collector.path)
    path = posixpath.normpath(posixpath.join(folder, value.replace("\\", "/")))
    if not value or path.startswith(("../", "/")) or path == "..":
        collector.gap(value or collector.path, "include-outside-tree", number)
        return
    location = Location(path=collector.path, line=number)
    collector.includes.append(Include(path=path, kind=kind, location=location))


def read_requirement(
    line: str, number: int, usage: Usage, channels: list[str], collector: Collector,
    vocabulary: Vocabulary, *, further: Sequence[str] = (),
) -> None:  # fmt: skip
    """Record one requirement as pip would read it: PEP 508, a URL or a path."""
    from packaging.requirements import InvalidRequirement, Requirement

    text = _TRAILING_OPTIONS.sub("", f" {line}").strip()
    if re.match(r"(?:git|hg|svn|bzr)\+|(?:https?|file|ftp)://", text) or _is_path(text):
        _direct(text, None, number, usage, collector, vocabulary)
        return
    try:
        parsed = Requirement(text)
    except (InvalidRequirement, RecursionError) as error:
        collector.gap(line, "not-a-requirement", number, detail=str(error).splitlines()[0])
        return
    if parsed.url:
        _direct(parsed.url, parsed.name, number, usage, collector, vocabulary)
        return
    add_package(
        collector, parsed.name, str(parsed.specifier), number, line, usage, channels,
        marker=str(parsed.marker) if parsed.marker else "", extras=sorted(parsed.extras),
        further=further,
    )  # fmt: skip


def _is_path(text: str) -> bool:
    return text.startswith((".", "/", "~")) or bool(re.match(r"[\w.-]+[/\\][^@=<>]*$", text))


def _direct(
    url: str, name: str | None, number: int, usage: Usage, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record a requirement given by URL or path, as far as it names itself."""
    where = collector.occurrence(number, url, usage=usage)
    bare = url.partition("#")[0]
    egg = _EGG.search(url)
    name = name or (egg.group(1) if egg else None)
    distribution, version = _distribution(bare)
    name = name or distribution
    component = ""
    if name:
        component = collector.component(
            ids.pypi(name, version), "package", ids.short(ids.pypi(name)), where, version=version
        )
    if "://" not in url or url.startswith("file:"):
        collector.gap(url, "local-requirement", number)
        return
    if not component:
        match = re.search(r"github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?:@|$|/)", bare)
        if not match:
            collector.gap(url, "requirement-without-name", number)
            return
        slug = f"{match.group(1)}/{match.group(2)}".lower()
        component = collector.component(f"pkg:github/{slug}", "package", slug, where)
        collector.gap(url, "requirement-without-name", number)
    channel = channel_of_url(url, where, collector, vocabulary)
    if channel:
        collector.link(component, channel, "delivered-by", where)


def _distribution(url: str) -> tuple[str | None, str | None]:
    """Return name and version that a wheel's or source archive's file name gives."""
    from urllib.parse import unquote

    from packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )

    file = unquote(url.rstrip("/").rpartition("/")[2].rpartition("\\")[2])
    try:
        if file.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(file)
            return str(name), str(version)
        if file.endswith((".tar.gz", ".zip")):
            sdist, version = parse_sdist_filename(file)
            return str(sdist), str(version)
    except (InvalidSdistFilename, InvalidWheelFilename, ValueError):
        pass
    return None, None


def add_package(
    collector: Collector, name: str, specifier: str, number: int, line: str, usage: Usage,
    channels: list[str], *, marker: str = "", extras: Sequence[str] = (),
    further: Sequence[str] = (),
) -> None:  # fmt: skip
    """Record one declared package; exact pins give its version.

    The link's requirement is what PEP 508 writes behind the name: ``[extra]>=1 ; marker``.
    """
    pin = re.fullmatch(r"={2,3}\s*([^\s*,]+)", specifier.strip())
    version = pin.group(1) if pin else None
    where = collector.occurrence(number, line, usage=usage)
    condition = f"[{','.join(extras)}]{specifier}" if extras else specifier
    requirement = " ; ".join(part for part in (condition, marker) if part)
    collector.package(
        ids.pypi(name, version), where, requirement=requirement, channels=channels, further=further
    )
