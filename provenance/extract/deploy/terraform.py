"""Terraform: defaults of variables, locals and attributes, with references followed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from provenance.extract import textfile
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.deploy.machines import platform_of_machine
from provenance.extract.settings import names_model, read_setting
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "terraform"
MAX_BYTES = 1024 * 1024

_COMMENTS = lazy(r"\"(?:\\.|[^\"\\\n])*\"|/\*.*?(?:\*/|\Z)|(?:#|//)[^\n]*", re.DOTALL)
_HEREDOC = lazy(r"<<-?[ \t]*([A-Za-z_]\w*)[ \t]*\r?$")
_BLOCK = lazy(r"^[ \t]*([A-Za-z_][\w-]*)((?:[ \t]+(?:\"[^\"\n]{0,200}\"|[\w-]{1,100})){0,3})"
                    r"[ \t]*\{")  # fmt: skip
_ATTRIBUTE = lazy(
    r"(?:^|[{,;(\[]|\bdefault\b)[ \t]*[\"']?([A-Za-z_][\w.-]{0,100})[\"']?[ \t]*[=:][ \t]*"
)
_STRING = lazy(r"\"((?:\\.|[^\"\\\n]){0,500})\"")
_REFERENCE = lazy(r"\$\{[ \t]*(var|local)\.([\w-]{1,100})[ \t]*\}")
_BARE = lazy(r"(var|local)\.([\w-]{1,100})[ \t]*(?:$|[,})\]])")
_MAKES = lazy(r"^[ \t]*(provider|resource)[ \t]+\"([\w-]{1,100})\"", re.MULTILINE)
_UNREAD = frozenset("description source version required_version error_message sensitive".split())


class _Entry(Struct, frozen=True):
    """A key with one of its values and the blocks around it."""

    key: str
    value: str
    line: int
    blocks: tuple[str, ...]


def accepts(path: str) -> bool:
    """Accept ``*.tf`` and ``*.tfvars``, and what is written like them."""
    return path.lower().endswith((".tf", ".tfvars", ".hcl", ".tofu", ".tfvars.example"))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one file's settings name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    if document.path.rpartition("/")[2].endswith(".lock.hcl"):
        return collector.done()
    live, commented = _split(text)
    entries = list(_entries(live))
    _services(live, entries, collector, vocabulary)
    _read(entries, collector, vocabulary)
    aside = Aside(collector, "commented")
    _read(list(_entries(commented)), aside, vocabulary)
    absorb(aside.done(), collector)
    return collector.done()


def _services(
    text: str, entries: list[_Entry], collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the clouds whose providers a file configures, and the services it sets up."""
    for entry in entries:
        asked = entry.key == "source" and entry.blocks[1:2] == ("required_providers",)
        if asked and entry.blocks[:1] == ("terraform",):
            source = "/".join(entry.value.split("/")[-2:])
            _service(source, entry.value, entry.line, collector, vocabulary)
    for match in _MAKES.finditer(text):
        kind, name = match.groups()
        named = f"hashicorp/{name}" if kind == "provider" else name
        line = text.count("\n", 0, match.start()) + 1
        _service(named, f'{kind} "{name}"', line, collector, vocabulary)


def _service(
    name: str, written: str, line: int, collector: Collector, vocabulary: Vocabulary
) -> None:
    service = vocabulary.service_of_resource("terraform", name)
    if service:
        collector.service(service, collector.occurrence(line, written))


def _split(text: str) -> tuple[str, str]:
    """Return the text without its comments, and the comments alone, on the same lines."""
    commented: list[str] = []
    done = 0

    def one(match: re.Match[str]) -> str:
        nonlocal done
        if match.group().startswith('"'):
            return match.group()
        commented.append("\n" * text.count("\n", done, match.start()))
        commented.append(match.group().lstrip("#/* "))
        done = match.end()
        return "\n" * match.group().count("\n")

    return _COMMENTS.sub(one, text), "".join(commented)


def _entries(text: str) -> Iterator[_Entry]:
    """Yield every string with its key; here-documents are skipped, lists keep their key."""
    blocks: list[str] = []
    mark, key = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:2000]
        if mark:
            if line.strip() == mark:
                mark = ""
            continue
        heredoc = _HEREDOC.search(line)
        mark = heredoc.group(1) if heredoc else ""
        block = _BLOCK.match(line)
        rest = line
        if block:
            name = " ".join([block.group(1), *re.findall(r"[\w./-]+", block.group(2))])
            rest, key = line[block.end() :], ""
        position = 0
        for string in _STRING.finditer(rest):
            keys = list(_ATTRIBUTE.finditer(rest, position, string.start()))
            if keys:
                key = keys[-1].group(1)
            inside = (*blocks, name) if block else tuple(blocks)
            after = rest[string.end() :].lstrip()
            position = string.end()
            if after.startswith(("=", ":")) and not after.startswith("=="):
                key = string.group(1)  # a quoted key
            elif key:
                yield _Entry(key, string.group(1), number, inside)
        bare = _ATTRIBUTE.search(rest)
        if bare:
            key = bare.group(1) if not position else key
            reference = _BARE.match(rest, bare.end())
            if reference:
                value = f"${{{reference.group(1)}.{reference.group(2)}}}"
                yield _Entry(bare.group(1), value, number, tuple(blocks))
        plain = _STRING.sub("", rest)
        depth = plain.count("{") - plain.count("}")
        if block:
            blocks.append(name)
        for _ in range(max(0, depth)):
            blocks.append(key)
        for _ in range(max(0, -depth)):
            if blocks:
                blocks.pop()
        blocks = blocks[:50]


def _read(entries: list[_Entry], collector: Collector, vocabulary: Vocabulary) -> None:
    known: dict[tuple[str, str], str] = {}
    for entry in entries:
        first = entry.blocks[0].split() if entry.blocks else []
        if first[:1] == ["variable"] and len(first) > 1 and entry.key == "default":
            known.setdefault(("var", first[1]), entry.value)
        elif first[:1] == ["locals"]:
            known.setdefault(("local", entry.key), entry.value)
    for entry in entries:
        _entry(entry, known, collector, vocabulary)


def _entry(
    entry: _Entry, known: dict[tuple[str, str], str], collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    blocks, key, value = entry.blocks, entry.key, entry.value
    first = blocks[0].split() if blocks else []
    if key in _UNREAD or first[:1] in (["terraform"], ["provider"]):
        return
    default = "$" in value
    for _ in range(5):
        value = _REFERENCE.sub(lambda m: known.get((m.group(1), m.group(2)), m.group()), value)
    if first[:1] == ["variable"]:
        if key != "default" and len(blocks) == 1:
            return
        key, default = (first[1] if len(first) > 1 and key == "default" else key), True
    machine = platform_of_machine(key, value)
    if machine:
        collector.platform(
            machine, collector.occurrence(
                entry.line, f"{key} = {value}", confidence="medium" if default else "high"
            )
        )  # fmt: skip
        return
    provider = ""
    if len(first) > 1 and "azurerm_cognitive_deployment" in first[1]:
        if key not in ("name", "model_name") or len(blocks) < 2:
            return
        key, provider = "model", "azure-openai"
    elif key == "name" and blocks and blocks[-1].split()[:1] == ["model"]:
        key = "model"
    if key.endswith(("image", "image_uri")):
        if is_image(value) and (":" in value or "/" in value):
            read_image(value, entry.line, collector, vocabulary, default=default)
        return
    if "${" in value and not names_model(key):
        value = ""  # the key alone may still name a service
    read_setting(key, value, entry.line, collector, vocabulary, default=default, provider=provider)
