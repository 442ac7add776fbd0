"""``renv.lock``: every R package with its version, its source and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.addresses import host_of
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.model import ComponentId, Occurrence
from provenance.patterns import lazy

BASE = frozenset(
    "R base compiler datasets grDevices graphics grid methods parallel splines stats stats4 tcltk "
    "tools translations utils".split()
)
"""R itself and what it always brings."""
ENTRY = lazy(r"\s*([A-Za-z][A-Za-z0-9.]*+)\s*(?:\(\s*([<>=!]{1,2}\s*[\w.-]+)\s*\))?\s*")
HOSTS = {"": "github.com", "github": "github.com", "gitlab": "gitlab.com",
          "bitbucket": "bitbucket.org"}  # fmt: skip
_PUBLIC = frozenset({
    "cran.r-project.org", "cloud.r-project.org", "cran.rstudio.com", "cran.rstudio.org",
    "packagemanager.posit.co", "packagemanager.rstudio.com", "p3m.dev", "bioconductor.org",
})  # fmt: skip
"""CRAN, its usual mirrors and Bioconductor: no channel of their own."""
_OPENED = lazy(r'^[ \t]*"((?:[^"\\\n]|\\.){1,200})"[ \t]*:[ \t]*\{', re.MULTILINE)
_LICENSE = lazy(r"(A?L?GPL)(?:-| \(>= )(\d)(?:\.(\d))?(\))?|BSD_([23])_clause|(Apache) License.*")
_FILE = lazy(r"[+|]? *file LICEN[CS]E")


def license_words(written: str) -> str:
    """Return a license as R spells it in the words of SPDX: ``GPL (>= 2) | MIT + file LICENSE``."""
    parts = [part.strip() for part in _FILE.sub("", written[:300]).split("|")]
    found = [_LICENSE.sub(_spdx, part) for part in parts if part]
    return " OR ".join(found)


def _spdx(match: re.Match[str]) -> str:
    if match[6]:
        return "Apache-2.0"  # ``(>= 2)`` as well: there is no later one
    if match[5]:
        return f"BSD-{match[5]}-Clause"
    return f"{match[1]}-{match[2]}.{match[3] or 0}-{'or-later' if match[4] else 'only'}"


def write(data: dict[str, Any], text: str, packages: Dependencies) -> None:
    """Record what renv has locked; what no other package asks for, the project does."""
    lines: dict[str, int] = {}
    line = before = 0
    for match in _OPENED.finditer(text):
        line += text.count("\n", before, match.start())
        before = match.start()
        lines.setdefault(match[1], line + 1)
    held = data.get("Packages")
    entries = {
        name: entry for name, entry in (held.items() if isinstance(held, dict) else ())
        if isinstance(entry, dict) and name and name not in BASE
    }  # fmt: skip
    repositories = dict(_repositories(data.get("R")))
    nodes: dict[str, ComponentId] = {}
    places: dict[str, Occurrence] = {}
    asks: dict[str, list[tuple[str, str]]] = {}
    for name, entry in entries.items():
        version = entry.get("Version")
        version = version if isinstance(version, str) and version else None
        where = packages.collector.occurrence(lines.get(name, 0), f"{name} {version or ''}".strip())
        places[name] = where
        nodes[name] = packages.node(packages.package(name, version), where)
        if isinstance(given := entry.get("License"), str):
            packages.declared_license(nodes[name], license_words(given), where.line)
        asks[name] = list(_asked(entry))
        if url := _source(entry, repositories):
            packages.delivered(nodes[name], url, where)
    wanted = {target for found in asks.values() for target, _ in found}
    for name, component in nodes.items():
        where = places[name]
        if name not in wanted:
            packages.node(component, where, direct=True)
            packages.edge(ids.PROJECT, component, where)
        for target, requirement in asks[name]:
            if target in nodes:
                packages.edge(component, nodes[target], where, requirement)
            else:
                packages.collector.gap(target, "not-in-lock", where, asked_by=name)


def _asked(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a locked package asks for, as ``Requirements`` or as its own metadata has it."""
    seen: set[str] = set()
    for field in ("Requirements", "Depends", "Imports", "LinkingTo"):
        values = entry.get(field)
        for value in values if isinstance(values, list) else ():
            match = ENTRY.fullmatch(value[:300]) if isinstance(value, str) else None
            if match and match[1] not in BASE and match[1] not in seen:
                seen.add(match[1])
                yield match[1], (match[2] or "").strip()


def _repositories(data: object) -> Iterator[tuple[str, str]]:
    found = data.get("Repositories") if isinstance(data, dict) else None
    for one in found if isinstance(found, list) else ():
        name, url = (one.get("Name"), one.get("URL")) if isinstance(one, dict) else (None, None)
        if isinstance(name, str) and isinstance(url, str):
            yield name, url


def _source(entry: dict[str, Any], repositories: dict[str, str]) -> str:
    """Return where a package is fetched from, unless that is CRAN or Bioconductor."""
    words = {key: value for key, value in entry.items() if isinstance(value, str)}
    kind = words.get("Source", "").lower()
    owner, name = words.get("RemoteUsername", ""), words.get("RemoteRepo", "")
    if kind in HOSTS and kind and owner and name:
        return f"https://{HOSTS[kind]}/{owner}/{name}"
    if kind in ("git", "url") or (kind in HOSTS and kind):
        url = words.get("RemoteUrl", "")
        return url if is_address(url) else ""
    named = words.get("Repository", "")
    url = repositories.get(named, named)
    return url if "://" in url and (host_of(url) or "") not in _PUBLIC else ""
