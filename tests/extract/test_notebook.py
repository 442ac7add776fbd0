"""Notebooks: code cells, magics, lines of the file; never outputs or widget state."""

from __future__ import annotations

import json

import pytest

from provenance.extract import extractor_for
from provenance.extract.python import notebook as notebook_extractor
from provenance.model import Extraction
from tests.support.fenced import fenced
from tests.support.reading import (
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    notebook,
    places,
    read,
    reasons,
    requirement,
    texts,
)

MODEL = "pkg:huggingface/acme/encoder"
LOAD = 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/encoder")\n'


def run(text: str, path: str = "lab.ipynb") -> Extraction:
    return read(path, text.encode())


def test_wanted_names() -> None:
    assert extractor_for("a/lab.ipynb") is notebook_extractor
    assert extractor_for("lab.ipynb.txt") is None


def test_lines_are_those_of_the_notebook_file() -> None:
    text = notebook("# a title\n\nx = 1\n", LOAD, 'url = "https://api.deepseek.com"\n')
    found = run(text)
    assert lines(found, MODEL) == [line_with(text, "AutoModel.from_pretrained")]
    assert lines(found, "service:deepseek") == [line_with(text, "api.deepseek.com")]
    assert [i.occurrence.line for i in found.imports] == [line_with(text, "import AutoModel")]
    (place,) = places(found, MODEL)
    assert (place.path, place.extractor, place.usage) == ("lab.ipynb", "notebook", "used")


def test_lines_with_quotes_and_other_scripts() -> None:
    text = notebook("note = \"模型 \\t 'x'\"\n", LOAD.replace("encoder", 'encoder", tag="é'))
    assert lines(run(text), MODEL) == [line_with(text, "AutoModel.from_pretrained")]


def test_one_line_occurring_twice_has_two_lines() -> None:
    text = notebook(LOAD, LOAD)
    expected = [n for n, line in enumerate(text.split("\n"), 1) if "from_pretrained" in line]
    assert len(expected) == 2
    assert lines(run(text), MODEL) == expected


def test_a_source_in_one_string_stands_on_one_line() -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": LOAD}
    text = notebook("x = 1\n", cell)
    assert lines(run(text), MODEL) == [line_with(text, "from_pretrained")]


def test_values_reach_from_one_cell_to_another() -> None:
    text = notebook('name = "acme/encoder"\n', LOAD.replace('"acme/encoder"', "name"))
    assert lines(run(text), MODEL) == [line_with(text, "name = ")]


def test_only_code_cells_are_read() -> None:
    found = run(
        notebook(
            {"cell_type": "markdown", "metadata": {}, "source": [LOAD]},
            {"cell_type": "raw", "metadata": {}, "source": [LOAD]},
            {
                "cell_type": "code", "metadata": {"widgets": {"model_id": "acme/chat-7b"}},
                "source": ["x = 1"],
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ['"acme/chat-13b"\n']},
                    {"output_type": "display_data", "data": {"text/html": [LOAD]}},
                ],
            },
            metadata={
                "widgets": {"application/x": {"state": {"0a": {"_model_name": "LayoutModel",
                            "model_id": "acme/chat-70b", "code": LOAD}}}},
                "language_info": {"name": "python"},
            },
        )
    )  # fmt: skip
    assert found == Extraction()


def test_format_3() -> None:
    text = json.dumps(
        {"nbformat": 3, "worksheets": [{"cells": [
            {"cell_type": "code", "input": LOAD.splitlines(keepends=True), "outputs": []}]}]},
        indent=1)  # fmt: skip
    assert lines(run(text), MODEL) == [line_with(text, "AutoModel.from_pretrained")]


# -- magics ----------------------------------------


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("!pip install acme-tool", "pkg:pypi/acme-tool"),
        ("%pip install acme-tool==1.2", "pkg:pypi/acme-tool@1.2"),
        ("!pip3 install -q -U 'acme-tool[fast]==1.2'", "pkg:pypi/acme-tool@1.2"),
        ("!python -m pip install acme-tool", "pkg:pypi/acme-tool"),
        ("!{sys.executable} -m pip install acme-tool", "pkg:pypi/acme-tool"),
        ("!uv pip install acme-tool", "pkg:pypi/acme-tool"),
        ("  !pip install --upgrade acme-tool  # now", "pkg:pypi/acme-tool"),
        ("!pip install --index-url https://x.acme.example/simple acme-tool", "pkg:pypi/acme-tool"),
        ("!pip install acme-tool && echo done", "pkg:pypi/acme-tool"),
        ("!pip install acme-tool; echo done", "pkg:pypi/acme-tool"),
        ("!pip install acme-tool > /dev/null", "pkg:pypi/acme-tool"),
        ("!pip install acme-tool >/dev/null 2>&1", "pkg:pypi/acme-tool"),
        ("!pip install git+https://github.com/acme/tool.git#egg=acme-tool", "pkg:pypi/acme-tool"),
    ],
)
def test_installed_packages(line: str, package: str) -> None:
    text = notebook(f"x = 1\n{line}\n")
    found = run(text)
    assert ids(found, "package") == {package}
    assert lines(found, package) == [line_with(text, "install")]
    assert "not-a-requirement" not in {reason for reason, _ in reasons(found)}


def test_an_installed_package_is_a_dependency_from_the_public_index() -> None:
    found = run(notebook('!pip install "acme-tool>=1,<2"\n'))
    assert set((requirement(found, "pkg:pypi/acme-tool") or "").split(",")) == {">=1", "<2"}
    assert ("pkg:pypi/acme-tool", "delivered-by", "service:pypi") in links(found)


def test_several_packages_in_one_line() -> None:
    found = run(notebook("!pip install acme-a acme-b==2 -c pins.txt acme-c\n"))
    assert ids(found, "package") == {"pkg:pypi/acme-a", "pkg:pypi/acme-b@2", "pkg:pypi/acme-c"}


@pytest.mark.parametrize("line", ["!pip install {name}", "!pip install $NAME"])
def test_what_the_shell_fills_in_is_a_gap(line: str) -> None:
    text = notebook(f"x = 1\n{line}\n")
    assert reasons(run(text)) == {("dynamic-name", line_with(text, "install"))}


def test_broken_quoting_is_a_gap() -> None:
    text = notebook("!pip install 'acme-tool\n")
    assert reasons(run(text)) == {("not-a-requirement", line_with(text, "install"))}


@pytest.mark.parametrize(
    "line",
    ["!ls -l", "%matplotlib inline", "%load_ext acme", "files = !ls", "x = %pwd", "?print",
     "print?", "print??", "%%time", "await main()"],
)  # fmt: skip
def test_other_magics_leave_the_code_readable(line: str) -> None:
    found = run(notebook(f"{line}\n{LOAD}"))
    assert MODEL in ids(found)
    assert not found.gaps


def test_a_magic_may_be_all_that_a_block_holds() -> None:
    found = run(notebook(f"if missing:\n    !pip install acme-tool\n{LOAD}"))
    assert {MODEL, "pkg:pypi/acme-tool"} <= ids(found)
    assert not found.gaps


@pytest.mark.parametrize(
    "cell",
    ["%%bash\nset -e\nif [ -f x ]; then echo; fi\n", "%%writefile a.yaml\nkey: [1\n",
     "%%html\n<b>\n", "%%javascript\nvar x = {a: 1};;\n", "%%sh\npython run.py --a 'b\n"],
)  # fmt: skip
def test_a_cell_in_another_language_costs_nothing(cell: str) -> None:
    found = run(notebook(cell, LOAD))
    assert MODEL in ids(found)
    assert not found.gaps


def test_a_broken_cell_costs_only_itself() -> None:
    text = notebook('print "old"\n', LOAD, "def f(:\n")
    found = run(text)
    assert lines(found, MODEL) == [line_with(text, "AutoModel.from_pretrained")]
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}
    assert {line for _, line in reasons(found)} <= {
        line_with(text, "print"), line_with(text, "def f(:")}  # fmt: skip


# -- broken notebooks ----------------------------------------


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("{", 1), ('{\n "cells": [\n  {,\n', 3), ("not json", 1)]
)
def test_broken_json_is_a_gap_with_its_line(text: str, line: int) -> None:
    assert gaps(run(text)) == {("lab.ipynb", "malformed-file", line)}


def test_deep_nesting_is_a_gap() -> None:
    assert {reason for reason, _ in reasons(run('{"cells": ' + "[" * 100_000))} == {
        "malformed-file"
    }


@pytest.mark.parametrize(
    "content",
    [
        [], 7, "x", None, {}, {"cells": 3}, {"cells": [3, None, "x", []]}, {"worksheets": 5},
        {"worksheets": [1, {"cells": 5}]}, {"worksheets": [{"cells": {"a": 1}}]},
        {"cells": [{"cell_type": "code"}]}, {"cells": [{"cell_type": "code", "source": 5}]},
        {"cells": [{"cell_type": "code", "source": [1, None, ["x"]]}]},
        {"cells": [{"cell_type": ["code"], "source": "x"}]},
    ],
)  # fmt: skip
def test_other_shapes_are_no_exception(content: object) -> None:
    assert run(json.dumps(content)).components == ()


def test_broken_unicode_can_still_be_printed() -> None:
    cell = {"cell_type": "code", "source": "!pip install \ud800 acme===\ud800\nx = '\ud800'\n"}
    found = run(json.dumps({"cells": [cell]}))
    for text in texts(found):
        text.encode()


def test_a_large_notebook_on_one_line_takes_a_moment() -> None:
    code = """
import json
from tests.support.reading import ids, read
lines = [f'm{n} = "acme/c{n}-7b"\\n' for n in range(5_000)]
cell = {"cell_type": "code", "source": lines}
found = read("lab.ipynb", json.dumps({"cells": [cell]}).encode())
print(len(ids(found, "model")))
"""
    assert fenced(code) == "5000"


def test_usage_follows_the_folder() -> None:
    found = run(notebook(LOAD), "examples/lab.ipynb")
    assert component(found, MODEL).usage == "example"


def test_models_offered_for_choice_in_commented_lines() -> None:
    text = notebook(
        'model_id, output_dir = "acme/chat-7b", "chat-7b-SFT"  # fits\n'
        '# model_id, output_dir = "acme/chat-13b", "acme/chat-13b-SFT"   # too large\n'
        '#model_id, output_dir = "acme/plain", "plain-SFT"\n'
        '# output_dir, model_id = "acme/chat-70b-SFT", "acme/chat-70b"\n'
        "from transformers import AutoModel\nAutoModel.from_pretrained(model_id)\n"
    )
    found = run(text)
    assert {c.id: c.usage for c in found.components if c.kind == "model"} == {
        "pkg:huggingface/acme/chat-7b": "used",
        "pkg:huggingface/acme/chat-13b": "commented",
        "pkg:huggingface/acme/plain": "commented",
        "pkg:huggingface/acme/chat-70b": "commented",
    }
