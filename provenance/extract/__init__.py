"""extract: one reader per format. Pure; never opens anything; problems become gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from provenance.extract import (
    model_card,
    model_folder,
    notebook,
    pyproject,
    python_source,
    requirements,
)

if TYPE_CHECKING:
    from provenance.ports import Extractor

EXTRACTORS: tuple[Extractor, ...] = cast(
    "tuple[Extractor, ...]",
    (python_source, requirements, pyproject, model_card, model_folder, notebook),
)
"""Every input format, in the order they are tried. Add a format here."""


def extractor_for(path: str) -> Extractor | None:
    """Return the extractor that wants a file, or None."""
    for extractor in EXTRACTORS:
        if extractor.accepts(path):
            return extractor
    return None
