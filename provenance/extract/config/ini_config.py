"""Settings a line: ``*.ini``, ``*.cfg``, ``*.conf``, ``*.properties``, sections and keys."""

from __future__ import annotations

import re

from msgspec.structs import replace

from provenance import ids
from provenance.extract import textfile
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.config.placeholders import filled
from provenance.extract.config.tree_settings import speaks_of
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.sections import named_provider, provider_called, provider_of_path
from provenance.extract.settings import names_model, read_setting
from provenance.extract.shell.script import read_command
from provenance.extract.shell.words import Value, Variables, Word
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "ini-config"
MAX_BYTES = 256 * 1024

_NOT_SETTINGS = frozenset({"setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", "alembic.ini",
                           "nginx.conf", "supervisord.conf", ".coveragerc"})  # fmt: skip
_SECTION = lazy(r"\[\[?[ \t]*([^\]\n]{1,200}?)[ \t]*\]\]?[ \t]*(?:[#;].*)?")
_LINE = lazy(r"([#;][ \t]*)?(?:%[\w,-]{1,60}\.)?([A-Za-z_][\w.-]{0,120})[ \t]*[=:][ \t]*(.*)")
_IMAGE_KEY = lazy(r"(?:^|[._-])(?:container[._-])?image(?:[._-]?name)?$", re.IGNORECASE)
_TRIGGER = lazy(
    rb"(?i)model|llm|embed|checkpoint|dataset|_api_|ollama|huggingface|api\.|langchain4j|spring\.ai|image"
)
_FRAMEWORK = lazy(
    r"[ \t]*(?:%[\w,-]{1,60}\.)?(?:quarkus\.langchain4j|langchain4j|spring\.ai)\."
    r"([\w.-]{3,120}?)[ \t]*[=:][ \t]*(.*)"
)
_QUOTED = lazy(r"\"([^\"]*)\"|'([^']*)'")


def accepts(path: str) -> bool:
    """Accept settings files that belong to no tool known by name."""
    name = path.rpartition("/")[2].lower()
    return name.endswith((".ini", ".cfg", ".conf", ".properties")) and name not in _NOT_SETTINGS


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what the settings of one file name."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if not _TRIGGER.search(document.data):
        return collector.done()
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    read_lines(text, collector, vocabulary)
    if b"langchain4j." in document.data or b"spring.ai." in document.data:
        _frameworks(text, collector, vocabulary)
    return collector.done()


def _frameworks(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the services whose sections a framework's settings have: ``…langchain4j.watsonx.``.

    A section with an address of its own is read by that address.
    """
    asked: dict[str, tuple[int, str]] = {}
    elsewhere: set[str] = set()
    for number, line in enumerate(textfile.lines(text), 1):
        match = _FRAMEWORK.match(line)
        if match is None:
            continue
        parts = match.group(1).split(".")
        names = (".".join(parts[:2]), parts[0])
        provider = next((p for n in names if (p := provider_called(n, vocabulary))), "")
        if not provider and vocabulary.offers(ids.service(parts[0])):
            provider = parts[0]  # a service that answers with something else than a model
        if parts[-1] == "provider":
            provider = named_provider(match.group(2), vocabulary)
        if not provider or provider.startswith("local:"):
            continue
        if parts[-1] in ("base-url", "endpoint") and "$" not in filled(match.group(2)).text:
            elsewhere.add(provider)
        asked.setdefault(provider, (number, line.strip()[:100]))
    for provider, (number, written) in asked.items():
        if provider not in elsewhere:
            where = collector.occurrence(number, written, confidence="low")
            collector.service(ids.service(provider), where)


def read_lines(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read ``[section]`` and ``key = value`` lines; what a comment holds is read aside."""
    section, runtime = "", speaks_of(text)
    variables, aside = Variables(), Aside(collector, "commented")
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = line.strip()[:2000]
        if heading := _SECTION.fullmatch(line):
            section = heading.group(1).strip("\"' ")
            continue
        match = _LINE.fullmatch(line)
        if not match or (match.group(1) and " " in match.group(3).split(" #")[0].strip()):
            continue
        comment, key, written = match.groups()
        quoted = _QUOTED.match(written)
        if quoted:
            written = quoted.group(1) or quoted.group(2) or ""
        else:
            written = re.sub(r"[ \t]+[#;].*$", "", written)
        given = filled(written.strip())
        value = variables.expand(given.text)
        value = replace(value, default=value.default or given.default)
        if not comment:
            variables.set(key, Value(value.text))
        _setting(section, key, value, number, aside if comment else collector, vocabulary, runtime)
    absorb(aside.done(), collector)


def _setting(
    section: str, key: str, value: Value, line: int, collector: Collector,
    vocabulary: Vocabulary, runtime: str,
) -> None:  # fmt: skip
    last = section.rpartition(".")[2]
    provider = ""
    if _IMAGE_KEY.search(key) and ":" in value.text and is_image(value.text):
        read_image(value.text, line, collector, vocabulary, default=value.default)
        return
    if key.endswith(".command") and "," in value.text:  # a list of words
        words = [Word(word.strip(), line) for word in value.text.split(",")]
        read_command(words, collector, vocabulary)
        return
    if names_model(key):
        path = (*section.split("."), *key.split(".")[:-1])
        provider = provider_of_path(path, value.text, vocabulary)
    whole = key if key.isupper() or not last or key != "name" else f"{last}.{key}"
    read_setting(
        whole, value.text, line, collector, vocabulary, default=value.default, runtime=runtime,
        provider=provider,
    )  # fmt: skip
