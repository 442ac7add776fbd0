"""mergekit's configurations beside the model they made: every parent, slices and all.

``mergekit_config.yml`` and ``mergekit_moe_config.yml`` are what the tool itself writes into
the folder of the result. A ``merge.yml`` counts where a model's files lie beside it; anywhere
else it is a recipe, read with the other settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.config import yaml_config, yaml_tree
from provenance.extract.config.yaml_tree import Node
from provenance.extract.models import base_names
from provenance.extract.models import store as local_store
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "mergekit"

_WRITTEN = lazy(r"mergekit(?:_moe)?_config\.ya?ml")
_BY_HAND = lazy(r"merge\.ya?ml")
_MARK = lazy(rb"^(?:merge_method|experts|slices|modules)[ \t]*:", re.MULTILINE)
_BESIDE = ("config.json", "model.safetensors.index.json", "adapter_config.json")
_REFERENCE = lazy(r"(?P<path>[^+@]+)(?:@(?P<revision>[^+]+))?(?:\+(?P<lora>[^@]+)(?:@.*)?)?")
MAX_PARENTS = 200


def accepts(path: str) -> bool:
    """Accept the names that mergekit writes, and the one people give its input."""
    name = path.rpartition("/")[2].lower()
    return bool(_WRITTEN.fullmatch(name) or _BY_HAND.fullmatch(name))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the merged model with all of its parents."""
    assert isinstance(vocabulary, Vocabulary)
    folder, slash, name = document.path.rpartition("/")
    if _BY_HAND.fullmatch(name.lower()):
        beside = document.sibling is not None and any(
            document.sibling(f"{folder}{slash}{other}") for other in _BESIDE
        )
        if not beside or not _MARK.search(document.data):
            return yaml_config.extract(document, vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, yaml_tree.MAX_BYTES)
    if text is None:
        return collector.done()
    parents: dict[str, tuple[int, str]] = {}
    roots = yaml_tree.load(text, collector)
    for root in roots:
        for written, line, revision in _parents(root):
            if len(parents) < MAX_PARENTS:
                parents.setdefault(written, (line, revision))
    if not parents:
        if any(root.get("merge_method") or root.get("experts") for root in roots):
            collector.gap(document.path, "merge-without-models")
        return collector.done()
    where = collector.occurrence(1, name)
    child = local_store.record_folder(folder, where, collector, vocabulary, document.sibling)
    how = "merge" if len(parents) > 1 else _how_of_one(roots)
    for written, (line, revision) in parents.items():
        at = collector.occurrence(line, written)
        parent = base_names.record(written, at, collector, vocabulary, revision=revision)
        if parent:
            collector.derived(child, parent, at, how)
    return collector.done()


def _parents(root: Node) -> Iterator[tuple[str, int, str]]:
    """Yield every model of a configuration: what is written, its line, its revision."""
    for path, node, _ in yaml_tree.mappings(root):
        for key, value in node.entries():
            if key in ("model", "base_model", "source_model") and not (
                path and path[-1] in ("model", "base_model", "source_model")
            ):
                yield from _reference(value)


def _reference(node: Node) -> Iterator[tuple[str, int, str]]:
    """Yield the models of a reference: ``path@revision+adapter``, or a table of these."""
    if node.pairs is not None:
        inner = node.get("model") or node.get("path")
        if inner is not None and inner.pairs is not None:
            inner = inner.get("path")
        if inner is not None and inner.value:
            yield inner.value, inner.line, node.text("model", "revision") or node.text("revision")
        lora = node.get("lora", "path") or node.get("lora")
        if lora is not None and lora.value:
            yield lora.value, lora.line, ""
        return
    found = _REFERENCE.fullmatch(node.value or "")
    if found:
        yield found["path"].strip(), node.line, found["revision"] or ""
        if found["lora"]:
            yield found["lora"].strip(), node.line, ""


def _how_of_one(roots: list[Node]) -> str:
    """Return how a model is made of one other: with layers repeated it is upscaled."""
    layers: list[int] = []
    for root in roots:
        for _, node, _ in yaml_tree.mappings(root):
            ends = node.get("layer_range")
            bounds = [item.value or "" for item in ends.children()] if ends else []
            if len(bounds) == 2 and all(b.isascii() and b.isdigit() for b in bounds):
                first, last = (int(bound[:4]) for bound in bounds)
                layers += range(first, min(last, first + 1000))
    return "upscaled" if len(layers) > len(set(layers)) else "unknown"
