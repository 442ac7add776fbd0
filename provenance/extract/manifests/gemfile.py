"""Ruby: ``Gemfile``, ``*.gemspec`` and ``Gemfile.lock``; never run, read as they are written."""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.extract.manifests.requirements import usage_of_name
from provenance.model import ComponentId, Document, Extraction, Import, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "gemfile"

_FILES = frozenset({"gemfile", "gems.rb", "gemfile.lock", "gems.locked"})
_GEM = lazy(r"(#\s*)?gem[ (]\s*([\"'])([\w.-]{1,200})\2(.*)")
_ADDED = lazy(
    r"(#\s*)?\w+\.add_(development_|runtime_)?dependency[ (]\s*([\"'])([\w.-]{1,200})\3(.*)"
)
_GROUP = lazy(r"group[ (]([^#]*?)\)?\s*do\b")
_WORDS = lazy(r":([a-z_]\w*)|[\"']([\w-]+)[\"']")
_INLINE_GROUP = lazy(r"(?::groups?\s*=>|\bgroups?:)\s*(\[[^\]]{0,200}\]|:\w+|[\"']\w+[\"'])")
_REQUIREMENT = lazy(r"\s*,\s*[\"']\s*((?:[<>=~!]+\s*)?\d[\w.\s-]*)[\"']")
_SOURCE = lazy(r"(?::(git|github|path|source)\s*=>|\b(git|github|path|source):)\s*"
                     r"[\"']([^\"'\n]{1,300})[\"']")  # fmt: skip
_REQUIRED = lazy(r"(?:\brequire:|:require\s*=>)\s*\[?\s*[\"']([\w/-]{1,100})[\"']")
"""What file a gem is to be loaded by."""
_EXACT = lazy(r"=?\s*(\d[\w.]*)")
_LOCKED = lazy(r"( {4}| {6}|  )([\w.-]+)(?: \(([^)]*)\))?(!?)")


def accepts(path: str) -> bool:
    """Accept Bundler's files under both of their names, and gem specifications."""
    name = path.rpartition("/")[2].lower()
    return name in _FILES or name.endswith(".gemspec")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the gems a project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    packages = Dependencies("gem", collector, vocabulary)
    locked = document.path.lower().endswith((".lock", ".locked"))
    (_lock if locked else _declared)(text, packages)
    return collector.done()


def _declared(text: str, packages: Dependencies) -> None:
    groups: list[Usage | None] = []  # one for each open block
    for number, raw in enumerate(textfile.lines(text), 1):
        line = raw.strip()
        if len(line) > 2000:
            continue
        group = _GROUP.match(line)
        if group:
            groups.append(_usage(group[1]))
        elif re.search(r"\bdo\b\s*(?:\|[^|]*\|)?\s*(?:#.*)?$", line) or re.match(
            r"(?:if|unless|case|begin)\b", line
        ):
            groups.append(None)
        elif re.match(r"end\b", line) and groups:
            groups.pop()
        else:
            inner = [one for one in groups if one]
            _gem(line, number, inner[-1] if inner else "used", packages)


def _usage(words: str) -> Usage:
    """Return the usage of a list of groups; a gem of several is used where most of all."""
    names = [first or second for first, second in _WORDS.findall(words)]
    usages = {_usage_of(name) for name in names}
    order: tuple[Usage, ...] = ("used", "optional", "development", "test", "documentation")
    return next((one for one in order if one in usages), "used")


def _usage_of(group: str) -> Usage:
    return "used" if group in ("default", "production") else usage_of_name(group)


def _gem(line: str, number: int, usage: Usage, packages: Dependencies) -> None:
    """Record one ``gem`` line or dependency of a specification."""
    collector = packages.collector
    match, added = _GEM.match(line), _ADDED.match(line)
    if match:
        comment, name, rest = match[1], match[3], match[4]
    elif added:
        comment, name, rest = added[1], added[4], added[5]
        usage = "development" if added[2] == "development_" else usage
    else:
        return
    inline = _INLINE_GROUP.search(rest)
    usage = "commented" if comment else _usage(inline[1]) if inline else usage
    requirement = _REQUIREMENT.match(rest)
    written = requirement[1].strip() if requirement else ""
    exact = _EXACT.fullmatch(written) if written else None
    sources = {match[1] or match[2]: match[3] for match in _SOURCE.finditer(rest)}
    if "path" in sources:
        packages.local(name, sources["path"], number)
        return
    component = packages.declare(
        name, written, number, line, usage=usage, version=exact[1] if exact else None
    )
    if loaded := _REQUIRED.search(rest):
        where = collector.occurrence(number, line, usage=usage)
        collector.imports.append(
            Import(module=loaded[1], names=(name,), occurrence=where, ecosystem="gem")
        )
    url = sources.get("git") or sources.get("source") or ""
    if "github" in sources:
        url = f"https://github.com/{sources['github']}"
    if is_address(url):
        packages.delivered(component, url, collector.occurrence(number, line, usage=usage))


def _lock(text: str, packages: Dependencies) -> None:
    """Read Bundler's lock: sections by source, gems at four blanks, what they need at six."""
    collector = packages.collector
    nodes: dict[str, ComponentId] = {}
    asked: list[tuple[str, str, str, int]] = []
    direct: list[tuple[str, str, int]] = []
    section = remote = gem = ""
    if text.strip() and not re.search(r"^(?:GEM|GIT|PATH)\s*$", text, re.MULTILINE):
        collector.gap(
            collector.path, "malformed-file", 1, detail="no GEM section", format="Gemfile.lock"
        )
    for number, raw in enumerate(textfile.lines(text), 1):
        if raw[:1].strip():
            section, remote, gem = raw.strip(), "", ""
            continue
        if raw.startswith("  remote: "):
            remote = raw.removeprefix("  remote: ").strip()
            continue
        match = _LOCKED.fullmatch(raw.rstrip())
        if not match:
            continue
        indent, name, version = len(match[1]), match[2], match[3] or ""
        if indent == 2 and section == "DEPENDENCIES":
            direct.append((name, version, number))
        elif indent == 4 and section in ("GEM", "GIT", "PATH"):
            gem = name
            if section == "PATH":
                nodes[name] = ids.PROJECT
                packages.local(name, remote, number)
                continue
            # ``1.16.0-x86_64-linux`` is 1.16.0 built for a platform.
            component = packages.package(name, version.partition("-")[0] or None)
            where = collector.occurrence(number, raw.strip())
            nodes[name] = packages.node(component, where)
            if "://" in remote:
                packages.delivered(component, remote, where)
        elif indent == 6 and gem:
            asked.append((gem, name, version, number))
    for name, version, number in direct:
        target = nodes.get(name)
        if target and target != ids.PROJECT:
            where = collector.occurrence(number, f"{name} {version}".strip())
            packages.node(target, where, direct=True)
            packages.edge(ids.PROJECT, target, where, version)
    for source, name, version, number in asked:
        target = nodes.get(name)
        if target is None:
            if name != "bundler":  # the tool itself is never locked
                collector.gap(name, "not-in-lock", number, asked_by=source)
        elif target != ids.PROJECT:
            where = collector.occurrence(number, f"{name} {version}".strip())
            packages.edge(nodes[source], target, where, version)
