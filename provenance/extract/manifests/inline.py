"""Inline script metadata (PEP 723): what one Python file asks for, in a comment of its own."""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.manifests.pyproject import read_script
from provenance.extract.manifests.toml_text import parse
from provenance.extract.places import Places
from provenance.vocabulary import Vocabulary

_BEGIN = b"# /// script"
_END = b"# ///"
_MAX_BYTES = 64 * 1024


def read_inline(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the requirements of a source's first block of script metadata."""
    at = _begin(data, places)
    if at < 0:
        return
    first = places.line(at)
    lines: list[str] = []
    for raw in data[at : at + _MAX_BYTES].split(b"\n")[1:]:
        line = raw.rstrip(b"\r")
        if line.rstrip() == _END:
            break
        if not (line.startswith(b"# ") or line.rstrip() == b"#"):
            return  # a block that does not end is none
        lines.append(line[2:].decode("utf-8", "replace"))
    else:
        return
    text = "\n" * first + "\n".join(lines) + "\n"  # each line where the file has it
    try:
        table = parse(text)
    except (ValueError, RecursionError) as error:
        collector.gap(
            collector.path, "malformed-file", first, detail=str(error) or type(error).__name__,
            format="PEP 723",
        )  # fmt: skip
        return
    read_script(table, text, collector, vocabulary)


def _begin(data: bytes, places: Places) -> int:
    """Return where the block begins, as a comment and at the beginning of a line, or -1."""
    at = data.find(_BEGIN)
    while at >= 0:
        end = data.find(b"\n", at)
        whole = end >= 0 and data[at:end].rstrip() == _BEGIN
        if (
            whole
            and (at == 0 or data[at - 1 : at] == b"\n")
            and places.state(at + 1) == "commented"
        ):
            return at
        at = data.find(_BEGIN, at + 1)
    return -1
