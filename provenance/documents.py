"""Every wanted document of a tree, extracted once: here, in several processes, or remembered.

What a document says depends on its own bytes, on the files of the tree that its reader
looked into (imports that were followed), and on the program. So a memory of earlier runs
may answer for a file whose bytes and whose looked-into files are what they were.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from provenance.discover import Walk, Wanted
from provenance.extract import extractor, extractor_for
from provenance.model import Document, Extraction, Gap
from provenance.ports import Memory, Remembered, Spread
from provenance.siblings import digest_of
from provenance.vocabulary import Vocabulary

MAX_INCLUDES = 500
"""Files that requirement files may pull in altogether."""


def extract_all(
    walk: Walk, vocabulary: Vocabulary, spread: Spread | None = None, memory: Memory | None = None
) -> list[Extraction]:
    """Extract every wanted document and what requirement files include, each once.

    Args:
        spread: does the extraction on several processors; None keeps to this one.
        memory: what earlier runs found; learns what this one finds.
    """
    paths = list(walk.paths())
    walk.siblings.noting = memory is not None
    known = dict(_recalled(paths, memory, walk)) if memory else {}
    changed = [item for item in paths if item.path not in known]

    def work(items: Sequence[Wanted]) -> Batch:
        return _extract_batch(walk, vocabulary, items, memory)

    sizes = [item.size for item in changed]
    batches = spread(work, changed, sizes) if spread else [work(changed)]
    fresh = {path: result for batch in batches for path, result in batch.results.items()}
    walk.read = len(known) + sum(batch.read for batch in batches)
    walk.gaps += [gap for batch in batches for gap in batch.gaps]
    if memory:
        for batch in batches:
            memory.look(batch.digests)
        for item in paths:
            result = fresh.get(item.path)
            if result is not None and result.digest:
                memory.learn(item.path, item.identity, result)
        memory.keep({item.path for item in paths})
    known.update({path: result.extraction for path, result in fresh.items()})
    found = [known[item.path] for item in paths if item.path in known]
    return found + _included(walk, vocabulary, found, {item.path for item in paths})


def _recalled(
    paths: Sequence[Wanted], memory: Memory, walk: Walk
) -> Iterator[tuple[str, Extraction]]:
    """Yield the documents whose file, and every file looked into, is as it was."""
    base = str(walk.base)

    def digest(path: str) -> bytes | None:
        try:
            status = os.stat(f"{base}/{path}")
        except OSError:
            return None
        return (
            memory.digest(path, status) or b""
        )  # something is there: not what was, as far as known

    for item in paths:
        if item.identity is None:
            continue
        own = memory.digest(item.path, item.identity)
        found = memory.recall(item.path, own, digest) if own else None
        if found is not None:
            yield item.path, found.extraction


class Batch(NamedTuple):
    """What came out of some documents, with what the walk met while opening them."""

    results: dict[str, Remembered]
    digests: Mapping[str, bytes | None]
    """Of every other file looked into, where somebody remembers."""
    read: int
    gaps: list[Gap]


def _extract_batch(
    walk: Walk, vocabulary: Vocabulary, items: Sequence[Wanted], memory: Memory | None
) -> Batch:
    """Open and extract some documents; the walk's own counters are left alone."""
    own = replace(walk, read=0, gaps=[])
    found: dict[str, Remembered] = {}
    for item in items:
        document = own.open(item.path, item.head)
        if document is None:
            continue
        reader = extractor_for(item.path)
        assert reader is not None
        if memory is None or item.head:  # of a file of weights only parts are read
            found[item.path] = Remembered(guarded(reader.extract, document, vocabulary))
            continue
        digest = digest_of(document.data)
        known = memory.recall(item.path, digest, own.siblings.digest)
        if known is None:
            with own.siblings.noted() as notes:
                extraction = guarded(reader.extract, document, vocabulary)
            known = Remembered(extraction, digest, notes.done())
        found[item.path] = known
    return Batch(found, own.siblings.digests() if memory else {}, own.read, own.gaps)


def _included(
    walk: Walk, vocabulary: Vocabulary, extractions: Sequence[Extraction], read: set[str]
) -> list[Extraction]:
    """Extract what requirement files pull in and the walk has not met, each file once."""
    found: list[Extraction] = []
    includes = [include for extraction in extractions for include in extraction.includes]
    followed = 0
    while includes:
        include = includes.pop()
        if include.path in read or include.kind == "constraints":
            continue  # constraints choose versions, they bring in nothing; loops end here
        read.add(include.path)
        followed += 1
        if followed > MAX_INCLUDES:
            walk.gaps.append(
                Gap(subject=include.path, reason="too-many-includes", location=include.location)
            )
            break
        there = _inside(walk, include.path) and (walk.base / include.path).exists()
        included = walk.open(include.path) if there else None
        if included is None and there:
            continue  # walk.open has said why
        if included is None:
            walk.gaps.append(
                Gap(subject=include.path, reason="include-missing", location=include.location)
            )
            continue
        found.append(guarded(extractor("manifests.requirements").extract, included, vocabulary))
        includes += found[-1].includes
    return found


def _inside(walk: Walk, path: str) -> bool:
    """Tell whether a path stays in the tree once its symlinks are followed."""
    root = walk.base.resolve()
    return (root / path).resolve().is_relative_to(root)


def guarded(extract: object, document: Document, vocabulary: Vocabulary) -> Extraction:
    """Run an extractor; a bug in one costs a file, said aloud, and never the scan."""
    try:
        return extract(document, vocabulary)  # type: ignore[operator, no-any-return]
    except (RecursionError, MemoryError, ValueError, AssertionError, LookupError, TypeError,
            AttributeError) as error:  # fmt: skip
        gap = Gap(
            subject=document.path, reason="extractor-failed",
            params=(("detail", f"{type(error).__name__}: {error}"[:200]),),
        )  # fmt: skip
        return Extraction(gaps=(gap,))
