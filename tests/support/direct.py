"""One document through a named extractor, whether or not it is its turn by the file's name."""

from __future__ import annotations

import textwrap
from types import ModuleType

from provenance.model import Document, Extraction
from tests.support.reading import vocabulary


def extracted(module: ModuleType, path: str, content: str | bytes) -> Extraction:
    """Extract with one module; text is dedented and encoded as UTF-8."""
    data = content if isinstance(content, bytes) else textwrap.dedent(content).encode()
    extraction = module.extract(Document(path=path, data=data), vocabulary())
    assert isinstance(extraction, Extraction)
    return extraction
