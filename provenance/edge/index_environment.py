"""Which package indexes this user has configured, as pip and uv read it.

============================================= ==========================================
``UV_DEFAULT_INDEX UV_INDEX_URL``             the index; before pip's settings
``PIP_INDEX_URL``, ``index-url``              the index
``UV_INDEX UV_EXTRA_INDEX_URL``               further indexes
``PIP_EXTRA_INDEX_URL``, ``extra-index-url``  further indexes
``PIP_NO_INDEX``, ``no-index``                ask none
``PIP_CERT``, ``cert``, ``SSL_CERT_FILE``     certificates; ``REQUESTS_CA_BUNDLE`` too
``PIP_DEFAULT_TIMEOUT``, ``timeout``          seconds that one answer may take
``PIP_CONFIG_FILE``                           one more file; the null device: no file at all
============================================= ==========================================

Proxies and ``.netrc`` are read by requests. Files of the scanned tree are not asked: a tree
that could name an index could have this program contact any host.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from provenance.extract.channels import DEFAULT_INDEX

DEFAULT_TIMEOUT = 15.0  # seconds
_MAX_TIMEOUT = 60.0
SYSTEM_FILE = "/etc/pip.conf"
_MAX_FILE = 256 * 1024
_TRUE = ("1", "y", "yes", "t", "true", "on")
_SECTIONS = ("global", "install")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index: its address without credentials, and these apart."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """What evidence calls it: the public index by its name, others by their host."""
        if self.url == DEFAULT_INDEX:
            return "PyPI"
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Whom to ask, in order, and how."""

    asked: tuple[Index, ...]
    unsupported: tuple[str, ...] = ()
    """Configured, but no address of the web."""
    timeout: float = DEFAULT_TIMEOUT
    certificates: str = ""


def indexes(environ: Mapping[str, str], prefix: str = sys.prefix) -> Indexes:
    """Return the configured indexes, the default one first.

    Args:
        prefix: the environment whose own pip.conf counts.
    """
    stored = dict(_stored(environ, prefix))

    def pip(name: str) -> str:
        return environ.get("PIP_" + name.upper().replace("-", "_")) or stored.get(name, "")

    default = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or pip("index-url")
    further = [
        environ.get("UV_INDEX", ""), environ.get("UV_EXTRA_INDEX_URL", ""), pip("extra-index-url"),
    ]  # fmt: skip
    written = [default.strip() or DEFAULT_INDEX, *" ".join(further).split()]
    if pip("no-index").strip().lower() in _TRUE:
        written = []
    asked: dict[str, Index] = {}
    unsupported: dict[str, None] = {}
    for one in written:
        index = _index(one)
        if index is None:
            unsupported.setdefault(_without_credentials(one))
        else:
            asked.setdefault(index.url, index)
    return Indexes(
        asked=tuple(asked.values()),
        unsupported=tuple(unsupported),
        timeout=_timeout(environ.get("PIP_DEFAULT_TIMEOUT") or stored.get("timeout", "")),
        certificates=pip("cert") or environ.get("SSL_CERT_FILE", ""),
    )


def _index(written: str) -> Index | None:
    """Return an index by its address, which uv writes behind ``name=``; None if it is no web."""
    name, equals, rest = written.partition("=")
    if equals and "/" not in name:
        written = rest
    try:
        parts = urlsplit(written)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not written.isascii():
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{port}" if port else host
    auth = None
    if parts.username or parts.password:
        auth = (unquote(parts.username or ""), unquote(parts.password or ""))
    url = urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))
    return Index(url=url, auth=auth)


def _without_credentials(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    head, slash, tail = rest.partition("/")
    return f"{scheme}{mark}{head.rpartition('@')[2]}{slash}{tail}" if mark else url


def _stored(environ: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield pip's stored settings, later ones overriding: global, user, site, the named file."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    home = environ.get("HOME") or ""
    folders = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    own = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    files = [f"{folder}/pip/pip.conf" for folder in folders.split(":") if folder]
    files += [SYSTEM_FILE]
    if home:
        files += [f"{home}/.pip/pip.conf", f"{own}/pip/pip.conf"]
    for file in (*files, f"{prefix}/pip.conf", named):
        if file:
            yield from _file(Path(file))


def _file(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open("rb") as stream:
            text = stream.read(_MAX_FILE).decode("utf-8")
        parser = configparser.RawConfigParser()
        parser.read_string(text)
    except (OSError, ValueError, configparser.Error):
        return
    for section in _SECTIONS:
        if parser.has_section(section):
            for name, value in parser.items(section):
                yield name.lower().replace("_", "-"), value


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return DEFAULT_TIMEOUT
    return min(seconds, _MAX_TIMEOUT) if seconds > 0 else DEFAULT_TIMEOUT
