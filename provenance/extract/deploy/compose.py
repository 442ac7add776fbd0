"""Compose files: images, build arguments, environment, commands and devices of services."""

from __future__ import annotations

import posixpath
import re

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.tree_settings import speaks_of
from provenance.extract.config.yaml_comments import read_comments
from provenance.extract.config.yaml_tree import Node
from provenance.extract.deploy.images import is_image
from provenance.extract.deploy.workloads import Workloads
from provenance.model import ComponentId, Document, Extraction
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

NAME = "compose"

_NAME = lazy(
    r"(?:.*[._-])?(?:docker[._-]?)?compose(?:[._-].*)?\.ya?ml(?:\.(?:example|sample))?",
    re.IGNORECASE,
)

_RELEASE = lazy(r"/[^/]*:v?\d+\.\d")
"""A release of an image with a publisher: one of its own that the tree may only vary."""


def accepts(path: str) -> bool:
    """Accept ``docker-compose*.yml`` and ``compose*.yaml``."""
    return bool(_NAME.fullmatch(path.rpartition("/")[2]))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the services of one file run."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    runtime = speaks_of(text)
    read_comments(text, 1, collector, vocabulary)
    for root in yaml_tree.load(text, collector):
        read_services(root, collector, vocabulary, runtime, document)
    return collector.done()


def read_services(
    root: Node, collector: Collector, vocabulary: Vocabulary, runtime: str = "",
    document: Document | None = None,
) -> None:  # fmt: skip
    """Read the services of one composed document (version 1 has them at its top).

    What a service builds and names is no image of others; where its Dockerfile is in the
    tree, it is a part of the tree wherever it is named.
    """
    workloads = Workloads(collector, vocabulary, runtime=runtime)
    services = root.get("services")
    listed = [service for _, service in (services or root).entries()]
    built: set[ComponentId] = set()
    for service in listed:
        made = _named(service.get("image"), workloads) if service.get("build") else ""
        if made:
            built.add(made)
            if document is not None and _is_here(service, document):
                collector.own.append(made)
    for service in listed:
        if services is not None or service.get("image") or service.get("build"):
            image = service.get("image")
            workloads.read(service, image=_named(image, workloads) not in built)
            model = service.get("provider", "options", "model")
            if model is not None and model.value:
                _docker_model(model, workloads)
    models = root.get("models")
    for _, entry in models.entries() if models else ():
        model = entry.get("model")
        if model is not None and model.value:
            _docker_model(model, workloads)


def _is_here(service: Node, document: Document) -> bool:
    """Tell whether a service is built from a Dockerfile of the tree, under no fixed version."""
    image, build = service.text("image"), service.get("build")
    if build is None or document.sibling is None or _RELEASE.search(image):
        return False
    context = build.value or build.text("context") or "."
    file = build.text("dockerfile") or "Dockerfile"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), context, file))
    return "$" not in path and not path.startswith((".", "/")) and (
        document.sibling(path) is not None
    )  # fmt: skip


def _named(image: Node | None, workloads: Workloads) -> ComponentId:
    """Return the id of the image that a service names, without its tag, or ``""``."""
    text = workloads.expand(image.value).text if image is not None and image.value else ""
    name = re.sub(r":[^/@]*$", "", text)
    return ids.container(name) if is_image(name) else ""


def _docker_model(model: Node, workloads: Workloads) -> None:
    """Read a model that Docker's model runner pulls: ``ai/name``, or a hub's repository."""
    name = workloads.expand(model.value or "").text
    repository = name.removeprefix("hf.co/").partition(":")[0]
    where = workloads.collector.occurrence(model.line, name)
    if name.startswith("hf.co/") and may_be_repository(repository):
        workloads.collector.hub_model(repository, where)
    else:
        workloads.image(model)
