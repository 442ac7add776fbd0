"""Calls of JavaScript and TypeScript that make clients of services or name models.

Which these are stands in ``data/calls_js.csv``: a callable is ``package#name.method``,
or ``*.method`` of whatever a client is called; an argument is a position and the path of
properties from there (``0.configuration.baseURL``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provenance import ids
from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.javascript.clients import Client
from provenance.extract.javascript.defaults import holds, names_nothing
from provenance.extract.javascript.modules import neighbours
from provenance.extract.javascript.specs import Spec, Specs, specifier
from provenance.extract.javascript.tree import (
    Bound,
    Scope,
    Target,
    arguments,
    callee,
    parse,
    unwrapped,
)
from provenance.extract.javascript.values import Value, Values
from provenance.extract.settings import read_model
from provenance.model import ComponentId, Document, Occurrence, weakest
from provenance.vocabulary import Vocabulary, host_of, is_local_host

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_NAMES = frozenset("object array number arrow_function this undefined null true false".split())
_MAX_CHAIN = 32
_MAX_OPEN_COMMENTS = 50


class Reader:
    """Interprets the calls of one source that the table knows."""

    def __init__(
        self, collector: Collector, vocabulary: Vocabulary, specs: Specs, values: Values
    ) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.specs = specs
        self.values = values
        self.tree = values.tree
        self.claimed: set[int] = set()
        self.told: set[str] = set()
        """Offsets and texts of the literals whose meaning a call has told."""
        self.clients: dict[Target, Client] = {}
        self._made: dict[int, Client] = {}
        self._foreign: dict[str, Client | None] = {}
        """Clients of other modules, by the name they have here."""
        self._readers: dict[int, Reader] = {}
        """By the module's values, which each reader keeps alive."""

    def read(self) -> None:
        """Record every client, then every model: a method may stand above its client."""
        matched = [(call, scope, self._spec(call)) for call, scope in self.tree.calls]
        for call, scope, spec in matched:
            if spec is not None and spec.yields in ("client", "provider"):
                self._client(call, scope, spec)
        for call, scope, spec in matched:
            if spec is None:
                self._call_of_provider(call, scope)
            elif spec.yields not in ("client", "provider"):
                self._load(call, scope, spec)

    def only_client(self) -> Client | None:
        """Return the client of a source that makes clients of one service only."""
        made = set(self._made.values())
        return next(iter(made)) if len(made) == 1 else None

    # -- what is called ------------------------------------------------------------------

    def _spec(self, call: Node) -> Spec | None:
        function = callee(call)
        if function is None:
            return None
        dotted, root = self._dotted(unwrapped(function))
        if root in self.tree.imported:
            module, symbol = self.tree.imported[root]
            module = specifier(module)
            rest = dotted[1:]
            if symbol in ("*", "default") and rest:
                found = self.specs.find(module, ".".join(rest))
                if found is not None:
                    return found
            found = self.specs.find(module, ".".join((symbol.replace("*", "default"), *rest)))
            if found is not None:
                return found
        return self.specs.method(".".join(dotted)) if len(dotted) > 1 else None

    def _dotted(self, node: Node) -> tuple[list[str], str]:
        """Return the path of a callee and the name it starts at (``""`` for a call)."""
        path: list[str] = []
        for _ in range(_MAX_CHAIN):
            if node.type != "member_expression":
                break
            prop, owner = node.child_by_field_name("property"), node.child_by_field_name("object")
            if prop is None or owner is None:
                break
            path.append(self.tree.text(prop))
            node = unwrapped(owner)
        root = self.tree.text(node) if node.type == "identifier" else ""
        path.append(root)
        return path[::-1], root

    # -- clients ---------------------------------------------------------------------------

    def _client(self, call: Node, scope: Scope, spec: Spec) -> None:
        client = self._endpoint(call, scope, spec)
        self._made[call.id] = client
        for target in self.tree.targets.get(call.id, ()):
            self.clients[target] = client
            name = target[1]
            for bound in self.tree.returns.get(name, [])[
                :_MAX_CHAIN
            ]:  # a function of this name returns it
                self._made.setdefault(unwrapped(bound.node).id, client)

    def _endpoint(self, call: Node, scope: Scope, spec: Spec) -> Client:
        """Return where a client's requests go: its base URL decides, not its class."""
        service, runtime = self.specs.default_service(spec), spec.runtime
        client = Client(
            service, runtime, callable=spec.yields == "provider", function=spec.function
        )
        expression = self._argument(call, scope, spec.endpoint)
        if expression is None or self.tree.text(expression.node) in ("undefined", "null"):
            if service:
                where = self.collector.occurrence(self.tree.line(call), self.tree.shown(call))
                self.collector.service(service, where)
            return client
        values = self.values.bound_values(expression)
        found = [value for value in values if "://" in value.text]
        if not found:
            return self._unknown_endpoint(call, expression, client)
        result: Client | None = None
        for value in found:
            host = host_of(value.text)
            at = self._at(value)
            if host is None or is_local_host(host):
                if service:
                    self.collector.redirects.append((service, at))
                result = result or replace(client, service=None, local=not runtime)
                continue
            reached = self.vocabulary.service_of_host(host) or ids.service(host)
            self.collector.service(reached, at)
            if service and reached != service:
                self.collector.redirects.append((service, at))
            result = replace(client, service=reached, runtime="", confidence=value.confidence)
        return result or client

    def _unknown_endpoint(self, call: Node, expression: Bound, client: Client) -> Client:
        written = self.tree.shown(expression.node)
        if client.service is None:
            return replace(client, local=not client.runtime)
        line = self.tree.line(call)
        self.collector.gap(
            client.service, "endpoint-at-runtime", line, expression=written,
            client=self.tree.shown(callee(call) or call),
        )  # fmt: skip
        weak = self.collector.occurrence(line, written, confidence="low")
        self.collector.service(client.service, weak)
        self.collector.redirects.append((client.service, weak))
        return replace(client, confidence="low")

    def _argument(
        self, call: Node, scope: Scope, wanted: tuple[tuple[str, ...], ...]
    ) -> Bound | None:
        """Return the first argument that is given of those a specification names."""
        given = arguments(call)
        for position, *path in wanted:
            number = int(position)
            if number >= len(given) or given[number].type == "spread_element":
                continue
            bound = [Bound(given[number], scope)]
            for key in path:
                bound = self.values.properties(bound, key)
            if bound and (path or unwrapped(bound[0].node).type not in ("object", "array")):
                return bound[0]
        return None

    def _receiver(self, call: Node, scope: Scope) -> Client | None:
        """Return the client a method is called on."""
        node = callee(call)
        for _ in range(_MAX_CHAIN):
            if node is None:
                return None
            node = unwrapped(node)
            if node.id in self._made and node.id != call.id:
                return self._made[node.id]
            if node.type == "member_expression":
                prop = node.child_by_field_name("property")
                known = self.clients.get((None, self.tree.text(prop))) if prop is not None else None
                if known is not None:
                    return known
                node = node.child_by_field_name("object")
            elif node.type == "call_expression":  # makeClient().chat…
                function = callee(node)
                if function is not None and function.type == "identifier":
                    known = self._returned(self.tree.text(function))
                    if known is not None:
                        return known
                node = function
            elif node.type == "identifier":
                return self._named(self.tree.text(node), scope)
            else:
                return None
        return None

    def _returned(self, function: str) -> Client | None:
        for bound in self.tree.returns.get(function, [])[:_MAX_CHAIN]:
            node = unwrapped(bound.node)
            known = self._made.get(node.id)
            if known is None and node.type == "identifier":
                known = self._named(self.tree.text(node), bound.scope, follow=False)
            if known is not None:
                return known
        return None

    def _named(self, name: str, scope: Scope | None, *, follow: bool = True) -> Client | None:
        """Return the client that a name means, looking outward, then where it is imported."""
        home = scope
        while home is not None:
            known = self.clients.get((home, name))
            if known is not None:
                return known
            home = home.parent
        if not follow:
            return None
        for bound in (scope or self.tree.module).lookup(name)[
            :_MAX_CHAIN
        ]:  # const client = getClient()
            node = unwrapped(bound.node)
            function = callee(node) if node.type == "call_expression" else None
            if function is not None and function.type == "identifier":
                known = self._returned(self.tree.text(function))
                if known is not None:
                    return known
        return self._imported_client(name)

    def _imported_client(self, name: str) -> Client | None:
        found = self.values.foreign(name) if name not in self._foreign else None
        if found is None:
            return self._foreign.get(name)
        (_, values), symbol = found
        reader = self._readers.get(id(values))
        if reader is None:
            silent = Collector("", self.collector.extractor)  # that file reports its own clients
            reader = Reader(silent, self.vocabulary, self.specs, values)
            self._readers[id(values)] = reader
            for call, scope in values.tree.calls:
                spec = reader._spec(call)
                if spec is not None and spec.yields in ("client", "provider"):
                    reader._client(call, scope, spec)
        client = reader._named(symbol, values.tree.module, follow=False)
        self._foreign[name] = client or reader._returned(symbol)
        return self._foreign[name]

    # -- models ------------------------------------------------------------------------------

    def _call_of_provider(self, call: Node, scope: Scope) -> None:
        """``openai("gpt-4o")`` and ``openai.chat("gpt-4o")`` of a provider made here."""
        given = arguments(call)
        if not given or call.type != "call_expression" or not self._may_provide(call):
            return
        client = self._receiver(call, scope)
        if client is not None and client.callable:
            self._models(call, Bound(given[0], scope), client, client.function)

    def _may_provide(self, call: Node) -> bool:
        """Tell whether a callee is a bare name or one method of one: cheap, before looking."""
        function = callee(call)
        return function is not None and len(self._dotted(unwrapped(function))[0]) <= 3 and bool(
            self.clients or any(n[0].startswith((".", "@/", "~/")) for n in
                                self.tree.imported.values())
        )  # fmt: skip

    def _load(self, call: Node, scope: Scope, spec: Spec) -> None:
        """Record the models that a loader, a client with a model or an API call names."""
        argument = self._argument(call, scope, spec.arguments)
        client: Client | None
        if spec.provider == "client":
            client = self._receiver(call, scope)
            if client is None:
                if spec.generic:
                    return  # any object has a method of this name
                client = self.only_client()
        else:
            client = self._endpoint(call, scope, spec)
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

    def _models(
        self, call: Node, argument: Bound, client: Client | None, function: str,
        spec: Spec | None = None,
    ) -> None:  # fmt: skip
        found = self.values.bound_values(argument)
        if not found:
            self._unread(call, argument, spec)
            return
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
            self._model(text, client, function, self._at(value), spec)

    def _unread(self, call: Node, argument: Bound, spec: Spec | None) -> None:
        """Say that a name is known only at run time; a model object is no name."""
        node = unwrapped(argument.node)
        if spec is not None and spec.provider == "prefix":
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
        elif provider == "prefix":
            if not read_model(text, where, self.collector, self.vocabulary):
                self.collector.gap(text, "provider-unresolved", where)
        elif client is None:
            self._unresolved(text, where)
        elif client.local:
            self.collector.gap(text, "alias-of-local-model", where)
        elif client.runtime:
            names.runtime_model(text, client.runtime, where, self.collector, self.vocabulary,
                                function=function)  # fmt: skip
        elif client.service is None or (
            client.confidence == "low" and not self.vocabulary.is_api_family(client.service, text)
        ):
            self._unresolved(text, where)
        else:
            if client.service == "service:replicate":
                text = text.partition(":")[0]  # a version's digest
            sure = weakest(where.confidence, client.confidence)
            names.served(client.service, text, replace(where, confidence=sure), self.collector,
                         function=function)  # fmt: skip

    def _unresolved(self, text: str, where: Occurrence) -> None:
        """Say that the client is not known; a name of a provider's own family still counts."""
        self.collector.gap(text, "provider-unresolved", where)
        owner = self.vocabulary.api_owner(text)
        if owner:
            sure = weakest(where.confidence, "medium")
            self.collector.api_model(owner, text, replace(where, confidence=sure))

    def _at(self, value: Value) -> Occurrence:
        return self.collector.occurrence(
            value.line, value.text, confidence=value.confidence, path=value.path
        )


def read_calls(
    data: bytes, document: Document, collector: Collector, vocabulary: Vocabulary,
    specs: Specs, *, markup: bool,
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
    client = reader.only_client()
    service = client.service if client is not None and client.confidence != "low" else None
    local = client is not None and (client.local or bool(client.runtime))
    return reader.claimed, reader.told, service, local
