"""What of a module matters to those that call it: where its parameters end.

Worked out once a process; the tree of the module is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from provenance.extract.collect import Collector
from provenance.extract.python.arguments import constructor
from provenance.extract.python.clients import Client, Clients
from provenance.extract.python.modules import bindings_of, neighbours
from provenance.extract.python.nodes import argument_of
from provenance.extract.python.origins import Step, Tracer
from provenance.extract.python.scopes import Bindings
from provenance.extract.python.values import Values
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
    names = bindings_of(data) if data is not None else None
    if names is None:
        return _NOTHING
    parameters = {name: made for name, (made, _) in names.functions.items()}
    for name in names.bases:
        if name not in parameters and (made := constructor(name, names)):
            parameters[name] = made[0]
    ends = _ends(home, names, siblings, vocabulary)
    return Outline(parameters, names.bases.keys(), names.imported, ends)


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
