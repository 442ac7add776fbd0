"""Go, Java, C#, Rust, Ruby, PHP and others, read without a parser; ``syntax`` lists them.

Imports of SDKs that the
registry knows become packages; names of API models, addresses, variables and hub ids are
found in the bytes. Where a file makes a client of such an SDK, its base URL decides whom
it asks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from provenance import ids
from provenance.addresses import is_local_host
from provenance.extract import api_names, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.languages import constants as model_constants
from provenance.extract.languages.arguments import read_arguments
from provenance.extract.languages.calls import read_calls
from provenance.extract.languages.classes import provider_around, read_classes
from provenance.extract.languages.commands import read_commands
from provenance.extract.languages.elsewhere import Elsewhere
from provenance.extract.languages.gems import read_gems
from provenance.extract.languages.hub_names import read_hub_names
from provenance.extract.languages.syntax import LANGUAGES, Language
from provenance.extract.manifests.coordinates import JBANG, read_jbang
from provenance.extract.placed import read_placed
from provenance.extract.places import Places
from provenance.extract.remarks import read_ollama
from provenance.extract.routed import RoutedNames, Routers
from provenance.extract.started import read_started
from provenance.extract.tags import read_tags
from provenance.extract.unknown_hosts import read_bases
from provenance.extract.variables import read_variables
from provenance.model import ComponentId, Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "languages"

_MAX_BYTES = 1024 * 1024
_MAX_IMPORTS = 1_000
_NAMESPACE = lazy(rb"^[ \t]*namespace[ \t]+([A-Za-z_][\w.]{1,200})", re.MULTILINE)
_BASE_URL = lazy(
    rb"(?:base_?ur[il]|api_?base|uri_?base|api_?host|endpoint|baseaddress|new Uri|with_api_base"
    rb"|server_?url)\w{0,20}[\"']?[\s:=(,>]{1,12}(?:(?:new[ \t]+)?Uri\(|option\.\w+\()?[\s]{0,4}"
    rb"[\"'`](?:https?|wss?)://([\w.-]+)",
    re.IGNORECASE,
)
"""A base URL that a client is given."""
_BASES = frozenset("uri_base base_url base_uri api_base endpoint baseURL BaseURL".split())


_RUNTIME = lazy(
    rb"\b\w*Ollama\w*\s?(?:\(|\.\s?(?:builder|new)\b|::(?:new|default)\()|\bollama::\w*Client\b"
)
"""A client of a runtime on this machine is made."""
_PROPERTY = lazy(rb"\"\\?\$\{[A-Za-z][\w.-]{0,100}:([\w.:/@-]{2,100})\}\"")
"""A setting that is put in, with its default: ``@Value("${ai.model:gpt-4o}")``."""


def _default(match: re.Match[bytes]) -> bytes:
    """Return the default alone as a literal, at its place."""
    before, behind = match.start(1) - match.start() - 1, match.end() - match.end(1) - 1
    return b" " * before + b'"' + match.group(1) + b'"' + b" " * behind


def accepts(path: str) -> bool:
    """Accept the sources of the languages above."""
    return path[path.rfind(".") :] in LANGUAGES


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one source uses and could not say."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if collector.usage == "used" and _is_test(document.path):
        collector.usage = "test"
    data = textfile.as_utf8(document.data)
    language = LANGUAGES[document.path[document.path.rfind(".") :]]
    if b"${" in data and language.ecosystem == "maven":
        data = _PROPERTY.sub(_default, data)
    places = Places(data, language.passive)
    signs.addresses(data, places, collector, vocabulary)
    if len(data) > _MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(data)} bytes")
        return collector.done()
    read_variables(data, places, collector, vocabulary)
    packages, imported = _imports(data, language, places, collector, vocabulary)
    if language.ecosystem == "nuget":
        _namespaces(data, places, collector)
    service, local = _client(data, packages, imported, language, places, collector, vocabulary)
    outside = Elsewhere(document).texts
    told = read_calls(data, language.ecosystem, places, collector, vocabulary, outside)
    if JBANG in data:
        read_jbang(data, places, collector, vocabulary)
    read_bases(data, places, collector, vocabulary)
    read_commands(data, places, collector, vocabulary)
    read_started(data, places, collector, vocabulary)
    read_ollama(data, places, collector, vocabulary)
    model_constants.read_constants(
        data, language.ecosystem, places, collector, vocabulary, service=service,
        claimed=told.offsets,
    )  # fmt: skip
    defaults = read_classes(data, places, collector, vocabulary)
    placed = read_placed(data, places, collector, vocabulary)

    def is_placed(at: int, text: str) -> bool:
        return bool(placed) and (places.line(at), text) in placed

    claimed = told.offsets | set(defaults)
    if language.ecosystem == "cargo":
        claimed |= read_hub_names(data, places, collector, claimed)
    claimed |= read_tags(data, places, collector, vocabulary, lambda offset, _: offset in claimed)
    api_names.read_names(
        data, places, collector, vocabulary, service=service, local=local,
        claimed=lambda at, text: at in claimed or is_placed(at, text),
    )  # fmt: skip
    routed = RoutedNames(
        places, collector, vocabulary, local=local,
        claimed=is_placed,
        router=Routers(document, data, places, vocabulary, service=service),
    )  # fmt: skip
    known = imported | told.texts | set(defaults.values())
    settled = placed | {
        (places.line(at), data[at + 1 : data.find(b'"', at + 1)].decode("ascii", "replace"))
        for at in claimed - told.offsets
    }
    signs.literals(data, places, collector, vocabulary, known, settled, routed=routed.read)
    return collector.done()


def _is_test(path: str) -> bool:
    if "/src/main/" in f"/{path}":
        return False  # by the layout of Maven and Gradle a source of the product
    return path.endswith(
        ("_test.go", "Test.java", "Tests.java", "Test.kt", "Tests.cs", "Test.cs", "_spec.rb",
         "_test.rb", "Test.php", "Tests.swift")
    )  # fmt: skip


def _imports(
    data: bytes, language: Language, places: Places, collector: Collector, vocabulary: Vocabulary
) -> tuple[tuple[ComponentId, ...], frozenset[str]]:
    """Record the SDKs a source imports; return them, and every name imported."""
    known = _known_imports(vocabulary, language.ecosystem)
    found: dict[ComponentId, None] = {}
    names: set[str] = set()
    gems = language.ecosystem == "gem"
    if gems:
        exact, loaded = read_gems(data, places, collector)
        found |= dict.fromkeys(exact)
        names |= loaded
    for number, match in enumerate(language.imports.finditer(data)):
        if number >= _MAX_IMPORTS:
            break
        name = match.group(1).decode("utf-8", "replace")
        names.add(name)
        if places.state(match.start(1)) is not None:
            continue
        parts = name.split(language.separator)
        prefixes = (language.separator.join(parts[:size]) for size in range(len(parts), 0, -1))
        package = next((known[prefix] for prefix in prefixes if prefix in known), None)
        if package is None and language.own_names and parts[0] not in language.standard:
            package = ids.package(language.ecosystem, parts[0])
        if package:
            found[package] = None
            if gems:
                continue  # which of several gems holds it is settled for the whole tree
            where = collector.occurrence(places.line(match.start(1)), name)
            collector.package(package, where)
    return tuple(found), frozenset(names)


def _namespaces(data: bytes, places: Places, collector: Collector) -> None:
    """Note the namespaces that a source of C# declares."""
    for match in islice(_NAMESPACE.finditer(data), _MAX_IMPORTS):
        if places.state(match.start(1)) is None:
            collector.namespaces[match.group(1).decode("ascii", "replace")] = None


@lru_cache(maxsize=32)
def _known_imports(vocabulary: Vocabulary, ecosystem: str) -> dict[str, ComponentId]:
    """Return the packages of an ecosystem by what imports of them begin with."""
    found = dict(vocabulary.imports_of(ecosystem))
    if ecosystem == "golang":  # a module's path is what its packages are imported by
        start = "pkg:golang/"
        for package in vocabulary.default_services:
            if package.startswith(start):
                found.setdefault(package.removeprefix(start), package)
    return found


def _makers(
    data: bytes, language: Language, imported: frozenset[str], places: Places
) -> list[re.Match[bytes]]:
    """Return where clients are made; in Go, by a package that is imported."""
    names = {part for name in imported for part in re.split(r"[/.-]", name)[-4:]}
    return [
        match
        for match in islice(language.client.finditer(data), _MAX_IMPORTS)
        if places.state(match.start()) is None
        and (not match.re.groups or match.group(1).decode() in names)
    ]


def _asked(maker: bytes, defaults: set[ComponentId]) -> ComponentId | None:
    """Return which of several SDKs' services a client is of: the one its name names."""
    if len(defaults) == 1:
        return next(iter(defaults))
    name = maker.decode("ascii", "replace").lower()
    words = {service: service.partition(":")[2].split("-") for service in sorted(defaults)}
    named = [
        (len(parts), service)
        for service, parts in words.items()
        if all(part in name for part in parts)
    ]
    return max(named)[1] if named else None


def _of_class(data: bytes, end: int, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the service that a client made in a class of its name asks, at an address given.

    ``class Azure < OpenAI`` with ``OpenAI::Client.new(uri_base: url)`` asks Azure.
    """
    opening = end - 1 if data[end - 1 : end] == b"(" else end
    given = read_arguments(data, opening) if data[opening : opening + 1] == b"(" else None
    if given is None or _BASES.isdisjoint(given.named):
        return None
    return vocabulary.model_service(provider_around(data, end, vocabulary))


def _client(
    data: bytes, packages: tuple[ComponentId, ...], imported: frozenset[str], language: Language,
    places: Places, collector: Collector, vocabulary: Vocabulary,
) -> tuple[ComponentId | None, bool]:  # fmt: skip
    """Return the one service that clients made here ask, and whether they ask a local server."""
    found = (vocabulary.default_services.get(package) for package in packages)
    defaults = {service for service in found if service}
    makers = _makers(data, language, imported, places) if defaults else []
    if not makers:
        return None, False
    local = False
    runtime = bool(_RUNTIME.search(data))
    reached: set[ComponentId] = set()
    for match in _BASE_URL.finditer(data):
        if places.state(match.start()) == "commented":
            continue
        host = match.group(1).decode().lower()
        if runtime and is_local_host(host):
            continue  # the runtime's own, whose client stands beside
        where = collector.occurrence(places.line(match.start(1)), host, confidence="medium")
        for default in sorted(defaults):
            collector.redirects.append((default, where))
        if is_local_host(host):
            local = True
        else:
            reached.add(vocabulary.service_of_host(host) or f"service:{host}")
    if local and not reached:
        return None, True
    services = set(reached)
    for made in makers:
        service = None if reached else (
            _of_class(data, made.end(), vocabulary) or _asked(made.group(), defaults)
        )  # fmt: skip
        where = collector.occurrence(
            places.line(made.start()), made.group().decode("utf-8", "replace"),
            confidence="medium",
        )  # fmt: skip
        for asked in reached or ({service} if service else ()):
            collector.service(asked, where)
            services.add(asked)
    return (next(iter(services)), False) if len(services) == 1 else (None, False)
