"""Constants of packages that are called after what they stand for.

``JumpStartModel.META_TEXTGENERATION_LLAMA_2_13B_F_2_0_2`` is the model
``meta-textgeneration-llama-2-13b-f`` in its version 2.0.2. A row of ``data/calls_js.csv``
whose argument is ``name`` says which classes have such constants, and whose names they are.
"""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import read_image
from provenance.extract.javascript.specs import Spec, Specs, specifier
from provenance.extract.javascript.tree import Tree
from provenance.extract.places import Places
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_CONSTANT = rb"\s*\.\s*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?!\s*\()"
_RELEASE = lazy(r"_\d+_\d+_\d+$")
"""The version at the end of a model's constant."""
_TAG = lazy(r"_\d+_\d+_\d+(?:_.*|$)")
"""The tag of an image in its constant: dots and dashes are told apart no more."""
_MAX_CONSTANTS = 200


def read_constants(
    tree: Tree, specs: Specs, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the constants of known classes stand for."""
    for spec in specs.constants:
        for local in _local_names(tree, spec):
            pattern = re.compile(rb"(?<![\w$.])" + re.escape(local.encode()) + _CONSTANT)
            for number, match in enumerate(pattern.finditer(tree.data)):
                if number >= _MAX_CONSTANTS:
                    break
                _record(match, spec, places, collector, vocabulary)


def _local_names(tree: Tree, spec: Spec) -> list[str]:
    """Return what a class of a package is called in a source, after its import."""
    name = spec.name.removesuffix(".*")
    found = []
    for local, (module, symbol) in tree.imported.items():
        if specifier(module) == spec.module:
            if symbol == name:
                found.append(local)
            elif symbol in ("*", "default"):
                found.append(f"{local}.{name}")
    return found


def _record(
    match: re.Match[bytes], spec: Spec, places: Places, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    constant = match.group(1).decode("ascii")
    line, usage = places.line(match.start()), places.state(match.start())
    if spec.yields == "container":
        name = _TAG.sub("", constant).lower().replace("_", "-")
        registry = f"{spec.provider}/" if spec.provider else ""
        read_image(f"{registry}{name}", line, collector, vocabulary, usage=usage, default=True)
        return
    name = _RELEASE.sub("", constant).lower().replace("_", "-")
    where = collector.occurrence(line, constant, usage=usage)
    model = collector.api_model(ids.service(spec.provider), name, where, function=spec.function)
    collector.link(ids.PROJECT, model, "calls", where)
