"""Calls that name models and images in languages without a parser (``data/calls_languages.csv``).

A row counts in a source that holds the words of its module, which is how an import, a
namespace or a type tells that the name is that library's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from provenance import ids
from provenance.addresses import host_of, is_local_host
from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.languages.arguments import Arguments, Span, read_arguments
from provenance.extract.languages.makers import Made, maker_of
from provenance.extract.languages.texts import Outside, Text, address_of, texts_of
from provenance.extract.languages.uses import uses_of
from provenance.extract.places import Places
from provenance.model import ComponentId, Confidence, Occurrence, weakest
from provenance.patterns import lazy
from provenance.registry.tables import Call
from provenance.vocabulary import Vocabulary

_MAX_CALLS = 500
"""Of one callable in one source."""
_MAX_ASSIGNED = 20
_STATEMENT = 1_500
_SURE: Confidence = "high"
_GENERIC = rb"\s*(?:(?:::)?<[^()\n]{0,80}?>)?\s*"
"""Types that a call is given before its arguments."""
_QUALIFIED = lazy(rb"\s*&?\s*(?:[a-z_]\w*::)+[A-Z][A-Z0-9_]+\s*")
"""A constant of a module, in Rust: what it names is told by the module."""
_DEFAULT = lazy(rb"\s*(?:\w+\.)?DEFAULT_[A-Z_]+\b")
"""What the library itself has for when nothing is named."""
_IMAGE = lazy(
    rb"\b\w{0,40}(?:IMAGE|[iI]mage)(?:_?(?:NAME|[nN]ame))?\s*(?:string\s*)?(?::=|=)\s*"
    rb"\"((?:[\w.-]{1,80}(?::\d+)?/){0,6}[\w.-]{1,80}:[\w.-]{1,80})\""
)
"""A constant that says image and holds one with a tag."""
_IDENTIFIER = lazy(rb"([A-Za-z_]\w*)\s*[?!]?\s*\Z")


class _Spec(NamedTuple):
    """A row with what finds it."""

    row: Call
    module: bytes
    last: bytes
    """The letters that a source with such a call has in it."""
    pattern: re.Pattern[bytes]
    chained: tuple[bytes, ...]
    """Calls that the object was made by: ``Make`` of ``*.Make.run``."""
    path: tuple[str, ...] = ()
    """What stands before the last name, of a type in a module."""

    @property
    def first(self) -> bytes:
        """The module's name, or the type's."""
        return max(self.path[0].split("*"), key=len).encode() if self.path else b""


class Told(NamedTuple):
    """What calls have told of literals."""

    offsets: frozenset[int]
    texts: frozenset[str]


def read_calls(
    data: bytes, ecosystem: str, places: Places, collector: Collector, vocabulary: Vocabulary,
    outside: Outside | None = None,
) -> Told:  # fmt: skip
    """Record what the calls of one source name; return the literals that this explains.

    Args:
        outside: finds the literals of constants that other sources define.
    """
    told: list[Text] = _images(data, ecosystem, places, collector, vocabulary)
    made: list[Made] = []
    # Calls that leave it to the client whom they ask come last.
    for spec in sorted(_specs(vocabulary, ecosystem), key=lambda s: s.row.provider == "client"):
        if spec.row.provider == "client" and not made:
            break
        if spec.module not in data or spec.last not in data or spec.first not in data:
            continue
        for match in islice(_found(spec, data, ecosystem), _MAX_CALLS):
            if places.state(match.start()) is not None:
                continue
            if spec.chained and not _made_by(data, match.start(), spec.chained):
                continue
            given = read_arguments(data, match.end() - 1)
            told += _read(spec, match, given, data, places, collector, vocabulary, made, outside)
    return Told(frozenset(t.offset for t in told), frozenset(t.text for t in told))


def _found(spec: _Spec, data: bytes, ecosystem: str) -> Iterator[re.Match[bytes]]:
    """Yield the calls of one callable; in Rust also by the names that it is imported under."""
    yield from spec.pattern.finditer(data)
    if ecosystem != "cargo" or len(spec.path) < 2:
        return
    last = spec.row.callable.rpartition(".")[2]
    for name, path in uses_of(data).paths.items():
        for size in range(1, len(spec.path) + 1):
            if path[-size:] == spec.path[:size] and (size > 1 or name != spec.path[0]):
                yield from _renamed(name, spec.path[size:], last).finditer(data)


@lru_cache(maxsize=256)
def _renamed(name: str, rest: tuple[str, ...], last: str) -> re.Pattern[bytes]:
    return re.compile(
        rb"(?<![\w:])" + rb"\s*::\s*".join(_word(part) for part in (name, *rest, last))
        + _GENERIC + rb"[({]"
    )  # fmt: skip


def _images(
    data: bytes, ecosystem: str, places: Places, collector: Collector, vocabulary: Vocabulary
) -> list[Text]:
    """Record the images that constants name, in a source that runs containers."""
    if not any(s.module in data for s in _specs(vocabulary, ecosystem)
               if s.row.yields == "container"):  # fmt: skip
        return []
    found = []
    for match in islice(_IMAGE.finditer(data), _MAX_CALLS):
        text = match.group(1).decode("utf-8", "replace")
        if places.state(match.start()) is None and is_image(text):
            read_image(text, places.line(match.start(1)), collector, vocabulary)
            found.append(Text(text, match.start(1) - 1))
    return found


@lru_cache(maxsize=32)
def _specs(vocabulary: Vocabulary, ecosystem: str) -> tuple[_Spec, ...]:
    """Return the rows of an ecosystem, the most literal first."""
    found = []
    for row in vocabulary.language_calls:
        head, _, name = row.callable.partition("#")
        kind, _, module = head.partition(":")
        if kind != ecosystem:
            continue
        *path, last = name.split(".")
        if path and path[0] == "*":
            pattern = rb"[.?]\s*" + _word(last) + _GENERIC + rb"[({]"
        else:
            dotted = rb"\s*(?:\.|::)\s*".join(_word(part) for part in (*path, last))
            # A type that is only mentioned, as what a container of services is to make.
            mention = rb"|(?<=[<,\s])" + dotted + rb"\s*>" if not row.argument else b""
            pattern = rb"\b" + dotted + _GENERIC + rb"[({]" + mention
        chained = tuple(part.encode() for part in path[1:]) if path[:1] == ["*"] else ()
        letters = max((path[-1] if last == "*" else last).split("*"), key=len).encode()
        own = () if path[:1] == ["*"] else tuple(path)
        found.append(_Spec(row, module.encode(), letters, re.compile(pattern), chained, own))
    return tuple(sorted(found, key=lambda s: (s.row.callable.count("*"), -len(s.row.callable),
                                              s.row.callable)))  # fmt: skip


def _word(name: str) -> bytes:
    """Return the pattern of a name; what begins with a star is a type's, in capitals.

    A star alone is any name.
    """
    if name == "*":
        return rb"[A-Za-z_]\w*"
    start = rb"(?=[A-Z])" if name.startswith("*") else b""
    return start + rb"\w*".join(re.escape(part).encode() for part in name.split("*"))


def _made_by(data: bytes, offset: int, makers: tuple[bytes, ...]) -> bool:
    """Tell whether the object a method is called on was made by calls of these names."""
    begin = max(0, offset - _STATEMENT)
    start = max(data.rfind(sign, begin, offset) for sign in (b";", b"= ", b"=\n"))
    chain = data[max(start, begin) : offset]
    if all(_called(maker, chain) for maker in makers):
        return True
    receiver = _IDENTIFIER.search(chain)
    if receiver is None:
        return False
    return any(
        all(_called(maker, value) for maker in makers)
        for value in _assigned(data, receiver.group(1))
    )


@lru_cache(maxsize=64)
def _assigned(data: bytes, name: bytes) -> tuple[bytes, ...]:
    """Return the statements whose result a source gives a name to."""
    pattern = re.compile(rb"\b" + re.escape(name) + rb"\s*:?=(?!=)([^;]{1,1500})")
    return tuple(match.group(1) for match in islice(pattern.finditer(data), _MAX_ASSIGNED))


def _called(name: bytes, text: bytes) -> bool:
    return bool(re.search(rb"[.:]\s*" + re.escape(name) + rb"\s*(?:<[^()\n]{0,80}?>)?\s*\(", text))


def _read(
    spec: _Spec, match: re.Match[bytes], given: Arguments | None, data: bytes, places: Places,
    collector: Collector, vocabulary: Vocabulary, made: list[Made],
    outside: Outside | None,
) -> list[Text]:  # fmt: skip
    """Record what one call names; return the literals that name it.

    Args:
        made: the clients that calls of this source make, added to.
    """
    row, container = spec.row, spec.row.yields == "container"
    if row.provider == "client":
        maker = maker_of(data, match.start(), made, free=bool(spec.path))
        if maker is None:
            return []
        service, local, confident = maker.service, maker.local, maker.confident
        if maker.provider.startswith("local:"):
            row = row._replace(
                provider=maker.provider, function=row.function.replace(".api", ".weights")
            )
    else:
        service, local, confident = _asked(row, given, data, vocabulary, match.start())
        end = given.end if given is not None else match.end()
        made.append(Made(match.start(), end, row.provider, service, local, confident))
    written = match.group().decode("utf-8", "replace").strip(".?({<> \n")
    where = collector.occurrence(places.line(match.start()), written, confidence="medium")
    wanted = [path for path in row.argument.split("|") if path]
    found: list[Text] = []
    present = False
    for path in wanted:
        span = given.get(path) if given is not None else None
        if span is None:
            continue
        present = not _DEFAULT.match(data, *span)
        if row.callable.startswith("cargo:") and _QUALIFIED.fullmatch(data, *span):
            return []
        found = [
            text for text in texts_of(data, span, None if container else vocabulary, outside)
            if not names.PLACEHOLDER.fullmatch(text.text)
        ]  # fmt: skip
        if found:
            break
    if not found:
        if not present:
            _implied(row, service, local, written, where, collector, vocabulary)
        return []
    for text in found:
        line = places.line(text.offset)
        if container:
            if is_image(text.text):
                read_image(text.text, line, collector, vocabulary)
            continue
        at = collector.occurrence(
            line, text.text, usage=places.state(text.offset),
            confidence=weakest(text.confidence, confident),
        )  # fmt: skip
        if row.yields == "dataset":
            if ids.is_hub_repository(text.text):
                collector.dataset(row.provider, text.text, at)
            continue
        _model(text.text, row, service, local, at, collector, vocabulary)
    return found


def _asked(
    row: Call, given: Arguments | None, data: bytes, vocabulary: Vocabulary, offset: int
) -> tuple[ComponentId | None, bool, Confidence]:
    """Return the service that a call asks, whether a local server, and how sure that is.

    Args:
        offset: where the call stands.
    """
    provider = row.provider
    known = provider and ":" not in provider and provider not in ("huggingface", "client")
    service = ids.service(provider) if known else None
    for path in row.endpoint.split("|"):
        if "." in path:
            own = given is not None and row.yields == "client"
            around = Span(offset, given.end) if own and given else _around(data, offset)
            span = _option(data, around, path.encode())
        else:
            span = given.get(path) if path and given is not None else None
        if span is None:
            continue
        address = address_of(data, span)
        host = host_of(address) if address else None
        if host is None or "{" in host:
            return service, False, "low" if service else "high"
        if is_local_host(host):
            return None, True, "high"
        return vocabulary.service_of_host(host) or ids.service(host), False, "high"
    return service, False, "high"


def _option(data: bytes, around: Span, name: bytes) -> Span | None:
    """Return the argument of an option (``openai.WithBaseURL(url)``).

    Options that are put together elsewhere are told where the source has such a one alone.
    """
    pattern = re.compile(rb"\b" + re.escape(name).replace(rb"\.", rb"\s*\.\s*") + rb"\s*\(")
    found = [match.end() - 1 for match in islice(pattern.finditer(data), _MAX_CALLS)]
    near = [at for at in found if around.start <= at < around.end]
    if not near and len(found) == 1:
        near = found
    options = read_arguments(data, near[0]) if near else None
    return options.get("0") if options is not None else None


def _around(data: bytes, offset: int) -> Span:
    """Return the brackets around a place, as far as a statement reaches."""
    begin, closed = offset, 0
    while begin > max(0, offset - _STATEMENT):
        begin -= 1
        if data[begin] in b")]}":
            closed += 1
        elif data[begin] in b"([{":
            if not closed:
                break
            closed -= 1
    whole = read_arguments(data, begin)
    return Span(begin, whole.end if whole is not None else offset)


def _model(
    text: str, row: Call, service: ComponentId | None, local: bool, at: Occurrence,
    collector: Collector, vocabulary: Vocabulary,
) -> None:  # fmt: skip
    if row.provider.startswith("local:"):
        names.runtime_model(text, row.provider.removeprefix("local:"), at, collector, vocabulary,
                            function=row.function)  # fmt: skip
    elif row.provider == "huggingface":
        names.weights(text, row.provider, at, collector, vocabulary, function=row.function)
    elif local:
        names.served_here(text, at, collector, vocabulary, function=row.function)
    elif service is None:
        collector.gap(text, "provider-unresolved", at)
    elif at.confidence == "low" and vocabulary.api_owner(text) not in (None, service):
        collector.gap(text, "provider-unresolved", at)
        names.of_family(text, at, collector, vocabulary)
    else:
        names.served(service, text, at, collector, function=row.function)


def _implied(
    row: Call, service: ComponentId | None, local: bool, written: str, where: Occurrence,
    collector: Collector, vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record what a call that names nothing is known to use."""
    for default in vocabulary.defaults(row.callable)[:1]:
        names.implied(
            default, written, where, collector, asked="" if local else service,
            function=row.function, local=row.provider.startswith("local:"),
        )  # fmt: skip
        return
    if service is not None and row.yields == "client":
        collector.service(service, replace(where, confidence="high"))
