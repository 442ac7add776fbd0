"""Jupyter notebooks: code cells, and Markdown cells as documentation; never outputs."""

from __future__ import annotations

import ast
import json
import warnings
from typing import Any, NamedTuple

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.python.source import read_source
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Variables
from provenance.model import Confidence, Document, Extraction, Occurrence, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "notebook"

_MAGIC = lazy(r"^\s*[!%]+\s*")
_SHELL_VALUE = lazy(r"^(\s*[\w.,\[\] ]+=\s*)[!%].*$")
_HELP = lazy(r"^\s*\?{1,2}[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$")
_SHELLS = ("%%bash", "%%sh", "%%script", "%%cmd")
_FOREIGN = (
    *_SHELLS, "%%html", "%%javascript", "%%js", "%%latex", "%%markdown", "%%sql", "%%writefile",
    "%%cypher", "%%perl", "%%ruby", "%%R",
)  # fmt: skip
"""Magics that make a whole cell something else than Python."""


def accepts(path: str) -> bool:
    """Accept ``*.ipynb``."""
    return path.endswith(".ipynb")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the code cells use; lines are those of the notebook file."""
    assert isinstance(vocabulary, Vocabulary)
    collector = _CellCollector(document.path)
    notebook, text = textfile.load_json(document.data, collector)
    if notebook is not None and not _is_notebook(notebook):
        collector.gap(document.path, "malformed-file", detail="no cells", format="notebook")
        return collector.done()
    cells = _cells(notebook, text)
    for cell in cells:
        if cell.kind == "markdown":
            from provenance.extract.markdown import read_markdown

            collector.numbers = cell.numbers
            read_markdown("\n".join(cell.lines), collector, vocabulary)
    lines, collector.numbers, ends = _code(cells)
    variables = Variables()
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("!", "%")):
            command = _MAGIC.sub("", line).replace("{sys.executable}", "python")
            at = number
            while command.endswith("\\") and at < len(lines):  # continued on the next line
                command += "\n" + _MAGIC.sub("", lines[at])
                lines[at] = ""
                at += 1
            read_shell(command, number, collector, vocabulary, variables=variables)
            indent = line[: len(line) - len(line.lstrip())]
            lines[number - 1] = f"{indent}pass" if indent else ""
        elif _HELP.match(line):
            lines[number - 1] = ""
        elif (value := _SHELL_VALUE.match(line)) is not None:
            lines[number - 1] = f"{value.group(1)}None"
    _blank_broken(lines, ends, collector)
    read_source("\n".join(lines).encode("utf-8", "replace"), collector, vocabulary, document)
    return collector.done()


class _CellCollector(Collector):
    """A collector that turns lines of the joined cells into lines of the file."""

    def __init__(self, path: str) -> None:
        super().__init__(path, NAME)
        self.numbers: list[int] | None = None

    def _translate(self, line: int) -> int:
        if self.numbers is None:
            return line
        return self.numbers[line - 1] if 0 < line <= len(self.numbers) else 0

    def occurrence(
        self, line: int, as_written: str, *, usage: Usage | None = None,
        confidence: Confidence = "high", path: str = "",
    ) -> Occurrence:  # fmt: skip
        return super().occurrence(
            line if path else self._translate(line), as_written, usage=usage,
            confidence=confidence, path=path,
        )  # fmt: skip

    def gap(self, subject: str, reason: str, line: int | Occurrence = 0, **params: str) -> None:
        if not isinstance(line, Occurrence):  # whose line is already the file's
            line = self._translate(line)
        super().gap(subject, reason, line, **params)


def _blank_broken(lines: list[str], ends: list[int], collector: _CellCollector) -> None:
    """Empty the cells that are no Python, each a gap, so that the others can be read."""
    begin = 0
    for end in ends:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse("\n".join(lines[begin:end]))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = begin + (getattr(error, "lineno", None) or 1)
                detail = getattr(error, "msg", None) or type(error).__name__
                collector.gap(
                    collector.path, "malformed-file", min(line, end), detail=detail,
                    format="Python",
                )  # fmt: skip
                lines[begin:end] = [""] * (end - begin)
        begin = end


class _Cell(NamedTuple):
    """One cell: its kind, its lines, and the line of the file that each stands on."""

    kind: str
    lines: list[str]
    numbers: list[int]


def _cells(notebook: Any, text: str) -> list[_Cell]:
    """Return the code and Markdown cells in order."""
    found: list[_Cell] = []
    if not isinstance(notebook, dict):
        return found
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # format 3 keeps cells in worksheets, code in "input"
        sheets = _list(notebook.get("worksheets"))
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict)
            for cell in _list(sheet.get("cells"))
        ]
    raw = text.split("\n")
    cursor = 0
    for cell in cells:
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if kind not in ("code", "markdown"):
            continue
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str):
            continue
        if not source.isascii():  # JSON may hold lone surrogates, which nothing can print
            source = source.encode("utf-8", "replace").decode("utf-8")
        one = _Cell(kind, [], [])
        for line in source.split("\n"):
            cursor = _find(line, raw, cursor)
            one.lines.append(line)
            one.numbers.append(cursor + 1)
        found.append(one)
    return found


def _code(cells: list[_Cell]) -> tuple[list[str], list[int], list[int]]:
    """Return the lines of all code cells, for each its line in the file, and each cell's end."""
    lines: list[str] = []
    numbers: list[int] = []
    ends: list[int] = []
    for cell in cells:
        if cell.kind != "code":
            continue
        start = "\n".join(cell.lines).lstrip()
        foreign, shell = start.startswith(_FOREIGN), start.startswith(_SHELLS)
        lines += [f"!{line}" if shell else "" if foreign else line for line in cell.lines]
        lines.append("")
        numbers += [*cell.numbers, cell.numbers[-1]]
        ends.append(len(lines))
    return lines, numbers, ends


def _is_notebook(value: object) -> bool:
    """Tell whether a JSON value has the cells of a notebook, of format 4 or 3."""
    return isinstance(value, dict) and (
        isinstance(value.get("cells"), list) or isinstance(value.get("worksheets"), list)
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _find(line: str, raw: list[str], cursor: int) -> int:
    """Return the index of the file's line that holds a source line, else the cursor."""
    if not line.strip():
        return cursor
    needles = {json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)[1:-1]}
    for index in range(cursor, min(cursor + 2000, len(raw))):
        if any(needle in raw[index] for needle in needles):
            return index
    return cursor
