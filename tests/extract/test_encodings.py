"""A byte order mark, two-byte characters, other line ends: the same things on the same lines."""

from __future__ import annotations

import codecs

import pytest

from provenance.discover import as_utf8
from provenance.extract import extractor
from provenance.model import Extraction
from tests.support.samples import SAMPLES
from tests.support.samples.made import Sample
from tests.support.sound import sound

TEXTS = [
    pytest.param(name, sample, id=f"{name}-{number}")
    for name, samples in SAMPLES.items()
    for number, sample in enumerate(samples)
    if name != "models.weights" and sample.data.isascii()
]


def seen(found: Extraction) -> set[tuple[str, int]]:
    """What stands where."""
    return {(one.id, place.line) for one in found.components for place in one.occurrences}


@pytest.mark.parametrize(("name", "sample"), TEXTS)
def test_the_form_of_a_file_changes_nothing(name: str, sample: Sample) -> None:
    text = sample.data.decode()
    plain = seen(sound(extractor(name), *sample))
    for data in (
        codecs.BOM_UTF8 + sample.data,
        text.encode("utf-16"),
        codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        text.encode("utf-32"),
        text.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
        text.rstrip("\n").encode(),
    ):
        assert seen(sound(extractor(name), sample.path, as_utf8(data))) == plain


def test_what_is_no_text_is_left_alone() -> None:
    for data in (b"", b"\xff", b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", b"\x00\x00\xfe\xff\xff",
                 b"\x80\x02}q", "é".encode("latin-1")):  # fmt: skip
        assert as_utf8(data) == data
