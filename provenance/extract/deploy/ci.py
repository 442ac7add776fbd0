"""Workflows of GitHub and GitLab: images, services, environment and the shell they run."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.yaml_comments import read_comments
from provenance.extract.config.yaml_tree import Node, mappings
from provenance.extract.deploy.actions import read_action
from provenance.extract.deploy.workloads import Workloads
from provenance.extract.places import Places
from provenance.extract.shell.assistants import sends_elsewhere
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Value, Variables
from provenance.extract.variables import read_variables
from provenance.model import Document, Extraction, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "ci"

_NAME = lazy(
    r"(?:.*/)?(?:\.github/(?:workflows|actions)/.+\.ya?ml|action\.ya?ml|\.gitlab-ci\.ya?ml|"
    r"\.gitlab/.+\.ya?ml|.*\.gitlab-ci\.ya?ml|\.circleci/config\.yml|azure-pipelines.*\.ya?ml|"
    r"\.travis\.yml|bitbucket-pipelines\.yml|\.drone\.yml|\.woodpecker.*\.ya?ml|buildkite.*\.ya?ml)"
)
_COMMENT = lazy(rb"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_SHELL_KEYS = ("run", "script", "before_script", "after_script", "install", "before_install",
               "commands", "command", "bash")  # fmt: skip
_IMAGE_KEYS = ("image", "container")


def accepts(path: str) -> bool:
    """Accept the files that continuous integration is told by."""
    return bool(_NAME.fullmatch(path))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the jobs of one file use, all of it for development."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if strongest_usage((collector.usage, "development")) == collector.usage:
        collector.usage = "development"
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    data = text.encode("utf-8", "replace")
    read_variables(data, Places(data, _COMMENT), collector, vocabulary)
    for root in yaml_tree.load(text, collector):
        _jobs(root, text, collector, vocabulary)
    read_comments(text, 1, collector, vocabulary)
    return collector.done()


def _jobs(root: Node, text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    workloads = Workloads(collector, vocabulary, expand=Value)
    elsewhere = sends_elsewhere(text)
    for path, mapping, _ in mappings(root):
        if path and path[-1] in ("with", "inputs", "outputs", "secrets"):
            continue  # what an action is told, in its own words
        for key in _IMAGE_KEYS:
            image = mapping.get(key)
            if "matrix" in path and image is not None and not re.search("[/:]", image.value or ""):
                continue  # what the jobs build, by its name
            if image is not None and not _is_expression(image):
                workloads.image(image)
        read_action(mapping, elsewhere, collector, vocabulary)
        services = mapping.get("services")
        for item in (services.items if services is not None else None) or ():
            workloads.image(item if item.value is not None else item.get("name"))
        for key in ("env", "environment", "variables"):
            workloads.environment(mapping.get(key))
        for key in _SHELL_KEYS:
            script = mapping.get(key)
            _script(script, elsewhere, collector, vocabulary)


def _script(
    script: Node | None, elsewhere: bool, collector: Collector, vocabulary: Vocabulary
) -> None:  # fmt: skip
    """Read a script: one text, or a list of them that one shell runs."""
    for item in script.children() if script is not None else ():
        if item.value:
            text = re.sub(r"\$\{\{\s*(.{0,200}?)\s*\}\}", _variable, item.value)
            read_shell(
                text, item.text_line(), collector, vocabulary,
                variables=Variables(elsewhere=elsewhere),
            )  # fmt: skip


def _variable(match: re.Match[str]) -> str:
    """Write an expression as a shell variable, whose value is as little known."""
    return "${" + re.sub(r"\W", "_", match.group(1)) + "}"


def _is_expression(node: Node) -> bool:
    return node.value is not None and "${{" in node.value and node.value.startswith("${{")
