"""One table of every extractor: files it wants, and small valid documents to mutate.

The tests of hostile input and the fuzzer (``fuzz/run.py``) both start from here. An
extractor without an entry fails ``tests/extract/test_never_raises.py``.
"""

from __future__ import annotations

from tests.support.samples import packages, settings, sources
from tests.support.samples.made import Sample

SAMPLES: dict[str, tuple[Sample, ...]] = {
    **packages.SAMPLES, **settings.SAMPLES, **sources.SAMPLES,
}  # fmt: skip
"""Valid documents by extractor; the first path stands for it wherever one is enough."""
