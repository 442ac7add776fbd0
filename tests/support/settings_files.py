"""One settings file through its reader, and views of what such files hold beside components."""

from __future__ import annotations

from types import ModuleType

from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component


def direct(module: ModuleType, path: str, content: str | bytes) -> Extraction:
    """Extract one file with a module that wants it."""
    assert module.accepts(path), f"{module.NAME} does not want {path}"
    return extracted(module, path, content)


def at(extraction: Extraction, wanted: str) -> list[tuple[int, str]]:
    """The line and usage of every place of a component, sorted."""
    return sorted((place.line, place.usage) for place in component(extraction, wanted).occurrences)


def imports(extraction: Extraction) -> set[tuple[str, int]]:
    """Module and line of every import."""
    return {(item.module, item.occurrence.line) for item in extraction.imports}


def redirects(extraction: Extraction) -> set[tuple[str, int]]:
    """Default service and line of every client that points elsewhere."""
    return {(service, where.line) for service, where in extraction.redirects}
