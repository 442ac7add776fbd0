"""C, C++, CUDA, HIP, Objective-C and Metal, read without a parser.

What an include names is looked up in the data: a stack of accelerators, or a library. A kernel
needs the stack that it is written for. Addresses, variables and names of models are found as
in other languages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from provenance.extract import api_names, signs, textfile
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.sighted import Sighted
from provenance.extract.unknown_hosts import read_bases
from provenance.extract.variables import read_variables
from provenance.model import ComponentId, Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "native"
_KERNELS = (".cu", ".cuh", ".hip")
_ENDINGS = frozenset(".c .cc .cpp .cxx .h .hh .hpp .hxx .cu .cuh .hip .m .mm .metal".split())
_CUDA, _ROCM, _METAL = "platform:nvidia-cuda", "platform:amd-rocm", "platform:apple-mps"
_MAX_BYTES = 1024 * 1024
_MAX_DIRECTIVES = 20_000
_PASSIVE = lazy(  # every branch begins with a sign: so the signs are searched for
    rb"(?s)/(?:/[^\n]*+|\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z))"
    rb"|\"(?<=R\")([^\s()\\\"]{0,16})\([^)]*+(?:\)(?!\1\")[^)]*+)*+(?:\)\1\"|\Z)"
    rb"|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\"?|'(?:\\[^\n]{1,8}?|[^'\\\n])'"
)
_DIRECTIVE = lazy(  # begins with a sign that is quick to look for
    rb"#[ \t]*(?:(if|ifdef|ifndef|elif|else|endif)\b([^\n]*)"
    rb"|(?:include|import|include_next)[ \t]*[<\"]([^>\"\n]{1,200})[>\"])"
)
_MODULE = lazy(rb"@import[ \t]+([A-Za-z]\w{1,60})[\w.]{0,100};")
_BRANCHES = (
    (lazy(rb"USE_ROCM|USE_HIP|__HIP_|__HIPCC__"), _ROCM),
    (lazy(rb"USE_MUSA|__MUSA"), "platform:moore-threads-musa"),
)
"""What conditions in a source of CUDA name that it can be built for as well."""
_WEAKENED: tuple[Usage, ...] = ("commented", "optional")
_LAUNCH = lazy(rb"__global__|__device__|<<<[^;\n]")
_SHADER = lazy(rb"\bkernel[ \t]+void\b|\bmetal_stdlib\b|\[\[[a-z]")
_TEST = lazy(r"(?:.*[_-](?:unit)?tests?|(?:unit)?tests?[_-].*|.*[a-z]Tests?)\.\w+")


def accepts(path: str) -> bool:
    """Accept native sources by their endings."""
    return path[path.rfind(".") :].lower() in _ENDINGS


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one native source uses and could not say."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data = textfile.as_utf8(document.data)
    places = Places(data, _PASSIVE)
    if collector.usage == "used" and _TEST.fullmatch(document.path.rpartition("/")[2]):
        collector.usage = "test"
    _source(data, Sighted(places, collector), vocabulary)
    if len(data) > _MAX_BYTES and collector.done().components:
        collector.gap(document.path, "too-large", detail=f"{len(data)} bytes")
    return collector.done()


def _source(data: bytes, found: Sighted, vocabulary: Vocabulary) -> None:
    """Record what a source includes, the kernels in it, and what it names."""
    places, collector = found.places, found.collector
    directives = list(islice(_DIRECTIVE.finditer(data), _MAX_DIRECTIVES))
    included = {match.start(3) - 1: match.group(3).decode("utf-8", "replace")
                for match in directives if match.group(3)}  # fmt: skip
    names = frozenset(included.values())
    known = {name: component for name in names if (component := _component(name, vocabulary))}
    path = collector.path.lower()
    launches = islice(_LAUNCH.finditer(data), 50) if path.endswith(_KERNELS) else ()
    kernel = next((m for m in launches if places.state(m.start()) is None), None)
    if known:
        _includes(data, directives, known, found)
    for match in islice(_MODULE.finditer(data), 100) if b"@import" in data else ():
        module = match.group(1).decode("ascii")
        component = _component(f"{module}/{module}.h", vocabulary)
        found.add(component, match.start(), match.group(), places.state(match.start()))
    if path.endswith(".hip"):
        found.add(_ROCM, 0, path.rpartition("/")[2].encode(), None)
    elif kernel and ((_CUDA, None) in found.times or (_ROCM, None) not in found.times):
        found.add(_CUDA, kernel.start(), places.text_line(kernel.start()), None)
    elif path.endswith(".metal") and (shader := _SHADER.search(data)):
        found.add(_METAL, shader.start(), places.text_line(shader.start()), None)
    if any(component == _CUDA for component, _ in found.times):
        for match in directives:
            for pattern, other in _BRANCHES if match.group(2) else ():
                if pattern.search(match.group(2)) and places.state(match.start()) is None:
                    found.add(other, match.start(), match.group(), "optional")
    if b"://" in data:
        signs.addresses(data, places, collector, vocabulary)
    device = path.endswith((*_KERNELS, ".metal"))  # what runs there asks no service
    if not device and len(data) <= _MAX_BYTES and data.count(b'"') > 2 * len(included):
        read_variables(data, places, collector, vocabulary)
        read_bases(data, places, collector, vocabulary)
        api_names.read_names(
            data, places, collector, vocabulary, claimed=lambda at, _: at in included
        )
        signs.literals(data, places, collector, vocabulary, names)


@lru_cache(maxsize=8192)
def _component(name: str, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the component that an include is of: by the longest beginning that is known."""
    known = vocabulary.named("include")
    name = name.lstrip("./")
    beginnings = (name[:size] for size in range(min(len(name), 80), 2, -1))
    return next((known[beginning] for beginning in beginnings if beginning in known), None)


def _includes(
    data: bytes, directives: list[re.Match[bytes]], known: dict[str, ComponentId], found: Sighted
) -> None:
    """Record the components of includes with the usage that their conditions give them."""
    conditions: list[tuple[Usage | None, Usage | None]] = []
    """Of every open condition the usage by itself, and with those around it."""

    def under(own: Usage | None) -> tuple[Usage | None, Usage | None]:
        both = (own, conditions[-1][1] if conditions else None)
        return own, next((usage for usage in _WEAKENED if usage in both), None)

    for match in directives:
        kind, before = match.group(1), data[max(0, match.start() - 80) : match.start()]
        if before.rpartition(b"\n")[2].strip(b" \t/*!"):
            continue  # no directive, but a word of a text
        state = found.places.state(match.start())
        if match.group(3):
            if state is None and conditions:
                state = conditions[-1][1]
            component = known.get(match.group(3).decode("utf-8", "replace"))
            found.add(component, match.start(), match.group(), state)
        elif state is None and kind in (b"endif", b"elif", b"else"):
            ended = conditions.pop()[0] if conditions else None
            if kind != b"endif":
                conditions.append(under(None if ended == "commented" else "optional"))
        elif state is None:
            conditions.append(under(_asks(kind, match.group(2))))


def _asks(kind: bytes, condition: bytes) -> Usage | None:
    """Return the usage of what stands under a condition of the preprocessor."""
    condition = condition.partition(b"//")[0].partition(b"/*")[0].strip()
    if kind == b"if" and condition in (b"0", b"1"):
        return "commented" if condition == b"0" else None
    if kind == b"ifndef" or condition.startswith((b"!defined", b"! defined")):
        # Mostly the guard of a whole header.
        return "optional" if any(p.search(condition) for p, _ in _BRANCHES) else None
    return None if b"__cplusplus" in condition or b"__OBJC__" in condition else "optional"
