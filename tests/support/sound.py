"""What holds for every extraction, whatever the document was."""

from __future__ import annotations

from types import ModuleType

from msgspec.structs import replace

from provenance import ids
from provenance.extract.collect import shown
from provenance.model import Document, Extraction
from provenance.ports import Extractor
from provenance.siblings import Siblings
from tests.support.reading import texts, vocabulary


def sound(reader: Extractor | ModuleType, path: str, data: bytes) -> Extraction:
    """Extract one document and return what came out, after checking that it can be used.

    Components that links name exist, lines are lines of the file, and every text can be
    written into a report.
    """
    head = getattr(reader, "HEAD_BYTES", 0)
    document = Document(path=path, data=data, sibling=Siblings(lambda _: data))  # modules that loop
    if head:  # as the walk does it: the beginning, and the rest on demand
        document = replace(
            document, data=data[:head], size=len(data),
            read=lambda offset, length: data[offset : offset + length],
        )  # fmt: skip
    found = reader.extract(document, vocabulary())
    check(found, document.path, data)
    return found


def check(found: Extraction, path: str, data: bytes) -> None:
    """Check one extraction of a file; raises AssertionError."""
    assert isinstance(found, Extraction)
    known = {component.id for component in found.components} | {ids.PROJECT}
    for link in found.links:
        assert {link.source, link.target} <= known, link  # or the graph refuses the report
        assert link.occurrences, link
    last = data.count(b"\n") + data.count(b"\r") + 1
    for component in found.components:
        assert component.occurrences, component
    places = [place for item in (*found.components, *found.links) for place in item.occurrences]
    places += [item.occurrence for item in found.imports]
    places += [where for _, where in found.redirects]
    for place in places:
        assert place.path, place
        assert place.path != shown(path, 4096) or 0 <= place.line <= last, (place, last)
    for gap in found.gaps:
        assert gap.location is None or 0 <= gap.location.line <= last, (gap, last)
    for include in found.includes:
        assert 0 <= include.location.line <= last, (include, last)
    for text in texts(found):
        text.encode()
