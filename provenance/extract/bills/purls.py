"""Package URLs that others wrote, brought to our ids."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from provenance import ids
from provenance.model import ComponentId, Kind

_LOWER = frozenset({"golang", "github", "bitbucket", "composer", "hex", "deb", "apk", "rpm"})
"""Types whose names the purl specification folds."""
_MAX_LENGTH = 2000


class Read(NamedTuple):
    """A purl as the report names the same thing."""

    component: ComponentId
    kind: Kind


def read(purl: str) -> Read | None:
    """Return our id for a purl, without qualifiers and subpath; None if it is none."""
    if not purl.startswith("pkg:") or len(purl) > _MAX_LENGTH:
        return None
    bare = purl[4:].partition("#")[0].partition("?")[0].lstrip("/")
    kind, slash, rest = bare.partition("/")
    kind, at = kind.lower(), rest.rfind("@")
    # A scope's @ should be escaped; where it is not, it begins the name and ends nothing.
    version = unquote(rest[at + 1 :]) if at > 0 and "/" not in rest[at:] else ""
    name = unquote(rest[:at] if version or rest.endswith("@") else rest).strip("/")
    if not slash or not name or not kind.isascii() or not kind.replace("-", "").isalnum():
        return None
    if kind in _LOWER:
        name = name.lower()
    exact = version or None
    if kind == "huggingface":
        return Read(ids.hub_model(name), "model")
    if kind in ("docker", "oci"):
        image = f"{name}@{version}" if ":" in version else f"{name}:{version}".rstrip(":")
        return Read(ids.container(image), "container")
    return Read(ids.package(kind, name, exact), "package")
