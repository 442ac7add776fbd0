"""``package.json``: declared npm packages, with aliases, git and URL sources, workspaces."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "package-json"

SECTIONS: dict[str, Usage] = {
    "dependencies": "used", "devDependencies": "development",
    "optionalDependencies": "optional", "peerDependencies": "used",
}  # fmt: skip
_EXACT = lazy(r"[=v]?\s*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")
_SHORTHAND = lazy(r"(?:(github|gitlab|bitbucket):)?([\w.-]+/[\w.-]+)(?:#.*)?")
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_LOCAL = ("file:", "link:", "portal:", ".", "/", "~/")


def accepts(path: str) -> bool:
    """Accept ``package.json`` anywhere in the tree."""
    return path.rpartition("/")[2] == "package.json"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that a package declares, each with its usage."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = textfile.load_object(document.data, collector)
    if data is None:
        return collector.done()
    packages = Dependencies("npm", collector, vocabulary)
    name = data.get("name")
    if isinstance(name, str) and name.strip():
        collector.project(name, ids.package("npm", name))
    if declared := data.get("license") or data.get("licenses"):
        packages.own_license(declared, textfile.line_of(text, '"license'))
    lines = LockLines(text)
    optional_peers = _optional_peers(data)
    for section, content in data.items():
        if section not in SECTIONS or not isinstance(content, dict):
            continue
        lines.seek(section)
        for name, spec in content.items():
            line = lines.seek(name)
            if not isinstance(spec, str) or not name:
                continue
            usage = SECTIONS[section]
            if section == "peerDependencies" and name in optional_peers:
                usage = "optional"
            _read(name, spec.strip(), line, usage, packages)
    return collector.done()


def _optional_peers(data: dict[str, Any]) -> frozenset[str]:
    meta = data.get("peerDependenciesMeta")
    if not isinstance(meta, dict):
        return frozenset()
    return frozenset(
        name for name, flags in meta.items()
        if isinstance(flags, dict) and flags.get("optional") is True
    )  # fmt: skip


def _read(name: str, spec: str, line: int, usage: Usage, packages: Dependencies) -> None:
    """Record one entry as npm, yarn and pnpm would read its specifier."""
    as_written = f'"{name}": "{spec}"'
    if spec.startswith("patch:"):  # yarn: a patched copy of the package it names
        spec = unquote(spec.removeprefix("patch:").partition("#")[0]).partition("@npm:")[2] or "*"
    if spec.startswith("workspace:"):
        return  # another package of this tree, which its own manifest describes
    if spec.startswith("npm:"):
        name, spec = split_alias(spec.removeprefix("npm:"), name)
    url = source_url(spec)
    if spec.startswith(_LOCAL):
        packages.local(name, re.sub(r"^(?:file|link|portal):", "", spec), line)
    elif url:
        component = packages.declare(name, "", line, as_written, usage=usage, indexed=False)
        where = packages.collector.occurrence(line, as_written, usage=usage)
        packages.delivered(component, url, where)
    else:
        exact = _EXACT.fullmatch(spec)
        version = exact.group(1) if exact else None
        requirement = "" if spec == "*" else spec
        packages.declare(name, requirement, line, as_written, usage=usage, version=version)


def split_alias(spec: str, name: str) -> tuple[str, str]:
    """Return the real name and range of ``npm:real@range`` or ``npm:range``."""
    at = spec.rfind("@")
    if at > 0:
        return spec[:at], spec[at + 1 :] or "*"
    if spec.startswith("@") or re.match(r"[A-Za-z]", spec):
        return spec, "*"
    return name, spec


def source_url(spec: str) -> str:
    """Return the URL that a specifier fetches from, or nothing for a registry range."""
    if is_address(spec):
        return spec.partition("#")[0]
    shorthand = _SHORTHAND.fullmatch(spec)
    if shorthand and not spec.startswith(_LOCAL):
        return f"https://{_HOSTS[shorthand.group(1) or 'github']}/{shorthand.group(2)}"
    return ""
