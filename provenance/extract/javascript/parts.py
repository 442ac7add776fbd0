"""Calls that name an image, or are of a service: the parts that infrastructure is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance import ids
from provenance.extract.deploy.images import read_image
from provenance.extract.javascript.clients import Clients
from provenance.extract.javascript.specs import Spec
from provenance.extract.javascript.tree import Bound, Scope
from provenance.patterns import lazy

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_IMAGE = lazy(r"dummy\b|placeholder\b|scratch$")
"""What is given where an image must be named and none is run."""


def read_images(
    clients: Clients, call: Node, scope: Scope, argument: Bound | None, spec: Spec
) -> set[str]:
    """Record the images that a call names: registry, repository and tag put together.

    Returns:
        The texts of the literals that it is given.
    """
    values = clients.values.bound_values(argument) if argument is not None else []
    behind = clients.argument(call, scope, spec.joined)
    tags = clients.values.bound_values(behind) if behind is not None else []
    registry = f"{spec.provider}/" if spec.provider else ""
    for value in values:
        if _NO_IMAGE.match(value.text):
            continue
        for image in [f"{value.text}:{tag.text}" for tag in tags] or [value.text]:
            read_image(
                f"{registry}{image}", value.line, clients.collector, clients.vocabulary,
                default=bool(registry) or value.confidence != "high", path=value.path,
            )  # fmt: skip
    return {value.text for value in values}


def read_service(clients: Clients, call: Node, argument: Bound | None, spec: Spec) -> None:
    """Record the service that a call is of, or that it names in the words of a tool."""
    scheme, _, tool = spec.provider.partition(":")
    if not tool:
        where = clients.collector.occurrence(clients.tree.line(call), clients.tree.shown(call))
        clients.collector.service(ids.service(scheme), where)
    elif argument is not None:
        for value in clients.values.bound_values(argument):
            if service := clients.vocabulary.alias(value.text, tool):
                clients.collector.service(service, clients.at(value))
