"""Canonical component ids of the report contract: built and taken apart here only.

Package ids are purls. They are formatted by hand because they are made by the
thousand on the hot path; ``tests/core/test_ids.py`` holds them equal to what
packageurl-python makes.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from provenance.patterns import lazy

_PYPI_SEPARATORS = lazy(r"[-_.]+")
_HUB_NAMESPACE = lazy(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,94}[A-Za-z0-9])?", re.ASCII)
"""No underscore and no dot: none of 1,134 namespaces of public hub data has one."""
_HUB_NAME = lazy(r"[A-Za-z0-9](?:[\w.-]{0,94}[\w])?", re.ASCII)


PROJECT = "project:"
"""What stands for the scanned project until its name is known."""


def pypi(name: str, version: str | None = None) -> str:
    """Return the purl of a Python package, its name normalised (PEP 503)."""
    base = "pkg:pypi/" + _PYPI_SEPARATORS.sub("-", name).lower()
    return f"{base}@{quote(version, safe='', errors='replace')}" if version else base


def package(kind: str, name: str, version: str | None = None) -> str:
    """Return the purl of a package of any ecosystem.

    Args:
        kind: the purl type: ``npm``, ``golang``, ``cargo``, ``maven``, ``nuget``, ``gem`` …
        name: with its namespace before a slash (``@scope/name``, ``group/artifact``).
    """
    if kind == "pypi":
        return pypi(name, version)
    base = f"pkg:{kind}/" + quote(name, safe="/.-_~+:", errors="replace")
    return f"{base}@{quote(version, safe='', errors='replace')}" if version else base


def container(image: str) -> str:
    """Return the purl of an image as ``docker pull`` would read it, the tag as its version.

    Docker Hub's own images and its host are written without host and ``library/``.
    """
    image, _, digest = image.partition("@")
    host, slash, rest = image.partition("/")
    if slash and host in ("docker.io", "index.docker.io", "registry-1.docker.io"):
        image = rest
    image = image.removeprefix("library/")
    folder, slash, last = image.rpartition("/")
    name, _, tag = last.partition(":")
    base = "pkg:docker/" + quote(f"{folder}{slash}{name}", safe="/.-_:", errors="replace")
    version = tag or digest
    return f"{base}@{quote(version, safe=':', errors='replace')}" if version else base


HUB = "service:huggingface-hub"
"""Who delivers what is called ``pkg:huggingface/…``."""
_GITHUB = frozenset({"github.com", "www.github.com", "raw.githubusercontent.com"})


def url_model(url: str) -> str:
    """Return the id of a file of weights that is named by its address alone."""
    return "model:url/" + url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/")


def url_dataset(url: str) -> str:
    """Return the id of a dataset that is fetched by its address, from no hub.

    Files of one repository of GitHub are one dataset, whose owner is known.
    """
    path = url.partition("://")[2].partition("?")[0].partition("#")[0]
    host, _, rest = path.partition("/")
    if host.lower() in _GITHUB and rest.count("/") > 1:
        owner, name, _ = rest.split("/", 2)
        return f"dataset:github/{owner}/{name}"
    return f"dataset:url/{path}"


def hub_model(repository: str, revision: str | None = None) -> str:
    """Return the purl of a hub model ``namespace/name`` (case kept)."""
    base = "pkg:huggingface/" + quote(repository, safe="/", errors="replace")
    return f"{base}@{quote(revision, safe='', errors='replace')}" if revision else base


def modelscope_model(repository: str) -> str:
    """Return the id of a ModelScope model ``namespace/name``."""
    return f"model:modelscope/{repository}"


def api_model(provider: str, name: str) -> str:
    """Return the id of a model behind an API (by its service's slug) or a runtime."""
    return f"model:{'bedrock' if provider == 'aws-bedrock' else provider}/{name}"


def service_of_model(component: str) -> str | None:
    """Return the service that a ``model:<provider>/<name>`` is asked of; None for other ids."""
    scheme, slash, _ = component.partition("/")
    provider = scheme.removeprefix("model:")
    if (
        not slash
        or not scheme.startswith("model:")
        or provider in ("local", "modelscope", "sketch", "url")
    ):
        return None
    return service("aws-bedrock" if provider == "bedrock" else provider)


def sketch_model(name: str) -> str:
    """Return the id of a model that a database of sketches knows by a name of its user's."""
    return f"model:sketch/{name}"


def local_model(path: str) -> str:
    """Return the id of a model folder or file of the tree (``.`` is its root)."""
    return f"model:local/{path.strip('/') or '.'}"


def dataset(hub: str, name: str) -> str:
    """Return the id of a dataset on ``hub`` (``huggingface``, ``modelscope``, ``local``)."""
    return f"dataset:{hub}/{name}"


def service(slug: str) -> str:
    """Return the id of a hosted service."""
    return f"service:{slug}"


def project(name: str) -> str:
    """Return the id of the scanned project."""
    return f"project:{name}"


def is_hub_repository(text: str) -> bool:
    """Tell whether ``text`` has the form ``namespace/name`` of a hub repository."""
    namespace, slash, name = text.partition("/")
    well_formed = slash and _HUB_NAMESPACE.fullmatch(namespace) and _HUB_NAME.fullmatch(name)
    return bool(well_formed) and not any(mark in text for mark in ("--", ".."))


def without_version(component: str) -> str:
    """Return a purl without its version; any other id unchanged."""
    if component.startswith("pkg:"):
        return component.partition("@")[0]
    return component


def version_of(component: str) -> str | None:
    """Return the version of a purl, or None."""
    if component.startswith("pkg:"):
        return unquote(component.partition("@")[2]) or None
    return None


def same_repository(one: str, other: str) -> bool:
    """Tell whether two ids are one repository, whatever the revision and the case."""
    return without_version(one).lower() == without_version(other).lower()


_INDEXED = frozenset(
    "npm golang cargo maven nuget gem composer pub swift hex cran julia conan vcpkg".split()
)
"""Ecosystems whose packages are called by their name alone."""


def short(component: str) -> str:
    """Return an id as a person would say it: ``torch@2.3.1``, ``@scope/name``, ``redis:7``."""
    for prefix in ("pkg:pypi/", "pkg:huggingface/", "service:", "platform:", "project:"):
        if component.startswith(prefix):
            return component[len(prefix) :]
    if component.startswith("pkg:docker/"):
        name, _, tag = component.removeprefix("pkg:docker/").partition("@")
        return f"{name}{'@' if tag.startswith('sha256:') else ':'}{tag}" if tag else name
    kind, _, name = component.removeprefix("pkg:").partition("/")
    if component.startswith("pkg:") and kind in _INDEXED:
        return name.replace("%40", "@", 1)
    return component.removeprefix("pkg:")


def lookup_keys(component: str) -> tuple[str, ...]:
    """Return the registry keys that may hold rows for a component, most specific first.

    ``pkg:huggingface/Qwen/Qwen2-7B`` also looks under its namespace
    ``huggingface:Qwen``, a GitHub package under ``github:owner``, an Ollama tag under
    its model. Never under a neighbour: what has no row of its own or of its
    namespace has none.
    """
    bare = without_version(component)
    if bare.startswith(("pkg:huggingface/", "dataset:huggingface/")):
        _, namespace, *rest = bare.split("/")
        return (bare, f"huggingface:{namespace}") if rest else (bare,)
    if bare.startswith(("model:modelscope/", "dataset:modelscope/")):
        return (bare, f"modelscope:{bare.split('/')[1]}")
    if bare.startswith(("pkg:github/", "dataset:github/")):
        return (bare, f"github:{bare.split('/')[1]}")
    if bare.startswith("pkg:golang/"):
        major = re.search(r"/v\d+$", bare)  # a later major version is the same module's
        return (bare, bare[: major.start()]) if major else (bare,)
    if bare.startswith(("model:local/", "model:sketch/", "dataset:local/", "project:")):
        return ()
    if bare.startswith("model:ollama/") and bare.count(":") > 1:
        return (bare, bare.rpartition(":")[0])
    return (bare,)
