"""Services by their hosts, and by folders of hosts that serve several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from provenance.addresses import folder_of, host_of
from provenance.registry.tables import fits


class Hosts:
    """What the rows ``host:…`` of one registry say."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        """Take service ids by host; a ``*`` stands for any labels."""
        self._rows = rows
        self._known: dict[str, str | None] = {}
        """By host: what was asked for before."""

    @cached_property
    def _wildcards(self) -> tuple[tuple[str, str], ...]:
        patterns = sorted(self._rows, key=lambda host: (-len(host), host))
        return tuple((host, self._rows[host]) for host in patterns if "*" in host)

    def service_of(self, host: str) -> str | None:
        """Return the service behind a host name, or None."""
        host = host.lower().rstrip(".")
        if host not in self._known:
            fitting = (component for pattern, component in self._wildcards if fits(host, pattern))
            self._known[host] = self._rows.get(host) or next(fitting, None)
        return self._known[host]

    def service_of_url(self, url: str) -> str | None:
        """Return the service behind a URL; one host may serve several, each under its folder.

        Of a host that is about much else only what lies below the path of a row counts.
        """
        host = host_of(url)
        if host is None or host in self._paths:
            return self.service_of_folder(url)
        return self.service_of_folder(url) or self.service_of(host)

    def service_of_folder(self, url: str) -> str | None:
        """Return the service that has its own folder on the host of a URL, and that in it."""
        host, folder, rest = folder_of(url) or ("", "", "")
        if folder.lower() not in self._folders:
            return None
        for path, service in self._paths.get(host, ()):
            if fits(f"{folder}{rest}/".lower(), f"{path}/*"):
                return service
        return self.service_of(f"{host}/{folder}")

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The first folders below hosts that stand for a service of their own."""
        return frozenset(row.split("/")[1] for row in self._rows if "/" in row)

    @cached_property
    def _paths(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Paths of several folders with their services, by the host."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for row, service in self._rows.items():
            host, _, path = row.partition("/")
            if "/" in path:
                found[host] = (*found.get(host, ()), (path, service))
        return found
