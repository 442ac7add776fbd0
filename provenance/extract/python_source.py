"""Python source: imports, hub ids and URLs, API hosts and variables, loader calls.

Three passes over the bytes find imports, id-like literals and addresses without
parsing; the file is parsed (once) only when it holds a callable that
``data/calls.csv`` knows. Nothing is ever imported or executed.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.model import Document, Extraction, Import, Usage
from provenance.vocabulary import Vocabulary, is_local_host

NAME = "python-source"

_IMPORT = re.compile(
    rb"(?:^|[;:])[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[ \t]+\(?([^#;]*)"
    rb"|import[ \t]+([A-Za-z_][^#;]*))"
)
"""An import statement within one line: alone, or after ``;`` or ``try:``."""
_STANDARD = frozenset(name.encode() for name in sys.stdlib_module_names)
_STRINGS = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)"
    rb'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*',
    re.DOTALL,
)
_LITERAL = re.compile(rb"[\"']([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})[\"']")
_SCHEMES = (b"https", b"http", b"wss", b"ws")
_HOST_AND_PATH = re.compile(rb"([A-Za-z0-9.-]+)(?::\d+)?((?:/[\w.%~@:+-]*)*)")
_VARIABLE_ENDS = (b"_KEY", b"_TOKEN", b"_BASE", b"_URL", b"_ENDPOINT", b"_HOST", b"_SECRET")
_VARIABLE = re.compile(rb"\b[A-Z][A-Z0-9_]*_(?:KEY|TOKEN|BASE_URL|API_BASE|ENDPOINT|HOST|SECRET)\b")
_HUB_PATH = re.compile(r"/(datasets/)?([\w.-]+)/([\w.-]+)")
_NOT_REPOSITORIES = frozenset(
    "spaces docs collections papers blog join settings api organizations tasks learn models "
    "datasets new login pricing posts chat course inference front terms-of-service".split()
)
_OUTPUT = re.compile(
    rb"push_to_hub|hub_model_id|output_dir|save_pretrained|create_repo|upload_|space_id|from_space"
)
_NAMED = re.compile(
    rb"(?:model|model_?name|model_?id|model_?path|model_name_or_path|repo_id|base_model|checkpoint"
    rb"|pretrained|hf|embedding|reranker)[\"']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?[=:][ \t]*\Z",
    re.IGNORECASE,
)
"""A keyword, key or variable right before a literal that says: this is a model."""
_DATA_WORD = re.compile(rb"dataset", re.IGNORECASE)


def accepts(path: str) -> bool:
    """Accept ``*.py``; stubs declare nothing that runs."""
    return path.endswith(".py")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one Python file uses, declares and could not say."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = document.data
    if b"\x00" in data[:4096] or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = textfile.decode(data)[0].encode()
    read_source(data, collector, vocabulary)
    return collector.done()


def read_source(data: bytes, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read UTF-8-like Python source into ``collector`` (shared with notebooks)."""
    places = Places(data)
    _imports(data, places, collector)
    if b"://" in data:
        _addresses(data, places, collector, vocabulary)
    if any(end in data for end in _VARIABLE_ENDS):
        _variables(data, places, collector, vocabulary)
    datasets: frozenset[str] = frozenset()
    roots = {item.module.partition(".")[0] for item in collector.imports}
    offsets = vocabulary.call_offsets(data, roots) if b"import" in data else []
    if offsets:
        from provenance.extract.python_calls import read_calls

        lines = frozenset(places.line(offset) for offset in offsets)
        datasets = read_calls(data, lines, collector, vocabulary)
    if b"/" in data:
        _literals(data, places, collector, vocabulary, datasets)


class Places:
    """Line numbers and string/comment state of byte offsets in one source."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        double = data.count(b'"""')
        # Counting quotes is exact only where one kind alone is used, always in pairs.
        self._simple = double % 2 == 0 and b"'''" not in data
        self._any = double > 0
        self._spans: tuple[list[int], list[int], list[bool]] | None = None

    def line(self, offset: int) -> int:
        """Return the 1-based line of an offset."""
        return self.data.count(b"\n", 0, offset) + 1

    def state(self, offset: int) -> Usage | None:
        """Return ``documentation`` inside a triple-quoted string, ``commented`` in a comment."""
        begin = self.data.rfind(b"\n", 0, offset) + 1
        if self._simple and b"#" not in self.data[begin:offset]:
            inside = self._any and self.data.count(b'"""', 0, offset) % 2
            return "documentation" if inside else None
        starts, ends, comments = self._tokens()
        number = bisect_right(starts, offset) - 1
        if number < 0 or offset >= ends[number]:
            return None
        return "commented" if comments[number] else "documentation"

    def _tokens(self) -> tuple[list[int], list[int], list[bool]]:
        """Return start, end and kind of every comment and triple-quoted string; made once."""
        if self._spans is None:
            found = [
                (match.start(), match.end(), match.group().startswith(b"#"))
                for match in _STRINGS.finditer(self.data)
                if match.group()[:1] == b"#" or match.group()[:3] in (b'"""', b"'''")
            ]
            self._spans = (
                [start for start, _, _ in found],
                [end for _, end, _ in found],
                [comment for _, _, comment in found],
            )
        return self._spans

    def text_line(self, offset: int) -> bytes:
        """Return the line an offset lies in, at most some 200 bytes to either side."""
        low, high = max(0, offset - 200), offset + 200
        begin = self.data.rfind(b"\n", low, offset) + 1 or low
        end = self.data.find(b"\n", offset, high)
        return self.data[begin : end if end >= 0 else high]


def _imports(data: bytes, places: Places, collector: Collector) -> None:
    # Finding the word first and matching its line is a third of matching every line.
    at, done = data.find(b"import"), -1
    while at >= 0:
        begin = data.rfind(b"\n", 0, at) + 1
        if begin > done:
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            for match in _IMPORT.finditer(data[begin : min(end, begin + 1000)]):
                _import(match, begin, places, collector)
            done = begin
        at = data.find(b"import", at + 6)


def _import(match: re.Match[bytes], begin: int, places: Places, collector: Collector) -> None:
    """Record one import statement; ``begin`` is where its line starts."""
    group = 1 if match.group(1) else 3
    if match.group(group).partition(b".")[0] in _STANDARD and b"," not in match.group(group):
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


def _add_import(
    module: str, names: tuple[str, ...], line: int, match: re.Match[bytes], collector: Collector
) -> None:
    if module == "__future__":
        return
    where = collector.occurrence(line, match.group().decode("utf-8", "replace").strip()[:100])
    collector.imports.append(Import(module=module, names=names, occurrence=where))


def _addresses(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    at = data.find(b"://")
    while at >= 0:
        scheme = next((s for s in _SCHEMES if data.endswith(s, 0, at)), None)
        match = _HOST_AND_PATH.match(data, at + 3)
        if match and data.endswith(b"hf", 0, at):
            _hub_address(f"/{match.group().decode()}", at, places, collector)
        elif match and scheme:
            offset = at - len(scheme)
            host = match.group(1).decode().lower()
            if host in ("huggingface.co", "hf.co", "www.huggingface.co"):
                _hub_address(match.group(2).decode(), offset, places, collector)
            else:
                _host(host, data[offset : match.end()], offset, places, collector, vocabulary)
        at = data.find(b"://", at + 3)


def _host(
    host: str, url: bytes, offset: int, places: Places, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    service = None if is_local_host(host) else vocabulary.service_of_host(host)
    if service and not vocabulary.is_mere_link(service, host, url.decode()):
        state = places.state(offset)
        where = collector.occurrence(
            places.line(offset), url.decode(), usage=state,
            confidence="medium" if state is None else "low",
        )  # fmt: skip
        collector.service(service, where)


def _hub_address(path: str, offset: int, places: Places, collector: Collector) -> None:
    match = _HUB_PATH.match(path)
    if not match or match.group(2).lower() in _NOT_REPOSITORIES:
        return
    repository = f"{match.group(2)}/{match.group(3).rstrip('.').removesuffix('.git')}"
    if not ids.is_hub_repository(repository):
        return
    state = places.state(offset)
    where = collector.occurrence(
        places.line(offset), f"https://huggingface.co{path}", usage=state,
        confidence="high" if "/resolve/" in path else "medium",
    )  # fmt: skip
    if match.group(1):
        collector.dataset("huggingface", repository, where)
    else:
        collector.hub_model(repository, where)


def _variables(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    for match in _VARIABLE.finditer(data):
        name = match.group().decode()
        service = vocabulary.variables.get(name)
        if service:
            offset = match.start()
            where = collector.occurrence(
                places.line(offset), name, usage=places.state(offset), confidence="low"
            )
            collector.service(service, where)


def _literals(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    datasets: frozenset[str],
) -> None:  # fmt: skip
    """Report quoted strings that read like hub ids wherever they stand (tables, defaults)."""
    for match in _LITERAL.finditer(data):
        text = match.group(1).decode("ascii", "replace")
        offset = match.start(1)
        if text in datasets or not (
            vocabulary.looks_like_model(text)
            or (_NAMED.search(data, max(0, offset - 60), offset - 1)
                and vocabulary.may_be_model(text))
        ):  # fmt: skip
            continue
        line_text = places.text_line(offset)
        if _OUTPUT.search(line_text):
            continue
        where = collector.occurrence(
            places.line(offset), text, usage=places.state(offset), confidence="medium"
        )
        service = vocabulary.routed(text)
        if service:
            collector.api_model(service, text.partition("/")[2], where)
            continue
        around = line_text.replace(match.group(1), b"")
        if b"modelscope" in around.lower():
            collector.modelscope_model(text, where)
        elif _DATA_WORD.search(around):
            collector.dataset("huggingface", text, where)
        else:
            collector.hub_model(text, where)
