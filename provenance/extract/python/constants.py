"""Constants of libraries that name a model: bundles, members of enumerations.

``torchaudio.pipelines.WAV2VEC2_ASR_BASE_960H`` and ``SpeechModel.best`` are no strings that
a call could be given. They count where they are asked for by name, and where a table of
their names stands in a source that looks them up at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import Confidence, Import
from provenance.registry.specs import Constant
from provenance.vocabulary import Vocabulary


def read_constants(
    data: bytes, places: Places, imports: Iterable[Import], collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record the models that constants of imported libraries name."""
    asked: dict[str, dict[str, Constant]] = {}
    for item in imports:
        for parent, known in vocabulary.constants.get(item.module.partition(".")[0], {}).items():
            asked.setdefault(parent, {}).update(known)
    for parent, known in asked.items():
        word = parent.encode()
        if word not in data:
            continue
        found: list[tuple[int, str, Confidence]] = [
            (match.start(1), match.group(1).decode(), "high")
            for match in re.finditer(rb"\b%b\.([A-Za-z_]\w*)" % word, data)
        ]
        if re.search(rb"getattr\([\w.]*\b%b\b|\b%b\.__dict__|vars\([\w.]*\b%b\)"
                     % (word, word, word), data):  # fmt: skip
            found += [
                (match.start(1), match.group(1).decode(), "medium")
                for match in re.finditer(rb"[\"']([A-Z][A-Z0-9_]{3,})[\"']", data)
            ]
        found += [
            (match.start(), name, "high")
            for item in imports
            if item.module.rpartition(".")[2] == parent
            for name in item.names
            for match in re.finditer(rb"\b%b\b" % name.encode(), data)
        ]
        for offset, name, sure in found:
            constant = known.get(name)
            if constant is None:
                continue
            where = collector.occurrence(
                places.line(offset), name, usage=places.state(offset), confidence=sure
            )
            if constant.service:
                model = constant.component.partition("/")[2]
                names.served(
                    constant.service, model, where, collector, function=constant.function
                )  # fmt: skip
            else:
                names.known(constant.component, where, collector, function=constant.function)
