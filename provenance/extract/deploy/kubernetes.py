"""Kubernetes manifests, Helm values and templates: containers, settings, accelerators."""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_tree
from provenance.extract.config.tree_settings import read_tree, speaks_of
from provenance.extract.config.yaml_comments import read_comments
from provenance.extract.config.yaml_tree import Node, mappings
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.deploy.workloads import Workloads
from provenance.extract.settings import names_model, read_setting
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "kubernetes"

_VALUES = lazy(r"(?:.*[._-])?values(?:[._-].*)?\.ya?ml|kustomization\.ya?ml", re.IGNORECASE)
_TEMPLATE = lazy(r"\.(?:tpl|tftpl)$", re.IGNORECASE)
_DEPLOYS = lazy(
    r"(?:^|[/._-])(?:helm|charts?|values|manifests?|k8s|kubernetes|ya?ml)(?=[/._-])", re.IGNORECASE
)
"""What the path of a template has in it that Terraform or Helm makes YAML of."""
_MANIFEST = lazy(rb"^\s*[\"']?(apiVersion|kind)[\"']?\s*:", re.MULTILINE)
_LINE = lazy(r"[ \t]*(?:-[ \t]+)?([\w.-]{1,80})[ \t]*:[ \t]+([^#\n]{1,300})")
_NOT_WORKLOADS = frozenset({"CustomResourceDefinition"})


def accepts(path: str) -> bool:
    """Accept Helm values and templates by name; manifests are told by their content."""
    name = path.rpartition("/")[2]
    return (
        bool(_VALUES.fullmatch(name))
        or (
            name.endswith((".yaml", ".yml")) and "/templates/" in f"/{path}"
            and "charts/" in f"/{path}"
        )
        or bool(_TEMPLATE.search(name) and _DEPLOYS.search(path))
    )  # fmt: skip


def is_manifest(data: bytes) -> bool:
    """Tell whether YAML says ``apiVersion`` and ``kind``."""
    found = {match.group(1) for match in _MANIFEST.finditer(data[:65536])}
    return found == {b"apiVersion", b"kind"}


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one manifest, values file or template runs."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    runtime = speaks_of(text)
    read_comments(text, 1, collector, vocabulary)
    roots = load_template(text, 1, collector)
    if roots is None:
        read_template(text, collector, vocabulary)
    for root in roots or ():
        if root.text("kind") in _NOT_WORKLOADS:
            continue
        workloads = Workloads(collector, vocabulary, runtime=runtime)
        for _, mapping, _ in mappings(root):
            if mapping.get("image") is not None:
                workloads.read(mapping)
            elif mapping.get("repository") is not None and mapping.get("tag") is not None:
                workloads.image(mapping)
        workloads.devices(root)
        read_tree(root, collector, vocabulary, runtime=runtime)
    return collector.done()


def read_images(root: Node, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record images that Helm's values write in parts, in YAML of any name."""
    workloads = Workloads(collector, vocabulary)
    for _, mapping, _ in mappings(root):
        written = mapping.text("repository")
        if written and mapping.text("tag") and "://" not in written and is_image(written):
            workloads.image(mapping)
    workloads.devices(root)


def load_template(text: str, first_line: int, collector: Collector) -> list[Node] | None:
    """Return the documents of a YAML text; None when it is a template that is not YAML yet."""
    template = "{{" in text or "{%" in text or bool(_TEMPLATE.search(collector.path))
    if not template:
        return yaml_tree.load(text, collector, first_line)
    attempt = Collector(collector.path, collector.extractor)
    roots = yaml_tree.load(text, attempt, first_line)
    return None if attempt.done().gaps else roots


def read_template(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the literal lines of a template, which is no YAML before it is rendered."""
    name = ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line[:500])
        if not match or "{{" in match.group(2):
            continue
        key, value = match.group(1), match.group(2).strip().strip("\"'")
        if key == "name":
            name = value
        elif key == "image" and ("/" in value or ":" in value):
            read_image(value, number, collector, vocabulary)
        elif key == "value" or names_model(key):
            read_setting(name if key == "value" else key, value, number, collector, vocabulary)
