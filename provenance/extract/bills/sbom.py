"""Software bills of material, CycloneDX and SPDX in JSON: what other tools found comes in.

They are read with a plain JSON reader: of their hundreds of keys few matter here, and the
libraries of the two formats refuse documents of versions they do not know.
"""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.bills import cyclonedx, spdx
from provenance.extract.bills.bom import write
from provenance.extract.collect import Collector
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "sbom"

_FILE = lazy(
    r".*\.(?:cdx|bom|spdx|spdx3|sbom|cyclonedx)\.json(?:ld)?|.*\.spdx3?\.jsonld|"
    r"(?:.*[-_.])?(?:s?bom|aibom|mlbom|cyclonedx|spdx)(?:[-_.].*)?\.json(?:ld)?",
)
_HEAD = 4096
_MARKS = lazy(
    rb'"bomFormat"\s*:\s*"CycloneDX"|"spdxVersion"\s*:\s*"SPDX-|'
    rb'"@context"\s*:\s*\[?\s*"[^"]{0,200}spdx[^"]{0,200}"',
    re.IGNORECASE,
)


def accepts(path: str) -> bool:
    """Accept JSON files with the usual names of bills; see :func:`recognises` for others."""
    return bool(_FILE.fullmatch(path.rpartition("/")[2].lower()))


def recognises(data: bytes) -> bool:
    """Tell from the beginning of a JSON file whether it is a bill of material."""
    return bool(_MARKS.search(data, 0, _HEAD) or _MARKS.search(data[-_HEAD:]))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return everything a bill lists, with relations, licenses, models and services."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = textfile.load_json(document.data, collector)
    if not isinstance(data, dict):
        return collector.done()
    if data.get("bomFormat") == "CycloneDX" or "cyclonedx" in str(data.get("$schema")):
        bom = cyclonedx.read(data)
    elif str(data.get("spdxVersion")).startswith("SPDX-"):
        bom = spdx.read_document(data)
    elif "spdx" in str(data.get("@context")).lower()[:_HEAD]:
        bom = spdx.read_graph(data)
    else:
        return collector.done()
    write(bom, text, collector, vocabulary)
    return collector.done()
