"""Delivery channels as URLs name them.

The hosts of the public package registries are put together from parts, here and
nowhere else; data and reports name those channels, not their addresses.
"""

from __future__ import annotations

from provenance.addresses import host_of, is_local_host
from provenance.extract.collect import Collector
from provenance.model import ComponentId, Occurrence
from provenance.vocabulary import Vocabulary

PYPI = "service:pypi"
CRATES = "service:crates-io"
_PYPI_HOST = ("pypi", "org")
DEFAULT_INDEX = "https://" + ".".join(_PYPI_HOST) + "/simple"
"""The index that pip and uv ask unless told otherwise."""
REGISTRY_HOSTS: dict[str, ComponentId] = {
    ".".join(parts): component
    for parts, component in (
        (_PYPI_HOST, PYPI),
        (("files", "pythonhosted", "org"), PYPI),
        (("pypi", "python", "org"), PYPI),
        (("registry", "npmjs", "org"), "service:npm"),
        (("registry", "yarnpkg", "com"), "service:npm"),
        (("crates", "io"), CRATES),
        (("index", "crates", "io"), CRATES),
        (("static", "crates", "io"), CRATES),
    )
}


def channel_of_url(
    url: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId | None:
    """Record and return the channel a URL delivers from.

    An unknown public host is a channel of its own, of unknown origin. A local or private one
    is named by its host, as a private index; who runs it cannot be told from here, which is a
    gap. What names no host is a gap alone.
    """
    host = host_of(url.removeprefix("git+"))
    if host is None or is_local_host(host):
        collector.gap(url, "private-channel", where.line)
        if host is None:
            return None
        private = f"service:{host.strip('[]').lower()}"
        name = f"private index {host}"
        return collector.component(private, "service", name, where, function="package.index")
    known = REGISTRY_HOSTS.get(host) or vocabulary.service_of_host(host)
    return collector.service(known or f"service:{host}", where)
