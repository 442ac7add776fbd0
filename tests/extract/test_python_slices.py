"""Functions without a call of interest are emptied before a source is parsed."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from provenance.extract.places import PythonPlaces
from provenance.extract.python.scopes import sets_up
from provenance.extract.python.slices import Span, emptied, functions
from tests.support.reading import ids, lines, read

SOURCE = b'''\
import x

class Chat:
    def ask(self, name):
        """Text
that begins at the margin:
def no_function(a):
        """
        return (
            name
)

    async def tell(
        self,
        name: str = "a(b",
    ) -> None:  # a remark
        if name:
            one()
            two()

    def idle(self): pass

def outer():
    def inner(a, b):
        one()
        two()
        three()
        four()
    return inner
'''


def spans(data: bytes) -> list[Span]:
    return functions(data, PythonPlaces(data))


def test_where_functions_begin_and_end() -> None:
    found = {span.name: span for span in spans(SOURCE)}
    assert list(found) == ["ask", "tell", "idle", "outer", "inner"]
    assert found["ask"][:5] == ("Chat", "ask", 4, 5, 12)
    assert found["tell"].first == 13
    assert found["tell"].body == 0  # a bracket in a string: not plain, so it is kept
    assert found["idle"].body == 0
    assert (found["outer"].owner, found["outer"].takes, found["outer"].outer) == (
        "outer", False, True,
    )  # fmt: skip
    assert (found["inner"].outer, found["inner"].takes) == (False, True)


def test_what_is_emptied_parses_on_the_same_lines() -> None:
    left = emptied(SOURCE, spans(SOURCE), [25], lambda name: False)
    assert left.count(b"\n") == SOURCE.count(b"\n")
    names = {
        node.name: (node.lineno, len(node.body))
        for node in ast.walk(ast.parse(left))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert names == {
        "ask": (4, 1), "tell": (13, 1), "idle": (21, 1), "outer": (23, 2), "inner": (24, 4),
    }  # fmt: skip
    assert b"begins at the margin" not in left
    assert b"four()" in left  # a line of interest lies in it
    assert b"margin" in emptied(SOURCE, spans(SOURCE), [], lambda name: name == "ask")


@pytest.mark.parametrize("name", ["argparse", "dataclasses", "inspect", "typing", "tarfile"])
def test_spans_of_real_modules_are_those_of_the_parser(name: str) -> None:
    data = (Path(sysconfig.get_path("stdlib")) / f"{name}.py").read_bytes()
    told = {(s.name, s.first): s for s in spans(data)}
    parsed = [
        node for node in ast.walk(ast.parse(data))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]  # fmt: skip
    assert set(told) == {(node.name, node.lineno) for node in parsed}
    rows = data.split(b"\n")
    for node in parsed:
        span = told[node.name, node.lineno]
        assert span.last >= (node.end_lineno or 0)
        after = b"".join(rows[node.end_lineno or 0 : span.last]).strip()
        assert not after or after.startswith(b"#"), (name, node.name)
        if span.body:
            assert node.lineno < span.body <= node.body[0].lineno
    every = emptied(data, spans(data), [], sets_up)
    kept = {n.name for n in ast.walk(ast.parse(every)) if isinstance(n, ast.ClassDef)}
    assert {n.name for n in ast.parse(data).body if isinstance(n, ast.ClassDef)} <= kept


def test_calls_are_found_where_they_stand_beside_what_is_emptied() -> None:
    idle = "def idle_{0}(a):\n" + "".join(f"    step_{n}(a)\n" for n in range(9))
    text = (
        "from transformers import AutoModel\n"
        + "".join(idle.format(n) for n in range(5))
        + "def load(name='acme/chat-7b'):\n    return AutoModel.from_pretrained(name)\n"
        + idle.format("last")
        + "load('acme/base-7b')\n"
    )
    found = read("app.py", text)
    assert ids(found, "model") == {"pkg:huggingface/acme/chat-7b", "pkg:huggingface/acme/base-7b"}
    assert lines(found, "pkg:huggingface/acme/base-7b") == [text.count("\n")]


def test_an_error_in_what_is_kept_is_told() -> None:
    found = read(
        "app.py", "from transformers import AutoModel\nAutoModel.from_pretrained('acme/a-7b'\n"
    )
    assert [gap.reason for gap in found.gaps] == ["malformed-file"]
