"""Model, dataset and Space cards: ``README.md`` with the hub's YAML front matter."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.models import base_names, card_text, notice
from provenance.extract.models import store as local_store
from provenance.model import (
    ComponentId,
    Document,
    Evidence,
    Extraction,
    LicenseDeclaration,
    Occurrence,
)
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from yaml import SafeLoader

NAME = "model-card"

MAX_FRONT_MATTER = 4 * 1024 * 1024
"""Bytes; the largest known cards (evaluation results inline) stay below."""

_KEYS = (
    "license", "license_name", "license_link", "base_model", "base_model_relation", "datasets",
    "models", "library_name", "pipeline_tag", "tags", "sdk", "task_categories", "new_version",
)  # fmt: skip
_MODEL_MARKS = frozenset({"base_model", "library_name", "pipeline_tag", "model-index"})
_DATASET_MARKS = frozenset({"task_categories", "dataset_info", "size_categories", "pretty_name"})
_TOP_KEY = lazy(r"^([A-Za-z_][\w-]*)[ \t]*:", re.MULTILINE)
HOW = {
    "finetune": "finetune", "adapter": "adapter", "merge": "merge", "quantized": "quantization",
    "quantization": "quantization", "distill": "distillation", "distillation": "distillation",
    "lora": "adapter", "continued-pretrain": "continued-pretrain", "conversion": "conversion",
    "encoder": "encoder", "upscaled": "upscaled",
}  # fmt: skip
"""The relation words of hubs and cards in the report's terms."""


def accepts(path: str) -> bool:
    """Accept ``README.md`` in any spelling of case."""
    return path.rpartition("/")[2].lower() == "readme.md"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the model or dataset a card describes, and what its text names besides."""
    from provenance.extract import markdown

    assert isinstance(vocabulary, Vocabulary)
    return read_card(document, vocabulary).joined(markdown.extract(document, vocabulary))


def read_card(document: Document, vocabulary: Vocabulary) -> Extraction:
    """Return the model or dataset of the front matter with its declared lineage."""
    collector = Collector(document.path, NAME)
    start = document.data.removeprefix(b"\xef\xbb\xbf")
    if not start.startswith((b"---\n", b"---\r\n", b"--- ")):
        return collector.done()
    match = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE).search(start, 4, MAX_FRONT_MATTER)
    if match is None:
        if len(start) > MAX_FRONT_MATTER:
            collector.gap(document.path, "too-large", detail=f"{len(start)} bytes of front matter")
        return collector.done()
    text, lossy = textfile.decode(start[: match.start()])
    block = text.replace("\r\n", "\n")
    keys = set(_TOP_KEY.findall(block))
    is_model = bool(keys & _MODEL_MARKS) or {"license", "tags"} <= keys or "license_name" in keys
    is_dataset, is_space = bool(keys & _DATASET_MARKS), "sdk" in keys
    if not (is_model or is_dataset or is_space):
        return collector.done()
    if lossy:
        collector.gap(document.path, "undecodable-bytes")
    card = _load(block, collector)
    if card is None:
        return collector.done()
    folder = document.path.rpartition("/")[0]
    if is_space:
        _space(card, block, collector, vocabulary)
    elif is_dataset and "base_model" not in keys:
        where = collector.occurrence(1, "front matter")
        name = folder or "."
        component = collector.component(ids.dataset("local", name), "dataset", name, where)
        collector.link(ids.PROJECT, component, "contains", where)
        _license(component, card, block, collector)
    else:
        where = collector.occurrence(1, "front matter")
        child = local_store.record_folder(folder, where, collector, vocabulary, document.sibling)
        _model(child, card, block, collector, vocabulary)
        body, _ = textfile.decode(start[match.end() :])
        card_text.read(
            child, body, block.count("\n") + 1, collector, vocabulary,
            names_base=bool(strings(card.get("base_model"))),
        )  # fmt: skip
        notice.read(folder, child, collector, vocabulary, document.sibling)
    return collector.done()


def _load(block: str, collector: Collector) -> dict[str, Any] | None:
    """Parse the keys of interest with the safe, pure-Python loader.

    Whole cards carry megabytes of evaluation results, and libyaml's loader can be
    made to overflow the C stack by nesting; the pure one raises RecursionError.
    """
    import yaml

    pieces, positions = [], [m.start() for m in _TOP_KEY.finditer(block)] + [len(block)]
    for begin, end in itertools.pairwise(positions):
        name = block[begin:end].partition(":")[0].strip()
        if name in _KEYS:
            pieces.append(block[begin:end])
    chosen = "".join(pieces)
    if len(chosen) > 256 * 1024:
        collector.gap(collector.path, "too-large", detail=f"{len(chosen)} characters")
        return None
    try:
        loaded = yaml.load(chosen, Loader=_loader())  # noqa: S506 - a SafeLoader, narrowed
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", "") or type(error).__name__)
        line = 0
        if mark is not None:
            bad = chosen.splitlines()[mark.line : mark.line + 1]
            bad = bad if bad and bad[0].strip() else chosen.rstrip().splitlines()[-1:]
            line = textfile.line_of(block, bad[0]) if bad else 0
        collector.gap(collector.path, "malformed-file", line, detail=problem, format="YAML")
        return None
    return loaded if isinstance(loaded, dict) else {}


@lru_cache(maxsize=1)
def _loader() -> type[SafeLoader]:
    """Return the safe loader without merge keys, which can be nested into a bomb."""
    import yaml

    class Loader(yaml.SafeLoader):
        def flatten_mapping(self, node: object) -> None:
            """Leave ``<<`` an ordinary key."""

    return Loader


def strings(value: object, limit: int = 200) -> tuple[str, ...]:
    """Return the non-empty strings of a scalar or list value; other shapes are ignored."""
    items = value if isinstance(value, list) else [value]
    return tuple(item.strip() for item in items[:limit] if isinstance(item, str) and item.strip())


def _model(
    child: ComponentId, card: dict[str, Any], block: str, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    _license(child, card, block, collector)
    relation = card.get("base_model_relation")
    how = HOW.get(relation.lower(), "unknown") if isinstance(relation, str) else "unknown"
    bases = strings(card.get("base_model"))
    if how == "unknown" and len(bases) > 1 and "merge" in strings(card.get("tags")):
        how = "merge"
    for base in bases:
        at = _at(base, block, collector)
        parent = base_names.record(base, at, collector, vocabulary)
        if parent:
            collector.derived(child, parent, at, how)
    for dataset in strings(card.get("datasets")):
        at = _at(dataset, block, collector)
        name = dataset.removeprefix("https://huggingface.co/datasets/")
        known = vocabulary.dataset_alias(name)
        if known is None and not ids.is_hub_repository(name):
            collector.gap(dataset, "short-name-unresolved", at)
            continue
        target = known or ids.dataset("huggingface", name)
        collector.dataset("huggingface", target.removeprefix("dataset:huggingface/"), at)
        collector.link(child, target, "trained-on", at)


def _license(
    component: ComponentId, card: dict[str, Any], block: str, collector: Collector
) -> None:
    declared = strings(card.get("license"), limit=10)
    name = strings(card.get("license_name"), limit=1)
    # ``license: other`` only points at license_name; the name is what the card says.
    for raw in (*(item for item in declared if item.lower() != "other"), *name):
        line = textfile.line_of(block, raw)
        collector.licenses.append(
            LicenseDeclaration(
                component=component, raw=raw, declared_by="tree",
                evidence=Evidence(source="tree", reference=f"{collector.path}:{line}"),
            )
        )  # fmt: skip
    if declared and not name and all(item.lower() == "other" for item in declared):
        collector.gap(component, "license-other", textfile.line_of(block, "license"))


def _space(card: dict[str, Any], block: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """A Space uses the models and datasets it lists; it is not derived from them."""
    for model in strings(card.get("models")):
        at = _at(model, block, collector)
        component = base_names.record(model, at, collector, vocabulary)
        if component:
            collector.link(ids.PROJECT, component, "depends-on", at)
    for name in strings(card.get("datasets")):
        if ids.is_hub_repository(name):
            component = collector.dataset("huggingface", name, _at(name, block, collector))
            collector.link(ids.PROJECT, component, "depends-on", _at(name, block, collector))


def _at(needle: str, block: str, collector: Collector) -> Occurrence:
    whole = re.search(rf"(?<![\w./-]){re.escape(needle)}(?![\w/-])", block)
    line = block.count("\n", 0, whole.start()) + 1 if whole else 0
    return collector.occurrence(line, needle)
