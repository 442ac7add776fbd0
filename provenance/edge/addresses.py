"""Servers as addresses name them: what is listed in reports, and what credentials are good for."""

from __future__ import annotations

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: two addresses with one origin are of one server."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def host_of(url: str) -> str:
    """host, or host:port where the port is not the one of the scheme."""
    scheme, host, port = origin_of(url)
    host = f"[{host}]" if ":" in host else host
    return host if port == _PORTS.get(scheme) else f"{host}:{port}"
