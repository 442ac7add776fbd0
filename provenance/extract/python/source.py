"""Python source: imports, hub ids and URLs, API hosts and variables, loader calls.

Three passes over the bytes find imports, id-like literals and addresses without
parsing; the file is parsed (once) only when it holds a callable that
``data/calls.csv`` knows. Nothing is ever imported or executed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Set

from provenance.extract import accelerators, api_names, remarks, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.long_paths import read_paths
from provenance.extract.placed import read_placed
from provenance.extract.places import Places, PythonPlaces
from provenance.extract.python.commands import read_commands, read_installs
from provenance.extract.python.doctests import read_examples
from provenance.extract.python.imports import find
from provenance.extract.python.options import read_options
from provenance.extract.python.outputs import PUSHES
from provenance.extract.python.owner_and_name import read_pairs
from provenance.extract.python.reach import leading
from provenance.extract.registers import read_registers
from provenance.extract.routed import RoutedNames, Routers
from provenance.extract.started import PYTHON_MARKS, read_started
from provenance.extract.tags import read_tags
from provenance.extract.unknown_hosts import read_bases
from provenance.extract.variables import read_variables
from provenance.model import Document, Extraction, Import
from provenance.patterns import lazy
from provenance.siblings import Siblings
from provenance.vocabulary import Vocabulary

NAME = "python-source"

_IMPORT = lazy(
    rb"(?:^|[;:])[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[ \t]+\(?([^#;]*)"
    rb"|import[ \t]+([A-Za-z_][^#;]*))"
)
"""An import statement within one line: alone, or after ``;`` or ``try:``."""
_PUT_OUT = lazy(
    rb"#[# \t]{0,40}(?:from[ \t]+([A-Za-z_][\w.]{0,100})[ \t]+import[ \t]+"
    rb"([A-Za-z_]\w*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[A-Za-z_]\w*(?:[ \t]+as[ \t]+\w+)?)*)"
    rb"|import[ \t]+([A-Za-z_][\w.]{0,100})(?:[ \t]+as[ \t]+\w+)?)"
    rb"[ \t]*(?:;[ \t]*[A-Za-z_][\w.]{0,60}\([^\n;]{0,200}\)[ \t]*)?\r?$",
    re.MULTILINE,
)
"""A whole import statement in a comment, nothing before it; after it a call at most."""
_AT_RUN_TIME = lazy(
    rb"\b(?:importorskip|import_module|__import__|find_spec)\([ \t\n]{0,20}"
    rb"[\"']([A-Za-z_][\w.]{0,100})[\"']"
)
"""An import by its name: of a test that is left out without it, or of what may be there."""
_RUN_TIME_MARKS = (b"importorskip(", b"import_module(", b"__import__(", b"find_spec(")
_BODY = lazy(rb"[\"']model[\"'][ \t]*:[ \t]*[A-Za-z_]")
"""A body of a request in which a variable says the model."""
_STANDARD_NAMES = sys.stdlib_module_names
_STANDARD = frozenset(name.encode() for name in _STANDARD_NAMES)


def accepts(path: str) -> bool:
    """Accept ``*.py``; stubs declare nothing that runs."""
    return path.endswith(".py")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one Python file uses, declares and could not say."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = textfile.as_utf8(document.data)
    read_source(data, collector, vocabulary, document)
    return collector.done()


def read_source(
    data: bytes, collector: Collector, vocabulary: Vocabulary, document: Document | None = None
) -> None:
    """Read UTF-8-like Python source into ``collector`` (shared with notebooks).

    Args:
        document: where the source stands in the tree, to follow its imports from there.
    """
    places = PythonPlaces(data)
    if b"# /// script" in data:
        from provenance.extract.manifests.inline import read_inline

        read_inline(data, places, collector, vocabulary)
    _imports(data, places, collector)
    signs.addresses(data, places, collector, vocabulary)
    read_variables(data, places, collector, vocabulary)
    told: Set[str] = frozenset()
    settled: Set[tuple[int, str]] = read_placed(data, places, collector, vocabulary)
    settled |= read_registers(data, places, collector, vocabulary)
    asked: dict[str, str] = {}
    roots = {item.module.partition(".")[0] for item in collector.imports}
    offsets: list[int] = []
    if b"import" in data:
        if b"push_to_hub" in data or b"create_repo(" in data or b"upload_" in data:
            offsets += [match.start() for match in PUSHES.finditer(data)]
        called = vocabulary.called(data)
        offsets += vocabulary.call_offsets(data, roots, called)
        if document and document.sibling:
            offsets += _wrapped(data, leading(document, called, vocabulary))
        # What stands in comments and docstrings is no call, and no reason to parse.
        offsets = [offset for offset in offsets if places.state(offset) is None]
    body = _service_of_bodies(data, places, vocabulary, offsets)
    if offsets:
        from provenance.extract.python.calls import read_calls

        lines = frozenset(places.line(offset) for offset in offsets)
        siblings = document.sibling if document else None
        said = read_calls(data, lines, collector, vocabulary, siblings, body, places)
        told, settled, asked = said.datasets | said.made, settled | said.places, said.asked
    if roots & vocabulary.constants.keys():
        from provenance.extract.python.constants import read_constants

        read_constants(data, places, tuple(collector.imports), collector, vocabulary)
    read_bases(data, places, collector, vocabulary)
    read_commands(data, places, collector, vocabulary)
    read_installs(data, places, collector, vocabulary)
    read_started(data, places, collector, vocabulary, PYTHON_MARKS)
    read_examples(data, places, collector, vocabulary)
    accelerators.devices(data, places, collector)
    accelerators.cards(data, places, collector)
    read_options(data, places, collector, vocabulary, settled)
    read_pairs(data, places, collector, vocabulary)

    def is_settled(offset: int, text: str) -> bool:
        return (places.line(offset), text) in settled

    tagged = read_tags(data, places, collector, vocabulary, is_settled)

    def is_claimed(offset: int, text: str) -> bool:
        return offset in tagged or is_settled(offset, text)

    routers = Routers(
        document, data, places, vocabulary, service=body,
        modules=lambda siblings: _imported(collector, siblings),
    )  # fmt: skip
    routed = RoutedNames(places, collector, vocabulary, router=routers, claimed=is_claimed)
    signs.literals(data, places, collector, vocabulary, told, settled, routed=routed.read)
    api_names.read_names(data, places, collector, vocabulary, claimed=is_claimed, asked=asked)
    read_paths(data, places, collector, vocabulary, is_claimed)
    remarks.read_choices(data, places, collector, vocabulary)
    _commented_imports(data, places, collector)


def _imported(collector: Collector, siblings: Siblings) -> Iterator[str]:
    """Yield the files of the tree that a source imports."""
    for item in collector.imports:
        if found := find(collector.path, item.module, siblings):
            yield found


def _service_of_bodies(
    data: bytes, places: Places, vocabulary: Vocabulary, offsets: list[int]
) -> str | None:
    """Return whom requests with a model in their body are sent to, if that is one service.

    Where such bodies stand is added to ``offsets``.
    """
    if b'model"' not in data and b"model'" not in data:
        return None
    bodies = [match.start() for match in _BODY.finditer(data)]
    if not bodies:
        return None
    services, local = api_names.endpoints(data, places, vocabulary)
    if local or len(services) != 1:
        return None
    offsets += bodies
    return next(iter(services))


def _wrapped(data: bytes, names: Set[bytes]) -> list[int]:
    """Return where a source calls names of other modules that lead to known calls."""
    if not names:
        return []
    words = b"|".join(sorted(names))
    return [m.start() for m in re.finditer(rb"\b(?:%b)(?:\.\w+)*[ \t]*\(" % words, data)]


def _imports(data: bytes, places: Places, collector: Collector) -> None:
    # Finding the word first and matching its line is a third of matching every line.
    at, done = data.find(b"import"), -1
    while at >= 0:
        begin = data.rfind(b"\n", 0, at) + 1
        if begin > done:
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            line = data[begin : min(end, begin + 1000)]
            several = b";" in line or b":" in line
            first = None if several else _IMPORT.match(line)
            for match in _IMPORT.finditer(line) if several else filter(None, (first,)):
                _import(match, begin, places, collector)
            done = begin
        at = data.find(b"import", at + 6)
    if not any(mark in data for mark in _RUN_TIME_MARKS):
        return
    for match in _AT_RUN_TIME.finditer(data):
        module = match.group(1).decode("ascii", "replace")
        if places.state(match.start()) is None and module.partition(".")[0] not in _STANDARD_NAMES:
            where = collector.occurrence(
                places.line(match.start()), match.group().decode("ascii", "replace"),
                usage="optional", confidence="medium",
            )  # fmt: skip
            collector.imports.append(Import(module=module, names=(), occurrence=where))


def _import(match: re.Match[bytes], begin: int, places: Places, collector: Collector) -> None:
    """Record one import statement; ``begin`` is where its line starts."""
    group = 1 if match.group(1) else 3
    if match.group(group).partition(b".")[0].strip() in _STANDARD and b"," not in match.group(
        group
    ):
        return
    offset = begin + match.start(group)
    if places.state(offset) is not None:
        return  # an import in a docstring or comment imports nothing
    line = places.line(offset)
    if group == 1:
        module = match.group(1).decode("ascii", "replace")
        names = re.findall(r"[A-Za-z_]\w*", match.group(2).decode("ascii", "replace"))
        _add_import(module, tuple(names[:8]), line, match, collector)
        return
    for item in match.group(3).decode("ascii", "replace").split(","):
        module = item.split(" as ")[0].strip()
        if re.fullmatch(r"[A-Za-z_][\w.]*", module):
            _add_import(module, (), line, match, collector)


def _commented_imports(data: bytes, places: Places, collector: Collector) -> None:
    """Record the imports that comments hold; last, since they bring no names into the source."""
    if b"import" not in data:
        return
    for match in _PUT_OUT.finditer(data):
        begin = data.rfind(b"\n", 0, match.start()) + 1
        module = (match.group(1) or match.group(3)).decode("ascii", "replace")
        if (
            module.partition(".")[0] in _STANDARD_NAMES
            or data[begin : match.start()].strip(b" \t")
            or places.state(match.start() + 1) != "commented"
        ):
            continue
        names = re.findall(r"([A-Za-z_]\w*)(?:\s+as\s+\w+)?", (match.group(2) or b"").decode())
        written = match.group().strip().decode("utf-8", "replace")[:100]
        where = collector.occurrence(places.line(match.start()), written, usage="commented")
        collector.imports.append(Import(module=module, names=tuple(names[:8]), occurrence=where))


def _add_import(
    module: str, names: tuple[str, ...], line: int, match: re.Match[bytes], collector: Collector
) -> None:
    if module == "__future__":
        return
    where = collector.occurrence(line, match.group().decode("utf-8", "replace").strip()[:100])
    collector.imports.append(Import(module=module, names=names, occurrence=where))
