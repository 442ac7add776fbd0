"""Steps of a workflow that ask a model: ``uses: openai/codex-action@v1`` and what it is told."""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.config.yaml_tree import Node
from provenance.extract.settings import names_model, read_setting
from provenance.extract.shell.script import read_shell
from provenance.vocabulary import Vocabulary

_CLOUDS = {"use_bedrock": "service:aws-bedrock", "use_vertex": "service:google-vertex-ai"}
"""Inputs that have a cloud asked instead of the maker's own service."""
_ENDPOINTS = ("endpoint", "responses-api-endpoint")
_ARGUMENTS = ("claude_args", "codex-args")


def read_action(step: Node, elsewhere: bool, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the service that a step asks, and the models that its inputs name.

    Args:
        elsewhere: the workflow has variables that send an action to another service.
    """
    uses = step.get("uses")
    if uses is None or not uses.value:
        return
    service = vocabulary.named("action").get(uses.value.partition("@")[0].lower())
    if service is None:
        return
    service = _asked(step, service, elsewhere, vocabulary)
    if service:
        collector.service(service, collector.occurrence(uses.line, uses.value))
    inputs = step.get("with")
    for key, value in inputs.entries() if inputs is not None else ():
        if not value.value or "${{" in value.value:
            continue
        if names_model(key):
            read_setting(
                key, value.value, value.text_line(), collector, vocabulary,
                provider=service.removeprefix("service:"),
            )  # fmt: skip
        elif key in _ARGUMENTS:
            command = "assistant " + value.value.strip().replace("\n", " \\\n")
            read_shell(command, value.text_line(), collector, vocabulary)


def _asked(step: Node, service: str, elsewhere: bool, vocabulary: Vocabulary) -> str:
    """Return the service that a step asks as its inputs and variables say; ``""`` is unknown."""
    for name, cloud in _CLOUDS.items():
        if step.text("with", name).lower() == "true":
            return cloud
    for name in _ENDPOINTS:
        if address := step.text("with", name):
            return vocabulary.service_of_url(address) or ""
    return "" if elsewhere else service
