"""License and notice files beside a model, as far as they name what it was made from.

Several licenses ask that their text, or a sentence, goes along with every derived model. A
file that does so is weak evidence of a base: it may have been copied along for other
reasons. So it is a statement with the licenses it points to, never a base.
"""

from __future__ import annotations

import itertools

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.models.store import Sibling
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.registry.tables import DescentPhrase
from provenance.vocabulary import Vocabulary

_ENDINGS = ("", ".txt", ".md")
_LICENSES = ("LICENSE", "LICENCE", "License", "COPYING")
_NOTICES = ("NOTICE", "Notice")
MAX_CHARACTERS = 64 * 1024
_TITLE_LINES = 5
"""Lines with text among which a title must stand."""
_DECORATION = lazy(r"^[\s#*=_>-]+|[\s*=_:-]+$")


def read(
    folder: str, model: ComponentId, collector: Collector, vocabulary: Vocabulary,
    sibling: Sibling,
) -> None:  # fmt: skip
    """State what the license and notice files of a model's folder point to."""
    if sibling is None:
        return
    start = f"{folder}/" if folder else ""
    for name in (*_LICENSES, *_NOTICES):
        for ending in _ENDINGS:
            path = f"{start}{name}{ending}"
            data = sibling(path)
            if data:
                text, _ = textfile.decode(data[: MAX_CHARACTERS * 4])
                _read(text, path, model, collector, vocabulary, sentences=name in _NOTICES)


def _read(
    text: str, path: str, model: ComponentId, collector: Collector, vocabulary: Vocabulary, *,
    sentences: bool,
) -> None:  # fmt: skip
    lines = textfile.lines(text[:MAX_CHARACTERS])
    filled = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    for number, line in itertools.islice(filled, _TITLE_LINES):
        title = _DECORATION.sub("", line).casefold()
        for row in vocabulary.descent.titles:
            if title == row.phrase.casefold():
                _state(row, number, path, model, collector)
    if sentences:
        read_sentences(text[:MAX_CHARACTERS], path, 1, model, collector, vocabulary)


def read_sentences(
    text: str, path: str, first_line: int, model: ComponentId, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """State what sentences that licenses ask for point to; each once, where it first stands."""
    for row, pattern in vocabulary.descent.notices:
        found = pattern.search(text)
        if found:
            line = first_line + text.count("\n", 0, found.start())
            _state(row, line, path, model, collector)


def _state(
    row: DescentPhrase, line: int, path: str, model: ComponentId, collector: Collector
) -> None:
    where = collector.occurrence(line, row.phrase, path=path)
    collector.state(model, "notice", row.licenses, where)
