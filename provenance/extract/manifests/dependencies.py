"""Writing down the packages of one manifest or lock file, in any ecosystem but Python's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from provenance import ids
from provenance.addresses import host_of, is_local_host
from provenance.extract.channels import CRATES, REGISTRY_HOSTS, channel_of_url
from provenance.extract.collect import Collector
from provenance.model import (
    USAGES,
    ComponentId,
    Evidence,
    LicenseDeclaration,
    Occurrence,
    Usage,
)
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_INDEXES: dict[str, ComponentId] = {"npm": "service:npm", "cargo": CRATES}
"""Public registries that the data knows as a service; of others nothing is claimed."""

_PUBLIC = frozenset({
    "repo.maven.apache.org", "repo1.maven.org", "plugins.gradle.org", "dl.google.com",
    "maven.google.com", "api.nuget.org", "www.nuget.org", "rubygems.org", "proxy.golang.org",
})  # fmt: skip
"""Public registries that the data does not describe: no channel of their own."""
_LOWER = frozenset({"golang", "composer", "hex"})
"""Ecosystems whose names the purl specification writes in small letters."""
_CARGO_INDEX = "github.com/rust-lang/crates.io-index"
_SCP = lazy(r"(?:git\+)?(?:ssh://)?([\w.-]+@[\w.-]+):([^/\d][^\s]*)")
_ARCHIVE = (".tgz", ".tar.gz", ".zip", ".jar")


def is_address(source: str) -> bool:
    """Tell whether a source is fetched by its address, also as git writes one for ssh."""
    return "://" in source or source.startswith("git@")


class Dependencies:
    """What one file says about packages of one ecosystem (``npm``, ``cargo``, ``maven`` …)."""

    def __init__(self, ecosystem: str, collector: Collector, vocabulary: Vocabulary) -> None:
        self.ecosystem = ecosystem
        self.collector = collector
        self.vocabulary = vocabulary
        self._channels: dict[str, ComponentId | None] = {}

    def package(self, name: str, version: str | None = None) -> ComponentId:
        """Return the id of a package of this ecosystem."""
        if self.ecosystem in _LOWER:
            name = name.lower()
        return ids.package(self.ecosystem, name, version)

    def declare(
        self, name: str, requirement: str, line: int, as_written: str, *, usage: Usage = "used",
        version: str | None = None, indexed: bool = True, direct: bool = True,
    ) -> ComponentId:  # fmt: skip
        """Record a package that the project itself asks for.

        Args:
            requirement: the version condition as written; empty for none.
            version: the exact version, if the file fixes it.
            indexed: it comes from the ecosystem's public registry unless told otherwise.
            direct: False where the file lists it on behalf of other packages.
        """
        where = self.collector.occurrence(line, as_written, usage=usage)
        component = self.package(name, version)
        if not direct:
            return self.node(component, where)
        channel = _INDEXES.get(self.ecosystem) if indexed else None
        return self.collector.package(
            component, where, requirement=requirement, channels=(channel,) if channel else ()
        )

    def node(
        self, component: ComponentId, where: Occurrence, *, direct: bool = False
    ) -> ComponentId:
        """Record a package that a lock file lists, whoever asks for it."""
        name = ids.short(ids.without_version(component))
        version = ids.version_of(component)
        return self.collector.component(
            component, "package", name, where, version=version, direct=direct
        )

    def edge(
        self, source: ComponentId, target: ComponentId, where: Occurrence, requirement: str = ""
    ) -> None:
        """Record that by a lock file one package asks for another."""
        if source != target:
            self.collector.link(
                source, target, "depends-on", where, basis="locked",
                requirement=requirement or None,
            )  # fmt: skip

    def declared_license(self, component: ComponentId, raw: object, line: int) -> None:
        """Record licenses as metadata writes them: a text, ``{type: …}`` or a list of these."""
        for one in raw[:20] if isinstance(raw, list) else [raw]:
            text = (one.get("type") or one.get("name")) if isinstance(one, dict) else one
            if isinstance(text, str) and text.strip() and len(text) < 300:
                reference = f"{self.collector.path}:{line}"
                self.collector.licenses.append(
                    LicenseDeclaration(
                        component=component, raw=text.strip(), declared_by="tree", scheme="spdx",
                        evidence=Evidence(source="tree", reference=reference),
                    )
                )  # fmt: skip

    def own_license(self, raw: object, line: int) -> None:
        """Record the license of the project itself: what a file at the top of the tree says."""
        if "/" not in self.collector.path:
            self.declared_license(ids.PROJECT, raw, line)

    def delivered(self, component: ComponentId, url: str, where: Occurrence) -> None:
        """Record the host that a package is fetched from; each host is looked up once."""
        shorthand = _SCP.fullmatch(url)  # git@host:owner/repo is ssh
        if shorthand:
            url = f"ssh://{shorthand.group(1)}/{shorthand.group(2)}"
        for prefix in ("git+", "registry+", "sparse+"):
            url = url.removeprefix(prefix)
        if _CARGO_INDEX in url:
            url = "https://crates.io"  # its list of crates lies on a code host
        host = host_of(url) or ""
        if host not in self._channels:
            self._channels[host] = self._channel(url, host, where)
        channel = self._channels[host]
        if channel:
            self.collector.link(component, channel, "delivered-by", where)

    def _channel(self, url: str, host: str, where: Occurrence) -> ComponentId | None:
        known = REGISTRY_HOSTS.get(host) or self.vocabulary.service_of_host(host)
        if not known and host in _PUBLIC:
            return None
        if not host or is_local_host(host):
            scheme = url.partition("://")[0]
            url = f"{scheme}://{host}" if host else url  # one gap for all that a mirror delivers
        return channel_of_url(url, where, self.collector, self.vocabulary)

    def local(self, name: str, path: str, line: int) -> None:
        """Record a package given by path, unless it lies in the tree and is read there."""
        path = path.replace("\\", "/")
        folder = posixpath.dirname(self.collector.path)
        inside = posixpath.normpath(posixpath.join(folder, path))
        if path.startswith(("/", "~")) or inside.startswith("..") or path.endswith(_ARCHIVE):
            self.collector.gap(name, "local-requirement", line)


def reach(
    starts: Iterable[tuple[str, Usage]], asks: Mapping[str, Sequence[tuple[str, Usage]]]
) -> dict[str, Usage]:
    """Return how each node is reached: by its best way, a way being as good as its weakest step."""
    found: dict[str, Usage] = {}
    pending = list(starts)
    while pending:
        node, usage = pending.pop()
        if node in found and USAGES.index(found[node]) <= USAGES.index(usage):
            continue
        found[node] = usage
        pending += [
            (target, max(usage, step, key=USAGES.index)) for target, step in asks.get(node, ())
        ]
    return found
