"""JavaScript and TypeScript: imports, clients and model calls, names of API models.

Addresses, variables and imports are found in the bytes. A file is parsed only when it
imports a package or holds a method that ``data/calls_js.csv`` knows. Bundles, which
nobody writes by hand, are searched for addresses and hub ids alone.
"""

from __future__ import annotations

import re
from itertools import chain, islice

from provenance import ids
from provenance.extract import api_names, signs, textfile
from provenance.extract.accelerators import script_devices
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import read_deep_learning
from provenance.extract.javascript.commands import read_commands
from provenance.extract.javascript.modules import imported
from provenance.extract.javascript.specs import Specs, package_of, specifications, specifier
from provenance.extract.javascript.tree import PASSIVE
from provenance.extract.long_paths import read_paths
from provenance.extract.names import tool_model
from provenance.extract.placed import read_placed
from provenance.extract.places import Places
from provenance.extract.registers import read_registers
from provenance.extract.remarks import read_ollama
from provenance.extract.routed import RoutedNames, Routers
from provenance.extract.started import read_started
from provenance.extract.tags import read_tags
from provenance.extract.unknown_hosts import read_bases
from provenance.extract.variables import read_variables
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "javascript"

_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_CASTS = (".ts", ".mts", ".cts")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
"""Files of types alone: of their imports only one that was put out of use tells anything."""
_BUNDLED = lazy(r"(?:^|/)(?:dist|\.next|\.nuxt|vendor|bower_components)/|[.-]min\.[cm]?js$")
_LONG_LINE = 20_000
_MAX_BYTES = 1024 * 1024
_MAX_IMPORTS = 2_000
_SPECIFIER = lazy(
    rb"(\bfrom|\bimport|\brequire[ \t]*\(|\bimport[ \t]*\()\s{0,8}([\"'])([^\"'\n\\]{1,200})\2"
)
_CLAUSE = lazy(rb"\b(?:import|export)\b([\w$*{},\s]*)\Z")
_DISABLED = lazy(
    rb"[ \t]*//+[ \t]*(?:import\b[\w$*{},\s]{0,300}[\"'][^\"'\n]{1,200}[\"']"
    rb"|(?:(?:const|let|var)\b[\w$*{},:\s]{1,300}=[ \t]*)?(?:await[ \t]+)?(?:require|import)[ \t]*"
    rb"\([ \t]*[\"'][^\"'\n]{1,200}[\"'][ \t]*\)[\w.]{0,40}(?:\([^()\n]{0,80}\))?)[ \t]*;?\s*"
)
"""A line that holds a commented import and nothing else."""
_SCRIPT = lazy(rb"<script\b([^>]{0,500})>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_PACKAGE = lazy(r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
_FOLDERS = frozenset(
    "src app apps lib libs components component ui utils util hooks pages views layouts types "
    "config configs constants services service store stores styles assets helpers contexts "
    "context server client shared common core models test tests api features modules public "
    "generated routes middleware images icons data i18n".split()
)
"""First parts of paths that projects let their own folders be imported by."""
_BUILT_IN = frozenset(
    "assert async_hooks buffer child_process cluster console constants crypto dgram "
    "diagnostics_channel dns domain events fs http http2 https inspector module net os path "
    "perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls "
    "trace_events tty url util v8 vm wasi worker_threads zlib bun electron vscode".split()
)
_HANDED = lazy(
    rb"\w\((?:[\w.\s]{1,40},|\s{0,20}\{[^{}()]{0,200}?:)?\s{0,20}"
    rb"[\"'`]([A-Za-z][\w.:/-]{0,60}\d[\w.:-]{0,60})[\"'`]"
)
"""A call with a literal among its first arguments that is formed as names of models are."""
_OPTION = lazy(
    rb"\bmodel(?:Id|_id)?[\"']?[ \t]*:[ \t]*[\"'`]([A-Za-z][\w.:/-]{0,60}\d[\w.:-]{0,60})[\"'`]"
)
"""An option that names a model, in an object that may be given to a function."""
_OF_PROVIDER = lazy(rb"\.([a-zA-Z]\w{2,24})\(\s{0,20}[\"'`][\w.:/@-]{2,80}[\"'`]\s{0,20}[,)]")
"""A method that is given a name: ``providers.perplexity("sonar")``."""
_MODEL_METHODS = frozenset("gateway languageModel chatModel textEmbeddingModel".split())
_MAX_HANDED = 200
_BROWSER_BUILD = lazy(
    rb"[\"'`]([A-Za-z0-9][\w.-]{1,80}-q\df\d{2}(?:_\d)?-MLC(?:-\d+k|-b\d+)?)[\"'`]"
)
"""What WebLLM calls its builds, wherever they are named."""
_HOST = rb"[\"'](\.?[a-z0-9][a-z0-9-]{0,60}(?:\.[a-z0-9-]{1,60}){1,5})[\"']"
_COMPARED = lazy(
    rb"(?:[=!]==?[ \t]*|\.endsWith\([ \t]*)" + _HOST + rb"|" + _HOST + rb"[ \t]*[=!]==?"
)
"""A host that the source tells others by: it works with that service too."""
_WEB_FOLDER = lazy(r"(?:^|/)(?:META-INF/resources|src/main/(?:resources|webapp))/")
_MAX_FOLDERS = 30
_CATALOGUE = lazy(rb"model|Model|MODEL|llm|LLM|embedding|whisper|tts")


def accepts(path: str) -> bool:
    """Accept scripts, single-file components and type declarations."""
    return path.endswith(_ENDINGS)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one script uses and could not say."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = textfile.as_utf8(document.data)
    if document.path.endswith((".vue", ".svelte")):
        data = _scripts(data)
    bundle = _is_bundle(document.path, data)
    # A bundle's few comments are licenses; finding them would read it all once more.
    places = Places(data, None if bundle else PASSIVE)
    if document.path.endswith(_DECLARATIONS):
        if not bundle and b"//" in data:
            _imports(data, places, collector, live=False)
        return collector.done()
    signs.addresses(data, places, collector, vocabulary)
    if bundle:
        if len(data) > _MAX_BYTES and not _BUNDLED.search(document.path):
            collector.gap(document.path, "too-large", detail=f"{len(data)} bytes")
        signs.literals(data, places, collector, vocabulary)
        return collector.done()
    read_variables(data, places, collector, vocabulary)
    specs = specifications(vocabulary)
    modules = _imports(data, places, collector, mapped=_is_mapped(document))
    service: ComponentId | None = None
    claimed: set[int] = set()
    told: set[str] = set()
    local = False
    if _worth_parsing(data, modules, specs) or _may_hand_on(data, modules, vocabulary):
        from provenance.extract.javascript.calls import read_calls

        result = read_calls(
            data, document, places, collector, vocabulary, specs,
            markup=not document.path.endswith(_CASTS),
        )  # fmt: skip
        claimed, told, service, local = result
    read_ollama(data, places, collector, vocabulary)
    read_bases(data, places, collector, vocabulary)
    read_commands(data, places, collector, vocabulary)
    read_started(data, places, collector, vocabulary)
    _compared_hosts(data, places, collector, vocabulary)
    _browser_builds(data, places, collector, vocabulary)
    script_devices(data, places, collector)
    read_deep_learning(data, places, collector, vocabulary)

    placed = read_placed(data, places, collector, vocabulary)
    placed |= read_registers(data, places, collector, vocabulary)

    def is_claimed(offset: int, text: str) -> bool:
        return offset in claimed or (bool(placed) and (places.line(offset), text) in placed)

    claimed |= read_tags(data, places, collector, vocabulary, is_claimed)

    if _CATALOGUE.search(data):
        api_names.read_names(
            data, places, collector, vocabulary, claimed=is_claimed, service=service, local=local
        )
    read_paths(data, places, collector, vocabulary, is_claimed)
    routers = Routers(
        document, data, places, vocabulary, service=service,
        modules=lambda siblings: imported(document.path, modules, siblings),
    )  # fmt: skip
    routed = RoutedNames(
        places, collector, vocabulary, router=routers, claimed=is_claimed, local=local
    )
    signs.literals(
        data, places, collector, vocabulary, frozenset(told | modules), placed,
        routed=routed.read,
    )  # fmt: skip
    return collector.done()


def _compared_hosts(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the services whose hosts a source tells apart; a weak sign."""
    for match in _COMPARED.finditer(data):
        host = (match.group(1) or match.group(2)).decode("ascii")
        service = vocabulary.service_of_host(f"any{host}" if host.startswith(".") else host)
        if service and not vocabulary.is_storehouse(service):
            where = collector.occurrence(
                places.line(match.start()), host, usage=places.state(match.start()),
                confidence="low",
            )  # fmt: skip
            collector.service(service, where)


def _browser_builds(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the builds of WebLLM that a source names which works with it."""
    if b"-MLC" not in data or not (b"web-llm" in data or b"webllm" in data):
        return
    for match in _BROWSER_BUILD.finditer(data):
        where = collector.occurrence(
            places.line(match.start()), match.group(1).decode("ascii"),
            usage=places.state(match.start()), confidence="medium",
        )  # fmt: skip
        tool_model(match.group(1).decode("ascii"), "web-llm", where, collector, vocabulary)


def _is_bundle(path: str, data: bytes) -> bool:
    if len(data) > _MAX_BYTES or _BUNDLED.search(path):
        return True
    at = 0
    while len(data) - at > _LONG_LINE:
        end = data.rfind(b"\n", at, at + _LONG_LINE)
        if end < 0:
            return True
        at = end + 1
    return False


def _scripts(data: bytes) -> bytes:
    """Return a component's scripts in their places, all else blank."""
    blank = bytearray(re.sub(rb"[^\n]", b" ", data))
    for match in _SCRIPT.finditer(data):
        blank[match.start(2) : match.end(2)] = match.group(2)
    return bytes(blank)


def _worth_parsing(data: bytes, modules: set[str], specs: Specs) -> bool:
    return any(specs.knows(specifier(module)) for module in modules) or specs.may_call(data)


def _may_hand_on(data: bytes, modules: set[str], vocabulary: Vocabulary) -> bool:
    """Tell whether a script may give a model's name to a function of another one."""
    if not any(module.startswith((".", "@/", "~/")) for module in modules):
        return False
    found = chain(_HANDED.finditer(data), _OPTION.finditer(data))
    for number, match in enumerate(found):
        name = match.group(1).decode("ascii", "replace")
        if (
            vocabulary.api_owner(name)
            or vocabulary.reads_like_model(name)
            or ("/" in name and vocabulary.routing.may_be_routed(name))
        ):
            return True
        if number > _MAX_HANDED:
            break
    for match in islice(_OF_PROVIDER.finditer(data), _MAX_HANDED):
        method = match.group(1).decode()
        if method in _MODEL_METHODS or vocabulary.provider_prefix(method.lower()):
            return True
    return False


# -- imports -------------------------------------------------------------------------------


def _is_mapped(document: Document) -> bool:
    """Tell whether a script lies in a Java archive's web folder, with no npm project above it.

    What it imports an import map of the build says, and Maven's packages bring.
    """
    inside = _WEB_FOLDER.search(document.path)
    if inside is None or document.sibling is None:
        return False
    folders = document.path.split("/")[:-1][-_MAX_FOLDERS:]
    above = ("/".join((*folders[:size], "package.json")) for size in range(len(folders), -1, -1))
    return all(document.sibling(path) is None for path in above)


def _imports(
    data: bytes, places: Places, collector: Collector, *, mapped: bool = False, live: bool = True
) -> set[str]:
    """Record the packages that are imported; return every module specifier.

    Args:
        mapped: an import map, not npm, says where modules come from.
        live: what runs is read too, not only what was put out of use.
    """
    modules: set[str] = set()
    for number, match in enumerate(_SPECIFIER.finditer(data)):
        if number >= _MAX_IMPORTS:
            break
        offset = match.start(1)
        keyword, module = match.group(1), match.group(3).decode("utf-8", "replace")
        if keyword == b"from" and not _is_import(data, offset):
            continue
        state = places.state(offset)
        if state is not None:
            name = _package(module) if _is_disabled(data, offset) else ""
            if name and not mapped:
                _record(name, match.group(), places.line(offset), collector, state)
            continue
        if not live:
            continue
        modules.add(module)
        name = _package(module)
        if name and mapped:
            collector.gap(name, "undeclared-import", places.line(offset))
        elif name:
            _record(name, match.group(), places.line(offset), collector)
    return modules


def _record(
    name: str, text: bytes, line: int, collector: Collector, usage: Usage | None = None
) -> None:
    """Record a package that a statement imports."""
    written = " ".join(text.decode("utf-8", "replace").split())
    where = collector.occurrence(line, written, usage=usage)
    collector.package(ids.package("npm", name), where)


def _is_disabled(data: bytes, offset: int) -> bool:
    """Tell whether a whole line is an import that was commented out, not words about one."""
    begin = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    return bool(_DISABLED.fullmatch(data, begin, end if end >= 0 else len(data)))


def _is_import(data: bytes, offset: int) -> bool:
    """Tell whether ``from "x"`` ends an import of values; types leave nothing behind."""
    begin = max(data.rfind(b"import", max(0, offset - 2000), offset),
                data.rfind(b"export", max(0, offset - 2000), offset))  # fmt: skip
    clause = _CLAUSE.search(data, max(begin - 1, 0), offset) if begin >= 0 else None
    if clause is None:
        return False
    words = clause.group(1).split()
    return not (len(words) > 1 and words[0] == b"type" and words[1] != b",")


def _package(module: str) -> str:
    """Return the npm package that a specifier names, or ``""``."""
    module = specifier(module)
    if ":" in module or module.startswith((".", "/", "~/", "@/", "#", "$")):
        return ""
    name = package_of(module)
    first = name.removeprefix("@").partition("/")[0]
    own = "/" in module and first in _FOLDERS
    if own or name in _BUILT_IN or not _PACKAGE.fullmatch(name) or len(name) > 214:
        return ""
    return name
