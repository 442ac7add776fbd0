"""Calls of JavaScript and TypeScript that make clients of services or name models.

Which these are stands in ``data/calls_js.csv``: a callable is ``package#name.method``,
or ``*.method`` of whatever a client is called; an argument is a position and the path of
properties from there (``0.configuration.baseURL``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from provenance import ids
from provenance.extract import names
from provenance.extract.api_names import endpoints
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.javascript.asides import put_aside
from provenance.extract.javascript.clients import Client, Clients
from provenance.extract.javascript.constants import read_constants
from provenance.extract.javascript.defaults import holds, names_nothing
from provenance.extract.javascript.handed import Given, given_from, handed_on
from provenance.extract.javascript.modules import neighbours
from provenance.extract.javascript.parts import read_images, read_service
from provenance.extract.javascript.specs import Spec, Specs
from provenance.extract.javascript.tree import (
    PASSIVE,
    Bound,
    Scope,
    arguments,
    callee,
    unwrapped,
)
from provenance.extract.javascript.values import Value, Values
from provenance.extract.javascript.walk import parse
from provenance.extract.places import Places
from provenance.extract.written import read_model
from provenance.model import ComponentId, Document, Occurrence, weakest
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_NAMES = frozenset("object array number arrow_function this undefined null true false".split())
_MAX_OPEN_COMMENTS = 50
_MAX_HANDED = 3
"""Functions that a name is handed on through."""
_MAX_BODIES = 100
_MAX_GIVEN = 8
"""Models that functions of one name ask for by their arguments."""


class Reader:
    """Interprets the calls of one source that the table knows."""

    def __init__(
        self, collector: Collector, vocabulary: Vocabulary, specs: Specs, values: Values
    ) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.values = values
        self.tree = values.tree
        self.clients = Clients(collector, vocabulary, specs, values)
        self.claimed: set[int] = set()
        self.told: set[str] = set()
        """Offsets and texts of the literals whose meaning a call has told."""
        self.loaders: dict[str, list[Given]] = {}
        """What functions of this source ask for by a name that they are given."""
        self._served: set[tuple[ComponentId, str]] = set()
        self._run: list[tuple[str, Client, str, Occurrence]] = []
        """Models of local runtimes, recorded last: see :meth:`_runtime_models`."""
        self._readers: dict[int, Reader] = {}
        """Of other modules, by the module's values, which each reader keeps alive."""

    def read(self) -> None:
        """Record every client, then every model: a method may stand above its client."""
        matched = [(call, scope, self.clients.spec_of(call)) for call, scope in self.tree.calls]
        for call, scope, spec in matched:
            if spec is not None and spec.yields in ("client", "provider"):
                self.clients.make(call, scope, spec)
        unknown: list[tuple[Node, Scope]] = []
        for call, scope, spec in matched:
            if spec is None:
                if not self._call_of_provider(call, scope):
                    unknown.append((call, scope))
            elif spec.yields not in ("client", "provider"):
                self._load(call, scope, spec)
        self._bodies()
        self._handed_on(unknown)
        self._runtime_models()

    # -- models ------------------------------------------------------------------------------

    def _call_of_provider(self, call: Node, scope: Scope) -> bool:
        """``openai("gpt-4o")`` and ``openai.chat("gpt-4o")`` of a provider made here."""
        given = arguments(call)
        if not given or call.type != "call_expression" or not self._may_provide(call):
            return False
        client = self.clients.receiver(call, scope)
        if client is None or not client.callable:
            return False
        self._models(call, Bound(given[0], scope), client, client.function)
        return True

    def _may_provide(self, call: Node) -> bool:
        """Tell whether a callee is a bare name or one method of one: cheap, before looking."""
        function = callee(call)
        return (
            function is not None
            and len(self.clients.dotted(unwrapped(function))[0]) <= 3
            and bool(self.clients.known or self.clients.has_made or self.values.has_neighbours)
        )

    def _load(self, call: Node, scope: Scope, spec: Spec) -> None:
        """Record the models that a loader, a client with a model or an API call names."""
        argument = self.clients.argument(call, scope, spec.arguments, lists=True)
        if spec.yields == "container":
            self.told |= read_images(self.clients, call, scope, argument, spec)
            return
        if spec.yields == "service":
            read_service(self.clients, call, argument, spec)
            return
        client: Client | None
        if spec.provider == "client":
            client = self.clients.receiver(call, scope)
            if client is None:
                if spec.generic:
                    return  # any object has a method of this name
                client = self.clients.only()
        else:
            client = self.clients.endpoint(call, scope, spec)
        if argument is not None:
            self._models(call, argument, client, spec.function, spec)
        else:
            self._default(call, scope, spec, client)

    def _default(self, call: Node, scope: Scope, spec: Spec, client: Client | None) -> None:
        """Record what a call that names nothing is known to use, marked as inferred."""
        rows = self.vocabulary.defaults(spec.callable)
        if not rows or not names_nothing(self.values, call, scope, spec):
            return
        for row in rows:
            if row.condition and not holds(self.values, row.condition, call, scope):
                continue
            where = self.collector.occurrence(
                self.tree.line(call), self.tree.shown(call), confidence="medium"
            )
            names.implied(
                row, self.tree.shown(callee(call) or call), where, self.collector,
                asked=client.service or "" if client is not None else None,
                function=spec.function, local=bool(spec.runtime),
            )  # fmt: skip
            return

    def _bodies(self) -> None:
        """Note what the body of a request is given by a function's caller.

        Where a source makes no client and its addresses are of one service, an object that
        names a model goes there; the literals in it are read as names of API models.
        """
        if not self.tree.bodies or self.clients.has_made:
            return
        services, local = endpoints(
            self.tree.data, Places(self.tree.data, PASSIVE), self.vocabulary
        )
        if len(services) != 1 or local or not self.vocabulary.offers(next(iter(services))):
            return
        client = Client(next(iter(services)), confidence="medium")
        others = self.vocabulary.routing.serves_others(next(iter(services)))
        for body in self.tree.bodies[:_MAX_BODIES]:
            if not self._given(body, client, "", None) and others:
                self._paths(body, client)

    def _paths(self, body: Bound, client: Client) -> None:
        """Record names of the form of a repository that a service of others' weights is asked."""
        for value in self.values.bound_values(body):
            if ids.is_hub_repository(value.text) and value.offset >= 0:
                self.claimed.add(value.offset)
                self.told.add(value.text)
                self._model(value.text, client, "", self.clients.at(value), None)

    def _given(
        self, argument: Bound, client: Client | None, function: str, spec: Spec | None
    ) -> bool:
        """Note that a function is given a model's name; return whether it is."""
        given = given_from(argument, self.tree)
        if given is not None:
            known = self.loaders.setdefault(given[0], [])
            taken = Given(given[1], client, function, spec)
            if taken not in known and len(known) < _MAX_GIVEN:
                known.append(taken)
        return given is not None

    def _handed_on(self, calls: list[tuple[Node, Scope]]) -> None:
        """Record what calls give to functions that load a model or ask for one by that name."""
        known: dict[str, list[Given]] = {}
        fresh = self.loaders
        imported: Callable[[str, str], list[Given]] = self._loaders_of
        for _ in range(_MAX_HANDED):
            if not fresh and not self.values.has_neighbours:
                break
            self.loaders = {}  # filled with the functions that hand on what they are given
            for call, scope in calls:
                for given in handed_on(call, fresh, imported, self.tree):
                    argument = self.clients.argument(call, scope, (given.path,))
                    if argument is not None:
                        self._models(call, argument, given.client, given.function, given.spec)
                    elif whole := _object(call, scope, given.path):
                        self._given(whole, given.client, given.function, given.spec)
            known |= fresh
            fresh = {name: found for name, found in self.loaders.items() if name not in known}
            imported = _nothing
            if not fresh:
                break
        self.loaders = known | fresh

    def _loaders_of(self, name: str, method: str) -> list[Given]:
        """Return what an imported function asks for by a name that it is given.

        Args:
            method: of an imported object; empty for a function.
        """
        found = self.values.foreign(name)
        if found is None:
            return []
        (_, values), symbol = found
        reader = self._readers.get(id(values))
        if reader is None:
            silent = Collector("", self.collector.extractor)  # that file reports its own calls
            reader = Reader(silent, self.vocabulary, self.clients.specs, values)
            self._readers[id(values)] = reader
            reader.read()
        if method and (symbol == "*" or symbol in values.tree.module.names):
            return reader.loaders.get(method, [])
        return reader.loaders.get(values.tree.default if symbol == "default" else symbol, [])

    def _models(
        self, call: Node, argument: Bound, client: Client | None, function: str,
        spec: Spec | None = None,
    ) -> None:  # fmt: skip
        self._given(argument, client, function, spec)
        found = self.values.bound_values(argument) or self.values.elements(argument)
        if not found:
            self._unread(call, argument, spec)
            return
        for aside in put_aside(argument, found, self.tree):
            if aside.text not in self.told:
                self._aside(aside, client, function, spec)
        for value in found:
            text = value.text.strip()
            if not text or len(text) > 300 or "\n" in text:
                continue
            if value.offset >= 0:
                self.claimed.add(value.offset)
            self.told.add(text)
            if names.PLACEHOLDER.fullmatch(text):
                expression = self.tree.shown(call)
                self.collector.gap(text, "dynamic-name", value.line, expression=expression)
                continue
            self._model(text, client, function, self.clients.at(value), spec)

    def _aside(self, aside: Value, client: Client | None, function: str, spec: Spec | None) -> None:
        """Record what a commented line puts in the place of a name; it asks no questions."""
        mine, self.collector = self.collector, Aside(self.collector, "commented")
        where = self.collector.occurrence(aside.line, aside.text, usage="commented")
        try:
            self._model(aside.text, client, function, where, spec)
            absorb(self.collector.done(), mine)
        finally:
            self.collector = mine

    def _unread(self, call: Node, argument: Bound, spec: Spec | None) -> None:
        """Say that a name is known only at run time; a model object is no name."""
        node = unwrapped(argument.node)
        if spec is not None and spec.provider.partition(":")[0] == "prefix":
            return  # these take model objects as well, whose making has been read
        if node.type in _NO_NAMES:
            return
        self.collector.gap(
            self.tree.shown(node), "dynamic-name", self.tree.line(call),
            expression=self.tree.shown(call),
        )  # fmt: skip

    def _model(
        self, text: str, client: Client | None, function: str, where: Occurrence,
        spec: Spec | None,
    ) -> None:  # fmt: skip
        provider = spec.provider if spec else ""
        if provider.partition(":")[0] in ("huggingface", "modelscope"):
            names.weights(text, provider, where, self.collector, self.vocabulary,
                          function=function)  # fmt: skip
        elif provider.startswith("prefix:") and "/" in text:
            service = ids.service(provider.removeprefix("prefix:"))
            names.served(service, text, where, self.collector, function=function)
        elif provider.partition(":")[0] == "prefix":
            if not read_model(text, where, self.collector, self.vocabulary):
                self.collector.gap(text, "provider-unresolved", where)
        elif client is None:
            self._unresolved(text, where)
        elif client.local:
            names.served_here(text, where, self.collector, self.vocabulary, function=function)
        elif client.runtime:
            self._run.append((text, client, function, where))
        elif client.service is None or (
            client.confidence == "low" and not self.vocabulary.is_api_family(client.service, text)
        ):
            self._unresolved(text, where)
        else:
            if client.service == "service:replicate":
                text = text.partition(":")[0]  # a version's digest
            sure = weakest(where.confidence, client.confidence)
            self._served.add((client.service, text))
            names.served(client.service, text, replace(where, confidence=sure), self.collector,
                         function=function)  # fmt: skip

    def _runtime_models(self) -> None:
        """Record the models of local runtimes.

        One setting often serves a runtime and an API, whichever is switched on: a name of the
        API's own family, which the same source asks the API for, is no model of the runtime.
        """
        for text, client, function, where in self._run:
            owner = self.vocabulary.api_owner(text)
            if owner is not None and (owner, text) in self._served:
                self.collector.gap(text, "alias-of-local-model", where)
            else:
                names.runtime_model(text, client.runtime, where, self.collector, self.vocabulary,
                                    function=function)  # fmt: skip

    def _unresolved(self, text: str, where: Occurrence) -> None:
        """Say that the client is not known; a name of a provider's own family still counts."""
        self.collector.gap(text, "provider-unresolved", where)
        owner = self.vocabulary.api_owner(text)
        if owner:
            sure = weakest(where.confidence, "medium")
            self.collector.api_model(owner, text, replace(where, confidence=sure))


def _object(call: Node, scope: Scope, path: tuple[str, ...]) -> Bound | None:
    """Return the property of an argument that is an object made elsewhere."""
    given = arguments(call)
    if len(path) != 2 or int(path[0]) >= len(given):
        return None
    return Bound(given[int(path[0])], scope, path[1])


def _nothing(_name: str, _method: str) -> list[Given]:
    return []


def read_calls(
    data: bytes, document: Document, places: Places, collector: Collector,
    vocabulary: Vocabulary, specs: Specs, *, markup: bool,
) -> tuple[set[int], set[str], ComponentId | None, bool]:  # fmt: skip
    """Record what the calls of one script name.

    Returns:
        The offsets and the texts of the literals that calls have explained, the only
        service that clients made here ask, and whether a local server is the only one.
    """
    if data.count(b"/*", data.rfind(b"*/") + 1) > _MAX_OPEN_COMMENTS:
        # The parser looks for the end of each of them through all of the file.
        collector.gap(collector.path, "malformed-file", detail="open comment", format="JavaScript")
        return set(), set(), None, False
    tree = parse(data, markup=markup)
    reader = Reader(collector, vocabulary, specs, Values(tree, neighbours(document)))
    reader.read()
    read_constants(tree, specs, places, collector, vocabulary)
    client = reader.clients.only()
    service = client.service if client is not None and client.confidence != "low" else None
    local = client is not None and (client.local or bool(client.runtime))
    return reader.claimed, reader.told, service, local
