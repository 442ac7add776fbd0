"""What of a module matters to those that call it: where its parameters end.

Worked out once a process; the tree of the module is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from provenance.extract.collect import Collector
from provenance.extract.places import PythonPlaces
from provenance.extract.python.arguments import constructor
from provenance.extract.python.clients import Client, Clients
from provenance.extract.python.modules import MAX_BYTES, neighbours, parse_for
from provenance.extract.python.nodes import argument_of
from provenance.extract.python.origins import Step, Tracer
from provenance.extract.python.scopes import Bindings, build_scopes
from provenance.extract.python.slices import functions
from provenance.extract.python.statements import statements
from provenance.extract.python.values import Values
from provenance.extract.python.wrappers import lines_of_wrappers
from provenance.siblings import Siblings
from provenance.vocabulary import CallSpec, Vocabulary


class Sink(NamedTuple):
    """A parameter that ends in a known call."""

    parameter: str
    steps: tuple[Step, ...]
    spec: CallSpec
    client: Client | None


class Outline(NamedTuple):
    """One module as those that import it see it."""

    parameters: Mapping[str, list[str]]
    """Of its functions, methods and classes that have any."""
    classes: Set[str]
    imported: Mapping[str, tuple[str, str]]
    """Names it imports, which it may pass on: (module, name there or ``""``)."""
    ends: Mapping[str, dict[Sink, None]]
    """Where parameters end in known calls of its own, by function or class."""


_NOTHING = Outline({}, frozenset(), {}, {})


def outline_of(home: str, siblings: Siblings, vocabulary: Vocabulary) -> Outline:
    """Return the outline of a module of the tree; an empty one when it cannot be read."""
    return siblings.once(("outline", home), lambda: _outline(home, siblings, vocabulary))


def _outline(home: str, siblings: Siblings, vocabulary: Vocabulary) -> Outline:
    data = siblings(home)
    names = _bindings(data, vocabulary) if data is not None else None
    if names is None:
        return _NOTHING
    parameters = {name: made for name, (made, _) in names.functions.items()}
    for name in names.bases:
        if name not in parameters and (made := constructor(name, names)):
            parameters[name] = made[0]
    ends = _ends(home, names, siblings, vocabulary)
    # What a function imports that was emptied is imported all the same.
    imported = {**statements(data or b"").names, **names.imported}
    names.release()
    return Outline(parameters, frozenset(names.bases), imported, ends)


def _bindings(data: bytes, vocabulary: Vocabulary) -> Bindings | None:
    """Return what a module binds; of functions without a known call only the heads."""
    if len(data) > MAX_BYTES:
        return None
    places = PythonPlaces(data)
    offsets = vocabulary.call_offsets(data, statements(data).roots)
    lines = frozenset(places.line(offset) for offset in offsets)
    try:
        spans = functions(data, places)
        lines |= lines_of_wrappers(spans, data, lines)
        return build_scopes(parse_for(data, spans, lines)[0], frozenset(), None)[0]
    except (ValueError, RecursionError, MemoryError):
        return None  # its own extraction says so


def _ends(
    home: str, names: Bindings, siblings: Siblings, vocabulary: Vocabulary
) -> dict[str, dict[Sink, None]]:
    found: dict[str, dict[Sink, None]] = {}
    tracer = Tracer(names)
    values = Values(names, neighbours(home, siblings), depth=1)
    clients = Clients(Collector(home, ""), vocabulary, values)
    for call, scope, spec in clients.read(names.others):
        argument = argument_of(call, spec.arguments)
        if argument is not None:
            client = clients.of(call, scope, spec)
            for owner, parameter, steps in tracer.of(argument, scope):
                found.setdefault(owner, {})[Sink(parameter, steps, spec, client)] = None
    return found
