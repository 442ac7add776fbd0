"""Whatever the bytes are: an extractor answers with components and gaps, never an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract import EXTRACTORS, extractor
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import logical_lines, read_requirement
from provenance.model import Document, Extraction
from tests.support.reading import texts, vocabulary

bounded = settings(
    max_examples=200, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

PATHS = {
    "python-source": "a/app.py", "requirements": "a/requirements.txt",
    "pyproject": "pyproject.toml", "model-card": "a/README.md",
    "model-folder": "a/config.json", "notebook": "a/lab.ipynb",
}  # fmt: skip
READERS = [extractor(name) for name in EXTRACTORS]
EXAMPLE = {reader.NAME: reader for reader in READERS if reader.NAME in PATHS}
FRAGMENTS = [
    "import acme\n", "from transformers import AutoModel\n", "AutoModel.from_pretrained(", "'",
    '"acme/chat-7b"', '"""', "'''", "https://huggingface.co/", "datasets/", "acme/x", "://", "#",
    "OPENAI_API_KEY", "OpenAI(base_url=", "=", "==", "===", ";", "@", "-r ", "-e ", "--hash=",
    "git+https://", "file://", "[", "]", "{", "}", ", ", ":", "\n", "\r\n", "\\\n", " ", "\t",
    "\x00", "\x0c", "é", "模型", "\ud7ff", "\U0001f600", "---\n", "base_model: ", "license: ", "- ",
    "&a ", "*a", "<<: ",
    "!!python/name:os.system ", "? ", "| ", "\n---\n", "[project]\n",
    "dependencies = [", "[tool.poetry.dependencies]\n", '"', '{"cells": [',
    '{"cell_type": "code", ',
    '"source": "', "_name_or_path", "model_type", "null", "1e999", "0", "-", "!pip install ", "%",
    "def f(a=", "class C:\n    x = ", "f'{", "lambda: ", "await ", "*", "**", ")",
]  # fmt: skip
soup = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=40).map("".join)
as_bytes = st.one_of(
    st.binary(max_size=300),
    soup.map(lambda text: text.encode("utf-8", "surrogatepass")),
    soup.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.tuples(soup, st.binary(max_size=20)).map(
        lambda pair: pair[0].encode("utf-8", "surrogatepass") + pair[1]
    ),
)
framed = {
    "model-card": as_bytes.map(lambda data: b"---\nlicense: x\nbase_model: " + data + b"\n---\n"),
    "notebook": soup.map(lambda text: json.dumps(
        {"cells": [{"cell_type": "code", "source": text}]}).encode()),
}  # fmt: skip


def test_every_extractor_is_tried() -> None:
    assert set(EXAMPLE) == {reader.NAME for reader in READERS} & set(PATHS)
    for name, reader in EXAMPLE.items():
        assert reader.accepts(PATHS[name])


def check(name: str, data: bytes) -> None:
    found = EXAMPLE[name].extract(Document(path=PATHS[name], data=data), vocabulary())
    assert isinstance(found, Extraction)
    known = {component.id for component in found.components} | {"project:"}
    for link in found.links:
        assert {link.source, link.target} <= known  # or the graph refuses the whole report
    last = data.count(b"\n") + data.count(b"\r") + 1
    for component in found.components:
        assert component.occurrences
        assert all(0 <= place.line <= last for place in component.occurrences)
    for text in texts(found):
        text.encode()  # what a report shows must be writable


@pytest.mark.parametrize("name", sorted(PATHS))
@bounded
@given(data=as_bytes)
def test_no_bytes_make_an_extractor_raise(name: str, data: bytes) -> None:
    check(name, data)


@pytest.mark.parametrize("name", sorted(framed))
@bounded
@given(data=st.data())
def test_no_content_of_a_frame_makes_an_extractor_raise(name: str, data: st.DataObject) -> None:
    check(name, data.draw(framed[name]))


keys = st.sampled_from(
    ["cells", "worksheets", "cell_type", "code", "source", "input", "metadata", "model_type",
     "_name_or_path", "base_model_name_or_path", "peft_type", "name_or_path", "architectures"]
)  # fmt: skip
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | soup | keys,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("name", ["notebook", "model-folder"])
@bounded
@given(content=shapes)
def test_no_json_makes_an_extractor_raise(name: str, content: object) -> None:
    check(name, json.dumps(content).encode())


@bounded
@given(text=soup | st.text(max_size=60))
def test_no_text_makes_a_requirement_line_raise(text: str) -> None:
    for number, line in logical_lines(text):
        assert 1 <= number <= text.count("\n") + text.count("\r") + 1
        assert line.strip()
        collector = Collector("requirements.txt", "requirements")
        read_requirement(line, number, "used", ["service:pypi"], collector, vocabulary())
        found = collector.done()
        assert found.components or found.gaps, line  # nothing is dropped in silence
