"""Compose files: images, build arguments, environment, commands and devices of services."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.tree_settings import read_comments, speaks_of
from provenance.extract.config.yaml_tree import Node
from provenance.extract.deploy.workloads import Workloads
from provenance.model import Document, Extraction
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

NAME = "compose"

_NAME = re.compile(
    r"(?:.*[._-])?(?:docker[._-]?)?compose(?:[._-].*)?\.ya?ml(?:\.(?:example|sample))?",
    re.IGNORECASE,
)


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
        read_services(root, collector, vocabulary, runtime)
    return collector.done()


def read_services(
    root: Node, collector: Collector, vocabulary: Vocabulary, runtime: str = ""
) -> None:
    """Read the services of one composed document (version 1 has them at its top)."""
    workloads = Workloads(collector, vocabulary, runtime=runtime)
    services = root.get("services")
    for _, service in (services or root).entries():
        if services is not None or service.get("image") or service.get("build"):
            workloads.read(service)
            model = service.get("provider", "options", "model")
            if model is not None and model.value:
                _docker_model(model, workloads)
    models = root.get("models")
    for _, entry in models.entries() if models else ():
        model = entry.get("model")
        if model is not None and model.value:
            _docker_model(model, workloads)


def _docker_model(model: Node, workloads: Workloads) -> None:
    """Read a model that Docker's model runner pulls: ``ai/name``, or a hub's repository."""
    name = workloads.expand(model.value or "").text
    repository = name.removeprefix("hf.co/").partition(":")[0]
    where = workloads.collector.occurrence(model.line, name)
    if name.startswith("hf.co/") and may_be_repository(repository):
        workloads.collector.hub_model(repository, where)
    else:
        workloads.image(model)
