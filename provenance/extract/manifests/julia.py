"""Julia: ``Project.toml`` and ``Manifest.toml`` under all of their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import toml_config
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.extract.manifests.toml_text import Finder, load, string, strings, table, tables
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "julia"

STANDARD = frozenset(
    "ArgTools Artifacts Base64 CRC32c CompilerSupportLibraries_jll Core Base Dates DelimitedFiles "
    "Distributed Downloads FileWatching Future GMP_jll InteractiveUtils JuliaSyntaxHighlighting "
    "LLD_jll LLVMLibUnwind_jll LazyArtifacts LibCURL LibCURL_jll LibGit2 LibGit2_jll LibSSH2_jll "
    "LibUV_jll LibUnwind_jll Libdl LinearAlgebra Logging MPFR_jll Markdown MbedTLS_jll Mmap "
    "MozillaCACerts_jll NetworkOptions OpenBLAS_jll OpenLibm_jll OpenSSL_jll PCRE2_jll Pkg Printf "
    "Profile REPL Random SHA Serialization SharedArrays Sockets SparseArrays Statistics "
    "StyledStrings SuiteSparse SuiteSparse_jll TOML Tar Test UUIDs Unicode Zlib_jll Zstd_jll "
    "dSFMT_jll libLLVM_jll libblastrampoline_jll nghttp2_jll p7zip_jll".split()
)  # fmt: skip
"""What comes with Julia itself, some of it also as a package of its own."""
_SECTIONS: dict[str, Usage] = {"deps": "used", "weakdeps": "optional", "extras": "test"}
_FILE = lazy(r"(?:Julia)?(?:Project|Manifest)\.toml|(?:Julia)?Manifest-v[\d.]{1,20}\.toml")
_UUID = lazy(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = lazy(r"[A-Za-z]\w{0,99}")
_EXACT = lazy(r"=\s*(\d+\.\d+\.\d+[\w.+-]*)")
_RECORD = lazy(r"\s*\[\[\s*(?:deps\.)?\"?(\w{1,100})\"?\s*\]\]")
_ASKS = lazy(r"\s*(?:deps\s*=|\[deps\.\w+\.deps\])")


def accepts(path: str) -> bool:
    """Accept Julia's names as they are spelled: a ``project.toml`` is of another tool."""
    return bool(_FILE.fullmatch(path.rpartition("/")[2]))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a Julia project declares or locks; other TOML is settings."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector)
    packages = Dependencies("julia", collector, vocabulary)
    if data and not _is_julia(data):
        return toml_config.extract(document, vocabulary)
    if "Manifest" in document.path.rpartition("/")[2]:
        _lock(data, text, packages)
    else:
        _declared(data, Finder(text), packages)
    return collector.done()


def _is_julia(data: dict[str, Any]) -> bool:
    """Tell Julia's files by their UUIDs: in a project, in its tables or in a manifest's records."""
    if "manifest_format" in data or "julia_version" in data:
        return True
    if any(_UUID.fullmatch(string(one.get("uuid"))) for key in data for one in tables(data, key)):
        return True
    return bool(_UUID.fullmatch(string(data.get("uuid")))) or any(
        next(_packages(data, section), None) for section in _SECTIONS
    )


def _packages(data: dict[str, Any], section: str) -> Iterator[str]:
    """Yield the packages of a table that maps names to UUIDs."""
    for name, uuid in table(data, section).items():
        if _NAME.fullmatch(name) and _UUID.fullmatch(string(uuid)):
            yield name


def _declared(data: dict[str, Any], finder: Finder, packages: Dependencies) -> None:
    name = string(data.get("name"))
    if name:
        packages.collector.project(name, packages.package(name))
    license_ = string(data.get("license"))
    if license_:
        packages.own_license(license_, finder.key("", "license"))
    compat, sources = table(data, "compat"), table(data, "sources")
    weak = set(_packages(data, "weakdeps"))
    for section, usage in _SECTIONS.items():
        for package in _packages(data, section):
            # A weak one may stand in [extras] or, for old versions of Julia, in [deps] too.
            if (
                package in STANDARD
                or package == name
                or (package in weak and section != "weakdeps")
            ):
                continue
            line, requirement = finder.key(section, package), string(compat.get(package))
            source = table(sources, package)
            url, path = string(source.get("url")), string(source.get("path"))
            if path and not requirement:
                packages.local(package, path, line)
                continue
            exact = _EXACT.fullmatch(requirement.strip())
            component = packages.declare(
                package, requirement, line, f"{package} {requirement}".strip(), usage=usage,
                version=exact[1] if exact else None,
            )  # fmt: skip
            if url:
                where = packages.collector.occurrence(line, url, usage=usage)
                packages.delivered(component, url, where)


def _lock(data: dict[str, Any], text: str, packages: Dependencies) -> None:
    """Record what a manifest locks; a name may stand there for several packages."""
    lines = _record_lines(text)
    held = table(data, "deps") if "manifest_format" in data or "deps" in data else data
    nodes: dict[str, dict[str, ComponentId]] = {}
    asking: list[tuple[ComponentId, str, dict[str, Any], int]] = []
    for name in held:
        records = tables(held, name)
        for number, record in enumerate(records):
            found = lines.get(name, [])
            line, asks = found[number] if number < len(found) else (0, 0)
            uuid, url = string(record.get("uuid")), string(record.get("repo-url"))
            # What comes with Julia has no tree of its own, some of it not even a version.
            if not uuid or name in STANDARD or not (record.get("git-tree-sha1") or url):
                nodes.setdefault(name, {})[uuid] = ids.PROJECT
                if path := string(record.get("path")):
                    packages.local(name, path, line)
                continue
            version = string(record.get("version"))
            where = packages.collector.occurrence(line, f"{name} {version}".strip())
            component = packages.node(packages.package(name, version or None), where)
            nodes.setdefault(name, {})[uuid] = component
            if is_address(url):
                packages.delivered(component, url, where)
            asking.append((component, name, record, asks or line))
    for component, name, record, line in asking:
        for target, uuid in _asked(record.get("deps")):
            known = nodes.get(target)
            if known is None:
                if target not in STANDARD:
                    packages.collector.gap(target, "not-in-lock", line, asked_by=name)
                continue
            chosen = known.get(uuid) or next(iter(known.values()))
            if chosen != ids.PROJECT:
                where = packages.collector.occurrence(line, target)
                packages.edge(component, chosen, where)


def _asked(value: object) -> Iterator[tuple[str, str]]:
    """Yield name and UUID of what a record asks for; a list of names is short for one."""
    for name in strings(value):
        yield name, ""
    if isinstance(value, dict):
        for name, uuid in value.items():
            yield name, string(uuid)


def _record_lines(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return for every name the lines where its records begin, and where they ask."""
    found: dict[str, list[tuple[int, int]]] = {}
    current: list[tuple[int, int]] = []
    for number, raw in enumerate(textfile.lines(text), 1):
        if raw.lstrip()[:2] == "[[":
            match = _RECORD.match(raw)
            current = found.setdefault(match[1], []) if match else []
            current.append((number, 0))
        elif current and "deps" in raw[:120] and _ASKS.match(raw):
            current[-1] = (current[-1][0], number)
    return found
